"""Kokoro's voices as a set; the voice itself is played, for its weights are 92 MB."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from visavis.bench.corpus.engines import Spoken
from visavis.bench.corpus.phonemes import Phonemes
from visavis.bench.corpus.speakers import Voice
from visavis.bench.lips.archives import unpack
from visavis.bench.lips.cloud_voices import FOLDER, SENTENCES, CloudVoice
from visavis.errors import SetupError
from visavis.models import ModelStore
from visavis.sounds import read_sound


class Played:
    """Speaks a second of 0.5, whatever the sentence, and remembers whose voice it was."""

    voices: set[tuple[str, str]] = set()  # noqa: RUF012 - one for all of a test

    def speak(self, parts: Sequence[str], voice: Voice, speed: float) -> Spoken:
        assert parts[0] in SENTENCES
        assert speed == 1.0
        self.voices.add((voice.voice, voice.accent))
        return Spoken(np.full(24_000, 0.5, np.float32), 24_000, ())


def test_each_sentence_is_a_file_with_a_pause_on_both_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def played(_self: CloudVoice, _phonemes: Phonemes) -> Played:
        return Played()

    monkeypatch.setattr(CloudVoice, "_kokoro", played)
    archive = CloudVoice("bf_lily").fetch(tmp_path)
    unpack(archive, tmp_path / "set", FOLDER)
    files = sorted((tmp_path / "set").iterdir())
    assert len(files) == len(SENTENCES)
    assert Played.voices == {("bf_lily", "gb")}
    for path in files:
        sound, rate_hz = read_sound(path)
        assert rate_hz == 24_000
        assert len(sound) == 24_000 + 2 * 7_200
        assert not sound[:7_200].any()
        assert not sound[-7_200:].any()
        np.testing.assert_allclose(sound[7_200:-7_200], 0.5, atol=1e-3)


def test_without_kokoro_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = ModelStore(tmp_path / "models")
    monkeypatch.setattr("visavis.bench.lips.cloud_voices.ModelStore", lambda: empty)
    with pytest.raises(SetupError) as caught:
        CloudVoice("af_kore").fetch(tmp_path)
    assert "models pull kokoro-82m" in str(caught.value.hint)
