"""`visavis bench av`: sound and mouth against each other, from recordings of the page.

A real server answers typed questions in real Chromium, whose canvas and sound the browser's own
recorder films. The films are decoded here, and in each stretch of 2.5 s the mouth that was filmed
is compared with the one that the reply's cues ask for while that sound is at the ear
(browser/synchrony.py). Nothing that the page says of its own timing is used but the output latency.

Replies are disturbed in turn; what is counted apart is what comes after the disturbance:

| figure | what it is |
|---|---|
| `offset_p50_ms` | the middle offset; above 0 the mouth is late |
| `offset_abs_p95_ms` | 95 % of all stretches lie within this, early or late |
| `after_pause_abs_p95_ms` | the same after the sound device had been suspended for a second |
| `after_bargein_abs_p95_ms` | the same in the reply that follows an interrupted one |
| `after_tab_abs_p95_ms` | the same after the window had been minimised, with one frame a second |
| `n_stretches`, `n_unclear` | stretches that were judged; the others: cut off, disturbed, filmed too seldom, or no shift fits |
| `film_fps` | frames a second in the films |
"""  # noqa: E501 - a table's lines can't be broken

from __future__ import annotations

import asyncio
import base64
import tempfile
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import numpy as np
import typer
from rich.progress import Progress

from visavis.bench.browser.check import Film, decode
from visavis.bench.browser.chromium import open_page
from visavis.bench.browser.evidence import Evidence, Take
from visavis.bench.browser.gauge import ENDED
from visavis.bench.browser.pose import MouthCue
from visavis.bench.browser.synchrony import Offset, Spoken, n_stretches_of, offsets
from visavis.bench.latency import COLUMNS, console
from visavis.bench.report import Report, commit, show
from visavis.bench.server import running, serve_command
from visavis.errors import SetupError
from visavis.hear.audio import RATE_HZ
from visavis.reply.persona import load_persona
from visavis.wire import messages as wire

if TYPE_CHECKING:
    from playwright.async_api import Page

Disturbance = Literal["none", "pause", "bargein", "tab"]
_DISTURBANCES: tuple[Disturbance, ...] = ("none", "pause", "bargein", "tab")
_ANSWER_S = 12.0
_DISTURBED_AFTER_S = 0.7
_AWAY_S = 1.0
_LONGEST_REPLY_S = 30.0
_N_QUESTIONS = 18


@dataclass(frozen=True, slots=True)
class Scene:
    """One film, what disturbed it, and when that was over, in the film's time."""

    disturbance: Disturbance
    webm: bytes
    replies: tuple[Spoken, ...]
    output_latency_ms: float
    calm_from_ms: float


