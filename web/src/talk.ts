// The session: one WebSocket, what it says to the player, and what the player answers.
import type { CapturedFrame } from "./capture.worklet.ts";
import type { Anchor, Heard } from "./clock.ts";
import { Conversation, type Reply } from "./conversation.ts";
import type { Player } from "./player.ts";
import * as wire from "./wire.ts";

export type Connection = "idle" | "connecting" | "ready" | "reconnecting" | "ended" | "refused";
export type MicrophoneStatus = wire.Microphone["status"];
export type EchoCancellation = NonNullable<wire.Microphone["echo_cancellation"]>;

export interface TalkListener {
  /** Anything a page shows may have changed. */
  changed(): void;
  /** Something the user should know, in the server's plain words. */
  notice(error: wire.Error): void;
  /** Every message in either direction that is not sound, for debugging and measuring. */
  message?(direction: "sent" | "received", message: wire.ClientMessage | wire.ServerMessage): void;
}

const PLAYHEAD_INTERVAL_MS = 100;
const PING_INTERVAL_MS = 10_000;
/** Nothing at all for this long, pongs included: the line is dead, even if nobody said so. */
const SILENCE_LIMIT_MS = 25_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;
const BUSY_RETRY_MS = 8_000;
/** Two seconds of microphone; beyond that the network is too slow, and a gap counts as silence. */
const MAX_BUFFERED_BYTES = 64_000;
const CLOSE_UNSUPPORTED = 4406;
const CLOSE_BUSY = 1013;
const CLOSE_NORMAL = 1000;
const CLOSE_DEAD = 4000;

export class Talk {
  readonly conversation = new Conversation();
  connection: Connection = "idle";
  ready: wire.Ready | null = null;
  readonly #url: string;
  readonly #player: Player;
  readonly #listener: TalkListener;
  readonly #trace: "off" | "stages";
  #socket: WebSocket | null = null;
  #microphone: MicrophoneStatus = "closed";
  #echoCancellation: EchoCancellation = "unknown";
  /** Where this session's first sample of the microphone lies on the audio clock, at 16 kHz. */
  #captureBaseSample: number | null = null;
  /** The last ping's way there and back; null before the first. */
  roundTripMs: number | null = null;
  #unsent: string[] = [];
  #retryMs = FIRST_RETRY_MS;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #lastReceivedMs = 0;
  #lastPingMs = 0;
  /** Replies whose `stopped` playhead waits for the worklet to say where they stopped. */
  readonly #stopsAsked = new Set<number>();
  /** The last reply whose end has been reported. */
  #endedReplyId = 0;

  constructor(url: string, player: Player, listener: TalkListener, trace: "off" | "stages" = "off") {
    this.#url = url;
    this.#player = player;
    this.#listener = listener;
    this.#trace = trace;
    player.onAnchor = (anchor) => this.#anchored(anchor);
  }

