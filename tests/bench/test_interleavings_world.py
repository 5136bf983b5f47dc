"""The simulated person, page and engines do what the real ones do."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from tests.test_purity import impurities
from visavis import events as ev
from visavis.bench.interleavings.memory import Memory
from visavis.bench.interleavings.page import Page
from visavis.bench.interleavings.rules import BrokenRuleError, Rule
from visavis.bench.interleavings.world import World
from visavis.hear.gate import Change, VoiceGate, VoiceGone, VoicePaused, VoiceStarted
from visavis.hear.level import LEVEL_FRAME_SAMPLES
from visavis.hear.vad import FRAME_SAMPLES
from visavis.session import Session
from visavis.wire import messages as wire

SPEECH = {
    VoiceStarted: ev.SpeechStarted,
    VoicePaused: ev.SpeechPaused,
    VoiceGone: ev.SpeechEnded,
}


class Overheard(Session):
    """Keeps what it was told."""

    last: list[ev.Event]

    def __init__(self, *, trace: str = "off") -> None:
        super().__init__(trace=trace)
        Overheard.last = []

    def receive(self, event: ev.Event) -> list[ev.Command]:
        Overheard.last.append(event)
        return super().receive(event)


def overheard(seed: int) -> list[ev.Event]:
    World(seed, Overheard).run()
    return Overheard.last


def gate_changes(seed: int) -> list[Change]:
    """What the real gate makes of random levels and probabilities."""
    rng, gate = Random(seed), VoiceGate()
    changes: list[Change] = []
    end_sample = quiet_frames = 0
    for _ in range(300):
        for _ in range(2):
            end_sample += LEVEL_FRAME_SAMPLES
            quiet_frames = quiet_frames + 1 if rng.random() < 0.5 else 0
            changes += gate.level(quiet_frames, end_sample)
        assert end_sample % FRAME_SAMPLES == 0
        changes += gate.push(rng.random(), end_sample)
        if rng.random() < 0.02:
            changes += gate.flush()
    return changes


def test_the_persons_voice_comes_in_the_orders_of_the_real_gate() -> None:
    real, played = set[tuple[type, type]](), set[tuple[type, type]]()
    for seed in range(400):
        kinds = [SPEECH[type(change)] for change in gate_changes(seed)]
        real |= set(pairwise(kinds))
        spoken = [type(event) for event in overheard(seed) if type(event) in SPEECH.values()]
        assert not spoken or spoken[0] is ev.SpeechStarted
        played |= set(pairwise(spoken))
    assert played == real


def test_a_voice_never_goes_back_in_time_and_falls_silent_in_the_end() -> None:
    for seed in range(200):
        speech = [
            event
            for event in overheard(seed)
            if isinstance(event, (ev.SpeechStarted, ev.SpeechPaused, ev.SpeechEnded))
        ]
        ends = [event.sample for event in speech if not isinstance(event, ev.SpeechStarted)]
        assert ends == sorted(ends)
        assert not speech or isinstance(speech[-1], ev.SpeechEnded)
        for before, after in pairwise(speech):
            assert before.at_ms <= after.at_ms
            if isinstance(after, ev.SpeechStarted):
                assert after.sample >= before.sample


def test_an_attempt_says_nothing_after_its_failure() -> None:
    n_failed = 0
    for seed in range(300):
        failed: set[int] = set()
        for event in overheard(seed):
            reply_id: int | None = getattr(event, "reply_id", None)
            assert isinstance(event, ev.PlayheadMoved) or reply_id not in failed
            if isinstance(event, ev.AttemptFailed):
                failed.add(event.reply_id)
        n_failed += len(failed)
    assert n_failed > 20


def test_the_world_is_pure() -> None:
    assert not impurities("visavis.bench.interleavings.world")


# ------------------------------------------------------------------ the page


class Desk:
    """A world in which only what the test does happens; its page plays 8 samples a millisecond."""

    def __init__(self) -> None:
        self.world = World(1, Overheard)
        self.page: Page = self.world.page
        self.told: list[tuple[int, str]] = []
        self.world.arrive = self._take

    def _take(self, what: tuple[Callable[..., ev.Event], tuple[Any, ...]]) -> None:
        kind, arguments = what
        if kind is ev.PlayheadMoved:
            _, sample, status = arguments
            self.told.append((sample, status))

    def send(self, *messages: wire.Message) -> None:
        self.page.receive([ev.Send(message) for message in messages])

    def sound(self, n_samples: int) -> None:
        self.page.receive([ev.SendAudio(1, 0, bytes(2 * n_samples))])

    def wait(self, ms: float) -> None:
        """Let the page's own plans happen, and stop the clock there."""
        self.world.at(self.world.now_ms + ms, self._stop, None)
        with pytest.raises(StopIteration):
            self.world.run_plans()

    def _stop(self, _what: None) -> None:
        raise StopIteration

    def arm(self) -> None:
        words = [
            wire.WordItem(text="one", start_sample=0, end_sample=800),
            wire.WordItem(text="two", start_sample=800, end_sample=1_600),
        ]
        self.send(
            wire.ReplyArmed(reply_id=1, turn_id=1, revision=1, rate_hz=8_000),
            wire.ReplyPhrase(
                reply_id=1,
                index=0,
                text="one two",
                source="fact",
                start_sample=0,
                n_samples=1_600,
                cues=[],
                words=words,
            ),
        )
        self.sound(1_600)


