"""LipSync: sound and whatever is known about it go in, cues come out, as both stream. Pure.

    lips = LipSync(24_000)
    cues = lips.push(sound, phones=phones)     # again and again; in any pieces
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

from visavis.events import Cue
from visavis.lips.loudness import Loudness
from visavis.lips.natural import NaturalPass
from visavis.lips.natural_settings import NaturalSettings
from visavis.lips.pauses import TruePauses
from visavis.lips.phonemes import SIL, Timed
from visavis.lips.phones import PhoneSource
from visavis.lips.spans import Span

_NO_SOUND: NDArray[np.float32] = np.zeros(0, dtype=np.float32)


class LipSync:
    """One speaker's lips. Memory does not grow; neither does the time a push takes.

    Args:
        rate_hz: the sample rate of `sound`, in which cues count too.
        natural: the natural pass's settings; None for the defaults.
        lead_ms: how much later than what is heard the durations of `phones` lie (Piper: 30).

    Raises:
        ConfigError: `rate_hz` is no sample rate.
    """

    def __init__(
        self, rate_hz: int, *, natural: NaturalSettings | None = None, lead_ms: float = 0.0
    ) -> None:
        self._natural = NaturalPass(rate_hz, natural)
        self._loudness = Loudness(rate_hz)
        self._pauses = TruePauses(self._loudness, rate_hz)
        self._phones = PhoneSource(rate_hz, lead_ms)
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
        self, sound: NDArray[np.float32] = _NO_SOUND, *, phones: Sequence[Timed] = ()
    ) -> tuple[Cue, ...]:
        """Take in more; returns the cues that are now certain.

        Args:
            sound: float32 [n] in -1…1; what is no number counts as silence.
            phones: symbols (IPA or ARPAbet) with their durations in samples, of sound that has
                come, comes now, or will come.
        """
        self._n_samples += len(sound)
        self._loudness.push(sound)
        spans = self._phones.push(phones)
        return self._cues(self._natural.push(self._pauses.push(spans)))

    def finish(self) -> tuple[Cue, ...]:
        """The sound has ended: the rest of the cues; the last one shuts the mouth.

        What was known of sound that never came is forgotten. The next push begins at sample 0.
        """
        self._loudness.finish()
        spans = list(self._pauses.push(self._phones.finish()))
        spans += self._pauses.finish()
        shaped = [*self._natural.push(self._cut(spans)), *self._natural.finish()]
        cues = list(self._cues(shaped))
        if self._last not in (None, SIL):
            cues.append(Cue(self._n_samples, SIL, 0.0))
        self.reset()
        return tuple(cues)

    def reset(self) -> None:
        """Forget all that was pushed, as after an interruption; count from sample 0 again."""
        for stage in (self._natural, self._loudness, self._pauses, self._phones):
            stage.reset()
        self._n_samples = 0
        self._last: int | None = None

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
