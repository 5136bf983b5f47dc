"""One microphone, with a detector that hears loudness: frames in, speech events out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis import events as ev
from visavis.errors import ProtocolError
from visavis.hear.audio import MAX_GAP_SAMPLES, RATE_HZ
from visavis.hear.gate import VoiceGate
from visavis.hear.vad import FRAME_SAMPLES
from visavis.serve.ear import MAX_AHEAD_SAMPLES, Ear
from visavis.wire.codec import MicrophoneFrame

LEAD_IN = VoiceGate.LEAD_IN_SAMPLES


class LoudnessDetector:
    """As sure of speech as the frame is loud."""

    def __init__(self) -> None:
        self.n_frames = 0

    def probability(self, frame: NDArray[np.float32]) -> float:
        assert frame.shape == (FRAME_SAMPLES,)
        assert frame.dtype == np.float32
        self.n_frames += 1
        return float(np.mean(np.abs(frame) > 0.1))


def pcm(*parts: tuple[str, int]) -> NDArray[np.int16]:
    level = {"loud": 9_000, "quiet": 3}
    sounds = [np.full(n_frames * FRAME_SAMPLES, level[kind]) for kind, n_frames in parts]
    return np.concatenate(sounds).astype(np.int16)


SPEECH = pcm(("quiet", 20), ("loud", 10), ("quiet", 5), ("loud", 4), ("quiet", 10))


def hear_all(ear: Ear, sound: NDArray[np.int16], sizes: list[int]) -> list[ev.Event]:
    """Feed `sound` in chunks of the given sizes, over and over, in real time."""
    happened: list[ev.Event] = []
    at, turn = 0, 0
    while at < len(sound):
        chunk = sound[at : at + sizes[turn % len(sizes)]]
        happened += ear.hear(MicrophoneFrame(at, chunk), at / 16.0)
        at, turn = at + len(chunk), turn + 1
    return happened


def positions(happened: list[ev.Event]) -> list[tuple[str, int]]:
    return [
        (type(event).__name__, event.sample)
        for event in happened
        if isinstance(event, ev.SpeechStarted | ev.SpeechPaused | ev.SpeechEnded)
    ]


EXPECTED = [
    ("SpeechStarted", 20 * FRAME_SAMPLES - LEAD_IN),
    ("SpeechPaused", 30 * FRAME_SAMPLES),
    ("SpeechEnded", 30 * FRAME_SAMPLES),
    ("SpeechStarted", 30 * FRAME_SAMPLES),
    ("SpeechPaused", 39 * FRAME_SAMPLES),
    ("SpeechEnded", 39 * FRAME_SAMPLES),
]


@given(st.lists(st.integers(1, 2_000), min_size=1, max_size=6))
def test_events_do_not_depend_on_how_the_sound_is_cut(sizes: list[int]) -> None:
    ear = Ear(LoudnessDetector())
    happened = hear_all(ear, SPEECH, sizes)
    assert positions(happened) == EXPECTED
    assert len(happened) == 6
    assert all(e.silence_ms == 32.0 for e in happened if isinstance(e, ev.SpeechPaused))
    kept = ear.sound.slice(0, len(SPEECH))
    np.testing.assert_allclose(kept * 32_768.0, SPEECH)


def test_events_carry_the_time_of_the_frame_that_brought_them() -> None:
    ear = Ear(LoudnessDetector())
    assert ear.hear(MicrophoneFrame(0, pcm(("quiet", 5))), 1_000.0) == []
    happened = ear.hear(MicrophoneFrame(5 * FRAME_SAMPLES, pcm(("loud", 3))), 1_250.0)
    assert [event.at_ms for event in happened] == [1_250.0]


def test_a_hiccup_is_filled_with_silence() -> None:
    detector = LoudnessDetector()
    ear = Ear(detector)
    gap = 7 * FRAME_SAMPLES
    ear.hear(MicrophoneFrame(0, pcm(("loud", 5))), 0.0)
    happened = ear.hear(MicrophoneFrame(5 * FRAME_SAMPLES + gap, pcm(("loud", 3))), 400.0)
    assert detector.n_frames == 15
    assert positions(happened) == [
        ("SpeechPaused", 5 * FRAME_SAMPLES),
        ("SpeechEnded", 5 * FRAME_SAMPLES),
        ("SpeechStarted", 5 * FRAME_SAMPLES),
    ]


@pytest.mark.parametrize("gap_samples", [MAX_GAP_SAMPLES + 1, 30 * RATE_HZ, 3_600 * RATE_HZ])
def test_a_long_gap_ends_the_turn_and_its_words_are_still_there(gap_samples: int) -> None:
    detector = LoudnessDetector()
    ear = Ear(detector)
    said = pcm(("quiet", 10), ("loud", 6))[:-100]  # the last frame is not whole
    ear.hear(MicrophoneFrame(0, said), 0.0)
    back = len(said) + gap_samples
    happened = ear.hear(MicrophoneFrame(back, pcm(("quiet", 4), ("loud", 2))), back / 16.0)
    n_heard = detector.n_frames
    assert positions(happened) == [
        ("SpeechPaused", len(said) // 256 * 256),
        ("SpeechEnded", len(said) // 256 * 256),
        ("SpeechStarted", back + 4 * FRAME_SAMPLES - LEAD_IN),
    ]
    assert n_heard == 15 + 6, "nobody listens to an hour of nothing"
    if gap_samples < 50 * RATE_HZ:
        turn = ear.sound.slice(10 * FRAME_SAMPLES, 15 * FRAME_SAMPLES)
        assert float(np.abs(turn).min()) > 0.2, "the turn can still be transcribed"
    assert not np.any(ear.sound.slice(back - 1_000, back))


def test_muting_pauses_who_speaks_once() -> None:
    ear = Ear(LoudnessDetector())
    assert ear.mute(0.0) == []
    ear.hear(MicrophoneFrame(0, pcm(("loud", 5))), 0.0)
    assert ear.mute(160.0) == [
        ev.SpeechPaused(160.0, 5 * FRAME_SAMPLES, 0.0),
        ev.SpeechEnded(160.0, 5 * FRAME_SAMPLES, 0.0),
    ]
    assert ear.mute(170.0) == []


def test_going_back_is_refused_and_harmless() -> None:
    ear = Ear(LoudnessDetector())
    ear.hear(MicrophoneFrame(0, pcm(("quiet", 2))), 0.0)
    with pytest.raises(ProtocolError, match="back by 1"):
        ear.hear(MicrophoneFrame(2 * FRAME_SAMPLES - 1, pcm(("loud", 1))), 50.0)
    assert ear.sound.end_sample == 2 * FRAME_SAMPLES
    assert ear.hear(MicrophoneFrame(2 * FRAME_SAMPLES, pcm(("quiet", 1))), 60.0) == []


def test_a_microphone_can_not_be_far_ahead_of_the_clock() -> None:
    ear = Ear(LoudnessDetector())
    ear.hear(MicrophoneFrame(0, pcm(("quiet", 1))), 5_000.0)
    ahead = MicrophoneFrame(MAX_AHEAD_SAMPLES, pcm(("quiet", 1)))
    with pytest.raises(ProtocolError, match="faster"):
        ear.hear(ahead, 5_000.0)
    assert ear.sound.end_sample == FRAME_SAMPLES
    assert ear.hear(ahead, 5_100.0) == [], "a little later the same frame is fine"
