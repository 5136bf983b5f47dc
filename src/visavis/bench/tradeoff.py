"""Latency against false cut-offs: what another rule for the commit would have given. Pure.

A turn is a series of *silences*: every gap that the voice detector notices, and the end. In each
the engine prepares an answer and reveals it after as much silence as the rule asks for. If the
speaker goes on before that, nothing is heard; if not, and words were still to come, it is a false
cut-off. So with the silences of a corpus (`listening.listen` hears them) and the measured times of
the work, any rule can be played through in milliseconds, without a microphone: the instrument with
which the rule is fitted, and the curve in the report.

What it leaves out: the answer that follows a cut-off comes as fast as any other; work in a pause
takes as long as the same turn's work at its end; a commit waits for score and words both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from visavis.bench.intervals import Estimate, share_estimate
from visavis.bench.recording import Recording
from visavis.bench.turns import Turn
from visavis.hear.turn import CommitRule, Signs, commit_rule

Work = Literal["speculative", "after_commit"]
"""When the answer is prepared: from the soft end on, or only once the rule is satisfied, which is
how voice agents are commonly built."""

SCALES = tuple(2.0 ** (step / 4) for step in range(-8, 9))
"""Factors 0.25…4 for the delay of a rule; the middle one is 1."""

TIMERS_MS = (200.0, 300.0, 400.0, 500.0, 600.0, 700.0, 800.0, 1_000.0, 1_200.0, 1_500.0)
"""Fixed silences: the classical way to find the end of a turn."""


@dataclass(frozen=True, slots=True)
class Silence:
    """One gap in the speech as the engine hears it. Times are ms after t0, so mostly negative.

    `resumed_ms` is when the detector has noticed that the speaker goes on: infinite at the end.
    """

    voice_end_ms: float
    soft_end_ms: float
    resumed_ms: float
    certain_ms: float
    """When the detector agreed that it is one; nothing is revealed before."""
    signs: Signs
    """Their text is of the whole turn so far; a silence after no words is not answered."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording and its silences, in order."""

    recording: Recording
    silences: tuple[Silence, ...]


@dataclass(frozen=True, slots=True)
class Readiness:
    """How long the work takes, in ms: to the score and the words and to the first sound, both
    after the soft end, and from the reveal to the listener's ear."""

    decided_ms: float
    ready_ms: float
    audible_ms: float


@dataclass(frozen=True, slots=True)
class Case:
    """One turn to play through."""

    heard: Heard
    readiness: Readiness


@dataclass(frozen=True, slots=True)
class Point:
    """What one rule gives: share of the `n` turns cut off, and *voice* of the answered ones."""

    label: str
    false_cutoff: Estimate
    p50_ms: float
    p95_ms: float
    mean_ms: float
    n: int


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of rules that differ in one number, in its order."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class TradeOff:
    """Curves to compare, and what was really measured."""

    curves: tuple[Curve, ...]
    measured: tuple[Point, ...]


# ------------------------------------------------------------------ rules


def scaled(rule: CommitRule, factor: float, offset_ms: float = 0.0) -> CommitRule:
    """`rule` with its delay times `factor`, plus `offset_ms`, never below zero."""
    return lambda signs: max(0.0, factor * rule(signs) + offset_ms)


def timer(delay_ms: float) -> CommitRule:
    """A fixed silence, whatever was said and however it sounded."""
    return lambda _signs: delay_ms


