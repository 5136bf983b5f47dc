// Cards and notices: what stands in the way, what to do, and the button that does it.
import { h } from "./dom.ts";
import type { Card } from "./labels.ts";
import type { Notice } from "./notices.ts";

export type Topic = "microphone" | "connection" | "server" | "stage" | "sound" | "output";

/** Shows one card at a time, and draws it only when it changes: a live region speaks each time. */
export class CardView {
  readonly #element: HTMLElement;
  readonly #act: (action: NonNullable<Card["action"]>) => void;
  #shown: Card | null = null;

  constructor(element: HTMLElement, act: (action: NonNullable<Card["action"]>) => void) {
    this.#element = element;
    this.#act = act;
  }

  show(card: Card | null): void {
    if (card?.kind === this.#shown?.kind && card?.text === this.#shown?.text) return;
    this.#shown = card;
    this.#element.hidden = card === null;
    this.#element.replaceChildren();
    if (card === null) return;
    this.#element.dataset["kind"] = card.kind;
    this.#element.append(h("strong", {}, card.title), h("p", {}, card.text));
    const { action } = card;
    if (action === null) return;
    const button = h("button", { id: "card-action", type: "button", class: "control" }, card.button);
    button.addEventListener("click", () => this.#act(action));
    this.#element.append(button);
  }
}

export class NoticeList {
  readonly #element: HTMLElement;
  readonly #act: (action: NonNullable<Notice["action"]>) => void;
  readonly #told: (notice: Notice) => void;
  readonly #shown = new Map<Topic, Notice>();

  constructor(
    element: HTMLElement,
    act: (action: NonNullable<Notice["action"]>) => void,
    told: (notice: Notice) => void,
  ) {
    this.#element = element;
    this.#act = act;
    this.#told = told;
  }

  set(topic: Topic, notice: Notice | null): void {
    if ((this.#shown.get(topic)?.title ?? "") === (notice?.title ?? "")) return;
    if (notice === null) this.#shown.delete(topic);
    else this.#shown.set(topic, notice);
    this.#draw();
    if (notice !== null) this.#told(notice);
  }

  clear(): void {
    this.#shown.clear();
    this.#draw();
  }

  #draw(): void {
    this.#element.replaceChildren(...[...this.#shown.values()].map((notice) => this.#box(notice)));
  }

  #box(notice: Notice): HTMLElement {
    const box = h("div", { class: "notice", part: "notice" }, h("p", {}, h("strong", {}, notice.title), notice.text));
    const { action } = notice;
    if (action === null) return box;
    const button = h("button", { type: "button" }, action === "reload" ? "Reload" : "Try again");
    button.addEventListener("click", () => this.#act(action));
    box.append(button);
    return box;
  }
}
