// What the element says about its state: pure, from what is so to words.
import type { SoundState } from "../avatar.ts";
import type { Activity } from "../conversation.ts";
import type { MicrophoneProblem } from "../microphone.ts";
import type { Connection, MicrophoneStatus } from "../talk.ts";

/** How the user's turn is told: by speaking, or by holding a button while speaking. */
export type Way = "speak" | "push";

export interface State {
  connection: Connection;
  activity: Activity;
  microphone: MicrophoneStatus;
  way: Way;
}

/** The line under the character. */
export function statusLabel(state: State): string {
  switch (state.connection) {
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
      return activityLabel(state);
  }
}

function activityLabel(state: State): string {
  switch (state.activity) {
    case "hearing":
      return "Hearing you";
    case "thinking":
      return "Thinking…";
    case "speaking":
      return "Speaking";
    case "listening":
      return earLabel(state);
  }
}

function earLabel({ microphone, way }: State): string {
  switch (microphone) {
    case "open":
      return "Listening";
    case "muted":
      return way === "push" ? "Hold the button to speak" : "Muted";
    case "closed":
      return "Ready: type below";
  }
}

/** The same for ears: not every change of a lively talk, which is heard anyway. */
export function spokenStatus(state: State): string {
  return state.connection === "ready" ? `Connected. ${earLabel(state)}.` : statusLabel(state);
}

export function muteLabel({ microphone }: State): string {
  if (microphone === "closed") return "Use mic";
  return microphone === "open" ? "Mute" : "Unmute";
}

export function holdLabel({ microphone }: State): string {
  return microphone === "open" ? "Let go to send" : "Hold to talk";
}

/** What stands in the way of a talk and needs the user's hand: one at a time. */
export interface Card {
  kind: "refused" | "asking" | "blocked" | "silent";
  title: string;
  text: string;
  action: "retry-server" | "retry-microphone" | "unlock" | null;
  button: string;
}

export interface Obstacles {
  name: string;
  /** The server's own words, if it lets this site's pages in no further. */
  refusal: { message: string; hint: string } | null;
  microphone: "quiet" | "asking" | MicrophoneProblem;
  sound: SoundState;
}

export function cardOf({ name, refusal, microphone, sound }: Obstacles): Card | null {
  if (refusal !== null) {
    return {
      kind: "refused",
      title: "This site may not use its avatar’s server yet",
      text: `${refusal.message} ${refusal.hint}`.trim(),
      action: "retry-server",
      button: "Try again",
    };
  }
  if (sound === "suspended") {
    return {
      kind: "silent",
      title: `${name} is silent`,
      text: "Your browser plays sound only after a touch.",
      action: "unlock",
      button: "Turn sound on",
    };
  }
  if (microphone === "asking") {
    return {
      kind: "asking",
      title: `May ${name} hear you?`,
      text: "Your browser is asking for the microphone: choose “Allow”. Typing works without it.",
      action: null,
      button: "",
    };
  }
  if (microphone === "refused") {
    return {
      kind: "blocked",
      title: "The microphone is blocked",
      text: "Allow it with the icon beside the page’s address, then try again. Or just type: everything works without it.",
      action: "retry-microphone",
      button: "Try again",
    };
  }
  return null;
}
