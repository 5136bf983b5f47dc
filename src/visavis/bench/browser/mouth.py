"""How far a drawn mouth is open, from pixels; and when it first opens. Pure.

The colours are those of Pip's mouth: deep plum is the hole and the line of shut lips, tongue pink
is bluer than the lips, teeth are nearly white. `witness.js` does the same on the page's canvas.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

REGION = (0.34, 0.6, 0.32, 0.2)
"""Left, top, width and height of Pip's mouth as shares of the canvas; the head's sway stays in."""

OPENED = 0.03
"""A mouth is open when it is this share of the region higher than its shut line: two pixels of 64.
An idle mouth breathes by 0.01."""

_GAP = 0.03
"""Rows within a mouth, as a share of the region, that may be of no known colour."""

_HALF_WIDTH = 0.07


def crop(picture: Pixels) -> Pixels:
    """The mouth's region of a picture, uint8 [height, width, 3]."""
    height, width = picture.shape[:2]
    left, top, across, down = REGION
    rows = slice(int(top * height), int((top + down) * height))
    return picture[rows, int(left * width) : int((left + across) * width)]


def opening(region: Pixels) -> float:
    """Mean height of the mouth around its middle, as a share of the region's height.

    `region` is uint8 [height, width, 3], RGB. 0 if there is no mouth.
    """
    height, width = region.shape[:2]
    hole, mouth = _hole(region), _mouth(region)
    columns = np.flatnonzero(hole.any(axis=0))
    if not len(columns):
        return 0.0
    middle = round(float(np.mean(np.nonzero(hole)[1])))
    reach = max(1, int(_HALF_WIDTH * width))
    around = range(max(0, middle - reach), min(width, middle + reach + 1))
    gap = max(1, int(_GAP * height))
    heights = [_height(hole[:, column], mouth[:, column], gap) for column in around]
    return float(np.mean(heights)) / height


def first_open(
    times_ms: NDArray[np.float64], openings: NDArray[np.float64], from_ms: float
) -> float | None:
    """When the mouth is first seen open at or after `from_ms`; None if it stays shut.

    The shut line is the median of the second before, or of all that is known before.
    """
    before = openings[(times_ms < from_ms) & (times_ms >= from_ms - 1_000.0) & (openings > 0.0)]
    if not len(before):
        before = openings[(times_ms < from_ms) & (openings > 0.0)][-10:]
    shut = float(np.median(before)) if len(before) else 0.0
    wide = np.flatnonzero((times_ms >= from_ms) & (openings > shut + OPENED))
    return float(times_ms[wide[0]]) if len(wide) else None


def _height(hole: NDArray[np.bool_], mouth: NDArray[np.bool_], gap: int) -> int:
    """From the topmost plum pixel of a column down through whatever is inside."""
    if not hole.any():
        return 0
    top = int(np.argmax(hole))
    rows = np.flatnonzero(mouth[top:])
    jumps = np.flatnonzero(np.diff(rows) > gap)
    last = rows[jumps[0]] if len(jumps) else rows[-1]
    return int(last) + 1


def _hole(region: Pixels) -> NDArray[np.bool_]:
    red, green, blue = _channels(region)
    return (red > 45) & (red < 125) & (green < 45) & (blue > 25) & (blue < 75)


def _mouth(region: Pixels) -> NDArray[np.bool_]:
    red, green, blue = _channels(region)
    tongue = (red > 225) & (green > 85) & (green < 160) & (blue > green + 5) & (blue < 175)
    teeth = (red > 228) & (green > 212) & (blue > 215) & (np.abs(green - blue) < 12)
    return _hole(region) | tongue | teeth


def _channels(region: Pixels) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.int16]]:
    wide = region.astype(np.int16)
    return wide[..., 0], wide[..., 1], wide[..., 2]
