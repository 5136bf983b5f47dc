"""The silences of recordings as the engine's own ears hear them. Blocking; no server, no clock.

What a microphone would deliver in real time is given to the same detector, gate, end-of-turn model
and speech to text at once, so a corpus takes a tenth of a second a silence. Deterministic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

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
from visavis.models import (
    MOONSHINE_TINY_DECODER,
    MOONSHINE_TINY_ENCODER,
    MOONSHINE_TINY_TOKENIZER,
    SILERO_VAD,
    SMART_TURN,
    ModelStore,
)
from visavis.session import SOFT_END_TAIL_SAMPLES

_BEFORE_SAMPLES = RATE_HZ * 6 // 10
_AFTER_SAMPLES = RATE_HZ * 2


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


def listen(recordings: Iterable[Recording], models: Models) -> Generator[Heard, None, None]:
    """Hear one recording after the other; a tenth of a second to half a second each."""
    for recording in recordings:
        yield hear(recording, models.vad.detector(), models.turn, models.stt)


def hear(
    recording: Recording,
    detector: VoiceDetector,
    turn: TurnModel,
    stt: SpeechToText,
    words: Callable[[str], float | None] = lambda _text: None,
) -> Heard:
    """The silences of one recording, with its room before and after it.

    `words` tells how likely a text is a whole turn, if anything does.
    """
    sound = _in_its_room(recording.sound)
    t0_sample = _BEFORE_SAMPLES + recording.speech_end_sample
    silences: list[Silence] = []
    first_sample: int | None = None
    for gap in _gaps(sound, detector):
        if first_sample is None:
            first_sample = gap.speech_sample
        spoken = sound[first_sample : gap.voice_end_sample + SOFT_END_TAIL_SAMPLES]
        text = stt.transcribe(spoken, lambda: False)
        signs = Signs(turn.p_end(spoken), words(text) if text else None, text)
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
