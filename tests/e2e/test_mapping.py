"""Somebody else's character in real Chromium: other names, other kinds of mouth, told in JSON.

The file is Pip under other names: foreign.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.e2e.foreign import INDEX, renamed
from visavis.bench.browser.gauge import Gauge, gauge
from visavis.face.contract import VISEMES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

WEIGHTS = {
    "plane": "inputs",
    "mouth": {
        "kind": "weights",
        "names": {viseme: f"Mouth {viseme}" for viseme in VISEMES},
        "full": 100,
        "blend": "sequential",
    },
}


@pytest.fixture(scope="module")
def page() -> Iterator[Gauge]:
    with gauge({"characters/hero.riv": renamed()}, size_px=420) as opened:
        yield opened


def shown(page: Gauge, mouth: str, mapping: dict[str, Any] | None, who: str) -> NDArray[np.float64]:
    """The drawn mouth's region, grey, once this shape has been held for a while."""
    page.call("open", who, 400, mapping)
    page.call("hold", mouth)
    page.page.wait_for_timeout(900)
    pixels = page.page.evaluate(
        """() => {
          const small = new OffscreenCanvas(48, 32).getContext("2d");
          const { width, height } = document.querySelector("#stage");
          small.fillStyle = "white";
          small.fillRect(0, 0, 48, 32);
          small.drawImage(document.querySelector("#stage"),
            0.32 * width, 0.58 * height, 0.36 * width, 0.24 * height, 0, 0, 48, 32);
          return [...small.getImageData(0, 0, 48, 32).data];
        }"""
    )
    return np.array(pixels, dtype=np.float64).reshape(32, 48, 4)[..., :3].mean(axis=2)


@pytest.mark.parametrize("mapping", [INDEX, WEIGHTS], ids=["index, view model", "weights, inputs"])
def test_a_foreign_file_shows_the_mouths_that_ours_does(
    page: Gauge, mapping: dict[str, Any]
) -> None:
    """Each of three shapes looks more like our own of that name than like the others."""
    mouths = ("sil", "aa", "U")
    ours = {mouth: shown(page, mouth, None, "pip") for mouth in mouths}
    for mouth in mouths:
        theirs = shown(page, mouth, mapping, "hero")
        apart = {name: float(np.abs(theirs - one).mean()) for name, one in ours.items()}
        assert min(apart, key=lambda name: apart[name]) == mouth, apart
    assert page.complaints == []


def refusal(page: Gauge, mapping: dict[str, Any]) -> str:
    with pytest.raises(Exception, match="does not fit") as refused:
        page.call("open", "hero", 100, mapping)
    return str(refused.value)


def test_what_the_file_lacks_is_told_with_what_it_has(page: Gauge) -> None:
    """The names come from the file itself, by the real player."""
    told = refusal(page, INDEX | {"speaking": "is_speaking", "gestures": {"wave": "hello"}})
    assert 'speaking: there is no boolean "is_speaking"' in told
    assert 'gestures.wave: there is no trigger "hello"' in told
    assert "view model: numbers: " in told
    assert "mouthShape" in told
    assert "booleans: talks" in told

    told = refusal(page, WEIGHTS | {"energy": {"name": "loudness"}})
    assert "state machine's inputs: numbers: " in told
    assert "Mouth aa" in told

    told = refusal(page, INDEX | {"artboard": "Character"})
    assert 'there is no "Character"' in told
    assert '"Hero" (Face)' in told

    told = refusal(page, INDEX | {"stateMachine": "Avatar"})
    assert 'stateMachine: there is no "Avatar"' in told
    assert '"Hero" (Face)' in told


def test_without_a_mapping_a_foreign_file_is_refused(page: Gauge) -> None:
    with pytest.raises(Exception, match=r"could not load|does not fit"):
        page.call("open", "hero", 100)
