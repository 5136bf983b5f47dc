// What benches and tests drive from outside: an avatar on a bare page, and what it costs. Nothing of
// this is in the page that people see. See src/visavis/bench/browser/gauge.py.
import { Avatar, type AvatarListener } from "./avatar.ts";
import type { Heard } from "./clock.ts";
import type { Reply } from "./conversation.ts";
import { Director } from "./director.ts";
import type { EarOrder, EarReport } from "./ear.worker.ts";
import { face, type Motion } from "./face.ts";
import { readMapping } from "./mapping.ts";
import type { Moment } from "./moments.ts";
import { watchPointer } from "./pointer.ts";
import { Stage, useRuntime } from "./stage.ts";
import { VISEMES } from "./visemes.ts";

const at = (path: string): string => new URL(path, document.baseURI).href;
const assets = {
  playbackWorkletUrl: at("playback.worklet.js"),
  captureWorkletUrl: at("capture.worklet.js"),
  wasmUrl: at("rive.wasm"),
  socketUrl: at("v1/talk").replace(/^http/, "ws"),
  characterUrl: (character: string, motion: Motion) =>
    at(`characters/${character}.riv${motion === "reduced" ? "?motion=reduced" : ""}`),
  ear: {
    listenWorkletUrl: at("listen.worklet.js"),
    earWorkerUrl: at("ear.worker.js"),
    earWeightsUrl: at("ear.npz"),
  },
};

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const motion = (): Motion => (reducedMotion.matches ? "reduced" : "full");
let avatar: Avatar | null = null;
const problems: string[] = [];
const moods: string[] = [];
const moments: Moment[] = [];

/** Shows a character `sizePx` wide and high; throws where it can't be drawn. `json`: its mapping. */
async function open(character: string, sizePx: number, json: unknown = null): Promise<void> {
  const canvas = document.createElement("canvas");
  canvas.id = "stage";
  canvas.style.cssText = `display:block;width:${sizePx}px;height:${sizePx}px`;
  document.body.replaceChildren(canvas);
  const listener: AvatarListener = {
    changed: () => undefined,
    frame: (_, mood) => {
      document.body.dataset["mood"] = mood;
      if (moods.at(-1) !== mood) moods.push(mood);
    },
    notice: (error) => problems.push(error.message),
    microphoneProblem: (problem) => problems.push(...(problem === null ? [] : [problem])),
    moment: (moment) => moments.push(moment),
    stageProblem: (reason) => problems.push(...(reason === null ? [] : [reason])),
  };
  const mapping = json === null ? {} : { mapping: readMapping(json) };
  problems.length = 0;
  avatar = new Avatar({ ...assets, ...mapping }, canvas, listener, { motion, debug: "off" });
  watchPointer(canvas, (at) => avatar?.look(at));
  await avatar.showCharacter(character);
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

/** Holds one mouth, over whatever else is shown. */
function hold(viseme: string): void {
  avatar?.hold(VISEMES.map((name) => (name === viseme ? 1 : 0)));
}

/** Plays a sound; the mouth follows it. Resolves when it begins to play. */
async function follow(url: string): Promise<void> {
  const audio = new Audio(at(url));
  await avatar?.follow(audio);
  await audio.play();
}

/** What each 10 ms of sound cost the ear, in its own thread. */
async function ear(seconds: number): Promise<number[]> {
  const weights = await (await fetch(assets.ear.earWeightsUrl)).arrayBuffer();
  const worker = new Worker(assets.ear.earWorkerUrl, { type: "module" });
  try {
    return await new Promise<number[]>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<EarReport>) => {
        if (data.kind === "measured") resolve(data.costMs);
        if (data.kind === "failed") reject(new Error(data.reason));
      };
      worker.onerror = (event) => reject(new Error(event.message));
      const order: EarOrder = { kind: "measure", weights, seconds };
      worker.postMessage(order, [weights]);
    });
  } finally {
    worker.terminate();
  }
}

interface FrameCosts {
  /** What the mouth, the moments and the eyes are, and telling it to the character. */
  posedMs: number[];
  /** Rive's advance and its drawing commands. */
  drawnMs: number[];
  /** Waiting for the pixels, where they are read back. */
  readMs: number[];
  /** From one frame to the next. */
  intervalMs: number[];
}

/** Draws a character that speaks, gestures and feels, at each of `n` frames of the screen. */
async function frames(character: string, sizePx: number, n: number, readback: "read" | "leave"): Promise<FrameCosts> {
  const canvas = document.createElement("canvas");
  canvas.id = "stage";
  canvas.style.cssText = `display:block;width:${sizePx}px;height:${sizePx}px`;
  document.body.replaceChildren(canvas);
  useRuntime(assets.wasmUrl);
  const stage = await Stage.load(canvas, assets.characterUrl(character, "full"), "driven");
  const pen = canvas.getContext("2d");
  const director = new Director();
  const reply = someReply();
  const costs: FrameCosts = { posedMs: [], drawnMs: [], readMs: [], intervalMs: [] };
  let lastMs = 0;
  for (let i = 0; i < n + WARM_UP_FRAMES; i++) {
    const nowMs = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const began = performance.now();
    const heard: Heard = { replyId: 1, sample: Math.round(nowMs) % REPLY_MS, status: "playing", forMs: 0 };
    const shown = face("speaking", heard, reply, 0.5, "full");
    director.look({ x: Math.sin(nowMs / 300), y: Math.cos(nowMs / 500) }, nowMs);
    const scene = { activity: "speaking", turnId: 1, heard, reply } as const;
    stage.show(shown);
    stage.perform(director.direct(scene, shown.mood, "full", nowMs));
    const posed = performance.now();
    stage.draw();
    const drawn = performance.now();
    if (readback === "read") pen?.getImageData(0, 0, 1, 1);
    const read = performance.now();
    if (i >= WARM_UP_FRAMES) {
      costs.posedMs.push(posed - began);
      costs.drawnMs.push(drawn - posed);
      costs.readMs.push(read - drawn);
      costs.intervalMs.push(nowMs - lastMs);
    }
    lastMs = nowMs;
  }
  stage.dispose();
  return costs;
}

const WARM_UP_FRAMES = 60;
const REPLY_MS = 20_000;

/** A reply of a new mouth every 90 ms, at one sample a millisecond. */
function someReply(): Reply {
  const cues = Array.from({ length: REPLY_MS / 90 }, (_, i) => ({ at_sample: 90 * i, viseme: (7 * i) % 15, weight: 1 }));
  const emotion = { type: "reply.emotion", reply_id: 1, at_sample: 0, emotion: "happy" } as const;
  return {
    replyId: 1,
    turnId: 1,
    rateHz: 1_000,
    phrases: [],
    cues,
    emotions: [emotion],
    nSamples: null,
    status: "committed",
    stoppedAtSample: null,
  };
}

/** How often the avatar of `open` was drawn so far. */
function nDrawn(): number {
  return avatar?.nDrawn ?? 0;
}

Object.assign(window, { gauge: { open, hold, follow, ear, frames, nDrawn, problems, moods, moments } });
