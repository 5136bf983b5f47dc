// The matrix product in WebAssembly is that of plain arithmetic.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kernel, plainKernel } from "../src/ear/kernel.ts";
import { randomSource } from "./random.ts";

test("four numbers at a time are as good as one", () => {
  const random = randomSource(7);
  const some = (n: number): Float32Array => Float32Array.from({ length: n }, () => random(2) - 1);
  for (const [width, height] of [[4, 1], [4, 4], [12, 59], [120, 160], [160, 480], [300, 3]] as const) {
    const [matrix, x, bias] = [some(width * height), some(width), some(height)];
    const outs = [kernel(200_000), plainKernel()].map((k) => {
      const out = k.take(new Float32Array(height));
      k.multiply(k.take(matrix, width), k.take(x), k.take(bias), out);
      return [k.kind, out.slice(0, height)] as const;
    });
    assert.deepEqual(outs.map(([kind]) => kind), ["simd", "plain"]);
    for (let row = 0; row < height; row++) {
      let exact = bias[row]!;
      for (let i = 0; i < width; i++) exact += matrix[row * width + i]! * x[i]!;
      for (const [kind, out] of outs) assert.ok(Math.abs(out[row]! - exact) < 1e-4, `${kind}, ${width} × ${height}, row ${row}`);
    }
  }
});

test("what one kernel has taken does not overlap", () => {
  const k = kernel(1_000);
  const [a, b] = [k.take(new Float32Array(5).fill(1)), k.take(new Float32Array(7).fill(2), 7)];
  assert.deepEqual([...a.slice(0, 5)], [1, 1, 1, 1, 1]);
  assert.deepEqual([...b.slice(0, 7)], [2, 2, 2, 2, 2, 2, 2]);
  assert.equal(b.length, 28);
});
