import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type BinaryFrame, decodeBinary, decodeMessage, encodeBinary, WireError } from "../src/wire.ts";

interface Vectors {
  valid: {
    name: string;
    hex: string;
    frame: { kind: "microphone" | "reply"; reply_id?: number; first_sample: number; pcm: number[] };
  }[];
  invalid: { name: string; hex: string }[];
}

const vectors = JSON.parse(
  readFileSync(new URL("../../spec/vectors/binary.json", import.meta.url), "utf8"),
) as Vectors;

function bytesOf(hex: string): ArrayBuffer {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return bytes.buffer;
}

function frameOf({ kind, reply_id, first_sample, pcm }: Vectors["valid"][number]["frame"]): BinaryFrame {
  const common = { firstSample: first_sample, pcm: Int16Array.from(pcm) };
  return kind === "reply" ? { kind, replyId: reply_id ?? 0, ...common } : { kind, ...common };
}

for (const { name, hex, frame } of vectors.valid) {
  test(`binary, both ways: ${name}`, () => {
    assert.deepEqual(decodeBinary(bytesOf(hex)), frameOf(frame));
    assert.equal(Buffer.from(encodeBinary(frameOf(frame))).toString("hex"), hex);
  });
}

for (const { name, hex } of vectors.invalid) {
  test(`binary, refused: ${name}`, () => {
    assert.throws(() => decodeBinary(bytesOf(hex)), WireError);
  });
}

test("binary, refused: more than 64 KiB", () => {
  const bytes = new ArrayBuffer(64 * 1024 + 2);
  new DataView(bytes).setUint8(0, 1);
  assert.throws(() => decodeBinary(bytes), WireError);
});

test("text: an object with a type, whatever the type", () => {
  assert.equal(decodeMessage('{"type":"pong","nonce":"1","new_field":1}').type, "pong");
  assert.equal(decodeMessage('{"type":"from.the.future"}').type, "from.the.future");
  for (const text of ["", "3", "null", "[]", "{}", '{"type"'] as const) {
    assert.throws(() => decodeMessage(text), WireError);
  }
});
