"""Labels by the reader that is shipped, of the real voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.speech import CLOSURES, STATEMENT, at_microphone
from training import recordings, second_opinion
from training.recordings import IGNORED, Recording, Timed
from visavis.ear_weights import READING_PATH
from visavis.lips.classes import PHONES
from visavis.models.lexicon import best_lexicon

pytest.importorskip("pocketsphinx")  # the judge's, whose labels these stand beside
pytestmark = pytest.mark.models
KEY = "00ff"


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """The first and the last audible sample of CLOSURES, which is kept as KEY."""
    sound, first, last = at_microphone(CLOSURES)
    pcm = np.round(np.clip(sound, -1.0, 1.0) * 32_767.0).astype(np.int16)
    monkeypatch.setattr(recordings, "root", lambda: tmp_path)
    recordings.save(Recording(KEY, "joe", "joe", "CC0-1.0", pcm))
    second_opinion.prepare(READING_PATH.read_bytes(), best_lexicon())
    return first, last


def _names(timed: Timed) -> list[str]:
    return ["?" if phone == IGNORED else PHONES[int(phone)] for phone in timed.phones]


def test_speech_is_found_where_it_is(said: tuple[int, int]) -> None:
    timed = second_opinion.opinion((KEY, CLOSURES))
    assert timed.ends[-1] == len(recordings.load(KEY).pcm)
    starts = np.concatenate([[0], timed.ends[:-1]])
    spoken = np.flatnonzero(timed.phones)
    assert abs(starts[spoken[0]] - said[0]) < 0.1 * 16_000
    assert abs(timed.ends[spoken[-1]] - said[1]) < 0.15 * 16_000
    names = _names(timed)
    assert sum(name in "PBM" for name in names) == 21
    # "Bob and Pam put up a big map, maybe": a diphthong is one phone.
    assert names.count("EY") == 1


@pytest.mark.usefixtures("said")
def test_words_that_are_not_in_the_text_teach_nothing() -> None:
    shorter = CLOSURES.removeprefix("Bob ")
    timed = second_opinion.opinion((KEY, shorter))
    assert "?" in _names(timed)[:3]
    assert sum(name in "PBM" for name in _names(timed)) >= 19


@pytest.mark.usefixtures("said")
def test_another_text_has_no_labels() -> None:
    assert not len(second_opinion.opinion((KEY, STATEMENT)).phones)
    assert not len(second_opinion.opinion((KEY, "")).phones)
