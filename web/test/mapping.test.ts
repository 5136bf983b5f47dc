// A foreign character's mapping: read with plain words about its faults, and obeyed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { REST, type Weights } from "../src/lips.ts";
import { checkOffer, CONTRACT, MappingError, type Mapping, type Offer, readMapping, wanted } from "../src/mapping.ts";
import { Puppeteer, standIns } from "../src/puppeteer.ts";
import { SIL, VISEMES } from "../src/visemes.ts";
import { randomSource } from "./random.ts";

const only = (viseme: string): Weights => VISEMES.map((name) => (name === viseme ? 1 : 0));

/** What was written, and what was fired, in order. */
function watched(mapping: Mapping) {
  const values = new Map<string, number | boolean>();
  const fired: string[] = [];
  const puppeteer = new Puppeteer(mapping, {
    setNumber: (name, value) => void values.set(name, value),
    setBoolean: (name, value) => void values.set(name, value),
    fire: (name) => void fired.push(name),
  });
  return { puppeteer, values, fired };
}

const show = (weights: Weights) => ({ weights, mood: "speaking", energy: 0.5 }) as const;

test("ours is written as the contract says", () => {
  const { puppeteer, values, fired } = watched(CONTRACT);
  puppeteer.show(show(VISEMES.map((name) => (name === "aa" || name === "PP" ? 0.5 : 0))));
  puppeteer.lookAt({ x: -0.5, y: 3 });
  puppeteer.feel("surprised");
  puppeteer.gesture("wave");
  const get = (name: string) => values.get(name);
  assert.deepEqual([get("v_PP"), get("v_aa"), get("v_sil"), get("energy")], [100, 50, 0, 50]);
  assert.deepEqual([get("gaze_x"), get("gaze_y"), get("emotion"), get("is_speaking")], [-50, 100, 3, true]);
  assert.deepEqual(fired, ["wave"]);
});

test("one number for the mouth, with shapes that stand in for what is missing", () => {
  const { puppeteer, values } = watched(
    readMapping({ mouth: { kind: "index", name: "mouth", values: { sil: 7, PP: 2, aa: 3, O: 9 } } }),
  );
  const number = (viseme: string): unknown => {
    puppeteer.show(show(only(viseme)));
    return values.get("mouth");
  };
  assert.deepEqual(["PP", "aa", "O", "U", "E", "sil"].map(number), [2, 3, 9, 9, 3, 7]);
});

test("a trigger for each shape, fired when it begins and not again", () => {
  const { puppeteer, fired } = watched(
    readMapping({ mouth: { kind: "triggers", names: { sil: "rest", aa: "open", PP: "press" } } }),
  );
  for (const viseme of ["sil", "aa", "aa", "PP", "sil", "sil"]) puppeteer.show(show(only(viseme)));
  assert.deepEqual(fired, ["open", "press", "rest"]);
});

test("two shapes that are nearly as strong do not flicker", () => {
  const { puppeteer, fired } = watched(readMapping({ mouth: { kind: "triggers", names: { sil: "rest", aa: "open", PP: "press" } } }));
  for (let i = 0; i < 20; i++) {
    const share = 0.5 + (i % 2 === 0 ? 0.01 : -0.01);
    puppeteer.show(show(VISEMES.map((name) => (name === "aa" ? share : name === "PP" ? 1 - share : 0))));
  }
  assert.deepEqual(fired, ["open"]);
});

test("weights go to the shapes there are, and none is lost", () => {
  const random = randomSource(3);
  for (let round = 0; round < 200; round++) {
    const names = Object.fromEntries(VISEMES.filter((name) => name === "sil" || random(1) < 0.4).map((name) => [name, `m.${name}`]));
    const { puppeteer, values } = watched(readMapping({ mouth: { kind: "weights", names, full: 1 } }));
    const raw = VISEMES.map(() => random(1));
    const sum = raw.reduce((a, b) => a + b, 0);
    puppeteer.show(show(raw.map((weight) => weight / sum)));
    const written = [...values].filter(([name]) => name.startsWith("m.")).map(([, value]) => value as number);
    assert.equal(written.length, Object.keys(names).length);
    assert.ok(Math.abs(written.reduce((a, b) => a + b, 0) - 1) < 1e-9);
  }
});

