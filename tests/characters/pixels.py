"""Pixels of photographs, and SVGs drawn as they are by both players."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from visavis.characters.studio import Controls, Studio
from visavis.face.contract import ARTBOARD
from visavis.face.drawing import Drawing
from visavis.face.machine import machine_objects, view_model_objects
from visavis.face.parts import drawn, plain
from visavis.face.riv import RivObject, write_riv
from visavis.face.scene import Part, flatten

Pixels = NDArray[np.float64]
"""[height, width, 3], 0...255, on white."""

_CHROMIUM = """async ([address, size]) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = new OffscreenCanvas(size, size);
  canvas.getContext('2d').drawImage(image, 0, 0, size, size);
  const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""


def on_white(png: bytes) -> Pixels:
    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    ground = Image.new("RGBA", picture.size, "#ffffff")
    return np.asarray(Image.alpha_composite(ground, picture).convert("RGB"), dtype=np.float64)


def shot(camera: Studio, controls: Controls, seconds: float = 0.5) -> Pixels:
    """A picture from a fresh start."""
    camera.reset()
    camera.advance(1 / 60)
    camera.pose(controls, seconds)
    return on_white(camera.picture())


def still(drawing: Drawing) -> bytes:
    """A drawing as a file in which nothing moves."""
    artboard = Part(
        "Artboard",
        {
            "name": ARTBOARD,
            "width": drawing.width,
            "height": drawing.height,
            "defaultStateMachineId": 0,
            "viewModelId": 0,
        },
    )
    artboard.add(*drawn(drawing.root.children, (0.0, 0.0), plain))
    objects = (
        RivObject("Backboard", {}),
        *view_model_objects(),
        *flatten(artboard).objects,
        *machine_objects([]),
    )
    return write_riv(objects)


def by_chromium(camera: Studio, svg: bytes, size_px: int) -> Pixels:
    """The same SVG, drawn by the browser itself."""
    address = f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
    png = camera.page.evaluate(_CHROMIUM, [address, size_px])
    return on_white(base64.b64decode(png))


def changed(one: Pixels, two: Pixels, least: float = 3.0) -> NDArray[np.bool_]:
    """Which pixels differ by more than `least` of 255 in any channel, [height, width]."""
    return np.abs(one - two).max(axis=2) > least
