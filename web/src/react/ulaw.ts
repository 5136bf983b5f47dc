// G.711 µ-law to samples of 16 bits (ITU-T G.711, table 2a): sign, three bits of exponent, four of
// mantissa, all inverted, with a bias of 33 in units of 4.
const BIAS = 33 << 2;

const DECODED = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + BIAS) << ((bits >> 4) & 0x07)) - BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
});

export function pcmFromUlaw(bytes: Uint8Array): Int16Array {
  return Int16Array.from(bytes, (code) => DECODED[code] ?? 0);
}
