"""Visavis in real Chromium: the page as it is served, a file for a microphone, a witness beside it.

A conversation is one browser. All its questions lie in one file, which Chromium plays as its
microphone, so this contender has to know beforehand what will be asked. It presses Escape when an
answer has been heard for a moment, as a listener would, so that the next question finds a quiet
room.
"""

from __future__ import annotations

import asyncio
import base64
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from visavis.bench.browser.check import compare, decode
from visavis.bench.browser.chromium import Meter, open_page
from visavis.bench.browser.evidence import Evidence, Take
from visavis.bench.browser.microphone import Track, lay_out, write
from visavis.bench.browser.mouth import REGION
from visavis.bench.browser.notes import BrowserNotes, Check, Cost, TurnNote
from visavis.bench.browser.timing import Reading, frame_interval_ms, read_turn
from visavis.bench.recording import Recording
from visavis.bench.turns import Turn
from visavis.errors import SetupError
from visavis.hear.audio import RATE_HZ

if TYPE_CHECKING:
    from playwright.async_api import Page

_GREETING_S = 4.0
_READY_S = 30.0
_LISTEN_ON_S = 0.7
_SETTLE_S = 0.3
_BEFORE_NEXT_S = 0.8
"""Whoever has not answered so long before the next question has missed this one."""


@dataclass(frozen=True, slots=True)
class _Film:
    """A turn's recording, to be looked at when nobody is being measured."""

    turn: Turn
    webm: bytes
    output_latency_ms: float


class Browser:
    """A contender: `recordings` are asked in this order, `per_conversation` in each browser.

    Every `check_every`th turn is recorded and checked; 0 checks none.
    """

    def __init__(
        self,
        page_url: str,
        recordings: Sequence[Recording],
        per_conversation: int,
        *,
        name: str = "visavis",
        gap_s: float = 5.0,
        check_every: int = 10,
    ) -> None:
        self.name = name
        self.gap_s = gap_s
        self.check_every = check_every
        self._page_url = page_url
        self._blocks = [
            recordings[at : at + per_conversation]
            for at in range(0, len(recordings), per_conversation)
        ]
        self._n_conversations = 0
        self._n_begun = 0
        self._turns: list[TurnNote] = []
        self._checks: list[Check] = []
        self._costs: list[Cost] = []
        self._unaligned: list[Turn] = []

    @property
    def notes(self) -> BrowserNotes:
        """What is known beside the turns, so far."""
        return BrowserNotes(tuple(self._turns), tuple(self._checks), tuple(self._costs))

    def measured(self, turns: Sequence[Turn]) -> list[Turn]:
        """The turns without those whose t0 could not be found."""
        return [turn for turn in turns if not any(turn is other for other in self._unaligned)]

    @asynccontextmanager
    async def conversation(self) -> AsyncGenerator[BrowserConversation, None]:
        """Open the page with the next block of questions for a microphone; stop the greeting.

        Raises:
            SetupError: there is no Chromium, no playwright, or the page can't start.
        """
        asked = self._blocks[self._n_conversations]
        self._n_conversations += 1
        track = lay_out(asked, self.gap_s)
        with tempfile.TemporaryDirectory(prefix="visavis-bench-") as folder:
            microphone = Path(folder) / "microphone.wav"
            write(track, microphone)
            async with open_page(self._page_url, microphone) as page:
                talk = BrowserConversation(self, page, asked, track)
                await talk.begin()
                meter = Meter()
                yield talk
                self._costs.append(meter.read())
        for film in talk.films:
            await self._check(film)

    def note(self, reading: Reading, note: TurnNote) -> None:
        """Keep what is known of a turn."""
        self._turns.append(note)
        if not note.is_aligned:
            self._unaligned.append(reading.turn)

    def wants_film(self) -> bool:
        """The turn that begins now is one of the sample."""
        self._n_begun += 1
        return self.check_every > 0 and self._n_begun % self.check_every == 1 % self.check_every

    async def _check(self, film: _Film) -> None:
        if not self.measured([film.turn]):
            return
        decoded = await asyncio.to_thread(decode, film.webm)
        self._checks.append(compare(film.turn, decoded, film.output_latency_ms))


