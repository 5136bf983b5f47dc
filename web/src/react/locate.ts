// Where in known sound a stretch of heard sound lies. Pure.

/** So many samples are compared: speech does not repeat itself that exactly. */
export const PATTERN_SAMPLES = 256;
const FULL_SCALE = 32_768;

/**
 * The offset in `known` behind the last sample of `heard`, or null if it is not there. `heard` is
 * what a player that divides by 32768 makes of `known`; only its last PATTERN_SAMPLES are compared.
 * Of several places the one nearest to `expected` counts: a tone looks alike everywhere.
 */
export function locate(heard: Float32Array, known: Int16Array, expected: number): number | null {
  const from = heard.length - PATTERN_SAMPLES;
  if (from < 0) return null;
  const pattern = Int32Array.from(heard.subarray(from), (value) => Math.round(value * FULL_SCALE));
  if (pattern.every((value) => value === 0)) return null;
  const last = known.length - PATTERN_SAMPLES;
  const around = Math.round(expected) - PATTERN_SAMPLES;
  const reach = Math.max(around, last - around);
  for (let distance = 0; distance <= reach; distance++) {
    for (const at of distance === 0 ? [around] : [around - distance, around + distance]) {
      if (at >= 0 && at <= last && matches(pattern, known, at)) return at + PATTERN_SAMPLES;
    }
  }
  return null;
}

function matches(pattern: Int32Array, known: Int16Array, at: number): boolean {
  for (let i = pattern.length - 1; i >= 0; i--) if (pattern[i] !== known[at + i]) return false;
  return true;
}
