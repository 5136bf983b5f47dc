"""Scenes of tones, and trials that never happened."""

from __future__ import annotations

import numpy as np

from tests.bench.in_memory import recording
from visavis.bench.bargein.trial import Intrusion, Kind, Scene, Trial, Verdict
from visavis.hear.audio import RATE_HZ

ONSET_MS = 20


def intrusion(kind: Kind, ms: int, level: float = 0.3) -> Intrusion:
    """A tone that becomes audible after ONSET_MS."""
    sound = np.full((ONSET_MS + ms) * RATE_HZ // 1_000, level, dtype=np.float32)
    sound[: ONSET_MS * RATE_HZ // 1_000] = 0.0
    return Intrusion(kind, kind.value, sound)


def scene(kind: Kind, ms: int = 600, level: float = 0.3, after_ms: float = 900.0) -> Scene:
    """A question, and this over its answer."""
    return Scene(recording(), intrusion(kind, ms, level), after_ms)


def trial(kind: Kind, verdict: Verdict, **times: float) -> Trial:
    """What came of it."""
    return Trial(
        scene(kind),
        verdict,
        silence_ms=times.get("silence_ms"),
        mouth_ms=times.get("mouth_ms"),
        stop_ms=times.get("stop_ms"),
        resume_ms=times.get("resume_ms"),
        n_resumed=int(times.get("n_resumed", 0)),
        resume_error_ms=times.get("resume_error_ms"),
    )
