"""Each control changes the pixels of the layers that it should, and no others.

A character of flat colours, one for each layer, so that a pixel tells whose it is. A picture with a
control is compared with one without it, at the same moment: whatever differs must lie on a layer
that the control may move (within three pixels, for edges are soft), and each of those must differ.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from functools import reduce

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.characters.pixels import Pixels, changed, shot
from visavis.characters.studio import Studio, studio
from visavis.face.contract import VISEMES, weight_name
from visavis.face.puppet import make_puppet
from visavis.face.recipe import Recipe

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

Mask = NDArray[np.bool_]
SIZE_PX = 300
_NEAR = 24  # of 255: farther from a layer's colour than this, a pixel is an edge
_SOFT_PX = 3
_LEAST_PX = 8  # a layer that moves changes more pixels than this

COLORS = {
    "ground": "#bbbbbb",
    "feet": "#000000",
    "body": "#804000",
    "arm-left": "#ff8000",
    "arm-right": "#ff0080",
    "head": "#ffff80",
    "nose": "#0080ff",
    "cheek-left": "#ff8080",
    "cheek-right": "#c04040",
    "white-left": "#e0ffff",
    "white-right": "#d0c0ff",
    "pupil-left": "#004000",
    "pupil-right": "#000080",
    "lid-left": "#808000",
    "lid-right": "#408080",
    "lower-lid-left": "#c0c000",
    "lower-lid-right": "#80c0c0",
    "brow-left": "#400040",
    "brow-right": "#8000ff",
    "mouth": "#ff0000",
    "loose-leaf": "#00c000",
    "loose-ear-left": "#00ff80",
    "loose-ear-right": "#80ff00",
}


def one(name: str, shape: str) -> str:
    return f'<g id="{name}">{shape.format(COLORS[name])}</g>'


def eye(side: str, x: int) -> str:
    box = f'<circle id="white-{side}" cx="{x}" cy="250" r="40" fill="{COLORS[f"white-{side}"]}"/>'
    lid = f'<path d="M{x - 45} 228h90v-70h-90z" fill="{{}}"/>'
    lower = f'<path d="M{x - 45} 283h90v30h-90z" fill="{{}}"/>'
    pupil = f'<circle cx="{x}" cy="255" r="16" fill="{{}}"/>'
    return (
        box
        + one(f"pupil-{side}", pupil)
        + one(f"lid-{side}", lid)
        + one(f"lower-lid-{side}", lower)
    )


LIPS = "M250 370Q300 380 350 370Q300 400 250 370Z"
FACE = (
    eye("left", 220)
    + eye("right", 380)
    + f'<rect x="292" y="290" width="16" height="24" fill="{COLORS["nose"]}"/>'
    + one("cheek-left", '<circle cx="150" cy="345" r="20" fill="{}"/>')
    + one("cheek-right", '<circle cx="450" cy="345" r="20" fill="{}"/>')
    + one("brow-left", '<rect x="185" y="120" width="70" height="14" fill="{}"/>')
    + one("brow-right", '<rect x="345" y="120" width="70" height="14" fill="{}"/>')
    + one("mouth", f'<path d="{LIPS}" fill="{{0}}" stroke="{{0}}" stroke-width="9"/>')
)
HEAD = (
    one("loose-leaf", '<rect x="285" y="30" width="30" height="50" fill="{}"/>')
    + one("loose-ear-left", '<rect x="60" y="150" width="40" height="60" fill="{}"/>')
    + one("loose-ear-right", '<rect x="500" y="150" width="40" height="60" fill="{}"/>')
    + f'<rect x="100" y="70" width="400" height="360" fill="{COLORS["head"]}"/>'
    + f'<g id="face">{FACE}</g>'
)
CARD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600">'
    + one("ground", '<rect x="150" y="585" width="300" height="10" fill="{}"/>')
    + f'<rect x="250" y="560" width="100" height="20" fill="{COLORS["feet"]}"/>'
    + one("body", '<rect x="230" y="440" width="140" height="118" fill="{}"/>')
    + f'<g id="head">{HEAD}</g>'
    + one("arm-left", '<rect x="150" y="450" width="30" height="80" fill="{}"/>')
    + one("arm-right", '<rect x="420" y="450" width="30" height="80" fill="{}"/>')
    + "</svg>"
)

SIDES = ("left", "right")
IN_FACE = {"nose", "mouth"} | {
    f"{part}-{side}"
    for part in ("cheek", "white", "pupil", "lid", "lower-lid", "brow")
    for side in SIDES
}
IN_HEAD = IN_FACE | {"head", "loose-leaf", "loose-ear-left", "loose-ear-right"}
ARMS = {"arm-left", "arm-right"}
ALL = set(COLORS) - {"ground"}


class Seen:
    """A picture, and which pixels each layer has of it."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        whole = pixels.astype(np.int16)
        self.masks: Mapping[str, Mask] = {
            name: np.abs(whole - [int(color[i : i + 2], 16) for i in (1, 3, 5)]).max(axis=2) < _NEAR
            for name, color in COLORS.items()
        }

    def of(self, names: Iterable[str]) -> Mask:
        empty = np.zeros(self.pixels.shape[:2], dtype=bool)
        return reduce(np.logical_or, (self.masks[name] for name in names), empty)