  start(): void {
    if (this.#socket !== null) return;
    this.#connect("connecting");
    this.#ticker ??= setInterval(() => this.#tick(), PLAYHEAD_INTERVAL_MS);
  }

  end(): void {
    clearTimeout(this.#retryTimer);
    clearInterval(this.#ticker);
    this.#ticker = undefined;
    this.#drop(CLOSE_NORMAL);
    this.#unsent = [];
    this.#become("ended");
  }

  /** The network or the page is back: no reason to wait for the next try. */
  retryNow(): void {
    if (this.connection !== "reconnecting" || this.#socket !== null) return;
    clearTimeout(this.#retryTimer);
    this.#retryMs = FIRST_RETRY_MS;
    this.#connect("reconnecting");
  }

  /** A typed question. Before the session is ready it waits. */
  say(text: string): void {
    const clipped = text.trim().slice(0, wire.MAX_TYPED_CHARS);
    if (clipped === "") return;
    this.conversation.typed(clipped);
    if (this.connection === "ready") this.#send({ type: "text", text: clipped });
    else this.#unsent.push(clipped);
    this.#listener.changed();
  }

  interrupt(): void {
    // The listener's finger is the truth: be silent now, the server's `reply.stop` may follow.
    for (const reply of this.conversation.replies.values()) {
      if (reply.status === "committed" || reply.status === "ducked") {
        this.#player.tell("stop", reply.replyId);
      }
    }
    this.#send({ type: "interrupt" });
  }

  microphone(status: MicrophoneStatus, echoCancellation = this.#echoCancellation): void {
    this.#echoCancellation = echoCancellation;
    if (status === this.#microphone) return;
    this.#microphone = status;
    if (this.connection === "ready") this.#sendMicrophone();
    this.#listener.changed();
  }

  get microphoneStatus(): MicrophoneStatus {
    return this.#microphone;
  }

  capture(frame: CapturedFrame): void {
    const socket = this.#socket;
    if (socket === null || this.connection !== "ready" || this.#microphone !== "open") return;
    // Each microphone counts from its own beginning; the audio clock is the same for all of them.
    const origin = (frame.originFrame * wire.INPUT_RATE_HZ) / this.#player.context.sampleRate;
    const sample = Math.round(origin) + frame.firstSample;
    this.#captureBaseSample ??= sample;
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) return;
    const firstSample = sample - this.#captureBaseSample;
    socket.send(wire.encodeBinary({ kind: "microphone", firstSample, pcm: frame.pcm }));
  }

  #connect(as: "connecting" | "reconnecting"): void {
    this.#become(as);
    const socket = new WebSocket(this.#url, wire.SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#lastReceivedMs = performance.now();
    socket.onopen = () =>
      this.#send({
        type: "hello",
        protocol: wire.PROTOCOL_VERSION,
        client: "visavis-web",
        input_rate_hz: wire.INPUT_RATE_HZ,
        trace: this.#trace,
      });
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => this.#received(event.data);
    socket.onclose = (event) => this.#closed(event.code);
  }

  #received(data: string | ArrayBuffer): void {
    this.#lastReceivedMs = performance.now();
    try {
      if (typeof data === "string") this.#message(wire.decodeMessage(data));
      else this.#binary(wire.decodeBinary(data));
    } catch (error) {
      if (!(error instanceof wire.WireError)) throw error;
      console.warn("visavis: dropped a frame:", error.message);
    }
  }

  #binary(frame: wire.BinaryFrame): void {
    if (frame.kind !== "reply") throw new wire.WireError("a server sends only reply sound");
    this.#player.push(frame);
  }

  #message(message: wire.ServerMessage): void {
    // Sound first: every millisecond before `commit` reaches the worklet is heard as a pause.
    if (message.type === "reply.commit") this.#player.tell("commit", message.reply_id);
    this.conversation.receive(message);
    switch (message.type) {
      case "ready":
        this.#becomeReady(message);
        break;
      case "reply.armed":
        this.#player.arm(message.reply_id, message.rate_hz);
        break;
      case "reply.end":
        this.#player.end(message.reply_id);
        break;
      case "reply.duck":
        this.#player.tell("duck", message.reply_id);
        break;
      case "reply.resume":
        this.#player.tell("resume", message.reply_id);
        break;
      case "reply.discard":
        this.#player.tell("discard", message.reply_id);
        break;
      case "reply.stop":
        this.#stop(message.reply_id);
        break;
      case "error":
        this.#listener.notice(message);
        break;
      case "pong":
        this.roundTripMs = performance.now() - this.#lastPingMs;
        break;
      default: // the conversation took it, or a later version added it
    }
    this.#listener.message?.("received", message);
    this.#listener.changed();
  }

  #becomeReady(message: wire.Ready): void {
    this.ready = message;
    this.#retryMs = FIRST_RETRY_MS;
    this.#lastPingMs = Number.NEGATIVE_INFINITY; // the next tick asks how far away the server is
    this.#become("ready");
    if (this.#microphone !== "closed") this.#sendMicrophone();
    for (const text of this.#unsent.splice(0)) this.#send({ type: "text", text });
  }

  /** The server wants `stopped` with the sample; the worklet knows it, or has already said. */
  #stop(replyId: number): void {
    const reply = this.conversation.replies.get(replyId);
    if (reply === undefined || reply.status === "armed") {
      this.#player.tell("discard", replyId);
      this.#playhead(replyId, 0, "stopped");
    } else if (reply.status === "stopped") {
      this.#playhead(replyId, reply.stoppedAtSample ?? 0, "stopped");
    } else if (reply.status === "ended") {
      this.#playhead(replyId, reply.nSamples ?? 0, "stopped");
    } else {
      this.#stopsAsked.add(replyId);
      this.#player.tell("stop", replyId);
    }
  }

  #anchored(anchor: Anchor): void {
    if (anchor.status === "stopped") {
      this.conversation.cut(anchor.replyId, Math.floor(anchor.replySample));
      if (this.#stopsAsked.delete(anchor.replyId)) {
        this.#playhead(anchor.replyId, anchor.replySample, "stopped");
      }
    }
    if (anchor.status === "playing") this.#endBefore(anchor.replyId);
    this.#listener.changed();
  }

