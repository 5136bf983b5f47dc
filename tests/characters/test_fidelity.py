"""An SVG drawn by Chromium and by Rive: the same picture, but for the edges."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

from tests.characters.pixels import by_chromium, on_white, still
from visavis.characters.studio import Studio, studio
from visavis.face.svg import read_svg

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SIZE_PX = 400
MEAN_LIMIT = 2.0
P99_LIMIT = 40.0
"""Of 255, over all pixels that either of them draws on. Edges are antialiased differently."""

NS = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"'
CASES = {
    "shapes": """<rect x="5" y="5" width="40" height="30" rx="8" ry="14" fill="teal"/>
      <circle cx="70" cy="25" r="18" fill="#e55"/><ellipse cx="25" cy="70" rx="20" ry="10"/>
      <polygon points="60,55 95,60 80,92" fill="gold"/>""",
    "curves": """<path d="M10 50 C20 5 40 5 50 50 S80 95 90 50 Q70 20 50 30 T12 40 Z" fill="#46a"/>
      <path d="M20 80 a12 6 30 1 1 22 6 z M60 70 A15 20 0 0 0 90 80" fill="#a46"/>""",
    "strokes": """<g fill="none" stroke="#333" stroke-width="6">
      <path d="M10 20 L40 10 L60 30"/><path d="M10 50 L40 40 L60 60" stroke-linecap="round"
      stroke-linejoin="round" stroke="tomato"/><path d="M10 85 L40 72 L60 92" stroke-width="9"
      stroke-linecap="square" stroke-linejoin="bevel" stroke="steelblue"/>
      <circle cx="80" cy="50" r="12" stroke-width="3"/></g>""",
    "skewed strokes": """<g transform="translate(20 10) skewX(25) scale(1.6 .6)">
      <rect x="4" y="10" width="30" height="60" fill="#fd8" stroke="#530" stroke-width="5"/>
      <circle cx="20" cy="100" r="14" fill="none" stroke="navy" stroke-width="6"/></g>""",
    "linear gradients": """<defs><linearGradient id="a" x2="1" y2="1"><stop stop-color="red"/>
      <stop offset=".4" stop-color="gold"/><stop offset="1" stop-color="blue"/></linearGradient>
      <linearGradient id="b" href="#a" gradientTransform="rotate(30 .5 .5) skewX(20)"/>
      <linearGradient id="c" gradientUnits="userSpaceOnUse" x1="10" x2="60"><stop
      stop-color="#0a0" stop-opacity="0"/><stop offset="1" stop-color="#0a0"/></linearGradient>
      </defs><rect x="5" y="5" width="60" height="25" fill="url(#a)"/>
      <rect x="5" y="35" width="60" height="25" fill="url(#b)"/>
      <rect x="5" y="65" width="60" height="25" fill="url(#c)" transform="rotate(-8)"/>
      <circle cx="82" cy="50" r="12" fill="none" stroke="url(#a)" stroke-width="8"/>""",
    "radial gradients": """<defs><radialGradient id="a"><stop stop-color="white"/>
      <stop offset="1" stop-color="#b04"/></radialGradient><radialGradient id="b" cx=".3" cy=".3"
      r=".8" gradientTransform="skewX(20)"><stop stop-color="gold"/><stop offset=".5"
      stop-color="teal"/><stop offset="1" stop-color="navy"/></radialGradient></defs>
      <ellipse cx="30" cy="25" rx="28" ry="14" fill="url(#a)"/>
      <rect x="5" y="48" width="70" height="30" fill="url(#b)" stroke="#333" stroke-width="2"/>
      <g transform="translate(80 20) rotate(30) scale(1 .5)"><circle r="16" fill="url(#a)"/></g>""",
    "clips": """<defs><clipPath id="a"><circle cx="30" cy="30" r="22"/></clipPath>
      <clipPath id="b"><rect x="50" y="50" width="30" height="30" transform="rotate(15 65 65)"/>
      <circle cx="60" cy="85" r="9"/></clipPath></defs>
      <g clip-path="url(#a)"><rect width="60" height="30" fill="#48c"/><g clip-path="url(#b)"
      ><rect width="99" height="99" fill="red"/></g></g>
      <path clip-path="url(#b)" d="M40 40 H95 V95 H40 Z M55 55 v20 h20 v-20 z" fill="#284"/>""",
    "fill rules": """<path id="s" d="M50 5 L79 95 L3 38 L97 38 L21 95 Z" fill-rule="evenodd"
      fill="#845" transform="scale(.5)"/><use href="#s" x="50" fill-rule="nonzero"/>
      <path d="M10 60 h40 v30 h-40 z M20 65 h20 v20 h-20 z" fill="#27a"/>
      <path d="M60 60 h30 v30 h-30 z M70 65 v20 h15 v-20 z" fill="#27a"/>""",
    "groups": """<style>.a{fill:#fa0;stroke:#730;stroke-width:2}#t{opacity:.5}</style>
      <g class="a" transform="matrix(.9 .2 -.3 .8 20 5)"><rect width="30" height="30"/>
      <g transform="translate(35 20) rotate(20)" id="t"><circle r="14" stroke="none"/></g></g>
      <g opacity=".4"><circle cx="75" cy="75" r="15"/></g><use href="#t" x="20" y="60"/>""",
    "dashes": """<g fill="none" stroke="#335" stroke-width="4"><path d="M5 10 H95"
      stroke-dasharray="9 5"/><path d="M5 25 C30 5 60 45 95 20" stroke-dasharray="6"
      stroke-linecap="round" stroke="tomato"/><circle cx="25" cy="60" r="18"
      stroke-dasharray="0 13" stroke-width="7" stroke-linecap="round" stroke="teal" fill="#def"/>
      <rect x="55" y="45" width="38" height="28" stroke-dasharray="7 3 2 3" stroke-dashoffset="4"
      fill="#fe9"/>
      <path d="M5 90 h30 M40 85 h50 l-8 10" stroke-dasharray="12 4" stroke-dashoffset="-3"/></g>""",
    "skewed dashes": """<g transform="translate(20 10) skewX(25) scale(1.6 .6)" fill="none"
      stroke-width="5"><rect x="4" y="10" width="30" height="60" stroke="#530"
      stroke-dasharray="8 4"/><circle cx="20" cy="105" r="14" stroke="navy" fill="#cdf"
      stroke-dasharray="5 3 1 3" stroke-linecap="round"/></g>""",
    "gradients with a focus": """<defs><radialGradient id="a" fx=".3" fy=".25"><stop
      stop-color="#fff7e0"/><stop offset=".5" stop-color="#f6a"/><stop offset="1"
      stop-color="#315"/></radialGradient><radialGradient id="b" gradientUnits="userSpaceOnUse"
      cx="70" cy="60" r="20" fx="82" fy="52" gradientTransform="skewX(10)"><stop offset=".2"
      stop-color="gold"/><stop offset="1" stop-color="teal"/></radialGradient></defs>
      <ellipse cx="27" cy="30" rx="25" ry="20" fill="url(#a)" stroke="#223" stroke-width="2"/>
      <path d="M50 45 h45 v45 h-45 z M60 80 h9 v-9 h-9 z" fill="url(#b)"/>
      <g transform="translate(75 22) rotate(40) scale(1 .6)"><circle r="18" fill="url(#a)"/></g>""",
    "mitres": """<g fill="none" stroke="#262" stroke-width="7"><path d="M10 45 L20 8 L30 45"/>
      <path d="M45 45 L51 8 L57 45"/><path d="M70 45 L80 22 L90 45" stroke-miterlimit="9"
      stroke="#a33"/><path d="M10 90 L30 60 L50 90 Z" stroke-miterlimit="1.2" stroke="#33a"/>
      <path d="M65 90 L75 65 L85 90" stroke-miterlimit="2"/></g>""",
    "painted lines first": """<g paint-order="stroke" stroke="#222" stroke-width="10">
      <circle cx="30" cy="30" r="15" fill="#fc6"/><path d="M50 60 h40 v30" fill="#9cf"/></g>""",
}
OWN = sorted((Path(__file__).parents[2] / "characters").glob("*/character.svg"))


@pytest.fixture(scope="module")
def camera() -> Generator[Studio, None, None]:
    square = f'<svg {NS}><rect width="9" height="9"/></svg>'.encode()
    with studio(still(read_svg(square)), size_px=SIZE_PX) as opened:
        yield opened


def difference(camera: Studio, svg: bytes) -> tuple[float, float]:
    """(mean, 99th percentile) of the largest channel's difference, over the drawn pixels."""
    camera.load(still(read_svg(svg)), SIZE_PX)
    camera.advance(1 / 60)
    ours = on_white(camera.picture())
    theirs = by_chromium(camera, svg, SIZE_PX)
    is_drawn = (ours < 254).any(axis=2) | (theirs < 254).any(axis=2)
    assert is_drawn.mean() > 0.05
    apart = np.abs(ours - theirs).max(axis=2)[is_drawn]
    return float(apart.mean()), float(np.percentile(apart, 99))


@pytest.mark.parametrize("name", CASES)
def test_a_drawing_looks_as_in_a_browser(camera: Studio, name: str) -> None:
    svg = f'<svg {NS} width="{SIZE_PX}" height="{SIZE_PX}">{CASES[name]}</svg>'.encode()
    mean, p99 = difference(camera, svg)
    print(f"{name}: mean {mean:.2f}, 99th percentile {p99:.0f}")
    assert mean < MEAN_LIMIT
    assert p99 < P99_LIMIT


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.parent.name)
def test_our_own_drawings_too(camera: Studio, path: Path) -> None:
    frame = f'<svg width="{SIZE_PX}" height="{SIZE_PX}" '.encode()
    mean, p99 = difference(camera, path.read_bytes().replace(b"<svg ", frame, 1))
    print(f"{path.parent.name}: mean {mean:.2f}, 99th percentile {p99:.0f}")
    assert mean < MEAN_LIMIT
    assert p99 < P99_LIMIT
    assert camera.complaints == []
