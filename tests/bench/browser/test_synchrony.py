"""A mouth that is late by so much is found to be late by so much, from the film alone."""

from __future__ import annotations

import numpy as np
import pytest

from tests.chatter import chatter
from visavis.bench.browser.check import Film
from visavis.bench.browser.clock import Clock
from visavis.bench.browser.pose import MouthCue
from visavis.bench.browser.synchrony import Spoken, mouths, n_stretches_of, offsets

RATE_HZ = 22_050
FILM_HZ = 48_000
LATENCY_MS = 30.0


def reply(seconds: float = 8.0, seed: int = 1) -> Spoken:
    random = np.random.default_rng(seed)
    cues: list[MouthCue] = []
    at = 0
    while at < seconds * RATE_HZ:
        cues.append(MouthCue(at, int(random.integers(0, 15)), float(random.uniform(0.5, 1.0))))
        at += int(random.uniform(0.06, 0.18) * RATE_HZ)
    return Spoken(chatter(seconds, RATE_HZ, seed), RATE_HZ, tuple(cues))


def film_of(spoken: Spoken, late_ms: float, *, fps: float = 60.0, noise: float = 0.02) -> Film:
    """One second of silence, the reply, and a mouth that is drawn `late_ms` after its sound."""
    random = np.random.default_rng(5)
    n = len(spoken.sound) * FILM_HZ // RATE_HZ
    sound = np.zeros(n + 2 * FILM_HZ, dtype=np.float32)
    places = np.arange(n) * RATE_HZ / FILM_HZ
    sound[FILM_HZ : FILM_HZ + n] = np.interp(places, np.arange(len(spoken.sound)), spoken.sound)
    frames_ms = np.arange(0.0, 1_000.0 * len(sound) / FILM_HZ, 1_000.0 / fps)
    samples = (frames_ms - 1_000.0 - LATENCY_MS - late_ms) * RATE_HZ / 1_000.0
    openings = 0.3 * mouths(spoken, samples) + 0.1
    openings += noise * random.standard_normal(len(openings))
    starts = np.arange(0.0, len(sound), 480.0)
    clock = Clock(FILM_HZ, starts, 1_000.0 * starts / FILM_HZ, 50.0)
    return Film(clock, np.zeros_like(sound), sound, frames_ms, openings)


@pytest.mark.parametrize("late_ms", [-60.0, 0.0, 20.0, 90.0])
def test_a_late_mouth_is_found_out(late_ms: float) -> None:
    spoken = reply()
    found = offsets(film_of(spoken, late_ms), spoken, LATENCY_MS)
    assert len(found) == n_stretches_of(spoken) == 5
    for one in found:
        assert one.offset_ms == pytest.approx(late_ms, abs=4.0)


def test_it_holds_at_half_the_frames() -> None:
    spoken = reply(seed=2)
    for one in offsets(film_of(spoken, 25.0, fps=27.0), spoken, LATENCY_MS):
        assert one.offset_ms == pytest.approx(25.0, abs=8.0)


def test_another_reply_and_a_still_mouth_are_not_judged() -> None:
    film = film_of(reply(seed=3), 0.0)
    assert offsets(film, reply(seed=4), LATENCY_MS) == []
    still = Film(
        film.clock, film.left, film.right, film.frames_ms, np.full(len(film.openings), 0.1)
    )
    assert offsets(still, reply(seed=3), LATENCY_MS) == []
