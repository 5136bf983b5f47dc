from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from tests.bench.browser.speech import recording
from visavis.bench.browser.microphone import LEAD_IN_S, ROOM_LEVEL, lay_out, write
from visavis.hear.audio import RATE_HZ, float_from_pcm


def test_questions_stand_in_order_with_room_between() -> None:
    asked = [recording(1.0, 1), recording(2.0, 2)]
    track = lay_out(asked, gap_s=3.0)
    first, second = track.starts
    assert first == LEAD_IN_S * RATE_HZ
    assert second == first + len(asked[0].sound) + 3 * RATE_HZ
    for start, question in zip(track.starts, asked, strict=True):
        spoken = track.sound[start : start + question.speech_end_sample]
        assert np.abs(spoken - question.sound[: question.speech_end_sample]).max() < 5 * ROOM_LEVEL
    gap = track.sound[first + len(asked[0].sound) : second]
    assert 0 < np.abs(gap).max() < 0.01, "a quiet room, and not digital silence"


def test_the_file_holds_the_same_sound(tmp_path: Path) -> None:
    track = lay_out([recording()], gap_s=1.0)
    path = tmp_path / "microphone.wav"
    write(track, path)
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE_HZ, 1)
        pcm = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)
    assert np.abs(float_from_pcm(pcm) - track.sound).max() < 1e-4
