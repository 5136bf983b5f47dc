// Where the parts are that a script can't contain: beside it, or at a server.
import type { Assets } from "./avatar.ts";

const version = typeof VISAVIS_BUILD === "string" ? `?v=${VISAVIS_BUILD}` : "";

// Written out, one by one: that is how bundlers know what to bring along.
const playbackWorkletUrl = new URL("./playback.worklet.js", import.meta.url).href + version;
const listenWorkletUrl = new URL("./listen.worklet.js", import.meta.url).href + version;
const earWorkerUrl = new URL("./ear.worker.js", import.meta.url).href + version;
const captureWorkletUrl = new URL("./capture.worklet.js", import.meta.url).href + version;

/** Rive's runtime beside this script, for `useRuntime`. */
export const wasmUrl = new URL("./rive.wasm", import.meta.url).href + version;

/** The parts beside this script, with a Visavis server at `server` behind them. */
export function assetsOf(server: URL | string): Assets {
  const at = (path: string): string => new URL(path, withSlash(server)).href;
  return {
    playbackWorkletUrl,
    captureWorkletUrl,
    wasmUrl,
    socketUrl: at("v1/talk").replace(/^http/, "ws"),
    ear: { listenWorkletUrl, earWorkerUrl, earWeightsUrl: at("ear.npz") },
    characterUrl: (character, motion) =>
      at(`characters/${encodeURIComponent(character)}.riv${motion === "reduced" ? "?motion=reduced" : ""}`),
  };
}

/** `https://host/visavis` is a folder too: what is asked of it lies below it. */
function withSlash(server: URL | string): string {
  const { href } = new URL(server);
  return href.endsWith("/") ? href : `${href}/`;
}
