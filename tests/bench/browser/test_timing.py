"""One turn from evidence made by hand: sound as frames, wire and pictures as rows."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.browser.speech import recording
from visavis.bench.browser.evidence import Evidence, Take
from visavis.bench.browser.timing import Reading, read_turn
from visavis.hear.audio import pcm_from_float
from visavis.wire import messages as wire
from visavis.wire.codec import MicrophoneFrame, encode, encode_microphone

RATE_HZ = 48_000
ASKED = recording()
WALL_AHEAD_MS = 1e12
PAGE_AHEAD_MS = 700.0
"""Context frame 0 is taken at this time of the page's clock."""

START_MS = 3_000.0
T0_MS = START_MS + ASKED.speech_end_ms
LATENCY_MS = 30.0


@dataclass
class Scene:
    """What happens, in the page's clock."""

    replies: list[tuple[float, float, wire.Source]] = field(
        default_factory=list[tuple[float, float, wire.Source]]
    )
    """Committed, first sound, source."""
    moods: list[tuple[float, str]] = field(default_factory=lambda: [(0.0, "listening")])
    opens_ms: float = np.inf

    def reading(self) -> Reading:
        evidence = Evidence()
        for take in self.takes():
            evidence.add(take)
        return read_turn(evidence, ASKED, START_MS + 200.0)

    def takes(self) -> list[Take]:
        """Ten seconds, handed over in two parts."""
        n_frames = 10 * RATE_HZ
        heard = np.random.default_rng(0).normal(0.0, 1e-4, n_frames).astype(np.float32)
        spoken = soxr.resample(ASKED.sound, 16_000, RATE_HZ)
        start = frame(START_MS)
        heard[start : start + len(spoken)] += spoken
        played = np.zeros(n_frames, dtype=np.float32)
        for _, sound_ms, _ in self.replies:
            played[frame(sound_ms) : frame(sound_ms + 300.0)] = 0.2
        half = n_frames // 2
        return [
            take(heard[:half], played[:half], 0, self.frames(0.0, 5_000.0), self.messages()),
            take(heard[half:], played[half:], half, self.frames(5_000.0, 10_000.0), []),
        ]

    def frames(self, from_ms: float, to_ms: float) -> list[tuple[float, float, float, str]]:
        rows: list[tuple[float, float, float, str]] = []
        for at_ms in np.arange(from_ms, to_ms, 16.0):
            mood = [name for since_ms, name in self.moods if since_ms <= at_ms][-1]
            opened = 0.2 if at_ms >= self.opens_ms else 0.03
            rows.append((float(at_ms), opened, LATENCY_MS / 1_000.0, mood))
        return rows

    def messages(self) -> list[tuple[float, str]]:
        said: list[tuple[float, wire.Message]] = []
        for index, (committed_ms, _, source) in enumerate(self.replies):
            reply_id = index + 1
            phrase = wire.ReplyPhrase(
                reply_id=reply_id,
                index=0,
                text=f"Answer {reply_id}.",
                source=source,
                start_sample=0,
                n_samples=16_000,
                cues=[],
                words=[],
            )
            stages_ms = {"stt": 40.0, "commit": 90.0, "reveal": 100.0}
            said += [
                (
                    committed_ms - 6.0,
                    wire.ReplyArmed(reply_id=reply_id, turn_id=1, revision=1, rate_hz=16_000),
                ),
                (committed_ms - 5.0, phrase),
                (committed_ms, wire.ReplyCommit(reply_id=reply_id, turn_id=1)),
                (
                    committed_ms + 1.0,
                    wire.Trace(reply_id=reply_id, turn_id=1, stages_ms=stages_ms, p_end=0.9),
                ),
            ]
        heard = wire.Transcript(turn_id=1, revision=1, text="What is it?", status="final")
        said.append((T0_MS + 50.0, heard))
        return [(at_ms, encode(message)) for at_ms, message in said]


def frame(page_ms: float) -> int:
    return round((page_ms - PAGE_AHEAD_MS) * RATE_HZ / 1_000.0)


