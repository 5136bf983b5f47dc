"""Lips and the real voice: open where it is loud, shut where the lips meet."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.speech import CLOSURES, SENTENCES, spoken
from visavis.events import Cue
from visavis.lips.phonemes import merge_marks, table
from visavis.lips.timeline import cues_from_phones
from visavis.voice.playout import trim_lead_in

pytestmark = pytest.mark.models

LEAD_MS = 30.0  # what Piper's port says
FRAME_MS = 10.0
# How far the jaw is down for each shape, roughly, in the order on the wire.
_DOWN = (0, 0, 0.1, 0.3, 0.3, 0.3, 0.25, 0.2, 0.3, 0.4, 1, 0.8, 0.6, 0.8, 0.5)
JAW = dict(zip(table().order, _DOWN, strict=True))


def voiced(text: str) -> tuple[NDArray[np.float32], tuple[Cue, ...], int]:
    said = spoken()[text]
    sound, phones = trim_lead_in(said)
    return sound, cues_from_phones(phones, sound, said.rate_hz, lead_ms=LEAD_MS), said.rate_hz


def loudness(sound: NDArray[np.float32], rate_hz: int) -> NDArray[np.float64]:
    step = round(rate_hz * FRAME_MS / 1_000.0)
    frames = sound[: len(sound) // step * step].reshape(-1, step).astype(np.float64)
    return np.sqrt(np.mean(frames**2, axis=1))


def openness(cues: tuple[Cue, ...], n_frames: int, rate_hz: int) -> NDArray[np.float64]:
    at = np.array([cue.at_sample for cue in cues]) * 1_000.0 / rate_hz
    jaw = np.array([JAW[table().order[cue.viseme]] * cue.weight for cue in cues])
    frames = np.arange(n_frames) * FRAME_MS
    return jaw[np.searchsorted(at, frames, side="right") - 1]


@pytest.mark.parametrize("text", SENTENCES)
def test_the_mouth_is_open_where_it_is_loud(text: str) -> None:
    sound, cues, rate_hz = voiced(text)
    loud = loudness(sound, rate_hz)
    jaw = openness(cues, len(loud), rate_hz)

    def correlation(lag_frames: int) -> float:
        """`lag_frames` > 0: the mouth moves before the sound."""
        n = len(loud) - abs(lag_frames)
        a = jaw[max(0, -lag_frames) :][:n]
        b = loud[max(0, lag_frames) :][:n]
        return float(np.corrcoef(a, b)[0, 1])

    lags = range(-15, 16)
    best = max(lags, key=correlation)
    report = f"best at {best * FRAME_MS:.0f} ms: {correlation(best):.2f}, 0: {correlation(0):.2f}"
    assert correlation(0) > 0.3, report
    # Detectable from 45 ms early and 125 ms late on (ITU-R BT.1359); mouths lead, if anything.
    assert -3 <= best <= 6, report


def test_lips_meet_where_the_voice_is_held_back() -> None:
    sound, cues, rate_hz = voiced(CLOSURES)
    loud = loudness(sound, rate_hz)
    frames = np.arange(len(loud)) * FRAME_MS
    at = np.array([cue.at_sample for cue in cues]) * 1_000.0 / rate_hz
    shown = np.array([cue.viseme for cue in cues])[np.searchsorted(at, frames, side="right") - 1]
    vowels = np.isin(shown, list(table().vowels))
    closed = shown == table().index("PP")
    assert float(np.median(loud[closed])) < 0.5 * float(np.median(loud[vowels]))


def test_every_written_closure_is_shown() -> None:
    said = spoken()[CLOSURES]
    sound, phones = trim_lead_in(said)
    cues = cues_from_phones(phones, sound, said.rate_hz, lead_ms=LEAD_MS)
    ends = [cue.at_sample for cue in cues[1:]] + [len(sound)]
    closed = [
        (cue.at_sample, end)
        for cue, end in zip(cues, ends, strict=True)
        if cue.viseme == table().index("PP")
    ]
    at, n_closures = 0, 0
    reach = round((LEAD_MS + 60.0) * said.rate_hz / 1_000.0)
    for symbol, n_samples in merge_marks(phones):
        start, at = at, at + n_samples
        if symbol in {"p", "b", "m"}:
            n_closures += 1
            assert any(first < at and last > start - reach for first, last in closed), start
    assert n_closures >= 20


@pytest.mark.parametrize("text", SENTENCES)
def test_it_is_neither_nervous_nor_dull(text: str) -> None:
    """Speech has about ten changes a second; thirteen look nervous."""
    sound, cues, rate_hz = voiced(text)
    a_second = len(cues) / (len(sound) / rate_hz)
    assert 6.0 < a_second < 13.0