# ------------------------------------------------------------------ one turn


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a turn: answers heard before t0, and the answer, all in ms after t0."""

    cutoffs_ms: tuple[float, ...]
    voice_ms: float | None


def play(case: Case, rule: CommitRule, work: Work = "speculative") -> Played:
    """Play a turn through, silence by silence."""
    cutoffs_ms: list[float] = []
    for silence in case.heard.silences:
        revealed_ms = _revealed_ms(silence, case.readiness, rule, work)
        voice_ms = revealed_ms + case.readiness.audible_ms
        if revealed_ms >= silence.resumed_ms:  # the speaker went on: nothing is heard
            continue
        if voice_ms >= 0.0:
            return Played(tuple(cutoffs_ms), voice_ms)
        cutoffs_ms.append(voice_ms)
    return Played(tuple(cutoffs_ms), None)


def _revealed_ms(silence: Silence, ready: Readiness, rule: CommitRule, work: Work) -> float:
    if not silence.signs.text:
        return math.inf
    due_ms = silence.voice_end_ms + rule(silence.signs)
    if work == "after_commit":
        return max(due_ms, silence.soft_end_ms) + ready.ready_ms
    decided_ms = max(due_ms, silence.certain_ms, silence.soft_end_ms + ready.decided_ms)
    return max(decided_ms, silence.soft_end_ms + ready.ready_ms)


# ------------------------------------------------------------------ many turns


def outcome(
    cases: Sequence[Case], rule: CommitRule, label: str, work: Work = "speculative"
) -> Point:
    """Play all turns through with one rule.

    Raises:
        ValueError: no turn is answered.
    """
    return outcome_each(cases, [rule] * len(cases), label, work)


def outcome_each(
    cases: Sequence[Case], rules: Sequence[CommitRule], label: str, work: Work = "speculative"
) -> Point:
    """Play all turns through, each with a rule of its own.

    Raises:
        ValueError: no turn is answered.
    """
    played = [play(case, rule, work) for case, rule in zip(cases, rules, strict=True)]
    return _point(
        label,
        [found.voice_ms for found in played if found.voice_ms is not None],
        sum(bool(found.cutoffs_ms) for found in played),
        len(played),
    )


def measured_point(turns: Iterable[Turn], label: str) -> Point:
    """The same figures from turns that really happened: warm ones, of neural voices.

    Raises:
        ValueError: no turn was answered.
    """
    counted = [turn for turn in turns if _counts(turn)]
    voices_ms = [turn.voice_ms for turn in counted if turn.voice_ms is not None]
    return _point(label, voices_ms, sum(bool(t.cutoffs_ms) for t in counted), len(counted))


def prepare(heard: Iterable[Heard], turns: Iterable[Turn]) -> tuple[Case, ...]:
    """Give every heard recording the measured times of its own turns, else the median times.

    `turns` are one contender's. Warm ones count; only if there are none, cold ones do.

    Raises:
        ValueError: no turn has the stages that it takes.
    """
    ready = [(turn, found) for turn in turns if (found := readiness(turn)) is not None]
    warm = [(turn, found) for turn, found in ready if turn.warmth == "warm"]
    measured: dict[str, list[Readiness]] = {}
    for turn, found in warm or ready:
        measured.setdefault(turn.recording.recording_id, []).append(found)
    usual = _median([found for _, found in warm or ready])
    return tuple(
        Case(one, _median(own) if (own := measured.get(one.recording.recording_id)) else usual)
        for one in heard
    )


def readiness(turn: Turn) -> Readiness | None:
    """How long this turn's work took; None if it lacks a stage or an answer."""
    at = turn.stages_ms
    if turn.voice_ms is None or not at.keys() >= {"soft_end", "stt", "first_audio", "reveal"}:
        return None
    scored_ms = at.get("turn", math.inf)
    if scored_ms > at.get("commit", at["reveal"]):  # decided without the score
        scored_ms = at["stt"]
    start_ms, decided_ms = at["soft_end"], max(at["stt"], scored_ms)
    return Readiness(
        decided_ms - start_ms, at["first_audio"] - start_ms, turn.voice_ms - at["reveal"]
    )


def trade_off(
    cases: Sequence[Case], measured: Mapping[str, Sequence[Turn]], rule: CommitRule = commit_rule
) -> TradeOff:
    """The rule scaled, and fixed timers with and without speculation, beside what was measured.

    `measured` names the turns of each contender. Whoever, and whichever rule, answers nobody is
    left out.
    """
    factors = {f"{factor:.2g} x": scaled(rule, factor) for factor in SCALES}
    timers = {f"{delay_ms:.0f} ms": timer(delay_ms) for delay_ms in TIMERS_MS}
    curves = (
        _curve("this rule, its delay scaled", cases, factors, "speculative"),
        _curve("fixed silence, answer prepared meanwhile", cases, timers, "speculative"),
        _curve("fixed silence, then the work begins", cases, timers, "after_commit"),
    )
    points = tuple(
        measured_point(turns, name)
        for name, turns in measured.items()
        if any(_counts(turn) and not turn.missed for turn in turns)
    )
    return TradeOff(curves, points)


def _curve(name: str, cases: Sequence[Case], rules: Mapping[str, CommitRule], work: Work) -> Curve:
    """Without the rules under which nobody is answered."""
    points = [
        outcome(cases, rule, label, work)
        for label, rule in rules.items()
        if any(play(case, rule, work).voice_ms is not None for case in cases)
    ]
    return Curve(name, tuple(points))


def _counts(turn: Turn) -> bool:
    return turn.warmth == "warm" and turn.recording.speaker.kind == "neural"


def _point(label: str, voices_ms: Sequence[float], n_cut: int, n: int) -> Point:
    if not voices_ms:
        raise ValueError(f"nobody was answered ({label})")
    p50, p95 = np.percentile(voices_ms, (50, 95))
    cutoff = share_estimate(n_cut, n)
    return Point(label, cutoff, float(p50), float(p95), float(np.mean(voices_ms)), n)


def _median(found: Sequence[Readiness]) -> Readiness:
    if not found:
        raise ValueError("no turn has all the stages that the trade-off needs")
    return Readiness(
        float(np.median([one.decided_ms for one in found])),
        float(np.median([one.ready_ms for one in found])),
        float(np.median([one.audible_ms for one in found])),
    )
