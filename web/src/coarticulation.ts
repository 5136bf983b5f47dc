// What neighbouring mouth shapes do to one another: who gives way, who gives whom time.
//
// The same as src/visavis/lips/coarticulation.py, which has the sources of the figures, line by line
// and sample by sample; spec/vectors/natural.json holds both to it.
import { ALIKE, CRITICAL, CRITICAL_BY_PREFERENCE, DISTINCT } from "./likeness.ts";
import type { NaturalConfig } from "./natural-settings.ts";
import { SIL } from "./visemes.ts";

export const PAUSE_MS = 200;
const HOLD_MS = 70;
const MAX_GAIN_MS = 60;
const MAX_DELAY_MS = 30;
const SIBILANT_PREFERENCE = 0.7;

/** What becomes of a shape: it is seen, or its time goes to a neighbour. */
export type Fate = "stays" | "to-last" | "to-next";

/** Settings in samples of one rate. */
export class Limits {
  readonly config: NaturalConfig;
  readonly interval: number;
  /** Shorter shapes may give way. */
  readonly window: number;
  /** Shorter shapes begin earlier, if they stay. */
  readonly hold: number;
  /** The same for critical ones. */
  readonly critical: number;
  readonly gain: number;
  readonly delay: number;
  readonly pause: number;

  constructor(config: NaturalConfig, rateHz: number) {
    const samples = (ms: number) => Math.floor((ms * rateHz) / 1000 + 0.5);
    const { minVisemeInterval: intervalMs, mergeWindow: mergeMs } = config;
    this.config = config;
    this.interval = samples(intervalMs);
    this.window = samples(Math.max(intervalMs, mergeMs));
    // Who sets both windows to 0 wants no times changed, only closures seen.
    this.hold = samples(Math.max(intervalMs, Math.min(HOLD_MS, intervalMs + mergeMs)));
    this.critical = samples(config.criticalVisemeMinDuration);
    this.gain = samples(MAX_GAIN_MS);
    this.delay = samples(MAX_DELAY_MS);
    this.pause = samples(PAUSE_MS);
  }

  /** A shape of this length is judged as any longer one. */
  get settled(): number {
    return Math.max(this.window, this.critical, this.hold + this.gain);
  }

  /** To the shape before it, a shape of this length is as any longer one. */
  get settledBehind(): number {
    return Math.max(this.window, this.critical, this.hold + this.delay);
  }

  isCritical(viseme: number): boolean {
    const sibilantsCount = this.config.keyVisemePreference >= SIBILANT_PREFERENCE;
    return CRITICAL.has(viseme) || (sibilantsCount && CRITICAL_BY_PREFERENCE.has(viseme));
  }

  /** Whether a shape is distinctive enough to stay when it is short. */
  isKey(viseme: number): boolean {
    return distinct(viseme) / 100 >= 1 - this.config.keyVisemePreference;
  }
}

/** A span that is being worked on. */
export class Run {
  readonly viseme: number;
  start: number;
  end: number;
  weight: number;
  readonly limits: Limits;
  /** Where its own sound begins, the last one if it has joined several. */
  soundsFrom: number;
  /** Samples that it begins earlier than its own sound. */
  gained = 0;

  constructor(viseme: number, start: number, end: number, weight: number, limits: Limits) {
    this.viseme = viseme;
    this.start = start;
    this.end = end;
    this.weight = weight;
    this.limits = limits;
    this.soundsFrom = start;
  }

  get nSamples(): number {
    return this.end - this.start;
  }

  /** A silence too short to be a pause. */
  get isGap(): boolean {
    return this.viseme === SIL && this.nSamples < this.limits.pause;
  }

  get isCritical(): boolean {
    return this.limits.isCritical(this.viseme);
  }

  get neverGivesWay(): boolean {
    return this.limits.config.preserveCriticalVisemes && this.isCritical;
  }

  /** How many samples it needs to be seen. */
  get lack(): number {
    if (this.viseme === SIL) return 0;
    return Math.max(0, (this.isCritical ? this.limits.critical : this.limits.hold) - this.nSamples);
  }
}

