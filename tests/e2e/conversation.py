"""A conversation with Pip in real Chromium, held and recorded: what `test_talk` reads."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray
from playwright.sync_api import Page, WebSocket, sync_playwright

from tests.e2e.witness import EVERYTHING, Claim, Seen, claims_from, likeness, seen_from
from tests.speech import piper_of
from visavis.bench.browser.chromium import arguments
from visavis.hear.audio import RATE_HZ
from visavis.hear.stt import Moonshine
from visavis.models import (
    MOONSHINE_TINY_DECODER,
    MOONSHINE_TINY_ENCODER,
    MOONSHINE_TINY_TOKENIZER,
    ModelStore,
)
from visavis.voice.tts import VoiceStyle, spoken_whole
from visavis.wire import messages as wire
from visavis.wire.codec import MicrophoneFrame, ReplyFrame, decode_binary, decode_server

TYPED = "What is Visavis?"
_WHOLE = (0.85, 0.95, 0.95)
"""The spoken remarks as the page sent them are so much like what was said, or the machine was too
busy to record them. (Chromium's microphone resamples the first in a simple way.)"""
_CONVERSATIONS = 3
_PROBE = Path(__file__).with_name("probe.js")
_ON_SCREEN_MS = 30_000.0


@dataclass
class Record:
    """Everything the witness saw."""

    transcripts: list[str]
    statuses: dict[int, str]
    stopped_at: dict[int, int]
    requests: list[str]
    claims: list[Claim]
    seen: Seen
    told_to_stop_ms: dict[int, float]
    likenesses: tuple[float, ...]
    """Of the spoken remarks as the page sent them to what was said; see `_WHOLE`."""
    messages: list[wire.ServerMessage] = field(default_factory=list[wire.ServerMessage])
    pcm: dict[int, bytearray] = field(default_factory=dict[int, bytearray])

    def phrases(self, turn_id: int) -> list[wire.ReplyPhrase]:
        reply_id = self.reply_id(turn_id)
        return [
            m for m in self.messages if isinstance(m, wire.ReplyPhrase) and m.reply_id == reply_id
        ]

    def reply_id(self, turn_id: int) -> int:
        """The reply that was revealed for this turn."""
        commits = [m for m in self.messages if isinstance(m, wire.ReplyCommit)]
        return [m.reply_id for m in commits if m.turn_id == turn_id][-1]

    def sound(self, turn_id: int) -> NDArray[np.float32]:
        """The reply as it was sent, as far as the page says that it was heard."""
        reply_id = self.reply_id(turn_id)
        pcm = np.frombuffer(bytes(self.pcm[reply_id]), dtype="<i2")[: self.stopped_at.get(reply_id)]
        return pcm.astype(np.float32) / 32_768.0


async def speak(store: ModelStore, *texts: str) -> list[NDArray[np.int16]]:
    """Each text as int16 at 16 kHz, spoken clearly.

    A take that speech-to-text misreads even from the file is spoken again, which is another take:
    what is under test is the way through the browser.
    """
    stt = Moonshine(
        encoder=store.path(MOONSHINE_TINY_ENCODER),
        decoder=store.path(MOONSHINE_TINY_DECODER),
        tokenizer=store.path(MOONSHINE_TINY_TOKENIZER),
    )
    piper = piper_of(store)
    spoken: list[NDArray[np.int16]] = []
    try:
        for text in texts:
            sound = np.zeros(0, dtype=np.float32)
            for _ in range(8):
                voiced = await spoken_whole(piper, text, VoiceStyle(speed=0.95))
                sound = soxr.resample(voiced.sound, voiced.rate_hz, RATE_HZ)
                if plain(stt.transcribe(sound, lambda: False)) == plain(text):
                    break
            spoken.append((np.clip(sound, -1, 1) * 32_000).astype("<i2"))
    finally:
        await piper.aclose()
    return spoken


def hold(
    server_url: str, person: list[NDArray[np.int16]], microphone: Path, browser_path: Path
) -> Record:
    """Hold the conversation, anew if this machine did not get what was said into the page whole."""
    for _ in range(_CONVERSATIONS):
        held = _held(server_url, person, microphone, browser_path)
        print("likeness of what was sent to what was said:", *held.likenesses)
        if all(one > least for one, least in zip(held.likenesses, _WHOLE, strict=True)):
            return held
    pytest.fail("what was said never came through the browser whole")


def _held(
    server_url: str, person: list[NDArray[np.int16]], microphone: Path, browser_path: Path
) -> Record:
    requests: list[str] = []
    frames: list[str | bytes] = []
    sent: list[str | bytes] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=arguments(microphone)
        )
        page = browser.new_page(viewport={"width": 1000, "height": 800})
        page.on("request", lambda request: requests.append(request.url))

        def tap(socket: WebSocket) -> None:
            requests.append(socket.url)

            def keep(frame: str | bytes) -> None:  # playwright takes no built-in functions
                frames.append(frame)

            def keep_sent(frame: str | bytes) -> None:
                sent.append(frame)

            socket.on("framereceived", keep)
            socket.on("framesent", keep_sent)

        page.on("websocket", tap)
        page.add_init_script(path=_PROBE)
        page.goto(f"{server_url}/?debug")
        _converse(page, person)
        recorded = _recorded(sent)
        result = Record(
            transcripts=[line["text"] for line in page.evaluate("visavis.transcripts")],
            statuses={r["replyId"]: r["status"] for r in page.evaluate("visavis.replies")},
            stopped_at={
                r["replyId"]: r["stoppedAtSample"]
                for r in page.evaluate("visavis.replies")
                if r["stoppedAtSample"] is not None
            },
            requests=requests,
            claims=claims_from(
                page.evaluate("visavis.events.filter(e => e.kind === 'anchor')"),
                page.evaluate("visavis.state.contextRateHz"),
            ),
            seen=seen_from(*page.evaluate(EVERYTHING)),
            told_to_stop_ms=dict(page.evaluate("__witness.stops")),
            likenesses=tuple(likeness(recorded, remark) for remark in person),
        )
        browser.close()
    for frame in frames:
        if isinstance(frame, str):
            result.messages.append(decode_server(frame))
        else:
            sound = decode_binary(frame)
            assert isinstance(sound, ReplyFrame)
            result.pcm.setdefault(sound.reply_id, bytearray()).extend(sound.pcm.tobytes())
    return result


