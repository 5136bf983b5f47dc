"""Pip in real Firefox: he appears, he is asked, he answers, and he hears.

A smoke test. What he does is tested in Chromium; here, that another engine can play him at all. The
engines are scripted; sockets, keys, sound and pixels are real. No preference lets the page play
sound by itself: typing has to.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.e2e.bidi import ENTER, Tab
from tests.e2e.firefox import firefox
from tests.e2e.houses import house

pytestmark = [pytest.mark.firefox, pytest.mark.timeout(300)]

PROBE = Path(__file__).with_name("probe.js").read_text("utf-8")
ANSWER = "It is noon exactly."
ELEMENT = "document.querySelector('visavis-avatar')"
COLOURS = {
    "skin": (0xFF, 0x7D, 0x5F),
    "face": (0xFF, 0xE9, 0xD2),
    "leaf": (0x26, 0xB7, 0x95),
}
"""Amid gradients of characters/pip/character.svg. Not of his eyes: he blinks."""

WORDS = """void (() => {
  window.captions = [];
  const look = () => {
    const lines = document.querySelector("visavis-avatar").shadowRoot
      .querySelectorAll("#captions .line.avatar:not([hidden]) .words");
    const text = lines[lines.length - 1]?.textContent;
    if (text && text !== captions.at(-1)) captions.push(text);
    requestAnimationFrame(look);
  };
  look();
})()"""


MOUTH = "void (__witness.roi = [0.34, 0.6, 0.32, 0.2])"  # Pip's


@pytest.fixture(scope="module")
def tab(firefox_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """The served page, with Pip on it."""
    with house() as origin, firefox(firefox_path, tmp_path_factory.mktemp("profile")) as tab:
        visit(tab, origin)
        yield tab


def visit(tab: Tab, origin: str) -> None:
    """The page, once he is there."""
    tab.before_every_page(PROBE)
    tab.go(f"{origin}/")
    until(tab, "el.avatar?.nDrawn > 0 && $('#title').textContent === 'Talk with Testy'")


def about(expression: str) -> str:
    """`expression` about the element, as `el`, and its shadow root, as `$`."""
    return f"((el, $) => ({expression}))({ELEMENT}, (q) => {ELEMENT}.shadowRoot?.querySelector(q))"


def until(tab: Tab, expression: str) -> None:
    """Wait for it; fails with what is there instead."""
    if not tab.until(about(expression)):
        state = tab.evaluate(about("[$('#app')?.innerText, el.avatar?.soundState]"))
        pytest.fail(f"waited in vain for {expression}: {state}, {tab.trouble}")


def n_pixels(tab: Tab, colour: tuple[int, int, int]) -> int:
    """How many of the canvas are nearly of this colour, as a person sees them."""
    box = tab.evaluate(about("$('#stage').getBoundingClientRect()"))
    seen = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    corners = box["left"], box["top"], box["right"], box["bottom"]
    pixels = np.asarray(seen.crop(corners), dtype=np.int16)
    return int((np.abs(pixels - np.array(colour)).max(axis=2) <= 12).sum())


def test_pip_is_there_in_his_colours(tab: Tab) -> None:
    found = {name: n_pixels(tab, colour) for name, colour in COLOURS.items()}
    assert all(n >= 40 for n in found.values()), found
    assert tab.trouble == []


def test_a_typed_question_is_answered_by_voice_captions_and_mouth(tab: Tab) -> None:
    tab.evaluate(MOUTH)
    tab.evaluate(WORDS)
    tab.click(about("$('#text')"))
    tab.type(f"what time is it{ENTER}")
    until(tab, f"$('#log').innerText.includes('{ANSWER}')")
    assert tab.evaluate(about("el.avatar.soundState")) == "running"
    loudest = tab.evaluate("Math.max(...__witness.blocks.map(([, rms]) => rms))")
    assert loudest > 0.1
    growing = tab.evaluate("captions")
    assert growing[-1] == ANSWER
    assert all(ANSWER.startswith(text) for text in growing), growing
    until(tab, "__witness.frames.at(-1)[1] < 0.06")  # shut again, but for the line of his smile
    openings = [opening for _, opening in tab.evaluate("__witness.frames") if opening >= 0]
    assert max(openings) > 0.2
    assert tab.trouble == []


def test_the_microphone_opens_and_hears(tab: Tab) -> None:
    tab.evaluate("void delete navigator.mediaDevices.getUserMedia")  # Firefox's, not the probe's
    tab.click(about("$('#mute')"))
    until(tab, "el.avatar.talk.microphoneStatus === 'open'")
    until(tab, "el.avatar.level > 0.05")
    assert tab.trouble == []


def test_without_a_loudspeaker_he_answers_in_captions_and_says_why(
    firefox_path: Path, tmp_path: Path
) -> None:
    """Firefox's audio clock stands still then: the page's own moves words and mouth."""
    with house() as origin, firefox(firefox_path, tmp_path, loudspeaker="none") as tab:
        visit(tab, origin)
        tab.evaluate(MOUTH)
        tab.evaluate(WORDS)
        tab.click(about("$('#text')"))
        tab.type(f"what time is it{ENTER}")
        until(tab, f"$('#log').innerText.includes('{ANSWER}')")
        assert tab.evaluate(about("el.avatar.soundState")) == "absent"
        assert "No sound output" in tab.evaluate(about("$('#notices').innerText"))
        growing = tab.evaluate("captions")
        assert growing[-1] == ANSWER
        assert len(growing) >= 3, "the words did not come one by one"
        until(tab, "__witness.frames.at(-1)[1] < 0.06")
        assert max(opening for _, opening in tab.evaluate("__witness.frames")) > 0.2
        replies = "[...el.avatar.talk.conversation.replies.values()].map((reply) => reply.status)"
        assert tab.evaluate(about(replies))[-1] == "ended", "the server was not told"
        assert tab.trouble == []
