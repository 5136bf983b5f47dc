"""The waterfall: which leg of a turn took how long, counted from what it had to wait for. Pure.

A *leg* ends when its stage is reached (`turns.STAGES`, and `voice`) and begins when the last of the
stages that it waits for was reached; so legs overlap where work overlaps, and each leg's own
duration is its own fault. The table, by contender:

| leg            | visavis waits for           | a step-by-step contender waits for |
|----------------|-----------------------------|------------------------------------|
| `soft_end`     | t0                          | t0                                 |
| `stt`, `turn`  | `soft_end`                  | `soft_end`                         |
| `words`        | `stt`                       | `stt`                              |
| `commit`       | `stt`, `turn`, `words`      | `stt`, `turn`                      |
| `look_up`      | `stt`                       | `stt`, `commit`                    |
| `first_token`  | `look_up`                   | `look_up`                          |
| `first_phrase` | `first_token`               | `first_token`                      |
| `first_audio`  | `first_phrase`              | `first_phrase`                     |
| `reveal`       | `first_audio`, `commit`     | `first_audio`, `commit`            |
| `voice`        | `reveal`                    | `reveal`                           |

A stage that a turn never reached (no first token where a fact answers), or reached only later and
so can't have waited for (a turn may be committed before its score has come), is replaced by what it
would itself have waited for.

Work done before the soft end, while the user still spoke, costs nothing: a leg is counted from the
soft end on, and one that was over by then has no length.

`commit` of visavis is mostly a decision to wait: silence asked for by the rule in `hear/turn.py`,
counted in the silence and not from the transcript. A slower `stt` therefore shortens it, until
nothing of it is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from visavis.bench.turns import STAGES, Kind, Turn

LEGS = (*STAGES, "voice")
"""In the order of the waterfall."""

_SPECULATING: Mapping[str, tuple[str, ...]] = {
    "stt": ("soft_end",),
    "turn": ("soft_end",),
    "words": ("stt",),
    "look_up": ("stt",),
    "first_token": ("look_up",),
    "first_phrase": ("first_token",),
    "first_audio": ("first_phrase",),
    "commit": ("stt", "turn", "words"),
    "reveal": ("first_audio", "commit"),
    "voice": ("reveal",),
}
_STEP_BY_STEP: Mapping[str, tuple[str, ...]] = {**_SPECULATING, "look_up": ("stt", "commit")}
_SPECULATING_CONTENDERS = "visavis"
"""Contenders whose name begins so prepare the answer before they commit to it."""


@dataclass(frozen=True, slots=True)
class Leg:
    """Medians over the `n` warm turns of one kind that have this leg; ms after t0.

    `own_p50_ms` is the median of the own durations, not the difference of the other two.
    """

    stage: str
    kind: Kind
    n: int
    start_p50_ms: float
    end_p50_ms: float
    own_p50_ms: float
    own_p95_ms: float


def leg_spans(turn: Turn) -> dict[str, tuple[float, float]]:
    """(start, end) in ms after t0 of every leg that the turn has, in the order of LEGS."""
    reached = dict(turn.stages_ms)
    if turn.voice_ms is not None:
        reached["voice"] = turn.voice_ms
    waits_for = _waits_for(turn.contender)
    soft_end_ms = reached.get("soft_end", 0.0)
    spans: dict[str, tuple[float, float]] = {}
    for stage in LEGS:
        if stage in reached:
            end_ms = reached[stage]
            start_ms = _start_ms(stage, reached, waits_for, end_ms)
            if stage != "soft_end":
                start_ms = min(max(start_ms, soft_end_ms), end_ms)
            spans[stage] = (start_ms, end_ms)
    return spans


def leg_durations(turn: Turn) -> dict[str, float]:
    """Own duration of every leg that the turn has, in ms.

    Only `soft_end` can be negative: a voice that fades may seem quiet before its last sample.
    """
    return {stage: end - start for stage, (start, end) in leg_spans(turn).items()}


def waterfall(turns: Sequence[Turn]) -> tuple[Leg, ...]:
    """The legs of the warm, answered turns: knowledge first, then llm, each in order of LEGS.

    The turns should be one contender's. A kind without turns has no legs.
    """
    legs: list[Leg] = []
    for kind in ("knowledge", "llm"):
        spans = [
            leg_spans(turn)
            for turn in turns
            if turn.kind == kind and turn.warmth == "warm" and not turn.missed
        ]
        legs += [leg for stage in LEGS if (leg := _leg(stage, kind, spans)) is not None]
    return tuple(legs)


def _leg(stage: str, kind: Kind, turns: Sequence[Mapping[str, tuple[float, float]]]) -> Leg | None:
    spans = np.array([turn[stage] for turn in turns if stage in turn], dtype=np.float64)
    if not len(spans):
        return None
    start, end = np.median(spans, axis=0)
    own = np.percentile(spans[:, 1] - spans[:, 0], (50, 95))
    return Leg(stage, kind, len(spans), float(start), float(end), float(own[0]), float(own[1]))


def _waits_for(contender: str) -> Mapping[str, tuple[str, ...]]:
    return _SPECULATING if contender.startswith(_SPECULATING_CONTENDERS) else _STEP_BY_STEP


def _start_ms(
    stage: str,
    reached: Mapping[str, float],
    waits_for: Mapping[str, tuple[str, ...]],
    end_ms: float,
) -> float:
    """When the last of the stages that `stage` waits for was reached; t0 if there is none."""
    starts: list[float] = []
    for earlier in waits_for.get(stage, ()):
        at_ms = reached.get(earlier)
        if at_ms is None or at_ms > end_ms:
            at_ms = _start_ms(earlier, reached, waits_for, end_ms)
        starts.append(at_ms)
    return max(starts, default=0.0)
