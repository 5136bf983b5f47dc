// What can go wrong, in plain words, each with what to do next.
import type { MicrophoneProblem } from "../microphone.ts";
import type { Connection } from "../talk.ts";
import type { Error as ServerError } from "../wire.ts";

export interface Notice {
  title: string;
  text: string;
  /** A button that may help, if there is one. */
  action: "retry-microphone" | "reload" | null;
}

export function microphoneNotice(problem: MicrophoneProblem): Notice {
  switch (problem) {
    case "refused":
      return {
        title: "The microphone is blocked",
        text: "Allow it with the icon beside the page’s address, then try again. Or just type: everything works without it.",
        action: "retry-microphone",
      };
    case "missing":
      return {
        title: "No microphone found",
        text: "Plug one in or switch it on, then try again. Or just type: everything works without it.",
        action: "retry-microphone",
      };
    case "busy":
      return {
        title: "The microphone is in use",
        text: "Another program is holding it: close calls and recorders, then try again. Or just type.",
        action: "retry-microphone",
      };
    case "insecure":
      return {
        title: "Browsers allow the microphone only on secure pages",
        text: "Start the server with “visavis serve --lan”, or open the page on the machine itself as http://localhost. Until then you can type.",
        action: null,
      };
    case "failed":
      return {
        title: "The microphone could not be opened",
        text: "Try again, or choose another one in the browser’s settings. Or just type.",
        action: "retry-microphone",
      };
  }
}

export function connectionNotice(connection: Connection): Notice | null {
  switch (connection) {
    case "reconnecting":
      return {
        title: "The server can’t be reached",
        text: "Trying again by itself. If this lasts, see whether “visavis serve” is still running.",
        action: null,
      };
    case "refused":
      return {
        title: "This page and its server don’t match",
        text: "The server was updated while the page was open. Reload to get the new page.",
        action: "reload",
      };
    case "idle":
    case "connecting":
    case "ready":
    case "ended":
      return null;
  }
}

export function serverNotice(error: ServerError): Notice {
  return { title: sentence(error.message), text: sentence(error.hint ?? ""), action: null };
}

export function stageNotice(name: string): Notice {
  return {
    title: `${name} can’t be drawn`,
    text: "The character’s file did not load. You can talk all the same; reload the page to try again.",
    action: "reload",
  };
}

export function soundNotice(reason: string): Notice {
  return {
    title: "Sound could not be started",
    text: `Reload the page and try again, or use a current browser. (${reason})`,
    action: "reload",
  };
}

export function silenceNotice(name: string): Notice {
  return {
    title: "No sound output",
    text: `This browser finds no loudspeaker, and without one it opens no microphone. ${name} speaks in captions, and you can type. Once there is one, click anywhere.`,
    action: null,
  };
}

function sentence(text: string): string {
  return text === "" ? "" : text[0]?.toUpperCase() + text.slice(1);
}
