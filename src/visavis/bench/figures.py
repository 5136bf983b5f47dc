"""The figures of one contender's turns. Pure, but for reading built-in personas.

`turn_figures` gives these names. Times are ms after t0; KIND is `knowledge` or `llm`, by the source
of the answer; SIGN is `voice`, `face` or `react` (bench/turns.py defines them).

| figure                                     | of what                                             |
|--------------------------------------------|-----------------------------------------------------|
| `n_turns`                                  | all turns of neural voices                          |
| `KIND_n`                                   | warm, answered turns of that kind                   |
| `KIND_SIGN_p50_ms` * (`p90`, `p95`, `max`) | of those, the ones with that sign                   |
| `cold_n`, `cold_voice_p50_ms` *            | answered first questions of a conversation          |
| `other_n`                                  | answers that are neither kind: refusals, apologies  |
| `face_minus_voice_p50_ms`, `…_p95_abs_ms`  | warm, both kinds: how far the lips are off          |
| `held_p50_ms`                              | how long a ready answer waited for its commit, or 0 |
| `late_p50_ms`                              | how long a committed answer was waited for, or 0    |
| `stage_STAGE_p50_ms`                       | when each of turns.STAGES was reached, both kinds   |
| `false_cutoff_rate` *                      | turns in which an answer was heard before t0        |
| `n_paused`, `paused_false_cutoff_rate` *   | the same of turns whose speaker pauses inside       |
| `n_pauses`, `false_cutoff_per_pause_rate` *| pauses in which an answer began, or just after which|
| `missed_rate` *                            | turns that nobody answered within the timeout       |
| `doubled_rate` *                           | turns with more than one answer after t0            |
| `wrong_rate` *                             | answered questions for a fact that got another thing|
| `classic_n`, `classic_voice_p50_ms` *      | formant, diphone and HMM voices: counted only here, |
| `classic_false_cutoff_rate` *              | because turn models misjudge them                   |

A star: with its 95 % interval, the names made by `intervals.bound_name` (`…_p50_low_ms`,
`…_low_rate`). Percentiles interpolate linearly; their intervals are bootstrapped, those of shares
are Wilson's. Cold turns count in shares and not in times; a turn that was cut off counts in times
too, by the answer that came after t0; one whose answer came within its last word
(turns.EARLY_MS) has none, and is not missed. A figure of nothing is left out; a share of nothing is
0 with an interval of 0…1. "Just after" a pause is within AFTER_PAUSE_MS. The legs of the waterfall
are named in bench/legs.py; bench/intervals.py tells whether two runs agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from visavis.bench.intervals import (
    Agreement,
    agree,
    named,
    percentile_estimates,
    repeatability,
    share_estimate,
)
from visavis.bench.legs import Leg, leg_durations, waterfall
from visavis.bench.recording import Recording
from visavis.bench.turns import STAGES, Turn
from visavis.hear.audio import RATE_HZ
from visavis.reply.persona import Persona, load_persona

__all__ = [
    "Agreement",
    "Leg",
    "agree",
    "by_contender",
    "is_wrong",
    "leg_durations",
    "pauses_cut",
    "repeatability",
    "times_ms",
    "turn_figures",
    "waterfall",
]

KINDS = ("knowledge", "llm")
SIGNS = ("voice", "face", "react")
PERCENTS = (50, 90, 95)

AFTER_PAUSE_MS = 400.0
"""An answer revealed late in a pause is heard when the speaker has gone on already: the detector
needs about 100 ms to hear that, the sound its way. Later ones are not the pause's fault."""

_TELLING_CHARS = 20
"""Answers of one persona differ within so many letters."""


def turn_figures(turns: Sequence[Turn]) -> dict[str, float]:
    """All figures, by the names in this module's table. The turns should be one contender's."""
    neural = [turn for turn in turns if turn.recording.speaker.kind == "neural"]
    classic = [turn for turn in turns if turn.recording.speaker.kind == "classic"]
    warm = [turn for turn in neural if turn.warmth == "warm" and _is_headline(turn)]
    figures: dict[str, float] = {"n_turns": len(neural)}
    for kind in KINDS:
        figures |= _kind_figures(kind, [turn for turn in warm if turn.kind == kind])
    figures |= _cold_figures(neural)
    figures["other_n"] = sum(turn.kind == "other" and not turn.missed for turn in neural)
    figures |= _lip_figures(warm)
    figures |= _readiness_figures(warm)
    figures |= _stage_figures(warm)
    figures |= _cutoff_figures(neural)
    figures |= _fault_figures(neural)
    return figures | _classic_figures(classic)


def by_contender(turns: Iterable[Turn]) -> dict[str, list[Turn]]:
    """The turns of each contender, in the order in which the contenders first appear."""
    found: dict[str, list[Turn]] = {}
    for turn in turns:
        found.setdefault(turn.contender, []).append(turn)
    return found


def times_ms(turns: Iterable[Turn], sign: str = "voice") -> list[float]:
    """When `sign` (voice, face or react) came, for every turn that has it."""
    found = [_time_ms(turn, sign) for turn in turns]
    return [time for time in found if time is not None]


def pauses_cut(turn: Turn) -> set[int]:
    """Indices of the pauses in which, or within AFTER_PAUSE_MS after which, an answer began."""
    return {
        index
        for cutoff_ms in turn.cutoffs_ms
        if (index := _pause_at(turn.recording, cutoff_ms)) is not None
    }


def is_wrong(turn: Turn) -> bool:
    """A question for a fact was answered, and not with that fact.

    Half an answer, heard before the harness stopped it, is right as far as it goes.
    """
    question = turn.recording.question
    if turn.missed or question.fact is None:
        return False
    persona = _persona(question.persona or "pip")
    answer, said = plain(persona.fact(question.fact).answer), plain(turn.text)
    return not said or not answer.startswith(said[:_TELLING_CHARS])


