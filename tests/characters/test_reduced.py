"""The calmer build of a character, for those who wish for less motion: by the real player."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pytest

from tests.characters.pixels import Pixels, changed, on_white, shot
from visavis.characters import Motion, build_character
from visavis.characters.studio import Studio, studio
from visavis.face.contract import weight_name

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SIZE_PX = 320
STEP_S = 0.35
STEPS = 24
"""Longer than the longest sway."""


@pytest.fixture(scope="module", params=["mara", "pip"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def camera(name: str) -> Generator[Studio, None, None]:
    with studio(build_character(name), size_px=SIZE_PX) as opened:
        yield opened


def travel_px(camera: Studio, name: str, motion: Motion, control: str = "") -> float:
    """How far the middle of the head goes, whichever way is longer, while this control is on."""
    camera.load(build_character(name, motion), SIZE_PX)
    if control:
        camera.set(control, True)
    camera.advance(1.0)
    places: list[tuple[float, float]] = []
    for _ in range(STEPS):
        camera.advance(STEP_S)
        places.append(_middle(on_white(camera.picture())))
    return float(np.ptp(np.array(places), axis=0).max())


def _middle(picture: Pixels) -> tuple[float, float]:
    """Of the outline: what is within it, lids that blink say, makes no difference."""
    filled = picture[: SIZE_PX // 2].min(axis=2) < 200
    rows, columns = filled.any(axis=1), filled.any(axis=0)
    left = filled.argmax(axis=1)[rows]
    right = SIZE_PX - filled[:, ::-1].argmax(axis=1)[rows]
    top = filled.argmax(axis=0)[columns]
    return float((left + right).mean() / 2), float(top.mean())


@pytest.mark.parametrize("control", ["", "is_speaking", "is_listening"])
def test_sway_and_breath_are_hardly_there(camera: Studio, name: str, control: str) -> None:
    full, reduced = (travel_px(camera, name, motion, control) for motion in ("full", "reduced"))
    print(f"{full:.2f} px, {reduced:.2f} px")
    assert full > 1.0, "there was nothing to reduce"
    assert reduced < 0.4 * full


def test_a_gesture_is_smaller_and_a_mouth_as_wide_as_ever(camera: Studio, name: str) -> None:
    moved: dict[Motion, int] = {}
    opened: dict[Motion, int] = {}
    for motion in ("full", "reduced"):
        camera.load(build_character(name, motion), SIZE_PX)
        rest = shot(camera, {})
        moved[motion] = int(changed(rest, shot(camera, {"celebrate": True}, 0.42), 40.0).sum())
        opened[motion] = int(changed(rest, shot(camera, {weight_name("aa"): 100}), 40.0).sum())
    assert moved["reduced"] < 0.6 * moved["full"]
    assert 0.85 * opened["full"] < opened["reduced"] < 1.15 * opened["full"]
    assert opened["full"] > 100
