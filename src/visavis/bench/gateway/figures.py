"""What the load noted of a run, as figures. Pure.

| figure | of what |
|---|---|
| `chunk_p50_ms`, `chunk_p95_ms` | each frame of sound, from provider to client, by the gateway |
| `bare_chunk_p50_ms`, `…_p95_ms` | the same by the bare relay, in the same run |
| `added_p50_ms`, `added_p95_ms` | the first less the second |
| `late_cues_rate` * | share of cues that came later than their sample is heard |
| `cue_margin_p5_ms`, `cue_margin_p50_ms` | how long before that they came |
| `relay_cores`, `lips_cores` | cores kept busy by the process that forwards, and by the lips' |
| `sessions_per_core`, `bare_…` | sessions, divided by all cores that the server kept busy |
| `memory_per_session_kb`, `bare_…` | resident memory with all sessions, less that with none |

A sample is heard when its frame comes, or behind the sound that plays already, and LEAST_PLAYOUT_MS
later: `wire/relay.py` says why. A star: with its 95 % interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from visavis.bench.intervals import named, share_estimate
from visavis.wire.relay import LEAST_PLAYOUT_MS


@dataclass(slots=True)
class Heard:
    """One client's sound and cues, as they came; times in ms on the load's clock."""

    rate_hz: int
    sound: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    """When a frame came, and how many samples it has."""
    cues: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    """When a cue came, and its sample in all sound of the session."""


@dataclass(frozen=True, slots=True)
class Round:
    """One server under load."""

    delays_ms: tuple[float, ...]
    heard: tuple[Heard, ...]
    relay_cores: float
    """Kept busy by the process that forwards."""
    lips_cores: float
    """By the processes beside it."""
    memory_bytes: int
    n_sessions: int


def margins_ms(heard: Heard) -> list[float]:
    """How long before it is heard each cue came."""
    starts_ms: list[float] = []
    firsts: list[int] = []
    dry_ms, n_samples = 0.0, 0
    for at_ms, n in heard.sound:
        start_ms = max(at_ms, dry_ms)
        starts_ms.append(start_ms)
        firsts.append(n_samples)
        n_samples += n
        dry_ms = start_ms + n * 1_000.0 / heard.rate_hz
    found: list[float] = []
    for came_ms, sample in heard.cues:
        at = max(0, int(np.searchsorted(firsts, sample, side="right")) - 1)
        heard_ms = starts_ms[at] + (sample - firsts[at]) * 1_000.0 / heard.rate_hz
        found.append(heard_ms + LEAST_PLAYOUT_MS - came_ms)
    return found


def figures_of(gateway: Sequence[Round], bare: Sequence[Round]) -> dict[str, float]:
    """See the module's table. Rounds of each kind are pooled."""
    ours = _percentiles([ms for one in gateway for ms in one.delays_ms], (50.0, 95.0))
    theirs = _percentiles([ms for one in bare for ms in one.delays_ms], (50.0, 95.0))
    margins = [ms for one in gateway for heard in one.heard for ms in margins_ms(heard)]
    low, middle = _percentiles(margins, (5.0, 50.0))
    late = share_estimate(sum(ms < 0.0 for ms in margins), len(margins))
    sessions = gateway[0].n_sessions
    relay = float(np.mean([one.relay_cores for one in gateway]))
    lips = float(np.mean([one.lips_cores for one in gateway]))
    bare_busy = float(np.mean([one.relay_cores for one in bare]))
    memory, bare_memory = (max(one.memory_bytes for one in kind) for kind in (gateway, bare))
    return {
        "n_chunks": sum(len(one.delays_ms) for one in gateway),
        "n_cues": len(margins),
        "chunk_p50_ms": ours[0],
        "chunk_p95_ms": ours[1],
        "bare_chunk_p50_ms": theirs[0],
        "bare_chunk_p95_ms": theirs[1],
        "added_p50_ms": ours[0] - theirs[0],
        "added_p95_ms": ours[1] - theirs[1],
        **named("late_cues_rate", late),
        "cue_margin_p5_ms": low,
        "cue_margin_p50_ms": middle,
        "relay_cores": relay,
        "lips_cores": lips,
        "sessions_per_core": sessions / (relay + lips),
        "bare_sessions_per_core": sessions / bare_busy,
        "memory_per_session_kb": memory / sessions / 1_000.0,
        "bare_memory_per_session_kb": bare_memory / sessions / 1_000.0,
    }


def _percentiles(values: Sequence[float], percents: Sequence[float]) -> list[float]:
    return [float(value) for value in np.percentile(np.asarray(values), percents)]
