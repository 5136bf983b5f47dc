// The one operation that costs the ear anything: a matrix times a vector. Four numbers at a time, by
// a few instructions of WebAssembly written out here; where a browser or a page's policy refuses
// them, the same in plain arithmetic. Opcodes: WebAssembly's specification, 5.4 (binary format).

/** `out = matrix · x + bias` over arrays that it has made itself; `matrix` in rows of x's length. */
export interface Kernel {
  readonly kind: "simd" | "plain";
  /** `values`, zeros behind them up to a multiple of four rows' worth of `width`. */
  take(values: Float32Array, width?: number): Float32Array;
  multiply(matrix: Float32Array, x: Float32Array, bias: Float32Array, out: Float32Array): void;
}

/** `nFloats`: at most so many numbers will be taken, their paddings included. */
export function kernel(nFloats: number): Kernel {
  return simdKernel(nFloats) ?? plainKernel();
}

/** Rows are multiplied four at a time, columns too. */
const LANES = 4;

export function padded(n: number): number {
  return Math.ceil(n / LANES) * LANES;
}

export function plainKernel(): Kernel {
  return {
    kind: "plain",
    take: (values, width = 1) => copy(new Float32Array(paddedLength(values, width)), values),
    multiply: plainMultiply,
  };
}

function simdKernel(nFloats: number): Kernel | null {
  const pages = Math.ceil((4 * nFloats) / 65_536) + 1;
  let run: (matrix: number, x: number, bias: number, out: number, width: number, height: number) => void;
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: pages });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()), { e: { m: memory } });
    run = instance.exports["r"] as typeof run;
  } catch {
    return null; // no SIMD, or no WebAssembly for this page: plain arithmetic is three times slower
  }
  let nTaken = 0;
  return {
    kind: "simd",
    take(values, width = 1) {
      const length = paddedLength(values, width);
      const view = new Float32Array(memory.buffer, 4 * nTaken, length);
      nTaken += padded(length); // each begins on a multiple of 16 bytes
      return copy(view, values);
    },
    multiply(matrix, x, bias, out) {
      run(matrix.byteOffset, x.byteOffset, bias.byteOffset, out.byteOffset, x.length, bias.length);
    },
  };
}

function paddedLength(values: Float32Array, width: number): number {
  return padded(Math.ceil(values.length / width)) * width;
}

function copy(to: Float32Array, values: Float32Array): Float32Array {
  to.set(values);
  return to;
}

/** Four sums at a time: a processor adds to all of them where a single one would wait for itself. */
function plainMultiply(matrix: Float32Array, x: Float32Array, bias: Float32Array, out: Float32Array): void {
  const width = x.length;
  for (let row = 0; row < bias.length; row += LANES) {
    let [a, b, c, d] = [bias[row]!, bias[row + 1]!, bias[row + 2]!, bias[row + 3]!];
    let at = row * width;
    for (let i = 0; i < width; i++, at++) {
      const value = x[i]!;
      a += matrix[at]! * value;
      b += matrix[at + width]! * value;
      c += matrix[at + 2 * width]! * value;
      d += matrix[at + 3 * width]! * value;
    }
    out[row] = a;
    out[row + 1] = b;
    out[row + 2] = c;
    out[row + 3] = d;
  }
}

// ------------------------------------------------------------------ the same, in WebAssembly

const I32 = 0x7f;
const V128 = 0x7b;
/** Parameters (bytes, bytes, bytes, bytes, numbers, rows) and locals of the function, by index. */
const [MATRIX, X, BIAS, OUT, WIDTH, HEIGHT, AT, END] = [0, 1, 2, 3, 4, 5, 6, 7];
const SUMS = [8, 9, 10, 11] as const;
const VALUE = 12;

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const signature = [0x60, ...list([[I32], [I32], [I32], [I32], [I32], [I32]]), 0];
  const text = (letters: string): number[] => [letters.length, ...new TextEncoder().encode(letters)];
  const memory = [...text("e"), ...text("m"), 0x02, 0x00, 1];
  const locals = list([
    [2, I32],
    [5, V128],
  ]);
  const code = [...locals, ...body(), END_OF_BLOCK];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...section(1, list([signature])),
    ...section(2, list([memory])),
    ...section(3, list([[0]])),
    ...section(7, list([[...text("r"), 0x00, 0]])),
    ...section(10, list([[...leb(code.length), ...code]])),
  ]);
}

const END_OF_BLOCK = 0x0b;
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const number = (value: number): number[] => [0x41, ...leb(value)];
const add = [0x6a];
const multiply = [0x6c];
const loop = (...inside: number[][]): number[] => [0x03, 0x40, ...inside.flat(), END_OF_BLOCK];
const again = [0x0d, 0]; // if true, to the beginning of the innermost loop
const simd = (code: number, ...rest: number[]): number[] => [0xfd, ...leb(code), ...rest];
const loadFour = simd(0x00, 4, 0);
const addFour = simd(0xe4);
const multiplyFour = simd(0xe6);
const ZEROS = simd(0x0c, ...Array.from({ length: 16 }, () => 0));

/** Four rows at a time; of each, four columns at a time. A row is 4 · width bytes long. */
function body(): number[] {
  const rowBytes = [...get(WIDTH), ...number(4), ...multiply];
  const step = (local: number, bytes: number): number[] => [...get(local), ...number(bytes), ...add, ...set(local)];
  const rowAt = (row: number): number[] =>
    row === 0 ? get(MATRIX) : [...get(MATRIX), ...rowBytes, ...number(row), ...multiply, ...add];
  const gather = SUMS.flatMap((sum, row) => [
    ...get(sum),
    ...rowAt(row),
    ...loadFour,
    ...get(VALUE),
    ...multiplyFour,
    ...addFour,
    ...set(sum),
  ]);
  const give = SUMS.flatMap((sum, row) => [
    ...get(OUT),
    ...get(BIAS),
    ...[0x2a, 2, 4 * row], // f32.load, aligned to 2², at 4 · row
    ...[0, 1, 2, 3].flatMap((lane) => [...get(sum), ...simd(0x1f, lane), 0x92]), // f32.add
    ...[0x38, 2, 4 * row], // f32.store
  ]);
  return loop(
    SUMS.flatMap((sum) => [...ZEROS, ...set(sum)]),
    get(X),
    set(AT),
    [...get(X), ...rowBytes, ...add, ...set(END)],
    loop(
      [...get(AT), ...loadFour, ...set(VALUE)],
      gather,
      step(MATRIX, 16),
      step(AT, 16),
      [...get(AT), ...get(END), 0x49, ...again], // while AT < END
    ),
    give,
    [...get(MATRIX), ...rowBytes, ...number(3), ...multiply, ...add, ...set(MATRIX)],
    step(BIAS, 16),
    step(OUT, 16),
    [...get(HEIGHT), ...number(4), 0x6b, 0x22, HEIGHT], // HEIGHT -= 4, kept on the stack
    [...number(0), 0x4a, ...again], // while HEIGHT > 0
  );
}

function section(id: number, content: number[]): number[] {
  return [id, ...leb(content.length), ...content];
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...leb(items.length), ...items.flat()];
}

/** LEB128; the numbers here are small and positive, so signed and unsigned are the same below 64. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value & 0x7f;
    value >>= 7;
    bytes.push(value === 0 ? low : low | 0x80);
  } while (value !== 0);
  return bytes;
}
