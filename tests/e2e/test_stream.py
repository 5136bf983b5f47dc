"""A face for any sound, in real Chromium: an audio element speaks, and the mouth moves with it.

What is judged is what the witness heard at the context's destination and saw on the canvas.
"""

from __future__ import annotations

import io
import time
import wave
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.speech import CLOSURES, STATEMENT, spoken
from visavis.bench.browser.evidence import Evidence, Take
from visavis.bench.browser.gauge import Gauge, gauge
from visavis.bench.browser.mouth import REGION

pytestmark = [pytest.mark.browser, pytest.mark.models, pytest.mark.timeout(120)]

PAUSE_S = 1.5
OPEN = 0.05
"""A mouth is open when it is this share of its region higher than the line of a shut one."""


def speech_wav() -> tuple[bytes, float]:
    """Two sentences with silence around and between them, and how long that is in seconds."""
    said = spoken()
    first, second = said[CLOSURES], said[STATEMENT]
    pause = np.zeros(int(PAUSE_S * first.rate_hz), dtype=np.float32)
    sound = np.concatenate([pause, first.sound, pause, second.sound, pause])
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(first.rate_hz)
        file.writeframes((np.clip(sound, -1, 1) * 32_000).astype("<i2").tobytes())
    return out.getvalue(), len(sound) / first.rate_hz


@dataclass(frozen=True)
class Watched:
    """On a grid of 5 ms: loudness at the ear, and how far the mouth is open."""

    loudness: NDArray[np.float64]
    opening: NDArray[np.float64]
    moods: list[str]
    complaints: list[str]


@pytest.fixture(scope="module")
def watched() -> Watched:
    wav, seconds = speech_wav()
    with gauge({"speech.wav": wav}, size_px=640) as page:
        page.page.evaluate("region => { __witness.region = region }", list(REGION))
        page.call("open", "pip", 600)
        page.call("follow", "speech.wav")
        page.page.wait_for_timeout(1_000 * (seconds + 1.0))
        return _watched(page)


def _watched(page: Gauge) -> Watched:
    evidence = Evidence()
    evidence.add(
        Take.model_validate_json(page.page.evaluate("__witness.take().then(JSON.stringify)"))
    )
    clock = evidence.clock
    first, last = evidence.clock.positions[0], evidence.end_frame
    sound: NDArray[np.float64] = evidence.output(int(first), last).astype(np.float64)
    hop = round(0.005 * evidence.rate_hz)
    levels: NDArray[np.float64] = np.sqrt(
        np.mean(sound[: len(sound) // hop * hop].reshape(-1, hop) ** 2, axis=1)
    )
    heard_ms = np.array(
        [
            clock.ms(float(first + hop * (i + 0.5))) + evidence.output_latency_ms
            for i in range(0, len(levels), 20)
        ]
    )
    heard_ms = np.interp(np.arange(len(levels)), np.arange(0, len(levels), 20), heard_ms)
    frames = evidence.frames
    seen = frames.opening >= 0.0
    grid_ms = np.arange(heard_ms[0], min(heard_ms[-1], frames.at_ms[-1]), 5.0)
    opening = np.interp(grid_ms, frames.at_ms[seen], frames.opening[seen])
    shut = np.percentile(opening, 10)
    return Watched(
        np.asarray(np.interp(grid_ms, heard_ms, levels), dtype=np.float64),
        np.maximum(0.0, opening - shut),
        list(page.page.evaluate("gauge.moods")),
        page.complaints,
    )


def _smooth(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    return np.convolve(values, np.ones(width) / width, "same")


def test_the_mouth_moves_with_the_words(watched: Watched) -> None:
    """Open where it is loud, and best so where the two are laid over one another in time."""
    voiced = _smooth(watched.loudness, 12) > 0.02
    assert watched.opening[voiced].mean() > 3.0 * max(0.01, watched.opening[~voiced].mean())
    loud = np.sqrt(_smooth(watched.loudness, 12))
    reach = 60  # 300 ms
    middle = loud[reach:-reach]
    scores = [
        np.corrcoef(middle, watched.opening[reach + k : len(loud) - reach + k])[0, 1]
        for k in range(-reach, reach + 1)
    ]
    lag_ms = 5.0 * (int(np.argmax(scores)) - reach)
    print(f"lag {lag_ms} ms, correlation {max(scores):.2f}")
    assert max(scores) > 0.5
    assert abs(lag_ms) <= 80.0


def test_the_mouth_is_shut_in_silence(watched: Watched) -> None:
    """From 300 ms behind the last sound on, and before the first one."""
    silent = np.convolve(watched.loudness > 0.003, np.ones(121), "same") == 0.0
    assert silent.sum() > 300, "the sound has no pauses to look at"
    print(f"open in silence {np.mean(watched.opening[silent] > OPEN):.3f}")
    assert np.mean(watched.opening[silent] > OPEN) < 0.05


def test_he_speaks_while_there_is_speech_and_nothing_complains(watched: Watched) -> None:
    assert watched.moods[0] == "idle"
    assert watched.moods[-1] == "idle"
    assert watched.moods.count("speaking") in (2, 3)
    assert watched.complaints == []


def test_a_paused_element_costs_the_ear_nothing() -> None:
    """Digital silence is not listened to for long: the worklet sends nothing any more."""
    rate_hz = 16_000
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        hum = 8_000 * np.sin(2 * np.pi * 200 * np.arange(rate_hz // 2) / rate_hz)
        file.writeframes(hum.astype("<i2").tobytes())
    with gauge({"hum.wav": out.getvalue()}) as page:
        page.page.evaluate(
            """() => {
              window.heard = 0;
              const Real = window.Worker;
              window.Worker = class extends Real {
                constructor(...parts) {
                  super(...parts);
                  this.addEventListener("message", ({ data }) => {
                    if (data.kind === "heard") window.heard++;
                  });
                }
              };
            }"""
        )
        page.call("open", "pip", 200)
        page.call("follow", "hum.wav")
        page.page.wait_for_function("window.heard > 20")
        # 5 s of silence are listened to; then it sleeps.
        until_s = time.monotonic() + 30.0
        before, after = -1, 0
        while before != after and time.monotonic() < until_s:
            before = int(page.page.evaluate("window.heard"))
            page.page.wait_for_timeout(1_000)
            after = int(page.page.evaluate("window.heard"))
        assert before == after
        assert page.complaints == []
