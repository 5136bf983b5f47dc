"""LipSync: sound and whatever is known about it go in, cues come out, as both stream. Pure.

    lips = LipSync(24_000)
    cues = lips.push(sound, phones=phones)     # again and again, in any pieces; or
    cues = lips.push(sound, characters=read_alignment(message))
    cues = lips.finish()                       # the sound has ended
    lips.reset()                               # the speaker was interrupted

Whatever the source, the way is the same: a *source* says which shapes, in samples of the sound;
`TruePauses` asks the sound whether anything is said; the *natural pass* leaves the shapes that a
mouth would make. A cue is where one of those begins. Cues ascend, no two in a row have the same
shape, and one that was given out never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from visavis.errors import ProtocolError
from visavis.events import Cue
from visavis.lips.alignment import Alignment
from visavis.lips.characters import CharacterSource
from visavis.lips.lexicon import Lexicon
from visavis.lips.loudness import Loudness
from visavis.lips.natural import NaturalPass
from visavis.lips.natural_settings import NaturalSettings
from visavis.lips.pauses import TruePauses
from visavis.lips.phonemes import SIL, Timed
from visavis.lips.phones import PhoneSource
from visavis.lips.spans import Span

_ONE_WAY = "Tell one speech in one way; `finish` or `reset` begins another."
_NO_SOUND: NDArray[np.float32] = np.zeros(0, dtype=np.float32)


class LipSync:
    """One speaker's lips. Memory does not grow; neither does the time a push takes.

    Args:
        rate_hz: the sample rate of `sound`, in which cues count too.
        natural: the natural pass's settings; None for the defaults.
        lead_ms: how much later than what is heard the durations of `phones` lie (Piper: 30).
        lexicon: how words are spoken, for characters; without one their letters decide.

    Raises:
        ConfigError: `rate_hz` is no sample rate.
    """

    def __init__(
        self,
        rate_hz: int,
        *,
        natural: NaturalSettings | None = None,
        lead_ms: float = 0.0,
        lexicon: Lexicon | None = None,
    ) -> None:
        self._rate_hz = rate_hz
        self._natural = NaturalPass(rate_hz, natural)
        self._loudness = Loudness(rate_hz)
        self._pauses = TruePauses(self._loudness, rate_hz)
        self._lead_ms = lead_ms
        self._lexicon = lexicon
        self.reset()

    @property
    def natural(self) -> NaturalSettings:
        """May be set at any time; an equal object changes nothing."""
        return self._natural.settings

    @natural.setter
    def natural(self, settings: NaturalSettings) -> None:
        self._natural.settings = settings

    @property
    def n_samples(self) -> int:
        """So much sound has come since the last reset."""
        return self._n_samples

    def push(
        self,
        sound: NDArray[np.float32] = _NO_SOUND,
        *,
        phones: Sequence[Timed] = (),
        characters: Alignment | None = None,
    ) -> tuple[Cue, ...]:
        """Take in more; returns the cues that are now certain.

        Args:
            sound: float32 [n] in -1…1; what is no number counts as silence.
            phones: symbols (IPA or ARPAbet) with their durations in samples, of sound that has
                come, comes now, or will come.
            characters: the same, of a provider that tells when each character is spoken.

        Raises:
            ProtocolError: the characters are malformed, or this speech was told in another way
                before. Nothing of them was taken; the sound was.
        """
        self._n_samples += len(sound)
        self._loudness.push(sound)
        spans: tuple[Span, ...] = ()
        if phones:
            spans += self._phoned(phones)
        if characters is not None:
            spans += self._spelt(characters)
        return self._cues(self._natural.push(self._pauses.push(self._note(spans))))

    def finish(self) -> tuple[Cue, ...]:
        """The sound has ended: the rest of the cues; the last one shuts the mouth.

        What was known of sound that never came is forgotten. The next push begins at sample 0.
        """
        self._loudness.finish()
        told = list(self._note(self._told.finish() if self._told is not None else ()))
        if self._told_sample < self._n_samples:  # of what is heard behind the words nothing is told
            told.append(Span(SIL, self._told_sample, self._n_samples, 0.0))
        spans = list(self._pauses.push(told))
        spans += self._pauses.finish()
        shaped = [*self._natural.push(self._cut(spans)), *self._natural.finish()]
        cues = list(self._cues(shaped))
        if self._last not in (None, SIL):
            cues.append(Cue(self._n_samples, SIL, 0.0))
        self.reset()
        return tuple(cues)

    def reset(self) -> None:
        """Forget all that was pushed, as after an interruption; count from sample 0 again."""
        for stage in (self._natural, self._loudness, self._pauses):
            stage.reset()
        self._told: PhoneSource | CharacterSource | None = None
        self._told_sample = 0
        self._n_samples = 0
        self._last: int | None = None

    def _note(self, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        if spans:
            self._told_sample = spans[-1].end_sample
        return spans

    def _phoned(self, phones: Sequence[Timed]) -> tuple[Span, ...]:
        if self._told is None:
            self._told = PhoneSource(self._rate_hz, self._lead_ms)
        if not isinstance(self._told, PhoneSource):
            raise ProtocolError("This speech was told in characters before.", hint=_ONE_WAY)
        return self._told.push(phones)

    def _spelt(self, said: Alignment) -> tuple[Span, ...]:
        if self._told is None:
            self._told = CharacterSource(self._rate_hz, self._lexicon, times=said.times)
        if not isinstance(self._told, CharacterSource):
            raise ProtocolError("This speech was told in phonemes before.", hint=_ONE_WAY)
        return self._told.push(said.characters, said.starts_ms, said.durations_ms)

    def _cut(self, spans: Iterable[Span]) -> list[Span]:
        """Only what lies in the sound."""
        end = self._n_samples
        return [
            Span(span.viseme, span.start_sample, min(span.end_sample, end), span.weight)
            for span in spans
            if span.start_sample < end
        ]

    def _cues(self, spans: Iterable[Span]) -> tuple[Cue, ...]:
        cues: list[Cue] = []
        for span in spans:
            if span.viseme != self._last:
                cues.append(Cue(span.start_sample, span.viseme, round(span.weight, 3)))
                self._last = span.viseme
        return tuple(cues)
