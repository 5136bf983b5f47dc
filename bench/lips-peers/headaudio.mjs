// HeadAudio as its page would run it: its own processor and its own node, block by block. Only the
// browser's base class and fetch are stood in for.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { answer, plain, Shown } from "./peer.mjs";

const BLOCK = 128; // the render quantum of Web Audio
const DELAY_MS = 50; // "the total end-to-end latency is approximately 50 ms": its README

globalThis.AudioWorkletNode = class {
  constructor() {
    this.port = { onmessage: null, postMessage() {} };
  }
};
const { HeadAudio } = await import("@met4citizen/headaudio/modules/headaudio.mjs");
const { Processor } = await import("@met4citizen/headaudio/modules/processor.mjs");
const path = fileURLToPath(import.meta.resolve("@met4citizen/headaudio/dist/model-en-mixed.bin"));

/** The model is read anew each time: its records are views of the file's buffer. */
async function model(node) {
  const real = globalThis.fetch;
  const bytes = readFileSync(path);
  globalThis.fetch = async () => ({
    ok: true,
    arrayBuffer: async () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  });
  try {
    return (await node.training.loadModel(path)).model;
  } finally {
    globalThis.fetch = real;
  }
}

const records = await model(new HeadAudio(null));

await answer("headaudio 0.1.0, MIT", (sound, rateHz) => {
  const node = new HeadAudio(null);
  const port = { onmessage: null, postMessage: (data) => node._onmessage({ data }) };
  const processor = new Processor({ sampleRate: rateHz }, { port });
  processor._onmessage({ data: { event: "model", model: records, reset: true } });
  const shown = new Shown();
  const push_ms = [];
  const end = sound.length + Math.round((DELAY_MS * rateHz) / 1000);
  const padded = new Float32Array(end);
  padded.set(sound);
  for (let at = 0; at < end; at += BLOCK) {
    const before = performance.now();
    processor.process(padded.subarray(at, Math.min(end, at + BLOCK)));
    push_ms.push(performance.now() - before);
    const active = node.visemeActive;
    shown.show(Math.min(end, at + BLOCK), active < 0 ? "sil" : plain(node.visemeNames[active]));
  }
  return { starts: shown.starts, shapes: shown.shapes, delay_ms: DELAY_MS, push_ms };
});
