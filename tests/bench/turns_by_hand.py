"""Recordings and turns made by hand, for the tests of figures, legs, curves and the report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visavis.bench.recording import Question, Recording, Speaker, SpeakerKind
from visavis.bench.turns import Turn

SILENCE = np.zeros(16, dtype=np.float32)


def recording(
    *,
    fact: str | None = None,
    say: str = "?",
    pauses_ms: Sequence[tuple[float, float]] = (),
    end_ms: float = 2_000.0,
    voices: SpeakerKind = "neural",
    recording_id: str = "r1",
) -> Recording:
    """A recording without sound."""
    return Recording(
        recording_id=recording_id,
        question=Question(say=say, persona=None if fact is None else "pip", fact=fact),
        speaker=Speaker("somebody", "kokoro", voices, "test"),
        noise="quiet",
        sound=SILENCE,
        speech_end_sample=round(end_ms * 16),
        pauses=tuple((round(start * 16), round(end * 16)) for start, end in pauses_ms),
    )


def fact_turn(voice_ms: float | None = 200.0, **more: object) -> Turn:
    """A warm, answered knowledge turn."""
    return Turn(recording(), kind="knowledge", voice_ms=voice_ms, n_replies=1, **more)  # type: ignore[arg-type]


def llm_turn(voice_ms: float | None = 300.0, **more: object) -> Turn:
    """A warm, answered turn of the language model."""
    return Turn(recording(), kind="llm", voice_ms=voice_ms, n_replies=1, **more)  # type: ignore[arg-type]
