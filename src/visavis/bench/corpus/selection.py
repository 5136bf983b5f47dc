"""Recordings for one benchmark: as many as it wants, mixed as the definitions ask for."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from visavis.bench.corpus.plan import Utterance, make_plan
from visavis.bench.corpus.studio import OnProgress, Studio
from visavis.bench.recording import Recording, SpeakerKind, Split
from visavis.errors import SetupError

SELECTED_PAUSED_SHARE = 0.42
"""At least 40 % of what is asked has an internal pause, in every selection that is not tiny."""

console = Console(stderr=True)


def open_corpus(on_progress: OnProgress | None = None) -> Corpus:
    """Return the corpus. What a selection needs and is not there yet is recorded then.

    Progress is a bar on the error stream, or told to `on_progress`. `visavis bench corpus` records
    everything ahead.
    """
    return Corpus(Studio(), on_progress)


class Corpus:
    """The planned recordings. Sound is made, if need be, and read when it is selected."""

    def __init__(self, studio: Studio, on_progress: OnProgress | None = None) -> None:
        self._studio = studio
        self._on_progress = on_progress

    def __len__(self) -> int:
        return len(make_plan())

    def select(
        self,
        *,
        persona: str = "pip",
        n: int,
        seed: int = 1,
        split: Split | None = "test",
        kind: SpeakerKind | None = "neural",
    ) -> list[Recording]:
        """Return `n` recordings, open requests and questions to `persona`'s facts in turn.

        At least half are open, at least 40 % have a pause, and voices and rooms are mixed. What
        is used up begins again. None for `split` or `kind` takes both.

        Raises:
            SetupError: there is nothing of that sort, or weights are missing (the hint says how to
                get them).
            EngineError: a voice failed.
        """
        wanted = [u for u in make_plan() if kind in (None, u.voice.kind)]
        able = self._studio.able(wanted, _say)
        chosen = choose(able, persona=persona, n=n, seed=seed, split=split, kind=kind)
        once = list(dict.fromkeys(u.utterance_id for u in chosen))
        by_id = {u.utterance_id: u for u in chosen}
        self._record([by_id[name] for name in once])
        loaded = {name: self._studio.load(by_id[name]) for name in once}
        return [loaded[utterance.utterance_id] for utterance in chosen]

    def _record(self, utterances: Sequence[Utterance]) -> None:
        if self._on_progress is not None:
            self._studio.record(utterances, self._on_progress, _say)
        elif not self._studio.has(utterances):
            with bar("Recording the corpus") as show:
                self._studio.record(utterances, show, _say)


def choose(
    utterances: Iterable[Utterance],
    *,
    persona: str,
    n: int,
    seed: int,
    split: Split | None,
    kind: SpeakerKind | None,
) -> list[Utterance]:
    """Pure part of `Corpus.select`."""
    fitting = [
        u
        for u in utterances
        if persona in u.text.to and split in (None, u.voice.split) and kind in (None, u.voice.kind)
    ]
    opened = [u for u in fitting if u.text.fact is None]
    known = [u for u in fitting if u.text.fact is not None]
    if not opened or not known:
        raise SetupError(
            f"the corpus has no such questions for {persona!r}",
            hint="use a built-in persona and another split or kind; see docs/corpus.md",
        )
    random = np.random.default_rng(seed)
    turns = (_endless(opened, random), _endless(known, random))
    return [next(turns[index % 2]) for index in range(n)]


def _endless(utterances: Sequence[Utterance], random: np.random.Generator) -> Iterator[Utterance]:
    """All of them again and again, shuffled, the paused ones spread evenly."""
    paused = _shuffled([u for u in utterances if u.text.n_pauses], random)
    straight = _shuffled([u for u in utterances if not u.text.n_pauses], random)
    piles = (itertools.cycle(paused), itertools.cycle(straight))
    n_paused = 0
    for count in itertools.count(1):
        if not straight or (paused and n_paused < SELECTED_PAUSED_SHARE * count):
            n_paused += 1
            yield next(piles[0])
        else:
            yield next(piles[1])


def _shuffled(utterances: Sequence[Utterance], random: np.random.Generator) -> list[Utterance]:
    return [utterances[index] for index in random.permutation(len(utterances))]


@contextmanager
def bar(title: str) -> Generator[OnProgress]:
    """A progress bar with the time remaining, shown as soon as there is anything to do."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield show


def _say(message: str) -> None:
    console.print(message, markup=False, highlight=False, soft_wrap=True)
