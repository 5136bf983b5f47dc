"""Intrusions in real Chromium: all of a conversation's lie in one file, its microphone."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from visavis.bench.bargein.listener import VERDICT_S
from visavis.bench.bargein.reading import Script, read_trial, write_script
from visavis.bench.bargein.trial import Scene, Trial
from visavis.bench.browser.chromium import open_page
from visavis.bench.browser.contender import Browser, BrowserConversation
from visavis.bench.browser.microphone import lay_out, write
from visavis.hear.audio import RATE_HZ

GAP_S = VERDICT_S + 1.6
"""Between an intrusion and the next question: the verdict, the stop, and the room before."""

_SETTLE_S = 0.3


class Stage(BrowserConversation):
    """One page on which scenes are played, in the order of its microphone's file."""

    async def perform(self, script: Script) -> Trial:
        """Wait until the file has played this, and for what comes of it; stop the answer."""
        start_sample = self._track.starts[self._index]
        self._index += 1
        start_ms = self._microphone_since_ms + start_sample * 1_000.0 / RATE_HZ
        length_ms = len(script.recording.sound) * 1_000.0 / RATE_HZ
        until_ms = start_ms + length_ms + 1_000.0 * VERDICT_S
        await self._page.evaluate(
            "until => new Promise(done => setTimeout(done, until - performance.now()))", until_ms
        )
        await self._page.keyboard.press("Escape")
        await asyncio.sleep(_SETTLE_S)
        await self._take()
        return await asyncio.to_thread(read_trial, self._evidence, script, start_ms, until_ms)

    async def begin(self) -> None:
        """See `BrowserConversation.begin`; the answers' own sound is kept too."""
        await self._page.evaluate("__witness.keepsVoices = true")
        await super().begin()


@asynccontextmanager
async def open_stage(
    page_url: str, scenes: Sequence[Scene]
) -> AsyncGenerator[tuple[Stage, list[Script]], None]:
    """Open the page with these scenes for a microphone; stop the greeting.

    Raises:
        SetupError: there is no Chromium, no playwright, or the page can't start.
    """
    scripts = [write_script(scene) for scene in scenes]
    recordings = [script.recording for script in scripts]
    track = lay_out(recordings, GAP_S)
    browser = Browser(page_url, recordings, len(recordings), gap_s=GAP_S, check_every=0)
    with tempfile.TemporaryDirectory(prefix="visavis-bench-") as folder:
        microphone = Path(folder) / "microphone.wav"
        write(track, microphone)
        async with open_page(page_url, microphone) as page:
            stage = Stage(browser, page, recordings, track)
            await stage.begin()
            yield stage, scripts
