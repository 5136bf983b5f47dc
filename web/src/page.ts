// The page around the avatar: buttons, captions, plain words. Everything else is the core's.
import { Avatar } from "./avatar.ts";
import { Captions } from "./captions.ts";
import type { Heard } from "./clock.ts";
import { Conversation } from "./conversation.ts";
import type { Motion } from "./face.ts";
import * as notices from "./notices.ts";
import type { Notice } from "./notices.ts";
import { watchPointer } from "./pointer.ts";
import { publish } from "./surface.ts";
import type { Connection } from "./talk.ts";

const NOTHING_SAID = new Conversation();
/** A server's warning is read and gone; what needs action stays until it is mended. */
const SERVER_NOTICE_MS = 12_000;

type Topic = "microphone" | "connection" | "server" | "stage" | "sound";

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const motion = (): Motion => (reducedMotion.matches ? "reduced" : "full");

const start = element("start", HTMLButtonElement);
const stop = element("stop", HTMLButtonElement);
const mute = element("mute", HTMLButtonElement);
const end = element("end", HTMLButtonElement);
const input = element("text", HTMLInputElement);
const welcome = element("welcome", HTMLElement);
const controls = element("controls", HTMLElement);
const status = element("status", HTMLElement);
const suggestions = element("suggestions", HTMLElement);
const noticeList = element("notices", HTMLElement);
const canvas = element("stage", HTMLCanvasElement);
const captionList = element("captions", HTMLElement);
const captions = new Captions(captionList, element("log", HTMLElement));

// The build stamps this script's address (`?v=…`); its companions must be of the same build.
const built = (file: string): string =>
  new URL(file + new URL(import.meta.url).search, import.meta.url).href;
const served = (path: string): string => new URL(path, document.baseURI).href;

const shownNotices = new Map<Topic, Notice>();
let serverNoticeTimer: ReturnType<typeof setTimeout> | undefined;
let avatarName = document.documentElement.dataset["name"] ?? "";
let lastHeard: Heard | null = null;
let redraw: "due" | "done" = "due";

const avatar = new Avatar(
  {
    playbackWorkletUrl: built("playback.worklet.js"),
    captureWorkletUrl: built("capture.worklet.js"),
    wasmUrl: built("rive.wasm"),
    socketUrl: served("v1/talk").replace(/^http/, "ws"),
    characterUrl: (character) => served(`characters/${encodeURIComponent(character)}.riv`),
  },
  canvas,
  {
    changed: () => (redraw = "due"),
    frame: drawFrame,
    notice: (error) => {
      setNotice("server", notices.serverNotice(error));
      clearTimeout(serverNoticeTimer);
      serverNoticeTimer = setTimeout(() => setNotice("server", null), SERVER_NOTICE_MS);
    },
    microphoneProblem: (problem) =>
      setNotice("microphone", problem === null ? null : notices.microphoneNotice(problem)),
    stageProblem: (reason) => {
      if (reason !== null) console.warn("visavis:", reason);
      setNotice("stage", reason === null ? null : notices.stageNotice(avatarName));
    },
  },
  { motion, debug: new URLSearchParams(location.search).has("debug") ? "on" : "off" },
);

publish(avatar);
void avatar.showCharacter(document.documentElement.dataset["character"] ?? "pip");

start.addEventListener("click", () => void begin("microphone"));
end.addEventListener("click", () => void finish());
stop.addEventListener("click", () => avatar.talk?.interrupt());
mute.addEventListener("click", () => {
  const microphone = avatar.talk?.microphoneStatus;
  if (microphone === "closed") void avatar.openMicrophone();
  else avatar.mute(microphone === "open" ? "muted" : "open");
});
element("composer", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  void say(input.value);
  input.value = "";
});
// Phones suspend sound for calls and the like, and want a touch before it may go on.
document.addEventListener("pointerdown", () => void avatar.resumeSound());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !stop.disabled) stop.click();
});
watchPointer(canvas, (at) => avatar.look(at));

async function begin(way: "microphone" | "typing"): Promise<void> {
  start.disabled = true;
  try {
    await avatar.start();
    setNotice("sound", null);
    if (way === "microphone") await avatar.openMicrophone();
  } catch (error) {
    console.error("visavis:", error);
    setNotice("sound", notices.soundNotice(error instanceof Error ? error.message : String(error)));
  } finally {
    start.disabled = false;
    draw(avatar.talk?.connection ?? "idle");
    if (document.activeElement === document.body) mute.focus(); // the start button is gone
  }
}

