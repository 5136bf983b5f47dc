// A latency report from marks: which turns there were, and percentiles of each way through them. Pure.
import { MOMENTS } from "./session.ts";

export type Mark = string;

export interface Turn {
  /** Page time in ms of each mark that was set, by name. */
  readonly marks: Readonly<Record<Mark, number>>;
}

export interface Figures {
  n: number;
  minMs: number;
  meanMs: number;
  p50Ms: number;
  p90Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
}

export interface LatencyReport {
  nTurns: number;
  /** From the end of the user's speech to each later mark, by that mark's name. */
  fromSpeechEnd: Record<Mark, Figures>;
  /** From each mark to the next one that was set, as `a → b`. */
  steps: Record<string, Figures>;
}

/** Whatever begins a turn anew: setting one of these a second time does so. */
const FIRST = MOMENTS[0];
/** A page that is open all day keeps the newest. */
const MAX_TURNS = 1_000;

export class Latency {
  #turns: Record<Mark, number>[] = [];

  get turns(): readonly Turn[] {
    return this.#turns.map((marks) => ({ marks: { ...marks } }));
  }

  /** The first of its name in a turn counts. `atMs` is of the page's clock. */
  mark(name: Mark, atMs: number): void {
    const turn = this.#turns.at(-1);
    if (turn === undefined || name === FIRST || (name === MOMENTS[1] && name in turn)) {
      this.#turns = [...this.#turns, { [name]: atMs }].slice(-MAX_TURNS);
    } else turn[name] ??= atMs;
  }

  reset(): void {
    this.#turns = [];
  }

  report(): LatencyReport {
    const fromSpeechEnd: Record<Mark, number[]> = {};
    const steps: Record<string, number[]> = {};
    for (const marks of this.#turns) {
      const inOrder = Object.entries(marks).sort(([, a], [, b]) => a - b);
      const spokenMs = marks[FIRST];
      inOrder.forEach(([name, atMs], i) => {
        if (spokenMs !== undefined && name !== FIRST) (fromSpeechEnd[name] ??= []).push(atMs - spokenMs);
        const next = inOrder[i + 1];
        if (next !== undefined) (steps[`${name} → ${next[0]}`] ??= []).push(next[1] - atMs);
      });
    }
    return { nTurns: this.#turns.length, fromSpeechEnd: figured(fromSpeechEnd), steps: figured(steps) };
  }
}

function figured(durations: Record<string, number[]>): Record<string, Figures> {
  return Object.fromEntries(
    Object.entries(durations).map(([name, values]) => [name, figuresOf(values)]),
  );
}

/** Percentiles by the nearest rank: each is a duration that was measured. */
export function figuresOf(durationsMs: readonly number[]): Figures {
  const sorted = durationsMs.toSorted((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const sum = sorted.reduce((total, value) => total + value, 0);
  return {
    n: sorted.length,
    minMs: sorted[0] ?? 0,
    meanMs: sorted.length === 0 ? 0 : sum / sorted.length,
    p50Ms: rank(0.5),
    p90Ms: rank(0.9),
    p95Ms: rank(0.95),
    p99Ms: rank(0.99),
    maxMs: sorted.at(-1) ?? 0,
  };
}

/** For a console: one line for each way, from the end of the user's speech. */
export function tableOf({ nTurns, fromSpeechEnd }: LatencyReport): string {
  const lines = Object.entries(fromSpeechEnd).map(([name, { n, p50Ms, p95Ms, maxMs }]) =>
    [name.padEnd(16), ...[n, p50Ms, p95Ms, maxMs].map((value) => value.toFixed(0).padStart(8))].join(""),
  );
  const head = ["since speech end", "turns", "p50 ms", "p95 ms", "max ms"];
  return [`${nTurns} turns`, head.map((name, i) => (i === 0 ? name : name.padStart(8))).join(""), ...lines].join("\n");
}
