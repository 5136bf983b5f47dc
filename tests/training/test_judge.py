"""Labels by forced alignment, of the real voice, which tells when it said what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.speech import CLOSURES, at_microphone
from training import judge, recordings
from training.recordings import Recording
from visavis.lips.classes import PHONES
from visavis.models.lexicon import best_lexicon

pytest.importorskip("pocketsphinx")
pytestmark = pytest.mark.models
KEY = "00ff"


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """The first and the last audible sample of CLOSURES, which is kept as KEY."""
    sound, first, last = at_microphone(CLOSURES)
    pcm = np.round(np.clip(sound, -1.0, 1.0) * 32_767.0).astype(np.int16)
    monkeypatch.setattr(recordings, "root", lambda: tmp_path)
    recordings.save(Recording(KEY, "joe", "joe", "CC0-1.0", pcm))
    judge.prepare(best_lexicon())
    return first, last


def test_speech_is_found_where_it_is(said: tuple[int, int]) -> None:
    timed = judge.judged((KEY, CLOSURES))
    assert timed.ends[-1] == len(recordings.load(KEY).pcm)
    starts = np.concatenate([[0], timed.ends[:-1]])
    spoken = [at for at, phone in enumerate(timed.phones) if phone]
    # A "p" at the end closes the lips before and after it can be heard.
    assert abs(starts[spoken[0]] - said[0]) < 0.1 * 16_000
    assert abs(timed.ends[spoken[-1]] - said[1]) < 0.15 * 16_000
    names = [PHONES[int(phone)] for phone in timed.phones if phone]
    assert names[:3] == ["B", "AA", "B"]
    assert sum(name in "PBM" for name in names) == 21


@pytest.mark.usefixtures("said")
def test_a_word_that_is_in_no_dictionary_is_spelt() -> None:
    timed = judge.judged((KEY, CLOSURES.replace("Bob", "Bobb\u00e9bob")))
    assert "B" in [PHONES[int(phone)] for phone in timed.phones]


@pytest.mark.usefixtures("said")
def test_labels_are_kept_whole(tmp_path: Path) -> None:
    timed = judge.judged((KEY, CLOSURES))
    judge.save(tmp_path / "labels.npz", {KEY: timed})
    [(key, again)] = judge.read(tmp_path / "labels.npz").items()
    assert key == KEY
    assert again.phones.tolist() == timed.phones.tolist()
    assert again.ends.tolist() == timed.ends.tolist()
    log_prior, means = judge.statistics({KEY: timed})
    assert np.exp(log_prior).sum() == pytest.approx(1.0)
    assert min(means) > 1.0


@pytest.mark.usefixtures("said")
def test_what_was_not_said_has_no_labels() -> None:
    assert not len(judge.judged((KEY, "")).phones)
    assert not len(judge.judged((KEY, "the quick brown fox " * 30)).phones)
