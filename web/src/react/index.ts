"use client";
// For React 18 and 19: a character, and a face for a conversation of ElevenLabs' SDK. docs/react.md.
export { Alignment, Fit } from "@rive-app/canvas-lite";
export type { NaturalConfig } from "../natural-settings.ts";
export { EMOTIONS, GESTURES, type Emotion, type Gesture } from "../acting.ts";
export type { Moment } from "../moments.ts";
export type { Mapping } from "../mapping.ts";
export type { Control } from "../stage.ts";
export { VISEMES } from "../visemes.ts";
export {
  MascotClient,
  MascotProvider,
  MascotRive,
  type MascotClientProps,
  type MascotProviderProps,
  type MascotRiveProps,
} from "./components.tsx";
export type { Figures, LatencyReport, Turn } from "./latency.ts";
export { type Counts, MOMENTS as MARKS, type Seen } from "./session.ts";
export type { QueueItem } from "./speech.ts";
export type { Stress, Viseme } from "./timeline.ts";
export {
  useMascotElevenlabs,
  type ElevenlabsConversation,
  type UseMascotElevenlabsOptions,
  type UseMascotElevenlabsResult,
} from "./use-elevenlabs.ts";
export { useLatencyMeasurement, type LatencyMeasurement, type LatencyMeasurementOptions } from "./use-latency.ts";
export { useMascot, type UseMascot } from "./use-mascot.ts";
export { useMascotPlayback, type MascotPlayback, type MascotPlaybackOptions } from "./use-playback.ts";
export {
  useMascotSpeech,
  type MascotSpeech,
  type MascotSpeechOptions,
  type Prefetched,
  type SpeakOptions,
} from "./use-speech.ts";
