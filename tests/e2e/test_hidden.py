"""A tab that is really behind another: nothing is drawn, he talks on, and he is in time at once.

What a page is told of it, and does, is in test_element.py, where it is imitated.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.cdp import Window, chromium
from tests.e2e.houses import house
from tests.e2e.witness import EVERYTHING, best_lag_ms, seen_from
from tests.serve.scripted import ScriptedTts
from visavis.voice.tts import Voiced, VoiceStyle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PROBE = Path(__file__).with_name("probe.js").read_text("utf-8")
ELEMENT = "document.querySelector('visavis-avatar')"
DRAWN = f"{ELEMENT}.avatar.nDrawn"
AWAY_S = 3.0
BACK_S = 2.0


class Syllables(ScriptedTts):
    """Each phrase is a loud, open quarter of a second and a shut, silent one."""

    async def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        await asyncio.sleep(self.delay_s)
        sound = np.zeros(8_000, dtype=np.float32)
        sound[:4_000] = 0.3 * np.sin(np.arange(4_000) * 2 * np.pi * 200 / self.rate_hz)
        yield Voiced(sound, self.rate_hz, (("a", 4_000), ("m", 4_000)), text)


def test_behind_another_tab_he_talks_on_undrawn_and_comes_back_in_time(
    browser_path: Path, tmp_path: Path
) -> None:
    with house(tts=Syllables()) as origin, chromium(browser_path, tmp_path) as window:
        window.go(f"{origin}/", before=PROBE)
        window.until(f"{ELEMENT}?.avatar?.nDrawn > 0")
        window.evaluate("void (__witness.roi = [0.34, 0.6, 0.32, 0.2])")  # Pip's mouth
        window.click(f"{ELEMENT}.shadowRoot.querySelector('#text')")
        window.enter("tell me a story")
        window.until(f"{ELEMENT}.avatar.talk?.conversation.turnId === 1")
        window.until("__witness.loudness() > 0.05")

        window.hide()
        window.until("document.visibilityState === 'hidden'")
        drawn, frames = window.evaluate(f"[{DRAWN}, __witness.frames.length]")
        loudness = _listen(window, AWAY_S)
        assert window.evaluate(DRAWN) == drawn
        noted = window.evaluate("__witness.frames.length")
        assert noted <= frames + 1, "the browser gave it frames: it was not hidden"
        assert np.min(loudness) > 0.05, "he fell silent"

        window.show()
        window.until("document.visibilityState === 'visible'")
        back_ms = window.evaluate("performance.now()")
        window.until(f"performance.now() > {back_ms + 1_000 * BACK_S}")
        seen = seen_from(*window.evaluate(EVERYTHING)).between(back_ms, np.inf)
        assert len(seen.drawn_ms) > 10
        lag_ms, match = best_lag_ms(seen)
        print(f"lag {lag_ms} ms, correlation {match:.2f}")
        assert match > 0.6
        assert abs(lag_ms) <= 80.0
        assert window.trouble == []


def _listen(window: Window, seconds: float) -> list[float]:
    """How loud the last syllables were, again and again."""
    found: list[float] = []
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        found.append(float(window.evaluate("__witness.loudness()")))
        time.sleep(0.2)
    return found
