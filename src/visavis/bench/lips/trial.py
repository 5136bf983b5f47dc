"""One run of the scoreboard: contenders over recordings, and what has been found so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from visavis.bench.lips.contender import Compute, Contender, Result
from visavis.bench.lips.figures import lip_figures
from visavis.bench.lips.manifest import Item, Recording, load
from visavis.bench.lips.measures import Tally, measure
from visavis.bench.lips.track import FRAME_HZ
from visavis.errors import VisavisError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one contender made of one recording."""

    contender: str
    item: Item
    tally: Tally
    compute: Compute
    peeked: bool | None = None
    """Whether what it showed depended on sound that it had not heard; None: not tried."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A recording that could not be used, or that a contender could not do."""

    item: Item
    contender: str | None
    """None: the recording itself is at fault."""
    reason: str


class Proof(Enum):
    """Whether engines that stream are run again on the beginning of each recording."""

    NONE = "none"
    CUT = "cut"
    """What they showed until the cut must be the same, or they have heard what lies behind it."""


CUT_SHARE = 0.6
"""Where a recording is cut for the proof."""

MARGIN_MS = 20.0
"""Resampling before the engine mixes samples this near to the cut with what lies behind it."""


@dataclass(slots=True)
class Trial:
    """What one run has found so far; whole after Ctrl-C too."""

    contenders: Sequence[Contender]
    proof: Proof = Proof.NONE
    load: Callable[[Item], Recording] = load
    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    failures: list[Failure] = field(default_factory=list[Failure])
    unknown: dict[str, int] = field(default_factory=dict[str, int])
    """Labels that are in no table, and in how many recordings."""

    def add(self, item: Item, step: Callable[[str], None] = lambda _: None) -> None:
        """Run every contender on one recording; `step` is told each one's name when it is done.

        All or nothing: interrupted in the middle of a recording, none of its outcomes is kept, so
        that the contenders stand on the same recordings.
        """
        try:
            recording = self.load(item)
        except VisavisError as error:
            self.failures.append(Failure(item, None, str(error)))
            for contender in self.contenders:
                step(contender.name)
            return
        outcomes: list[Outcome] = []
        failures: list[Failure] = []
        for contender in self.contenders:
            text = recording.item.text
            if contender.needs_text and not text:
                failures.append(Failure(item, contender.name, "there is no transcript"))
            else:
                try:
                    result = contender.run(recording.sound, recording.rate_hz, text)
                except VisavisError as error:
                    failures.append(Failure(item, contender.name, str(error)))
                else:
                    tally = measure(recording.reference, result.track, result.delay_ms)
                    peeked = self._peeks(contender, recording, result)
                    outcomes.append(Outcome(contender.name, item, tally, result.compute, peeked))
            step(contender.name)
        self.outcomes += outcomes
        self.failures += failures
        for label in recording.unknown:
            self.unknown[label] = self.unknown.get(label, 0) + 1

    def _peeks(self, contender: Contender, recording: Recording, whole: Result) -> bool | None:
        """Whether a cut behind a moment changes what was shown before it, MARGIN_MS aside.

        Only of engines with a delay: the others say that they know the recording beforehand.
        """
        if self.proof is Proof.NONE or whole.delay_ms == 0.0:
            return None
        n_samples = int(CUT_SHARE * len(recording.sound))
        seconds = max(0.0, n_samples / recording.rate_hz - MARGIN_MS / 1_000.0)
        text = recording.item.text
        try:
            part = contender.run(recording.sound[:n_samples], recording.rate_hz, text)
        except VisavisError:  # it was the same sound: what it can't do now, it did with more
            return True
        n_frames = int(seconds * FRAME_HZ)
        first, second = (one.track.frames(0, n_frames) for one in (whole, part))
        return not bool(np.array_equal(first, second))

    @property
    def items(self) -> tuple[Item, ...]:
        """The recordings that at least one contender did, in order."""
        return tuple(dict.fromkeys(outcome.item for outcome in self.outcomes))

    @property
    def shared(self) -> tuple[Item, ...]:
        """The recordings that every contender did."""
        done = [{o.item for o in self.of(c.name)} for c in self.contenders]
        return tuple(item for item in self.items if all(item in items for items in done))

    def of(self, contender: str) -> list[Outcome]:
        """The outcomes of one contender."""
        return [outcome for outcome in self.outcomes if outcome.contender == contender]

    def figures_of(self, contender: str, items: Iterable[Item] | None = None) -> dict[str, float]:
        """Its figures by the names in `figures.py`, on `items` or on all that it did."""
        chosen = None if items is None else set(items)
        mine = [o for o in self.of(contender) if chosen is None or o.item in chosen]
        return lip_figures([o.tally for o in mine], [o.compute for o in mine])

    def figures(self) -> dict[str, float]:
        """All of them, the contender's name in front: `sphinx_loop_frame_accuracy_rate`.

        `CONTENDER_n_failed` counts recordings that it could not do; `CONTENDER_n_peeked` those of
        `CONTENDER_n_cut` in which it knew of sound that it had not heard (Proof.CUT). Where
        contenders did different recordings, `shared_n_files` and
        `CONTENDER_shared_frame_accuracy_rate` are of those that every one did.
        """
        found: dict[str, float] = {
            "n_files": len(self.items),
            "n_speakers": len({item.speaker for item in self.items}),
            "n_unreadable": sum(failure.contender is None for failure in self.failures),
        }
        shared = self.shared
        uneven = len(shared) < len(self.items)
        if uneven:
            found["shared_n_files"] = len(shared)
        for contender in self.contenders:
            name = contender.name
            own = self.figures_of(name)
            found |= {f"{name}_{figure}": value for figure, value in own.items()}
            failed = sum(failure.contender == name for failure in self.failures)
            found[f"{name}_n_failed"] = failed
            proven = [o.peeked for o in self.of(name) if o.peeked is not None]
            if proven:
                found[f"{name}_n_cut"] = len(proven)
                found[f"{name}_n_peeked"] = sum(proven)
            if uneven and shared:
                for figure, value in self.figures_of(name, shared).items():
                    if figure.startswith("frame_accuracy_"):
                        found[f"{name}_shared_{figure}"] = value
        return {name: round(value, 5) for name, value in found.items()}

    def worst(self, contender: str, n: int) -> list[Outcome]:
        """The `n` recordings with the lowest accuracy, the lowest first."""
        return sorted(self.of(contender), key=lambda outcome: outcome.tally.accuracy)[:n]
