// What a user has chosen, kept by the browser for the next visit. Never anything that was said.
import type { Way } from "./labels.ts";

export interface Preferences {
  microphone: string | null;
  speaker: string | null;
  /** Null: as the page's author has it. */
  way: Way | null;
  captions: "shown" | "hidden";
}

export const NO_PREFERENCES: Preferences = {
  microphone: null,
  speaker: null,
  way: null,
  captions: "shown",
};

const KEY = "visavis-avatar";

/** What was stored, as far as it can be read: it may be of another version, or anybody's. */
export function parsePreferences(text: string | null): Preferences {
  let stored: unknown = null;
  try {
    stored = JSON.parse(text ?? "null");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (typeof stored !== "object" || stored === null) return NO_PREFERENCES;
  const { microphone, speaker, way, captions } = stored as Record<string, unknown>;
  return {
    microphone: typeof microphone === "string" ? microphone : null,
    speaker: typeof speaker === "string" ? speaker : null,
    way: way === "speak" || way === "push" ? way : null,
    captions: captions === "hidden" ? "hidden" : "shown",
  };
}

export function loadPreferences(): Preferences {
  return parsePreferences(storage()?.getItem(KEY) ?? null);
}

export function savePreferences(preferences: Preferences): void {
  try {
    storage()?.setItem(KEY, JSON.stringify(preferences));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // full: then it is asked again next time
  }
}

/** Some browsers withhold it: in a frame of another site, or from a visitor who wants no traces. */
function storage(): Storage | null {
  try {
    return window.localStorage;
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
