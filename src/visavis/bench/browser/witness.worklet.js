// On the audio thread of the page's own context: microphone and output side by side, frame by frame,
// so that question and answer are timed by one clock. Written apart from the page's code.
const SIZE = 2048;
const PAUSE_MS = 2; // quanta of one device buffer are rendered in a burst

class Witness extends AudioWorkletProcessor {
  constructor() {
    super();
    this.lastWallMs = 0;
    this.begin(currentFrame);
  }

  begin(firstFrame) {
    this.firstFrame = firstFrame;
    this.filled = 0;
    this.microphone = new Int16Array(SIZE);
    this.output = new Int16Array(SIZE);
    this.bursts = []; // frame, wall ms: when the device asked for this frame
  }

  process(inputs) {
    const wallMs = Date.now(); // performance is not to be had here
    if (currentFrame !== this.firstFrame + this.filled) this.send();
    if (wallMs - this.lastWallMs >= PAUSE_MS) this.bursts.push([currentFrame, wallMs]);
    this.lastWallMs = wallMs;
    this.write(this.microphone, inputs[0]?.[0]);
    this.write(this.output, inputs[1]?.[0]);
    this.filled += 128;
    if (this.filled === SIZE) this.send();
    return true;
  }

  write(target, block) {
    if (block === undefined) return; // nothing is connected: silence
    for (let i = 0; i < block.length; i++) {
      target[this.filled + i] = Math.max(-32768, Math.min(32767, Math.round(block[i] * 32768)));
    }
  }

  send() {
    const { firstFrame, filled, bursts } = this;
    const next = currentFrame + (filled === SIZE ? 128 : 0);
    if (filled > 0) {
      const microphone = this.microphone.slice(0, filled);
      const output = this.output.slice(0, filled);
      this.port.postMessage({ firstFrame, microphone, output, bursts }, [
        microphone.buffer,
        output.buffer,
      ]);
    }
    this.begin(next);
  }
}

registerProcessor("witness", Witness);
