"""What each control does to the pixels, in real Chromium with the real player."""

from __future__ import annotations

import itertools
import random
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.characters.pixels import Pixels, changed, shot
from visavis.characters import read_source
from visavis.characters.studio import Studio, studio
from visavis.face.contract import CONTROLS, EMOTIONS, VISEMES, ControlType, weight_name
from visavis.face.drawing import Node, walk
from visavis.face.geometry import Box, union
from visavis.face.rig import Gesture
from visavis.face.svg import read_svg

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

FOLDER = Path(__file__).parents[2] / "characters"
SIZE_PX = 320
LEAST_MOUTH_RMS = 10.0
"""Of 255: root mean square over the mouth's box (the widest open one) of the two pictures'
difference, each channel alike. 0 is the same picture; a black mouth on white would be 255."""
_GESTURE_S = {"gesture": 0.8, "wave": 1.5, "think": 2.2, "celebrate": 1.6, "shrug": 1.3}


@pytest.fixture(scope="module", params=["mara", "pip", "template"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def camera(name: str) -> Generator[Studio, None, None]:
    with studio(read_source(FOLDER / name).build().riv, size_px=SIZE_PX) as opened:
        yield opened


@pytest.fixture(scope="module")
def rest(camera: Studio) -> Pixels:
    return shot(camera, {})


@pytest.fixture(scope="module")
def mouths(camera: Studio) -> dict[str, Pixels]:
    return {viseme: shot(camera, {weight_name(viseme): 100}) for viseme in VISEMES}


def layers(name: str) -> dict[str, Node]:
    drawing = read_svg((FOLDER / name / "character.svg").read_bytes())
    return {node.name: node for node in walk(drawing.root) if node.name}


def pixels_of(name: str, box: Box, grow: float) -> NDArray[np.bool_]:
    """The pixels in a box that is made larger by `grow` of its width on every side."""
    drawing = read_svg((FOLDER / name / "character.svg").read_bytes())
    scale = SIZE_PX / drawing.height
    mask = np.zeros((SIZE_PX, SIZE_PX), dtype=bool)
    more = grow * box.width
    top, bottom = (round(v * scale) for v in (box.top - more, box.bottom + more))
    left, right = (round(v * scale) for v in (box.left - more, box.right + more))
    mask[max(0, top) : bottom, max(0, left) : right] = True
    return mask


def mouth_box(name: str) -> Box:
    found = layers(name)
    box = found.get("mouth-shape", found["mouth"]).box
    assert box is not None
    center = box.center[1]
    return Box(box.left, center - 0.3 * box.width, box.right, center + 0.85 * box.width)


def test_a_mouth_changes_mouth_and_jaw_and_nothing_else(
    name: str, rest: Pixels, mouths: dict[str, Pixels]
) -> None:
    found = layers(name)
    boxes = [found[c].box for c in ("cheek-left", "cheek-right") if c in found]
    jaw = union([mouth_box(name), *boxes])
    assert jaw is not None
    allowed = pixels_of(name, jaw, 0.3)
    skulls = [found[n].box for n in ("skull", "jaw", "mask") if n in found]
    for box in skulls:  # the chin's outline follows the jaw: its lower half may move
        assert box is not None
        lower = Box(box.left, box.center[1], box.right, box.bottom)
        allowed |= pixels_of(name, lower, 0.06)
    for viseme, picture in mouths.items():
        moved = changed(rest, picture)
        assert not (moved & ~allowed).any(), viseme
        assert viseme == "sil" or (moved & pixels_of(name, mouth_box(name), 0.2)).sum() > 30, viseme
    assert not changed(rest, mouths["sil"]).any()


def test_the_fifteen_mouths_can_be_told_apart(name: str, mouths: dict[str, Pixels]) -> None:
    mask = pixels_of(name, mouth_box(name), 0.1)
    apart = {
        (one, two): float(np.sqrt(((mouths[one] - mouths[two])[mask] ** 2).mean()))
        for one, two in itertools.combinations(VISEMES, 2)
    }
    nearest = min(apart, key=lambda pair: apart[pair])
    print(f"{name}: nearest mouths {'/'.join(nearest)}, {apart[nearest]:.1f}")
    assert apart[nearest] > LEAST_MOUTH_RMS


def dark(picture: Pixels, mask: NDArray[np.bool_]) -> int:
    """Pixels as dark as the inside of a mouth."""
    return int((picture[mask].sum(axis=1) < 230).sum())


def test_feelings_change_the_face_and_leave_the_lips_readable(
    name: str, camera: Studio, rest: Pixels
) -> None:
    mask = pixels_of(name, mouth_box(name), 0.25)
    faces: list[Pixels] = []
    for index, emotion in enumerate(EMOTIONS):
        felt = {"emotion": index}
        calm = shot(camera, felt, 0.9)
        faces.append(calm)
        shut = dark(shot(camera, felt | {weight_name("PP"): 100}, 0.9), mask)
        wide = dark(shot(camera, felt | {weight_name("aa"): 100}, 0.9), mask)
        assert wide > 2.5 * shut, emotion
        by_weight = {f"e_{emotion}": 100} if index else {}
        assert changed(calm, shot(camera, by_weight, 0.9), 12).sum() <= 4, emotion  # rounding
    for one, two in itertools.combinations(range(len(EMOTIONS)), 2):
        assert changed(faces[one], faces[two]).mean() > 0.005
    assert rest.shape == faces[0].shape


def test_half_a_feeling_is_half_way(camera: Studio) -> None:
    """A weight of 50 from neutral lies between, wherever the brow is."""
    none, half, full = (shot(camera, {"e_surprised": w}, 0.5) for w in (0, 50, 100))
    assert 0 < changed(none, half).sum() < changed(none, full).sum()
    assert changed(half, full).any()


@pytest.mark.parametrize("gesture", Gesture)
def test_a_gesture_moves_much_and_leaves_nothing_behind(camera: Studio, gesture: Gesture) -> None:
    whole_s = _GESTURE_S[gesture.value]
    at_s = 0.45 * whole_s
    moving = shot(camera, {gesture.value: True}, at_s)
    assert changed(shot(camera, {}, at_s), moving).mean() > 0.04
    after_s = whole_s + 0.3
    after = shot(camera, {gesture.value: True}, after_s)
    assert not changed(shot(camera, {}, after_s), after).any()


@pytest.mark.parametrize("control", ["is_speaking", "is_listening", "is_thinking", "energy"])
def test_moods_and_loudness_show(camera: Studio, control: str) -> None:
    value = 100 if control == "energy" else True
    assert changed(shot(camera, {}, 1.0), shot(camera, {control: value}, 1.0)).mean() > 0.01


def center_of_dark(picture: Pixels, mask: NDArray[np.bool_]) -> tuple[float, float]:
    rows, columns = np.nonzero((picture.sum(axis=2) < 200) & mask)
    return float(columns.mean()), float(rows.mean())


def test_pupils_follow_a_point(name: str, camera: Studio) -> None:
    found = layers(name)
    box = union([found["white-left"].box])
    assert box is not None
    mask = pixels_of(name, Box(box.left, box.top + 12, box.right, box.bottom), -0.02)
    seen = {
        (x, y): center_of_dark(shot(camera, {"gaze_x": x, "gaze_y": y}), mask)
        for x, y in ((-100, 0), (0, 0), (100, 0), (0, 100))
    }
    assert seen[-100, 0][0] + 1 < seen[0, 0][0] < seen[100, 0][0] - 1
    assert seen[0, 0][1] + 1 < seen[0, 100][1]


def lowest_change(rest: Pixels, picture: Pixels, mask: NDArray[np.bool_]) -> int:
    return int(np.nonzero((changed(rest, picture, 12) & mask).any(axis=1))[0].max())


def test_blends_are_in_sequence_not_a_sum(name: str, camera: Studio, rest: Pixels) -> None:
    """The lower lip of mixtures lies where a chain of interpolations puts it (within 2 pixels)."""
    box = mouth_box(name)
    middle = Box(box.center[0] - 4, box.top, box.center[0] + 4, box.bottom + 10)
    mask = pixels_of(name, middle, 0)

    def lip(**weights: float) -> int:
        controls = {f"v_{viseme}": value for viseme, value in weights.items()}
        return lowest_change(rest, shot(camera, controls), mask)

    aa, wide = lip(aa=100), lip(E=100)
    quarter, half = lip(aa=25), lip(aa=50)
    assert abs((half - quarter) - (aa - half) / 2) <= 2
    start = aa - 2 * (aa - half)
    assert abs(lip(aa=50, E=50) - (0.25 * start + 0.25 * aa + 0.5 * wide)) <= 2
    assert abs(lip(aa=100, E=50) - 0.5 * (aa + wide)) <= 2


def test_inputs_and_view_model_do_the_same(camera: Studio) -> None:
    inputs = replace(camera, plane="in")
    for case in ({"v_aa": 100, "energy": 80}, {"viseme": 11, "emotion": 2}, {"wave": True}):
        ours = shot(camera, case, 0.6)
        assert not changed(ours, shot(inputs, case, 0.6), 6).any(), case


def test_thirty_seconds_of_anything(camera: Studio) -> None:
    """Random values in both planes, at 60 frames a second: no exception, no complaint."""
    chance = random.Random(7)
    script: list[tuple[str, str, float | bool]] = []
    for _ in range(600):
        control = chance.choice(CONTROLS)
        if control.type is ControlType.NUMBER:
            value: float | bool = chance.choice([-1e6, -100, 0, 3, 50, 100, 1e6, chance.random()])
        else:
            value = chance.random() < 0.5 or control.type is ControlType.TRIGGER
        script.append((chance.choice(["vm", "in"]), control.name, value))
    camera.reset()
    camera.page.evaluate(
        "(s) => s.forEach(([p, n, v]) => { studio.set(p, n, v); studio.advance(0.05); })", script
    )
    camera.picture()
    assert camera.complaints == []
    camera.reset()
