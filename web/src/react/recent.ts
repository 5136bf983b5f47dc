// The session's sound as it came, as far as it may still be heard: to find the place that is heard,
// and how loud it is there. Pure.

/** Providers send a whole answer at once; older sound was heard, or never will be. */
const KEPT_S = 180;

export class RecentSound {
  readonly #keptSamples: number;
  #pieces: { fromSample: number; pcm: Int16Array }[] = [];
  #nSamples = 0;

  constructor(rateHz: number) {
    this.#keptSamples = KEPT_S * rateHz;
  }

  /** All samples so far, those that are no longer kept among them. */
  get nSamples(): number {
    return this.#nSamples;
  }

  append(pcm: Int16Array): void {
    this.#pieces.push({ fromSample: this.#nSamples, pcm });
    this.#nSamples += pcm.length;
    const oldest = this.#nSamples - this.#keptSamples;
    while (this.#pieces[0] !== undefined && endOf(this.#pieces[0]) < oldest) this.#pieces.shift();
  }

  /** What is kept of [from, to), and where it begins. */
  between(from: number, to: number): { fromSample: number; pcm: Int16Array } {
    const first = Math.max(Math.round(from), this.#pieces[0]?.fromSample ?? this.#nSamples);
    const last = Math.min(Math.round(to), this.#nSamples);
    const pcm = new Int16Array(Math.max(0, last - first));
    for (const piece of this.#pieces) {
      const start = Math.max(first, piece.fromSample);
      const end = Math.min(last, endOf(piece));
      if (start >= end) continue;
      pcm.set(piece.pcm.subarray(start - piece.fromSample, end - piece.fromSample), start - first);
    }
    return { fromSample: first, pcm };
  }
}

function endOf(piece: { fromSample: number; pcm: Int16Array }): number {
  return piece.fromSample + piece.pcm.length;
}
