"""Labels by the reader that is shipped, of the real voice."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.speech import CLOSURES, STATEMENT
from tests.training.conftest import Said
from training import recordings, second_opinion
from training.recordings import IGNORED, Timed
from visavis.ear_weights import READING_PATH
from visavis.lips.classes import PHONES
from visavis.models.lexicon import best_lexicon

pytest.importorskip("pocketsphinx")  # the judge's, whose labels these stand beside
pytestmark = pytest.mark.models


@pytest.fixture(autouse=True)
def prepared() -> None:
    """As in a worker process."""
    second_opinion.prepare(READING_PATH.read_bytes(), best_lexicon())


def _names(timed: Timed) -> list[str]:
    return ["?" if phone == IGNORED else PHONES[int(phone)] for phone in timed.phones]


def test_speech_is_found_where_it_is(said: Said) -> None:
    timed = second_opinion.opinion((said.key, CLOSURES))
    assert timed.ends[-1] == len(recordings.load(said.key).pcm)
    starts = np.concatenate([[0], timed.ends[:-1]])
    spoken = np.flatnonzero(timed.phones)
    assert abs(starts[spoken[0]] - said.first) < 0.1 * 16_000
    assert abs(timed.ends[spoken[-1]] - said.last) < 0.15 * 16_000
    names = _names(timed)
    assert sum(name in "PBM" for name in names) == 21
    # "Bob and Pam put up a big map, maybe": a diphthong is one phone.
    assert names.count("EY") == 1


def test_words_that_are_not_in_the_text_teach_nothing(said: Said) -> None:
    shorter = CLOSURES.replace("help him keep", "help keep")
    names = _names(second_opinion.opinion((said.key, shorter)))
    assert re.search(r"EH L .*\? .*IY P", " ".join(names))  # between "help" and "keep"
    assert sum(name in "PBM" for name in names) >= 19


def test_another_text_has_no_labels(said: Said) -> None:
    assert not len(second_opinion.opinion((said.key, STATEMENT)).phones)
    assert not len(second_opinion.opinion((said.key, "")).phones)
