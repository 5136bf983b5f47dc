// wawa-lipsync, asked once a drawn frame (60 a second) as in its README. Web Audio's analyser is
// stood in for by analyser.mjs, the page's clock by the sound's.
import { Analyser } from "./analyser.mjs";
import { answer, plain, Shown } from "./peer.mjs";

const FRAMES_HZ = 60;

let nowMs = 0;
let rate = 48_000;
let analyser = null;
globalThis.window = {
  AudioContext: class {
    sampleRate = rate;
    createAnalyser() {
      analyser = new Analyser();
      return analyser;
    }
  },
};
const realNow = performance.now.bind(performance);
const { Lipsync } = await import("wawa-lipsync");
performance.now = () => nowMs;

await answer("wawa-lipsync 0.0.2, MIT", (sound, rateHz) => {
  rate = rateHz;
  nowMs = 0;
  const lipsync = new Lipsync();
  const shown = new Shown();
  const push_ms = [];
  for (let frame = 0; ; frame++) {
    const at = Math.round((frame * rateHz) / FRAMES_HZ);
    if (at >= sound.length) break;
    nowMs = (frame * 1000) / FRAMES_HZ;
    const before = realNow();
    analyser.play(sound, at);
    lipsync.processAudio();
    push_ms.push(realNow() - before);
    shown.show(at, plain(lipsync.viseme));
  }
  return { starts: shown.starts, shapes: shown.shapes, delay_ms: 0, push_ms };
});
