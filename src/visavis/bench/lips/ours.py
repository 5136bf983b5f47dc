"""Our own sources as contenders, and the natural pass behind any other."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final, Literal

import numpy as np

from visavis.bench.lips.contender import Compute, Contender, Result, Sound
from visavis.bench.lips.sphinx import ForcedAlignment, Spoken
from visavis.bench.lips.track import Track, track_of
from visavis.ear_weights import ear_weights, reading_weights
from visavis.lips.alignment import Alignment
from visavis.lips.characters import CharacterSource, Times
from visavis.lips.heard import HeardSource, Hears
from visavis.lips.letters import letter_model
from visavis.lips.lipsync import LipSync
from visavis.lips.natural import naturalize
from visavis.lips.phonemes import SIL
from visavis.lips.spans import Span
from visavis.models.lexicon import best_lexicon

_PUSH_S = 0.02
_HOP_S = 0.01


Writes = Callable[[tuple[Spoken, ...]], Alignment]
"""Gives the letters of aligned words their times, as some provider would."""


class Characters:
    """Characters with times, as a provider sends them, through LipSync.

    Real speech has no provider, so PocketSphinx aligns the transcript and `writes` times letters.
    """

    needs_text = True

    def __init__(self, name: str, about: str, writes: Writes) -> None:
        """Load the aligner and the dictionary. Raises SetupError if PocketSphinx is missing."""
        self.name = name
        self.about = about
        self._writes = writes
        self._aligner = ForcedAlignment()
        self._lexicon = best_lexicon()

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """See Contender. The first push has all characters, later ones have 20 ms of sound."""
        said = self._writes(self._aligner.words(sound, rate_hz, text))
        lips = LipSync(rate_hz, lexicon=self._lexicon)
        began = time.process_time()
        push_ms: list[float] = []
        cues = list(lips.push(characters=said))
        step = max(1, round(_PUSH_S * rate_hz))
        for at in range(0, len(sound), step):
            pushed = time.perf_counter()
            cues += lips.push(sound[at : at + step])
            push_ms.append(1_000.0 * (time.perf_counter() - pushed))
        cues += lips.finish()
        cpu_s = time.process_time() - began
        visemes, starts = [cue.viseme for cue in cues], [cue.at_sample for cue in cues]
        track = track_of(visemes, starts, len(sound), rate_hz)
        return Result(track, 0.0, Compute(cpu_s, len(sound) / rate_hz, tuple(push_ms)))

    def close(self) -> None:
        """See Contender."""


class CharactersAlone:
    """The same characters without sound and without the natural pass: what the text says."""

    name = "visavis_characters_raw"
    about = "ours: letters timed by PocketSphinx's phones, before sound and natural pass"
    needs_text = True

    def __init__(self) -> None:
        """Load the aligner and the dictionary. Raises SetupError if PocketSphinx is missing."""
        self._aligner = ForcedAlignment()
        self._lexicon = best_lexicon()

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """See Contender."""
        said = by_phones(self._aligner.words(sound, rate_hz, text))
        began = time.process_time()
        source = CharacterSource(rate_hz, self._lexicon, times=said.times)
        spans = (
            *source.push(said.characters, said.starts_ms, said.durations_ms),
            *source.finish(),
        )
        cpu_s = time.process_time() - began
        behind = [Span(SIL, span.end_sample, len(sound), 0.0) for span in spans[-1:]]
        visemes = [span.viseme for span in (*spans, *behind)]
        starts = [span.start_sample for span in (*spans, *behind)]
        track = track_of(visemes, starts, len(sound), rate_hz)
        return Result(track, 0.0, Compute(cpu_s, len(sound) / rate_hz))

    def close(self) -> None:
        """See Contender."""


Reads = Literal["text", "nothing"]
_NAMES: Final[Mapping[tuple[Hears, Reads], tuple[str, str]]] = {
    (Hears.SOUND_ALONE, "nothing"): ("visavis_ear", "sound alone; streaming"),
    (Hears.WORDS_TOO, "text"): ("visavis_text", "sound, its transcript beforehand; streaming"),
    (Hears.WORDS_AFTERWARDS, "text"): ("visavis_recording", "a whole recording, its transcript"),
    (Hears.WORDS_AFTERWARDS, "nothing"): ("visavis_whole", "a whole recording, sound alone"),
}


class ByEar:
    """Our ear: sound in pieces of 10 ms, alone or with the transcript beforehand."""

    def __init__(self, hears: Hears, reads: Reads) -> None:
        """Load the ear and the dictionary. Raises SetupError if the weights are missing."""
        self._hears = hears
        self._weights = reading_weights() if hears is Hears.WORDS_AFTERWARDS else ear_weights()
        self._lexicon = best_lexicon()
        self.needs_text = reads == "text"
        self.name, about = _NAMES[hears, reads]
        self.about = f"ours: {about}"

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """See Contender."""
        source = HeardSource(rate_hz, self._weights, self._lexicon, self._hears)
        began = time.process_time()
        source.read((text or "") if self.needs_text else "")
        spans: list[Span] = []
        push_ms: list[float] = []
        step = max(1, round(_HOP_S * rate_hz))
        for at in range(0, len(sound), step):
            pushed = time.perf_counter()
            spans += source.push(sound[at : at + step])
            push_ms.append(1_000.0 * (time.perf_counter() - pushed))
        spans += source.finish()
        cpu_s = time.process_time() - began
        late = round(source.delay_ms * rate_hz / 1_000.0)
        visemes = [span.viseme for span in spans]
        starts = [span.start_sample + late for span in spans]
        track = track_of(visemes, starts, len(sound) + late, rate_hz)
        compute = Compute(cpu_s, len(sound) / rate_hz, tuple(push_ms))
        return Result(track, source.delay_ms, compute)

    def close(self) -> None:
        """See Contender."""


class Natural:
    """Another contender's shapes through the natural pass at its defaults, all at once."""

    def __init__(self, inner: Contender) -> None:
        self._inner = inner
        self.name = f"{inner.name}_natural"
        self.about = f"{inner.about}; then our natural pass"
        self.needs_text = inner.needs_text

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """See Contender."""
        found = self._inner.run(sound, rate_hz, text)
        began = time.process_time()
        spans = naturalize(found.track.spans, found.track.rate_hz)
        cpu_s = found.compute.cpu_s + time.process_time() - began
        track = Track(spans, found.track.rate_hz)
        return Result(track, found.delay_ms, Compute(cpu_s, found.compute.sound_s))

    def close(self) -> None:
        """See Contender."""
        self._inner.close()


