"""Labels by forced alignment, of the real voice, which tells when it said what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.speech import CLOSURES
from tests.training.conftest import Said
from training import judge, recordings
from visavis.lips.classes import PHONES
from visavis.models.lexicon import best_lexicon

pytest.importorskip("pocketsphinx")
pytestmark = pytest.mark.models


@pytest.fixture(autouse=True)
def prepared() -> None:
    """As in a worker process."""
    judge.prepare(best_lexicon())


def test_speech_is_found_where_it_is(said: Said) -> None:
    timed = judge.judged((said.key, CLOSURES))
    assert timed.ends[-1] == len(recordings.load(said.key).pcm)
    starts = np.concatenate([[0], timed.ends[:-1]])
    spoken = [at for at, phone in enumerate(timed.phones) if phone]
    # A "p" at the end closes the lips before and after it can be heard.
    assert abs(starts[spoken[0]] - said.first) < 0.1 * 16_000
    assert abs(timed.ends[spoken[-1]] - said.last) < 0.15 * 16_000
    names = [PHONES[int(phone)] for phone in timed.phones if phone]
    assert names[:3] == ["B", "AA", "B"]
    assert sum(name in "PBM" for name in names) == 21


def test_a_word_that_is_in_no_dictionary_is_spelt(said: Said) -> None:
    timed = judge.judged((said.key, CLOSURES.replace("Bob", "Bobb\u00e9bob")))
    assert "B" in [PHONES[int(phone)] for phone in timed.phones]


def test_labels_are_kept_whole(said: Said, tmp_path: Path) -> None:
    timed = judge.judged((said.key, CLOSURES))
    judge.save(tmp_path / "labels.npz", {said.key: timed})
    [(key, again)] = judge.read(tmp_path / "labels.npz").items()
    assert key == said.key
    assert again.phones.tolist() == timed.phones.tolist()
    assert again.ends.tolist() == timed.ends.tolist()
    log_prior, means = judge.statistics({said.key: timed})
    assert np.exp(log_prior).sum() == pytest.approx(1.0)
    assert min(means) > 1.0


def test_what_was_not_said_has_no_labels(said: Said) -> None:
    assert not len(judge.judged((said.key, "")).phones)
    assert not len(judge.judged((said.key, "the quick brown fox " * 30)).phones)