  /** Replies sound one after another; the next can begin before the last one's end was looked at. */
  #endBefore(replyId: number): void {
    for (const reply of this.conversation.replies.values()) {
      const sounded = reply.status === "committed" || reply.status === "ducked";
      if (reply.replyId < replyId && sounded) this.#ended(reply, reply.nSamples ?? 0);
    }
  }

  #tick(): void {
    const nowMs = performance.now();
    const heard = this.#player.heard();
    if (heard !== null) this.#report(heard);
    if (this.connection !== "ready") return;
    if (nowMs - this.#lastReceivedMs > SILENCE_LIMIT_MS) {
      this.#drop(CLOSE_DEAD);
      this.#retry(0);
    } else if (nowMs - this.#lastPingMs > PING_INTERVAL_MS) {
      this.#lastPingMs = nowMs;
      this.#send({ type: "ping" });
    }
  }

  #report(heard: Heard): void {
    const reply = this.conversation.replies.get(heard.replyId);
    if (reply === undefined || heard.sample < 0) return;
    if (heard.status === "playing" || heard.status === "starved" || heard.status === "held") {
      this.#playhead(heard.replyId, heard.sample, "playing");
    } else if (heard.status === "ended" && heard.forMs >= 0 && heard.replyId > this.#endedReplyId) {
      this.#ended(reply, reply.nSamples ?? heard.sample);
      this.#listener.changed();
    }
  }

  #ended({ replyId }: Reply, sample: number): void {
    this.#endedReplyId = replyId;
    this.conversation.ended(replyId);
    // A stop that came while its last sound was on the way to the ear: all was heard.
    const status = this.#stopsAsked.delete(replyId) ? "stopped" : "ended";
    this.#playhead(replyId, sample, status);
  }

  #sendMicrophone(): void {
    const [status, echo_cancellation] = [this.#microphone, this.#echoCancellation];
    this.#send({ type: "microphone", status, echo_cancellation });
  }

  #playhead(replyId: number, sample: number, status: "playing" | "ended" | "stopped"): void {
    this.#send({ type: "playhead", reply_id: replyId, sample: Math.floor(sample), status });
  }

  #send(message: wire.ClientMessage): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return; // the next session starts afresh
    this.#socket.send(wire.encodeMessage(message));
    this.#listener.message?.("sent", message);
  }

  #closed(code: number): void {
    this.#drop(CLOSE_NORMAL);
    if (code === CLOSE_UNSUPPORTED) this.#become("refused");
    else this.#retry(code === CLOSE_BUSY ? BUSY_RETRY_MS : 0);
  }

  #retry(atLeastMs: number): void {
    this.#become("reconnecting");
    // Spread out, or a restarted server meets everybody at once.
    const waitMs = Math.max(atLeastMs, this.#retryMs) * (0.75 + Math.random() / 2);
    this.#retryMs = Math.min(LAST_RETRY_MS, 2 * this.#retryMs);
    this.#retryTimer = setTimeout(() => this.#connect("reconnecting"), waitMs);
  }

  #drop(code: number): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(code);
    }
    const heard = this.#player.heard();
    if (heard !== null) this.conversation.cut(heard.replyId, Math.max(0, heard.sample));
    this.#player.reset();
    this.#captureBaseSample = null;
    this.#endedReplyId = 0;
    this.#stopsAsked.clear();
    this.conversation.reconnected();
  }

  #become(connection: Connection): void {
    this.connection = connection;
    this.#listener.changed();
  }
}
