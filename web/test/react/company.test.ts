import assert from "node:assert/strict";
import { test } from "node:test";
import { Company, type Stageable } from "../../src/react/company.ts";
import type { Actor } from "../../src/react/mascot.ts";

class Character implements Stageable {
  readonly actors: Actor[] = [];

  act(actor: Actor): () => void {
    this.actors.push(actor);
    return () => this.actors.splice(this.actors.indexOf(actor), 1);
  }
}

test("whoever acts acts for every character, whichever came first, until either goes", () => {
  const company = new Company();
  const [pip, mara] = [new Character(), new Character()];
  const [first, second]: Actor[] = [() => null, () => null];
  company.join(pip);
  const stop = company.act(first as Actor);
  const leave = company.join(mara);
  company.act(second as Actor);
  assert.deepEqual(pip.actors, [first, second]);
  assert.deepEqual(mara.actors, [first, second]);
  stop();
  assert.deepEqual([pip.actors, mara.actors], [[second], [second]]);
  leave();
  assert.deepEqual([pip.actors, mara.actors], [[second], []]);
  company.join(mara); // strict mode
  assert.deepEqual(mara.actors, [second]);
});
