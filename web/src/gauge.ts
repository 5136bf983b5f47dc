// What benches and tests drive from outside: an avatar on a bare page, and what it costs. Nothing of
// this is in the page that people see. See src/visavis/bench/browser/gauge.py.
import { Avatar, type AvatarListener } from "./avatar.ts";
import type { EarOrder, EarReport } from "./ear.worker.ts";
import type { Moment } from "./moments.ts";

const at = (path: string): string => new URL(path, document.baseURI).href;
const assets = {
  playbackWorkletUrl: at("playback.worklet.js"),
  captureWorkletUrl: at("capture.worklet.js"),
  wasmUrl: at("rive.wasm"),
  socketUrl: at("v1/talk").replace(/^http/, "ws"),
  characterUrl: (character: string) => at(`characters/${character}.riv`),
  ear: {
    listenWorkletUrl: at("listen.worklet.js"),
    earWorkerUrl: at("ear.worker.js"),
    earWeightsUrl: at("ear.npz"),
  },
};

let avatar: Avatar | null = null;
const problems: string[] = [];
const moods: string[] = [];
const moments: Moment[] = [];

/** Shows a character `sizePx` wide and high; throws where it can't be drawn. */
async function open(character: string, sizePx: number): Promise<void> {
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
  avatar = new Avatar(assets, canvas, listener, { motion: () => "full", debug: "off" });
  await avatar.showCharacter(character);
  if (problems.length > 0) throw new Error(problems.join("\n"));
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

Object.assign(window, { gauge: { open, follow, ear, problems, moods, moments } });
