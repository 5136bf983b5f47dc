"""Lays what is voiced end to end into one reply. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from visavis.events import Cue, Phrase
from visavis.lips.phonemes import Timed
from visavis.lips.timeline import Ending, cues_from_phones, words_from_phones
from visavis.voice.tts import Part, Voiced
from visavis.wire.messages import Source

_SILENT = 0.008
"""About -42 dBFS: below any speech, above the voice's own noise floor."""

_GUARD_MS = 12.0
"""Kept before the first audible sample, so that a soft onset is not cut."""


@dataclass(frozen=True, slots=True)
class _Head:
    """What was laid of a phrase whose tail comes next."""

    sound: NDArray[np.float32]
    phones: tuple[Timed, ...]


class Playout:
    """One reply's pieces in order, each a phrase on the wire; counts samples from the first on."""

    def __init__(self, *, lead_ms: float) -> None:
        self._lead_ms = lead_ms
        self._n_phrases = 0
        self._n_samples = 0
        self._head: _Head | None = None

    @property
    def owes_tail(self) -> bool:
        """Whether the phrase laid last is not whole yet."""
        return self._head is not None

    def add(self, source: Source, voiced: Voiced) -> Phrase:
        """The next piece, with cues and words in reply samples.

        Silence before the first audible sample is trimmed where a phrase begins, and only there.
        """
        sound, phones = voiced.sound, voiced.phones
        if voiced.part in {Part.WHOLE, Part.HEAD}:
            sound, phones = trim_lead_in(voiced)
        cues = self._cues(sound, phones, voiced)
        words = words_from_phones(voiced.text, phones, len(sound))
        self._head = self._begun(sound, phones, voiced.part)
        start = self._n_samples
        phrase = Phrase(
            index=self._n_phrases,
            text=voiced.text,
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

    def _begun(
        self, sound: NDArray[np.float32], phones: tuple[Timed, ...], part: Part
    ) -> _Head | None:
        """What is laid by now of a phrase that goes on."""
        if part in {Part.WHOLE, Part.TAIL}:
            return None
        if part is Part.HEAD or self._head is None:
            return _Head(sound, phones)
        head = self._head
        return _Head(np.concatenate([head.sound, sound]), (*head.phones, *phones))

    def _cues(
        self, sound: NDArray[np.float32], phones: tuple[Timed, ...], voiced: Voiced
    ) -> tuple[Cue, ...]:
        """In samples of the piece. A later one's are those of its phrase so far, cut off."""
        if voiced.cues is not None:
            return cut_off(voiced.cues, len(voiced.sound) - len(sound))
        lead_ms, rate_hz, head = self._lead_ms, voiced.rate_hz, self._head
        ending = Ending.OPEN if voiced.part in {Part.HEAD, Part.MIDDLE} else Ending.SHUT
        if voiced.part in {Part.WHOLE, Part.HEAD} or head is None:
            return cues_from_phones(phones, sound, rate_hz, lead_ms=lead_ms, ending=ending)
        whole = np.concatenate([head.sound, sound])
        cues = cues_from_phones(
            (*head.phones, *phones), whole, rate_hz, lead_ms=lead_ms, ending=ending
        )
        return cut_off(cues, len(head.sound))


def cut_off(cues: tuple[Cue, ...], n_samples: int) -> tuple[Cue, ...]:
    """The cues behind so many samples, counted from there; the first is what is shown there."""
    shown = [replace(cue, at_sample=0) for cue in cues if cue.at_sample <= n_samples][-1:]
    later = (cue for cue in cues if cue.at_sample > n_samples)
    return (*shown, *(replace(cue, at_sample=cue.at_sample - n_samples) for cue in later))


def is_audible(sound: NDArray[np.float32]) -> bool:
    """Whether there is anything to hear in it, and nothing that is no number."""
    return bool(len(sound)) and bool(np.isfinite(sound).all() and np.abs(sound).max() > _SILENT)


def lead_in_samples(sound: NDArray[np.float32], rate_hz: int) -> int | None:
    """How many samples may be left out before the first audible one; None if none is."""
    audible = np.flatnonzero(np.abs(sound) > _SILENT)
    if not len(audible):
        return None
    return max(0, int(audible[0]) - round(_GUARD_MS * rate_hz / 1_000.0))


def trim_lead_in(voiced: Voiced) -> tuple[NDArray[np.float32], tuple[Timed, ...]]:
    """Cut silence before the first audible sample, and the same samples off the first phonemes."""
    cut = lead_in_samples(voiced.sound, voiced.rate_hz) or 0
    phones: list[Timed] = []
    remaining = cut
    for symbol, n_samples in voiced.phones:
        taken = min(remaining, n_samples)
        remaining -= taken
        phones.append((symbol, n_samples - taken))
    return voiced.sound[cut:], tuple(phones)
