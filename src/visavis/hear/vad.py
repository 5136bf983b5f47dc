"""Is somebody speaking? Silero's probability per frame; hear/gate.py makes turns of it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.hear.audio import RATE_HZ

FRAME_SAMPLES = 512
"""Silero v5 takes 32 ms at 16 kHz and nothing else."""

_CONTEXT_SAMPLES = 64


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