def av(
    minutes: Annotated[float, typer.Option(min=0.5, help="How long to film.")] = 10.0,
    persona: Annotated[str, typer.Option(help="Who answers.")] = "pip",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Film the page while it talks: how far are mouth and sound apart?"""
    commit()
    figures = asyncio.run(_measure(minutes, persona))
    report = Report("av", figures, {"minutes": minutes, "persona": persona})
    show(report, as_json, console)


async def _measure(minutes: float, persona: str) -> dict[str, float]:
    with Progress(*COLUMNS, console=console, transient=True) as bar:
        task = bar.add_task("Filming", total=60.0 * minutes)
        scenes: list[Scene] = []
        async with running(serve_command(persona)) as server:
            with tempfile.TemporaryDirectory(prefix="visavis-bench-") as folder:
                microphone = _silence(Path(folder) / "microphone.wav")
                async with open_page(server.page_url, microphone) as page:
                    began_s = time.monotonic()
                    questions = _questions(persona)
                    crew = _Crew(page)
                    await crew.begin()
                    for n, question in enumerate(cycle(questions)):
                        disturbance = _DISTURBANCES[n % len(_DISTURBANCES)]
                        scenes.append(await crew.film(question, disturbance))
                        spent_s = time.monotonic() - began_s
                        bar.update(task, completed=spent_s)
                        if spent_s >= 60.0 * minutes:
                            break
        return await asyncio.to_thread(_figures, scenes)


def _questions(persona: str) -> list[str]:
    """Those with the longest answers: an answer has to go on behind what disturbs it."""
    facts = sorted(load_persona(persona).facts, key=lambda fact: -len(fact.answer))
    return [fact.ask[0] for fact in facts[:_N_QUESTIONS]]


class _Crew:
    """Asks, films and disturbs on one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._evidence = Evidence()

    async def begin(self) -> None:
        """Start by typing, so that nobody's microphone is needed; let the greeting pass."""
        page = self._page
        await page.evaluate("__witness.keepsVoices = true")
        await page.fill("#text", "Hello!")
        await page.keyboard.press("Enter")
        for _ in range(int(_LONGEST_REPLY_S / 0.1)):
            if await page.evaluate(ENDED):
                break
            await asyncio.sleep(0.1)
        else:
            raise SetupError("Nothing was answered.", hint="Run `visavis doctor`.")
        await self._take()

    async def film(self, question: str, disturbance: Disturbance) -> Scene:
        """Ask, film the answer, disturb it on the way."""
        page = self._page
        n_messages = len(self._evidence.messages)
        await page.evaluate("__witness.record()")
        began_s = time.monotonic()
        await self._ask(question)
        await asyncio.sleep(_DISTURBED_AFTER_S)
        calm_s = 0.0
        match disturbance:
            case "pause":
                await page.evaluate("__witness.context.suspend()")
                await asyncio.sleep(_AWAY_S)
                await page.evaluate("__witness.context.resume()")
            case "bargein":
                await page.keyboard.press("Escape")
                await self._ask(question)
            case "tab":
                await self._window("minimized")
                await asyncio.sleep(_AWAY_S)
                await self._window("normal")
            case "none":
                pass
        if disturbance != "none":
            calm_s = time.monotonic() - began_s
        await self._until_ended()
        webm = await self._take()
        replies = _replies(self._evidence, n_messages)
        latency_ms = self._evidence.output_latency_ms
        return Scene(disturbance, webm, replies, latency_ms, 1_000.0 * calm_s)

    async def _ask(self, question: str) -> None:
        await self._page.fill("#text", question)
        await self._page.press("#text", "Enter")
        now_ms = await self._page.evaluate("performance.now()")
        until = [now_ms + 300.0, now_ms + 1_000.0 * _ANSWER_S]
        await self._page.evaluate("([from, until]) => __witness.untilAudible(from, until)", until)

    async def _until_ended(self) -> None:
        for _ in range(int(_LONGEST_REPLY_S / 0.1)):
            if await self._page.evaluate(ENDED):
                return
            await asyncio.sleep(0.1)

    async def _window(self, state: Literal["minimized", "normal"]) -> None:
        session = await self._page.context.new_cdp_session(self._page)
        window = cast("dict[str, Any]", await session.send("Browser.getWindowForTarget"))
        bounds = {"windowId": window["windowId"], "bounds": {"windowState": state}}
        await session.send("Browser.setWindowBounds", bounds)
        await session.detach()

    async def _take(self) -> bytes:
        taken = await self._page.evaluate("__witness.take().then(JSON.stringify)")
        take = Take.model_validate_json(taken)
        self._evidence.add(take)
        return base64.b64decode(take.file)


def _replies(evidence: Evidence, from_message: int) -> tuple[Spoken, ...]:
    """Those that were revealed since then."""
    messages = [message for _, message in evidence.messages[from_message:]]
    revealed = [m.reply_id for m in messages if isinstance(m, wire.ReplyCommit)]
    rates = {m.reply_id: m.rate_hz for m in messages if isinstance(m, wire.ReplyArmed)}
    cues = {
        reply_id: tuple(
            MouthCue(cue.at_sample, cue.viseme, cue.weight)
            for m in messages
            if isinstance(m, wire.ReplyPhrase) and m.reply_id == reply_id
            for cue in m.cues
        )
        for reply_id in revealed
    }
    return tuple(
        Spoken(evidence.voice(reply_id), rates[reply_id], cues[reply_id])
        for reply_id in revealed
        if reply_id in rates
    )


def _figures(scenes: Sequence[Scene]) -> dict[str, float]:
    calm: dict[Disturbance, list[Offset]] = {name: [] for name in _DISTURBANCES}
    n_stretches, frame_rates = 0, list[float]()
    for scene in scenes:
        film = decode(scene.webm)
        frame_rates.append(_fps(film))
        for spoken in scene.replies:
            n_stretches += n_stretches_of(spoken)
            found = offsets(film, spoken, scene.output_latency_ms)
            calm[scene.disturbance] += [one for one in found if one.film_ms >= scene.calm_from_ms]
    everything = [one.offset_ms for part in calm.values() for one in part]
    if not everything:
        raise SetupError("No stretch of any film could be judged.", hint="Film for longer.")
    figures = {
        "offset_p50_ms": float(np.median(everything)),
        "offset_abs_p95_ms": _p95(everything),
    }
    for name in _DISTURBANCES[1:]:
        if part := [one.offset_ms for one in calm[name]]:
            figures[f"after_{name}_abs_p95_ms"] = _p95(part)
    return {
        **figures,
        "n_stretches": len(everything),
        "n_unclear": max(0, n_stretches - len(everything)),
        "film_fps": float(np.median(frame_rates)),
    }


def _p95(offsets_ms: Sequence[float]) -> float:
    return float(np.percentile(np.abs(offsets_ms), 95))


def _fps(film: Film) -> float:
    spans = np.diff(film.frames_ms)
    return 1_000.0 / float(np.median(spans)) if len(spans) else 0.0


def _silence(path: Path) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(bytes(2 * RATE_HZ))
    return path
