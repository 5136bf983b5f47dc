import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const source = async (name: string): Promise<string> => readFile(`src/element/${name}`, "utf8");
const manual = await readFile("../docs/embed.md", "utf8");

/** All that the first group finds, apart at spaces. */
function named(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].flatMap(([, found]) => (found ?? "").split(" ")))];
}

test("the manual has every attribute, event, part and custom property", async () => {
  const element = await source("element.ts");
  const markup = (await source("markup.ts")) + (await source("kit.ts")) + (await source("card.ts"));
  const observed = /observedAttributes = \[([^\]]*)\]/.exec(element)?.[1] ?? "";
  const attributes = [...named(observed, /"([\w-]+)"/g), ...named(element, /(?:get|has)Attribute\("([\w-]+)"\)/g)];
  const events = named(await source("events.ts"), /^ {2}"(visavis-[\w-]+)":/gm);
  const parts = [...named(markup, /\bpart: "([\w -]+)"/g), ...named(markup, /iconButton\("([\w-]+)"/g)];
  const properties = named(await source("element.css"), /var\((--visavis-[\w-]+)/g);
  assert.ok(attributes.length >= 10 && events.length >= 10 && parts.length >= 25 && properties.length >= 10);
  const missing = [...attributes, ...events, ...parts, ...properties].filter((name) => !manual.includes(`\`${name}\``));
  assert.deepEqual(missing, []);
});

test("what the manual calls an event or a custom property is one", async () => {
  const [events, css] = [await source("events.ts"), await source("element.css")];
  for (const name of named(manual, /`(visavis-[\w-]+)`/g)) {
    assert.ok(name === "visavis-avatar" || events.includes(`"${name}":`), name);
  }
  for (const name of named(manual, /`(--visavis-[\w-]+)`/g)) assert.ok(css.includes(name), name);
});
