// How alike two mouth shapes look and how much one stands out, from spec/natural.json.
//
// The same as src/visavis/lips/likeness.py: whole hundredths, so that both decide alike.
import spec from "../../spec/natural.json" with { type: "json" };
import { VISEMES } from "./visemes.ts";

type Shape = (typeof spec.shapes)["sil"];

const SHAPES = VISEMES.map((name) => {
  const shape = (spec.shapes as Record<string, Shape>)[name];
  if (shape === undefined) throw new Error(`spec/natural.json has no shape ${name}`);
  return shape;
});

/** `ALIKE[a][b]` in hundredths: 100 for the same shape, 0 for shapes that share nothing. */
export const ALIKE: readonly (readonly number[])[] = SHAPES.map((a) => SHAPES.map((b) => alike(a, b)));

/** How surely a lip-reader tells a shape from all others, in hundredths. */
export const DISTINCT: readonly number[] = SHAPES.map((shape) => shape.distinct);

export const CRITICAL: ReadonlySet<number> = indices(spec.critical);

/** Sibilants and TH, which some languages and characters want seen. */
export const CRITICAL_BY_PREFERENCE: ReadonlySet<number> = indices(spec.critical_by_preference);

function alike(a: Shape, b: Shape): number {
  const features = Object.keys(spec.nearness) as (keyof typeof spec.nearness)[];
  const apart = features.reduce((sum, name) => sum + spec.nearness[name] * Math.abs(a[name] - b[name]), 0);
  return Math.max(0, 100 - Math.floor(apart / 10));
}

function indices(names: readonly string[]): ReadonlySet<number> {
  return new Set(names.map((name) => VISEMES.indexOf(name)));
}
