// What the controls of a character are called, and what they want: ours by docs/reference/
// rive-contract.md, somebody else's file by a mapping in JSON (docs/reference/foreign-characters.md).
// Pure: JSON in, a mapping or a sentence about its fault out.
import { EMOTIONS, type Emotion, type Gesture, GESTURES } from "./acting.ts";
import { VISEMES } from "./visemes.ts";

/** A number and the value at which it is fully on; off is 0. */
export interface Level {
  name: string;
  full: number;
}

/** How the mouth is set. Shapes that are left out are shown by the one that looks most like them. */
export type MouthMapping =
  /** One number that chooses the shape. */
  | { kind: "index"; name: string; values: Partial<Record<string, number>> }
  /** A trigger for each shape, fired when it begins. */
  | { kind: "triggers"; names: Partial<Record<string, string>> }
  /**
   * A number for each shape. `sequential`: the file blends them one after the other (Rive's direct
   * blend); `plain`: each is written as it is.
   */
  | { kind: "weights"; names: Partial<Record<string, string>>; full: number; blend: "sequential" | "plain" };

/** One number that chooses the feeling, or a number for each. */
export type EmotionMapping =
  | { kind: "index"; name: string; values: Partial<Record<Emotion, number>> }
  | { kind: "weights"; names: Partial<Record<Emotion, string>>; full: number };

export interface Mapping {
  /** Left out: the file's first. */
  artboard?: string;
  stateMachine?: string;
  /** Where the controls are. Left out: in the view model if the file has one. */
  plane?: "viewModel" | "inputs";
  mouth: MouthMapping;
  /** Booleans. */
  speaking?: string;
  listening?: string;
  thinking?: string;
  energy?: Level;
  gazeX?: Level;
  gazeY?: Level;
  /** Triggers, by our gesture's name; `gesture` is the nod. */
  gestures?: Partial<Record<Gesture, string>>;
  emotion?: EmotionMapping;
}

/** Our own: what it lacks is left out in silence, for a character need not have everything. */
export const CONTRACT: Mapping = {
  artboard: "Character",
  stateMachine: "Avatar",
  mouth: {
    kind: "weights",
    names: Object.fromEntries(VISEMES.map((viseme) => [viseme, `v_${viseme}`])),
    full: 100,
    blend: "sequential",
  },
  speaking: "is_speaking",
  listening: "is_listening",
  thinking: "is_thinking",
  energy: { name: "energy", full: 100 },
  gazeX: { name: "gaze_x", full: 100 },
  gazeY: { name: "gaze_y", full: 100 },
  gestures: Object.fromEntries(GESTURES.map((gesture) => [gesture, gesture])),
  emotion: {
    kind: "index",
    name: "emotion",
    values: Object.fromEntries(EMOTIONS.map((emotion, index) => [emotion, index])),
  },
};

export class MappingError extends Error {
  override readonly name = "MappingError";
}

/** What a file has on one plane. */
export interface Offer {
  plane: "viewModel" | "inputs";
  /** Names by kind. */
  number: readonly string[];
  boolean: readonly string[];
  trigger: readonly string[];
}

export type ControlKind = "number" | "boolean" | "trigger";

/** Every control that a mapping names, and of which kind it has to be. */
export function wanted(mapping: Mapping): { where: string; name: string; kind: ControlKind }[] {
  const found: { where: string; name: string; kind: ControlKind }[] = [];
  const add = (where: string, name: string | undefined, kind: ControlKind): void => {
    if (name !== undefined) found.push({ where, name, kind });
  };
  const each = (where: string, names: Partial<Record<string, string>>, kind: ControlKind): void => {
    for (const [key, name] of Object.entries(names)) add(`${where}.${key}`, name, kind);
  };
  const { mouth, emotion } = mapping;
  if (mouth.kind === "index") add("mouth.name", mouth.name, "number");
  else each("mouth.names", mouth.names, mouth.kind === "weights" ? "number" : "trigger");
  for (const mood of ["speaking", "listening", "thinking"] as const) add(mood, mapping[mood], "boolean");
  for (const level of ["energy", "gazeX", "gazeY"] as const) add(`${level}.name`, mapping[level]?.name, "number");
  each("gestures", mapping.gestures ?? {}, "trigger");
  if (emotion?.kind === "index") add("emotion.name", emotion.name, "number");
  if (emotion?.kind === "weights") each("emotion.names", emotion.names, "number");
  return found;
}

