"""What a browser run knows beside its turns: how sure it is, and what it cost. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CLEAR = 1.5
"""A question that is not found by so much more clearly than anywhere else has no t0 to speak of.
How well it correlates says less: the browser takes out noise and low tones, which costs nearness of
shape, and no certainty of place."""


@dataclass(frozen=True, slots=True)
class TurnNote:
    """How one turn was measured."""

    recording_id: str
    correlation: float
    """Of the recording with what came out of the browser's microphone."""
    sent_correlation: float
    """Of the recording with what the page sent to the server."""
    clearness: float
    """How much better it fits where it was found than anywhere else: the lesser of the two."""
    slip_ms: float
    """How much later the end of the question came than its whole; not 0 if sound was lost."""
    output_latency_ms: float
    frame_interval_ms: float
    react_mood: str
    """The mood that was the reaction: `thinking`, `speaking`, or empty for none."""

    @property
    def is_aligned(self) -> bool:
        """Its t0 is known."""
        return self.clearness >= CLEAR


@dataclass(frozen=True, slots=True)
class Check:
    """The page's own times less those of the recording, for one turn; None where one is unknown."""

    recording_id: str
    clearness: float
    """Of the question in the recording's microphone; too little if it began too late."""
    voice_error_ms: float | None
    face_error_ms: float | None


@dataclass(frozen=True, slots=True)
class Cost:
    """One conversation's processor time, as a share of one core."""

    chromium_percent: float
    harness_percent: float


@dataclass(frozen=True, slots=True)
class BrowserNotes:
    """Everything noted in a run."""

    turns: tuple[TurnNote, ...]
    checks: tuple[Check, ...]
    costs: tuple[Cost, ...]


def browser_figures(notes: BrowserNotes) -> dict[str, float]:
    """The figures of a run that only a browser has.

    `n_unaligned` turns are in no latency. `check_…_error` is the page-derived time less that of the
    recording, output latency apart, which no recording can contain. `react_thinking_rate` is the
    share of reactions that were a thoughtful face; the others were the answer itself.
    """
    aligned = [note for note in notes.turns if note.is_aligned]
    figures: dict[str, float] = {
        "browser_n_turns": len(notes.turns),
        "n_unaligned": len(notes.turns) - len(aligned),
        "n_slipped": sum(abs(note.slip_ms) >= 2.0 for note in aligned),
    }
    if notes.turns:
        figures["correlation_min"] = min(note.correlation for note in notes.turns)
        figures["clearness_min"] = min(note.clearness for note in notes.turns)
        figures["correlation_p50"] = _median([note.correlation for note in notes.turns])
        figures["sent_correlation_p50"] = _median([note.sent_correlation for note in notes.turns])
        figures["output_latency_ms"] = _median([note.output_latency_ms for note in notes.turns])
        figures["frame_interval_p50_ms"] = _median([n.frame_interval_ms for n in notes.turns])
    reactions = [note.react_mood for note in aligned if note.react_mood]
    if reactions:
        figures["react_thinking_rate"] = reactions.count("thinking") / len(reactions)
    if notes.costs:
        chromium = _mean([cost.chromium_percent for cost in notes.costs])
        harness = _mean([cost.harness_percent for cost in notes.costs])
        figures |= {"chromium_cpu_percent": chromium, "browser_harness_cpu_percent": harness}
    return figures | _check_figures(notes.checks)


def _check_figures(checks: Sequence[Check]) -> dict[str, float]:
    sure = [check for check in checks if check.clearness >= CLEAR]
    figures: dict[str, float] = {"n_checked": len(sure), "n_check_failed": len(checks) - len(sure)}
    errors_ms = {
        "voice": [c.voice_error_ms for c in sure if c.voice_error_ms is not None],
        "face": [c.face_error_ms for c in sure if c.face_error_ms is not None],
    }
    for name, known in errors_ms.items():
        if known:
            figures[f"check_{name}_error_p50_ms"] = _median(known)
            figures[f"check_{name}_error_p95_abs_ms"] = float(np.percentile(np.abs(known), 95))
    return figures


def _median(values: Sequence[float]) -> float:
    return float(np.median(values))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
