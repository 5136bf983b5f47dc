// The seven parameters of the natural pass, by the names that users of mascot SDKs know. Times in ms.
import spec from "../../spec/natural.json" with { type: "json" };

/** What each means in detail: src/visavis/lips/natural_settings.py. */
export interface NaturalConfig {
  /** The least time between two shapes; shorter ones give way unless they can be lengthened. 0 to 500. */
  readonly minVisemeInterval: number;
  /** Shapes shorter than this give way to a similar neighbour, or if they do not stand out. 0 to 500. */
  readonly mergeWindow: number;
  /** Preference for distinctive shapes, 0 to 1; higher keeps more, from 0.7 on every TH, CH and SS. */
  readonly keyVisemePreference: number;
  /** Every pause of 200 ms or more closes the mouth. Shorter gaps between sounds never do. */
  readonly preserveSilence: boolean;
  /** How alike shapes have to be to merge, 0 to 1; higher merges less. */
  readonly similarityThreshold: number;
  /** Shapes that must be seen (lips closed, lip on teeth) never give way. */
  readonly preserveCriticalVisemes: boolean;
  /** How long those are held, where the shape before has time to give. 0 to 500. */
  readonly criticalVisemeMinDuration: number;
}

export type NaturalPreset = keyof typeof spec.presets;

const MOST = {
  minVisemeInterval: 500,
  mergeWindow: 500,
  keyVisemePreference: 1,
  similarityThreshold: 1,
  criticalVisemeMinDuration: 500,
} as const;

/** A whole config: a preset, with whatever is given instead. Throws RangeError or TypeError by name. */
export function naturalConfig(
  given: Partial<NaturalConfig> = {},
  preset: NaturalPreset = "default",
): NaturalConfig {
  if (!Object.hasOwn(spec.presets, preset)) throw new RangeError(`there is no preset '${preset}'`);
  const config = { ...spec.presets.default, ...spec.presets[preset] };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(config, name)) throw new TypeError(`there is no parameter ${name}`);
    if (value !== undefined) Object.assign(config, { [name]: value });
  }
  check(config);
  return Object.freeze(config);
}

export function sameConfig(a: NaturalConfig, b: NaturalConfig): boolean {
  return (Object.keys(spec.presets.default) as (keyof NaturalConfig)[]).every((name) => a[name] === b[name]);
}

function check(config: NaturalConfig): void {
  for (const [name, most] of Object.entries(MOST) as [keyof typeof MOST, number][]) {
    const value: unknown = config[name];
    if (typeof value !== "number") throw new TypeError(`${name} must be a number, not ${String(value)}`);
    if (!(value >= 0 && value <= most)) throw new RangeError(`${name} must lie between 0 and ${most}, not ${value}`);
  }
  for (const name of ["preserveSilence", "preserveCriticalVisemes"] as const) {
    const value: unknown = config[name];
    if (typeof value !== "boolean") throw new TypeError(`${name} must be true or false, not ${String(value)}`);
  }
}
