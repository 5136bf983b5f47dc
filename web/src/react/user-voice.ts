// When the user fell silent, from the microphone's sound as the SDK sends it. Pure. It is for the
// latency report only: a level, no detector, and as coarse as the chunks (about 100 ms).

/** Louder than the room by this much, and than any room, is a voice. */
const OVER_ROOM = 3;
const LEAST_RMS = 0.01;
/** How quickly the room's level is believed to rise; it falls at once. */
const ROOM_RISE = 1.05;

export class UserVoice {
  #roomRms = 1;
  #lastVoiceMs: number | null = null;

  /** A chunk whose last sample was captured at `atMs`. */
  push(pcm: Int16Array, atMs: number): void {
    if (pcm.length === 0) return;
    const rms = Math.sqrt(pcm.reduce((sum, value) => sum + (value / 32768) ** 2, 0) / pcm.length);
    this.#roomRms = Math.min(rms, Math.max(this.#roomRms, 1e-5) * ROOM_RISE);
    if (rms > Math.max(LEAST_RMS, OVER_ROOM * this.#roomRms)) this.#lastVoiceMs = atMs;
  }

  /** The end of the last chunk with a voice in it, once; null if there was none since. */
  takeEndMs(): number | null {
    const endMs = this.#lastVoiceMs;
    this.#lastVoiceMs = null;
    return endMs;
  }
}
