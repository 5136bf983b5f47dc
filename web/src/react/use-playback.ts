// Lips for sound that the app plays itself: shapes with times go in, a clock is started, paused, moved.
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { NaturalConfig } from "../natural-settings.ts";
import { useActor } from "./context.ts";
import type { Actor } from "./mascot.ts";
import { naturalOf } from "./natural-options.ts";
import { type Stress, Timeline, type Viseme } from "./timeline.ts";

export interface MascotPlaybackOptions {
  /** Whether the character counts as speaking while this plays; true unless said. */
  setSpeakingState?: boolean | undefined;
  /** Only `setSpeakingStateManually` says whether it speaks. */
  manualSpeakingStateControl?: boolean | undefined;
  /** More shapes may come: silence at the end is not the end. */
  stream?: boolean | undefined;
  enableNaturalLipSync?: boolean | undefined;
  naturalLipSyncConfig?: Partial<NaturalConfig> | undefined;
}

export interface MascotPlayback {
  /** Adds shapes; their offsets count from the first sample of the sound. */
  add(visemes: readonly Viseme[]): void;
  stress(stresses: readonly Stress[]): void;
  /** With an audio or video element its own clock counts, and nothing can drift. */
  play(media?: HTMLMediaElement): void;
  pause(): void;
  /** In ms. */
  seek(offset: number): void;
  reset(): void;
  /** Replaces all shapes, and waits for `play`. */
  loadPrefetchedData(
    visemes: readonly Viseme[] | ReadonlyMap<number, readonly Viseme[]>,
    stresses?: readonly Stress[],
  ): void;
  setSpeakingStateManually(speaking: boolean): void;
  getSpeakingState(): boolean;
  isManualSpeakingStateControlEnabled(): boolean;
}

/** The playback's clock: running since a time of the page's, or standing at an offset. */
class PlaybackClock {
  #fromMs = 0;
  #startedMs: number | null = null;
  #media: HTMLMediaElement | null = null;

  get isRunning(): boolean {
    return this.#startedMs !== null;
  }

  at(pageMs: number): number {
    if (this.#media !== null) return 1000 * this.#media.currentTime;
    return this.#startedMs === null ? this.#fromMs : this.#fromMs + pageMs - this.#startedMs;
  }

  start(pageMs: number, media: HTMLMediaElement | null): void {
    if (media !== null) this.#media = media;
    this.#startedMs ??= pageMs;
  }

  stop(pageMs: number): void {
    this.#fromMs = this.at(pageMs);
    this.#startedMs = null;
  }

  move(toMs: number, pageMs: number): void {
    this.#fromMs = toMs;
    if (this.#startedMs !== null) this.#startedMs = pageMs;
    if (this.#media !== null) this.#media.currentTime = toMs / 1000;
  }

  reset(): void {
    this.#fromMs = 0;
    this.#startedMs = null;
    this.#media = null;
  }
}

export function useMascotPlayback(options: MascotPlaybackOptions = {}): MascotPlayback {
  const config = naturalOf({
    enabled: options.enableNaturalLipSync ?? false,
    config: options.naturalLipSyncConfig,
  });
  const latest = useRef({ options, config });
  useEffect(() => {
    latest.current = { options, config };
  });
  const state = useRef<{ timeline: Timeline; clock: PlaybackClock; manual: boolean } | null>(null);
  state.current ??= { timeline: new Timeline(), clock: new PlaybackClock(), manual: false };
  const { timeline, clock } = state.current;
  const playback = useMemo<MascotPlayback>(() => {
    const isManual = (): boolean => latest.current.options.manualSpeakingStateControl ?? false;
    return {
      add: (visemes) => timeline.add(visemes),
      stress: (stresses) => timeline.stress(stresses),
      play: (media) => clock.start(performance.now(), media ?? null),
      pause: () => clock.stop(performance.now()),
      seek: (offset) => clock.move(offset, performance.now()),
      reset() {
        clock.reset();
        timeline.clear();
      },
      loadPrefetchedData(visemes, stresses = []) {
        timeline.clear();
        timeline.add("values" in visemes && visemes instanceof Map ? [...visemes.values()].flat() : [...(visemes as readonly Viseme[])]);
        timeline.stress(stresses);
      },
      setSpeakingStateManually(speaking) {
        if (state.current !== null) state.current.manual = speaking;
      },
      getSpeakingState: () => (isManual() ? (state.current?.manual ?? false) : clock.isRunning),
      isManualSpeakingStateControlEnabled: isManual,
    };
  }, [timeline, clock]);
  const actor = useCallback<Actor>(
    (atMs) => {
      const { options, config } = latest.current;
      timeline.configure(config);
      const ms = clock.at(atMs);
      if (clock.isRunning && options.stream !== true && ms > timeline.endMs) playback.reset();
      if (!clock.isRunning && !playback.getSpeakingState()) return null;
      const face = timeline.at(ms);
      const speaks = playback.getSpeakingState() && options.setSpeakingState !== false;
      return { face: { ...face, mood: speaks ? "speaking" : "idle" } };
    },
    [timeline, clock, playback],
  );
  useActor("useMascotPlayback", actor);
  return playback;
}
