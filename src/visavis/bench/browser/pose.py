"""The mouth that the cues ask for: web/src/lips.ts once more, apart from the page. Pure.

spec/vectors/pose.json holds both to the same result; lips.ts explains the rules.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

from visavis.face.contract import VISEMES

OPENING_MS: Final = 60.0
CLOSING_MS: Final = 100.0
CLOSURE_MS: Final = 70.0
CLOSURE_TO_CLOSURE_MS: Final = 20.0
MAX_SHARE: Final = 0.6

_ORDER = VISEMES
SIL = _ORDER.index("sil")
ON_TIME = frozenset(map(_ORDER.index, ("PP", "FF")))
_OPEN = {
    **{"FF": 0.12, "TH": 0.22, "DD": 0.25, "kk": 0.32, "CH": 0.2, "SS": 0.12, "nn": 0.2},
    **{"RR": 0.25, "aa": 1.0, "E": 0.55, "I": 0.3, "O": 0.7, "U": 0.25},
}
OPENNESS = tuple(_OPEN.get(name, 0.0) for name in _ORDER)


class MouthCue(NamedTuple):
    """As on the wire."""

    at_sample: int
    viseme: int
    weight: float


class _Segment(NamedTuple):
    start: float
    viseme: int
    weight: float


def pose(
    cues: Sequence[MouthCue], heard_sample: float, rate_hz: int, end_sample: float = math.inf
) -> list[float]:
    """Fifteen weights, summing to 1, while this sample is heard."""
    now = min(bisect_right(cues, heard_sample, key=lambda cue: cue.at_sample) - 1, len(cues) - 1)
    if heard_sample >= end_sample:
        n_before = sum(cue.at_sample < end_sample for cue in cues)
        now = n_before
    last, this, then, after = (_segment(cues, now + k, end_sample) for k in (-1, 0, 1, 2))
    entered = _ramp(last, this, then.start, heard_sample, rate_hz)
    left = _ramp(this, then, after.start, heard_sample, rate_hz)
    weights = [0.0] * len(_ORDER)
    for segment, share in ((last, 1.0 - entered), (this, entered - left), (then, left)):
        weights[segment.viseme] += share * segment.weight
        weights[SIL] += share * (1.0 - segment.weight)
    return weights


def openness(weights: Sequence[float]) -> float:
    """How far open the mouth is, 0 to 1."""
    return sum(weight * open_ for weight, open_ in zip(weights, OPENNESS, strict=True))


def _segment(cues: Sequence[MouthCue], i: int, end_sample: float) -> _Segment:
    if 0 <= i < len(cues) and cues[i].at_sample < end_sample:
        cue = cues[i]
        return _Segment(cue.at_sample, cue.viseme, 1.0 if cue.viseme in ON_TIME else cue.weight)
    before = cues[min(i, len(cues)) - 1].at_sample if i > 0 and cues else -math.inf
    first_behind = i >= 0 and (i == 0 or (i <= len(cues) and before < end_sample))
    return _Segment(-math.inf if i < 0 else end_sample if first_behind else math.inf, SIL, 1.0)


def _ramp(a: _Segment, b: _Segment, b_end: float, sample: float, rate_hz: int) -> float:
    if math.isinf(b.start):
        return 1.0 if b.start < 0 else 0.0
    before_ms, after_ms = _ramp_ms(a, b)
    before = min(before_ms * rate_hz / 1_000.0, MAX_SHARE * (b.start - a.start))
    after = min(after_ms * rate_hz / 1_000.0, MAX_SHARE * (b_end - b.start))
    if sample >= b.start + after:
        return 1.0
    if sample <= b.start - before:
        return 0.0
    progress = (sample - b.start + before) / (before + after)
    return progress * progress * (3.0 - 2.0 * progress)


def _ramp_ms(a: _Segment, b: _Segment) -> tuple[float, float]:
    if b.viseme in ON_TIME:
        return (CLOSURE_TO_CLOSURE_MS if a.viseme in ON_TIME else CLOSURE_MS), 0.0
    if a.viseme in ON_TIME:
        return 0.0, OPENING_MS
    opens = b.weight * OPENNESS[b.viseme] > a.weight * OPENNESS[a.viseme]
    half_ms = (OPENING_MS if opens else CLOSING_MS) / 2.0
    return half_ms, half_ms
