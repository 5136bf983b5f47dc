"""Breath and blinks: what a body does by itself. Times in seconds."""

from __future__ import annotations

from visavis.face.motion import Ease, Key, Track, track
from visavis.face.scene import Part

# Breaths of unequal length: 13 a minute on average (12-16 at rest).
_BREATHS_S = (4.3, 4.9, 4.1, 5.1)
_DEPTHS = (1.0, 0.82, 1.1, 0.9)
BREATH_TOTAL_S = sum(_BREATHS_S)
_INHALE_SHARE = 0.42

# Blinks: 17 a minute at rest, 26 in conversation (Bentivoglio et al. 1997), never even.
AT_REST = ((1.9, 5.6, 8.2, 12.9, 13.25, 16.4, 20.8, 23.1, 27.7, 31.0), 34.0)
IN_TALK = ((0.9, 3.3, 4.7, 7.6, 9.4, 9.75, 12.3, 14.2, 17.1), 20.0)
"""(times of the blinks, length of the loop)."""
_LID_DOWN_S, _LID_SHUT_S, _LID_UP_S = 0.065, 0.035, 0.135


def breath_track(part: Part, prop: str, amount: float, lag_s: float) -> Track:
    """Breaths of unequal length and depth, `lag_s` after the chest's."""
    rest = float(part.rest(prop))
    keys: list[tuple[float, float]] = [(0.0, rest)]
    start_s = 0.0
    for length_s, depth in zip(_BREATHS_S, _DEPTHS, strict=True):
        if lag_s:
            keys.append((start_s + lag_s, rest))
        keys.append((start_s + length_s * _INHALE_SHARE + lag_s, rest + amount * depth))
        start_s += length_s
        if not lag_s and start_s < BREATH_TOTAL_S:
            keys.append((start_s, rest))
    return track(part, prop, *keys, (BREATH_TOTAL_S, rest))


def blink_track(
    part: Part, prop: str, ends: tuple[float, float], plan: tuple[tuple[float, ...], float]
) -> Track:
    """From open to shut (`ends`) and back at the plan's times; two close ones: a double blink."""
    is_open, is_shut = ends
    times_s, loop_s = plan
    keys = [Key(0, is_open)]
    for at_s in times_s:
        shut_s = at_s + _LID_DOWN_S
        keys += [
            Key(at_s, is_open, Ease.IN),
            Key(shut_s, is_shut, Ease.LINEAR),
            Key(shut_s + _LID_SHUT_S, is_shut, Ease.OUT),
            Key(shut_s + _LID_SHUT_S + _LID_UP_S, is_open),
        ]
    return Track(part, prop, (*keys, Key(loop_s, is_open)))
