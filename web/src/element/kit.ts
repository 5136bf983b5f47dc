// The page kit: everything around the canvas. It shows what the avatar tells and does what buttons
// ask; what is to be said in which state is labels.ts's business.
import { Avatar, type Assets } from "../avatar.ts";
import type { Heard } from "../clock.ts";
import { Conversation } from "../conversation.ts";
import type { Mood, Motion } from "../face.ts";
import type { MicrophoneProblem } from "../microphone.ts";
import { watchPointer } from "../pointer.ts";
import type { Connection } from "../talk.ts";
import { Captions } from "./captions.ts";
import { CardView, NoticeList } from "./card.ts";
import { h, setText } from "./dom.ts";
import { BEFORE, changes, lookAt, type AvatarEvent } from "./events.ts";
import { holdable } from "./hold.ts";
import { Hud } from "./hud.ts";
import { cardOf, holdLabel, muteLabel, spokenStatus, statusLabel, type Card, type Obstacles, type State, type Way } from "./labels.ts";
import type { Markup } from "./markup.ts";
import { Meter } from "./meter.ts";
import { connectionNotice, microphoneNotice, serverNotice, silenceNotice, soundNotice, stageNotice, type Notice } from "./notices.ts";
import { askServer } from "./server.ts";
import { Settings } from "./settings.ts";
import { Transcript } from "./transcript.ts";

const NOTHING_SAID = new Conversation();
/** A server's warning is read and gone; what needs action stays until it is mended. */
const SERVER_NOTICE_MS = 12_000;

export interface KitOptions {
  assets: Assets;
  /** `GET /v1/avatar` of the server. */
  cardUrl: string;
  name: string | null;
  character: string | null;
  debug: "off" | "on";
  hud: "off" | "on";
  tell(event: AvatarEvent): void;
}

