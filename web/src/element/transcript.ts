// Everything that was said, to be read again and taken along.
import { heardText, type Conversation, type Line } from "../conversation.ts";
import { h, setText } from "./dom.ts";
import type { Markup } from "./markup.ts";

const COPIED_MS = 1_500;

/** Each line as who said it and what was heard of it. Pure. */
export function linesOf(conversation: Conversation, avatarName: string): { who: string; text: string }[] {
  return conversation.lines
    .map((line) => ({ who: line.who === "user" ? "You" : avatarName, text: textOf(line) }))
    .filter(({ text }) => text !== "");
}

function textOf(line: Line): string {
  if (line.who === "user") return line.text;
  const { phrases, status, stoppedAtSample } = line.reply;
  const until = status === "stopped" ? (stoppedAtSample ?? 0) : Number.POSITIVE_INFINITY;
  return heardText(phrases, until);
}

export class Transcript {
  readonly #markup: Markup["transcript"];
  #text = "";

  constructor(markup: Markup["transcript"]) {
    this.#markup = markup;
    markup.close.addEventListener("click", () => markup.dialog.close());
    markup.copy.addEventListener("click", () => void this.#copy());
  }

  open(conversation: Conversation | null, avatarName: string): void {
    const lines = conversation === null ? [] : linesOf(conversation, avatarName);
    this.#text = lines.map(({ who, text }) => `${who}: ${text}`).join("\n");
    const { list, copy, dialog } = this.#markup;
    list.replaceChildren(...lines.map(({ who, text }) => h("li", {}, h("strong", {}, who), text)));
    if (lines.length === 0) list.replaceChildren(h("li", {}, "Nothing has been said yet."));
    copy.disabled = lines.length === 0 || navigator.clipboard === undefined;
    dialog.showModal();
    list.scrollTop = list.scrollHeight;
  }

  async #copy(): Promise<void> {
    const { copy } = this.#markup;
    try {
      await navigator.clipboard.writeText(this.#text);
      setText(copy, "Copied");
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      setText(copy, "Your browser forbids it"); // a frame without the permission
    }
    setTimeout(() => setText(copy, "Copy"), COPIED_MS);
  }
}