def grown(mask: Mask, by_px: int) -> Mask:
    out = mask.copy()
    for dy in range(-by_px, by_px + 1):
        for dx in range(-by_px, by_px + 1):
            out |= np.roll(mask, (dy, dx), axis=(0, 1))
    return out


@pytest.fixture(scope="module")
def camera() -> Generator[Studio, None, None]:
    lips = Recipe.model_validate({"name": "Card", "mouth": {"colors": RED, "lip": 0}})
    with studio(make_puppet(CARD.encode(), lips).riv, size_px=SIZE_PX) as opened:
        yield opened


RED = dict.fromkeys(
    ("line", "lip", "inside", "teeth", "teeth_shade", "tongue", "tongue_light"), COLORS["mouth"]
)


@pytest.fixture(scope="module")
def calm(camera: Studio) -> dict[float, Seen]:
    return {}


def check(
    camera: Studio,
    calm: dict[float, Seen],
    control: Mapping[str, float | bool],
    times_s: Sequence[float],
    may: set[str],
    must: set[str],
) -> None:
    """All that differs lies on `may`, and each of `must` differs at some of the times."""
    moved = dict.fromkeys(must, 0)
    for at_s in times_s:
        before = calm.setdefault(at_s, Seen(shot(camera, {}, at_s)))
        after = Seen(shot(camera, control, at_s))
        differs = changed(before.pixels, after.pixels, 6)
        allowed = grown(before.of(may) | after.of(may), _SOFT_PX)
        stray = differs & ~allowed
        touched = [n for n in COLORS if (stray & (before.masks[n] | after.masks[n])).any()]
        assert not stray.any(), (dict(control), at_s, int(stray.sum()), touched)
        for name in must:
            other = before.masks[name] ^ after.masks[name]
            moved[name] = max(moved[name], int((other & differs).sum()))
    assert not [name for name, pixels in moved.items() if pixels < _LEAST_PX], moved


def test_every_layer_is_seen_by_its_colour(camera: Studio) -> None:
    """Otherwise the tests below would look at nothing."""
    seen = Seen(shot(camera, {}, 0.5))
    sizes = {name: int(mask.sum()) for name, mask in seen.masks.items()}
    assert min(sizes.values()) > 60, sizes


@pytest.mark.parametrize("viseme", [v for v in VISEMES if v != "sil"])
def test_a_mouth_moves_lips_and_cheeks(
    camera: Studio, calm: dict[float, Seen], viseme: str
) -> None:
    may = {"mouth", "cheek-left", "cheek-right"}
    check(camera, calm, {weight_name(viseme): 100}, [0.2], may, {"mouth"})


GESTURES: Mapping[str, tuple[Sequence[float], set[str]]] = {
    "gesture": ((0.34, 0.54), ALL),
    "wave": ((0.4, 0.8), IN_HEAD | {"body", "arm-right"}),
    "think": ((0.06, 0.6), IN_HEAD | {"arm-right"}),
    "celebrate": ((0.16, 0.42), ALL),
    "shrug": ((0.12, 0.4), IN_HEAD | ARMS | {"body"}),
}


@pytest.mark.parametrize("gesture", GESTURES)
def test_a_gesture_moves_its_layers(camera: Studio, calm: dict[float, Seen], gesture: str) -> None:
    times_s, layers = GESTURES[gesture]
    check(camera, calm, {gesture: True}, times_s, layers, layers)


FEELINGS: Mapping[str, set[str]] = {
    "e_happy": IN_HEAD,
    "e_sad": IN_HEAD | {"body"},
    "e_surprised": IN_HEAD | {"body"},
    "e_thinking": IN_HEAD,
}


@pytest.mark.parametrize("feeling", FEELINGS)
def test_a_feeling_moves_its_layers(camera: Studio, calm: dict[float, Seen], feeling: str) -> None:
    layers = FEELINGS[feeling]
    check(camera, calm, {feeling: 100}, [0.2], layers, layers)


OTHERS: Mapping[str, tuple[float, set[str]]] = {
    "gaze_x": (100, IN_FACE),
    "gaze_y": (100, IN_FACE),
    "energy": (100, IN_HEAD),
}


@pytest.mark.parametrize("control", OTHERS)
def test_gaze_and_loudness_move_their_layers(
    camera: Studio, calm: dict[float, Seen], control: str
) -> None:
    value, layers = OTHERS[control]
    check(camera, calm, {control: value}, [0.2], layers, {"brow-left", "brow-right"} & layers)


def test_the_page_would_be_heard(camera: Studio) -> None:
    """That nothing was complained about means something only if complaints arrive."""
    camera.page.evaluate("console.warn('one'); setTimeout(() => { throw new Error('two') }, 0)")
    camera.page.wait_for_timeout(50)
    assert len(camera.complaints) == 2
    camera.complaints.clear()
