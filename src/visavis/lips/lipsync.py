"""LipSync: sound and whatever is known about it go in, cues come out, as both stream. Pure.

    lips = LipSync(24_000, ear=ear_weights())
    cues = lips.push(sound, phones=phones)     # again and again, in any pieces; or
    cues = lips.push(sound, characters=read_alignment(message))    # or
    cues = lips.push(sound, text="what is said")                   # or
    cues = lips.push(sound)
    cues = lips.finish()                       # the sound has ended
    lips.reset()                               # the speaker was interrupted

Whatever the source, the way is the same: a *source* says which shapes, in samples of the sound;
the sound says whether anything is said, and how far vowels open; the *natural pass* leaves the
shapes that a mouth would make. A cue is where one of those begins. Cues ascend, no two in a row
have the same shape, and one that was given out never changes.

| told | source | who knows of silence |
|---|---|---|
| phonemes with durations | `PhoneSource` | loudness (`TruePauses`) |
| characters with times | `CharacterSource` | loudness |
| text | `HeardSource`, which follows it (a recording: reads it afterwards) | the ear |
| nothing | `HeardSource` | the ear |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from visavis.errors import ConfigError, ProtocolError
from visavis.events import Cue
from visavis.lips.alignment import Alignment
from visavis.lips.characters import CharacterSource
from visavis.lips.heard import HeardSource, Hears
from visavis.lips.lexicon import Lexicon
from visavis.lips.loudness import Loudness
from visavis.lips.natural import NaturalPass
from visavis.lips.natural_settings import NaturalSettings
from visavis.lips.net import Weights
from visavis.lips.pauses import TruePauses, opened
from visavis.lips.phonemes import SIL, Timed
from visavis.lips.phones import PhoneSource
from visavis.lips.spans import Span

_ONE_WAY = "Tell one speech in one way; `finish` or `reset` begins another."
_NO_SOUND: NDArray[np.float32] = np.zeros(0, dtype=np.float32)


class _Way(Enum):
    PHONES = "phonemes"
    CHARACTERS = "characters"
    TEXT = "words"
    SOUND = "sound alone"


class LipSync:
    """One speaker's lips. Memory does not grow; neither does the time a push takes.

    Args:
        rate_hz: the sample rate of `sound`, in which cues count too.
        natural: the natural pass's settings; None for the defaults.
        lead_ms: how much later than what is heard the durations of `phones` lie (Piper: 30).
        lexicon: how words are spoken, for characters and text; without one letters decide.
        follows: how sound and text are: as they come, or (`WORDS_AFTERWARDS`) when a recording has
            been heard to its end; then `finish` gives all cues, and more of them are right.
        ear: its weights; for whole recordings those of `reading_weights`. With them, sound that
            nothing is told of before or with its first sample is understood by ear; without, it
            waits for phonemes or characters.

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
        ear: Weights | None = None,
        follows: Hears = Hears.WORDS_TOO,
    ) -> None:
        self._rate_hz = rate_hz
        self._natural = NaturalPass(rate_hz, natural)
        self._loudness = Loudness(rate_hz)
        self._pauses = TruePauses(self._loudness, rate_hz)
        self._lead_ms = lead_ms
        self._lexicon = lexicon
        self._ear = ear
        self._follows = follows
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
        text: str = "",
    ) -> tuple[Cue, ...]:
        """Take in more; returns the cues that are now certain.

        Args:
            sound: float32 [n] in -1…1; what is no number counts as silence.
            phones: symbols (IPA or ARPAbet) with their durations in samples, of sound that has
                come, comes now, or will come.
            characters: the same, of a provider that tells when each character is spoken.
            text: the next words that are said, whole ones; their sound comes now or later.

        Raises:
            ProtocolError: this speech was told in another way before, and nothing was taken; or the
                characters are malformed, and only the sound was.
            ConfigError: text without an ear.
        """
        way = self._way_of(sound, phones, characters, text)
        self._n_samples += len(sound)
        self._loudness.push(sound)
        if self._told is None and way is not None:
            self._begin(way, characters)
        match self._told:
            case PhoneSource() as told:
                spans = told.push(phones)
            case CharacterSource() as told if characters is not None:
                said = characters
                spans = told.push(said.characters, said.starts_ms, said.durations_ms)
            case HeardSource() as told:
                told.read(text)
                spans = told.push(sound)
            case _:
                spans = ()
        return self._cues(self._natural.push(self._weighed(self._note(spans))))

    def finish(self) -> tuple[Cue, ...]:
        """The sound has ended: the rest of the cues; the last one shuts the mouth.

        What was known of sound that never came is forgotten. The next push begins at sample 0.
        """
        self._loudness.finish()
        told = list(self._note(self._told.finish() if self._told is not None else ()))
        if self._told_sample < self._n_samples:  # of what is heard behind the words nothing is told
            told.append(Span(SIL, self._told_sample, self._n_samples, 0.0))
        spans = [*self._weighed(told), *self._pauses.finish()]
        shaped = [*self._natural.push(self._cut(spans)), *self._natural.finish()]
        cues = list(self._cues(shaped))
        if self._last not in (None, SIL):
            cues.append(Cue(self._n_samples, SIL, 0.0))
        self.reset()
        return tuple(cues)

    def forecast(self) -> tuple[Cue, ...]:
        """What `finish` would give, if the sound ended here. Nothing changes; it may prove wrong.

        For whoever plays sound as it comes: a cue is certain only some 0.5 s behind its sound. It
        takes about as long as a push of 100 ms.
        """
        return deepcopy(self).finish()

    def reset(self) -> None:
        """Forget all that was pushed, as after an interruption; count from sample 0 again."""
        for stage in (self._natural, self._loudness, self._pauses):
            stage.reset()
        self._way: _Way | None = None
        self._told: PhoneSource | CharacterSource | HeardSource | None = None
        self._told_sample = 0
        self._n_samples = 0
        self._last: int | None = None

    def _note(self, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        if spans:
            self._told_sample = spans[-1].end_sample
        return spans

    def _way_of(
        self,
        sound: NDArray[np.float32],
        phones: Sequence[Timed],
        characters: Alignment | None,
        text: str,
    ) -> _Way | None:
        """How this speech is told, now or since before; None while nobody knows."""
        told = {
            _Way.PHONES: bool(phones),
            _Way.CHARACTERS: characters is not None,
            _Way.TEXT: bool(text),
        }
        ways = {way for way, is_told in told.items() if is_told}
        if self._way is None and not ways and self._ear is not None and len(sound):
            ways = {_Way.SOUND}
        if ways - {self._way} and (self._way is not None or len(ways) > 1):
            before = (self._way or min(ways, key=lambda way: way.value)).value
            raise ProtocolError(f"This speech was told in {before} before.", hint=_ONE_WAY)
        if _Way.TEXT in ways and self._ear is None:
            raise ConfigError(
                "Text can only be followed with an ear.", hint="Give LipSync `ear=ear_weights()`."
            )
        self._way = next(iter(ways), self._way)
        return self._way

    def _begin(self, way: _Way, said: Alignment | None) -> None:
        if way is _Way.PHONES:
            self._told = PhoneSource(self._rate_hz, self._lead_ms)
        elif way is _Way.CHARACTERS and said is not None:
            self._told = CharacterSource(self._rate_hz, self._lexicon, times=said.times)
        elif self._ear is not None:
            is_live = self._follows is Hears.WORDS_TOO
            hears = Hears.SOUND_ALONE if way is _Way.SOUND and is_live else self._follows
            self._told = HeardSource(self._rate_hz, self._ear, self._lexicon, hears)

    def _weighed(self, spans: Sequence[Span]) -> Sequence[Span]:
        """Whether, and how far: what the sound says of the shapes that were told."""
        if isinstance(self._told, HeardSource):
            return [opened(span, self._loudness) for span in spans]
        return self._pauses.push(spans)

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
