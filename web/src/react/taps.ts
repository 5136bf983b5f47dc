// Listens in on the official SDK without changing it: on the socket that it opens, and on the worklet
// node with which it plays. While anybody wants it, `WebSocket` and `AudioWorkletNode` are stood in
// for by proxies that do just the same and tell; afterwards the originals are back.
import type { AgentEvent } from "./frames.ts";
import { AgentSession, type Moment, type PlayerTap } from "./session.ts";

/** As @elevenlabs/client has called its player since 0.1. */
const PLAYER_NAME = "audioConcatProcessor";
/** 128 ms at 16 kHz, 43 ms at 48 kHz: more than passes between two looks at a steady 60 Hz. */
const NEWEST_SAMPLES = 2048;

/** What the SDK tells its player's audio thread. */
interface PlayerOrder {
  type?: unknown;
  buffer?: unknown;
}

export interface Ears {
  /** A frame came, or the session has ended. */
  changed?(session: AgentSession): void;
  event?(session: AgentSession, event: AgentEvent): void;
  /** `atMs` is of the page's clock, and may lie in the past. */
  moment?(session: AgentSession, name: Moment, atMs: number): void;
}

class WorkletTap implements PlayerTap {
  readonly #node: AudioWorkletNode;
  readonly #analyser: AnalyserNode;
  readonly #samples = new Float32Array(NEWEST_SAMPLES);

  constructor(node: AudioWorkletNode) {
    this.#node = node;
    this.#analyser = node.context.createAnalyser();
    this.#analyser.fftSize = NEWEST_SAMPLES;
    node.connect(this.#analyser);
  }

  get rateHz(): number {
    return this.#node.context.sampleRate;
  }

  timeS(): number {
    return this.#node.context.currentTime;
  }

  latencyS(): number {
    const { outputLatency, baseLatency } = this.#node.context as AudioContext;
    return outputLatency || baseLatency || 0;
  }

  newest(): { samples: Float32Array; endS: number } | null {
    const beforeS = this.timeS();
    this.#analyser.getFloatTimeDomainData(this.#samples);
    // The audio thread may have gone on in between: then nobody knows of when these samples are.
    return this.timeS() === beforeS ? { samples: this.#samples, endS: beforeS } : null;
  }

  close(): void {
    try {
      this.#node.disconnect(this.#analyser);
    } catch (error) {
      // The SDK has taken its node off everything before: then that is done.
      if (!(error instanceof DOMException && error.name === "InvalidAccessError")) throw error;
    }
  }
}

/** Everything that is overheard in this page, whoever asks. */
class Overhearing {
  readonly #listeners = new Set<{ ears: Ears }>();
  readonly #sessions = new Set<AgentSession>();
  #uninstall: (() => void) | null = null;

  get sessions(): readonly AgentSession[] {
    return [...this.#sessions];
  }

  get isInstalled(): boolean {
    return this.#uninstall !== null;
  }

  /** From now on, until the function that is returned is called. */
  listen(ears: Ears): () => void {
    const listener = { ears }; // each call counts by itself, whoever's ears they are
    this.#listeners.add(listener);
    this.#uninstall ??= this.#install();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#uninstall?.();
      this.#uninstall = null;
    };
  }

  #install(): () => void {
    const restoreSocket = standIn("WebSocket", (socket: WebSocket, [url, protocols]) => {
      if (isAgents(String(url), protocols)) this.#overhear(socket);
    });
    const restorePlayer = standIn("AudioWorkletNode", (node: AudioWorkletNode, [, name]) => {
      if (name === PLAYER_NAME) this.#overhearPlayer(node);
    });
    return () => {
      restoreSocket();
      restorePlayer();
    };
  }

  #overhear(socket: WebSocket): void {
    const session: AgentSession = new AgentSession({
      moment: (name, atMs) => this.#tell((ears) => ears.moment?.(session, name, atMs)),
      event: (event) => this.#tell((ears) => ears.event?.(session, event)),
    });
    const changed = (): void => this.#tell((ears) => ears.changed?.(session));
    this.#sessions.add(session);
    changed();
    // Ours is the first listener of the socket: a sound is known before the SDK hands it on.
    socket.addEventListener("message", ({ data }) => {
      if (typeof data !== "string") return;
      session.receive(data, performance.now());
      changed();
    });
    const send = socket.send.bind(socket);
    socket.send = (data) => {
      send(data);
      if (typeof data === "string") session.sent(data, performance.now());
    };
    socket.addEventListener("close", () => {
      session.close();
      this.#sessions.delete(session);
      changed();
    });
  }

  #overhearPlayer(node: AudioWorkletNode): void {
    const tap = new WorkletTap(node);
    const post = node.port.postMessage.bind(node.port) as (...args: unknown[]) => void;
    node.port.postMessage = (...args: unknown[]) => {
      const order = args[0] as PlayerOrder | null;
      // Before it is posted: whatever is transferred is gone afterwards.
      const bytes = order?.buffer instanceof ArrayBuffer ? new Uint8Array(order.buffer.slice(0)) : null;
      post(...args);
      if (order?.type === "interrupt") for (const session of this.#sessions) session.silenced(tap);
      if (order?.type === "buffer" && bytes !== null) {
        for (const session of this.#sessions) if (session.handed(tap, bytes)) return;
      }
    };
  }

  #tell(what: (ears: Ears) => void): void {
    for (const { ears } of this.#listeners) what(ears);
  }
}

export const overhearing = new Overhearing();

/** ElevenLabs' sockets: by their subprotocol, whoever signed the address. */
export function isAgents(url: string, protocols: unknown): boolean {
  const asked = Array.isArray(protocols) ? protocols : [protocols];
  return asked.includes("convai") || /\/v1\/convai\/conversation\b/.test(url);
}

type Replaceable = "WebSocket" | "AudioWorkletNode";

/**
 * `new globalThis[name](…)` goes on to give what it gave, and `made` is told of it. What is returned
 * puts the original back; if somebody else has stood in meanwhile, theirs stays and ours falls silent.
 */
export function standIn<T>(name: Replaceable, made: (instance: T, args: unknown[]) => void): () => void {
  const scope = globalThis as unknown as Record<Replaceable, object | undefined>;
  const original = scope[name];
  if (typeof original !== "function") return () => undefined; // a page without audio worklets, say
  let status: "telling" | "silent" = "telling";
  const proxy: object = new Proxy(original as new (...args: unknown[]) => object, {
    construct(target, args: unknown[], newTarget) {
      const instance = Reflect.construct(target, args, newTarget === proxy ? target : newTarget) as object;
      if (status === "telling") made(instance as T, args);
      return instance;
    },
  });
  scope[name] = proxy;
  return () => {
    status = "silent";
    if (scope[name] === proxy) scope[name] = original;
  };
}