/** Whether `run`, which is shorter than the window, gives way, and to which neighbour. */
export function fate(last: Run | undefined, run: Run, following: Run | undefined): Fate {
  const hosts = hostsOf(last, run, following);
  if (hosts.length === 0) return "stays";
  const threshold = run.limits.config.similarityThreshold;
  const worth = worthOf(run, run.limits);
  const worthier = hosts.filter(
    (host) => alike(run, host) / 100 >= threshold && worthOf(host, run.limits) >= worth,
  );
  if (worthier.length === 0 && isWorthSeeing(last, run)) return "stays";
  // Of equals the first, the one before: where both have one shape, all three become one span.
  const host = (worthier.length > 0 ? worthier : hosts).reduce((best, other) =>
    alike(run, other) > alike(run, best) ? other : best,
  );
  return last?.viseme === host.viseme ? "to-last" : "to-next";
}

/** The neighbours that may take the time of `run`; a pause only where there is nothing else. */
function hostsOf(last: Run | undefined, run: Run, following: Run | undefined): Run[] {
  const hosts = last === undefined ? [] : [last];
  if (following !== undefined && following.gained + run.nSamples <= run.limits.gain) hosts.push(following);
  if (!run.limits.config.preserveSilence) return hosts;
  const sounds = hosts.filter((host) => host.viseme !== SIL);
  return sounds.length > 0 ? sounds : hosts;
}

/** 0 to 1: how distinctive a shape is, and how long, in the proportion that users prefer. */
function worthOf(run: Run, limits: Limits): number {
  const preference = limits.config.keyVisemePreference;
  const share = Math.min(run.nSamples, limits.window) / limits.window;
  return preference * (distinct(run.viseme) / 100) + (1 - preference) * share;
}

/**
 * A distinctive shape stays if it is not too short, or if it can be made long enough; not if it would
 * be seen longer without its sound than with it.
 */
function isWorthSeeing(last: Run | undefined, run: Run): boolean {
  if (!run.limits.isKey(run.viseme)) return false;
  const hasRoom = last !== undefined && run.lack <= gain(last, run, run.lack);
  return run.nSamples >= run.limits.interval || (hasRoom && run.lack <= run.nSamples);
}

/** How many samples earlier `run` should begin: to be seen, and to leave a closure behind it its time. */
export function wish(run: Run, following: Run | undefined): number {
  if (run.viseme === SIL) return 0;
  if (run.isCritical || following === undefined || !following.isCritical) return run.lack;
  const wanted = run.limits.hold + Math.min(following.lack, following.limits.gain - following.gained);
  return Math.max(run.lack, wanted - run.nSamples);
}

/** How many samples of `last` go to `run`, which would like `wished`. */
export function gain(last: Run, run: Run, wished: number): number {
  if (last.isCritical && !run.isCritical) return 0; // lips stay closed until the sound opens them
  const most = Math.min(wished, run.limits.gain - run.gained);
  const keptFrom = last.isCritical ? last.soundsFrom : last.start;
  let spare = last.end - keptFrom - Math.max(1, leastOf(last));
  if (run.isCritical && last.viseme !== SIL && !last.isCritical) {
    const toBeSeen = run.limits.hold - run.nSamples;
    spare = Math.max(spare, Math.min(toBeSeen, last.nSamples - Math.max(1, last.limits.interval)));
  }
  return Math.max(0, Math.min(most, spare));
}

/** The length that `last` needs itself. */
function leastOf(last: Run): number {
  const limits = last.limits;
  if (last.viseme === SIL) {
    const isKept = limits.config.preserveSilence && !last.isGap; // a gap begins the stream
    return isKept ? limits.pause : limits.interval;
  }
  return last.isCritical ? Math.max(limits.critical, limits.hold) : limits.hold;
}

/** How many samples later `following` begins, so that `run` is seen. */
export function delay(run: Run, following: Run): number {
  if (run.isCritical || following.isCritical || following.viseme === SIL) return 0;
  return Math.max(0, Math.min(run.lack, run.limits.delay, following.nSamples - following.limits.hold));
}

function alike(a: Run, b: Run): number {
  return ALIKE[a.viseme]?.[b.viseme] ?? 0;
}

function distinct(viseme: number): number {
  return DISTINCT[viseme] ?? 0;
}
