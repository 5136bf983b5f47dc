"""The voice process: what it says, and what happens when it, or whoever asked, goes away."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import psutil
import pytest

from visavis.errors import EngineError
from visavis.lips.phonemes import viseme_of
from visavis.models import JOE_CONFIG, JOE_DURATIONS, ModelStore
from visavis.voice import piper as piper_module
from visavis.voice.piper import Piper
from visavis.voice.tts import Part, Voiced, VoiceStyle, spoken_whole

T = TypeVar("T")
PLAIN = VoiceStyle()
SHORT, LONG = "Yes.", "This sentence is a good deal longer than the other one, and takes its time."


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def run_with(piper: Piper, body: Callable[[], Awaitable[T]]) -> T:
    """Run `body`, close the voice, and see that no task and no process is left."""
    before = children()

    async def main() -> T:
        try:
            return await body()
        finally:
            await piper.aclose()
            await piper.aclose()  # idempotent
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left, left

    result = asyncio.run(main())
    assert children() <= before
    return result


def seconds(voiced: Voiced) -> float:
    return len(voiced.sound) / voiced.rate_hz


def sounds(voiced: Voiced) -> list[str]:
    return [symbol for symbol, _ in voiced.phones if viseme_of(symbol) is not None]


YES = ["j", "ɛ", "s"]
FAST, HIGH = VoiceStyle(speed=1.6), VoiceStyle(pitch_semitones=7.0)


@dataclass
class Heard:
    """What one voice did in its life, for the tests below to look at: starting it takes seconds."""

    styles: list[Voiced]
    concurrent: list[Voiced]
    silent: list[Voiced]
    after_cancelled: Voiced
    n_processes: int
    killed: list[Voiced | BaseException]
    after_killed: Voiced
    after_closed: BaseException | None


@pytest.fixture(scope="module")
def heard(store: ModelStore) -> Heard:
    before = children()
    piper = Piper(model=store.path(JOE_DURATIONS), config=store.path(JOE_CONFIG))

    async def body() -> Heard:
        # The first of these also start the process, all at once.
        concurrent = await asyncio.gather(
            *(spoken_whole(piper, t, PLAIN) for t in (LONG, SHORT) * 2)
        )
        styles = [await spoken_whole(piper, LONG, style) for style in (PLAIN, FAST, HIGH)]
        silent = [await spoken_whole(piper, text, PLAIN) for text in ("", "...")]
        for _ in range(3):
            call = asyncio.create_task(spoken_whole(piper, LONG, PLAIN))
            await asyncio.sleep(0)  # it has asked, and waits
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        after_cancelled = await spoken_whole(piper, SHORT, PLAIN)
        n_processes = len(children() - before)
        (pid,) = children() - before
        waiting = [asyncio.create_task(spoken_whole(piper, LONG, PLAIN)) for _ in range(2)]
        await asyncio.sleep(0)
        os.kill(pid, signal.SIGKILL)
        killed = await asyncio.gather(*waiting, return_exceptions=True)
        after_killed = await spoken_whole(piper, SHORT, PLAIN)
        await piper.aclose()
        (after_closed,) = await asyncio.gather(
            spoken_whole(piper, SHORT, PLAIN), return_exceptions=True
        )
        return Heard(
            styles,
            concurrent,
            silent,
            after_cancelled,
            n_processes,
            killed,
            after_killed,
            after_closed if isinstance(after_closed, BaseException) else None,
        )

    return run_with(piper, body)


@pytest.mark.models
def test_it_speaks_with_phonemes_that_fill_the_sound(heard: Heard) -> None:
    for voiced in heard.styles + heard.concurrent:
        assert voiced.rate_hz == 22_050
        assert voiced.sound.dtype == np.float32
        assert 0.1 < float(np.abs(voiced.sound).max()) <= 1.0
        assert abs(sum(n for _, n in voiced.phones) - len(voiced.sound)) < 100


@pytest.mark.models
def test_style_changes_tempo_and_pitch_but_not_both_at_once(heard: Heard) -> None:
    """The voice draws its durations at random: a tenth more or less means nothing."""
    plain, fast, high = heard.styles
    assert seconds(fast) < 0.85 * seconds(plain)
    assert seconds(high) == pytest.approx(seconds(plain), rel=0.25)
    assert sounds(fast) == sounds(high) == sounds(plain)
    assert _brightness(high) > 1.2 * _brightness(plain)


def _brightness(voiced: Voiced) -> float:
    power = np.abs(np.fft.rfft(voiced.sound)) ** 2
    return float((power * np.arange(len(power))).sum() / power.sum()) / seconds(voiced)


@pytest.mark.models
def test_concurrent_calls_each_get_their_own_words(heard: Heard) -> None:
    """And the same text has the same sounds each time, though never the same samples."""
    first, yes, second, yes_again = heard.concurrent
    assert sounds(first) == sounds(second)
    assert sounds(yes) == sounds(yes_again) == YES
    assert min(seconds(first), seconds(second)) > 3 * max(seconds(yes), seconds(yes_again))


@pytest.mark.models
def test_a_cancelled_call_does_not_disturb_the_next(heard: Heard) -> None:
    assert sounds(heard.after_cancelled) == YES
    assert heard.n_processes == 1


@pytest.mark.models
def test_nothing_speakable_is_silence_and_no_error(heard: Heard) -> None:
    assert [len(voiced.sound) for voiced in heard.silent] == [0, 0]


@pytest.mark.models
def test_a_killed_process_fails_who_waits_and_the_next_call_works(heard: Heard) -> None:
    assert len(heard.killed) == 2
    for outcome in heard.killed:
        assert isinstance(outcome, EngineError)
        assert "ended unexpectedly" in str(outcome)
    assert sounds(heard.after_killed) == YES


@pytest.mark.models
def test_a_closed_voice_stays_closed(heard: Heard) -> None:
    assert isinstance(heard.after_closed, EngineError)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the process is asked to do."""
    kinds: list[str] = []
    framed: Callable[[dict[str, Any]], bytes] = piper_module._framed  # pyright: ignore[reportPrivateUsage]

    def noted(request: dict[str, Any]) -> bytes:
        kinds.append(request["do"])
        return framed(request)

    monkeypatch.setattr(piper_module, "_framed", noted)
    return kinds


