// What browsers let a page know and choose of where its sound goes.

/** Whether this browser lets a page choose where its sound goes. */
export function canChooseSpeaker(): boolean {
  return typeof AudioContext !== "undefined" && "setSinkId" in AudioContext.prototype;
}

/** Chromium has it; TypeScript's DOM does not, for other browsers lack it. */
interface WithSink {
  setSinkId?(deviceId: string): Promise<void>;
}

export async function setSink(context: AudioContext | undefined, deviceId: string | null): Promise<void> {
  if (deviceId !== null) await (context as WithSink | undefined)?.setSinkId?.(deviceId);
}

/**
 * Asks for sound. `touched` if the user has just clicked or typed, so that the browser has no reason
 * to refuse; one that does not say (old ones) is taken to have none.
 */
export function askForSound(context: AudioContext): "touched" | "untouched" {
  // Where it is refused it stays pending until the user touches the page, or for ever.
  context.resume().catch((error: unknown) => console.warn("visavis:", error));
  const activation = (navigator as Partial<Navigator>).userActivation;
  return (activation?.isActive ?? true) ? "touched" : "untouched";
}
