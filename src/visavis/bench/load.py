"""`visavis bench load`: from an address to a face, from a click to an ear, and what it all weighs.

Each round is a new browser on a real server: the page is opened cold, talked to, left, and opened
again warm, with what the browser has kept.

| figure | what it is |
|---|---|
| `cold_face_p50_ms`, `warm_face_p50_ms` | from the navigation's start to the first frame with a face, by its pixels |
| `cold_click_p50_ms`, `warm_click_p50_ms` | from the click to an open microphone in a session that is ready |
| `cold_page_kb`, `warm_page_kb` | bytes over the network until the face is there |
| `warm_click_requests` | HTTP requests that reached the network because of a warm click |
| `warm_click_sockets` | WebSockets that it opened: the conversation itself |
| `up_kb_per_s` | sent while a person may speak: the microphone, at its own rate |
| `down_kb_per_s` | received for each second of speech: the voice, its mouths and words |
"""  # noqa: E501 - a table's lines can't be broken

from __future__ import annotations

import asyncio
import statistics
import tempfile
import wave
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from visavis.bench.browser.chromium import open_page
from visavis.bench.browser.gauge import ENDED
from visavis.bench.latency import COLUMNS, console
from visavis.bench.report import Report, commit, show
from visavis.bench.server import Server, running, serve_command
from visavis.errors import SetupError
from visavis.hear.audio import RATE_HZ
from visavis.reply.persona import load_persona

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

_KILO = 1_000.0
_PATIENCE_MS = 30_000.0
_UP_S = 3.0
_BINARY = 2
"""The opcode of such a frame: RFC 6455, 5.2."""
_FACE = """async () => {
  for (;;) {
    const { frames } = await __witness.take();
    const drawn = frames.find(([, opening]) => opening > 0);
    if (drawn) return drawn[0];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}"""
_LISTENING = """async () => {
  const began = performance.now();
  document.querySelector("visavis-avatar").shadowRoot.querySelector("#start").click();
  for (;;) {
    const { connection, microphone } = visavis.state;
    if (connection === "ready" && microphone === "open") return performance.now() - began;
    await new Promise(requestAnimationFrame);
  }
}"""
_SPOKEN_S = "visavis.replies.at(-1).nSamples / visavis.replies.at(-1).rateHz"


@dataclass(slots=True)
class Traffic:
    """What went over the network of one page since `clear`."""

    asked: dict[str, str] = field(default_factory=dict[str, str])
    """Addresses by request, those that the cache answered taken out."""
    n_bytes: float = 0.0
    n_sockets: int = 0
    up_bytes: int = 0
    down_bytes: int = 0

    def clear(self) -> None:
        """Begin to count anew."""
        self.asked.clear()
        self.n_bytes = self.n_sockets = self.up_bytes = self.down_bytes = 0


@dataclass(frozen=True, slots=True)
class Round:
    """Of one browser: cold, then warm."""

    face_ms: tuple[float, float]
    click_ms: tuple[float, float]
    page_kb: tuple[float, float]
    warm_click_requests: int
    warm_click_sockets: int
    up_kb_per_s: float
    down_kb_per_s: float


