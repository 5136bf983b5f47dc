// The whole avatar without a page around it: sound in, sound out, a face. A page, or an element,
// gives it a canvas and shows what `changed` tells about.
import type { MomentMap } from "./acting.ts";
import { Director, type Performance } from "./director.ts";
import { face, type Face, type Mood, type Motion } from "./face.ts";
import type { AudioNow, Heard } from "./clock.ts";
import { DebugLog, type DebugEntry } from "./debug.ts";
import type { Look } from "./gaze.ts";
import { openness, REST, type Weights } from "./lips.ts";
import { fetchMapping } from "./mapping-file.ts";
import type { Mapping } from "./mapping.ts";
import { Microphone, type MicrophoneProblem, MicrophoneError } from "./microphone.ts";
import type { Moment, Scene } from "./moments.ts";
import { ASLEEP, type Pace, paced } from "./pace.ts";
import { Player } from "./player.ts";
import { askForSound, setSink } from "./speaker.ts";
import { Stage, StageError, useRuntime } from "./stage.ts";
import { StreamError, StreamFace, type EarAssets, type PlayedWhere, type SoundSource } from "./stream-face.ts";
import { Talk, type TalkListener } from "./talk.ts";
import type { ClientMessage, Ready, ServerMessage } from "./wire.ts";

/** Where the built parts are served. */
export interface Assets {
  playbackWorkletUrl: string;
  captureWorkletUrl: string;
  wasmUrl: string;
  socketUrl: string;
  /** `motion`: what the user wishes for; a server of ours has a calmer build of each character. */
  characterUrl(character: string, motion: Motion): string;
  /**
   * For a file that is not of our contract: what its controls are called (`readMapping`), or the
   * address of that JSON.
   */
  mapping?: Mapping | string;
  /** Needed by `follow` only. */
  ear?: EarAssets;
}

export interface AvatarListener extends Pick<TalkListener, "notice"> {
  /** Something to show has changed. Called often: collect and draw once. */
  changed(): void;
  /** Every drawn frame, with what is heard: for captions. */
  frame(heard: Heard | null, mood: Mood): void;
  microphoneProblem(problem: MicrophoneProblem | null): void;
  /** Something happened in the conversation at which a character acts; see moments.ts. */
  moment?(moment: Moment): void;
  /** The character can't be drawn; the talk goes on. Null: it can again. */
  stageProblem(reason: string | null): void;
}

export type SoundState = "none" | "running" | "suspended" | "absent";

/** Frames are logged while a mouth may move, and for a second after. */
const QUIET_AFTER_MS = {
  playing: Infinity,
  held: Infinity,
  starved: 1000,
  ended: 1000,
  stopped: 1000,
} as const;

export class Avatar {
  readonly #assets: Assets;
  readonly #canvas: HTMLCanvasElement;
  readonly #listener: AvatarListener;
  readonly #motion: () => Motion;
  readonly #director: Director;
  readonly debug: DebugLog | null;
  talk: Talk | null = null;
  #player: Player | null = null;
  #microphone: Microphone | null = null;
  #microphoneId: string | null = null;
  #speakerId: string | null = null;
  #level = 0;
  #frameRequest = 0;
  #stage: Stage | null = null;
  #stream: StreamFace | null = null;
  #held: Weights | null = null;
  #character: string | null = null;
  #characterUrl: string | null = null;
  #loading: Promise<void> = Promise.resolve();
  #lastReady: Ready | null = null;
  #starting: Promise<Talk> | null = null;
  #lastActivity = "";
  #pace: Pace = ASLEEP;
  #voicedReplyId = 0;

  constructor(
    assets: Assets,
    canvas: HTMLCanvasElement,
    listener: AvatarListener,
    options: { motion: () => Motion; debug: "off" | "on"; moments?: MomentMap },
  ) {
    this.#assets = assets;
    this.#canvas = canvas;
    this.#listener = listener;
    this.#motion = options.motion;
    this.debug = options.debug === "on" ? new DebugLog() : null;
    this.#director = new Director(options.moments ?? null);
    useRuntime(assets.wasmUrl);
    this.#frameRequest = requestAnimationFrame(() => this.#frame());
  }

