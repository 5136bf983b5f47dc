"""How loud speech is, moment by moment, against its own loud parts and its room. Pure, streaming.

Text and timestamps say which shape a mouth has; whether anything is said at all, the sound decides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FRAME_MS = 10.0
"""The grid of every figure in lips.md's sense: 100 a second."""

BELOW_LOUD_DB = 26.0
"""So far below the loud parts nothing is said: 5 % of their amplitude."""

ABOVE_ROOM_DB = 5.0
"""What is hardly louder than the room is the room; noise wobbles by about this much."""

SURELY_SAID_DB = 8.0
SURELY_SAID_FRAMES = 8
"""What is at most so far below the loud parts for so long, a short vowel, is said, even where the
text has a pause. In a recording of a soft voice the room reached that for single frames."""

LOWEST_DB = -60.0
"""Quieter than this is silence, whatever came before: sixteen bits of dither, a cable's hum."""

_FORGET_DB = 0.03
"""A frame: the loudest syllable counts for less by 3 dB a second."""

_ROOM_UP_DB = 0.02
_ROOM_DOWN = 0.3
"""The room is learnt from the quietest frames: down quickly, up by 2 dB a second, so that no vowel
is taken for it."""

_ROOM_AT_LEAST_BELOW_DB = 15.0
"""Below the loud parts; so a sound that begins with a word does not take it for the room."""

_FIRST_LOUD_DB = -40.0
_SMALLEST_OPENING = 0.4


class Loudness:
    """One stream's. Remembers the last `capacity_s` seconds; positions are samples from its start.

    Whatever the sound holds, nothing fails: what is no number counts as silence, an offset (DC) is
    taken away frame by frame.
    """

    def __init__(self, rate_hz: int, capacity_s: float = 8.0) -> None:
        if rate_hz < 1_000:
            raise ValueError(f"{rate_hz} Hz is no sample rate for speech")
        self._frame_samples = round(rate_hz * FRAME_MS / 1_000.0)
        n_frames = max(4, round(capacity_s * 1_000.0 / FRAME_MS))
        self._level_db = np.full(n_frames, LOWEST_DB)
        self._threshold_db = np.full(n_frames, LOWEST_DB)
        self._loud_at_db = np.full(n_frames, _FIRST_LOUD_DB)
        self._n_frames = 0
        self._rest = np.zeros(0, dtype=np.float32)
        self._loud_db = _FIRST_LOUD_DB
        self._room_db = np.inf

    @property
    def end_sample(self) -> int:
        """Up to here it is known."""
        return self._n_frames * self._frame_samples

    def push(self, sound: NDArray[np.float32]) -> None:
        """Take in float32 [n] in -1…1, any n."""
        joined = np.concatenate([self._rest, sound.astype(np.float32, copy=False)])
        n_frames = len(joined) // self._frame_samples
        used = n_frames * self._frame_samples
        self._rest = joined[used:].copy()
        for level_db in _levels_db(joined[:used].reshape(n_frames, self._frame_samples)):
            self._add(level_db)

    def finish(self) -> None:
        """No more comes: what does not fill a frame is one."""
        if len(self._rest):
            self._add(*_levels_db(self._rest[None, :]))
            self._rest = self._rest[:0]

    def reset(self) -> None:
        """Begin again at sample 0, with the same room and the same speaker."""
        self._n_frames = 0
        self._rest = self._rest[:0]

    def is_silent(self, start_sample: int, end_sample: int) -> bool:
        """Whether nothing is said in [start, end): no two frames in a row are loud.

        A single one is a click, or the tail of a sound beside it. What is forgotten, or has not
        come, is silence.
        """
        loud = ~self._silent_frames(start_sample, end_sample)
        return not bool(np.any(loud[1:] & loud[:-1]))

    def silence_from(self, start_sample: int, end_sample: int) -> int:
        """Where in [start, end] it falls silent and stays so up to `end`; `end` if it does not."""
        return self._behind_last(
            ~self._silent_frames(start_sample, end_sample), start_sample, end_sample
        )

    def hush_from(self, start_sample: int, end_sample: int) -> int:
        """The same, if nothing but what is surely said breaks the silence."""
        frames = self._frames(start_sample, end_sample)
        loud = self._level_db[frames] > self._loud_at_db[frames] - SURELY_SAID_DB
        n_in_a_row = 0
        for at, is_loud in enumerate(loud):
            n_in_a_row = n_in_a_row + 1 if is_loud else 0
            loud[at] = n_in_a_row >= SURELY_SAID_FRAMES
        return self._behind_last(loud, start_sample, end_sample)

    def _behind_last(self, loud: NDArray[np.bool_], start_sample: int, end_sample: int) -> int:
        found = np.flatnonzero(loud)
        if not len(found):
            return start_sample
        first = start_sample // self._frame_samples + int(found[-1]) + 1
        return min(end_sample, max(start_sample, first * self._frame_samples))

    def opening(self, start_sample: int, end_sample: int) -> float:
        """How far a vowel in [start, end) opens, 0.4…1: by the root of its share of loudness."""
        frames = self._frames(start_sample, end_sample)
        if not len(frames):
            return 1.0
        level_db, loud_db = np.mean(self._level_db[frames]), self._loud_at_db[frames[-1]]
        share = 10.0 ** (float(level_db - loud_db) / 20.0)
        return min(1.0, _SMALLEST_OPENING + (1.0 - _SMALLEST_OPENING) * share**0.5)

    def _add(self, level_db: float) -> None:
        self._loud_db = max(level_db, self._loud_db - _FORGET_DB, LOWEST_DB + BELOW_LOUD_DB)
        if np.isinf(self._room_db):
            self._room_db = level_db
        elif level_db < self._room_db:
            self._room_db += (level_db - self._room_db) * _ROOM_DOWN
        else:
            self._room_db = min(level_db, self._room_db + _ROOM_UP_DB)
        at = self._n_frames % len(self._level_db)
        self._level_db[at] = level_db
        self._loud_at_db[at] = self._loud_db
        room_db = min(self._room_db, self._loud_db - _ROOM_AT_LEAST_BELOW_DB)
        self._threshold_db[at] = max(
            LOWEST_DB, self._loud_db - BELOW_LOUD_DB, room_db + ABOVE_ROOM_DB
        )
        self._n_frames += 1

    def _silent_frames(self, start_sample: int, end_sample: int) -> NDArray[np.bool_]:
        frames = self._frames(start_sample, end_sample)
        return self._level_db[frames] < self._threshold_db[frames]

    def _frames(self, start_sample: int, end_sample: int) -> NDArray[np.intp]:
        """Places in the ring of the frames that lie, with half of them or more, in [start, end)."""
        half = self._frame_samples // 2
        first = max(0, (start_sample + half) // self._frame_samples)
        last = min(self._n_frames, (end_sample + half) // self._frame_samples)
        first = max(first, self._n_frames - len(self._level_db))
        return np.arange(first, max(first, last)) % len(self._level_db)


def _levels_db(frames: NDArray[np.float32]) -> list[float]:
    """RMS in dBFS of each frame, [k, n], around its own mean, never below LOWEST_DB."""
    sound = np.nan_to_num(frames.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    power = np.var(np.clip(sound, -1.0, 1.0), axis=1)
    levels_db: list[float] = np.maximum(LOWEST_DB, 10.0 * np.log10(power + 1e-12)).tolist()
    return levels_db
