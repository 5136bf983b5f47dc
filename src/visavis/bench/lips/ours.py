"""Our own sources as contenders, and the natural pass behind any other."""

from __future__ import annotations

import time

from visavis.bench.lips.contender import Compute, Contender, Result, Sound
from visavis.bench.lips.phone_sets import Label
from visavis.bench.lips.sphinx import ForcedAlignment
from visavis.bench.lips.track import Track, track_of
from visavis.ear_weights import ear_weights
from visavis.lips.alignment import Alignment
from visavis.lips.characters import CharacterSource, Times
from visavis.lips.heard import HeardSource, Hears
from visavis.lips.lipsync import LipSync
from visavis.lips.natural import naturalize
from visavis.lips.spans import Span
from visavis.models.lexicon import best_lexicon

_PUSH_S = 0.02
_HOP_S = 0.01


class Characters:
    """Characters with times, as a provider sends them, through LipSync.

    Real speech has no provider: PocketSphinx says when each word is spoken, and its letters share
    the word's time evenly, which is less than a provider knows.
    """

    name = "visavis_characters"
    about = "ours: letters spread over words that PocketSphinx timed, and sound"
    needs_text = True

    def __init__(self) -> None:
        """Load the aligner and the dictionary. Raises SetupError if PocketSphinx is missing."""
        self._aligner = ForcedAlignment()
        self._lexicon = best_lexicon()

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """See Contender. The first push has all characters, later ones have 20 ms of sound."""
        said = spread(self._aligner.words(sound, rate_hz, text))
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
    about = "ours: the same letters, before sound and natural pass"
    needs_text = True

    def __init__(self) -> None:
        """Load the aligner and the dictionary. Raises SetupError if PocketSphinx is missing."""
        self._aligner = ForcedAlignment()
        self._lexicon = best_lexicon()

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """See Contender."""
        said = spread(self._aligner.words(sound, rate_hz, text))
        began = time.process_time()
        source = CharacterSource(rate_hz, self._lexicon, times=said.times)
        spans = (
            *source.push(said.characters, said.starts_ms, said.durations_ms),
            *source.finish(),
        )
        cpu_s = time.process_time() - began
        visemes, starts = [span.viseme for span in spans], [span.start_sample for span in spans]
        track = track_of(visemes, starts, len(sound), rate_hz)
        return Result(track, 0.0, Compute(cpu_s, len(sound) / rate_hz))

    def close(self) -> None:
        """See Contender."""


class ByEar:
    """Our ear as it streams: sound in pieces of 10 ms, alone or with the transcript beforehand."""

    def __init__(self, hears: Hears) -> None:
        """Load the ear and the dictionary. Raises SetupError if the weights are missing."""
        self._hears = hears
        self._weights = ear_weights()
        self._lexicon = best_lexicon()
        self.needs_text = hears is Hears.WORDS_TOO

    @property
    def name(self) -> str:
        """See Contender."""
        return "visavis_text" if self.needs_text else "visavis_ear"

    @property
    def about(self) -> str:
        """See Contender."""
        knows = "sound, with its transcript beforehand" if self.needs_text else "sound alone"
        return f"ours: {knows}; streaming"

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """See Contender."""
        source = HeardSource(rate_hz, self._weights, self._lexicon, self._hears)
        began = time.process_time()
        source.read(text or "")
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


def spread(words: tuple[Label, ...]) -> Alignment:
    """Letters of words with times; the space behind a word lasts until the next one begins."""
    characters: list[str] = []
    starts_ms: list[float] = []
    durations_ms: list[float] = []
    for index, word in enumerate(words):
        start_ms, end_ms = 1_000.0 * word.start_s, 1_000.0 * word.end_s
        each_ms = (end_ms - start_ms) / len(word.symbol)
        for place, letter in enumerate(word.symbol):
            characters.append(letter)
            starts_ms.append(start_ms + place * each_ms)
            durations_ms.append(each_ms)
        following_ms = 1_000.0 * words[index + 1].start_s if index + 1 < len(words) else end_ms
        characters.append(" ")
        starts_ms.append(end_ms)
        durations_ms.append(max(0.0, following_ms - end_ms))
    return Alignment(tuple(characters), tuple(starts_ms), tuple(durations_ms), Times.STREAM)
