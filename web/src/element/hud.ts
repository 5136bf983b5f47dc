// The latency HUD: what the page itself can know of the last answer's way. `visavis bench latency`
// measures from the outside; this is for looking while one talks.
import type { Avatar } from "../avatar.ts";
import type { DebugEvent } from "../debug.ts";
import { h } from "./dom.ts";

const DRAW_INTERVAL_MS = 250;

export interface Answer {
  turnId: number;
  /** When the server reached each stage, ms after the turn's soft end, by its own clock. */
  stagesMs: Readonly<Record<string, number>>;
  /** From the page's `reply.commit` to the first audible sample at the ear; null until it is there. */
  commitToEarMs: number | null;
}

/** The newest answer that the log tells of. Pure. */
export function lastAnswer(events: readonly DebugEvent[]): Answer | null {
  const commit = events.findLast((event) => event.kind === "commit");
  if (commit === undefined) return null;
  const trace = events.findLast(
    (event) => event.kind === "message" && isTrace(event.message) && event.message.reply_id === commit.replyId,
  );
  const voice = events.findLast(
    (event) => event.kind === "voice" && event.replyId === commit.replyId && event.contextTimeS >= commit.contextTimeS - 1,
  );
  return {
    turnId: commit.turnId,
    stagesMs: trace?.kind === "message" && isTrace(trace.message) ? trace.message.stages_ms : {},
    commitToEarMs: voice?.kind === "voice" ? 1000 * (voice.heardAtS - commit.contextTimeS) : null,
  };
}

interface Trace {
  type: "trace";
  reply_id: number;
  stages_ms: Record<string, number>;
}

function isTrace(message: { type: string }): message is Trace {
  return message.type === "trace";
}

export class Hud {
  readonly #list: HTMLElement;
  readonly #avatar: Avatar;
  #frames = 0;
  #lastMs = performance.now();

  constructor(list: HTMLElement, avatar: Avatar) {
    this.#list = list;
    this.#avatar = avatar;
    list.hidden = false;
  }

  /** Call once a drawn frame. */
  frame(): void {
    this.#frames++;
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.#lastMs;
    if (elapsedMs < DRAW_INTERVAL_MS) return;
    const fps = (1000 * this.#frames) / elapsedMs;
    this.#frames = 0;
    this.#lastMs = nowMs;
    this.#draw(fps);
  }

  #draw(fps: number): void {
    const { talk } = this.#avatar;
    const latencyS = this.#avatar.audioNow()?.latencyS;
    const answer = lastAnswer(this.#avatar.debug?.events ?? []);
    const rows: [string, string][] = [
      ["frames", `${fps.toFixed(0)} a second`],
      ["server and back", ms(talk?.roundTripMs)],
      ["loudspeaker", ms(latencyS === undefined ? null : 1000 * latencyS)],
    ];
    if (answer !== null) {
      rows.push(["answer to turn", String(answer.turnId)]);
      for (const [stage, atMs] of Object.entries(answer.stagesMs).sort((a, b) => a[1] - b[1])) {
        rows.push([stage.replaceAll("_", " "), ms(atMs)]);
      }
      rows.push(["commit to ear", ms(answer.commitToEarMs)]);
    }
    this.#list.replaceChildren(...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
  }
}

function ms(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : `${value.toFixed(0)} ms`;
}