class BrowserConversation:
    """One page, talking."""

    def __init__(
        self, browser: Browser, page: Page, asked: Sequence[Recording], track: Track
    ) -> None:
        self.films: list[_Film] = []
        self._browser = browser
        self._page = page
        self._asked = asked
        self._track = track
        self._index = 0
        self._evidence = Evidence()
        self._microphone_since_ms = 0.0
        self._is_filmed = False

    async def begin(self) -> None:
        """Press start, and stop the greeting as soon as it is heard."""
        page = self._page
        await page.evaluate("region => { __witness.region = region }", list(REGION))
        await page.click("#start")
        self._microphone_since_ms = await self._microphone()
        await self._until_audible(0.0, self._microphone_since_ms + 1_000.0 * _GREETING_S)
        await page.keyboard.press("Escape")
        await asyncio.sleep(_SETTLE_S)
        await self._take()
        if not self._evidence.end_frame:
            raise SetupError("The page's sound does not run.", hint="Run `visavis doctor`.")
        await self._film_if_wanted()

    async def ask(self, recording: Recording) -> Turn:
        """Wait until the file has asked this and an answer has begun; stop the answer.

        Raises:
            ValueError: this is not what the microphone's file asks next.
        """
        if self._asked[self._index] is not recording:
            raise ValueError(f"{recording.recording_id} is not next in the microphone's file")
        start_sample = self._track.starts[self._index]
        self._index += 1
        filmed, self._is_filmed = self._is_filmed, False
        start_ms = self._microphone_since_ms + start_sample * 1_000.0 / RATE_HZ
        t0_ms = start_ms + recording.speech_end_ms
        end_ms = start_ms + len(recording.sound) * 1_000.0 / RATE_HZ
        last_ms = end_ms + 1_000.0 * (self._browser.gap_s - _BEFORE_NEXT_S)
        await self._until_audible(t0_ms, last_ms - 1_000.0 * _LISTEN_ON_S)
        await asyncio.sleep(_LISTEN_ON_S)
        await self._page.keyboard.press("Escape")
        await asyncio.sleep(_SETTLE_S)
        webm = await self._take()
        await self._film_if_wanted()
        reading = await asyncio.to_thread(read_turn, self._evidence, recording, start_ms)
        self._note(reading, start_ms, last_ms)
        if filmed:
            self.films.append(_Film(reading.turn, webm, self._evidence.output_latency_ms))
        return reading.turn

    async def _film_if_wanted(self) -> None:
        """The recorder must run before the next question begins."""
        if self._index < len(self._asked) and self._browser.wants_film():
            self._is_filmed = True
            await self._page.evaluate("__witness.record()")

    def _note(self, reading: Reading, from_ms: float, to_ms: float) -> None:
        evidence, question = self._evidence, reading.question
        alignment, sent = question.alignment, question.sent
        note = TurnNote(
            recording_id=reading.turn.recording.recording_id,
            correlation=alignment.strength,
            sent_correlation=sent.strength if sent else 0.0,
            clearness=min(alignment.clearness, sent.clearness) if sent else 0.0,
            slip_ms=alignment.slip_samples * 1_000.0 / RATE_HZ,
            output_latency_ms=evidence.output_latency_ms,
            frame_interval_ms=frame_interval_ms(evidence.frames, from_ms, to_ms),
            react_mood=reading.react_mood,
        )
        self._browser.note(reading, note)

    async def _microphone(self) -> float:
        """When the microphone was opened, in the page's clock."""
        for _ in range(int(_READY_S / 0.1)):
            since_ms, problem = await self._page.evaluate(
                "[__witness.microphoneSinceMs, __witness.problem]"
            )
            if problem:
                raise SetupError(f"The witness could not listen: {problem}")
            if since_ms:
                return float(since_ms)
            await asyncio.sleep(0.1)
        raise SetupError("The page never opened its microphone.", hint="Run `visavis doctor`.")

    async def _until_audible(self, from_ms: float, until_ms: float) -> None:
        await self._page.evaluate(
            "([from, until]) => __witness.untilAudible(from, until)", [from_ms, until_ms]
        )

    async def _take(self) -> bytes:
        """Fetch what the witness has; returns the recording, if there was one."""
        taken = await self._page.evaluate("__witness.take().then(JSON.stringify)")
        take = Take.model_validate_json(taken)
        self._evidence.add(take)
        return base64.b64decode(take.file)
