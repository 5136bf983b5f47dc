"""The silences of recordings as the engine's own ears hear them. No server, no clock.

What a microphone would deliver in real time is given to the same detector, gate, end-of-turn model,
speech to text, language model and knowledge at once, so a corpus takes half a second a recording.
Deterministic.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from visavis.bench.corpus.room import room_after
from visavis.bench.recording import Recording
from visavis.bench.tradeoff import Heard, Silence
from visavis.hear.audio import RATE_HZ, Framer
from visavis.hear.gate import VoiceGone, VoicePaused, VoiceStarted
from visavis.hear.level import LEVEL_FRAME_SAMPLES
from visavis.hear.smart_turn import SmartTurn, TurnModel
from visavis.hear.stt import Moonshine, SpeechToText
from visavis.hear.turn import Signs
from visavis.hear.vad import SileroModel, VoiceDetector
from visavis.hear.voice import VoiceTracker
from visavis.hear.words import JudgedWords, RememberedWords, WordsModel
from visavis.models import (
    MOONSHINE_TINY_DECODER,
    MOONSHINE_TINY_ENCODER,
    MOONSHINE_TINY_TOKENIZER,
    SILERO_VAD,
    SMART_TURN,
    SMOLLM2,
    ModelStore,
)
from visavis.reply.knowledge import Knowledge
from visavis.reply.llm_local import LlamaCpp
from visavis.reply.persona import load_persona
from visavis.serve.engines import load_embedder
from visavis.turns import SOFT_END_TAIL_SAMPLES

_BEFORE_SAMPLES = RATE_HZ * 6 // 10
_AFTER_SAMPLES = RATE_HZ * 2
_SOMEBODY = "pip"
"""Who is asked what may be asked of anybody."""


@dataclass(frozen=True, slots=True)
class Models:
    """What it takes to listen; `vad` is shared, each recording gets a detector of its own."""

    vad: SileroModel
    turn: TurnModel
    stt: SpeechToText


def load_models(store: ModelStore, n_threads: int = 1) -> Models:
    """The models that the server listens with.

    Raises:
        ModelMissingError: weights are not in the store.
        EngineError: a model can't be loaded.
    """
    return Models(
        SileroModel(store.path(SILERO_VAD)),
        SmartTurn(store.path(SMART_TURN)),
        Moonshine(
            encoder=store.path(MOONSHINE_TINY_ENCODER),
            decoder=store.path(MOONSHINE_TINY_DECODER),
            tokenizer=store.path(MOONSHINE_TINY_TOKENIZER),
            n_threads=n_threads,
        ),
    )


@dataclass(frozen=True, slots=True)
class Judges:
    """What else the engine knows of words."""

    p_words: Callable[[str], float | None]
    """How likely they are a whole turn."""
    likeness: Callable[[Recording, str], float]
    """How like a question they are that the persona knows, who is asked in this recording."""


async def listen(recordings: Iterable[Recording]) -> list[Heard]:
    """Hear them as the server does, one after the other; half a second each.

    Raises:
        ModelMissingError: weights are not in the store.
        EngineError: a model can't be loaded, or failed.
    """
    store = ModelStore()
    models = load_models(store)
    llm = LlamaCpp(store.path(SMOLLM2))
    judges = _judges(store, JudgedWords(llm.p_sentence_end), asyncio.get_running_loop())
    try:
        return [
            await asyncio.to_thread(
                hear, one, models.vad.detector(), models.turn, models.stt, judges
            )
            for one in recordings
        ]
    finally:
        await llm.aclose()


def _judges(store: ModelStore, words: WordsModel, loop: asyncio.AbstractEventLoop) -> Judges:
    remembered, embedder = RememberedWords(words), load_embedder(store)

    @cache
    def knowledge(persona: str) -> Knowledge:
        return Knowledge(load_persona(persona), embedder)

    def p_words(text: str) -> float | None:
        return asyncio.run_coroutine_threadsafe(remembered.p_complete(text), loop).result()

    def likeness(recording: Recording, text: str) -> float:
        asked = knowledge(recording.question.persona or _SOMEBODY)
        return max(0.0, asked.look_up(text).evidence.phrasing)

    return Judges(p_words, likeness)


def hear(
    recording: Recording,
    detector: VoiceDetector,
    turn: TurnModel,
    stt: SpeechToText,
    judges: Judges | None = None,
) -> Heard:
    """The silences of one recording, with its room before and after it."""
    sound = _in_its_room(recording.sound)
    t0_sample = _BEFORE_SAMPLES + recording.speech_end_sample
    silences: list[Silence] = []
    first_sample: int | None = None
    for gap in _gaps(sound, detector):
        if first_sample is None:
            first_sample = gap.speech_sample
        spoken = sound[first_sample : gap.voice_end_sample + SOFT_END_TAIL_SAMPLES]
        text = stt.transcribe(spoken, lambda: False)
        asked = judges if text else None
        signs = Signs(
            turn.p_end(spoken),
            None if asked is None else asked.p_words(text),
            text,
            None if asked is None else asked.likeness(recording, text),
        )
        if not text and gap.certain_sample < gap.resumed_sample:
            first_sample = None  # a noise, not words: the session forgets that turn
        silences.append(
            Silence(
                voice_end_ms=_ms(gap.voice_end_sample - t0_sample),
                soft_end_ms=_ms(gap.soft_end_sample - t0_sample),
                resumed_ms=_ms(gap.resumed_sample - t0_sample),
                certain_ms=_ms(gap.certain_sample - t0_sample),
                signs=signs,
            )
        )
    return Heard(recording, tuple(silences))


@dataclass(slots=True)
class _Gap:
    """In samples: where the speech before it began and its voice ended, when the gate said so, when
    the detector agreed, and when it was noticed that the voice went on; infinite if never."""

    speech_sample: int
    voice_end_sample: int
    soft_end_sample: int
    certain_sample: float = math.inf
    resumed_sample: float = math.inf


def _gaps(sound: NDArray[np.float32], detector: VoiceDetector) -> list[_Gap]:
    tracker, gaps, speech_sample = VoiceTracker(detector), list[_Gap](), 0
    for frame in Framer(LEVEL_FRAME_SAMPLES).push(sound):
        for change in tracker.push(frame):
            now_sample = tracker.end_sample
            match change:
                case VoiceStarted(sample):
                    speech_sample = sample
                    if gaps:
                        gaps[-1].resumed_sample = now_sample
                case VoicePaused(sample):
                    if gaps:  # a burst behind the dip: what was prepared in it is taken back
                        gaps[-1].resumed_sample = min(gaps[-1].resumed_sample, now_sample)
                    gaps.append(_Gap(speech_sample, sample, now_sample))
                case VoiceGone():
                    gaps[-1].certain_sample = now_sample
    return gaps


def _in_its_room(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """The room goes on before and after it, as when the harness asks."""
    room = room_after(sound, _BEFORE_SAMPLES + _AFTER_SAMPLES, seed=0)
    return np.concatenate([room[:_BEFORE_SAMPLES], sound, room[_BEFORE_SAMPLES:]])


def _ms(n_samples: float) -> float:
    return n_samples * 1_000.0 / RATE_HZ