COMMIT = wire.ReplyCommit(reply_id=1, turn_id=1)
END = wire.ReplyEnd(reply_id=1, n_samples=1_600)


def test_a_held_reply_is_not_heard() -> None:
    desk = Desk()
    desk.arm()
    desk.wait(1_000.0)
    assert desk.page.words_heard(1) == ""
    assert desk.page.is_silent()


def test_words_are_heard_when_they_begin() -> None:
    desk = Desk()
    desk.arm()
    desk.send(COMMIT)
    desk.wait(100.0)  # exactly where the second word begins
    assert desk.page.words_heard(1) == "one"
    desk.wait(1.0)
    assert desk.page.words_heard(1) == "one two"


def test_somebody_speaks_over_it_and_it_goes_on_from_the_same_sample() -> None:
    desk = Desk()
    desk.arm()
    desk.send(COMMIT, END)
    desk.wait(50.0)
    desk.send(wire.ReplyDuck(reply_id=1))
    desk.wait(5_000.0)
    assert desk.page.words_heard(1) == "one"
    assert not desk.page.is_silent()
    desk.send(wire.ReplyResume(reply_id=1))
    desk.wait(140.0)
    assert not desk.page.is_silent()
    desk.wait(500.0)
    assert desk.page.is_silent()
    assert desk.told[-1] == (1_600, "ended")


def test_a_stop_is_answered_with_the_sample() -> None:
    desk = Desk()
    desk.arm()
    desk.send(COMMIT, END)
    desk.wait(50.0)
    desk.send(wire.ReplyStop(reply_id=1))
    desk.wait(1_000.0)
    assert desk.told[-1] == (400, "stopped")
    assert desk.page.words_heard(1) == "one"


def test_the_stop_button_is_obeyed_at_once_and_the_late_stop_answered() -> None:
    desk = Desk()
    desk.arm()
    desk.send(COMMIT, END)
    desk.wait(50.0)
    desk.page.interrupt()
    desk.wait(300.0)
    desk.send(wire.ReplyStop(reply_id=1))
    desk.wait(300.0)
    assert desk.told[-1] == (400, "stopped")


def test_what_starves_waits_and_goes_on() -> None:
    desk = Desk()
    desk.arm()
    desk.send(COMMIT)
    desk.wait(1_000.0)
    assert desk.told[-1] == (1_600, "playing")
    desk.send(END)
    desk.wait(300.0)
    assert desk.told[-1] == (1_600, "ended")


def test_a_discard_of_what_plays_is_a_broken_rule() -> None:
    desk = Desk()
    desk.arm()
    desk.send(COMMIT)
    with pytest.raises(BrokenRuleError) as broken:
        desk.send(wire.ReplyDiscard(reply_id=1))
    assert broken.value.rule is Rule.UNHEARD


# ------------------------------------------------------------------ the memory


def said(speaker: ev.Speaker, text: str) -> ev.Utterance:
    return ev.Utterance(speaker, text)


QUESTION = said(ev.Speaker.USER, "how many?")


def heard_memory() -> Memory:
    """A question, and a reply of which the first word was heard."""
    desk = Desk()
    desk.arm()
    desk.send(COMMIT)
    desk.wait(50.0)
    desk.send(wire.ReplyStop(reply_id=1))
    memory = Memory(desk.page)
    memory.user_said(1, "how many?")
    memory.reply_revealed(1, 1)
    return memory


def test_exactly_what_was_heard_is_right() -> None:
    heard_memory().check_whole((QUESTION, said(ev.Speaker.CHARACTER, "one")))


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        (QUESTION,),
        (QUESTION, said(ev.Speaker.CHARACTER, "one two")),
        (said(ev.Speaker.CHARACTER, "one"), QUESTION),
        (QUESTION, said(ev.Speaker.CHARACTER, "one"), said(ev.Speaker.CHARACTER, "one")),
    ],
)
def test_anything_else_is_wrong(wrong: tuple[ev.Utterance, ...]) -> None:
    with pytest.raises(BrokenRuleError) as broken:
        heard_memory().check_whole(wrong)
    assert broken.value.rule is Rule.HISTORY


def test_on_the_way_less_may_be_known_and_nothing_else() -> None:
    memory = heard_memory()
    memory.check_contents((QUESTION,))
    for wrong in (
        said(ev.Speaker.CHARACTER, "two"),
        said(ev.Speaker.CHARACTER, "on"),
        said(ev.Speaker.USER, "one"),
    ):
        with pytest.raises(BrokenRuleError):
            memory.check_contents((wrong,))


def test_what_is_taken_back_was_not_said() -> None:
    memory = heard_memory()
    memory.take_back(1)
    memory.check_whole(())
    assert memory.reply_to(1) is None
