"""The hour in small: what it would notice."""

from __future__ import annotations

import math

import numpy as np
import pytest

from visavis.bench.lips.endurance import Drift, Minute, drift, run, same_rate
from visavis.events import Cue
from visavis.lips.lipsync import LipSync
from visavis.lips.phonemes import Timed

RATE_HZ = 8_000
WORDS: tuple[Timed, ...] = (("m", 800), ("a", 1_600), ("p", 800), (" ", 4_800))


def minute() -> Minute:
    """A second, really: one word and a pause."""
    random = np.random.default_rng(1)
    spoken = random.normal(0.0, 0.1, 3_200)
    sound = np.concatenate([spoken, np.zeros(4_800)]).astype(np.float32)
    return Minute(sound, WORDS, RATE_HZ, 0.0)


def test_cues_repeat_with_the_words_and_do_not_drift() -> None:
    one = minute()
    found = run(LipSync(RATE_HZ), one, one.phones, 8, 160)
    assert drift(found.cues, len(one.sound), 8, RATE_HZ) == Drift(0.0, 0.0, 1.0)
    assert sum(cue.viseme == 1 for cue in found.cues) >= 15


@pytest.mark.parametrize("step", [8, 300, 8_000])
def test_however_it_is_cut(step: int) -> None:
    one = minute()
    usual = run(LipSync(RATE_HZ), one, one.phones, 6, 160)
    assert same_rate(run(LipSync(RATE_HZ), one, one.phones, 6, step).cues, usual.cues) == 1.0


def test_what_drifts_is_seen() -> None:
    cues = [Cue(1_000 * i + i, 1, 1.0) for i in range(10)]
    assert drift(cues, 1_000, 10, 1_000) == Drift(7.0, 7.0, 1.0)
    for other in (Cue(8_001, 2, 1.0), Cue(8_200, 1, 1.0)):
        found = drift([*cues[:8], other], 1_000, 10, 1_000)
        assert math.isnan(found.median_ms)
        assert found.alike_rate == 0.0
    half = [Cue(1_500, 2, 1.0), Cue(8_500, 3, 1.0), *cues]
    assert drift(half, 1_000, 10, 1_000) == Drift(7.0, 7.0, 0.5)


def test_same_rate_is_a_share_of_all() -> None:
    a, b, c = Cue(0, 1, 1.0), Cue(5, 2, 1.0), Cue(9, 3, 1.0)
    assert same_rate([a, b], [a, b]) == 1.0
    assert same_rate([a, b], [b, c]) == pytest.approx(1 / 3)
    assert same_rate([], []) == 0.0
