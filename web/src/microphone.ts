// The user's way in: permission, the capture worklet, and plain names for what can go wrong.
import type { CapturedFrame } from "./capture.worklet.ts";
import type { EchoCancellation } from "./talk.ts";

export type MicrophoneProblem = "refused" | "missing" | "busy" | "insecure" | "failed";

export class MicrophoneError extends Error {
  override readonly name = "MicrophoneError";
  readonly problem: MicrophoneProblem;

  constructor(problem: MicrophoneProblem, cause: unknown) {
    super(`microphone ${problem}`, { cause });
    this.problem = problem;
  }
}

export class Microphone {
  /** Called every 20 ms, muted or not: the count of samples must not stop. */
  onFrame: (frame: CapturedFrame) => void = () => {};
  /** The device was unplugged or its permission withdrawn. */
  onLost: () => void = () => {};
  readonly #stream: MediaStream;
  readonly #nodes: readonly AudioNode[];

  private constructor(stream: MediaStream, source: AudioNode, capture: AudioWorkletNode) {
    this.#stream = stream;
    this.#nodes = [source, capture];
    capture.port.onmessage = (event: MessageEvent<CapturedFrame>) => this.onFrame(event.data);
    for (const track of stream.getAudioTracks()) track.onended = () => this.onLost();
  }

  /** Asks for the microphone, that of `deviceId` if it is there; throws MicrophoneError. */
  static async open(
    context: AudioContext,
    workletUrl: string,
    deviceId: string | null = null,
  ): Promise<Microphone> {
    const stream = await askForStream(deviceId);
    await context.audioWorklet.addModule(workletUrl); // there is one wherever there is a stream
    const source = context.createMediaStreamSource(stream);
    const capture = new AudioWorkletNode(context, "visavis-capture", {
      numberOfOutputs: 0,
      channelCount: 1, // a stereo microphone is mixed down
      channelCountMode: "explicit",
    });
    source.connect(capture);
    return new Microphone(stream, source, capture);
  }

  set listening(value: "open" | "muted") {
    for (const track of this.#stream.getAudioTracks()) track.enabled = value === "open";
  }

  /** What the browser really does, which need not be what was asked for. */
  get echoCancellation(): EchoCancellation {
    const settings = this.#stream.getAudioTracks()[0]?.getSettings();
    if (settings?.echoCancellation === undefined) return "unknown";
    return settings.echoCancellation ? "on" : "off";
  }

  /** Which device it is, as `enumerateDevices` names it; null where browsers do not tell. */
  get deviceId(): string | null {
    return this.#stream.getAudioTracks()[0]?.getSettings().deviceId ?? null;
  }

  close(): void {
    for (const track of this.#stream.getTracks()) {
      track.onended = null;
      track.stop();
    }
    for (const node of this.#nodes) node.disconnect();
  }
}

async function askForStream(deviceId: string | null): Promise<MediaStream> {
  // Browsers hide the whole API on plain HTTP, except on localhost.
  if (!window.isSecureContext || navigator.mediaDevices === undefined) {
    throw new MicrophoneError("insecure", null);
  }
  try {
    return await navigator.mediaDevices.getUserMedia({
      // Without echo cancellation the avatar would interrupt itself on a loudspeaker.
      audio: {
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
        ...(deviceId === null ? {} : { deviceId: { exact: deviceId } }),
      },
    });
  } catch (error) {
    // Chromium takes `ideal` for no wish at all; so it is `exact`, and any other if it is gone.
    const isGone = (error as { name?: unknown } | null)?.name === "OverconstrainedError";
    if (deviceId !== null && isGone) return askForStream(null);
    throw new MicrophoneError(problemOf(error), error);
  }
}

function problemOf(error: unknown): MicrophoneProblem {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
      return "refused";
    case "SecurityError":
      return "insecure";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "failed";
  }
}
