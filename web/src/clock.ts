// "Which sample of the reply is being heard now?" Pure: anchors in, sample out.
//
// The playback worklet says at which frame of the audio context it put which sample of a reply
// (an anchor). Between anchors sound runs at exactly the device's rate, so one anchor serves for as
// long as nothing changes, and nothing can drift.

/** `held`: silent for as long as somebody speaks over it; it may go on from the same sample. */
export type AnchorStatus = "playing" | "held" | "starved" | "ended" | "stopped";

export interface Anchor {
  replyId: number;
  /** Offset into the reply's own audio, at the reply's rate. May be fractional. */
  replySample: number;
  /** The context frame that plays it. */
  contextFrame: number;
  status: AnchorStatus;
}

export interface Heard {
  replyId: number;
  /**
   * The sample at the listener's ear. Negative just before the reply begins, so that lips can open
   * before the sound; beyond the end after it, so that they can close.
   */
  sample: number;
  status: AnchorStatus;
  /** Since this status began at the listener's ear; negative before it. */
  forMs: number;
}

/** What the context says about time, read once per frame. */
export interface AudioNow {
  contextTimeS: number;
  latencyS: number;
  contextRateHz: number;
}

/** The running difference between the audio clock and the page's own. */
export interface Steady {
  offsetS: number;
  atS: number;
}

const STEADY_TIME_S = 0.25;
/** More than this is no jitter: the context was suspended, or the device stumbled. */
const STEADY_LIMIT_S = 0.05;

/**
 * Smooths the audio clock. A context's time advances by whole device buffers, 10 ms and more at
 * once; read once a frame, that would make lips stutter. The page's clock runs evenly between, and
 * is held to the audio clock's own pace, so that nothing drifts.
 */
export function steady(last: Steady | null, contextTimeS: number, pageTimeS: number): Steady {
  const offsetS = contextTimeS - pageTimeS;
  if (last === null || Math.abs(offsetS - last.offsetS) > STEADY_LIMIT_S) {
    return { offsetS, atS: pageTimeS };
  }
  const share = 1 - Math.exp((last.atS - pageTimeS) / STEADY_TIME_S);
  return { offsetS: last.offsetS + share * (offsetS - last.offsetS), atS: pageTimeS };
}

/** Mouths may move this long before the sound. */
const LEAD_MS = 120;

/**
 * What is heard at `now`, or null if nothing of any reply is (yet). `anchors` ascend by frame;
 * `rateHz` looks up a reply's rate.
 */
export function heard(
  anchors: readonly Anchor[],
  now: AudioNow,
  rateHz: (replyId: number) => number,
): Heard | null {
  const heardFrame = (now.contextTimeS - now.latencyS) * now.contextRateHz;
  let last: Anchor | undefined;
  for (const anchor of anchors) {
    // A stop or a hold is obeyed when it happens: the mouth must not talk on while old sound is in
    // the pipe. Where it happened is where the reply will go on, so that is what was heard.
    const isSilence = anchor.status === "stopped" || anchor.status === "held";
    const fromFrame = isSilence ? Number.NEGATIVE_INFINITY : anchor.contextFrame;
    const leadFrames =
      anchor.status === "playing" && anchor.replyId !== last?.replyId && last?.status !== "playing"
        ? (LEAD_MS * now.contextRateHz) / 1000
        : 0;
    if (fromFrame - leadFrames <= heardFrame) last = anchor;
  }
  if (last === undefined) return null;
  const frames = heardFrame - last.contextFrame;
  const runs = last.status === "playing" || last.status === "ended";
  const sample = last.replySample + (runs ? (frames * rateHz(last.replyId)) / now.contextRateHz : 0);
  const forMs = (frames * 1000) / now.contextRateHz;
  return { replyId: last.replyId, sample, status: last.status, forMs };
}

/**
 * `now`, once the reply was told to be silent and the audio thread has not answered yet. What has
 * ended has ended: all of it was heard.
 */
export function obeying(now: Heard, order: "stopped" | "held" | undefined): Heard {
  if (order === undefined || now.status === "ended" || now.status === "stopped") return now;
  return { ...now, status: order };
}

/** The context time, output latency included, at which `sample` of the reply reaches the ear. */
export function heardAtS(
  anchors: readonly Anchor[],
  replyId: number,
  sample: number,
  rateHz: number,
  now: AudioNow,
): number | null {
  let time: number | null = null;
  for (const anchor of anchors) {
    if (anchor.replyId !== replyId || anchor.replySample > sample) continue;
    if (anchor.status !== "playing") continue;
    const frame = anchor.contextFrame + ((sample - anchor.replySample) * now.contextRateHz) / rateHz;
    time = frame / now.contextRateHz + now.latencyS;
  }
  return time;
}
