"""People's recordings as training reads them."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from training.people import INDEX, people, with_top
from visavis.sounds import Sound, resampled

HEAD = "path\tsource\tpackage\tspeaker\tlicence\ttranscript\ttranscript_from\n"


def wav(path: Path, samples: list[int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.array(samples, dtype="<i2").tobytes())


def test_a_line_for_each_recording_all_made_equally_loud(tmp_path: Path) -> None:
    wav(tmp_path / "radio" / "a.wav", [0, 100, -200, 50])
    line = "radio/a.wav\tradio\tradio 1.0\tAnn\tCC0-1.0\t\"it's ten\tgiven\n"
    (tmp_path / INDEX).write_text(HEAD + line, encoding="utf-8")
    [said] = people(tmp_path)
    assert (said.speaker, said.licence, said.text) == ("Ann", "CC0-1.0", "\"it's ten")
    recording = said.recording()
    assert recording.key == said.key
    assert recording.pcm.tolist() == [0, 8_192, -16_384, 4_096]


def test_nobody_is_learnt_from_and_validated_on(tmp_path: Path) -> None:
    lines = ""
    for at in range(60):
        wav(tmp_path / f"{at}.wav", [1])
        lines += f"{at}.wav\ts\tp\tspeaker {at % 30}\tCC0-1.0\tyes\tgiven\n"
    (tmp_path / INDEX).write_text(HEAD + lines, encoding="utf-8")
    splits: dict[str, set[str]] = {}
    for said in people(tmp_path):
        splits.setdefault(said.speaker, set()).add(said.split)
    assert all(len(found) == 1 for found in splits.values())
    assert {one for found in splits.values() for one in found} == {"train", "dev"}


def test_a_recording_at_a_low_rate_gets_something_above() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.1, 32_000).astype(np.float32)
    low = resampled(resampled(noise, 16_000, 11_025), 11_025, 16_000)

    def share_above_6_khz(sound: Sound) -> float:
        power = np.abs(np.fft.rfft(sound)) ** 2
        return float(power[int(len(power) * 0.75) :].sum() / power.sum())

    assert share_above_6_khz(low) < 1e-5
    filled = with_top(low, 11_025)
    assert 1e-3 < share_above_6_khz(filled) < 0.05
    one, other = (resampled(sound, 16_000, 8_000)[10:-10] for sound in (filled, low))
    np.testing.assert_allclose(one, other, atol=2e-3)
    assert with_top(noise, 16_000) is noise


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=INDEX):
        list(people(tmp_path))
