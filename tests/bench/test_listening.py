"""Silences as the engine's ears hear them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.bench.turns_by_hand import recording
from tests.speech import QUESTION, at_microphone
from visavis.bench.listening import hear, listen
from visavis.bench.recording import Recording

RATE_HZ = 16_000
LOUD, QUIET = 0.5, 0.0


class LoudnessDetector:
    """Speech is what is loud."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        return 1.0 if np.abs(frame).mean() > 0.1 else 0.0


class LengthTurn:
    """Remembers how long the sound was that it was asked about."""

    def __init__(self) -> None:
        self.asked_samples: list[int] = []

    def p_end(self, sound: NDArray[np.float32]) -> float:
        self.asked_samples.append(len(sound))
        return 0.5


class ScriptedStt:
    """Says one text after the other."""

    def __init__(self, *texts: str) -> None:
        self._texts = list(texts)

    def transcribe(
        self, sound: NDArray[np.float32], cancelled: Callable[[], bool], expected: str = ""
    ) -> str:
        del sound, cancelled
        return self._texts.pop(0)


def spoken(*parts_ms: tuple[float, float]) -> Recording:
    """Loud and quiet stretches, in ms; t0 is the end of the last loud one."""
    stretches = [
        np.full(int(length_ms * 16), level, dtype=np.float32)
        for loud_ms, quiet_ms in parts_ms
        for length_ms, level in ((loud_ms, LOUD), (quiet_ms, QUIET))
    ]
    sound = np.concatenate(stretches)
    end_sample = int(np.flatnonzero(sound)[-1]) + 1
    return replace(recording(), sound=sound, speech_end_sample=end_sample)


def test_every_gap_and_the_end_are_silences() -> None:
    asked = spoken((960.0, 640.0), (960.0, 100.0))
    found = hear(asked, LoudnessDetector(), LengthTurn(), ScriptedStt("one", "one two")).silences
    pause, end = found
    assert (pause.signs.text, end.signs.text) == ("one", "one two")
    assert pause.voice_end_ms == pytest.approx(-1_600.0, abs=32.0)
    assert pause.soft_end_ms == pytest.approx(pause.voice_end_ms + 32.0)
    assert pause.soft_end_ms <= pause.certain_ms <= pause.soft_end_ms + 32.0
    assert pause.resumed_ms == pytest.approx(-960.0 + 32.0, abs=32.0)
    assert end.voice_end_ms == pytest.approx(0.0, abs=32.0)
    assert math.isinf(end.resumed_ms)


def test_a_burst_behind_a_dip_ends_the_first_silence_and_begins_another() -> None:
    """The "k" of "joke": too short for the detector, but the session takes its attempt back."""
    asked = spoken((960.0, 80.0), (5.0, 640.0), (960.0, 100.0))
    texts = ScriptedStt("one", "one", "one two")
    dip, pause, _end = hear(asked, LoudnessDetector(), LengthTurn(), texts).silences
    assert dip.resumed_ms == pause.soft_end_ms
    assert pause.resumed_ms == pytest.approx(-960.0 + 32.0, abs=32.0)


def test_the_whole_turn_is_judged_and_a_noise_before_it_is_forgotten() -> None:
    asked = spoken((320.0, 640.0), (960.0, 640.0), (960.0, 100.0))
    turn = LengthTurn()
    found = hear(asked, LoudnessDetector(), turn, ScriptedStt("", "one", "one two")).silences
    assert [silence.signs.text for silence in found] == ["", "one", "one two"]
    noise, first, both = (samples / 16.0 for samples in turn.asked_samples)
    lead_in_ms, tail_ms = 240.0, 32.0
    assert noise == pytest.approx(320.0 + lead_in_ms + tail_ms, abs=40.0)
    assert first == pytest.approx(960.0 + lead_in_ms + tail_ms, abs=40.0), (
        "the noise is not part of it"
    )
    assert both == pytest.approx(960.0 + 640.0 + 960.0 + lead_in_ms + tail_ms, abs=40.0)


def test_nothing_said_has_no_silence() -> None:
    still = replace(recording(), sound=np.zeros(RATE_HZ, dtype=np.float32))
    assert hear(still, LoudnessDetector(), LengthTurn(), ScriptedStt()).silences == ()


@pytest.mark.models
def test_the_real_ears_hear_a_pause_and_an_end() -> None:
    sound, first, end = at_microphone(QUESTION)
    speech = sound[first:end]
    gap = np.random.default_rng(0).normal(0.0, 1e-4, RATE_HZ * 7 // 10).astype(np.float32)
    asked = replace(
        recording(),
        sound=np.concatenate([speech, gap, speech, gap[: RATE_HZ // 10]]),
        speech_end_sample=2 * len(speech) + len(gap),
    )
    (once,) = asyncio.run(listen([asked]))
    assert [once] == asyncio.run(listen([asked])), "it hears the same again"
    known = [s.signs.likeness for s in once.silences if s.signs.text]
    assert all(likeness is not None and 0.0 <= likeness <= 1.0 for likeness in known)
    *_, end = once.silences
    assert math.isinf(end.resumed_ms)
    assert end.voice_end_ms == pytest.approx(0.0, abs=100.0)
    # How finished it sounds is the model's business: the voice never says it twice alike.
    assert all(0.0 < (silence.signs.p_audio or 0.0) < 1.0 for silence in once.silences)
    (pause,) = [s for s in once.silences[:-1] if s.resumed_ms - s.voice_end_ms > 500.0]
    gap_start_ms = -(len(speech) + len(gap)) / 16.0
    assert pause.voice_end_ms == pytest.approx(gap_start_ms, abs=100.0)
    assert pause.resumed_ms == pytest.approx(-len(speech) / 16.0, abs=200.0)
    assert len(end.signs.text) > len(pause.signs.text) > len("internet"), (
        "the words of the whole turn so far"
    )
