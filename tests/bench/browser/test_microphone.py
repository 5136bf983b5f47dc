from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.bench.browser.speech import recording
from visavis.bench.browser.microphone import LEAD_IN_S, lay_out, write
from visavis.bench.recording import Recording
from visavis.hear.audio import RATE_HZ, float_from_pcm


def test_questions_stand_in_order_with_room_between() -> None:
    asked = [recording(1.0, 1), recording(2.0, 2)]
    track = lay_out(asked, gap_s=3.0)
    first, second = track.starts
    assert first == LEAD_IN_S * RATE_HZ
    assert second == first + len(asked[0].sound) + 3 * RATE_HZ
    for start, question in zip(track.starts, asked, strict=True):
        assert (track.sound[start : start + len(question.sound)] == question.sound).all()


def test_the_room_goes_on_as_loud_as_it_was() -> None:
    asked = [in_a_room(recording(1.0, 1), 0.001), in_a_room(recording(1.0, 2), 0.02)]
    track = lay_out(asked, gap_s=3.0)
    first, second = track.starts
    behind = track.sound[first + len(asked[0].sound) :][:RATE_HZ]
    assert rms(behind) == pytest.approx(0.001, rel=0.2)
    assert rms(track.sound[second - RATE_HZ // 2 : second]) == pytest.approx(0.02, rel=0.3)


def in_a_room(question: Recording, level: float) -> Recording:
    room = np.random.default_rng(5).normal(0.0, level, len(question.sound)).astype(np.float32)
    return replace(question, sound=question.sound + room)


def rms(sound: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(sound**2)))


def test_the_file_holds_the_same_sound(tmp_path: Path) -> None:
    track = lay_out([recording()], gap_s=1.0)
    path = tmp_path / "microphone.wav"
    write(track, path)
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE_HZ, 1)
        pcm = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)
    assert np.abs(float_from_pcm(pcm) - track.sound).max() < 1e-4
