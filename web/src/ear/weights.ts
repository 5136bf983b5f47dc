// The ear's weights: the very file that Python reads, a NumPy archive (numpy.savez, compressed or
// not). Formats: PKZIP's appnote 4.3.7, numpy.lib.format.

export interface Gru {
  inputs: Float32Array; // [3 H, I]
  states: Float32Array; // [3 H, H]
  inputBias: Float32Array; // [3 H]
  stateBias: Float32Array; // [3 H]
  nCells: number;
}

export interface Weights {
  dense: Float32Array;
  denseBias: Float32Array;
  layers: readonly Gru[];
  heads: Float32Array;
  headsBias: Float32Array;
  aheadFrames: number;
}

export class WeightsError extends Error {
  override readonly name = "WeightsError";
}

interface Stored {
  kind: string;
  shape: number[];
  bytes: Uint8Array;
}

const FORMAT = 1;

const STORED = 0;
const DEFLATED = 8;

/** Throws WeightsError if these are no weights of the ear. */
export async function weightsFrom(file: ArrayBuffer): Promise<Weights> {
  const arrays = await membersOf(new Uint8Array(file));
  const stored = (name: string): Stored => {
    const found = arrays.get(name);
    if (found === undefined) throw new WeightsError(`the ear's weights have no ${name}`);
    return found;
  };
  const whole = (name: string): Float32Array => {
    const one = stored(name);
    const values = numbers(one);
    if (one.kind !== "|i1") return values;
    const scales = numbers(stored(`${name}.scale`));
    const width = values.length / scales.length;
    return values.map((value, i) => Math.fround(value * scales[Math.floor(i / width)]!));
  };
  const card = JSON.parse(new TextDecoder().decode(stored("card").bytes)) as Record<string, unknown>;
  if (card["format"] !== FORMAT) throw new WeightsError(`the ear's weights are of format ${String(card["format"])}`);
  const layers = Array.from({ length: Number(card["n_layers"]) }, (_, k): Gru => {
    const stateBias = whole(`gru${k}.state_bias`);
    return {
      inputs: whole(`gru${k}.inputs`),
      states: whole(`gru${k}.states`),
      inputBias: whole(`gru${k}.input_bias`),
      stateBias,
      nCells: stateBias.length / 3,
    };
  });
  return {
    dense: whole("dense"),
    denseBias: whole("dense_bias"),
    layers,
    heads: whole("heads"),
    headsBias: whole("heads_bias"),
    aheadFrames: Number(card["ahead_frames"]),
  };
}

/** The archive's members by name, from its central directory. */
async function membersOf(file: Uint8Array<ArrayBuffer>): Promise<Map<string, Stored>> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = findEnd(view);
  const members = new Map<string, Stored>();
  let at = view.getUint32(end + 16, true);
  for (let i = view.getUint16(end + 10, true); i > 0; i--) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new WeightsError("the archive is damaged");
    const method = view.getUint16(at + 10, true);
    const size = view.getUint32(at + 20, true);
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(file.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    const data = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const bytes = await unpacked(file.subarray(data, data + size), method);
    if (crc32(bytes) !== view.getUint32(at + 16, true)) throw new WeightsError("the archive is damaged");
    members.set(name.replace(/\.npy$/, ""), npy(bytes));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return members;
}

async function unpacked(bytes: Uint8Array<ArrayBuffer>, method: number): Promise<Uint8Array> {
  if (method === STORED) return bytes;
  if (method !== DEFLATED) throw new WeightsError(`the archive is packed by method ${method}, which no browser unpacks`);
  try {
    const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(inflated).arrayBuffer());
  } catch (error) {
    throw new WeightsError("the archive is damaged", { cause: error });
  }
}

const CRC_OF_BYTE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** As ZIP has it: the reflected polynomial of IEEE 802.3. What unpacks well may still be damaged. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_OF_BYTE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= 0; at--) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  throw new WeightsError("these are no weights of the ear");
}

function npy(bytes: Uint8Array): Stored {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const longHead = (bytes[6] ?? 1) > 1;
  const length = longHead ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = longHead ? 12 : 10;
  const head = new TextDecoder().decode(bytes.subarray(start, start + length));
  const kind = /'descr': '([^']+)'/.exec(head)?.[1];
  const shape = /'shape': \(([^)]*)\)/.exec(head)?.[1];
  if (kind === undefined || shape === undefined || /'fortran_order': True/.test(head)) {
    throw new WeightsError("an array of the ear's weights can't be read");
  }
  const sizes = shape.split(",").filter((size) => size.trim() !== "").map(Number);
  return { kind, shape: sizes, bytes: bytes.slice(start + length) };
}

function numbers({ kind, bytes }: Stored): Float32Array {
  const buffer = bytes.buffer as ArrayBuffer;
  switch (kind) {
    case "<f4":
      return new Float32Array(buffer);
    case "<f2":
      return Float32Array.from(new Uint16Array(buffer), half);
    case "|i1":
      return Float32Array.from(new Int8Array(buffer));
    default:
      throw new WeightsError(`the ear's weights hold numbers of kind ${kind}`);
  }
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
