"""The trained ear with a text beside it, on the real voice, which tells when it said what."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.speech import SENTENCES, spoken
from visavis.ear_weights import ear_weights
from visavis.events import Cue
from visavis.lips.heard import HeardSource, Hears
from visavis.lips.lipsync import LipSync
from visavis.lips.timeline import cues_from_phones
from visavis.models.lexicon import best_lexicon
from visavis.voice.playout import trim_lead_in

pytestmark = pytest.mark.models

LEAD_MS = 30.0  # what Piper's port says
TEXT, OTHER = SENTENCES[0], SENTENCES[-1]


@cache
def voiced(text: str) -> tuple[NDArray[np.float32], NDArray[np.int64], int]:
    """Sound, the shapes that the voice itself tells for each 10 ms, and the rate."""
    said = spoken()[text]
    sound, phones = trim_lead_in(said)
    cues = cues_from_phones(phones, sound, said.rate_hz, lead_ms=LEAD_MS)
    return sound, shown(cues, len(sound), said.rate_hz), said.rate_hz


def shown(cues: tuple[Cue, ...], n_samples: int, rate_hz: int) -> NDArray[np.int64]:
    """The shape at the beginning of each 10 ms."""
    lengths = np.diff([*(cue.at_sample for cue in cues), n_samples])
    shapes = np.array([cue.viseme for cue in cues], dtype=np.int64)
    return np.repeat(shapes, lengths)[:: rate_hz // 100]


def right_share(text: str, hears: Hears, read: str) -> float:
    """Of the frames of `text`, while `read` is taken for what is said."""
    sound, wanted, rate_hz = voiced(text)
    source = HeardSource(rate_hz, ear_weights(), best_lexicon(), hears)
    source.read(read)
    spans = [*source.push(sound), *source.finish()]
    cues = tuple(Cue(span.start_sample, span.viseme, span.weight) for span in spans)
    return np.count_nonzero(shown(cues, len(sound), rate_hz) == wanted) / len(wanted)


@pytest.mark.parametrize("text", SENTENCES)
def test_who_knows_the_text_is_more_often_right(text: str) -> None:
    by_ear = right_share(text, Hears.SOUND_ALONE, "")
    assert right_share(text, Hears.WORDS_AFTERWARDS, text) > by_ear
    assert right_share(text, Hears.WORDS_TOO, text) > by_ear - 0.02


@pytest.mark.parametrize("hears", [Hears.WORDS_TOO, Hears.WORDS_AFTERWARDS])
def test_a_wrong_text_does_little_harm(hears: Hears) -> None:
    by_ear = right_share(TEXT, Hears.SOUND_ALONE, "")
    assert right_share(TEXT, hears, OTHER) > by_ear - 0.1


def test_afterwards_all_cues_come_from_finish() -> None:
    sound, _, rate_hz = voiced(TEXT)
    lips = LipSync(
        rate_hz, lexicon=best_lexicon(), ear=ear_weights(), follows=Hears.WORDS_AFTERWARDS
    )
    assert lips.push(sound, text=TEXT) == ()
    assert len(lips.finish()) > 10