export class Kit {
  readonly avatar: Avatar;
  readonly settings: Settings;
  readonly #markup: Markup;
  readonly #options: KitOptions;
  readonly #captions: Captions;
  readonly #card: CardView;
  readonly #notices: NoticeList;
  readonly #transcript: Transcript;
  readonly #meter: Meter;
  readonly #hud: Hud | null;
  readonly #stopper = new AbortController();
  readonly #reducedMotion = reducedMotion();
  #name: string;
  #way: Way;
  #microphone: Obstacles["microphone"] = "quiet";
  #refusal: Obstacles["refusal"] = null;
  #redraw: "due" | "done" = "due";
  #mood: Mood = "idle";
  #look = BEFORE;
  #heardWords = "";
  #serverNoticeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(markup: Markup, options: KitOptions) {
    this.#markup = markup;
    this.#options = options;
    this.#name = options.name ?? "";
    this.#captions = new Captions(markup.captions, markup.log);
    this.#card = new CardView(markup.card, (action) => void this.#act(action));
    this.#notices = new NoticeList(
      markup.notices,
      (action) => (action === "reload" ? location.reload() : void this.begin("microphone")),
      ({ title, text }) => options.tell({ name: "visavis-notice", detail: { title, text } }),
    );
    this.#transcript = new Transcript(markup.transcript);
    this.#meter = new Meter(markup.meter, markup.settings.level);
    const motion = (): Motion => (this.#reducedMotion.matches ? "reduced" : "full");
    this.avatar = new Avatar(
      options.assets,
      markup.canvas,
      {
        changed: () => this.#changed(),
        frame: (heard, mood) => this.#frame(heard, mood),
        notice: (error) => this.#serverNotice(serverNotice(error)),
        microphoneProblem: (problem) => this.#microphoneProblem(problem),
        moment: (moment) => options.tell({ name: "visavis-moment", detail: moment }),
        stageProblem: (reason) => this.#stageProblem(reason),
      },
      { motion, debug: options.debug === "on" || options.hud === "on" ? "on" : "off" },
    );
    this.#hud = options.hud === "on" ? new Hud(markup.hud, this.avatar) : null;
    this.settings = new Settings(markup.settings, this.avatar, () => this.#settingsChanged());
    this.#way = this.settings.way;
    this.#listen();
  }

  /** Asks the server who answers there, and draws the character. */
  async prepare(): Promise<void> {
    const { name, character, cardUrl } = this.#options;
    if (character !== null) void this.avatar.showCharacter(character);
    // The served page has been told all that there is to ask: a warm one asks nobody.
    const isOurs = new URL(cardUrl).origin === location.origin;
    if (name === null || character === null || !isOurs) await this.#askServer();
    else this.#draw();
    if (character === null) await this.avatar.showCharacter("pip");
  }

  /** Opens the session; from a click or key, or browsers keep sound and microphone shut. */
  async begin(way: "microphone" | "typing"): Promise<void> {
    this.#markup.start.disabled = true;
    try {
      await this.avatar.start();
      this.#notices.set("sound", null);
      if (way === "microphone") await this.#openMicrophone();
    } catch (error) {
      console.error("visavis:", error);
      this.#notices.set("sound", soundNotice(error instanceof Error ? error.message : String(error)));
    } finally {
      this.#markup.start.disabled = false;
      this.#draw();
    }
  }

  async end(): Promise<void> {
    this.#microphone = "quiet";
    await this.avatar.end();
    this.#notices.clear();
    this.#draw();
  }

  async say(text: string): Promise<void> {
    if (text.trim() === "") return;
    if (!isInSession(this.#connection)) await this.begin("typing");
    this.avatar.talk?.say(text);
  }

  async dispose(): Promise<void> {
    this.#stopper.abort();
    clearTimeout(this.#serverNoticeTimer);
    this.settings.dispose();
    await this.avatar.dispose();
  }

  get name(): string {
    return this.#name;
  }

  get #connection(): Connection {
    return this.avatar.talk?.connection ?? "idle";
  }

  get #state(): State {
    return {
      connection: this.#connection,
      activity: this.avatar.talk?.conversation.activity ?? "listening",
      // On a machine without sound its frames never come, whatever it was told.
      microphone: this.avatar.soundState === "absent" ? "closed" : (this.avatar.talk?.microphoneStatus ?? "closed"),
      way: this.settings.way,
    };
  }

  #listen(): void {
    const { start, end, stop, mute, hold, composer, input, settingsOpen, transcriptOpen } = this.#markup;
    const { signal } = this.#stopper;
    start.addEventListener("click", () => void this.#start());
    end.addEventListener("click", () => void this.end().then(() => start.focus()));
    stop.addEventListener("click", () => this.avatar.talk?.interrupt());
    mute.addEventListener("click", () => {
      const microphone = this.avatar.talk?.microphoneStatus;
      if (microphone === "closed") void this.#openMicrophone();
      else this.avatar.mute(microphone === "open" ? "muted" : "open");
    });
    holdable(hold, () => this.#state.microphone === "open", (state) =>
      this.avatar.mute(state === "on" ? "open" : "muted"),
    );
    composer.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.say(input.value);
      input.value = "";
    });
    settingsOpen.addEventListener("click", () => this.settings.open());
    transcriptOpen.addEventListener("click", () =>
      this.#transcript.open(this.avatar.talk?.conversation ?? null, this.#name),
    );
    // Phones suspend sound for calls and the like, and want a touch before it may go on.
    for (const touch of ["pointerdown", "keydown"]) {
      document.addEventListener(touch, () => void this.avatar.resumeSound(), { signal });
    }
    document.addEventListener("visibilitychange", () => this.#visibilityChanged(), { signal });
    window.addEventListener("pageshow", () => this.#visibilityChanged(), { signal });
    // A list of its own: one that is read each frame sees the change there, and Chromium tells it no more.
    reducedMotion().addEventListener("change", () => void this.avatar.motionChanged(), { signal });
    window.addEventListener("online", () => this.avatar.talk?.retryNow(), { signal });
    signal.addEventListener("abort", watchPointer(this.#markup.canvas, (at) => this.avatar.look(at)));
  }

  /** The start button vanishes under the finger: the focus goes to what took its place. */
  async #start(): Promise<void> {
    await this.begin("microphone");
    const { mute, hold, input } = this.#markup;
    if ((this.#markup.root.getRootNode() as ShadowRoot).activeElement === null) {
      ([hold, mute].find((button) => !button.hidden) ?? input).focus();
    }
  }

  async #openMicrophone(): Promise<void> {
    this.#microphone = "asking";
    this.#draw();
    await this.avatar.openMicrophone();
    if (this.#microphone === "asking") this.#microphone = "quiet"; // no problem was told
    if (this.settings.way === "push") this.avatar.mute("muted");
    this.#draw();
  }

  #settingsChanged(): void {
    const { way } = this.settings;
    if (way !== this.#way) this.avatar.mute(way === "push" ? "muted" : "open");
    this.#way = way;
    this.#changed();
  }

  #microphoneProblem(problem: MicrophoneProblem | null): void {
    // Being refused has a card of its own; null comes when the browser is asked anew.
    if (problem !== null) this.#microphone = problem;
    const noticed = problem === null || problem === "refused" ? null : problem;
    this.#notices.set("microphone", noticed === null ? null : microphoneNotice(noticed));
    this.#draw();
  }

  #stageProblem(reason: string | null): void {
    if (reason !== null) console.warn("visavis:", reason);
    this.#notices.set("stage", reason === null ? null : stageNotice(this.#name || "The character"));
    const state = reason === null ? "shown" : "failed";
    this.#options.tell({ name: "visavis-character", detail: { state, name: this.#name } });
  }

  #serverNotice(notice: Notice): void {
    this.#notices.set("server", notice);
    clearTimeout(this.#serverNoticeTimer);
    this.#serverNoticeTimer = setTimeout(() => this.#notices.set("server", null), SERVER_NOTICE_MS);
  }

  async #act(action: NonNullable<Card["action"]>): Promise<void> {
    switch (action) {
      case "retry-server":
        await this.#askServer();
        this.avatar.talk?.retryNow();
        break;
      case "retry-microphone":
        await this.#openMicrophone();
        break;
      case "unlock":
        await this.avatar.resumeSound();
        break;
    }
    this.#draw();
  }

  async #askServer(): Promise<void> {
    const answer = await askServer(this.#options.cardUrl);
    if (this.#stopper.signal.aborted) return;
    this.#refusal = answer.kind === "refused" ? answer : null;
    if (answer.kind === "card") {
      this.#name = this.#options.name ?? answer.card.name;
      if (this.#options.character === null) await this.avatar.showCharacter(answer.card.character);
    }
    this.#draw();
    if (this.#refusal !== null) {
      const { message: title, hint: text } = this.#refusal;
      this.#options.tell({ name: "visavis-notice", detail: { title, text } });
    }
  }

  /** A hidden page gets no frames, and its timers are slow: it catches up when it is seen again. */
  #visibilityChanged(): void {
    if (document.visibilityState === "hidden") return;
    this.avatar.talk?.retryNow();
    void this.avatar.resumeSound();
    this.#changed();
  }

  #changed(): void {
    this.#redraw = "due";
    this.#tellChanges();
    if (document.visibilityState === "visible") return;
    this.#update(null); // no frame will come, but screen readers and the site's own script go on
  }

  /** Once a frame; the cheap part always, the rest only when something has changed. */
  #frame(heard: Heard | null, mood: Mood): void {
    if (mood !== this.#mood) {
      this.#mood = mood;
      this.#markup.root.dataset["mood"] = mood;
      this.#options.tell({ name: "visavis-mood", detail: { mood } });
    }
    this.#meter.show(this.avatar.level);
    this.#hud?.frame();
    this.#update(heard);
  }

  #update(heard: Heard | null): void {
    const conversation = this.avatar.talk?.conversation ?? NOTHING_SAID;
    this.#captions.show(conversation, heard, this.#name);
    this.#tellWords(heard);
    if (this.#redraw === "done") return;
    this.#redraw = "done";
    this.#draw();
  }

  /** At once, not once a frame: what comes and goes between two frames has happened, too. */
  #tellChanges(): void {
    const before = this.#look;
    const now = lookAt(this.avatar.talk);
    this.#look = now; // before the site hears of it, for it may do something at once
    for (const event of changes(before, now)) this.#options.tell(event);
    if (now.connection === "reconnecting" && before.connection !== "reconnecting") void this.#askServer();
  }

  #tellWords(heard: Heard | null): void {
    if (heard === null) return;
    const text = this.#captions.heardNow;
    if (text === "" || text === this.#heardWords) return;
    this.#heardWords = text;
    this.#options.tell({ name: "visavis-words", detail: { replyId: heard.replyId, text } });
  }

  #draw(): void {
    const markup = this.#markup;
    const { talk } = this.avatar;
    const state = this.#state;
    const persona = talk?.ready?.persona;
    if (persona !== undefined) this.#name = this.#options.name ?? persona.name;
    const name = this.#name || "the avatar";
    setText(markup.title, this.#name === "" ? "Let’s talk" : `Talk with ${name}`);
    setText(markup.barName, this.#name);
    markup.app.setAttribute("aria-label", this.#name === "" ? "Avatar" : name);
    markup.canvas.setAttribute("aria-label", `${this.#name || "Avatar"}, an animated character`);
    markup.launch.setAttribute("aria-label", `Talk with ${name}`);
    markup.root.dataset["connection"] = state.connection;

    markup.root.dataset["microphone"] = state.microphone;

    const inSession = isInSession(state.connection);
    markup.root.dataset["session"] = inSession ? "on" : "off";
    markup.welcome.hidden = inSession || this.#refusal !== null;
    markup.captions.hidden = !inSession || this.settings.captions === "hidden";
    markup.controls.hidden = !inSession;
    markup.composer.hidden = this.#refusal !== null;
    setText(markup.status, this.#refusal === null ? statusLabel(state) : "");
    setText(markup.spoken, this.#refusal === null ? spokenStatus(state) : "");

    const isPush = state.way === "push" && state.microphone !== "closed";
    markup.mute.hidden = isPush || this.avatar.soundState === "absent";
    markup.hold.hidden = !isPush;
    markup.mute.setAttribute("aria-pressed", String(state.microphone === "muted"));
    markup.hold.setAttribute("aria-pressed", String(state.microphone === "open"));
    setText(markup.muteLabel, muteLabel(state));
    setText(markup.holdLabel, holdLabel(state));

    const speaks = [...(talk?.conversation.replies.values() ?? [])].some(
      (reply) => reply.status === "committed" || reply.status === "ducked",
    );
    markup.stop.disabled = !speaks && state.activity !== "thinking";
    this.#drawObstacles(this.#name || "The avatar");
    const asked = talk?.conversation.lines.some((line) => line.who === "user") ?? false;
    this.#drawSuggestions(state.connection === "ready" && !asked ? (persona?.suggestions ?? []) : []);
  }

  #drawObstacles(name: string): void {
    const sound = isInSession(this.#connection) ? this.avatar.soundState : "none";
    this.#card.show(cardOf({ name, refusal: this.#refusal, microphone: this.#microphone, sound }));
    this.#notices.set("output", sound === "absent" ? silenceNotice(name) : null);
    this.#notices.set("connection", this.#refusal === null ? connectionNotice(this.#connection) : null);
  }

  #drawSuggestions(texts: readonly string[]): void {
    const { suggestions } = this.#markup;
    if (suggestions.childElementCount === texts.length) return; // they come and go as one
    suggestions.replaceChildren(
      ...texts.map((text) => {
        const button = h("button", { type: "button", part: "suggestion" }, text);
        button.addEventListener("click", () => void this.say(text));
        return h("li", {}, button);
      }),
    );
  }
}

function reducedMotion(): MediaQueryList {
  return matchMedia("(prefers-reduced-motion: reduce)");
}

export function isInSession(connection: Connection): boolean {
  return connection !== "idle" && connection !== "ended";
}
