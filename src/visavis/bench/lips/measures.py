"""What one hypothesis about one recording is worth: counts that can be added up. Pure.

`measure` compares two tracks and returns a `Tally`; `figures.py` adds tallies up over recordings
and names the shares, medians and rates. The definitions, exactly:

*Time.* A hypothesis is on the clock on which it is *shown*: with a delay of D ms, what it shows at
t is meant for the sound of t - D. Everything is compared after moving it earlier by D, the delay
its contender declares. Both tracks are judged within the reference: what a hypothesis shows behind
the reference's end counts nowhere, where a hypothesis ends early the mouth is shut.

*Frames* are 10 ms long and judged at their middle (track.py). `confusion[r, h]` counts frames with
reference r and hypothesis h. Frames of UNSCORED stretches of the reference count nowhere.

*Accuracy* is the share of scored frames with the right one of 15 shapes. Recall of a viseme: its
share of right frames; macro recall is the mean over the visemes that the reference has. Silence
precision: of the frames shown as `sil`, the share that is silent; recall the other way round.

*Best constant shift*: `hits_at_shift[k]` counts right frames when the hypothesis is moved earlier
by SHIFTS_MS[k] instead of the declared delay. The best one of a whole data set, not of each file,
makes a figure that can be held against published ones; nobody could use it live.

*Segments* are runs of PP or FF. One of the hypothesis stands for one of the reference if at most
TOLERANCE_MS lies between them (matching.py), one to one. Recall: paired of the reference's;
precision: paired of the hypothesis'. Segments of the hypothesis that touch UNSCORED stretches of
the reference, widened by TOLERANCE_MS, count only if they are paired.

*Onsets* are starts of runs, but for the first run of a recording. Those of the same viseme are
paired one to one, nearest first, up to ONSET_REACH_MS apart. "Within 20 ms" is a share of *all*
onsets of the reference: one without a partner is not within. The median is of the paired ones.
The onset of an UNSCORED run, and of the run behind it, counts nowhere.

*Changes* are moments where the hypothesis goes from one shape to another, silence included. They
are counted over the whole recording, and again in speech: outside the reference's silences of
PAUSE_MS and longer, the edges belonging to speech. The reference's own changes stand beside them.

*Holds* are runs of the hypothesis, but for the first and the last, which the recording cuts. Short
ones last less than SHORT_HOLD_MS.

*Mouth open in silence*: of the frames in reference silences of PAUSE_MS and longer, those in which
anything but `sil` and PP is shown (the lips of PP are closed), with a weight above 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from visavis.bench.lips.matching import match_onsets, match_segments
from visavis.bench.lips.track import FRAME_HZ, UNSCORED, Ints, Run, Track
from visavis.lips.phonemes import SIL, table
from visavis.lips.spans import Span

N_VISEMES = 15

TOLERANCE_MS = 40.0
"""Delays up to 40 ms do not matter to speechreaders (McGrath and Summerfield 1985)."""

ONSET_REACH_MS = 200.0
"""Onsets farther apart are not the same event: about two sounds of speech."""

PAUSE_MS = 200.0
"""Shorter silences need not close a mouth (`lips/timeline.py` leaves them open, too)."""

SHORT_HOLD_MS = 70.0
"""Rhubarb holds a shape for about this long; shorter ones look nervous."""

SHIFTS_MS: tuple[int, ...] = tuple(range(-300, 310, 10))
"""Constant shifts that are tried; positive ones move the hypothesis earlier."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Segments of one viseme, counted."""

    n_reference: int
    n_found: int
    n_paired: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one recording; the module's docstring says of what."""

    seconds: float
    speech_seconds: float
    confusion: Ints
    """int64 [15, 15], frames: reference by hypothesis."""
    hits_at_shift: Ints
    """int64 [len(SHIFTS_MS)], right frames."""
    closures: Pairs
    """PP."""
    labiodentals: Pairs
    """FF."""
    n_onsets: int
    """Onsets of the reference."""
    onset_offsets_ms: tuple[float, ...]
    """Of the paired ones, hypothesis less reference; negative is early."""
    n_changes: int
    n_speech_changes: int
    n_reference_speech_changes: int
    n_holds: int
    n_short_holds: int
    n_pause_frames: int
    """Frames in silences of PAUSE_MS and longer."""
    n_open_frames: int
    """Of those, the ones with an open mouth."""

    @property
    def n_frames(self) -> int:
        """Scored frames."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Share of scored frames that are right; 0 of none."""
        return float(np.trace(self.confusion)) / max(1, self.n_frames)


def measure(reference: Track, hypothesis: Track, delay_ms: float = 0.0) -> Tally:
    """Compare a hypothesis with the reference of its recording.

    Args:
        reference: what was said; UNSCORED where nobody knows.
        hypothesis: what was shown, on the clock on which it was shown; its rate may differ.
        delay_ms: how much later than the sound it was shown, as its contender declares.
    """
    wanted = reference.frames()
    moved = clipped(hypothesis.earlier(delay_ms), reference.seconds)
    pauses = [run for run in reference.runs if run.viseme == SIL and run.length_ms >= PAUSE_MS]
    in_pause = _in_runs(len(wanted), pauses)
    changes, wanted_changes = _changes_ms(moved.runs), _changes_ms(reference.runs)
    holds = [run.length_ms for run in moved.runs[1:-1]]
    starts, offsets = _onsets(reference.runs, moved.runs)
    paused_s = sum(run.length_ms for run in pauses) / 1_000.0
    return Tally(
        seconds=reference.seconds,
        speech_seconds=max(0.0, reference.seconds - paused_s),
        confusion=_confusion(wanted, moved.frames(0, len(wanted))),
        hits_at_shift=_hits_at_shift(wanted, hypothesis),
        closures=_pairs(reference.runs, moved.runs, table().index("PP")),
        labiodentals=_pairs(reference.runs, moved.runs, table().index("FF")),
        n_onsets=starts,
        onset_offsets_ms=offsets,
        n_changes=len(changes),
        n_speech_changes=_n_outside(changes, pauses),
        n_reference_speech_changes=_n_outside(wanted_changes, pauses),
        n_holds=len(holds),
        n_short_holds=sum(length_ms < SHORT_HOLD_MS for length_ms in holds),
        n_pause_frames=int(in_pause.sum()),
        n_open_frames=int((in_pause & _is_open(moved, len(wanted))).sum()),
    )


