// Injected before the page's own code: a witness that trusts neither its clock nor its log.
// Sound: what is connected to the destination, and the microphone, go to a worklet of our own.
// Mouth: pixels of the canvas, one sample per frame, behind the page's drawing.
// Wire: every frame, with the page's clock.
// The worklet's source is put in front as `EAR`, for there is no address to load it from.
(() => {
  const AUDIBLE = 328; // -40 dBFS of int16
  const SIZE = 64;
  const GAP = 2;
  const connect = AudioNode.prototype.connect;
  const now = () => performance.now();
  const witness = {
    region: [0, 0, 1, 1],
    microphoneSinceMs: 0,
    problem: "",
    keepsVoices: false, // the replies' own sound too, as it came over the wire
    wallAheadMs: -Infinity,
    context: null,
  };
  let chunks = [];
  let frames = [];
  let received = [];
  let sent = [];
  let voices = [];
  let taps = null;
  let recorder = null;
  let audibleAfterMs = Infinity;
  let onAudible = null;
  Object.defineProperty(window, "__witness", { value: witness });

  // ---------------------------------------------------------------- sound

  function tapsOf(context) {
    if (witness.context === context) return taps;
    const mono = () =>
      new GainNode(context, { channelCount: 1, channelCountMode: "explicit" });
    taps = { microphone: mono(), output: mono() };
    witness.context = context;
    void listenTo(context, taps);
    return taps;
  }

  async function listenTo(context, { microphone, output }) {
    try {
      const source = new Blob([EAR], { type: "text/javascript" });
      await context.audioWorklet.addModule(URL.createObjectURL(source));
    } catch (error) {
      witness.problem = String(error);
      return;
    }
    const ear = new AudioWorkletNode(context, "witness", { numberOfInputs: 2, numberOfOutputs: 0 });
    ear.port.onmessage = ({ data }) => {
      chunks.push(data);
      if (onAudible && now() >= audibleAfterMs && data.output.some((x) => Math.abs(x) > AUDIBLE)) {
        onAudible("audible");
      }
    };
    connect.call(microphone, ear, 0, 0);
    connect.call(output, ear, 0, 1);
  }

  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) connect.call(this, tapsOf(this.context).output);
    if (this instanceof MediaStreamAudioSourceNode) {
      connect.call(this, tapsOf(this.context).microphone);
    }
    return connect.call(this, target, ...rest);
  };

  const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    witness.microphoneSinceMs = now();
    return stream;
  };

  // Resolves with "audible" as soon as something is heard after `afterMs`, or "silent" at `untilMs`.
  witness.untilAudible = (afterMs, untilMs) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => onAudible?.("silent"), Math.max(0, untilMs - now()));
      audibleAfterMs = afterMs;
      onAudible = (word) => {
        clearTimeout(timer);
        onAudible = null;
        resolve(word);
      };
    });

  // ---------------------------------------------------------------- wire

  const Socket = window.WebSocket;
  window.WebSocket = class WebSocket extends Socket {
    constructor(...parts) {
      super(...parts);
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string") received.push([now(), data]);
        else if (witness.keepsVoices) voices.push(new Uint8Array(data));
      });
    }

    send(data) {
      if (typeof data !== "string") sent.push(new Uint8Array(data.buffer ?? data).slice());
      return super.send(data);
    }
  };

  // ---------------------------------------------------------------- face

  const small = document.createElement("canvas");
  small.width = SIZE;
  small.height = SIZE;
  const pen = small.getContext("2d", { willReadFrequently: true });
  // Deep plum (the hole, and the line of a shut mouth), tongue pink (bluer than the lips), teeth.
  function isMouth(r, g, b) {
    if (r > 45 && r < 125 && g < 45 && b > 25 && b < 75) return 2;
    if (r > 225 && g > 85 && g < 160 && b > g + 5 && b < 175) return 1;
    return r > 228 && g > 212 && b > 215 && Math.abs(g - b) < 12 ? 1 : 0;
  }

  // Mean height of the mouth around its middle column, as a share of the region; -1: nothing drawn.
  function opening() {
    const canvas =
      document.querySelector("visavis-avatar")?.shadowRoot?.querySelector("#stage") ??
      document.querySelector("#stage");
    if (!canvas?.width) return -1;
    const [x, y, w, h] = witness.region;
    pen.clearRect(0, 0, SIZE, SIZE);
    pen.drawImage(
      canvas,
      x * canvas.width, y * canvas.height, w * canvas.width, h * canvas.height,
      0, 0, SIZE, SIZE,
    );
    const { data } = pen.getImageData(0, 0, SIZE, SIZE);
    const kinds = new Uint8Array(SIZE * SIZE);
    let sumX = 0;
    let n = 0;
    for (let i = 0; i < kinds.length; i++) {
      if (data[4 * i + 3] < 250) continue;
      kinds[i] = isMouth(data[4 * i], data[4 * i + 1], data[4 * i + 2]);
      if (kinds[i] === 2) {
        sumX += i % SIZE;
        n++;
      }
    }
    if (n === 0) return 0;
    const middle = Math.round(sumX / n);
    let total = 0;
    let columns = 0;
    for (let cx = Math.max(0, middle - 4); cx <= Math.min(SIZE - 1, middle + 4); cx++) {
      columns++;
      let top = 0;
      while (top < SIZE && kinds[top * SIZE + cx] !== 2) top++;
      if (top === SIZE) continue;
      let last = top;
      for (let cy = top; cy < SIZE && cy - last <= GAP; cy++) if (kinds[cy * SIZE + cx]) last = cy;
      total += last - top + 1;
    }
    return total / columns / SIZE;
  }

  // Runs right behind the frame's callbacks, when the page has drawn; a timer would have to wait.
  const behindFrame = new MessageChannel();
  behindFrame.port1.onmessage = () => {
    const atMs = now();
    witness.wallAheadMs = Math.max(witness.wallAheadMs, Date.now() - atMs);
    const latencyS = witness.context?.outputLatency ?? 0;
    frames.push([atMs, opening(), latencyS, document.body?.dataset["mood"] ?? ""]);
  };

  function look() {
    behindFrame.port2.postMessage(null);
    requestAnimationFrame(look);
  }
  requestAnimationFrame(look);

  // ---------------------------------------------------------------- recording

  // One file with the drawn canvas, the microphone at the left and the output at the right.
  witness.record = () => {
    const { context } = witness;
    const merger = new ChannelMergerNode(context, { numberOfInputs: 2 });
    const target = new MediaStreamAudioDestinationNode(context, { channelCount: 2 });
    connect.call(taps.microphone, merger, 0, 0);
    connect.call(taps.output, merger, 0, 1);
    connect.call(merger, target);
    const picture = (
      document.querySelector("visavis-avatar")?.shadowRoot ?? document
    ).querySelector("#stage").captureStream(60);
    const stream = new MediaStream([...picture.getTracks(), ...target.stream.getTracks()]);
    const parts = [];
    // Chromium stamps a packet of Opus as if it were its last 10 ms; PCM comes in pieces of 10 ms.
    const media = new MediaRecorder(stream, {
      mimeType: "video/webm;codecs=vp8,pcm",
      videoBitsPerSecond: 4_000_000,
    });
    media.ondataavailable = ({ data }) => parts.push(data);
    const end = () =>
      new Promise((resolve) => {
        media.onstop = () => resolve(new Blob(parts));
        media.stop();
      }).then((blob) => {
        taps.microphone.disconnect(merger);
        taps.output.disconnect(merger);
        for (const track of stream.getTracks()) track.stop();
        return blob.arrayBuffer();
      });
    recorder = { end };
    media.start();
  };

  // ---------------------------------------------------------------- handing over

  function base64(parts) {
    let text = "";
    for (const part of parts) {
      const bytes = new Uint8Array(part.buffer ?? part);
      for (let at = 0; at < bytes.length; at += 32_768) {
        text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
      }
    }
    return btoa(text);
  }

  // All that was seen and heard since the last call.
  witness.take = async () => {
    const file = recorder ? await recorder.end() : null;
    recorder = null;
    const taken = {
      rateHz: witness.context?.sampleRate ?? 0,
      baseLatencyS: witness.context?.baseLatency ?? 0,
      wallAheadMs: witness.wallAheadMs,
      firstFrames: chunks.map((chunk) => chunk.firstFrame),
      lengths: chunks.map((chunk) => chunk.output.length),
      microphone: base64(chunks.map((chunk) => chunk.microphone)),
      output: base64(chunks.map((chunk) => chunk.output)),
      bursts: chunks.flatMap((chunk) => chunk.bursts),
      sentLengths: sent.map((bytes) => bytes.length),
      sent: base64(sent),
      voiceLengths: voices.map((bytes) => bytes.length),
      voices: base64(voices),
      frames,
      received,
      file: file === null ? "" : base64([file]),
    };
    chunks = [];
    frames = [];
    received = [];
    sent = [];
    voices = [];
    return taken;
  };
})();