test("an open mouth is shown by an open one, lips that close by shut ones", () => {
  const stand = standIns(VISEMES.map((name) => ["sil", "PP", "aa", "U"].includes(name)));
  const by = (viseme: string) => VISEMES[stand[VISEMES.indexOf(viseme)] ?? 0];
  assert.deepEqual(["sil", "PP", "FF", "O", "E", "RR"].map(by), ["sil", "PP", "PP", "U", "aa", "U"]);
  assert.equal(standIns(VISEMES.map((name) => ["sil", "aa"].includes(name)))[VISEMES.indexOf("PP")], SIL);
  assert.deepEqual(new Set(standIns(VISEMES.map((name) => name === "sil"))), new Set([SIL]));
});

test("feelings as weights: one at a time", () => {
  const { puppeteer, values } = watched(
    readMapping({
      mouth: { kind: "index", name: "m", values: { sil: 0 } },
      emotion: { kind: "weights", names: { happy: "smile", sad: "frown" }, full: 1 },
    }),
  );
  puppeteer.feel("happy");
  assert.deepEqual([values.get("smile"), values.get("frown")], [1, 0]);
  puppeteer.feel("surprised");
  assert.deepEqual([values.get("smile"), values.get("frown")], [0, 0]);
});

test("what the file lacks is told with all that it has", () => {
  const mapping = readMapping({
    mouth: { kind: "index", name: "Mund", values: { sil: 0 } },
    speaking: "level",
    gestures: { wave: "hello" },
  });
  const offer: Offer = { plane: "inputs", number: ["mouth", "level"], boolean: ["talks"], trigger: [] };
  assert.throws(
    () => checkOffer(mapping, offer),
    (error: Error) => {
      assert.ok(error instanceof MappingError);
      assert.match(error.message, /mouth\.name: there is no number "Mund"/);
      assert.match(error.message, /speaking: there is no boolean "level" \("level" is a number\)/);
      assert.match(error.message, /gestures\.wave: there is no trigger "hello"/);
      assert.match(error.message, /numbers: mouth, level; booleans: talks; triggers: none/);
      return true;
    },
  );
  checkOffer(mapping, { plane: "inputs", number: ["Mund"], boolean: ["level"], trigger: ["hello"] });
  assert.equal(wanted(CONTRACT).length, 15 + 3 + 3 + 5 + 1);
});

test("each fault of the JSON is told by its place", () => {
  const mouth = { kind: "index", name: "m", values: { sil: 0 } };
  const faults: [unknown, RegExp][] = [
    [null, /the mapping must be an object/],
    [{}, /mouth must be an object/],
    [{ mouth, mood: "x" }, /the mapping has no "mood"; it may have artboard/],
    [{ mouth: { kind: "number" } }, /mouth\.kind must be one of index, triggers, weights, not "number"/],
    [{ mouth: { ...mouth, values: { PP: 1 } } }, /mouth\.values: sil, the mouth at rest, is missing/],
    [{ mouth: { ...mouth, values: { sil: 0, AA: 1 } } }, /mouth\.values has no "AA"/],
    [{ mouth: { ...mouth, values: { sil: "0" } } }, /mouth\.values\.sil must be a number/],
    [{ mouth, energy: { name: "" } }, /energy\.name must be a name/],
    [{ mouth, gestures: { nod: "n" } }, /gestures has no "nod"; it may have gesture, wave/],
    [{ mouth, plane: "both" }, /plane must be one of viewModel, inputs/],
    [{ mouth, emotion: { kind: "index", name: "e", values: { glad: 1 } } }, /emotion\.values has no "glad"/],
  ];
  for (const [json, message] of faults) assert.throws(() => readMapping(json), { name: "MappingError", message });
});

test("at rest every kind of mouth is shut", () => {
  const { puppeteer, values } = watched(readMapping({ mouth: { kind: "weights", names: { sil: "s", aa: "a" }, full: 10 } }));
  puppeteer.show(show(REST));
  assert.deepEqual([values.get("s"), values.get("a")], [10, 0]);
});
