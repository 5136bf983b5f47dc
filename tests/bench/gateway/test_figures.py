"""What the load noted, as figures: by hand, and of two real servers for a moment."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from tests.lips.ear_by_hand import noisy_sound, weights_file
from visavis.bench.gateway.command import one_round
from visavis.bench.gateway.figures import Heard, Round, figures_of, margins_ms
from visavis.bench.gateway.load import Plan
from visavis.hear.audio import pcm_from_float
from visavis.wire.relay import LEAST_PLAYOUT_MS


def test_a_sample_is_heard_when_it_comes_or_behind_what_plays() -> None:
    heard = Heard(
        1_000,
        sound=[(100.0, 200), (150.0, 200), (900.0, 100)],
        cues=[(100.0, 0), (310.0, 200), (100.0, 399), (905.0, 400), (1_000.0, 450)],
    )
    margins = [margin - LEAST_PLAYOUT_MS for margin in margins_ms(heard)]
    assert margins == pytest.approx([0.0, -10.0, 399.0, -5.0, -50.0])


def rounds(delays_ms: tuple[float, ...], cues: list[tuple[float, int]]) -> Round:
    heard = Heard(1_000, [(0.0, 1_000)], cues)
    return Round(
        delays_ms,
        (heard,),
        relay_cores=0.3,
        lips_cores=0.2,
        memory_bytes=40_000_000,
        n_sessions=100,
    )


def test_figures_by_hand() -> None:
    ours = rounds((1.0, 2.0, 3.0), [(0.0, 500), (600.0, 500)])
    bare = rounds((0.5, 1.0, 1.5), [])
    found = figures_of([ours], [bare])
    assert found["chunk_p50_ms"] == 2.0
    assert found["added_p50_ms"] == 1.0
    assert found["late_cues_rate"] == 0.5
    assert found["late_cues_low_rate"] < 0.5 < found["late_cues_high_rate"]
    assert found["sessions_per_core"] == 200.0
    assert found["bare_sessions_per_core"] == pytest.approx(100 / 0.3)
    assert found["memory_per_session_kb"] == 400.0
    assert found["n_chunks"] == 3


@pytest.mark.parametrize("kind", ["gateway", "bare"])
def test_a_moment_of_load_on_a_real_server(kind: str, tmp_path: Path) -> None:
    ear = tmp_path / "ear.npz"
    ear.write_bytes(weights_file(3))
    speech = pcm_from_float(noisy_sound(4 * 16_000))
    # So many, for a kernel tells of processor time in steps of 10 ms, and a few relays need less.
    plan = Plan(24, 24, 1.5, np.asarray(speech, dtype=np.int16))
    found = asyncio.run(one_round("gateway" if kind == "gateway" else "bare", plan, ear))
    assert len(found.delays_ms) > 5
    assert all(delay_ms > 0.0 for delay_ms in found.delays_ms)
    assert found.relay_cores > 0.0
    assert (found.lips_cores > 0.0) == (kind == "gateway")
    n_cues = sum(len(heard.cues) for heard in found.heard)
    assert (n_cues > 0) == (kind == "gateway")
