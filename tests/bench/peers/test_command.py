"""The figures of a run are named after who they are of."""

from __future__ import annotations

import numpy as np

from visavis.bench.latency import Run
from visavis.bench.peers.command import Peers, peer_figures
from visavis.bench.peers.messages import LegTiming
from visavis.bench.peers.parity import Pair
from visavis.bench.recording import Question, Recording, Speaker
from visavis.bench.server import Footprint
from visavis.bench.turns import Turn

RECORDING = Recording(
    recording_id="r",
    question=Question(say="Tell me a story."),
    speaker=Speaker("ann", "kokoro", "neural", "test"),
    noise="quiet",
    sound=np.zeros(1_600, dtype=np.float32),
    speech_end_sample=1_600,
    pauses=(),
)


def turn(contender: str, voice_ms: float | None) -> Turn:
    return Turn(RECORDING, contender=contender, kind="llm", voice_ms=voice_ms, n_replies=1)


def test_each_contender_has_its_own_figures() -> None:
    asked = Run(
        turns=[turn("visavis", 200.0), turn("pipecat_tuned", 800.0), turn("pipecat_tuned", None)]
    )
    figures = peer_figures(Peers(asked=asked))
    assert figures["visavis_llm_voice_p50_ms"] == 200.0
    assert figures["pipecat_tuned_llm_voice_p50_ms"] == 800.0
    assert figures["visavis_missed_rate"] == 0.0
    assert figures["pipecat_tuned_missed_rate"] == 0.5
    assert not any(name.startswith("pipecat_default") for name in figures)


def test_a_run_broken_off_early_still_has_the_legs_and_the_servers() -> None:
    timing = LegTiming(first_ms=10.0, all_ms=10.0)
    found = Peers(
        pairs=[Pair("stt", timing, timing)], footprints={"pipecat": Footprint(900.0, 0.2)}
    )
    figures = peer_figures(found)
    assert figures["leg_stt_ratio"] == 1.0
    assert figures["pipecat_idle_cpu_percent"] == 0.2
    assert "n_turns" not in figures
