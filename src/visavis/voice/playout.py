"""Lays voiced phrases end to end into one reply. Pure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from visavis.events import Phrase
from visavis.lips.phonemes import Timed
from visavis.lips.timeline import cues_from_phones, words_from_phones
from visavis.voice.tts import Voiced
from visavis.wire.messages import Source

_SILENT = 0.008
"""About -42 dBFS: below any speech, above the voice's own noise floor."""

_GUARD_MS = 12.0
"""Kept before the first audible sample, so that a soft onset is not cut."""


class Playout:
    """One reply's phrases in order; counts samples from the first one on."""

    def __init__(self, *, lead_ms: float) -> None:
        self._lead_ms = lead_ms
        self._n_phrases = 0
        self._n_samples = 0

    def add(self, text: str, source: Source, voiced: Voiced) -> Phrase:
        """The next phrase, its leading silence trimmed, with cues and words in reply samples."""
        sound, phones = trim_lead_in(voiced)
        cues = cues_from_phones(phones, sound, voiced.rate_hz, lead_ms=self._lead_ms)
        words = words_from_phones(text, phones, len(sound))
        start = self._n_samples
        phrase = Phrase(
            index=self._n_phrases,
            text=text,
            source=source,
            start_sample=start,
            n_samples=len(sound),
            pcm=(np.round(np.clip(sound, -1.0, 1.0) * 32_767.0)).astype("<i2").tobytes(),
            cues=tuple(replace(cue, at_sample=cue.at_sample + start) for cue in cues),
            words=tuple(
                replace(
                    word, start_sample=word.start_sample + start, end_sample=word.end_sample + start
                )
                for word in words
            ),
        )
        self._n_phrases += 1
        self._n_samples += len(sound)
        return phrase


def is_audible(sound: NDArray[np.float32]) -> bool:
    """Whether there is anything to hear in it, and nothing that is no number."""
    return bool(len(sound)) and bool(np.isfinite(sound).all() and np.abs(sound).max() > _SILENT)


def trim_lead_in(voiced: Voiced) -> tuple[NDArray[np.float32], tuple[Timed, ...]]:
    """Cut silence before the first audible sample, and the same samples off the first phonemes."""
    audible = np.flatnonzero(np.abs(voiced.sound) > _SILENT)
    guard = round(_GUARD_MS * voiced.rate_hz / 1_000.0)
    cut = max(0, int(audible[0]) - guard) if len(audible) else 0
    phones: list[Timed] = []
    remaining = cut
    for symbol, n_samples in voiced.phones:
        taken = min(remaining, n_samples)
        remaining -= taken
        phones.append((symbol, n_samples - taken))
    return voiced.sound[cut:], tuple(phones)