def clipped(track: Track, seconds: float) -> Track:
    """The first `seconds` of a track; where it is shorter, the mouth is shut until then."""
    end = round(seconds * track.rate_hz)
    kept = [
        replace(span, end_sample=min(span.end_sample, end))
        for span in track.spans
        if span.start_sample < end
    ]
    if track.n_samples < end:
        kept.append(Span(SIL, track.n_samples, end, 0.0))
    return Track(tuple(kept), track.rate_hz)


def best_shift(hits_at_shift: NDArray[np.integer]) -> int:
    """Index of the best one of SHIFTS_MS; of equally good ones the smallest shift."""
    order = sorted(range(len(SHIFTS_MS)), key=lambda k: (abs(SHIFTS_MS[k]), SHIFTS_MS[k]))
    return max(order, key=lambda k: int(hits_at_shift[k]))


# ------------------------------------------------------------------ frames


def _confusion(wanted: Ints, shown: Ints) -> Ints:
    scored = wanted != UNSCORED
    cells = wanted[scored] * N_VISEMES + shown[scored]
    return np.bincount(cells, minlength=N_VISEMES**2).reshape(N_VISEMES, N_VISEMES).astype(np.int64)


def _hits_at_shift(wanted: Ints, hypothesis: Track) -> Ints:
    """Right frames for each shift. The shifts are whole frames, so one reading serves them all."""
    frames = [shift_ms * FRAME_HZ // 1_000 for shift_ms in SHIFTS_MS]
    first = min(frames)
    shown = hypothesis.frames(first, len(wanted) + max(frames))
    hits = [(wanted == shown[by - first : by - first + len(wanted)]).sum() for by in frames]
    return np.array(hits, dtype=np.int64)


def _in_runs(n_frames: int, runs: Sequence[Run]) -> NDArray[np.bool_]:
    """Which frames have their middle in one of the runs."""
    middles_ms = (np.arange(n_frames) + 0.5) * 1_000.0 / FRAME_HZ
    begun = np.searchsorted([run.start_ms for run in runs], middles_ms, side="right")
    over = np.searchsorted([run.end_ms for run in runs], middles_ms, side="right")
    return begun > over


def _is_open(track: Track, n_frames: int) -> NDArray[np.bool_]:
    """Which frames show an open mouth."""
    shut = (SIL, table().index("PP"))
    spans = tuple(
        replace(span, viseme=SIL if span.viseme in shut or span.weight <= 0.0 else span.viseme)
        for span in track.spans
    )
    return Track(spans, track.rate_hz).frames(0, n_frames) != SIL


# ------------------------------------------------------------------ runs


def _pairs(wanted: Sequence[Run], shown: Sequence[Run], viseme: int) -> Pairs:
    reference = [run for run in wanted if run.viseme == viseme]
    found = [run for run in shown if run.viseme == viseme]
    blind = [run for run in wanted if run.viseme == UNSCORED]
    pairs = match_segments(reference, found, TOLERANCE_MS)
    paired = {index for _, index in pairs}
    judged = [i for i, run in enumerate(found) if i in paired or not _touches(run, blind)]
    return Pairs(len(reference), len(judged), len(pairs))


def _touches(run: Run, blind: Sequence[Run]) -> bool:
    return any(
        run.start_ms <= other.end_ms + TOLERANCE_MS and run.end_ms >= other.start_ms - TOLERANCE_MS
        for other in blind
    )


def _onsets(wanted: Sequence[Run], shown: Sequence[Run]) -> tuple[int, tuple[float, ...]]:
    """How many onsets the reference has, and the offsets of those with a partner."""
    scored = [
        after for before, after in pairwise(wanted) if UNSCORED not in (before.viseme, after.viseme)
    ]
    offsets: list[float] = []
    for viseme in range(N_VISEMES):
        mine = [run.start_ms for run in scored if run.viseme == viseme]
        theirs = [run.start_ms for run in shown[1:] if run.viseme == viseme]
        offsets += match_onsets(mine, theirs, ONSET_REACH_MS)
    return len(scored), tuple(offsets)


def _changes_ms(runs: Sequence[Run]) -> list[float]:
    return [run.start_ms for run in runs[1:]]


def _n_outside(moments_ms: Sequence[float], runs: Sequence[Run]) -> int:
    """How many moments lie in none of the runs; the edges of a run lie outside."""
    begun = np.searchsorted([run.start_ms for run in runs], moments_ms, side="left")
    over = np.searchsorted([run.end_ms for run in runs], moments_ms, side="right")
    return int((begun <= over).sum())