# ------------------------------------------------------------------ times


def _kind_figures(kind: str, turns: Sequence[Turn]) -> dict[str, float]:
    figures: dict[str, float] = {f"{kind}_n": len(turns)}
    for sign in SIGNS:
        figures |= _spread(f"{kind}_{sign}", times_ms(turns, sign))
    return figures


def _spread(name: str, values_ms: Sequence[float]) -> dict[str, float]:
    """PERCENTS with their intervals, and the maximum."""
    if not values_ms:
        return {}
    figures: dict[str, float] = {}
    estimates = percentile_estimates(values_ms, PERCENTS)
    for percent, estimate in zip(PERCENTS, estimates, strict=True):
        figures |= named(f"{name}_p{percent}_ms", estimate)
    return figures | {f"{name}_max_ms": max(values_ms)}


def _median(name: str, values_ms: Sequence[float]) -> dict[str, float]:
    """The median with its interval."""
    return named(name, percentile_estimates(values_ms, (50,))[0]) if values_ms else {}


def _cold_figures(neural: Sequence[Turn]) -> dict[str, float]:
    cold = [turn for turn in neural if turn.warmth == "cold" and _is_headline(turn)]
    return {"cold_n": len(cold), **_median("cold_voice_p50_ms", times_ms(cold))}


def _lip_figures(warm: Sequence[Turn]) -> dict[str, float]:
    apart_ms = [
        turn.face_ms - turn.voice_ms
        for turn in warm
        if turn.face_ms is not None and turn.voice_ms is not None
    ]
    if not apart_ms:
        return {}
    return {
        "face_minus_voice_p50_ms": float(np.median(apart_ms)),
        "face_minus_voice_p95_abs_ms": float(np.percentile(np.abs(apart_ms), 95)),
    }


def _readiness_figures(warm: Sequence[Turn]) -> dict[str, float]:
    waits_ms = [
        turn.stages_ms["commit"] - turn.stages_ms["first_audio"]
        for turn in warm
        if turn.stages_ms.keys() >= {"commit", "first_audio"}
    ]
    if not waits_ms:
        return {}
    return {
        "held_p50_ms": float(np.median(np.maximum(waits_ms, 0.0))),
        "late_p50_ms": float(np.median(np.maximum(np.negative(waits_ms), 0.0))),
    }


def _stage_figures(warm: Sequence[Turn]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for stage in STAGES:
        reached_ms = [turn.stages_ms[stage] for turn in warm if stage in turn.stages_ms]
        if reached_ms:
            figures[f"stage_{stage}_p50_ms"] = float(np.median(reached_ms))
    return figures


def _time_ms(turn: Turn, sign: str) -> float | None:
    match sign:
        case "voice":
            return turn.voice_ms
        case "face":
            return turn.face_ms
        case "react":
            return turn.react_ms
        case _:
            raise ValueError(f"no sign is called {sign}")


# ------------------------------------------------------------------ shares


def _cutoff_figures(neural: Sequence[Turn]) -> dict[str, float]:
    paused = [turn for turn in neural if turn.recording.pauses]
    n_pauses = sum(len(turn.recording.pauses) for turn in paused)
    n_pauses_cut = sum(len(pauses_cut(turn)) for turn in paused)
    return {
        **_cut_share("false_cutoff_rate", neural),
        "n_paused": len(paused),
        **_cut_share("paused_false_cutoff_rate", paused),
        "n_pauses": n_pauses,
        **named("false_cutoff_per_pause_rate", share_estimate(n_pauses_cut, n_pauses)),
    }


def _fault_figures(neural: Sequence[Turn]) -> dict[str, float]:
    n = len(neural)
    asked = [turn for turn in neural if turn.recording.question.fact and not turn.missed]
    return {
        **named("missed_rate", share_estimate(sum(turn.missed for turn in neural), n)),
        **named("doubled_rate", share_estimate(sum(turn.n_replies > 1 for turn in neural), n)),
        **named("wrong_rate", share_estimate(sum(map(is_wrong, asked)), len(asked))),
    }


def _classic_figures(classic: Sequence[Turn]) -> dict[str, float]:
    if not classic:
        return {}
    warm = [turn for turn in classic if turn.warmth == "warm" and _is_headline(turn)]
    return {
        "classic_n": len(classic),
        **_median("classic_voice_p50_ms", times_ms(warm)),
        **_cut_share("classic_false_cutoff_rate", classic),
    }


def _cut_share(name: str, turns: Sequence[Turn]) -> dict[str, float]:
    return named(name, share_estimate(sum(bool(turn.cutoffs_ms) for turn in turns), len(turns)))


def _pause_at(recording: Recording, cutoff_ms: float) -> int | None:
    """The last pause that had begun by then, if it was not over for longer than AFTER_PAUSE_MS."""
    at_sample = recording.speech_end_sample + cutoff_ms * RATE_HZ / 1_000.0
    margin_samples = AFTER_PAUSE_MS * RATE_HZ / 1_000.0
    begun = [i for i, (start, _) in enumerate(recording.pauses) if start <= at_sample]
    if not begun or at_sample >= recording.pauses[begun[-1]][1] + margin_samples:
        return None
    return begun[-1]


# ------------------------------------------------------------------ which turns, which words


def _is_headline(turn: Turn) -> bool:
    return turn.kind in KINDS and not turn.missed


def plain(text: str) -> str:
    return " ".join(text.casefold().split())


@cache
def _persona(name: str) -> Persona:
    return load_persona(name)
