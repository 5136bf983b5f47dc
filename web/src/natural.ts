// The natural pass: from every sound's shape to the shapes that a mouth really makes.
//
// The same as src/visavis/lips/natural.py, which explains the rules, on the same integer samples:
// spec/vectors/natural.json holds both to the same result.
import { delay, fate, type Fate, gain, Limits, Run, wish } from "./coarticulation.ts";
import { type NaturalConfig, naturalConfig, sameConfig } from "./natural-settings.ts";
import { SIL, VISEMES } from "./visemes.ts";

/** A stretch of one shape: [startSample, endSample) of its reply's audio. */
export interface Span {
  readonly viseme: number;
  readonly startSample: number;
  readonly endSample: number;
  readonly weight: number;
}

/** The whole pass at once: what a NaturalPass gives out for the same spans, however cut. */
export function naturalize(spans: Iterable<Span>, rateHz: number, config?: Partial<NaturalConfig>): Span[] {
  const whole = new NaturalPass(rateHz, config);
  return [...whole.push(spans), ...whole.finish()];
}

type Stream = "open" | "ended";

/**
 * The pass as a stream: spans in, spans out, each of which never changes again. What comes out is
 * contiguous, covers what went in, no two neighbours have the same shape, and it does not depend on
 * how the spans are cut into pushes or pieces. Memory does not grow with the stream.
 */
export class NaturalPass {
  readonly #rateHz: number;
  #limits: Limits;
  #runs: Run[] = [];
  #placed: Run | undefined;

  constructor(rateHz: number, config?: Partial<NaturalConfig>) {
    if (!(rateHz >= 1_000 && rateHz <= 384_000)) throw new RangeError(`${rateHz} is no sample rate in Hz`);
    this.#rateHz = rateHz;
    this.#limits = new Limits(naturalConfig(config), rateHz);
  }

  /** Forget all spans, as after an interruption. The config stays. */
  reset(): void {
    this.#runs = [];
    this.#placed = undefined;
  }

  get config(): NaturalConfig {
    return this.#limits.config;
  }

  /**
   * Holds for all spans pushed from then on; nothing is reset. An equal config, a new object for
   * each frame say, changes nothing. What is left out has its default.
   */
  configure(config: Partial<NaturalConfig>): void {
    const whole = naturalConfig(config);
    if (!sameConfig(whole, this.#limits.config)) this.#limits = new Limits(whole, this.#rateHz);
  }

  /** A span is given out when the spans pushed reach at most this far behind its end. */
  get lookAheadMs(): number {
    const limits = this.#limits;
    const nSamples = limits.gain + limits.settled + limits.settledBehind + limits.pause;
    return (nSamples * 1000) / this.#rateHz;
  }

  /** The span to be given out next, as far as it is known: its start and shape are certain. */
  get begun(): Span | undefined {
    return this.#placed === undefined ? undefined : spanOf(this.#placed);
  }

  /**
   * The spans that these settle. Empty ones say nothing and are skipped. Throws RangeError, and takes
   * none of them, if one does not begin where the one before it ended, or is no span.
   */
  push(spans: Iterable<Span>): Span[] {
    const taken = [...spans];
    this.#check(taken);
    const settled: Span[] = [];
    for (const span of taken) {
      if (span.endSample === span.startSample) continue;
      this.#take(span);
      this.#settle(settled, "open");
    }
    return settled;
  }

  /** The rest of the spans; the next push begins a new stream. */
  finish(): Span[] {
    const settled: Span[] = [];
    this.#settle(settled, "ended");
    if (this.#placed !== undefined) settled.push(spanOf(this.#placed));
    this.reset();
    return settled;
  }

  #check(spans: readonly Span[]): void {
    let at = this.#newest?.end;
    for (const span of spans) {
      const { viseme, startSample, endSample, weight } = span;
      if (at !== undefined && startSample !== at) throw new RangeError(`a span must begin at sample ${at}: ${text(span)}`);
      if (!(Number.isSafeInteger(startSample) && Number.isSafeInteger(endSample)) || startSample < 0 || endSample < startSample)
        throw new RangeError(`a span must not end before it begins: ${text(span)}`);
      if (VISEMES[viseme] === undefined) throw new RangeError(`there is no viseme ${viseme}: ${text(span)}`);
      if (!(weight >= 0 && weight <= 1)) throw new RangeError(`a weight must lie between 0 and 1: ${text(span)}`);
      at = endSample;
    }
  }

  get #newest(): Run | undefined {
    return this.#runs.at(-1) ?? this.#placed;
  }

  /** Append to the runs: equal neighbours are one, a gap belongs to the sound before it. */
  #take({ viseme, startSample, endSample, weight }: Span): void {
    let newest = this.#newest;
    if (this.#runs.at(-1)?.isGap === true && viseme !== SIL) {
      const gap = this.#runs.pop();
      newest = this.#newest;
      if (newest !== undefined && gap !== undefined) {
        newest.end = gap.end;
        if (newest.viseme === viseme) newest.soundsFrom = startSample;
      }
    }
    if (newest?.viseme === viseme) {
      newest.end = endSample;
      newest.weight = Math.max(newest.weight, weight);
    } else {
      this.#runs.push(new Run(viseme, startSample, endSample, weight, this.#limits));
    }
  }

