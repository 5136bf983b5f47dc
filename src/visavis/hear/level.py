"""How loud is it, against the speaker and against the room? Quicker than any network. Pure.

A voice that stops falls by 24 dB within two 16 ms frames; Silero needs 60-70 ms more to believe it
(measured on the fit voices of the benchmark's corpus: medians of 20 and 90 ms behind the last
audible sample). But a closed mouth before a "t" is as quiet, so a dip says only: look now.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visavis.hear.audio import RATE_HZ

LEVEL_FRAME_SAMPLES = RATE_HZ * 16 // 1_000

_DROP_DB = 24.0
"""So far below the loudest recent syllable a voice is not heard any more."""

_ABOVE_ROOM_DB = 4.0
"""Noise wobbles by about this much."""

_FORGET_DB = 0.05
"""A frame: the loudest syllable counts less with time, 3 dB a second."""

_ROOM_UP_DB = 0.5
_ROOM_DOWN = 0.5
"""The room's level follows a quieter frame half the way at once, and rises by 31 dB a second: only
while nobody speaks, so a long vowel never becomes the room."""

_LOWEST_DB = -70.0


class LevelMeter:
    """Follows the level of one microphone in frames of LEVEL_FRAME_SAMPLES."""

    def __init__(self) -> None:
        self._voice_db = _LOWEST_DB
        self._room_db = _LOWEST_DB
        self.quiet_frames = 0
        """How many frames in a row were too quiet for a voice."""

    def push(self, frame: NDArray[np.float32], *, speaking: bool) -> None:
        """Take in float32 [LEVEL_FRAME_SAMPLES]; `speaking`: somebody is known to."""
        level_db = max(_LOWEST_DB, 10.0 * float(np.log10(np.mean(frame**2) + 1e-9)))
        if not speaking:
            self._follow_room(level_db)
        self._voice_db = max(level_db, self._voice_db - _FORGET_DB)
        quiet_db = max(self._voice_db - _DROP_DB, self._room_db + _ABOVE_ROOM_DB)
        self.quiet_frames = self.quiet_frames + 1 if level_db < quiet_db else 0

    def skip(self) -> None:
        """A frame of which only is known that it is nobody's voice: neither room nor speaker."""
        self.quiet_frames += 1

    def forget_voice(self) -> None:
        """A new turn may be spoken by somebody else, or from farther away."""
        self._voice_db = _LOWEST_DB

    def _follow_room(self, level_db: float) -> None:
        if level_db < self._room_db:
            self._room_db += (level_db - self._room_db) * _ROOM_DOWN
        else:
            self._room_db = min(level_db, self._room_db + _ROOM_UP_DB)