def spread(words: tuple[Spoken, ...]) -> Alignment:
    """Letters that share their word's time evenly: the least that a provider may know."""
    return _written(words, _evenly)


def by_phones(words: tuple[Spoken, ...]) -> Alignment:
    """Letters that begin with the phones they are written for: about what a provider knows."""
    return _written(words, _with_phones)


def _written(words: tuple[Spoken, ...], starts_of: Callable[[Spoken], list[float]]) -> Alignment:
    """The space behind a word lasts until the next one begins."""
    characters: list[str] = []
    starts_s: list[float] = []
    for spoken in words:
        characters += [*spoken.word.symbol, " "]
        starts_s += [*starts_of(spoken), spoken.word.end_s]
    ends_s = [*starts_s[1:], *starts_s[-1:]]
    return Alignment(
        tuple(characters),
        tuple(1_000.0 * start_s for start_s in starts_s),
        tuple(
            1_000.0 * max(0.0, end_s - at_s) for at_s, end_s in zip(starts_s, ends_s, strict=True)
        ),
        Times.STREAM,
    )


def _evenly(spoken: Spoken) -> list[float]:
    word = spoken.word
    return [float(at) for at in np.linspace(word.start_s, word.end_s, len(word.symbol) + 1)[:-1]]


def _with_phones(spoken: Spoken) -> list[float]:
    """Letters without a phone of their own share the time up to the next that has one."""
    word = spoken.word
    onsets = letter_model().onsets(word.symbol, [phone.symbol for phone in spoken.phones])
    anchors = {len(word.symbol): word.end_s}
    for letter, phone in zip(onsets, spoken.phones, strict=True):
        anchors.setdefault(letter, phone.start_s)
    letters = sorted(anchors)
    places = np.interp(range(len(word.symbol)), letters, [anchors[at] for at in letters])
    return [float(at) for at in places]
