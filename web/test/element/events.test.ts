import assert from "node:assert/strict";
import { test } from "node:test";
import { Conversation } from "../../src/conversation.ts";
import { BEFORE, changes, lookAt, type AvatarEvent, type Look } from "../../src/element/events.ts";
import type { ServerMessage } from "../../src/wire.gen.ts";
import { randomSource } from "../random.ts";

const names = (events: readonly AvatarEvent[]): string[] => events.map(({ name }) => name);
const looking = (conversation: Conversation): Look =>
  lookAt({ connection: "ready", microphoneStatus: "open", conversation });

const state = (value: "listening" | "thinking", turnId: number): ServerMessage => ({ type: "state", value, turn_id: turnId });
const armed: ServerMessage = { type: "reply.armed", reply_id: 1, turn_id: 1, revision: 0, rate_hz: 22_050 };
const commit: ServerMessage = { type: "reply.commit", reply_id: 1, turn_id: 1 };
const said = (text: string, status: "tentative" | "final"): ServerMessage => ({
  type: "transcript", turn_id: 1, revision: 0, text, status,
});

test("nothing has happened: nothing is told", () => {
  assert.deepEqual(changes(BEFORE, BEFORE), []);
  assert.deepEqual(lookAt(null), BEFORE);
});

test("what has changed is told once, with its words", () => {
  const conversation = new Conversation();
  const first = looking(conversation);
  assert.deepEqual(names(changes(BEFORE, first)), ["visavis-connection", "visavis-microphone"]);
  conversation.receive(state("thinking", 1));
  conversation.receive(said("what", "tentative"));
  const second = looking(conversation);
  assert.deepEqual(changes(first, second), [
    { name: "visavis-activity", detail: { activity: "thinking", turnId: 1 } },
    { name: "visavis-transcript", detail: { turnId: 1, text: "what", status: "tentative" } },
  ]);
  assert.deepEqual(changes(second, looking(conversation)), []);
  conversation.receive(said("What?", "final"));
  assert.deepEqual(names(changes(second, looking(conversation))), ["visavis-transcript"]);
});

test("a reply that may never be spoken is nobody's business; from its commit on it is", () => {
  const conversation = new Conversation();
  const before = looking(conversation);
  conversation.receive(armed);
  assert.deepEqual(changes(before, looking(conversation)), []);
  conversation.receive(commit);
  const heard = looking(conversation);
  assert.deepEqual(changes(before, heard), [
    { name: "visavis-reply", detail: { replyId: 1, turnId: 1, status: "committed", text: "" } },
  ]);
  conversation.cut(1, 5);
  const [stopped] = changes(heard, looking(conversation));
  assert.equal(stopped?.name === "visavis-reply" && stopped.detail.status, "stopped");
});

test("the same words said again, as after a lost session, are told again", () => {
  const conversation = new Conversation();
  for (let session = 0; session < 3; session++) {
    const before = looking(conversation);
    conversation.receive(armed);
    conversation.receive(commit);
    conversation.ended(1);
    const told = changes(before, looking(conversation));
    assert.deepEqual(names(told), ["visavis-reply"], `session ${session}`);
    conversation.reconnected();
  }
});

test("however often one looks: what was told last is what is so", () => {
  const below = randomSource(7);
  for (let round = 0; round < 200; round++) {
    const conversation = new Conversation();
    let look = BEFORE;
    const lastSaid = new Map<number | null, string>();
    for (let step = 0; step < 12; step++) {
      const turnId = 1 + Math.floor(below(3));
      conversation.receive({ ...said(`words ${Math.floor(below(4))}`, below(1) < 0.5 ? "tentative" : "final"), turn_id: turnId } as ServerMessage);
      if (below(1) < 0.5) continue;
      const now = looking(conversation);
      for (const event of changes(look, now)) {
        if (event.name === "visavis-transcript") lastSaid.set(event.detail.turnId, event.detail.text);
      }
      look = now;
    }
    for (const event of changes(look, looking(conversation))) {
      if (event.name === "visavis-transcript") lastSaid.set(event.detail.turnId, event.detail.text);
    }
    for (const line of conversation.lines) {
      if (line.who === "user") assert.equal(lastSaid.get(line.turnId), line.text);
    }
  }
});
