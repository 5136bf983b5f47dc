from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.bench.browser.mouth import OPENED, Pixels, crop, first_open, opening

SKIN, PLUM, TONGUE, TEETH = (250, 190, 90), (84, 20, 48), (240, 120, 150), (250, 245, 250)


def face(height: int, lines: int = 60) -> Pixels:
    """A region with a mouth of `height` rows: teeth above, a tongue below, plum around."""
    region = np.full((lines, 100, 3), SKIN, dtype=np.uint8)
    mouth = region[10 : 10 + height, 30:70]
    mouth[:] = PLUM
    if height >= 20:
        mouth[3:6, 5:-5] = TEETH
        mouth[-7:-3, 5:-5] = TONGUE
    return region


@given(height=st.integers(1, 45))
def test_the_opening_is_the_height_whatever_is_inside(height: int) -> None:
    assert opening(face(height)) == pytest.approx(height / 60)


def test_nothing_but_skin_is_no_mouth() -> None:
    assert opening(face(0)) == 0.0


def test_plum_far_below_is_not_the_mouth() -> None:
    region = face(10)
    region[55:] = PLUM
    assert opening(region) == pytest.approx(10 / 60)


def test_the_region_is_cut_out_of_the_picture() -> None:
    picture = np.zeros((100, 200, 3), dtype=np.uint8)
    picture[60:80, 68:132] = 255
    assert crop(picture).shape == (20, 64, 3)
    assert crop(picture).min() == 255


def test_the_first_open_frame() -> None:
    times_ms = np.arange(0.0, 2_000.0, 20.0)
    openings = np.full(len(times_ms), 0.1)
    openings[70:] += OPENED * 1.5  # at 1400 ms
    openings[10] += OPENED * 9  # long before
    assert first_open(times_ms, openings, 1_000.0) == 1_400.0
    assert first_open(times_ms, openings, 1_500.0) is not None
    assert first_open(times_ms[:70], openings[:70], 1_000.0) is None


def test_an_idle_mouth_breathes_and_is_not_open() -> None:
    times_ms = np.arange(0.0, 2_000.0, 20.0)
    openings = 0.1 + 0.01 * np.sin(times_ms)
    assert first_open(times_ms, openings, 1_000.0) is None
