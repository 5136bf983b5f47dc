// `<visavis-avatar>`: attributes in, events out, and the page kit in a shadow root between them.
// docs/embed.md is its manual.
import { assetsOf } from "../assets.ts";
import type { Assets, Avatar } from "../avatar.ts";
import { setText } from "./dom.ts";
import css from "./element.css";
import type { AvatarEvents } from "./events.ts";
import { Kit } from "./kit.ts";
import { markup, type Markup } from "./markup.ts";

export type Form = "floating" | "inline" | "fullscreen";

const dark = (): MediaQueryList => matchMedia("(prefers-color-scheme: dark)");
/** A closed launcher is drawn when the site's own page has been. */
const PREPARE_WITHIN_MS = 2_000;

let sheet: CSSStyleSheet | null = null;

export class VisavisAvatar extends HTMLElement {
  static readonly observedAttributes = ["form", "scheme", "open", "talk", "heading"];
  #kit: Kit | null = null;
  #markup: Markup | null = null;
  #stopper = new AbortController();

  /** What is underneath: the core's avatar, without this element's buttons. Null: not in a page. */
  get avatar(): Avatar | null {
    return this.#kit?.avatar ?? null;
  }

  get form(): Form {
    const form = this.getAttribute("form");
    return form === "inline" || form === "fullscreen" ? form : "floating";
  }

  set form(form: Form) {
    this.setAttribute("form", form);
  }

  /** Whether the panel of a floating avatar is open; the other forms always are. */
  get open(): boolean {
    return this.form !== "floating" || this.hasAttribute("open");
  }

  set open(open: boolean) {
    this.toggleAttribute("open", open);
  }

  /** Starts to listen. Call it from a click or key: browsers insist. */
  async start(): Promise<void> {
    await this.#kit?.begin("microphone");
  }

  /** Ends the talk; the next start begins a new one. */
  async end(): Promise<void> {
    await this.#kit?.end();
  }

  /** Says this in the user's stead, as if typed; starts the talk if there is none. */
  async say(text: string): Promise<void> {
    await this.#kit?.say(text);
  }

  /** The avatar falls silent now. */
  interrupt(): void {
    this.avatar?.talk?.interrupt();
  }

  mute(): void {
    this.avatar?.mute("muted");
  }

  unmute(): void {
    this.avatar?.mute("open");
  }

