"""Is somebody speaking? Silero's probability per frame, and a gate that makes turns of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.hear.audio import RATE_HZ

FRAME_SAMPLES = 512
"""Silero v5 takes 32 ms at 16 kHz and nothing else."""

_CONTEXT_SAMPLES = 64
_FRAME_MS = 1_000.0 * FRAME_SAMPLES / RATE_HZ


class VoiceDetector(Protocol):
    """One microphone's detector: stateful, about 0.1 ms a call, so it is never cancelled."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        """Probability 0…1 that this frame, float32 [512] at 16 kHz, holds speech."""
        ...


class SileroModel:
    """The shared weights; `detector()` makes one stateful detector per microphone."""

    def __init__(self, path: Path) -> None:
        from visavis.onnx import OnnxModel  # noqa: PLC0415 - the gateway has no onnxruntime

        self._model = OnnxModel(path, n_threads=1)

    def detector(self) -> SileroDetector:
        """A detector with fresh state."""
        return SileroDetector(self)

    def run(
        self, samples: NDArray[np.float32], state: NDArray[np.float32]
    ) -> tuple[float, NDArray[np.float32]]:
        """One step: `samples` [1, 64 + 512], `state` [2, 1, 128] -> probability, new state."""
        rate = np.array(RATE_HZ, dtype=np.int64)
        output, new_state = self._model.run({"input": samples, "state": state, "sr": rate})
        return float(output[0, 0]), new_state


class SileroDetector:
    """Silero v5 with the 64 samples of context and the recurrent state of one microphone."""

    def __init__(self, model: SileroModel) -> None:
        self._model = model
        self._state = np.zeros((2, 1, 128), dtype=np.float32)
        self._context = np.zeros(_CONTEXT_SAMPLES, dtype=np.float32)

    def probability(self, frame: NDArray[np.float32]) -> float:
        """See `VoiceDetector.probability`."""
        samples = np.concatenate([self._context, frame])[None].astype(np.float32)
        self._context = samples[0, -_CONTEXT_SAMPLES:]
        probability, self._state = self._model.run(samples, self._state)
        return probability


class _Gate(Enum):
    CLOSED = "closed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """Speech began at microphone sample `sample` (a little before it was loud)."""

    sample: int


@dataclass(frozen=True, slots=True)
class VoicePaused:
    """The last voiced frame ended at `sample`; `silence_ms` have passed since."""

    sample: int
    silence_ms: float


class VoiceGate:
    """Hysteresis over frame probabilities: two voiced frames open it, three silent ones close it.

    Silero's own example opens at .5 and closes .15 lower; 96 ms is the shortest silence that is
    not just the closure of a stop (mean 70-90 ms).
    """

    OPEN_AT = 0.5
    CLOSE_AT = 0.35
    OPEN_FRAMES = 2
    CLOSE_FRAMES = 3
    LEAD_IN_SAMPLES = RATE_HZ * 240 // 1_000  # soft first consonants come before the VAD sees them

    def __init__(self) -> None:
        self._gate = _Gate.CLOSED
        self._run = 0
        self._end_sample = 0

    def push(self, probability: float, end_sample: int) -> VoiceStarted | VoicePaused | None:
        """Take in the probability of the frame that ends at microphone sample `end_sample`.

        Says when speech starts or pauses.
        """
        self._end_sample = end_sample
        if self._gate is _Gate.CLOSED:
            self._run = self._run + 1 if probability >= self.OPEN_AT else 0
            if self._run < self.OPEN_FRAMES:
                return None
            onset = self._end_sample - self._run * FRAME_SAMPLES
            self._switch(_Gate.OPEN)
            return VoiceStarted(max(0, onset - self.LEAD_IN_SAMPLES))
        self._run = self._run + 1 if probability < self.CLOSE_AT else 0
        if self._run < self.CLOSE_FRAMES:
            return None
        return self._close()

    def flush(self) -> VoicePaused | None:
        """The microphone was muted or closed: whoever spoke has paused now."""
        return self._close() if self._gate is _Gate.OPEN else None

    def _close(self) -> VoicePaused:
        silent = self._run
        self._switch(_Gate.CLOSED)
        return VoicePaused(self._end_sample - silent * FRAME_SAMPLES, silent * _FRAME_MS)

    def _switch(self, gate: _Gate) -> None:
        self._gate = gate
        self._run = 0
