"""Photograph a character with the real Rive player: contact sheets and the README's animation.

For maintainers. Needs a Chromium, and the npm package @rive-app/canvas-lite unpacked somewhere:

    python tools/portrait.py path/to/@rive-app/canvas-lite --out artifacts/portrait
    python tools/portrait.py path/to/@rive-app/canvas-lite --readme     # writes docs/images/
    python tools/portrait.py path/to/@rive-app/canvas-lite --readme --character mara

Time is stepped by hand, so the same character gives the same pictures.
"""

from __future__ import annotations

import argparse
import base64
import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont
from playwright.sync_api import Page, Route, sync_playwright

from visavis.characters import build_character
from visavis.face.contract import VISEMES, weight_name

ROOT = Path(__file__).resolve().parent.parent
ORIGIN = "http://portrait.invalid/"  # never resolved: every request is answered below
FRAME_S = 1 / 60
CELL_PX = 300
WHITE, BLACK, PAPER = "#ffffff", "#000000", "#f4f1ec"


@dataclass(frozen=True, slots=True)
class Sitter:
    """A character in the player, advanced and drawn on demand."""

    page: Page
    plane: str = "vm"

    def reset(self) -> None:
        """Back to the first frame, all controls at zero. A new instance of everything."""
        self.page.evaluate("reset()")
        for name in (*map(weight_name, VISEMES), "viseme", "energy", "gaze_x", "gaze_y"):
            self.set(name, 0)
        for name in ("is_speaking", "is_listening", "is_thinking"):
            self.set(name, False)

    def set(self, name: str, value: float | bool) -> None:
        """Set a control, or fire it."""
        self.page.evaluate("([p, n, v]) => set(p, n, v)", [self.plane, name, value])

    def advance(self, seconds: float) -> None:
        """Let time pass in frames of 1/60 s."""
        self.page.evaluate("([s, f]) => advance(s, f)", [seconds, FRAME_S])

    def picture(self) -> Image.Image:
        """What the player shows now, with its transparency."""
        url: str = self.page.evaluate("draw()")
        data = base64.b64decode(url.split(",", 1)[1])
        return Image.open(io.BytesIO(data)).convert("RGBA")


def answer(player: Path, character: bytes) -> Callable[[Route], None]:
    """Serve the page, the player and the character without a socket."""
    bodies = {
        "": (Path(__file__).with_suffix(".html").read_bytes(), "text/html"),
        "rive.js": ((player / "rive.js").read_bytes(), "text/javascript"),
        "rive.wasm": ((player / "rive.wasm").read_bytes(), "application/wasm"),
        "character.riv": (character, "application/octet-stream"),
    }

    def reply(route: Route) -> None:
        body = bodies.get(route.request.url.removeprefix(ORIGIN))
        if body is None:
            route.abort()
        else:
            route.fulfill(body=body[0], content_type=body[1])

    return reply


def on(color: str | Image.Image, picture: Image.Image) -> Image.Image:
    """The picture on a colour, or on another picture."""
    ground = Image.new("RGBA", picture.size, color) if isinstance(color, str) else color
    return Image.alpha_composite(ground.resize(picture.size), picture).convert("RGB")


def photo_like(size_px: int) -> Image.Image:
    """A soft, busy background: a blurred evening street, so to speak."""
    image = Image.radial_gradient("L").resize((size_px, size_px))
    warm = Image.merge(
        "RGB", (ImageChops.invert(image), ImageChops.add(image, image, scale=3.0, offset=40), image)
    )
    pen = ImageDraw.Draw(warm, "RGBA")
    for i in range(60):
        x, y = (i * 97) % size_px, (i * 61 + i * i) % size_px
        r = 8 + (i * 13) % 46
        color = ((i * 53) % 256, 90 + (i * 37) % 160, 120 + (i * 71) % 130, 70)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=color)
    return warm.convert("RGBA")


