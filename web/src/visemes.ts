// The fifteen mouth shapes, in the order of the wire.
import spec from "../../spec/visemes.json" with { type: "json" };

export const VISEMES: readonly string[] = spec.order;
export const SIL = indexOf("sil");

/** Shapes that must be complete when their sound begins: lips closed, or lip on teeth. */
export const ON_TIME: ReadonlySet<number> = new Set(
  [...spec.closed, ...spec.labiodental].map(indexOf),
);

/** How far each shape drops the jaw, 0 to 1 (measured on drawn mouths; aa is the widest). */
export const OPENNESS: readonly number[] = VISEMES.map(
  (name) =>
    ({ FF: 0.12, TH: 0.22, DD: 0.25, kk: 0.32, CH: 0.2, SS: 0.12, nn: 0.2, RR: 0.25,
       aa: 1, E: 0.55, I: 0.3, O: 0.7, U: 0.25 })[name] ?? 0,
);

/** The shapes that each of the phones which the ear tells apart may be seen as, in the order of its outputs. */
export const SHAPES: readonly (readonly number[])[] = spec.heard.map((phone) => {
  const shapes = spec.order.filter((viseme) => (spec.arpabet as Phones)[viseme]!.includes(phone));
  const halves = (spec.diphthongs as Phones)[phone] ?? [];
  const lent = spec.borrow_next_vowel.includes(phone) ? ["RR", "aa", "E", "I", "O", "U"] : [];
  return [...shapes, ...halves, ...lent].map(indexOf);
});

type Phones = Record<string, string[]>;

function indexOf(name: string): number {
  const index = spec.order.indexOf(name);
  if (index < 0) throw new Error(`spec/visemes.json has no viseme ${name}`);
  return index;
}
