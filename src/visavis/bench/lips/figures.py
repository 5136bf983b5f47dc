"""The figures of one contender over the recordings of a data set, with intervals. Pure.

`lip_figures` gives these names; `measures.py` defines what is counted. All recordings are added up
before a share is taken, so a long one weighs more than a short one.

| figure | of what |
|---|---|
| `n_files`, `scored_s` | recordings; seconds of them that are scored |
| `frame_accuracy_rate` * | scored frames with the right one of 15 shapes, at the declared delay |
| `frame_accuracy_best_shift_rate` * | the same with the best constant shift for the whole set |
| `best_shift_ms` | that shift; above the declared delay: the contender is later than it says |
| `macro_recall_rate` * | mean of the recalls of the visemes that the set has |
| `recall_VISEME_rate` | right frames of those the reference shows as VISEME (`sil` included) |
| `PP_segment_recall_rate` *, `…_precision_rate` * | closures, one to one within 40 ms |
| `FF_segment_recall_rate` *, `…_precision_rate` * | the same for the lower lip at the teeth |
| `silence_precision_rate` *, `silence_recall_rate` * | frames |
| `mouth_open_in_silence_rate` * | frames of silences of 200 ms and longer with an open mouth |
| `onset_offset_p50_ms` | median distance of paired onsets of the same viseme |
| `onset_bias_p50_ms` | median of the signed distance; below 0: early |
| `onset_within_20_ms_rate` *, `onset_within_50_ms_rate` * | of all onsets of the reference |
| `changes_per_s` * | changes of shape a second, of everything |
| `speech_changes_per_s` * | the same of speech: without silences of 200 ms and longer |
| `reference_speech_changes_per_s` | what the labels have |
| `short_hold_rate` * | holds under 70 ms |
| `real_time_factor` | seconds of processor time a second of sound |
| `push_p50_ms`, `push_p95_ms` | time for one push of a contender that streams |

A star: with its 95 % interval (`intervals.bound_name`): the middle 95 % of ROUNDS sets drawn from
the recordings with replacement. Recordings of one speaker resemble each other, so with few speakers
the truth about other speakers lies outside more often than one time in twenty. One recording has no
interval. A figure of nothing is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.bench.intervals import Estimate, named
from visavis.bench.lips.contender import Compute
from visavis.bench.lips.measures import SHIFTS_MS, Pairs, Tally, best_shift
from visavis.bench.lips.track import FRAME_HZ
from visavis.lips.phonemes import SIL, table

ROUNDS = 1_000
_SEED = 0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure that is one sum over another, by recording: float64 [n] each."""

    over: Floats
    under: Floats

    def value(self, weights: Floats) -> Floats:
        """The figure with recordings weighted: [..., n] to [...]; nan of nothing."""
        under = weights @ self.under
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(under > 0, weights @ self.over / under, np.nan)


def lip_figures(tallies: Sequence[Tally], computes: Sequence[Compute] = ()) -> dict[str, float]:
    """All figures by the names in this module's table, in its order. Of no recordings: none."""
    if not tallies:
        return {}
    weights = _weights(len(tallies))
    found: dict[str, float] = {
        "n_files": len(tallies),
        "scored_s": sum(tally.n_frames for tally in tallies) / FRAME_HZ,
    }

    def put(name: str, value: Callable[[Floats], Floats]) -> None:
        found.update(_estimated(name, value, weights))

    put("frame_accuracy_rate", _accuracy(tallies).value)
    hits = np.stack([tally.hits_at_shift for tally in tallies]).astype(np.float64)
    best = best_shift(hits.sum(axis=0).astype(np.int64))
    put("frame_accuracy_best_shift_rate", Ratio(hits[:, best], _frames(tallies)).value)
    found["best_shift_ms"] = SHIFTS_MS[best]
    put("macro_recall_rate", _macro_recall(tallies))
    found |= _recalls(tallies)
    for name, of in _SEGMENTS:
        for kind, ratio in _segments([of(tally) for tally in tallies]).items():
            put(f"{name}_segment_{kind}_rate", ratio.value)
    for name, ratio in _ratios(tallies).items():
        put(name, ratio.value)
    return found | _offsets(tallies) | compute_figures(computes)


def confusion(tallies: Sequence[Tally]) -> NDArray[np.int64]:
    """Frames of all recordings: int64 [15, 15], reference by hypothesis."""
    return sum((tally.confusion for tally in tallies), np.zeros((15, 15), dtype=np.int64))


def compute_figures(computes: Sequence[Compute]) -> dict[str, float]:
    """Real-time factor, and time for a push where the contender streams."""
    sound_s = sum(compute.sound_s for compute in computes)
    pushes = [ms for compute in computes for ms in compute.push_ms]
    found: dict[str, float] = {}
    if sound_s > 0:
        found["real_time_factor"] = sum(compute.cpu_s for compute in computes) / sound_s
    if pushes:
        found["push_p50_ms"] = float(np.percentile(pushes, 50))
        found["push_p95_ms"] = float(np.percentile(pushes, 95))
    return found