def sheet(
    cells: Iterable[tuple[str, Image.Image]], columns: int, cell_px: int = CELL_PX
) -> Image.Image:
    """Labelled pictures in rows."""
    items = list(cells)
    rows = math.ceil(len(items) / columns)
    page = Image.new("RGB", (columns * cell_px, rows * (cell_px + 22)), PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(16)
    for index, (label, picture) in enumerate(items):
        x, y = index % columns * cell_px, index // columns * (cell_px + 22)
        page.paste(picture.resize((cell_px, cell_px), Image.Resampling.LANCZOS), (x, y))
        pen.text((x + 8, y + cell_px + 1), label, fill="#444444", font=font)
    return page


def mouths(sitter: Sitter, *, close_up: bool) -> Image.Image:
    """The fifteen mouths, each at full weight."""
    cells: list[tuple[str, Image.Image]] = []
    for viseme in VISEMES:
        sitter.reset()
        sitter.set(weight_name(viseme), 100)
        sitter.advance(0.5)
        picture = on(WHITE, sitter.picture())
        if close_up:
            w = picture.width
            picture = picture.crop((int(w * 0.24), int(w * 0.46), int(w * 0.76), int(w * 0.82)))
            picture = picture.resize((w, int(w * 36 / 52)))
            square = Image.new("RGB", (w, w), WHITE)
            square.paste(picture, (0, (w - picture.height) // 2))
            picture = square
        cells.append((viseme, picture))
    return sheet(cells, 5)


def states(sitter: Sitter) -> Image.Image:
    """Postures, gaze, a blink, loudness."""
    scenes: Sequence[tuple[str, dict[str, float | bool], float]] = (
        ("idle", {}, 0.6),
        ("idle, breath in", {}, 2.3),
        ("idle, glance", {}, 4.2),
        ("mid-blink", {}, 1.9 + 0.05),
        ("shut", {}, 1.9 + 0.085),
        ("listening", {"is_listening": True}, 1.0),
        ("listening, nod", {"is_listening": True}, 1.62),
        ("thinking", {"is_thinking": True}, 1.2),
        ("thinking later", {"is_thinking": True}, 3.2),
        ("speaking 0.5 s", {"is_speaking": True, "v_aa": 100}, 0.5),
        ("speaking 1.4 s", {"is_speaking": True, "v_I": 100}, 1.4),
        ("speaking loud", {"is_speaking": True, "v_E": 100, "energy": 100}, 2.1),
        ("gaze -100 -100", {"gaze_x": -100, "gaze_y": -100}, 0.6),
        ("gaze 100 100", {"gaze_x": 100, "gaze_y": 100}, 0.6),
        ("gaze 100 0", {"gaze_x": 100}, 0.6),
    )
    cells: list[tuple[str, Image.Image]] = []
    for label, controls, at_s in scenes:
        sitter.reset()
        for name, value in controls.items():
            sitter.set(name, value)
        sitter.advance(at_s)
        cells.append((label, on(WHITE, sitter.picture())))
    return sheet(cells, 5)


def nod(sitter: Sitter) -> Image.Image:
    """The gesture at 0, 12, 25 ... 100 %."""
    cells: list[tuple[str, Image.Image]] = []
    sitter.reset()
    sitter.advance(0.5)
    sitter.set("gesture", True)
    before = 0
    for percent in (0, 15, 25, 40, 50, 65, 75, 85, 100, 120):
        if percent > before:
            sitter.advance(0.8 * (percent - before) / 100)
        before = percent
        cells.append((f"nod {percent} %", on(WHITE, sitter.picture())))
    return sheet(cells, 5)


def grounds(sitter: Sitter) -> Image.Image:
    """White, black and photo, at 1000 px and at 200 and 64 px in the corners."""
    sitter.reset()
    sitter.set("v_E", 60)
    sitter.advance(0.6)
    large = sitter.picture()
    page = Image.new("RGB", (3 * 660, 660), PAPER)
    for index, ground in enumerate((WHITE, BLACK, photo_like(660))):
        base = Image.new("RGBA", (660, 660), ground) if isinstance(ground, str) else ground
        for size_px, x, y in ((500, 150, 40), (200, 0, 460), (64, 210, 590), (64, 0, 0)):
            small = large.resize((size_px, size_px), Image.Resampling.LANCZOS)
            base.alpha_composite(small, (x, y))
        if index == 0:
            base.alpha_composite(silhouette(large).resize((120, 120)), (520, 530))
        page.paste(base.convert("RGB"), (660 * index, 0))
    return page


def silhouette(picture: Image.Image) -> Image.Image:
    """The outline as a black shape."""
    black = Image.new("RGBA", picture.size, BLACK)
    black.putalpha(picture.getchannel("A"))
    return black


# "Hi there! I'm Pip. Nice to meet you." as (viseme, ms); spoken at an easy pace.
SPEECH = (
    ("sil", 260), ("aa", 130), ("I", 110), ("TH", 70), ("E", 110), ("RR", 120), ("sil", 260),
    ("aa", 100), ("I", 70), ("PP", 90), ("PP", 60), ("I", 100), ("PP", 110), ("sil", 320),
    ("nn", 80), ("aa", 90), ("I", 70), ("SS", 90), ("DD", 60), ("U", 80), ("PP", 80), ("I", 130),
    ("DD", 70), ("CH", 80), ("U", 200), ("sil", 520),
)  # fmt: skip


def speech_weights(at_ms: float, ease_ms: float = 70.0) -> dict[str, float]:
    """The mixture of mouths at a time: each cue fades in over `ease_ms`."""
    start, before = 0.0, "sil"
    for viseme, length_ms in SPEECH:
        if start <= at_ms < start + length_ms:
            share = min(1.0, (at_ms - start) / (30.0 if viseme == "PP" else ease_ms))
            share = share * share * (3 - 2 * share)
            mixed = {before: 1 - share}
            mixed[viseme] = mixed.get(viseme, 0.0) + share
            return mixed
        start, before = start + length_ms, viseme
    return {"sil": 1.0}


def sequential(weights: dict[str, float]) -> dict[str, float]:
    """Weights as the contract wants them: v_i = 100 w_i / (w_0 + ... + w_i)."""
    out: dict[str, float] = {}
    total = 0.0
    for viseme in VISEMES:
        share = weights.get(viseme, 0.0)
        total += share
        out[viseme] = 100 * share / total if total > 0 else 0.0
    return out


def talk(sitter: Sitter, size_px: int, fps: int) -> list[Image.Image]:
    """A few seconds of life: listen, a nod, then a greeting."""
    frames: list[Image.Image] = []
    speech_ms = sum(length_ms for _, length_ms in SPEECH)
    sitter.reset()
    sitter.advance(1.0)
    lead_s, tail_s = 1.3, 0.9
    total = round((lead_s + speech_ms / 1000 + tail_s) * fps)
    for index in range(total):
        at_s = index / fps
        speaking = lead_s <= at_s < lead_s + speech_ms / 1000
        sitter.set("is_listening", at_s < lead_s - 0.1)
        sitter.set("is_speaking", speaking)
        if index == round(0.45 * fps):
            sitter.set("gesture", True)
        weights = speech_weights((at_s - lead_s) * 1000) if speaking else {"sil": 1.0}
        for viseme, value in sequential(weights).items():
            sitter.set(weight_name(viseme), value)
        sitter.set("energy", 55 * (1 - weights.get("sil", 0.0)) if speaking else 0)
        sitter.advance(1 / fps)
        frames.append(sitter.picture().resize((size_px, size_px), Image.Resampling.LANCZOS))
    return frames


def save_readme_images(sitter: Sitter, folder: Path, name: str) -> None:
    """docs/images: a still of anyone; of Pip the animation and the mouths too."""
    folder.mkdir(parents=True, exist_ok=True)
    sitter.reset()
    sitter.advance(0.5)
    still = sitter.picture().resize((512, 512), Image.Resampling.LANCZOS)
    still.save(folder / f"{name}.png", optimize=True)
    if name != "pip":
        return
    sitter.reset()
    fps = 20
    frames = talk(sitter, 320, fps)
    frames[0].save(
        folder / "pip.webp",
        save_all=True,
        append_images=frames[1:],
        duration=1000 // fps,
        loop=0,
        quality=68,
        method=5,
    )
    mouths(sitter, close_up=False).save(folder / "pip-mouths.webp", quality=86)


def save_sheets(sitter: Sitter, folder: Path) -> None:
    """Everything that one should look at before shipping a face."""
    folder.mkdir(parents=True, exist_ok=True)
    mouths(sitter, close_up=False).save(folder / "mouths.png")
    mouths(sitter, close_up=True).save(folder / "mouths-close.png")
    states(sitter).save(folder / "states.png")
    nod(sitter).save(folder / "nod.png")
    grounds(sitter).save(folder / "grounds.png")
    sitter.reset()
    sitter.advance(0.5)
    on(WHITE, sitter.picture()).save(folder / "large.png")


def main() -> None:
    """Parse the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("player", type=Path, help="folder of @rive-app/canvas-lite")
    parser.add_argument("--character", default="pip")
    parser.add_argument("--out", type=Path, default=ROOT / "artifacts" / "portrait")
    parser.add_argument("--readme", action="store_true", help="write docs/images instead")
    parser.add_argument("--inputs", action="store_true", help="drive inputs, not the view model")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium)
        page = browser.new_page()
        page.route("**/*", answer(options.player, build_character(options.character)))
        page.goto(ORIGIN)
        page.evaluate("load(1000)")
        sitter = Sitter(page, "in" if options.inputs else "vm")
        if options.readme:
            save_readme_images(sitter, ROOT / "docs" / "images", options.character)
        else:
            save_sheets(sitter, options.out)
        browser.close()


if __name__ == "__main__":
    main()
