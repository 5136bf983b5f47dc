// How long an answer takes, measured in the page where it is heard and seen.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Latency, type LatencyReport, type Mark, tableOf, type Turn } from "./latency.ts";
import { overhearing } from "./taps.ts";
import { type ElevenlabsConversation, sessionOf } from "./use-elevenlabs.ts";

export interface LatencyMeasurementOptions {
  /** Whose turns are marked by themselves; without it, those of whatever conversation runs. */
  conversation?: ElevenlabsConversation | undefined;
  /** After each answer of which everything is known. */
  onTurn?: ((turn: Turn, report: LatencyReport) => void) | undefined;
}

export interface LatencyMeasurement {
  /** Sets a mark of your own, or an earlier time for one of ours. `atMs` is of `performance.now()`. */
  mark(name: Mark, atMs?: number): void;
  /** In ms between two marks of the newest turn that has both; null if there is none. */
  measure(from: Mark, to: Mark): number | null;
  report(): LatencyReport;
  /** The report as text. */
  print(): string;
  turns(): readonly Turn[];
  reset(): void;
  /** How many answers were both heard and seen. */
  nMeasured: number;
}

export function useLatencyMeasurement(options: LatencyMeasurementOptions = {}): LatencyMeasurement {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const [latency] = useState(() => new Latency());
  const [nMeasured, setMeasured] = useState(0);
  const mark = useCallback(
    (name: Mark, atMs: number = performance.now()) => {
      latency.mark(name, atMs);
      performance.mark(`visavis:${name}`, { startTime: Math.max(0, atMs) });
    },
    [latency],
  );
  useEffect(
    () =>
      overhearing.listen({
        moment(session, name, atMs) {
          const { conversation, onTurn } = latest.current;
          if (conversation !== undefined && sessionOf(conversation, overhearing.sessions) !== session) return;
          mark(name, atMs);
          const turn = latency.turns.at(-1);
          if (name !== "faceSpeaks" || turn === undefined) return;
          setMeasured((n) => n + 1);
          onTurn?.(turn, latency.report());
        },
      }),
    [latency, mark],
  );
  return useMemo(
    () => ({
      mark,
      measure: (from, to) => between(latency.turns, from, to),
      report: () => latency.report(),
      print: () => tableOf(latency.report()),
      turns: () => latency.turns,
      reset: () => latency.reset(),
      nMeasured,
    }),
    [latency, mark, nMeasured],
  );
}

function between(turns: readonly Turn[], from: Mark, to: Mark): number | null {
  for (const { marks } of turns.toReversed()) {
    const [start, end] = [marks[from], marks[to]];
    if (start !== undefined && end !== undefined) return end - start;
  }
  return null;
}