async function finish(): Promise<void> {
  await avatar.end();
  shownNotices.clear();
  drawNotices();
  start.focus();
}

async function say(text: string): Promise<void> {
  if (text.trim() === "") return;
  if (!isInSession()) await begin("typing");
  avatar.talk?.say(text);
}

function isInSession(): boolean {
  const connection = avatar.talk?.connection ?? "idle";
  return connection !== "idle" && connection !== "ended";
}

/** Once a frame; the cheap part always, the rest only when something has changed. */
function drawFrame(heard: Heard | null, mood: string): void {
  lastHeard = heard;
  document.body.dataset["mood"] = mood;
  captions.show(avatar.talk?.conversation ?? NOTHING_SAID, lastHeard, avatarName);
  if (redraw === "done") return;
  redraw = "done";
  draw(avatar.talk?.connection ?? "idle");
}

function draw(connection: Connection): void {
  const talk = avatar.talk;
  const persona = talk?.ready?.persona;
  if (persona !== undefined && persona.name !== avatarName) avatarName = persona.name;
  element("title", HTMLElement).textContent = `Talk with ${avatarName}`;
  document.title = `${avatarName} · Visavis`;
  canvas.setAttribute("aria-label", `${avatarName}, an animated character`);
  document.body.dataset["connection"] = connection;

  const inSession = isInSession();
  welcome.hidden = inSession;
  captionList.hidden = !inSession;
  controls.hidden = !inSession;
  status.textContent = statusLabel(connection);

  const microphone = talk?.microphoneStatus ?? "closed";
  mute.setAttribute("aria-pressed", String(microphone !== "open"));
  element("mute-label", HTMLElement).textContent =
    microphone === "open" ? "Mute" : microphone === "muted" ? "Unmute" : "Use mic";

  const speaks = [...(talk?.conversation.replies.values() ?? [])].some(
    (reply) => reply.status === "committed" || reply.status === "ducked",
  );
  stop.disabled = !speaks && talk?.conversation.activity !== "thinking";

  const asked = talk?.conversation.lines.some((line) => line.who === "user") ?? false;
  drawSuggestions(connection === "ready" && !asked ? (persona?.suggestions ?? []) : []);
  setNotice("connection", notices.connectionNotice(connection));
}

function statusLabel(connection: Connection): string {
  switch (connection) {
    case "idle":
    case "ended":
      return "";
    case "connecting":
      return "Waking up…";
    case "reconnecting":
      return "Reconnecting…";
    case "refused":
      return "Not connected";
    case "ready":
      return activityLabel();
  }
}

function activityLabel(): string {
  switch (avatar.talk?.conversation.activity) {
    case "hearing":
      return "Hearing you";
    case "thinking":
      return "Thinking…";
    case "speaking":
      return "Speaking";
    case "listening":
    case undefined: {
      const microphone = avatar.talk?.microphoneStatus;
      return microphone === "open" ? "Listening" : microphone === "muted" ? "Muted" : "Ready: type below";
    }
  }
}

function drawSuggestions(texts: readonly string[]): void {
  if (suggestions.childElementCount === texts.length) return; // they come and go as one
  suggestions.replaceChildren(
    ...texts.map((text) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", () => void say(text));
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
}

function setNotice(topic: Topic, notice: Notice | null): void {
  const known = shownNotices.get(topic);
  if ((known?.title ?? "") === (notice?.title ?? "")) return;
  if (notice === null) shownNotices.delete(topic);
  else shownNotices.set(topic, notice);
  drawNotices();
}

function drawNotices(): void {
  noticeList.replaceChildren(...[...shownNotices.values()].map(noticeElement));
}

function noticeElement(notice: Notice): HTMLElement {
  const box = document.createElement("div");
  box.className = "notice";
  const words = document.createElement("p");
  const title = document.createElement("strong");
  title.textContent = notice.title;
  words.append(title, notice.text);
  box.append(words);
  if (notice.action !== null) {
    const button = document.createElement("button");
    button.type = "button";
    const reload = notice.action === "reload";
    button.textContent = reload ? "Reload" : "Try again";
    button.addEventListener("click", () => {
      if (reload) location.reload();
      else void begin("microphone");
    });
    box.append(button);
  }
  return box;
}

function element<T extends HTMLElement>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html has no ${type.name} #${id}`);
  return found;
}
