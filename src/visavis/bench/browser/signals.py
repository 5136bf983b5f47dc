"""Where a known question lies in what a microphone heard, and where sound begins. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.bench.recording import AUDIBLE
from visavis.hear.audio import RATE_HZ

Sound = NDArray[np.float32]

TAIL_SAMPLES = RATE_HZ
"""t0 is read off the last second of speech, should the microphone have skipped something before."""

SLIP_SAMPLES = RATE_HZ // 20
"""So far, and no farther, may the last second lie from where the whole question puts it."""

ELSEWHERE_SAMPLES = RATE_HZ // 40
"""25 ms: nearer places look alike, being a few periods of the same voice away."""

_FAINT = 1e-4
"""Stretches with less than this share of the question's energy match by chance, not by content."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where a question lies. Sample n of the question is sample `lag_samples + n` of the heard."""

    lag_samples: int
    strength: float
    """The normalised correlation, 1 for the same sound at any loudness."""
    clearness: float
    """The correlation here over the best one elsewhere: how surely it is this place."""
    slip_samples: int
    """How much later the last second came than the whole; not 0 if samples were lost or added."""

    @property
    def end_lag_samples(self) -> int:
        """The lag at the end of the question, which is what t0 needs."""
        return self.lag_samples + self.slip_samples


def align(heard: Sound, question: Sound, speech_end_sample: int) -> Alignment:
    """Find `question` in `heard`, both float32 [n] at 16 kHz.

    Raises:
        ValueError: `heard` is shorter than the question.
    """
    spoken = question[:speech_end_sample]
    scores = _correlation(heard, spoken)
    lag = int(np.argmax(scores))
    tail = spoken[-TAIL_SAMPLES:]
    tail_at = lag + len(spoken) - len(tail)
    first = max(0, tail_at - SLIP_SAMPLES)
    near = heard[first : tail_at + len(tail) + SLIP_SAMPLES]
    slip = first + int(np.argmax(_correlation(near, tail))) - tail_at
    return Alignment(lag, float(scores[lag]), _clearness(scores, lag), slip)


def first_audible(sound: Sound, from_sample: int = 0) -> int | None:
    """The first sample above -40 dBFS at or after `from_sample`."""
    start = max(0, from_sample)
    loud = np.abs(sound[start:]) > AUDIBLE
    return start + int(np.argmax(loud)) if loud.any() else None


def _clearness(scores: NDArray[np.float64], lag: int) -> float:
    """The score at `lag` over the best one beyond ELSEWHERE_SAMPLES; infinite if there is none."""
    elsewhere = np.concatenate(
        [scores[: max(0, lag - ELSEWHERE_SAMPLES)], scores[lag + ELSEWHERE_SAMPLES :]]
    )
    best = float(elsewhere.max(initial=0.0))
    return float(scores[lag]) / best if best > 0.0 else np.inf


def _correlation(heard: Sound, wanted: Sound) -> NDArray[np.float64]:
    """Normalised correlation of `wanted` with every stretch of `heard` of its length."""
    n_lags = len(heard) - len(wanted) + 1
    if n_lags < 1:
        raise ValueError(f"{len(heard)} samples can't hold a question of {len(wanted)}")
    size = 1 << (len(heard) + len(wanted)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size))
    products = np.fft.irfft(spectrum, size)[:n_lags]
    energy = np.concatenate([[0.0], np.cumsum(heard.astype(np.float64) ** 2)])
    stretches = energy[len(wanted) :] - energy[: -len(wanted)]
    own = float(np.sum(wanted.astype(np.float64) ** 2))
    return products / np.sqrt(np.maximum(stretches, _FAINT * own + 1e-12) * (own + 1e-12))
