// The character says texts, with the server's own voice: docs/lips.md, "Over HTTP".
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { NaturalConfig } from "../natural-settings.ts";
import { useActor } from "./context.ts";
import type { Actor } from "./mascot.ts";
import { naturalOf } from "./natural-options.ts";
import { type QueueItem, Speaker } from "./speech.ts";
import type { Viseme } from "./timeline.ts";
import { type SpeechRequest, voiced } from "./voiced.ts";

export interface MascotSpeechOptions {
  /** `/v1/visemes-audio` of a Visavis server, or a route of yours that passes on to it. */
  apiEndpoint: string;
  /** A token of the server's. Whoever opens the page can read it: better a route of yours. */
  apiKey?: string | undefined;
  bufferSize?: number | undefined;
  defaultVoice?: string | undefined;
  /** The lips move, but `is_speaking` is the app's affair. */
  disableAutomaticSpeakingState?: boolean | undefined;
  enableNaturalLipSync?: boolean | undefined;
  naturalLipSyncConfig?: Partial<NaturalConfig> | undefined;
}

export interface SpeakOptions {
  voice?: string | undefined;
  /** Goes to the endpoint as it is: `speed`, `pitch_semitones`, or what a route of yours knows. */
  ttsParams?: Record<string, unknown> | undefined;
}

export interface Prefetched {
  audioData: {
    audioEvents: Map<number, { pcm: Int16Array; sample_rate: number }>;
    visemesBySequence: Map<number, Viseme[]>;
  };
  /** In ms. */
  duration: number;
}

export interface MascotSpeech {
  /** Instead of whatever is said or waits; true once it was said to its end. */
  speak(text: string, options?: SpeakOptions): Promise<boolean>;
  /** Behind what waits; its id. */
  addToQueue(text: string, options?: SpeakOptions): string;
  prefetchAudio(text: string, options?: SpeakOptions): Promise<Prefetched>;
  previewVoice(previewText: string, voiceId: string): Promise<boolean>;
  clearQueue(): void;
  stopSpeaking(): void;
  stopAndClear(): void;
  setBufferSize(size: number): void;
  bufferSize: number;
  isSpeaking: boolean;
  isLoading: boolean;
  isProcessingQueue: boolean;
  queue: readonly QueueItem[];
  queueLength: number;
  currentQueueItem: QueueItem | null;
  error: string | null;
  /** In ms, from the call to the first sample at the ear. */
  playbackStartDelay: number | null;
}

export function useMascotSpeech(options: MascotSpeechOptions): MascotSpeech {
  const config = naturalOf({
    enabled: options.enableNaturalLipSync ?? false,
    config: options.naturalLipSyncConfig,
  });
  const latest = useRef({ options, config });
  useEffect(() => {
    latest.current = { options, config };
  });
  const [speaker] = useState(() => new Speaker());
  const [bufferSize, setBufferSize] = useState(options.bufferSize ?? 1);
  useEffect(() => {
    speaker.bufferSize = bufferSize;
  }, [speaker, bufferSize]);
  useEffect(() => () => void speaker.close(), [speaker]);
  const actor = useCallback<Actor>(
    (atMs) => {
      const { options, config } = latest.current;
      speaker.configure(config);
      const face = speaker.face(atMs);
      if (face === null) return null;
      const isManual = options.disableAutomaticSpeakingState === true;
      return { face: isManual ? { ...face, mood: "idle" } : face };
    },
    [speaker],
  );
  useActor("useMascotSpeech", actor);
  const state = useSyncExternalStore(speaker.subscribe, speaker.snapshot, speaker.snapshot);
  const verbs = useMemo(() => verbsOf(speaker, latest, setBufferSize), [speaker]);
  return useMemo(
    () => ({
      ...verbs,
      bufferSize,
      isSpeaking: state.current?.status === "playing",
      isLoading: state.current?.status === "fetching",
      isProcessingQueue: state.current !== null,
      queue: state.queue,
      queueLength: state.queue.length,
      currentQueueItem: state.current,
      error: state.error,
      playbackStartDelay: state.startDelayMs,
    }),
    [verbs, bufferSize, state],
  );
}

type Verbs = Pick<
  MascotSpeech,
  | "speak"
  | "addToQueue"
  | "prefetchAudio"
  | "previewVoice"
  | "clearQueue"
  | "stopSpeaking"
  | "stopAndClear"
  | "setBufferSize"
>;

function verbsOf(
  speaker: Speaker,
  latest: { readonly current: { options: MascotSpeechOptions } },
  setBufferSize: (size: number) => void,
): Verbs {
  const requestOf = (text: string, { voice, ttsParams }: SpeakOptions = {}): SpeechRequest => {
    const { apiEndpoint, apiKey, defaultVoice } = latest.current.options;
    const said = voice ?? defaultVoice;
    return {
      endpoint: apiEndpoint,
      apiKey,
      body: { text, ...(said === undefined ? {} : { voice: said }), ...ttsParams },
    };
  };
  const stopAndClear = (): void => {
    speaker.clear();
    speaker.stop();
  };
  const speak = (text: string, options?: SpeakOptions): Promise<boolean> => {
    stopAndClear();
    return speaker.add(text, requestOf(text, options)).said;
  };
  return {
    speak,
    addToQueue: (text, options) => speaker.add(text, requestOf(text, options)).id,
    prefetchAudio: (text, options) => prefetched(requestOf(text, options)),
    previewVoice: (previewText, voice) => speak(previewText, { voice }),
    clearQueue: () => speaker.clear(),
    stopSpeaking: () => speaker.stop(),
    stopAndClear,
    setBufferSize,
  };
}

async function prefetched(request: SpeechRequest): Promise<Prefetched> {
  const audioEvents = new Map<number, { pcm: Int16Array; sample_rate: number }>();
  const visemesBySequence = new Map<number, Viseme[]>();
  let duration = 0;
  for await (const piece of voiced(request, new AbortController().signal)) {
    if (piece.type === "visemes") visemesBySequence.set(visemesBySequence.size, piece.visemes);
    else {
      audioEvents.set(audioEvents.size, { pcm: piece.pcm, sample_rate: piece.rateHz });
      duration += (1000 * piece.pcm.length) / piece.rateHz;
    }
  }
  return { audioData: { audioEvents, visemesBySequence }, duration };
}
