// The character itself, for apps that do more with it than let it talk.
import type { Rive } from "@rive-app/canvas-lite";
import { useMemo, useSyncExternalStore } from "react";
import type { Emotion, Gesture } from "../acting.ts";
import type { Control } from "../stage.ts";
import { MascotRive } from "./components.tsx";
import { useClient } from "./context.ts";
import { inputsOf } from "./inputs.ts";

export interface UseMascot<T extends string = string> {
  /** Rive's own object; null until the file is loaded. */
  rive: Rive | null;
  isRiveLoaded: boolean;
  /** Why the character can't be drawn. */
  error: string | null;
  RiveComponent: typeof MascotRive;
  /** What `inputs` of the MascotClient names, and `gesture`. */
  customInputs: Record<T | "gesture", Control>;
  gesture(name: Gesture): void;
  /** Until it is told otherwise; null leaves feelings to what goes on. */
  feel(emotion: Emotion | null): void;
  /** Each -1 to 1 from the character's own middle. */
  lookAt(x: number, y: number): void;
}

export function useMascot<T extends string = string>(): UseMascot<T> {
  const { mascot, inputs } = useClient("useMascot");
  const state = useSyncExternalStore(mascot.subscribe, mascot.snapshot, mascot.snapshot);
  return useMemo(
    () => ({
      rive: state.rive,
      isRiveLoaded: state.status === "ready",
      error: state.reason,
      RiveComponent: MascotRive,
      customInputs: inputsOf(mascot, inputs) as Record<T | "gesture", Control>,
      gesture: (name) => mascot.gesture(name),
      feel: (emotion) => mascot.feel(emotion),
      lookAt: (x, y) => mascot.lookAt(x, y),
    }),
    [mascot, inputs, state],
  );
}