@pytest.mark.models
def test_a_tail_is_asked_for_or_dropped(store: ModelStore, asked: list[str]) -> None:
    piper = Piper(model=store.path(JOE_DURATIONS), config=store.path(JOE_CONFIG))

    def asked_since() -> list[str]:
        kinds = asked.copy()
        asked.clear()
        return kinds

    async def body() -> None:
        pieces = [piece async for piece in piper.speak(LONG, HIGH)]
        assert [piece.part for piece in pieces] == [Part.HEAD, Part.TAIL]
        assert " ".join(piece.text for piece in pieces) == LONG
        assert asked_since() == ["speak", "go_on"]
        assert sounds(await spoken_whole(piper, SHORT, PLAIN)) == YES
        assert asked_since() == ["speak"]
        async with aclosing(piper.speak(LONG, PLAIN)) as head_only:
            await anext(head_only)
        assert asked_since() == ["speak", "drop"]
        for n_pieces in (0, 1):  # cancelled as it waits for the head, and for the tail
            closing = piper.speak(LONG, PLAIN)
            for _ in range(n_pieces):
                await anext(closing)
            asked.clear()
            call = asyncio.ensure_future(anext(closing))
            await asyncio.sleep(0)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert asked_since() == [("speak", "go_on")[n_pieces], "drop"]
        assert sounds(await spoken_whole(piper, SHORT, PLAIN)) == YES

    run_with(piper, body)


