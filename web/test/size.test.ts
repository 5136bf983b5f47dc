import assert from "node:assert/strict";
import { test } from "node:test";
import { gzippedBytes } from "../bundles.ts";

const MAX_BYTES = 45_000;

test("core and element stay small: at most 45 kB after gzip, Rive's runtime apart", async () => {
  const bytes = await gzippedBytes("src/element/index.ts");
  assert.ok(bytes > 5_000, "that can't be all of it");
  assert.ok(bytes <= MAX_BYTES, `${bytes} bytes`);
});
