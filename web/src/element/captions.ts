// Both sides of the conversation as text. The avatar's words appear as they are heard; a hidden log
// tells screen readers each line once, when it is complete.
import type { Heard } from "../clock.ts";
import { heardText, type AvatarLine, type Conversation, type Line } from "../conversation.ts";

/** What stays on the screen to be scrolled back to. */
const MAX_SHOWN_LINES = 60;

export class Captions {
  readonly #list: HTMLElement;
  readonly #log: HTMLElement;
  readonly #shown = new Map<Line, HTMLElement>();
  readonly #told = new WeakSet<Line>();
  #avatarName = "";
  /** What has been heard of the reply that speaks now; empty while none does. */
  heardNow = "";

  constructor(list: HTMLElement, log: HTMLElement) {
    this.#list = list;
    this.#log = log;
  }

  show(conversation: Conversation, heard: Heard | null, avatarName: string): void {
    this.#avatarName = avatarName;
    const lines = conversation.lines.slice(-MAX_SHOWN_LINES);
    const wasAtEnd = this.#isAtEnd();
    let grew = false;
    this.heardNow = "";
    for (const [line, item] of this.#shown) {
      if (lines.includes(line)) continue;
      item.remove();
      this.#shown.delete(line);
    }
    for (const [index, line] of lines.entries()) {
      const text = line.who === "user" ? line.text : avatarText(line, heard);
      if (line.who === "avatar" && line.reply.replyId === heard?.replyId) this.heardNow = text;
      const item = this.#item(line, index);
      const status = line.who === "user" ? line.status : line.reply.status;
      if (item.dataset["status"] !== status) item.dataset["status"] = status;
      const words = item.lastElementChild as HTMLElement;
      if (words.textContent !== text) {
        words.textContent = text;
        item.hidden = text === "";
        grew = true;
      }
      this.#tell(line, text);
    }
    if (grew && wasAtEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #item(line: Line, index: number): HTMLElement {
    const known = this.#shown.get(line);
    if (known !== undefined) return known;
    const item = document.createElement("li");
    item.className = `line ${line.who}`;
    item.hidden = true;
    const who = document.createElement("span");
    who.className = "who";
    who.textContent = this.#nameOf(line);
    const words = document.createElement("span");
    words.className = "words";
    item.append(who, words);
    this.#list.insertBefore(item, this.#list.children[index] ?? null);
    this.#shown.set(line, item);
    return item;
  }

  #tell(line: Line, text: string): void {
    const complete =
      line.who === "user"
        ? line.status === "final"
        : line.reply.status === "ended" || line.reply.status === "stopped";
    if (!complete || this.#told.has(line) || text === "") return;
    this.#told.add(line);
    const entry = document.createElement("p");
    entry.textContent = `${this.#nameOf(line)}: ${text}`;
    this.#log.append(entry);
    while (this.#log.childElementCount > MAX_SHOWN_LINES) this.#log.firstElementChild?.remove();
  }

  #nameOf(line: Line): string {
    return line.who === "user" ? "You" : this.#avatarName;
  }

  #isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight < 40;
  }
}

function avatarText(line: AvatarLine, heard: Heard | null): string {
  const { reply } = line;
  switch (reply.status) {
    case "stopped":
      return heardText(reply.phrases, reply.stoppedAtSample ?? 0);
    case "ended":
      return heardText(reply.phrases, Number.POSITIVE_INFINITY);
    case "armed":
    case "discarded":
      return "";
    case "committed":
    case "ducked":
      return heard?.replyId === reply.replyId ? heardText(reply.phrases, heard.sample) : "";
  }
}
