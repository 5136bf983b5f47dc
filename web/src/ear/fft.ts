// The power spectrum of 512 real samples: a complex FFT of half the length, unravelled.

const N = 512;
const HALF = N / 2;

const COS = Float64Array.from({ length: HALF }, (_, k) => Math.cos((2 * Math.PI * k) / N));
const SIN = Float64Array.from({ length: HALF }, (_, k) => Math.sin((2 * Math.PI * k) / N));
const REVERSED = Uint16Array.from({ length: HALF }, (_, i) => {
  let reversed = 0;
  for (let bit = 1, of = i; bit < HALF; bit <<= 1, of >>= 1) reversed = (reversed << 1) | (of & 1);
  return reversed;
});

const real = new Float64Array(HALF);
const imaginary = new Float64Array(HALF);

/** Writes |FFT(samples)|², 257 values, into `power`. Samples beyond the given ones are zero. */
export function powerSpectrum(samples: Float64Array, power: Float64Array): void {
  for (let i = 0; i < HALF; i++) {
    const j = REVERSED[i]!;
    real[j] = samples[2 * i] ?? 0;
    imaginary[j] = samples[2 * i + 1] ?? 0;
  }
  butterflies();
  // Even samples were the real part, odd ones the imaginary: take them apart, then join them.
  for (let k = 0; k <= HALF / 2; k++) {
    const m = (HALF - k) % HALF;
    const [evenRe, evenIm] = [(real[k]! + real[m]!) / 2, (imaginary[k]! - imaginary[m]!) / 2];
    const [oddRe, oddIm] = [(imaginary[k]! + imaginary[m]!) / 2, (real[m]! - real[k]!) / 2];
    const turnedRe = oddRe * COS[k]! + oddIm * SIN[k]!;
    const turnedIm = oddIm * COS[k]! - oddRe * SIN[k]!;
    power[k] = (evenRe + turnedRe) ** 2 + (evenIm + turnedIm) ** 2;
    power[HALF - k] = (evenRe - turnedRe) ** 2 + (turnedIm - evenIm) ** 2;
  }
}

function butterflies(): void {
  for (let size = 2; size <= HALF; size <<= 1) {
    const half = size >> 1;
    const stride = N / size;
    for (let start = 0; start < HALF; start += size) {
      for (let k = 0; k < half; k++) {
        const [cos, sin] = [COS[k * stride]!, SIN[k * stride]!];
        const [upper, lower] = [start + k, start + k + half];
        const re = real[lower]! * cos + imaginary[lower]! * sin;
        const im = imaginary[lower]! * cos - real[lower]! * sin;
        real[lower] = real[upper]! - re;
        imaginary[lower] = imaginary[upper]! - im;
        real[upper] = real[upper]! + re;
        imaginary[upper] = imaginary[upper]! + im;
      }
    }
  }
}
