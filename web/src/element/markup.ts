// What is in the shadow root. Ids are for this code, parts for the pages that style it.
import { h, icon, iconButton } from "./dom.ts";

export type Markup = ReturnType<typeof markup>;

export function markup() {
  const canvas = h("canvas", { id: "stage", part: "canvas", role: "img" });
  const stage = h("div", { class: "stage", part: "stage" }, h("div", { class: "halo", "aria-hidden": "true" }), canvas);
  const status = h("span", { id: "status" });
  const title = h("div", { id: "title", class: "title", role: "heading" });
  const start = h("button", { id: "start", part: "start", type: "button", class: "start" }, "Start talking");
  const welcome = h(
    "div",
    { id: "welcome", part: "welcome", class: "welcome" },
    title,
    h("p", {}, "Speak as you would to a friend, and interrupt whenever you like."),
    start,
  );
  const captions = h("ol", { id: "captions", part: "captions", class: "captions", "aria-label": "Conversation", tabindex: "0", hidden: "" });
  const log = h("div", { id: "log", class: "unseen", role: "log", "aria-live": "polite", "aria-label": "What was said" });
  const spoken = h("p", { id: "spoken-status", class: "unseen", role: "status" });
  const card = h("div", { id: "card", part: "card", class: "card", role: "alert", hidden: "" });
  const notices = h("div", { id: "notices", part: "notices", class: "notices", role: "alert" });
  const suggestions = h("ul", { id: "suggestions", part: "suggestions", class: "suggestions", "aria-label": "You could ask" });

  const barName = h("span", { class: "bar-name", part: "name", "aria-hidden": "true" });
  const transcriptOpen = iconButton("transcript-open", "Transcript", "transcript");
  const settingsOpen = iconButton("settings-open", "Settings", "settings");
  const minimise = iconButton("minimise", "Close", "down");
  const bar = h("div", { class: "bar", part: "bar" }, barName, transcriptOpen, settingsOpen, minimise);

  const dock = composer();
  const launch = h("button", { id: "launch", part: "launcher", type: "button", class: "launch" });
  const hud = h("dl", { id: "hud", part: "hud", class: "hud", "aria-label": "Latency", hidden: "" });
  const app = h(
    "section",
    { id: "app", part: "panel", class: "app" },
    bar,
    stage,
    h("p", { class: "status", part: "status" }, h("span", { class: "dot", "aria-hidden": "true" }), status),
    h("div", { class: "talk" }, welcome, card, captions, log, spoken),
    notices,
    suggestions,
    dock.composer,
    hud,
    launch,
  );
  const settings = settingsDialog();
  const transcript = transcriptDialog();
  const root = h("div", { class: "root" }, app, settings.dialog, transcript.dialog);
  return {
    root, app, canvas, status, title, start, welcome, captions, log, spoken, card, notices,
    suggestions, barName, transcriptOpen, settingsOpen, minimise, launch, hud, settings, transcript,
    ...dock,
  };
}

function composer() {
  const input = h("input", { id: "text", part: "input", type: "text", maxlength: "2000", placeholder: "Or type here…", enterkeyhint: "send" });
  const send = h("button", { id: "send", part: "send", type: "submit", class: "round", "aria-label": "Send", title: "Send" }, icon("send"));
  const muteLabel = h("span", { id: "mute-label" }, "Mute");
  const meter = h("span", { class: "meter", part: "meter", "aria-hidden": "true" });
  const mute = h("button", { id: "mute", part: "button mute", type: "button", class: "control" }, icon("microphone", "slash"), muteLabel, meter);
  const holdLabel = h("span", {}, "Hold to talk");
  const hold = h("button", { id: "hold", part: "button hold", type: "button", class: "control", "aria-pressed": "false", hidden: "" }, icon("microphone"), holdLabel);
  const stop = h("button", { id: "stop", part: "button stop", type: "button", class: "control", disabled: "", title: "Interrupt (Esc)" }, icon("stop"), h("span", {}, "Stop"));
  const end = h("button", { id: "end", part: "button end", type: "button", class: "control" }, icon("close"), h("span", {}, "End"));
  const controls = h("div", { id: "controls", part: "controls", class: "controls", hidden: "" }, mute, hold, stop, end);
  const field = h("div", { class: "field", part: "field" }, h("label", { class: "unseen", for: "text" }, "Type instead of speaking"), input, send);
  const form = h("form", { id: "composer", part: "composer", class: "dock", autocomplete: "off" }, field, controls);
  return { composer: form, input, send, mute, muteLabel, meter, hold, holdLabel, stop, end, controls };
}

function settingsDialog() {
  const microphone = h("select", { id: "microphone" });
  const speaker = h("select", { id: "speaker" });
  const speakerRow = row("speaker", "Loudspeaker", speaker);
  const level = h("span", { class: "meter wide", "aria-hidden": "true" });
  const push = h("input", { id: "push", type: "checkbox", role: "switch" });
  const captionsShown = h("input", { id: "captions-shown", type: "checkbox", role: "switch" });
  const close = h("button", { id: "settings-close", type: "button", class: "control" }, "Done");
  const dialog = h(
    "dialog",
    { id: "settings", part: "dialog settings", "aria-labelledby": "settings-title" },
    h("h2", { id: "settings-title" }, "Settings"),
    row("microphone", "Microphone", microphone),
    h("div", { class: "row" }, h("span", {}, "What it hears"), level),
    speakerRow,
    row("push", "Hold a button while I speak", push),
    row("captions-shown", "Show captions", captionsShown),
    h("div", { class: "actions" }, close),
  );
  return { dialog, microphone, speaker, speakerRow, level, push, captionsShown, close };
}

function transcriptDialog() {
  const list = h("ol", { id: "transcript-lines", class: "transcript", tabindex: "0", "aria-label": "Everything that was said" });
  const copy = h("button", { id: "transcript-copy", type: "button", class: "control" }, "Copy");
  const close = h("button", { id: "transcript-close", type: "button", class: "control" }, "Done");
  const dialog = h(
    "dialog",
    { id: "transcript", part: "dialog transcript", "aria-labelledby": "transcript-title" },
    h("h2", { id: "transcript-title" }, "Transcript"),
    list,
    h("div", { class: "actions" }, copy, close),
  );
  return { dialog, list, copy, close };
}

function row(id: string, name: string, control: HTMLElement): HTMLElement {
  return h("div", { class: "row" }, h("label", { for: id }, name), control);
}
