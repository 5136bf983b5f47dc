// How loud the microphone is, for eyes: quick to rise, slow to fall.

const FLOOR_DB = -50;
const FALL_PER_S = 2.2;

/** Where a peak (0 to 1) stands on the meter, 0 to 1: ears hear ratios. */
export function needle(peak: number): number {
  if (peak <= 0) return 0;
  return Math.max(0, Math.min(1, 1 - (20 * Math.log10(peak)) / FLOOR_DB));
}

export function fallen(shown: number, aim: number, elapsedS: number): number {
  return aim >= shown ? aim : Math.max(aim, shown - FALL_PER_S * elapsedS);
}

export class Meter {
  readonly #elements: readonly HTMLElement[];
  #shown = 0;
  #lastMs = 0;

  constructor(...elements: readonly HTMLElement[]) {
    this.#elements = elements;
  }

  show(peak: number): void {
    const nowMs = performance.now();
    const next = fallen(this.#shown, needle(peak), (nowMs - this.#lastMs) / 1000);
    this.#lastMs = nowMs;
    if (next === this.#shown) return;
    this.#shown = next;
    for (const element of this.#elements) element.style.setProperty("--level", next.toFixed(2));
  }
}