@pytest.mark.models
def test_a_seed_gives_the_same_takes_in_every_process(store: ModelStore) -> None:
    def takes(seed: int | None) -> list[bytes]:
        model, config = store.path(JOE_DURATIONS), store.path(JOE_CONFIG)
        piper = Piper(model=model, config=config, seed=seed)

        async def body() -> list[bytes]:
            said = [await spoken_whole(piper, text, PLAIN) for text in (LONG, SHORT, SHORT)]
            return [one.sound.tobytes() for one in said]

        return run_with(piper, body)

    first = takes(7)
    assert takes(7) == first
    assert not set(first) & {*takes(8), *takes(None)}
    assert first[1] != first[2], "the same words again are another take"


@pytest.mark.models
@pytest.mark.parametrize("how", ["killed", "dropped", "closed"])
def test_a_tail_that_is_gone_is_an_error_and_no_wait(store: ModelStore, how: str) -> None:
    before = children()
    piper = Piper(model=store.path(JOE_DURATIONS), config=store.path(JOE_CONFIG))

    async def body() -> None:
        async with aclosing(piper.speak(LONG, PLAIN)) as pieces:
            await anext(pieces)
            (worker,) = children() - before
            match how:
                case "killed":
                    os.kill(worker, signal.SIGKILL)
                case "dropped":
                    piper._drop(piper._worker, 1)  # pyright: ignore
                case _:
                    await piper.aclose()
            message = "could not say" if how == "dropped" else "ended unexpectedly"
            with pytest.raises(EngineError, match=message):
                await anext(pieces)
        if how != "closed":
            assert sounds(await spoken_whole(piper, SHORT, PLAIN)) == YES

    run_with(piper, body)


@pytest.mark.models
def test_a_call_cancelled_while_the_process_starts_leaves_none_behind(store: ModelStore) -> None:
    before = children()
    piper = Piper(model=store.path(JOE_DURATIONS), config=store.path(JOE_CONFIG))

    async def body() -> None:
        call = asyncio.create_task(spoken_whole(piper, SHORT, PLAIN))
        while not children() - before:  # noqa: ASYNC110 - the kernel sets no event
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert children() <= before

    run_with(piper, body)


@pytest.mark.models
def test_a_process_that_hangs_is_replaced(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = children()
    piper = Piper(model=store.path(JOE_DURATIONS), config=store.path(JOE_CONFIG))

    async def body() -> Voiced:
        await piper.start()
        (pid,) = children() - before
        os.kill(pid, signal.SIGSTOP)
        monkeypatch.setattr("visavis.voice.piper._ANSWER_TIMEOUT_S", 0.01)
        with pytest.raises(EngineError, match="too long"):
            await spoken_whole(piper, SHORT, PLAIN)
        assert not psutil.pid_exists(pid)
        monkeypatch.setattr("visavis.voice.piper._ANSWER_TIMEOUT_S", 30.0)
        return await spoken_whole(piper, SHORT, PLAIN)

    assert sounds(run_with(piper, body)) == YES


def test_a_wrong_model_says_what_to_do(tmp_path: Path) -> None:
    pytest.importorskip("piper")
    config = tmp_path / "voice.json"
    config.write_text(json.dumps({"audio": {"sample_rate": 22_050}}))
    piper = Piper(model=tmp_path / "missing.onnx", config=config)

    async def body() -> None:
        for _ in range(2):  # it does not get stuck in having failed
            with pytest.raises(EngineError, match="did not start") as caught:
                await spoken_whole(piper, SHORT, PLAIN)
            assert "visavis doctor" in caught.value.hint

    run_with(piper, body)


@pytest.mark.parametrize(
    "text", [None, "", "nonsense", "[]", "{}", '{"audio": {}}', '{"audio": 1}']
)
def test_a_wrong_config_says_what_to_do(tmp_path: Path, text: str | None) -> None:
    config = tmp_path / "voice.json"
    if text is not None:
        config.write_text(text)
    with pytest.raises(EngineError, match=r"voice\.json") as caught:
        Piper(model=tmp_path / "m.onnx", config=config)
    assert "models verify" in caught.value.hint