def _recorded(sent: list[str | bytes]) -> NDArray[np.int16]:
    """The sound that the page sent; silence where it sent none."""
    decoded = [decode_binary(frame) for frame in sent if isinstance(frame, bytes)]
    parts = [frame for frame in decoded if isinstance(frame, MicrophoneFrame)]
    sound = np.zeros(max(part.first_sample + len(part.pcm) for part in parts), dtype=np.int16)
    for part in parts:
        sound[part.first_sample : part.first_sample + len(part.pcm)] = part.pcm
    return sound


def _converse(page: Page, person: list[NDArray[np.int16]]) -> None:
    def say(sound: NDArray[np.int16]) -> None:
        page.evaluate("([pcm, rate]) => __witness.say(pcm, rate)", [sound.tolist(), RATE_HZ])

    # Pip's mouth, as a part of the canvas; the head's sway stays inside.
    page.evaluate("__witness.roi = [0.34, 0.6, 0.32, 0.2]")
    page.click("#start")
    _wait(page, "visavis.replies.some(r => r.turnId === 0 && r.status === 'ended')")
    _wait(page, "visavis.replies.some(r => r.turnId === 1 && r.status === 'ended')")
    say(person[1])
    _wait(page, "visavis.replies.some(r => r.turnId === 2 && r.status === 'committed')")
    page.wait_for_timeout(2_000)
    say(person[2])
    _wait(page, "visavis.replies.some(r => r.turnId === 2 && r.status === 'stopped')")
    _wait(page, "visavis.replies.some(r => r.turnId === 3 && r.status === 'ended')")
    page.wait_for_timeout(700)  # a silence between the answers, so that they can be told apart
    page.fill("#text", TYPED)
    page.keyboard.press("Enter")
    _wait(page, "visavis.replies.some(r => r.turnId === 4 && r.status === 'ended')")


def _wait(page: Page, condition: str) -> None:
    """Poll from outside: the page's own policy forbids it to evaluate strings."""
    for _ in range(int(_ON_SCREEN_MS / 100)):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    state = page.evaluate("[visavis.state, visavis.transcripts, visavis.replies]")
    pytest.fail(f"waited in vain for {condition}: {state}")


def plain(text: str) -> str:
    """Its words, without case and punctuation."""
    return re.sub(r"[^a-z ]", "", text.lower()).strip()
