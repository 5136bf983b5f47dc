// A Web Audio AnalyserNode (W3C Web Audio API 1.1, section 1.8): the last fftSize samples, Blackman
// window, magnitude spectrum, smoothing over time, decibels as bytes.

export class Analyser {
  fftSize = 2048;
  smoothingTimeConstant = 0.8;
  minDecibels = -100;
  maxDecibels = -30;
  #sound = new Float32Array(0);
  #at = 0;
  #smoothed = null;

  connect() {}

  get frequencyBinCount() {
    return this.fftSize / 2;
  }

  /** Where in the sound it is now: the samples before `at` have been played. */
  play(sound, at) {
    this.#sound = sound;
    this.#at = at;
  }

  getByteFrequencyData(bytes) {
    const n = this.fftSize;
    const re = new Float64Array(n);
    const im = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const window =
        0.42 - 0.5 * Math.cos((2 * Math.PI * i) / n) + 0.08 * Math.cos((4 * Math.PI * i) / n);
      re[i] = (this.#sound[this.#at - n + i] ?? 0) * window;
    }
    fft(re, im);
    this.#smoothed ??= new Float64Array(n / 2);
    const k = this.smoothingTimeConstant;
    for (let i = 0; i < n / 2; i++) {
      this.#smoothed[i] = k * this.#smoothed[i] + ((1 - k) * Math.hypot(re[i], im[i])) / n;
      const db = 20 * Math.log10(this.#smoothed[i]);
      const share = (db - this.minDecibels) / (this.maxDecibels - this.minDecibels);
      bytes[i] = Math.max(0, Math.min(255, Math.floor(255 * share)));
    }
  }
}

/** In place, radix 2. */
function fft(re, im) {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const angle = (-2 * Math.PI * k) / size;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let i = k; i < n; i += size) {
        const j = i + half;
        const [a, b] = [re[j] * c - im[j] * s, re[j] * s + im[j] * c];
        [re[j], im[j]] = [re[i] - a, im[i] - b];
        [re[i], im[i]] = [re[i] + a, im[i] + b];
      }
    }
  }
}
