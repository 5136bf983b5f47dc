"""No order of events breaks the conversation; and a conversation that is broken is found out.

The seed is fixed, so that a run of the tests means the same thing everywhere. Another one:
VISAVIS_INTERLEAVINGS_SEED=12345 pytest tests/bench/test_interleavings.py; how many:
VISAVIS_INTERLEAVINGS=1000000. A violation prints its seed and its whole trace; to see it again:
visavis bench interleavings --n 1 --seed SEED.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from visavis import events as ev
from visavis.bench.interleavings.command import figures
from visavis.bench.interleavings.edge import Edge
from visavis.bench.interleavings.rules import Rule
from visavis.bench.interleavings.search import (
    Findings,
    first_broken,
    search,
    search_shared,
    shortest_trace,
    trace,
)
from visavis.bench.interleavings.world import World
from visavis.cli import app
from visavis.phases import Phase
from visavis.session import Session
from visavis.wire import messages as wire

SEED = int(os.environ.get("VISAVIS_INTERLEAVINGS_SEED", "1"))
N = int(os.environ.get("VISAVIS_INTERLEAVINGS", "100000"))
N_PROCESSES = min(2, os.cpu_count() or 1)

FEW = 4_000
"""So many snippets find every session that is broken on purpose."""


@pytest.mark.timeout(600)
def test_a_hundred_thousand_conversations_break_no_rule() -> None:
    print(f"seeds {SEED} to {SEED + N - 1}")
    found = Findings()
    for more in search_shared(N, SEED, N_PROCESSES):
        found.add(more)
        if found.broken:
            told = shortest_trace(found.broken[0].seed)
            pytest.fail("\n".join([*told.lines, str(told.broken)]))
    assert found.n_snippets == N
    missed = [pair for pair in Session.TRANSITIONS if not found.seen[pair]]
    assert not missed, "these transitions were never tried"
    assert found.n_events / N > 10.0
    assert found.n_stops_needed == 0, "an engine that hangs needs nobody to press stop"


def test_a_seed_is_a_whole_conversation() -> None:
    first, again, other = trace(7), trace(7), trace(8)
    assert first == again
    assert first.lines != other.lines
    assert first.broken is None


def test_processes_share_the_work_and_change_nothing() -> None:
    (one,) = search_shared(40, SEED, 1)
    (two,) = search_shared(40, SEED, 2)
    assert one == two == search(range(SEED, SEED + 40))


def test_the_command_prints_one_object() -> None:
    ran = CliRunner().invoke(
        app, ["bench", "interleavings", "--n", "30", "--seed", "3", "--processes", "1", "--json"]
    )
    assert ran.exit_code == 0
    told = json.loads(ran.stdout)
    assert told["settings"] == {"n": 30, "seed": 3, "processes": 1}
    assert told["figures"]["n_interleavings"] == 30
    assert told["figures"]["n_violations"] == 0
    assert told["figures"]["n_transitions"] == len(Session.TRANSITIONS)


def test_one_snippet_is_told_whole() -> None:
    ran = CliRunner().invoke(app, ["bench", "interleavings", "--n", "1", "--seed", "3"])
    assert ran.exit_code == 0
    assert "Began" in ran.stderr


def test_shares_are_of_the_transitions() -> None:
    found = Findings(n_snippets=2)
    found.seen[Phase.LISTENING, ev.Began] = 2
    got = figures(found, took_s=4.0)
    assert got["exercised_rate"] == 1.0 / len(Session.TRANSITIONS)
    assert got["seen_listening_Began"] == 2
    assert got["interleavings_per_s"] == 0.5


def test_what_the_world_does_not_know_is_an_error() -> None:
    class Novelty:
        """A command of a later session."""

    world = World(1)
    with pytest.raises(KeyError):
        Edge(world).carry_out([Novelty()])  # type: ignore[list-item]


# ------------------------------------------------------------------ the fuzzer can fail


class Tampering(Session):
    """Asks for something else than it should."""

    def alter(self, command: ev.Command) -> list[ev.Command]:
        match command:
            case ev.Send(message):
                return [ev.Send(altered) for altered in self.alter_message(message)]
            case _:
                return [command]

    def alter_message(self, message: wire.Message) -> list[wire.Message]:
        return [message]

    def receive(self, event: ev.Event) -> list[ev.Command]:
        return [after for before in super().receive(event) for after in self.alter(before)]


class NeverDiscards(Tampering):
    """Leaves the page holding a reply that is forgotten here."""

    def alter_message(self, message: wire.Message) -> list[wire.Message]:
        return [] if isinstance(message, wire.ReplyDiscard) else [message]


class PlaysDiscarded(Tampering):
    """Takes a reply back that may be playing as if it had not been revealed."""

    def alter_message(self, message: wire.Message) -> list[wire.Message]:
        if isinstance(message, wire.ReplyStop):
            return [wire.ReplyDiscard(reply_id=message.reply_id)]
        return [message]


class RevealsTwice(Tampering):
    """Sends every commit twice."""

    def alter_message(self, message: wire.Message) -> list[wire.Message]:
        return [message, message] if isinstance(message, wire.ReplyCommit) else [message]


class TalksOn(Tampering):
    """Goes on sending a reply that was interrupted."""

    def alter_message(self, message: wire.Message) -> list[wire.Message]:
        if isinstance(message, wire.ReplyStop):
            return [message, wire.ReplyEnd(reply_id=message.reply_id, n_samples=1)]
        return [message]


class NeverResumes(Tampering):
    """Leaves a reply held after a cough."""

    def alter_message(self, message: wire.Message) -> list[wire.Message]:
        return [] if isinstance(message, wire.ReplyResume) else [message]


class ShowsDiscarded(Tampering):
    """Shows the words of a withdrawn attempt as final."""

    tentative: wire.Transcript | None = None

    def alter_message(self, message: wire.Message) -> list[wire.Message]:
        if isinstance(message, wire.Transcript):
            self.tentative = message
        if isinstance(message, wire.ReplyDiscard) and self.tentative is not None:
            return [message, self.tentative.model_copy(update={"status": "final"})]
        return [message]


class RemembersDiscarded(Tampering):
    """Remembers the words of a withdrawn reply."""

    text = ""

    def alter_message(self, message: wire.Message) -> list[wire.Message]:
        if isinstance(message, wire.ReplyPhrase):
            self.text = message.text
        if isinstance(message, wire.ReplyDiscard):
            self.history.character_said(self.text)
        return [message]


class ForgetsToCancel(Tampering):
    """Leaves the engines working for a reply that nobody wants."""

    def alter(self, command: ev.Command) -> list[ev.Command]:
        return [] if isinstance(command, ev.CancelAttempt) else [command]


class CommitsEarly(Tampering):
    """Lets an attempt cost money before its turn is over."""

    def alter(self, command: ev.Command) -> list[ev.Command]:
        if isinstance(command, ev.StartAttempt):
            return [command, ev.Committed(command.attempt.reply_id)]
        return [command]


class IgnoresThePlayhead(Session):
    """Thinks that all that was sent was heard."""

    def receive(self, event: ev.Event) -> list[ev.Command]:
        if isinstance(event, ev.PlayheadMoved):
            event = replace(event, sample=1_000_000)
        return super().receive(event)


class ForgetsTheEnd(Session):
    """Does not listen to where an interrupted reply was stopped."""

    def receive(self, event: ev.Event) -> list[ev.Command]:
        if isinstance(event, ev.PlayheadMoved) and event.status == "stopped":
            return []
        return super().receive(event)


class RepliesTwice(Session):
    """Has something to add to every reply."""

    def receive(self, event: ev.Event) -> list[ev.Command]:
        turn, reply = self._turn, self._reply
        super().receive(event)
        over = reply is not None and self._reply is None and self.phase is Phase.LISTENING
        if over and isinstance(event, ev.PlayheadMoved):
            self._turn = turn
            self._answer_now(ev.ScriptedPrompt("And another thing.", "llm"), event.at_ms)
        return self._out


class HearsStale(Session):
    """Takes late reports of a cancelled attempt for those of the one at work."""

    def _is_stale(self, event: ev.Event) -> bool:
        if isinstance(event, (ev.Transcribed, ev.PhraseVoiced)) and self._reply is not None:
            return False
        return super()._is_stale(event)


class Hasty(Session):
    """Takes every dip of the voice for its end."""

    def receive(self, event: ev.Event) -> list[ev.Command]:
        commands = super().receive(event)
        if isinstance(event, ev.SpeechPaused):
            commands += super().receive(ev.SpeechEnded(event.at_ms, event.sample, event.silence_ms))
        return commands


class Invents(Session):
    """Remembers more than was said."""

    def receive(self, event: ev.Event) -> list[ev.Command]:
        if isinstance(event, ev.Transcribed):
            self.history.user_said("what was never said")
        return super().receive(event)


class Hoards(Session):
    """Keeps every event."""

    def __init__(self, *, trace: str = "off") -> None:
        super().__init__(trace=trace)
        self.kept: list[ev.Event] = []

    def receive(self, event: ev.Event) -> list[ev.Command]:
        self.kept.append(event)
        return super().receive(event)


class FeelsEarly(Tampering):
    """Shows the feeling of a guess."""

    def alter_message(self, message: wire.Message) -> list[wire.Message]:
        if not isinstance(message, wire.ReplyPhrase):
            return [message]
        at_sample = message.start_sample
        felt = wire.ReplyEmotion(
            reply_id=message.reply_id, at_sample=at_sample, emotion="surprised"
        )
        return [message, felt]


class Freezes(Session):
    """Knows no deadline."""

    def next_deadline_ms(self) -> float | None:
        return None


class Stumbles(Session):
    """Raises when a question is typed over a reply."""

    def receive(self, event: ev.Event) -> list[ev.Command]:
        assert not (isinstance(event, ev.TextTyped) and self.phase is Phase.DUCKED)
        return super().receive(event)


BROKEN: list[tuple[type[Session], set[Rule]]] = [
    (NeverDiscards, {Rule.WIRE, Rule.RETURNS}),
    (PlaysDiscarded, {Rule.UNHEARD}),
    (RemembersDiscarded, {Rule.UNREMEMBERED}),
    (RevealsTwice, {Rule.WIRE}),
    (ForgetsToCancel, {Rule.ONE_ATTEMPT, Rule.RETURNS}),
    (IgnoresThePlayhead, {Rule.UNREMEMBERED, Rule.HISTORY}),
    (ForgetsTheEnd, {Rule.HISTORY, Rule.BOUNDED}),
    (ShowsDiscarded, {Rule.UNSEEN}),
    (RepliesTwice, {Rule.ONE_REPLY}),
    (NeverResumes, {Rule.RETURNS, Rule.WIRE}),
    (TalksOn, {Rule.QUIET}),
    (CommitsEarly, {Rule.PURE}),
    (HearsStale, {Rule.STALE}),
    (FeelsEarly, {Rule.PURE}),
    (Hasty, {Rule.POLITE}),
    (Invents, {Rule.UNREMEMBERED}),
    (Hoards, {Rule.BOUNDED}),
    (Freezes, {Rule.RETURNS}),
    (Stumbles, {Rule.CRASHED}),
]


def test_every_rule_can_be_broken() -> None:
    assert set(Rule) == set[Rule]().union(*(rules for _, rules in BROKEN))


@pytest.mark.parametrize(("kind", "rules"), BROKEN, ids=[kind.__name__ for kind, _ in BROKEN])
def test_a_broken_session_is_found_out(kind: type[Session], rules: set[Rule]) -> None:
    broken = first_broken(range(SEED, SEED + FEW), kind)
    assert broken is not None
    assert broken.rule in rules, broken
    told = shortest_trace(broken.seed, kind)
    assert told.broken is not None
    assert told.broken.rule is broken.rule
    assert told.lines