  /** Judge runs from the oldest on, until one depends on what has not come yet. */
  #settle(settled: Span[], stream: Stream): void {
    for (let run = this.#runs[0]; run !== undefined && this.#isReady(run, stream); run = this.#runs[0]) {
      const following = this.#runs[1];
      const becomes = this.#fate(run, following);
      this.#runs.shift();
      if (becomes === "stays") this.#place(run, following, settled);
      else if (becomes === "to-last") this.#giveToLast(run);
      else if (following !== undefined) {
        following.start = run.start;
        following.gained += run.nSamples;
      }
    }
  }

  /** Whether nothing that may still come changes what becomes of the oldest run. */
  #isReady(run: Run, stream: Stream): boolean {
    if (stream === "ended" || (run.viseme === SIL && this.#placed === undefined)) return true;
    if (run.isGap) return false;
    if (run.nSamples >= run.limits.settled) return true;
    const behind = this.#runs[1];
    if (behind === undefined || !this.#isWhole(0)) return false;
    const enough = Math.max(run.limits.settledBehind, behind.limits.settledBehind);
    return behind.nSamples >= enough || this.#isWhole(1);
  }

  /** Whether a run is as long as it will ever be: a gap behind it may yet be part of it. */
  #isWhole(index: number): boolean {
    const next = this.#runs[index + 1];
    return next !== undefined && !(next.isGap && this.#runs.length === index + 2);
  }

  #fate(run: Run, following: Run | undefined): Fate {
    if (run.neverGivesWay || run.nSamples >= run.limits.window) return "stays";
    const atAnEnd = this.#placed === undefined || following === undefined;
    if (run.viseme === SIL && (atAnEnd || run.limits.config.preserveSilence)) return "stays";
    return fate(this.#placed, run, following);
  }

  /** Fix where a run starts, and so where the one before it ends. */
  #place(run: Run, following: Run | undefined, settled: Span[]): void {
    const last = this.#placed;
    if (last !== undefined) {
      const gained = gain(last, run, wish(run, following));
      last.end -= gained;
      run.start -= gained;
      settled.push(spanOf(last));
    }
    if (following !== undefined) {
      const delayed = delay(run, following);
      run.end += delayed;
      following.start += delayed;
    }
    this.#placed = run;
  }

  #giveToLast(gone: Run): void {
    const last = this.#placed;
    if (last === undefined) throw new Error("only a shape that comes after another gives way to it");
    last.end = gone.end;
    const next = this.#runs[0];
    if (next?.viseme === last.viseme) {
      this.#runs.shift();
      last.end = next.end;
      last.soundsFrom = next.soundsFrom;
      last.weight = Math.max(last.weight, next.weight);
    }
  }
}

function spanOf(run: Run): Span {
  return { viseme: run.viseme, startSample: run.start, endSample: run.end, weight: run.weight };
}

function text({ viseme, startSample, endSample, weight }: Span): string {
  return `[${startSample}, ${endSample}) of viseme ${viseme}, weight ${weight}`;
}
