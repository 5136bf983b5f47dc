// The element: a canvas in a shadow root, and the avatar on it.
import { assetsOf } from "../assets.ts";
import { Avatar } from "../avatar.ts";
import css from "./element.css";

/** Attributes: `server` (default: where this script came from), `character`. */
export class VisavisAvatar extends HTMLElement {
  #avatar: Avatar | null = null;

  connectedCallback(): void {
    if (this.#avatar !== null) return;
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    const canvas = document.createElement("canvas");
    canvas.setAttribute("part", "canvas");
    root.append(canvas);
    const server = this.getAttribute("server") ?? new URL("./", import.meta.url).href;
    this.#avatar = new Avatar(
      assetsOf(new URL(server, document.baseURI)),
      canvas,
      {
        changed: () => this.dispatchEvent(new CustomEvent("visavis-change")),
        frame: () => {},
        notice: () => {},
        microphoneProblem: () => {},
        stageProblem: (reason) => reason !== null && console.warn("visavis:", reason),
      },
      { motion: () => "full", debug: "off" },
    );
    void this.#avatar.showCharacter(this.getAttribute("character") ?? "pip");
  }

  /** Must be called from a click or key: browsers insist. */
  async start(): Promise<void> {
    await this.#avatar?.openMicrophone();
  }

  async end(): Promise<void> {
    await this.#avatar?.end();
  }
}
