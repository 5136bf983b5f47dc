// Where the pointer is, as seen from a character: mouse, pen and touch.
import type { Look } from "./gaze.ts";

/**
 * Tells `look` whenever the pointer has moved over the page, and null when it has left it or the
 * finger is lifted. `face` is the element in whose middle the eyes are. Returns how to stop.
 */
export function watchPointer(face: Element, look: (at: Look | null) => void): () => void {
  const page = face.ownerDocument;
  const stopper = new AbortController();
  const options = { signal: stopper.signal, passive: true };
  const seen = (event: PointerEvent): void => {
    // Measured when the pointer moves, not each frame: layouts are asked for as seldom as may be.
    const box = face.getBoundingClientRect();
    const x = (event.clientX - box.x - box.width / 2) / (innerWidth / 2);
    const y = (event.clientY - box.y - box.height / 2) / (innerHeight / 2);
    look({ x, y });
  };
  const lifted = (event: PointerEvent): void => {
    if (event.pointerType !== "mouse") look(null);
  };
  page.addEventListener("pointermove", seen, options);
  page.addEventListener("pointerdown", seen, options);
  page.addEventListener("pointerup", lifted, options);
  page.addEventListener("pointercancel", lifted, options);
  page.documentElement.addEventListener("pointerleave", () => look(null), options);
  return () => stopper.abort();
}
