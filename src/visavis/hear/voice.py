"""One microphone's voice: sound in, changes out. Detector, level meter and gate put together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from visavis.hear.audio import Framer
from visavis.hear.gate import Attention, Change, VoiceGate
from visavis.hear.level import LEVEL_FRAME_SAMPLES, LevelMeter
from visavis.hear.vad import VoiceDetector

IsEcho = Callable[[NDArray[np.float32], int], bool]
"""Whether a level frame, and the sample where it ends, may be the character's own voice."""


def no_echo(_frame: NDArray[np.float32], _end_sample: int) -> bool:
    """There are headphones, or nobody plays anything."""
    return False


class VoiceTracker:
    """Blocking as its detector is; the result does not depend on how the sound is cut.

    `is_echo` is asked once for each level frame, in order. What is echo counts as silence for the
    gate; detector and meter go on listening, so that they know a person at once.
    """

    def __init__(self, detector: VoiceDetector, is_echo: IsEcho = no_echo) -> None:
        self._detector = detector
        self._is_echo = is_echo
        self._meter = LevelMeter()
        self._gate = VoiceGate()
        self._framer = Framer(LEVEL_FRAME_SAMPLES)
        self._half: NDArray[np.float32] | None = None  # a level frame that waits for its pair
        self._half_is_echo = False
        self._end_sample = 0

    @property
    def end_sample(self) -> int:
        """Where the last judged frame ends."""
        return self._end_sample

    def push(self, sound: NDArray[np.float32]) -> list[Change]:
        """Take in float32 [n] at 16 kHz."""
        changes: list[Change] = []
        for frame in self._framer.push(sound):
            self._end_sample += len(frame)
            changes += self._judge(frame)
        return changes

    def attend(self, attention: Attention) -> None:
        """How easily the gate opens from now on."""
        self._gate.attention = attention

    def skip(self, n_samples: int) -> None:
        """So much sound never came; what waited for a whole frame is skipped too."""
        self._end_sample += n_samples + self._framer.n_waiting
        self._framer.clear()
        if self._half is not None:
            self._half = None

    def flush(self) -> list[Change]:
        """The microphone was muted or closed."""
        return self._gate.flush()

    def _judge(self, frame: NDArray[np.float32]) -> list[Change]:
        """A level frame, and with every second one a frame for the detector."""
        echo = self._is_echo(frame, self._end_sample)
        if echo:
            self._meter.skip()
        else:
            self._meter.push(frame, speaking=self._gate.speaking)
        changes = self._gate.level(self._meter.quiet_frames, self._end_sample)
        if self._half is None:
            self._half, self._half_is_echo = frame, echo
            return changes
        whole, self._half = np.concatenate([self._half, frame]), None
        probability = self._detector.probability(whole)
        if echo or self._half_is_echo:
            probability = 0.0
        return changes + self._gate.push(probability, self._end_sample)
