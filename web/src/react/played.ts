// "Which sample of the session's sound does the SDK's player render now?" Pure: what was handed to
// the player in, and what was seen of its output; a sample out.
//
// The player puts its buffers end to end and, when it has none left, is silent until the next one
// comes. So its output is runs without gaps, and all that can be wrong is when a run began: a guess
// at first, certain as soon as the output was compared with what was handed in.

/** How surely the place is known. */
export type Evidence = "guessed" | "measured";

export interface Place {
  /** Of all the session's sound; behind a run's end it goes on, so that lips can close. */
  sample: number;
  evidence: Evidence;
}

/** A buffer waits for the audio thread's next turn: a few blocks of 128 frames, and a message. */
const START_DELAY_S = 0.015;
/** Lips open before sound, and close after it. */
const LEAD_S = 0.12;
const TAIL_S = 0.3;
const MAX_RUNS = 4;

interface Piece {
  /** Null: not the agent's, such as the silence with which an SDK wakes a loudspeaker. */
  readonly fromSample: number | null;
  readonly nSamples: number;
}

interface Run {
  startS: number;
  pieces: Piece[];
  nSamples: number;
  evidence: Evidence;
}

export class PlayedSound {
  readonly #rateHz: number;
  #runs: Run[] = [];

  constructor(rateHz: number) {
    this.#rateHz = rateHz;
  }

  /** The player was handed these samples at this time of its clock. */
  give(fromSample: number | null, nSamples: number, atS: number): void {
    const last = this.#runs.at(-1);
    if (last !== undefined && this.#endS(last) >= atS) {
      last.pieces.push({ fromSample, nSamples });
      last.nSamples += nSamples;
      return;
    }
    this.#runs.push({
      startS: atS + START_DELAY_S,
      pieces: [{ fromSample, nSamples }],
      nSamples,
      evidence: "guessed",
    });
    this.#runs = this.#runs.slice(-MAX_RUNS);
  }

  /** It was seen that this sample is the next one to be rendered at this time. */
  measured(sample: number, atS: number): void {
    for (const run of this.#runs.toReversed()) {
      const offset = offsetIn(run, sample);
      if (offset === null) continue;
      run.startS = atS - offset / this.#rateHz;
      run.evidence = "measured";
      return;
    }
  }

  /** The player dropped, or fades out, whatever it had. */
  drop(): void {
    this.#runs = [];
  }

  /** Null while nothing of the agent's is rendered. */
  at(timeS: number): Place | null {
    const begun = this.#runs.findLast((run) => run.startS <= timeS);
    if (begun !== undefined && timeS < this.#endS(begun) + TAIL_S) return this.#place(begun, timeS);
    const next = this.#runs.find((run) => run.startS > timeS);
    if (next === undefined || next.startS - timeS > LEAD_S) return null;
    return this.#place(next, timeS);
  }

  /** Whether the player has something to render at this time. */
  isPlaying(timeS: number): boolean {
    return this.#runs.some((run) => run.startS <= timeS && timeS < this.#endS(run));
  }

  #endS(run: Run): number {
    return run.startS + run.nSamples / this.#rateHz;
  }

  #place(run: Run, timeS: number): Place | null {
    let offset = (timeS - run.startS) * this.#rateHz;
    for (const [i, piece] of run.pieces.entries()) {
      const isLast = i === run.pieces.length - 1;
      if (offset < piece.nSamples || isLast) {
        const { fromSample } = piece;
        return fromSample === null ? null : { sample: fromSample + offset, evidence: run.evidence };
      }
      offset -= piece.nSamples;
    }
    return null;
  }
}

/** How many samples of the run come before this one; null if it is not in it. */
function offsetIn(run: Run, sample: number): number | null {
  let before = 0;
  for (const { fromSample, nSamples } of run.pieces) {
    if (fromSample !== null && sample >= fromSample && sample <= fromSample + nSamples) {
      return before + sample - fromSample;
    }
    before += nSamples;
  }
  return null;
}