def load(
    rounds: Annotated[int, typer.Option(min=1, help="New browsers.")] = 10,
    persona: Annotated[str, typer.Option(help="Who answers.")] = "pip",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Time the page's loading and the click that starts a conversation, cold and warm."""
    commit()
    found = asyncio.run(_measure(rounds, persona))
    report = Report("load", figures(found), {"rounds": rounds, "persona": persona})
    show(report, as_json, console)


def figures(found: list[Round]) -> dict[str, float]:
    """The medians of at least one round."""
    named: dict[str, float] = {}
    for at, warmth in enumerate(("cold", "warm")):
        named[f"{warmth}_face_p50_ms"] = statistics.median(one.face_ms[at] for one in found)
        named[f"{warmth}_click_p50_ms"] = statistics.median(one.click_ms[at] for one in found)
        named[f"{warmth}_page_kb"] = statistics.median(one.page_kb[at] for one in found)
    return {
        **named,
        "warm_click_requests": statistics.median(one.warm_click_requests for one in found),
        "warm_click_sockets": statistics.median(one.warm_click_sockets for one in found),
        "up_kb_per_s": statistics.median(one.up_kb_per_s for one in found),
        "down_kb_per_s": statistics.median(one.down_kb_per_s for one in found),
    }


async def _measure(rounds: int, persona: str) -> list[Round]:
    question = max(load_persona(persona).facts, key=lambda fact: len(fact.answer)).ask[0]
    found: list[Round] = []
    with Progress(*COLUMNS, console=console, transient=True) as bar:
        task = bar.add_task("Opening", total=rounds)
        async with running(serve_command(persona)) as server:
            with tempfile.TemporaryDirectory(prefix="visavis-bench-") as folder:
                microphone = _silence(Path(folder) / "microphone.wav")
                for _ in range(rounds):
                    found.append(await _round(server, microphone, question))
                    bar.advance(task)
    return found


async def _round(server: Server, microphone: Path, question: str) -> Round:
    async with open_page(None, microphone) as page, _watched(page) as traffic:
        cold_face_ms, cold_kb = await _face(page, server, traffic)
        cold_click_ms = await page.evaluate(_LISTENING)
        up, down = await _talk(page, traffic, question)
        await page.click("#end")
        await page.goto("about:blank")
        warm_face_ms, warm_kb = await _face(page, server, traffic)
        await page.wait_for_load_state("networkidle")  # the tab's icon comes behind the face
        traffic.clear()
        warm_click_ms = await page.evaluate(_LISTENING)
        return Round(
            (cold_face_ms, warm_face_ms),
            (float(cold_click_ms), float(warm_click_ms)),
            (cold_kb, warm_kb),
            len(traffic.asked),
            traffic.n_sockets,
            up,
            down,
        )


async def _face(page: Page, server: Server, traffic: Traffic) -> tuple[float, float]:
    """(ms to the first frame with a face, kB until then)."""
    traffic.clear()
    await page.goto(server.page_url)
    try:
        face_ms = await asyncio.wait_for(page.evaluate(_FACE), _PATIENCE_MS / _KILO)
    except TimeoutError as error:
        raise SetupError("The page drew no face.", hint="Run `visavis doctor`.") from error
    return float(face_ms), traffic.n_bytes / _KILO


async def _talk(page: Page, traffic: Traffic, question: str) -> tuple[float, float]:
    """(kB a second sent while somebody may speak, kB for each second of an answer)."""
    await page.wait_for_function(ENDED, timeout=_PATIENCE_MS)  # the greeting
    traffic.clear()
    began_ms = await page.evaluate("performance.now()")
    await page.wait_for_timeout(_KILO * _UP_S)
    up_bytes, ended_ms = traffic.up_bytes, await page.evaluate("performance.now()")
    traffic.clear()
    n_before = await page.evaluate("visavis.replies.length")
    await page.fill("#text", question)
    await page.press("#text", "Enter")
    await page.wait_for_function(f"visavis.replies.length > {n_before}", timeout=_PATIENCE_MS)
    await page.wait_for_function(ENDED, timeout=_PATIENCE_MS)
    spoken_s = float(await page.evaluate(_SPOKEN_S))
    return up_bytes / (ended_ms - began_ms), traffic.down_bytes / _KILO / max(0.1, spoken_s)


@asynccontextmanager
async def _watched(page: Page) -> AsyncGenerator[Traffic, None]:
    """Count what the page's network does, as the browser itself tells it."""
    traffic = Traffic()
    session: CDPSession = await page.context.new_cdp_session(page)

    def asked(event: dict[str, Any]) -> None:
        address = str(event["request"]["url"])
        if address.startswith("http"):
            traffic.asked[str(event["requestId"])] = address

    def cached(event: dict[str, Any]) -> None:
        traffic.asked.pop(str(event["requestId"]), None)

    def answered(event: dict[str, Any]) -> None:
        if event["response"].get("fromDiskCache") or event["response"].get("fromPrefetchCache"):
            traffic.asked.pop(str(event["requestId"]), None)

    def loaded(event: dict[str, Any]) -> None:
        traffic.n_bytes += float(event["encodedDataLength"])

    def opened(_event: dict[str, Any]) -> None:
        traffic.n_sockets += 1

    def sent(event: dict[str, Any]) -> None:
        traffic.up_bytes += payload_bytes(event)

    def received(event: dict[str, Any]) -> None:
        traffic.down_bytes += payload_bytes(event)

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.requestServedFromCache", cached)
    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", loaded)
    session.on("Network.webSocketCreated", opened)
    session.on("Network.webSocketFrameSent", sent)
    session.on("Network.webSocketFrameReceived", received)
    await session.send("Network.enable")
    try:
        yield traffic
    finally:
        await session.detach()


def payload_bytes(event: dict[str, Any]) -> int:
    """Of a WebSocket's frame; binary ones are told in Base64."""
    response = event["response"]
    payload = str(response["payloadData"])
    if response["opcode"] != _BINARY:
        return len(payload.encode())
    return len(payload) * 3 // 4 - payload[-2:].count("=")


def _silence(path: Path) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(bytes(2 * RATE_HZ))
    return path
