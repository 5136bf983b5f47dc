"""Which text is said by whom, with which pauses, in which room. Pure: the same plan everywhere.

A stratum is a number of utterances of one kind for one side of the split. Inside it, shares are met
by count and not by chance (pauses, groups of numbers, noises), and chance only deals the cards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice
from typing import Literal, TypeVar, get_args

import numpy as np

from visavis.bench.corpus.speakers import Voice, load_voices
from visavis.bench.corpus.texts import Text, load_texts
from visavis.bench.recording import SpeakerKind, Split

Noise = Literal["quiet", "office", "stand"]
"""The rooms of room.py, equally common."""

NOISES: tuple[Noise, ...] = get_args(Noise)

Item = TypeVar("Item")

SEED = 20_261
PAUSED_SHARE = 0.43
"""Of all utterances; a voice's own pauses of 200 ms or more come on top."""
GROUPS_SHARE = 0.09
"""Numbers and spellings read in groups."""
SHORTEST_PAUSE_MS = 205
LONGEST_PAUSE_MS = 900
_LOUDEST_PEAK_DBFS, _SOFTEST_PEAK_DBFS = -3.0, -9.0
_SPEEDS = (0.92, 1.0, 1.08)
_SEEDS: int = 2**31


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing to record. `pauses_ms` has one entry for every `|` of the text."""

    utterance_id: str
    text: Text
    voice: Voice
    noise: Noise
    pauses_ms: tuple[int, ...]
    peak_dbfs: float
    speed: float
    seed: int
    """Of the room noise."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """How many utterances of one question file, kind of voice and split."""

    texts: str
    kind: SpeakerKind
    split: Split
    n: int
    more: str = ""
    """Tells its utterances from those of an older stratum of the same kind."""


STRATA = (
    Stratum("pip", "neural", "test", 112),
    Stratum("support", "neural", "test", 42),
    Stratum("museum", "neural", "test", 42),
    Stratum("open", "neural", "test", 210),
    Stratum("pip", "neural", "fit", 45),
    Stratum("support", "neural", "fit", 17),
    Stratum("museum", "neural", "fit", 17),
    Stratum("open", "neural", "fit", 84),
    Stratum("pip", "classic", "test", 18),
    Stratum("support", "classic", "test", 6),
    Stratum("museum", "classic", "test", 6),
    Stratum("open", "classic", "test", 32),
    # Ten voices and 163 sentences were too few to fit a rule on: it was surer there than elsewhere.
    Stratum("pip", "neural", "fit", 110, more="-more"),
    Stratum("support", "neural", "fit", 45, more="-more"),
    Stratum("museum", "neural", "fit", 45, more="-more"),
    Stratum("open", "neural", "fit", 200, more="-more"),
)


@cache
def make_plan() -> tuple[Utterance, ...]:
    """Return all utterances, stratum after stratum."""
    return tuple(u for number, stratum in enumerate(STRATA) for u in _deal(stratum, number))


def _deal(stratum: Stratum, number: int) -> Iterator[Utterance]:
    random = np.random.default_rng([SEED, number])
    texts = _texts(stratum, random)
    voices = _voices(stratum, texts, random)
    pauses_ms = iter(_pauses_ms(sum(text.n_pauses for text in texts), random))
    rooms: list[Noise] = [NOISES[index % len(NOISES)] for index in range(len(texts))]
    noises = _shuffled(rooms, random)
    for index, (text, voice, noise) in enumerate(zip(texts, voices, noises, strict=True)):
        yield Utterance(
            utterance_id=f"{stratum.split}-{stratum.kind}-{stratum.texts}{stratum.more}-{index:03d}",
            text=text,
            voice=voice,
            noise=noise,
            pauses_ms=tuple(islice(pauses_ms, text.n_pauses)),
            peak_dbfs=round(float(random.uniform(_SOFTEST_PEAK_DBFS, _LOUDEST_PEAK_DBFS)), 1),
            speed=_SPEEDS[int(random.integers(len(_SPEEDS)))],
            seed=int(random.integers(_SEEDS)),
        )


def _texts(stratum: Stratum, random: np.random.Generator) -> list[Text]:
    """The stratum's share of paused and of grouped texts, every text as often as any other."""
    texts = load_texts(stratum.texts)
    n_groups = round(GROUPS_SHARE * stratum.n)
    n_paused = round(PAUSED_SHARE * stratum.n) - n_groups
    counts: list[tuple[int, Callable[[Text], bool]]] = [
        (n_groups, lambda text: text.reads == "groups"),
        (n_paused, lambda text: text.reads != "groups" and text.n_pauses > 0),
        (stratum.n - n_paused - n_groups, lambda text: text.n_pauses == 0),
    ]
    dealt: list[Text] = []
    for count, fits in counts:
        pile = _shuffled([text for text in texts if fits(text)], random)
        dealt += islice(cycle(pile), count)
    return _shuffled(dealt, random)


def _voices(stratum: Stratum, texts: Sequence[Text], random: np.random.Generator) -> list[Voice]:
    """The voices in turn; nobody says the same text twice while another voice has not said it."""
    able = [v for v in load_voices() if v.kind == stratum.kind and v.split == stratum.split]
    waiting = _shuffled(able, random)
    said: set[tuple[str, str]] = set()
    chosen: list[Voice] = []
    for text in texts:
        voice = next((v for v in waiting if (v.name, text.say) not in said), waiting[0])
        waiting.remove(voice)
        waiting.append(voice)
        said.add((voice.name, text.say))
        chosen.append(voice)
    return chosen


def _pauses_ms(n: int, random: np.random.Generator) -> list[int]:
    """`n` lengths spread evenly from the shortest to the longest, shuffled."""
    lengths = [round(float(at)) for at in np.linspace(SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS, n)]
    return _shuffled(lengths, random)


def _shuffled(items: Sequence[Item], random: np.random.Generator) -> list[Item]:
    return [items[index] for index in random.permutation(len(items))]