def take(
    heard: np.ndarray[tuple[int], np.dtype[np.float32]],
    played: np.ndarray[tuple[int], np.dtype[np.float32]],
    first_frame: int,
    frames: list[tuple[float, float, float, str]],
    received: list[tuple[float, str]],
) -> Take:
    starts = range(first_frame, first_frame + len(heard), 480)
    at_16k = pcm_from_float(soxr.resample(heard, RATE_HZ, 16_000).astype(np.float32))
    sent = [
        encode_microphone(MicrophoneFrame(first_frame // 3 + at, at_16k[at : at + 320]))
        for at in range(0, len(at_16k), 320)
    ]
    return Take.model_validate(
        {
            "rateHz": RATE_HZ,
            "wallAheadMs": WALL_AHEAD_MS,
            "firstFrames": [first_frame],
            "lengths": [len(heard)],
            "microphone": text(pcm_from_float(heard).tobytes()),
            "output": text(pcm_from_float(played).tobytes()),
            "bursts": [
                (start, int(WALL_AHEAD_MS + PAGE_AHEAD_MS + start * 1_000.0 / RATE_HZ))
                for start in starts
            ],
            "sentLengths": [len(data) for data in sent],
            "sent": text(b"".join(sent)),
            "frames": frames,
            "received": received,
            "file": "",
        }
    )


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


@settings(max_examples=8)
@given(after_ms=st.floats(50.0, 2_000.0))
def test_an_answer_is_timed_at_the_ear(after_ms: float) -> None:
    sound_ms = T0_MS + after_ms
    scene = Scene(
        replies=[(sound_ms - 4.0, sound_ms, "fact")],
        moods=[(0.0, "listening"), (T0_MS + 40.0, "thinking"), (sound_ms, "speaking")],
        opens_ms=sound_ms + 20.0,
    )
    reading = scene.reading()
    turn = reading.turn
    assert turn.voice_ms == pytest.approx(after_ms + LATENCY_MS, abs=1.1)
    assert turn.face_ms == pytest.approx(after_ms + 20.0, abs=17.1)
    assert turn.react_ms == pytest.approx(40.0, abs=17.1)
    assert reading.react_mood == "thinking"
    assert turn.stages_ms["soft_end"] == pytest.approx(after_ms - 104.0, abs=1.1)
    assert turn.stages_ms["reveal"] == pytest.approx(after_ms - 4.0, abs=1.1)
    assert (turn.kind, turn.n_replies, turn.cutoffs_ms) == ("knowledge", 1, [])
    assert (turn.transcript, turn.text, turn.p_end) == ("What is it?", "Answer 1.", 0.9)
    assert reading.question.alignment.strength > 0.95
    assert reading.question.sent is not None
    assert reading.question.sent.strength > 0.95


def test_nobody_answers() -> None:
    turn = Scene().reading().turn
    assert turn.missed
    assert (turn.face_ms, turn.react_ms, turn.n_replies) == (None, None, 0)


def test_an_early_answer_is_a_cut_off_and_the_next_one_counts() -> None:
    early_ms, sound_ms = T0_MS - 600.0, T0_MS + 400.0
    scene = Scene([(early_ms - 5.0, early_ms, "fact"), (sound_ms - 5.0, sound_ms, "llm")])
    turn = scene.reading().turn
    assert turn.cutoffs_ms == [pytest.approx(LATENCY_MS - 600.0, abs=1.1)]
    assert turn.voice_ms == pytest.approx(400.0 + LATENCY_MS, abs=1.1)
    assert (turn.kind, turn.text, turn.n_replies) == ("llm", "Answer 2.", 1)


def test_what_is_made_before_t0_but_heard_after_it_cuts_nobody_off() -> None:
    sound_ms = T0_MS - 10.0
    turn = Scene([(sound_ms - 5.0, sound_ms, "fact")]).reading().turn
    assert turn.cutoffs_ms == []
    assert turn.voice_ms == pytest.approx(LATENCY_MS - 10.0, abs=1.1)


def test_two_answers_are_doubled() -> None:
    first_ms, second_ms = T0_MS + 200.0, T0_MS + 900.0
    turn = Scene([(first_ms, first_ms + 1, "fact"), (second_ms, second_ms + 1, "fact")]).reading()
    assert turn.turn.n_replies == 2


def test_a_reply_that_was_revealed_before_the_question_is_none_of_its_answers() -> None:
    turn = Scene([(START_MS - 700.0, START_MS - 690.0, "fact")]).reading().turn
    assert turn.missed
    assert turn.cutoffs_ms == []


def test_an_answer_within_the_last_word_is_a_cut_off_and_not_missed() -> None:
    sound_ms = T0_MS - 200.0
    turn = Scene([(sound_ms - 5.0, sound_ms, "fact")]).reading().turn
    assert turn.cutoffs_ms == [turn.early_ms] == [pytest.approx(-200.0 + LATENCY_MS, abs=1.1)]
    assert (turn.voice_ms, turn.n_replies, turn.kind) == (None, 0, "knowledge")
    assert not turn.missed
