"""Rules that hold in every interleaving, as hypothesis finds them; bench/interleavings has more."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.session_driver import RATE_HZ, Driver, phrase
from visavis import events as ev
from visavis.wire import messages as wire

_steps = st.lists(
    st.one_of(
        st.tuples(st.just("speech"), st.just(0)),
        st.tuples(st.just("pause"), st.integers(0, 96)),
        st.tuples(st.just("certain"), st.integers(0, 96)),
        st.tuples(st.just("wait"), st.sampled_from([1, 50, 299, 301, 700, 2_000])),
        st.tuples(st.just("text"), st.integers(0, 2)),
        st.tuples(st.just("score"), st.integers(0, 10)),
        st.tuples(st.just("phrase"), st.integers(0, 2)),
        st.tuples(st.just("done"), st.just(0)),
        st.tuples(st.just("fail"), st.just(0)),
        st.tuples(st.just("hear"), st.integers(0, 60_000)),
        st.tuples(st.just("ended"), st.just(0)),
        st.tuples(st.just("stopped"), st.integers(0, 60_000)),
        st.tuples(st.just("type"), st.just(0)),
        st.tuples(st.just("interrupt"), st.just(0)),
        st.tuples(st.just("old"), st.integers(1, 3)),
    ),
    max_size=60,
)


class Rules:
    """What a peer may rely on, checked on everything that is sent."""

    def __init__(self) -> None:
        self.armed: set[int] = set()
        self.committed: set[int] = set()
        self.over: set[int] = set()
        self.running: set[int] = set()
        self.n_samples: dict[int, int] = {}

    def check(self, commands: list[ev.Command]) -> None:
        for command in commands:
            match command:
                case ev.StartAttempt(attempt):
                    assert not self.running, "two attempts at once"
                    self.running.add(attempt.reply_id)
                case ev.CancelAttempt(reply_id):
                    self.running.discard(reply_id)
                case ev.Committed(reply_id):
                    assert reply_id not in self.over
                case ev.SendAudio(reply_id, first_sample, pcm):
                    assert reply_id in self.armed - self.over
                    assert first_sample == self.n_samples.get(reply_id, 0), "gap in the sound"
                    self.n_samples[reply_id] = first_sample + len(pcm) // 2
                case ev.Send(message):
                    self._check_message(message)
                case ev.HearOverlap(sound):
                    assert sound.last_sample > sound.first_sample

    def _check_message(self, message: wire.Message) -> None:
        reply_id: int = getattr(message, "reply_id", 0)
        match message:
            case wire.ReplyArmed():
                assert reply_id not in self.armed
                self.armed.add(reply_id)
            case wire.ReplyCommit():
                assert reply_id in self.armed - self.committed - self.over
                self.committed.add(reply_id)
            case wire.ReplyDiscard():
                assert reply_id in self.armed - self.committed - self.over, "it may be playing"
                self.over.add(reply_id)
            case wire.ReplyStop():
                assert reply_id in self.armed - self.over
                self.over.add(reply_id)
            case wire.ReplyPhrase() | wire.ReplyEnd() | wire.ReplyDuck() | wire.ReplyResume():
                assert reply_id in self.armed - self.over
            case _:
                pass


@given(_steps)
@settings(max_examples=400, deadline=None)
def test_no_interleaving_breaks_the_wire(  # noqa: PLR0912 - one branch for each thing that can happen
    steps: list[tuple[str, int]],
) -> None:
    d, rules = Driver(), Rules()
    n_samples: dict[int, int] = {}
    checked = 0
    for what, value in steps:
        reply_id = d.attempt.reply_id if rules.running or rules.armed else 1
        start = n_samples.get(reply_id, 0)
        match what:
            case "speech":
                d.feed(ev.SpeechStarted(d.now_ms, d.sample))
            case "pause":
                d.feed(ev.SpeechPaused(d.now_ms, d.sample, float(value)))
            case "certain":
                d.feed(ev.SpeechEnded(d.now_ms, d.sample, float(value)))
            case "wait":
                d.wait(value)
            case "text":
                d.feed(ev.Transcribed(d.now_ms, reply_id, ["", "a question", "and"][value]))
            case "score":
                d.feed(ev.TurnScored(d.now_ms, reply_id, value / 10))
            case "phrase" if reply_id in rules.running:
                sent = d.feed(ev.PhraseVoiced(d.now_ms, reply_id, RATE_HZ, phrase(start=start)))
                if sent:
                    n_samples[reply_id] = start + 22_050
            case "done" if reply_id in rules.running:
                d.feed(ev.ReplyVoiced(d.now_ms, reply_id))
                rules.running.discard(reply_id)
            case "fail" if reply_id in rules.running:
                rules.running.discard(reply_id)
                d.feed(ev.AttemptFailed(d.now_ms, reply_id, "engine", "broke"))
            case "hear":
                d.feed(ev.PlayheadMoved(d.now_ms, reply_id, value, "playing"))
            case "ended":
                d.feed(ev.PlayheadMoved(d.now_ms, reply_id, start, "ended"))
            case "stopped":
                d.feed(ev.PlayheadMoved(d.now_ms, reply_id, value, "stopped"))
            case "type":
                d.feed(ev.TextTyped(d.now_ms, "typed"))
            case "interrupt":
                d.feed(ev.Interrupted(d.now_ms))
            case "old":
                d.feed(ev.Transcribed(d.now_ms, max(1, reply_id - value), "late"))
            case _:
                pass
        rules.check(d.commands[checked:])
        checked = len(d.commands)
    # Whatever happened, the next question is heard and answered.
    d.feed(ev.Interrupted(d.now_ms))
    d.feed(ev.TextTyped(d.now_ms, "still there?"))
    assert d.attempt.prompt == ev.TypedPrompt("still there?")
