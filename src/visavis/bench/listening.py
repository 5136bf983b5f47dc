"""The silences of recordings as the engine's own ears hear them. Blocking; no server, no clock.

What a microphone would deliver in real time is given to the same detector, gate, end-of-turn model
and speech to text at once, so a corpus takes a tenth of a second a silence. Deterministic.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.bench.corpus.room import room_after
from visavis.bench.recording import Recording
from visavis.bench.tradeoff import Heard, Silence
from visavis.hear.audio import RATE_HZ, Framer
from visavis.hear.smart_turn import SmartTurn, TurnModel
from visavis.hear.stt import Moonshine, SpeechToText
from visavis.hear.vad import (
    FRAME_SAMPLES,
    SileroModel,
    VoiceDetector,
    VoiceGate,
    VoicePaused,
    VoiceStarted,
)
from visavis.models import (
    MOONSHINE_TINY_DECODER,
    MOONSHINE_TINY_ENCODER,
    MOONSHINE_TINY_TOKENIZER,
    SILERO_VAD,
    SMART_TURN,
    ModelStore,
)

_BEFORE_SAMPLES = RATE_HZ * 6 // 10
_AFTER_SAMPLES = RATE_HZ * 2


@dataclass(frozen=True, slots=True)
class Models:
    """What it takes to listen; `vad` is shared, each recording gets a detector of its own."""

    vad: SileroModel
    turn: TurnModel
    stt: SpeechToText


def load_models(store: ModelStore, n_threads: int = 2) -> Models:
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
    recording: Recording, detector: VoiceDetector, turn: TurnModel, stt: SpeechToText
) -> Heard:
    """The silences of one recording, with its room before and after it."""
    sound = _in_its_room(recording.sound)
    t0_sample = _BEFORE_SAMPLES + recording.speech_end_sample
    silences: list[Silence] = []
    first_sample: int | None = None
    for gap in _gaps(sound, detector):
        if first_sample is None:
            first_sample = gap.speech_sample
        spoken = sound[first_sample : gap.voice_end_sample]
        text = stt.transcribe(spoken, lambda: False)
        p_end = turn.p_end(spoken)
        if not text:
            first_sample = None  # a noise, not words: the session forgets that turn
        silences.append(
            Silence(
                _ms(gap.voice_end_sample - t0_sample),
                _ms(gap.soft_end_sample - t0_sample),
                math.inf if gap.resumed_sample is None else _ms(gap.resumed_sample - t0_sample),
                p_end,
                text,
            )
        )
    return Heard(recording, tuple(silences))


@dataclass(frozen=True, slots=True)
class _Gap:
    """In samples: where the speech before it began, where its voice ended, when the gate said so,
    and when it noticed that the voice went on."""

    speech_sample: int
    voice_end_sample: int
    soft_end_sample: int
    resumed_sample: int | None


def _gaps(sound: NDArray[np.float32], detector: VoiceDetector) -> list[_Gap]:
    gate, gaps = VoiceGate(), list[_Gap]()
    started: VoiceStarted | None = None
    paused: tuple[VoiceStarted, VoicePaused, int] | None = None
    for index, frame in enumerate(Framer(FRAME_SAMPLES).push(sound)):
        now_sample = (index + 1) * FRAME_SAMPLES
        match gate.push(detector.probability(frame), now_sample):
            case VoiceStarted() as change:
                if paused is not None:
                    gaps.append(_gap(paused, now_sample))
                started, paused = change, None
            case VoicePaused() as change if started is not None:
                paused = (started, change, now_sample)
            case _:
                pass
    return gaps if paused is None else [*gaps, _gap(paused, None)]


def _gap(paused: tuple[VoiceStarted, VoicePaused, int], resumed_sample: int | None) -> _Gap:
    started, change, soft_end_sample = paused
    return _Gap(started.sample, change.sample, soft_end_sample, resumed_sample)


def _in_its_room(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """The room goes on before and after it, as when the harness asks."""
    room = room_after(sound, _BEFORE_SAMPLES + _AFTER_SAMPLES, seed=0)
    return np.concatenate([room[:_BEFORE_SAMPLES], sound, room[_BEFORE_SAMPLES:]])


def _ms(n_samples: int) -> float:
    return n_samples * 1_000.0 / RATE_HZ
