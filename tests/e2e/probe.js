// Injected before the page's own code: a witness that trusts neither its clock nor its log.
// Sound: whatever is connected to an AudioContext's destination, or to a stream that an element plays
// (as ElevenLabs' SDK does), is also connected to an analyser. All of it is kept, however seldom a
// busy machine draws: each frame fetches what came since the last.
// Mouth: pixels of the canvas, classified by the colours of Pip's mouth, once per frame.
(() => {
  const witness = { frames: [], clock: [], blocks: [], contexts: [], stops: [], roi: null };
  Object.defineProperty(window, "__witness", { value: witness });

  // The microphone is Chromium's, playing a WAV; what the test says later is mixed into its stream,
  // when the test says so and not when a file's clock does.
  const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  let mouth = null;
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const real = await getUserMedia(constraints);
    const context = new AudioContext();
    mouth = context.createMediaStreamDestination();
    connect.call(context.createMediaStreamSource(real), mouth);
    return mouth.stream;
  };
  witness.say = (pcm, rateHz) => {
    const sound = mouth.context.createBuffer(1, pcm.length, rateHz);
    sound.copyToChannel(Float32Array.from(pcm, (x) => x / 32768), 0);
    const source = mouth.context.createBufferSource();
    source.buffer = sound;
    connect.call(source, mouth);
    source.start();
  };

  // When the order to be silent came in through the socket, by this page's clock.
  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string") return;
        const message = JSON.parse(data);
        if (message.type !== "reply.stop") return;
        witness.stops.push([message.reply_id, performance.now()]);
      });
    }
  };

  const RING = 32768;
  const connect = AudioNode.prototype.connect;
  const taps = new Map();
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode || target instanceof MediaStreamAudioDestinationNode) {
      const context = this.context;
      if (!taps.has(context)) {
        const analyser = context.createAnalyser();
        analyser.fftSize = RING;
        taps.set(context, { analyser, heardUntil: 0 });
        witness.contexts.push(context);
      }
      connect.call(this, taps.get(context).analyser);
    }
    return connect.call(this, target, ...rest);
  };

  const ring = new Float32Array(RING);
  // Loudness of each 5 ms since the last frame, by the newest context's own clock.
  function listen() {
    const context = witness.contexts.at(-1);
    const tap = context && taps.get(context);
    if (!tap) return;
    tap.analyser.getFloatTimeDomainData(ring);
    const now = Math.round(context.currentTime * context.sampleRate);
    const latency = context.outputLatency || context.baseLatency;
    witness.clock.push([performance.now(), context.currentTime, latency]);
    const size = Math.round(0.005 * context.sampleRate);
    tap.heardUntil = Math.max(tap.heardUntil, now - RING);
    for (; tap.heardUntil + size <= now; tap.heardUntil += size) {
      let sum = 0;
      const start = RING - (now - tap.heardUntil);
      for (let at = start; at < start + size; at++) sum += ring[at] ** 2;
      const middle = (tap.heardUntil + size / 2) / context.sampleRate;
      witness.blocks.push([middle, Math.sqrt(sum / size)]);
    }
  }

  // Of the last two thirds of a second, now: needs no frame, so it works in a hidden tab.
  witness.loudness = () => {
    const tap = taps.get(witness.contexts.at(-1));
    if (!tap) return 0;
    tap.analyser.getFloatTimeDomainData(ring);
    return Math.sqrt(ring.reduce((sum, value) => sum + value * value, 0) / RING);
  };

  const small = document.createElement("canvas");
  const pen = small.getContext("2d", { willReadFrequently: true });
  // Deep plum (the hole, and the line of a shut mouth), tongue pink (bluer than the lips), teeth.
  function classify(r, g, b, a) {
    if (a < 250) return "";
    if (r > 45 && r < 125 && g < 45 && b > 25 && b < 75) return "hole";
    if (r > 225 && g > 85 && g < 160 && b > g + 5 && b < 175) return "tongue";
    if (r > 228 && g > 212 && b > 215 && Math.abs(g - b) < 12) return "teeth";
    return "";
  }
  const SIZE = 96;
  const GAP = 3;
  // Mean height of the mouth in the columns around its middle, as a share of the region: from the
  // topmost plum pixel down through whatever is inside. A shut mouth has the height of its line.
  function opening() {
    // In the element's shadow root, or on a bare page.
    const canvas =
      document.querySelector("visavis-avatar")?.shadowRoot?.querySelector("#stage") ??
      document.querySelector("#stage, canvas");
    if (!canvas || !canvas.width || !witness.roi) return -1;
    const [x, y, w, h] = witness.roi;
    small.width = SIZE;
    small.height = SIZE;
    pen.drawImage(
      canvas,
      x * canvas.width, y * canvas.height, w * canvas.width, h * canvas.height,
      0, 0, SIZE, SIZE,
    );
    const { data } = pen.getImageData(0, 0, SIZE, SIZE);
    const kind = (cx, cy) => classify(...data.subarray(4 * (cy * SIZE + cx), 4 * (cy * SIZE + cx) + 4));
    let sumX = 0;
    let n = 0;
    for (let cy = 0; cy < SIZE; cy++) {
      for (let cx = 0; cx < SIZE; cx++) {
        if (kind(cx, cy) === "hole") {
          sumX += cx;
          n++;
        }
      }
    }
    if (n === 0) return 0;
    const middle = Math.round(sumX / n);
    let total = 0;
    let columns = 0;
    for (let cx = Math.max(0, middle - 6); cx <= Math.min(SIZE - 1, middle + 6); cx++) {
      columns++;
      let top = 0;
      while (top < SIZE && kind(cx, top) !== "hole") top++;
      if (top === SIZE) continue;
      let last = top;
      for (let cy = top; cy < SIZE && cy - last <= GAP; cy++) if (kind(cx, cy)) last = cy;
      total += last - top + 1;
    }
    return total / columns / SIZE;
  }

  function sample() {
    // After the page's own frame callbacks have drawn: a task right behind this frame.
    listen();
    setTimeout(() => witness.frames.push([performance.now(), opening()]), 0);
    requestAnimationFrame(sample);
  }
  requestAnimationFrame(sample);
})();
