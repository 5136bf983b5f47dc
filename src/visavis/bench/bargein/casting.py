"""Who says what over which answer: scenes, dealt by a seed and spoken by the corpus' own voices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from visavis.bench.bargein.noises import NOISES, Noise, make_noise
from visavis.bench.bargein.trial import Intrusion, Kind, Scene
from visavis.bench.corpus.files import read_sound
from visavis.bench.corpus.pauses import silences
from visavis.bench.corpus.plan import Utterance, make_plan
from visavis.bench.corpus.room import LEAD_SAMPLES, TAIL_SAMPLES
from visavis.bench.corpus.selection import bar
from visavis.bench.corpus.speakers import Voice
from visavis.bench.corpus.studio import Note, Studio
from visavis.bench.corpus.texts import Text
from visavis.errors import SetupError
from visavis.hear.audio import RATE_HZ

KINDS = tuple(Kind)
"""In every three trials there is one of each, in an order that chance deals."""

EARLIEST_MS, LATEST_MS = 700.0, 2_500.0
"""When somebody speaks up, after the answer is first heard: in its middle, and not at its end."""

LONG_WORDS = ("story", "tale", "poem")
"""What is asked for takes more than a breath to answer."""

_LOUDEST_PEAK_DBFS, _SOFTEST_PEAK_DBFS = -3.0, -9.0
"""As loud as the corpus' speakers."""

_CUT_MS = 600
"""The silence put where a line is cut: longer than any that the voices make of their own."""

_NOISE_CALLED: Mapping[str, Noise] = {name: name for name in NOISES}

_SEEDS: int = 2**31


class Lines(BaseModel):
    """What lines.yaml holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interruptions: tuple[str, ...]
    acknowledgements: tuple[str, ...]
    coughs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One intrusion before it is sound: a line for a voice, or a noise."""

    kind: Kind
    question: Utterance
    after_ms: float
    utterance: Utterance | None
    noise: Noise | None
    peak_dbfs: float
    seed: int

    @property
    def words(self) -> str:
        """What is said, or which noise is made."""
        if self.utterance is None:
            return str(self.noise)
        return self.utterance.text.parts[0]


@cache
def load_lines() -> Lines:
    """Return the lines."""
    source = resources.files("visavis.bench.bargein") / "lines.yaml"
    return Lines.model_validate(yaml.safe_load(source.read_text("utf-8")))


def questions(plan: Sequence[Utterance]) -> list[Utterance]:
    """Those of Pip's open requests, by neural voices of `test`, that take long to answer."""
    return [
        u
        for u in plan
        if u.voice.kind == "neural"
        and u.voice.split == "test"
        and u.text.fact is None
        and "pip" in u.text.to
        and not u.text.n_pauses
        and any(word in u.text.say.lower() for word in LONG_WORDS)
    ]


def cast_parts(plan: Sequence[Utterance], n: int, seed: int) -> list[Part]:
    """Deal `n` intrusions; the same for the same plan and seed. Pure.

    Whoever asks is who speaks up. Lines and noises are dealt in turn, so that each comes as often.

    Raises:
        SetupError: the plan has no question that fits.
    """
    asked = questions(plan)
    if not asked:
        raise SetupError("The corpus has no long questions.", hint="See docs/corpus.md")
    random = np.random.default_rng(seed)
    order = _dealt(len(asked), random)
    lines = load_lines()
    texts = {
        Kind.INTERRUPTION: lines.interruptions,
        Kind.ACKNOWLEDGEMENT: lines.acknowledgements,
        Kind.COUGH: (*lines.coughs, *NOISES),
    }
    said = {kind: _dealt(len(of_kind), random) for kind, of_kind in texts.items()}
    kinds = _dealt(len(KINDS), random)
    parts: list[Part] = []
    for _ in range(n):
        kind = KINDS[next(kinds)]
        question = asked[next(order)]
        peak_dbfs = round(float(random.uniform(_SOFTEST_PEAK_DBFS, _LOUDEST_PEAK_DBFS)), 1)
        own_seed = int(random.integers(_SEEDS))
        after_ms = float(random.uniform(EARLIEST_MS, LATEST_MS))
        text = texts[kind][next(said[kind])]
        noise = _NOISE_CALLED.get(text)
        utterance = None if noise is not None else _line(text, question.voice, peak_dbfs)
        parts.append(Part(kind, question, after_ms, utterance, noise, peak_dbfs, own_seed))
    return parts


def make_scenes(n: int, seed: int, studio: Studio, note: Note) -> list[Scene]:
    """Deal `n` scenes and record what of them is not in the corpus' folder yet.

    Raises:
        SetupError: weights of the voices are missing. EngineError: a voice failed.
    """
    parts = cast_parts(make_plan(), n, seed)
    spoken = [part.utterance for part in parts if part.utterance is not None]
    wanted = {u.utterance_id: u for u in [*spoken, *(part.question for part in parts)]}
    if not studio.has(wanted.values()):
        with bar("Recording what is said over answers") as show:
            studio.record(list(wanted.values()), show, note)
    return [_scene(part, studio) for part in parts]


def _scene(part: Part, studio: Studio) -> Scene:
    if part.utterance is not None:
        sound = said_first(part.utterance, read_sound(studio.clean_path(part.utterance)))
    elif part.noise is not None:
        sound = make_noise(part.noise, part.seed, part.peak_dbfs)
    else:
        raise AssertionError("an intrusion is a line or a noise")
    intrusion = Intrusion(part.kind, part.words, sound)
    return Scene(studio.load(part.question), intrusion, part.after_ms)


def said_first(utterance: Utterance, clean: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is said before the `|`, of float32 [n] at 16 kHz; all of it if there is none. Pure."""
    if not utterance.text.n_pauses:
        return clean
    cuts = silences(clean, _CUT_MS * RATE_HZ // 1_000 - TAIL_SAMPLES)
    return clean[: cuts[0][0] + LEAD_SAMPLES] if cuts else clean


def _line(say: str, voice: Voice, peak_dbfs: float) -> Utterance:
    """A line as the studio takes it: in a quiet room, for the question's room is put around it."""
    key = hashlib.sha256(repr((say, voice.name, peak_dbfs)).encode()).hexdigest()[:12]
    text = Text(say=say)
    return Utterance(
        utterance_id=f"bargein-{key}",
        text=text,
        voice=voice,
        noise="quiet",
        pauses_ms=(_CUT_MS,) * text.n_pauses,
        peak_dbfs=peak_dbfs,
        speed=1.0,
        seed=0,
    )


def _dealt(n: int, random: np.random.Generator) -> Iterator[int]:
    """0 … n-1, shuffled, again and again."""
    while True:
        yield from random.permutation(n).tolist()
