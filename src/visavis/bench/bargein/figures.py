"""The figures of a run of intrusions. Pure. Void trials count only in `n_void`.

| figure                                     | of what                                             |
|--------------------------------------------|-----------------------------------------------------|
| `n_trials`, `n_void`                       | all, and those that say nothing                     |
| `n_interruptions`, `n_coughs`,             | trials of each kind                                 |
| `n_acknowledgements`                       |                                                     |
| `bargein_silence_p50_ms` * (`p95`, `max`)  | interruptions that silenced him: onset to silence   |
| `bargein_mouth_p50_ms` * (`p95`, `max`)    | the same, to the shut mouth; only in a browser      |
| `bargein_stop_p50_ms` * (`p95`, `max`)     | interruptions that stopped him: onset to the stop   |
| `missed_interruption_rate` *               | interruptions that did not stop him                 |
| `wavered_rate` *                           | interruptions between whose parts he went on        |
| `cough_stop_rate` *                        | coughs, throats, sneezes, laughs that stopped him   |
| `acknowledgement_stop_rate` *              | "mm-hm", "yeah" and the like that stopped him       |
| `unnoticed_cough_rate` *                   | coughs that did not even hold him                   |
| `recovery_p50_ms` * (`p95`, `max`)         | coughs and the like: from silence to going on       |
| `resume_error_p95_abs_ms`                  | how far from the held sample he went on; in browser |
| `n_stuck`                                  | still held when the trial was over                  |

A star: with its 95 % interval, as in bench/figures.py.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visavis.bench.bargein.trial import Kind, Trial, Verdict
from visavis.bench.intervals import named, percentile_estimates, share_estimate

PERCENTS = (50, 95)


def bargein_figures(trials: Sequence[Trial]) -> dict[str, float]:
    """All figures, by the names in this module's table."""
    valid = [trial for trial in trials if trial.verdict is not Verdict.VOID]
    by_kind = {kind: [t for t in valid if t.scene.intrusion.kind is kind] for kind in Kind}
    figures: dict[str, float] = {"n_trials": len(trials), "n_void": len(trials) - len(valid)}
    figures |= {f"n_{kind.value}s": len(found) for kind, found in by_kind.items()}
    figures["n_stuck"] = sum(trial.verdict is Verdict.STUCK for trial in valid)
    interruptions = by_kind[Kind.INTERRUPTION]
    figures |= _spread("bargein_silence", [t.silence_ms for t in interruptions])
    figures |= _spread("bargein_mouth", [t.mouth_ms for t in interruptions])
    figures |= _spread("bargein_stop", [t.stop_ms for t in interruptions])
    missed = [trial.verdict is not Verdict.STOPPED for trial in interruptions]
    figures |= _share("missed_interruption_rate", missed)
    figures |= _share("wavered_rate", [trial.n_resumed > 0 for trial in interruptions])
    for kind in (Kind.COUGH, Kind.ACKNOWLEDGEMENT):
        stopped = [trial.verdict is Verdict.STOPPED for trial in by_kind[kind]]
        figures |= _share(f"{kind.value}_stop_rate", stopped)
    unnoticed = [trial.verdict is Verdict.UNNOTICED for trial in by_kind[Kind.COUGH]]
    figures |= _share("unnoticed_cough_rate", unnoticed)
    return figures | _recovery_figures([*by_kind[Kind.COUGH], *by_kind[Kind.ACKNOWLEDGEMENT]])


def _recovery_figures(trials: Sequence[Trial]) -> dict[str, float]:
    held_ms = [
        trial.resume_ms - trial.silence_ms
        for trial in trials
        if trial.resume_ms is not None and trial.silence_ms is not None
    ]
    figures = _spread("recovery", held_ms)
    errors_ms = [abs(t.resume_error_ms) for t in trials if t.resume_error_ms is not None]
    if errors_ms:
        figures["resume_error_p95_abs_ms"] = float(np.percentile(errors_ms, 95))
    return figures


def _spread(name: str, values_ms: Sequence[float | None]) -> dict[str, float]:
    """PERCENTS with their intervals, and the maximum; nothing of nothing."""
    known_ms = [value for value in values_ms if value is not None]
    if not known_ms:
        return {}
    figures: dict[str, float] = {}
    for percent, estimate in zip(PERCENTS, percentile_estimates(known_ms, PERCENTS), strict=True):
        figures |= named(f"{name}_p{percent}_ms", estimate)
    return figures | {f"{name}_max_ms": max(known_ms)}


def _share(name: str, hits: Sequence[bool]) -> dict[str, float]:
    return named(name, share_estimate(sum(hits), len(hits)))