  /** One at a time, for two characters can't share the canvas. */
  showCharacter(character: string): Promise<void> {
    this.#loading = this.#loading.then(() => this.#load(character));
    return this.#loading;
  }

  async #load(character: string): Promise<void> {
    const url = this.#assets.characterUrl(character, this.#motion());
    this.#character = character;
    if (url === this.#characterUrl) return;
    this.#stage?.dispose();
    this.#stage = null;
    this.#characterUrl = null;
    try {
      const { mapping } = this.#assets;
      const names = typeof mapping === "string" ? await fetchMapping(mapping) : mapping;
      this.#stage = await Stage.load(this.#canvas, url, "driven", names);
      this.#characterUrl = url;
      this.#listener.stageProblem(null);
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      this.#listener.stageProblem(error.message);
    }
  }

  /** Call when what `options.motion` gives has changed. */
  async motionChanged(): Promise<void> {
    if (this.#character !== null) await this.showCharacter(this.#character);
  }

  /** Opens sound and the session. Must be called from a click or key: browsers insist. */
  start(): Promise<Talk> {
    this.#starting ??= this.#open();
    return this.#starting;
  }

  /** Asks for the microphone; what goes wrong is told to the listener, and typing still works. */
  async openMicrophone(): Promise<void> {
    if (this.#microphone !== null) return;
    this.#listener.microphoneProblem(null);
    try {
      const talk = await this.start();
      if (this.#player === null) return;
      const microphone = await Microphone.open(
        this.#player.context,
        this.#assets.captureWorkletUrl,
        this.#microphoneId,
      );
      this.#microphone = microphone;
      microphone.onFrame = (frame) => {
        talk.capture(frame);
        this.#level = peakOf(frame.pcm);
        this.debug?.capture(frame, this.#player?.context.sampleRate ?? 1);
      };
      microphone.onLost = () => {
        this.#closeMicrophone();
        this.#listener.microphoneProblem("missing");
      };
      talk.microphone("open", microphone.echoCancellation);
    } catch (error) {
      if (!(error instanceof MicrophoneError)) throw error;
      this.#listener.microphoneProblem(error.problem);
    }
  }

  mute(status: "open" | "muted"): void {
    if (this.#microphone === null) return;
    this.#microphone.listening = status;
    this.talk?.microphone(status);
  }

  /** Another microphone, by `enumerateDevices`' name; at once, if one is open. */
  async chooseMicrophone(deviceId: string | null): Promise<void> {
    this.#microphoneId = deviceId;
    if (this.#microphone === null) return;
    const wasMuted = this.talk?.microphoneStatus === "muted";
    this.#closeMicrophone();
    await this.openMicrophone();
    if (wasMuted) this.mute("muted");
  }

  /** Another loudspeaker; rejects where the browser refuses it. See `canChooseSpeaker`. */
  async chooseSpeaker(deviceId: string | null): Promise<void> {
    await setSink(this.#player?.context, deviceId);
    this.#speakerId = deviceId; // one that was refused is not tried again at the next start
  }

  /** The microphone in use, by `enumerateDevices`' name. */
  get microphoneId(): string | null {
    return this.#microphone?.deviceId ?? this.#microphoneId;
  }

  /** The loudest sample of the microphone's last 20 ms, 0 to 1; for a meter. */
  get level(): number {
    return this.talk?.microphoneStatus === "open" ? this.#level : 0;
  }

  /**
   * Whether the talk's sound runs. Browsers suspend it without a gesture, phones for calls; a touch
   * or key is wanted before `resumeSound` may help. `absent`: a touch did not help, there is no
   * loudspeaker; captions and mouth go on.
   */
  get soundState(): SoundState {
    const state = this.#player?.context.state;
    if (state === undefined || state === "closed") return "none";
    if (this.#player?.output === "silence") return "absent";
    return state === "running" ? "running" : "suspended"; // iOS also has "interrupted"
  }

  /** Ends the talk and lets go of the canvas; the avatar can't be used again. */
  async dispose(): Promise<void> {
    cancelAnimationFrame(this.#frameRequest);
    await this.end();
    await this.unfollow();
    await this.#loading;
    this.#stage?.dispose();
    this.#stage = null;
  }

  async end(): Promise<void> {
    this.#closeMicrophone();
    this.talk?.end();
    this.#starting = null;
    const player = this.#player;
    this.#player = null;
    await player?.close();
    this.#listener.changed();
  }

  /** Sound goes on after the browser has suspended it; call from a click, touch or key. */
  async resumeSound(): Promise<void> {
    const player = this.#player;
    if (player !== null && player.context.state !== "running" && askForSound(player.context) === "touched") {
      await player.awaitSound();
    }
    await this.#stream?.resume();
  }

  /** The pointer is at this place, each -1 to 1 from the character's middle; null: it is gone. */
  look(at: Look | null): void {
    this.#director.look(at, performance.now());
  }

  /** What the character does at which moment, chosen by the site; null: what comes naturally. */
  set moments(map: MomentMap | null) {
    this.#director.map = map;
  }

  /**
   * From now on the mouth is that of this sound: a MediaStream, or an audio or video element.
   * Throws StreamError if the ear can't start. Call from a click where the sound is to be heard.
   */
  async follow(source: SoundSource, where: PlayedWhere = "here"): Promise<void> {
    if (this.#assets.ear === undefined) throw new StreamError("this avatar was made without `assets.ear`");
    const stream = await StreamFace.open(source, this.#assets.ear, where);
    await this.unfollow();
    this.#stream = stream;
  }

  /** The mouth is the conversation's again. */
  async unfollow(): Promise<void> {
    const stream = this.#stream;
    this.#stream = null;
    await stream?.close();
  }

  /** One mouth over whatever else would be shown, to look at it; null: no longer. */
  hold(weights: Weights | null): void {
    this.#held = weights;
  }

  /** How often the character was drawn so far. */
  get nDrawn(): number {
    return this.#stage?.nDrawn ?? 0;
  }

  audioNow(): AudioNow | null {
    return this.#player?.now() ?? null;
  }

  async #open(): Promise<Talk> {
    const context = new AudioContext({ latencyHint: "interactive" });
    const touch = askForSound(context); // within the user's gesture, hence before any await
    context.onstatechange = () => this.#listener.changed();
    const player = await Player.create(context, this.#assets.playbackWorkletUrl);
    this.#player = player;
    await setSink(context, this.#speakerId).catch(() => (this.#speakerId = null)); // it was unplugged
    const listener: TalkListener = {
      changed: () => this.#changed(),
      notice: (error) => this.#listener.notice(error),
    };
    if (this.debug !== null) {
      listener.message = (direction, message) => this.#logMessage(direction, message);
    }
    const talk = new Talk(this.#assets.socketUrl, player, listener, this.debug ? "stages" : "off");
    this.talk = talk;
    player.onLog = (anchor) =>
      this.#log({
        kind: "anchor",
        replyId: anchor.replyId,
        sample: anchor.replySample,
        status: anchor.status,
        contextFrame: anchor.contextFrame,
      });
    player.onOutput = () => this.#listener.changed();
    if (touch === "touched") void player.awaitSound();
    talk.start();
    return talk;
  }

  #closeMicrophone(): void {
    this.#microphone?.close();
    this.#microphone = null;
    this.talk?.microphone("closed");
  }

  #changed(): void {
    const talk = this.talk;
    const ready = talk?.ready ?? null;
    if (ready !== null && ready !== this.#lastReady) void this.showCharacter(ready.persona.character);
    this.#lastReady = ready;
    const activity = talk?.conversation.activity ?? "";
    if (activity !== this.#lastActivity) {
      this.#lastActivity = activity;
      this.#log({ kind: "state", value: activity });
    }
    this.#listener.changed();
  }

  #frame(): void {
    this.#frameRequest = requestAnimationFrame(() => this.#frame());
    const heard = this.#player?.heard() ?? null;
    const face = this.#stream?.face(this.#motion()) ?? this.#face(heard);
    const shown = this.#held === null ? face : { ...face, weights: this.#held };
    const performed = this.#performance(heard, shown.mood);
    this.#draw(shown, performed);
    this.#tell(performed.moments);
    this.#listener.frame(heard, shown.mood);
    if (this.debug !== null) this.#logFrame(heard, shown);
  }

  #performance(heard: Heard | null, mood: Mood): Performance {
    const conversation = this.talk?.conversation;
    const scene: Scene = {
      activity: conversation?.activity ?? "listening",
      turnId: conversation?.turnId ?? 0,
      heard,
      reply: heard === null ? undefined : conversation?.replies.get(heard.replyId),
    };
    return this.#director.direct(scene, mood, this.#motion(), performance.now());
  }

  #draw(shown: Face, performed: Performance): void {
    const stage = this.#stage;
    if (stage === null) return;
    stage.show(shown);
    stage.perform(performed);
    const { pace, frame } = paced(this.#pace, shown, performed, stage.seen, performance.now());
    this.#pace = pace;
    if (frame === "draw") stage.draw();
  }

  #tell(moments: readonly Moment[]): void {
    for (const moment of moments) {
      this.#log({ kind: "moment", value: moment.kind, replyId: moment.replyId });
      this.#listener.moment?.(moment);
    }
  }

  #face(heard: Heard | null): Face {
    const conversation = this.talk?.conversation;
    if (conversation === undefined) return { weights: REST, mood: "idle", energy: 0 };
    const reply = heard === null ? undefined : conversation.replies.get(heard.replyId);
    const sound = heard === null ? null : this.#player?.sound(heard.replyId);
    const loudness = heard === null ? 0 : (sound?.loudnessAt(heard.sample) ?? 0);
    return face(conversation.activity, heard, reply, loudness, this.#motion());
  }

  #logMessage(direction: "sent" | "received", message: ClientMessage | ServerMessage): void {
    if (message.type === "playhead" && message.status === "playing") return; // ten a second
    this.#log({ kind: "message", direction, message });
    if (message.type === "ready") this.#voicedReplyId = 0;
    if (message.type === "reply.commit") {
      this.#log({ kind: "commit", replyId: message.reply_id, turnId: message.turn_id });
    }
    if (message.type === "reply.stop") this.#log({ kind: "stop", replyId: message.reply_id });
  }

  #logFrame(heard: Heard | null, shown: Face): void {
    if (this.talk === null) return;
    if (heard !== null && heard.replyId > this.#voicedReplyId) {
      const voice = this.#player?.voiceAtS(heard.replyId) ?? null;
      if (voice !== null) {
        this.#voicedReplyId = heard.replyId;
        this.#log({ kind: "voice", replyId: heard.replyId, ...voice });
      }
    }
    if (heard === null || heard.forMs > QUIET_AFTER_MS[heard.status]) return;
    this.#log({
      kind: "frame",
      replyId: heard.replyId,
      heardSample: heard.sample,
      status: heard.status,
      openness: openness(shown.weights),
      mood: shown.mood,
      weights: [...shown.weights],
    });
  }

  #log(entry: DebugEntry): void {
    if (this.debug === null) return;
    this.debug.add(this.#player?.now().contextTimeS ?? 0, entry);
  }
}

function peakOf(pcm: Int16Array): number {
  return pcm.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0) / 32_768;
}