# ------------------------------------------------------------------ sums


_SEGMENTS: tuple[tuple[str, Callable[[Tally], Pairs]], ...] = (
    ("PP", lambda tally: tally.closures),
    ("FF", lambda tally: tally.labiodentals),
)


def _accuracy(tallies: Sequence[Tally]) -> Ratio:
    right = [float(np.trace(tally.confusion)) for tally in tallies]
    return Ratio(np.array(right), _frames(tallies))


def _frames(tallies: Sequence[Tally]) -> Floats:
    return np.array([tally.n_frames for tally in tallies], dtype=np.float64)


def _macro_recall(tallies: Sequence[Tally]) -> Callable[[Floats], Floats]:
    matrices = np.stack([tally.confusion for tally in tallies]).astype(np.float64)
    right, wanted = np.einsum("nii->ni", matrices), matrices.sum(axis=2)

    def value(weights: Floats) -> Floats:
        of, n = weights @ right, weights @ wanted
        recalls = np.where(n > 0, of / np.maximum(n, 1.0), 0.0)
        return recalls.sum(axis=-1) / np.maximum((n > 0).sum(axis=-1), 1)

    return value


def _recalls(tallies: Sequence[Tally]) -> dict[str, float]:
    matrix = confusion(tallies)
    return {
        f"recall_{name}_rate": float(matrix[index, index] / matrix[index].sum())
        for index, name in enumerate(table().order)
        if matrix[index].sum()
    }


def _segments(pairs: Sequence[Pairs]) -> dict[str, Ratio]:
    paired = np.array([float(one.n_paired) for one in pairs])
    return {
        "recall": Ratio(paired, np.array([float(one.n_reference) for one in pairs])),
        "precision": Ratio(paired, np.array([float(one.n_found) for one in pairs])),
    }


def _ratios(tallies: Sequence[Tally]) -> dict[str, Ratio]:
    def column(of: Callable[[Tally], float]) -> Floats:
        return np.array([float(of(tally)) for tally in tallies])

    def within(ms: float) -> Floats:
        return column(lambda tally: sum(abs(offset) <= ms for offset in tally.onset_offsets_ms))

    silent = column(lambda tally: tally.confusion[SIL, SIL])
    onsets = column(lambda tally: tally.n_onsets)
    speech = column(lambda tally: tally.speech_seconds)
    return {
        "silence_precision_rate": Ratio(silent, column(lambda t: t.confusion[:, SIL].sum())),
        "silence_recall_rate": Ratio(silent, column(lambda t: t.confusion[SIL].sum())),
        "mouth_open_in_silence_rate": Ratio(
            column(lambda tally: tally.n_open_frames), column(lambda tally: tally.n_pause_frames)
        ),
        "onset_within_20_ms_rate": Ratio(within(20.0), onsets),
        "onset_within_50_ms_rate": Ratio(within(50.0), onsets),
        "changes_per_s": Ratio(column(lambda t: t.n_changes), column(lambda t: t.seconds)),
        "speech_changes_per_s": Ratio(column(lambda t: t.n_speech_changes), speech),
        "reference_speech_changes_per_s": Ratio(
            column(lambda t: t.n_reference_speech_changes), speech
        ),
        "short_hold_rate": Ratio(column(lambda t: t.n_short_holds), column(lambda t: t.n_holds)),
    }


def _offsets(tallies: Sequence[Tally]) -> dict[str, float]:
    offsets = [ms for tally in tallies for ms in tally.onset_offsets_ms]
    if not offsets:
        return {}
    return {
        "onset_offset_p50_ms": float(np.median(np.abs(offsets))),
        "onset_bias_p50_ms": float(np.median(offsets)),
    }


# ------------------------------------------------------------------ intervals


def _weights(n: int) -> Floats:
    """How often each recording is in each of ROUNDS sets drawn with replacement: [ROUNDS, n]."""
    random = np.random.default_rng(_SEED)
    return random.multinomial(n, np.full(n, 1.0 / n), size=ROUNDS).astype(np.float64)


def _estimated(name: str, value: Callable[[Floats], Floats], weights: Floats) -> dict[str, float]:
    n = weights.shape[1]
    middle = float(value(np.ones((1, n), dtype=np.float64))[0])
    if np.isnan(middle):
        return {}
    every: Floats = value(weights)
    drawn = every[~np.isnan(every)]
    if n == 1 or not len(drawn):
        return {name: middle}
    low, high = (float(np.percentile(drawn, percent)) for percent in (2.5, 97.5))
    return named(name, Estimate(middle, min(middle, low), max(middle, high)))