/** Throws MappingError, with all that the file has, if it lacks something that the mapping names. */
export function checkOffer(mapping: Mapping, offer: Offer): void {
  const faults = wanted(mapping)
    .filter(({ name, kind }) => !offer[kind].includes(name))
    .map(({ where, name, kind }) => {
      const other = (["number", "boolean", "trigger"] as const).find((one) => offer[one].includes(name));
      return `${where}: there is no ${kind} "${name}"${other === undefined ? "" : ` ("${name}" is a ${other})`}`;
    });
  if (faults.length === 0) return;
  const named = (names: readonly string[]): string => (names.length > 0 ? names.join(", ") : "none");
  const where = offer.plane === "viewModel" ? "view model" : "state machine's inputs";
  throw new MappingError(
    [
      ...faults,
      `The file's ${where}: numbers: ${named(offer.number)}; booleans: ${named(offer.boolean)}; triggers: ${named(offer.trigger)}.`,
    ].join("\n"),
  );
}

// ------------------------------------------------------------------ from JSON

/** Throws MappingError with the place of the fault. */
export function readMapping(json: unknown): Mapping {
  const at = fields(json, "the mapping", [
    "artboard",
    "stateMachine",
    "plane",
    "mouth",
    "speaking",
    "listening",
    "thinking",
    "energy",
    "gazeX",
    "gazeY",
    "gestures",
    "emotion",
  ]);
  const mapping: Mapping = { mouth: readMouth(at["mouth"]) };
  for (const key of ["artboard", "stateMachine", "speaking", "listening", "thinking"] as const) {
    if (at[key] !== undefined) mapping[key] = text(at[key], key);
  }
  if (at["plane"] !== undefined) mapping.plane = oneOf(at["plane"], "plane", ["viewModel", "inputs"]);
  for (const key of ["energy", "gazeX", "gazeY"] as const) {
    if (at[key] === undefined) continue;
    const level = fields(at[key], key, ["name", "full"]);
    mapping[key] = { name: text(level["name"], `${key}.name`), full: number(level["full"] ?? 100, `${key}.full`) };
  }
  if (at["gestures"] !== undefined) mapping.gestures = record(at["gestures"], "gestures", GESTURES, text);
  if (at["emotion"] !== undefined) mapping.emotion = readEmotion(at["emotion"]);
  return mapping;
}

function readMouth(json: unknown): MouthMapping {
  const at = fields(json, "mouth", ["kind", "name", "values", "names", "full", "blend"]);
  const kind = oneOf(at["kind"], "mouth.kind", ["index", "triggers", "weights"]);
  if (kind === "index") {
    return { kind, name: text(at["name"], "mouth.name"), values: shapes(at["values"], "mouth.values", number) };
  }
  const names = shapes(at["names"], "mouth.names", text);
  if (kind === "triggers") return { kind, names };
  const full = number(at["full"] ?? 100, "mouth.full");
  return { kind, names, full, blend: oneOf(at["blend"] ?? "plain", "mouth.blend", ["sequential", "plain"]) };
}

/** A shut mouth can't be shown by anything that looks like it. */
function shapes<T>(json: unknown, where: string, read: (json: unknown, where: string) => T): Partial<Record<string, T>> {
  const found = record(json, where, VISEMES, read);
  if (found["sil"] === undefined) throw new MappingError(`${where}: sil, the mouth at rest, is missing`);
  return found;
}

function readEmotion(json: unknown): EmotionMapping {
  const at = fields(json, "emotion", ["kind", "name", "values", "names", "full"]);
  const kind = oneOf(at["kind"], "emotion.kind", ["index", "weights"]);
  if (kind === "weights") {
    const names = record(at["names"], "emotion.names", EMOTIONS, text);
    return { kind, names, full: number(at["full"] ?? 100, "emotion.full") };
  }
  return { kind, name: text(at["name"], "emotion.name"), values: record(at["values"], "emotion.values", EMOTIONS, number) };
}

function fields(json: unknown, where: string, known: readonly string[]): Record<string, unknown> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new MappingError(`${where} must be an object`);
  const strange = Object.keys(json).find((key) => !known.includes(key));
  if (strange !== undefined) throw new MappingError(`${where} has no "${strange}"; it may have ${known.join(", ")}`);
  return json as Record<string, unknown>;
}

function record<K extends string, T>(
  json: unknown,
  where: string,
  keys: readonly K[],
  read: (json: unknown, where: string) => T,
): Partial<Record<K, T>> {
  const at = fields(json, where, keys);
  const entries = Object.entries(at).map(([key, value]) => [key, read(value, `${where}.${key}`)] as const);
  return Object.fromEntries(entries) as Partial<Record<K, T>>;
}

function text(json: unknown, where: string): string {
  if (typeof json !== "string" || json === "") throw new MappingError(`${where} must be a name`);
  return json;
}

function number(json: unknown, where: string): number {
  if (typeof json !== "number" || !Number.isFinite(json)) throw new MappingError(`${where} must be a number`);
  return json;
}

function oneOf<T extends string>(json: unknown, where: string, of: readonly T[]): T {
  const found = of.find((one) => one === json);
  if (found === undefined) throw new MappingError(`${where} must be one of ${of.join(", ")}, not ${JSON.stringify(json)}`);
  return found;
}
