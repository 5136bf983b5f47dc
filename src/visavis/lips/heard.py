"""Sound at any rate, alone or with its words, to spans in its own samples. Pure, streaming.

The ear hears at one rate; here is what brings the sound there and the answer back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import Any, Final

import numpy as np
import soxr
from numpy.typing import NDArray

from visavis.lips.ear import RATE_HZ, Ear, Follower, Reader
from visavis.lips.features import HOP_SAMPLES
from visavis.lips.lexicon import Lexicon, letters_only
from visavis.lips.net import Weights
from visavis.lips.phonemes import SIL
from visavis.lips.spans import Span
from visavis.lips.text import words_of

Sound = NDArray[np.float32]

_NO_SOUND: Final[Sound] = np.zeros(0, dtype=np.float32)


class Hears(Enum):
    """What an ear has to go by."""

    SOUND_ALONE = "sound alone"
    WORDS_TOO = "words too"
    WORDS_AFTERWARDS = "words and the whole recording"


_EARS: Final = {
    Hears.SOUND_ALONE: Ear,
    Hears.WORDS_TOO: Follower,
    Hears.WORDS_AFTERWARDS: Reader,
}


class HeardSource:
    """One speech, by ear. Spans are contiguous from sample 0 and reach its last sample.

    Args:
        rate_hz: of the sound, in whose samples spans count.
        weights: the ear's.
        lexicon: how words are spoken; None: their letters decide.
        hears: SOUND_ALONE is sooner and costs half; no words can be given then. With
            WORDS_AFTERWARDS all comes from `finish`, and is more often right.
    """

    def __init__(
        self,
        rate_hz: int,
        weights: Weights,
        lexicon: Lexicon | None = None,
        hears: Hears = Hears.SOUND_ALONE,
    ) -> None:
        self._rate_hz = rate_hz
        self._lexicon = lexicon or letters_only()
        self._ear = _EARS[hears](weights)
        self._resample = (
            None if rate_hz == RATE_HZ else soxr.ResampleStream(rate_hz, RATE_HZ, 1, "float32")
        )
        self._n_samples = 0
        self._given = 0

    def __getstate__(self) -> dict[str, Any]:
        """For a copy that only has to `finish`: the few samples that a resampler holds are lost."""
        return vars(self) | {"_resample": None}

    @property
    def delay_ms(self) -> float:
        """So much sound behind a moment is heard before its shape is certain."""
        return self._ear.delay_samples * 1_000.0 / RATE_HZ

    def read(self, text: str) -> None:
        """How the text goes on, in whole words; whoever hears sound alone does not read."""
        if isinstance(self._ear, Ear):
            return
        for word in words_of(text, self._lexicon):
            self._ear.push_words([self._lexicon.pronunciations(said) for said in word.spoken])

    def push(self, sound: Sound) -> tuple[Span, ...]:
        """Add float32 [n]; returns what is now certain."""
        self._n_samples += len(sound)
        return self._back(self._ear.push(self._at_ear(sound)))

    def finish(self) -> tuple[Span, ...]:
        """The rest, to the last sample of the sound. Then it is over."""
        spans = list(self._back(self._ear.push(self._at_ear(_NO_SOUND, is_last=True))))
        spans += self._back(self._ear.finish())
        if spans:
            spans[-1] = replace(spans[-1], end_sample=self._n_samples)
        elif self._given < self._n_samples:
            spans.append(Span(SIL, self._given, self._n_samples, 0.0))
        return tuple(spans)

    def _at_ear(self, sound: Sound, *, is_last: bool = False) -> Sound:
        clean = np.clip(np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0), -1.0, 1.0)
        if self._resample is None:
            return clean
        return self._resample.resample_chunk(clean.astype(np.float32), last=is_last)

    def _back(self, heard: Sequence[Span]) -> tuple[Span, ...]:
        """From the ear's samples to the sound's, frame by frame: however the stream was cut, the
        pieces that are weighed by their loudness are the same."""
        spans: list[Span] = []
        for span in heard:
            for start in range(span.start_sample, span.end_sample, HOP_SAMPLES):
                ear_end = min(start + HOP_SAMPLES, span.end_sample)
                end = min(round(ear_end * self._rate_hz / RATE_HZ), self._n_samples)
                if end > self._given:
                    spans.append(Span(span.viseme, self._given, end, span.weight))
                    self._given = end
        return tuple(spans)
