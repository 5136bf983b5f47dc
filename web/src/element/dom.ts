// Elements without a parser: sites whose policy forbids `innerHTML` can embed us too.

type Attributes = Readonly<Record<string, string>>;

export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Lines on a grid of 24 by 24. */
const ICONS = {
  send: ["M12 19V5", "M6 11l6-6 6 6"],
  microphone: ["M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z", "M5.5 11.5a6.5 6.5 0 0 0 13 0", "M12 18v3"],
  slash: ["M4 4l16 16"],
  stop: ["M9 6.5h6a2.5 2.5 0 0 1 2.5 2.5v6a2.5 2.5 0 0 1-2.5 2.5H9A2.5 2.5 0 0 1 6.5 15V9A2.5 2.5 0 0 1 9 6.5z"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  down: ["M5 9l7 7 7-7"],
  transcript: ["M5 6h14", "M5 12h14", "M5 18h8"],
  settings: ["M4 7h9", "M19 7h1", "M16 4.5v5", "M4 17h1", "M11 17h9", "M8 14.5v5"],
} as const;

export type IconName = keyof typeof ICONS;

export function icon(...names: readonly IconName[]): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const name of names) {
    for (const line of ICONS[name]) {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", line);
      path.setAttribute("class", name);
      svg.append(path);
    }
  }
  return svg;
}

/** A button that shows only a picture has a name all the same. */
export function iconButton(id: string, name: string, picture: IconName, part = id): HTMLButtonElement {
  return h("button", { id, part, type: "button", class: "icon", "aria-label": name, title: name }, icon(picture));
}

/** Sets what has changed and nothing else: a live region speaks whenever it is touched. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