  connectedCallback(): void {
    if (this.#kit !== null) return; // it was only moved
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [(sheet ??= styleSheet())];
    this.#markup = markup();
    root.replaceChildren(this.#markup.root);
    this.#kit = new Kit(this.#markup, this.#options());
    this.#stopper = new AbortController();
    this.#listen(this.#stopper.signal);
    for (const name of VisavisAvatar.observedAttributes) this.#apply(name);
    this.#prepareSoon(this.#kit, this.#stopper.signal);
  }

  disconnectedCallback(): void {
    // Frameworks move elements by taking them out and putting them in again: that is no goodbye.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#stopper.abort();
      void this.#kit?.dispose();
      this.#kit = null;
      this.#markup = null;
    });
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    this.#apply(name);
    const opens = name === "open" && (before === null) !== (now === null);
    if (opens && this.#kit !== null) this.#emit("visavis-open", { open: this.open });
  }

  #apply(name: string): void {
    const [kit, markup] = [this.#kit, this.#markup];
    if (kit === null || markup === null) return;
    switch (name) {
      case "scheme":
        markup.root.dataset["scheme"] = this.#scheme();
        break;
      case "talk":
        kit.settings.defaultWay = this.getAttribute("talk") === "push" ? "push" : "speak";
        break;
      case "heading":
      case "form":
        markup.root.dataset["form"] = this.form;
        markup.title.setAttribute("aria-level", this.#headingLevel());
        this.#drawOpen(markup);
        break;
      case "open":
        this.#drawOpen(markup);
        break;
      default:
    }
  }

  #options(): ConstructorParameters<typeof Kit>[1] {
    const server = new URL(this.getAttribute("server") ?? defaultServer(), document.baseURI);
    const [src, mapping] = [this.#address("src"), this.#address("mapping")];
    const assets: Assets = assetsOf(server);
    if (src !== null) assets.characterUrl = () => src;
    if (mapping !== null) assets.mapping = mapping;
    return {
      assets,
      cardUrl: assets.socketUrl.replace(/^ws/, "http").replace(/talk$/, "avatar"),
      name: this.getAttribute("name"),
      character: src ?? this.getAttribute("character"), // one file: who the server says is not asked for
      debug: this.hasAttribute("debug") ? "on" : "off",
      hud: this.hasAttribute("hud") ? "on" : "off",
      tell: ({ name, detail }) => this.#emit(name, detail),
    };
  }

  #address(attribute: "src" | "mapping"): string | null {
    const given = this.getAttribute(attribute);
    return given === null ? null : new URL(given, document.baseURI).href;
  }

  #listen(signal: AbortSignal): void {
    const { launch, minimise, root } = this.#markup as Markup;
    dark().addEventListener("change", () => this.#apply("scheme"), { signal });
    launch.addEventListener("click", () => {
      this.open = true;
      (this.#markup?.welcome.hidden === false ? this.#markup.start : this.#markup?.input)?.focus();
    });
    minimise.addEventListener("click", () => this.#minimise());
    root.addEventListener("keydown", (event) => this.#key(event), { signal });
    // A page that is the avatar listens everywhere; one among other things only within.
    document.addEventListener("keydown", (event) => {
      if (this.form === "fullscreen" && !event.composedPath().includes(root)) this.#key(event);
    }, { signal });
  }

  #key(event: KeyboardEvent): void {
    const markup = this.#markup;
    if (event.key !== "Escape" || event.defaultPrevented || markup === null) return;
    if (markup.settings.dialog.open || markup.transcript.dialog.open) return; // that one closes
    if (!markup.stop.disabled) markup.stop.click();
    else if (this.form === "floating" && this.open) this.#minimise();
  }

  /** The talk goes on behind the button, as a telephone call does. */
  #minimise(): void {
    this.open = false;
    this.#markup?.launch.focus();
  }

  #drawOpen(markup: Markup): void {
    markup.root.dataset["open"] = this.open ? "yes" : "no";
    markup.launch.hidden = this.open;
    markup.launch.setAttribute("aria-expanded", String(this.open));
    setText(markup.launch, "");
  }

  #headingLevel(): string {
    return this.getAttribute("heading") ?? (this.form === "fullscreen" ? "1" : "2");
  }

  #scheme(): "light" | "dark" {
    const wanted = this.getAttribute("scheme");
    if (wanted === "light" || wanted === "dark") return wanted;
    return dark().matches ? "dark" : "light";
  }

  /** At once where the character is the page; else when it comes into view, or there is time. */
  #prepareSoon(kit: Kit, signal: AbortSignal): void {
    const prepare = (): void => {
      if (signal.aborted) return;
      void kit.prepare();
    };
    if (this.form === "fullscreen") return prepare();
    if (this.form === "floating") {
      if ("requestIdleCallback" in window) requestIdleCallback(prepare, { timeout: PREPARE_WITHIN_MS });
      else setTimeout(prepare, PREPARE_WITHIN_MS / 4);
      return;
    }
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      prepare();
    }, { rootMargin: "50%" });
    seen.observe(this);
    signal.addEventListener("abort", () => seen.disconnect());
  }

  #emit<Name extends keyof AvatarEvents>(name: Name, detail: AvatarEvents[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

function styleSheet(): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

/** Where this script came from; a script that a site bundled for itself came from the site. */
function defaultServer(): string {
  return typeof VISAVIS_BUILD === "string" ? new URL("./", import.meta.url).href : `${location.origin}/`;
}
