"""The figures of `visavis bench echo`, and the rooms that it simulates."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.chatter import chatter
from visavis.bench.echo.command import Heard, figures
from visavis.bench.echo.path import SpeakerPath
from visavis.hear.audio import RATE_HZ

ALL = [
    Heard("quiet", 0.5, 30, 0, (60.0, 80.0), (60.0, 100.0)),
    Heard("loud", 1.5, 50, 3, (60.0, 60.0), (260.0, math.inf)),
]


def test_the_figures_can_be_read_off() -> None:
    found = figures(ALL)
    assert found["self_interruptions_unguarded_per_minute"] == 40.0
    assert found["self_interruptions_per_minute"] == 1.5
    assert found["quiet_self_interruptions_per_minute"] == 0.0
    assert found["loud_self_interruptions_per_minute"] == 2.0
    assert found["noticed_rate"] == 0.75
    assert found["noticed_low_rate"] < 0.75 < found["noticed_high_rate"]
    assert found["noticed_alone_rate"] == 1.0
    assert found["loud_noticed_rate"] == 0.5
    assert found["added_p50_ms"] == 20.0
    assert found["loud_added_p95_ms"] == 200.0


def test_where_nobody_is_noticed_no_delay_is_claimed() -> None:
    found = figures([Heard("loud", 1.0, 5, 0, (60.0,), (math.inf,))])
    assert found["noticed_rate"] == 0.0
    assert "added_p50_ms" not in found


@pytest.mark.parametrize("delay_ms", [20.0, 300.0])
def test_nothing_arrives_before_the_delay_and_the_room_rings_out(delay_ms: float) -> None:
    played = chatter(1.0, RATE_HZ, 1)
    arrived = SpeakerPath(delay_ms, 0.5, 0.0, seed=1)(played)
    delay_samples = round(delay_ms * 16.0)
    first = int(np.argmax(np.abs(played) > 1e-4))
    assert np.max(np.abs(arrived[: delay_samples + first - 16])) < 1e-3
    assert np.max(np.abs(arrived[delay_samples : delay_samples + first + 320])) > 1e-4
    ring = np.abs(arrived[delay_samples + RATE_HZ :])
    early, late = ring[:1_600], ring[4_800:6_400]
    fallen_db = 20.0 * np.log10(np.sqrt(np.mean(early**2)) / np.sqrt(np.mean(late**2)))
    assert fallen_db == pytest.approx(60.0 * 0.3 / 0.5, abs=8.0), "60 dB in half a second"


def test_a_driven_loudspeaker_adds_overtones() -> None:
    seconds = np.arange(RATE_HZ) / RATE_HZ
    sine = (0.4 * np.sin(2.0 * np.pi * 1_000.0 * seconds)).astype(np.float32)
    thirds: list[float] = []
    for drive in (0.0, 1.0, 3.0):
        spectrum = np.abs(np.fft.rfft(SpeakerPath(0.0, 0.01, 0.0, drive)(sine)[:RATE_HZ]))
        thirds.append(float(spectrum[3_000] / spectrum[1_000]))
    assert thirds[0] < 0.01 < thirds[1] < thirds[2]
