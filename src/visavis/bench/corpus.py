"""Spoken questions whose last voiced sample is known exactly."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Literal

import numpy as np
import soxr
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, TypeAdapter

from visavis.hear.audio import RATE_HZ
from visavis.lips.timeline import words_from_phones
from visavis.voice.playout import trim_lead_in
from visavis.voice.tts import TextToSpeech, VoiceStyle

_AUDIBLE = 0.01
_ROOM_LEVEL = 1e-4
_STYLES = (
    VoiceStyle(0.0, 1.0),
    VoiceStyle(2.0, 1.1),
    VoiceStyle(-2.0, 0.95),
    VoiceStyle(3.5, 1.0),
)
"""One Piper voice at four pitches and tempos. Nothing in `hear` was fitted to it."""


class Question(BaseModel):
    """One line of a corpus file. `|` in `say` is a pause to think."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    say: str
    fact: str | None = None
    expect: Literal["fact", "llm"] = "fact"

    @property
    def kind(self) -> Literal["knowledge", "llm"]:
        """Which kind of turn it is meant to be."""
        return "knowledge" if self.fact is not None else "llm"


@dataclass(frozen=True, slots=True)
class Recording:
    """A question as sound: float32 [n] at 16 kHz.

    `speech_end_sample` is t0, just after the last audible sample; `pauses` are the silences
    [start, end) that the speaker makes inside.
    """

    question: Question
    sound: NDArray[np.float32]
    speech_end_sample: int
    pauses: tuple[tuple[int, int], ...]


def load_questions(name: str) -> list[Question]:
    """The questions of `bench/corpora/<name>.yaml`."""
    source = resources.files("visavis.bench.corpora") / f"{name}.yaml"
    return TypeAdapter(list[Question]).validate_python(yaml.safe_load(source.read_text("utf-8")))


async def record(question: Question, index: int, tts: TextToSpeech, seed: int) -> Recording:
    """Speak a question; the same index and seed give the same sound up to the voice's own noise."""
    random = np.random.default_rng([seed, index])
    parts = [part.strip() for part in question.say.split("|")]
    voiced = await tts.speak(" ".join(parts), _STYLES[index % len(_STYLES)])
    sound, phones = trim_lead_in(voiced)
    words = words_from_phones(" ".join(parts), phones, len(sound))
    cuts: list[int] = []
    n_words = 0
    for part in parts[:-1]:
        n_words += len(part.split())
        cuts.append(words[n_words - 1].end_sample)
    pieces: list[NDArray[np.float32]] = []
    pauses: list[tuple[int, int]] = []
    n_samples = 0
    for piece in np.split(sound, cuts):
        heard = soxr.resample(piece, voiced.rate_hz, RATE_HZ).astype(np.float32)
        pieces.append(heard)
        n_samples += len(heard)
        if len(pauses) < len(cuts):
            silence = int(random.integers(250, 600)) * RATE_HZ // 1_000
            pieces.append(np.zeros(silence, dtype=np.float32))
            pauses.append((n_samples, n_samples + silence))
            n_samples += silence
    joined = np.concatenate(pieces)
    audible = np.flatnonzero(np.abs(joined) > _AUDIBLE)
    room = random.normal(0.0, _ROOM_LEVEL, len(joined)).astype(np.float32)
    return Recording(question, joined + room, int(audible[-1]) + 1, tuple(pauses))
