"""The natural pass: from every sound's shape to the shapes that a mouth really makes. Pure.

A mouth that takes every phoneme's shape looks nervous; one that misses a closure looks dubbed. In
order, on the spans of one source:

1. Neighbours of one shape are one span. A pause within speech that is shorter than PAUSE_MS does
   not close the mouth: the shape before it stays.
2. A shape shorter than `merge_window_ms` gives way if a neighbour resembles it enough and is worth
   no less, or if it does not stand out. One shorter than `min_viseme_interval_ms` gives way too,
   unless it stands out and can be made long enough to be seen, its sound being half of that at
   least. Its time goes to the neighbour that it resembles more.
3. What stays but is too short to be seen begins up to MAX_GAIN_MS earlier, at the cost of the
   shape before it; where that has no time to give, the one behind it begins MAX_DELAY_MS later.

Critical shapes (PP and FF; TH, CH and SS from a `key_viseme_preference` of SIBILANT_PREFERENCE on)
never give way. They begin early, never late, and end when their sound does.
web/src/natural.ts is the same in TypeScript; spec/vectors/natural.json holds both to the same
samples. How fast a mouth opens and closes is the renderer's business (web/src/lips.ts).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from visavis.errors import ConfigError
from visavis.lips.coarticulation import Fate, Limits, Run, delay, fate, gain, wish
from visavis.lips.likeness import likeness
from visavis.lips.natural_settings import NaturalSettings
from visavis.lips.phonemes import SIL
from visavis.lips.spans import Span


def naturalize(
    spans: Iterable[Span], rate_hz: int, settings: NaturalSettings | None = None
) -> tuple[Span, ...]:
    """The whole pass at once: what a NaturalPass gives out for the same spans, however cut."""
    whole = NaturalPass(rate_hz, settings)
    return (*whole.push(spans), *whole.finish())


class NaturalPass:
    """The pass as a stream: spans in, spans out, each of which never changes again.

    What comes out is contiguous, covers what went in, and no two neighbours have the same shape.
    It does not depend on how the spans are cut, into pushes or into pieces. Memory does not grow
    with the length of the stream: it holds `look_ahead_ms` of spans and one more.

    Args:
        rate_hz: the sample rate in which spans count; 1 000 to 384 000.
        settings: None for the defaults.

    Raises:
        ConfigError: `rate_hz` is no sample rate.
    """

    def __init__(self, rate_hz: int, settings: NaturalSettings | None = None) -> None:
        if not 1_000 <= rate_hz <= 384_000:
            raise ConfigError(f"{rate_hz} is no sample rate in Hz")
        self._rate_hz = rate_hz
        self._limits = Limits.of(settings or NaturalSettings(), rate_hz)
        self.reset()

    def reset(self) -> None:
        """Forget all spans, as after an interruption. The settings stay."""
        self._runs: list[Run] = []
        self._placed: Run | None = None

    @property
    def settings(self) -> NaturalSettings:
        """Whatever is set here holds for all spans pushed from then on; nothing is reset."""
        return self._limits.settings

    @settings.setter
    def settings(self, settings: NaturalSettings) -> None:
        if settings != self._limits.settings:
            self._limits = Limits.of(settings, self._rate_hz)

    @property
    def look_ahead_ms(self) -> float:
        """A span is given out when the spans pushed reach at most this far behind its end.

        490 ms by default: 290, and 200 more where a pause may be beginning. Usually far less.
        """
        limits = self._limits
        n_samples = limits.gain + limits.settled + limits.settled_behind + limits.pause
        return n_samples * 1_000.0 / self._rate_hz

    @property
    def begun(self) -> Span | None:
        """The span to be given out next, as far as it is known: its start and shape are certain."""
        return None if self._placed is None else self._placed.span()

    def push(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """The spans that these settle. Empty ones say nothing and are skipped.

        Raises:
            ValueError: a span does not begin where the one before it ended, ends before it
                begins, or is of no shape or weight. Then none of `spans` is taken.
        """
        taken = tuple(spans)
        self._check(taken)
        settled: list[Span] = []
        for span in taken:
            if span.n_samples > 0:
                self._take(span)
                self._settle(settled, _Stream.OPEN)
        return tuple(settled)

    def finish(self) -> tuple[Span, ...]:
        """The rest of the spans; the next push begins a new stream."""
        settled: list[Span] = []
        self._settle(settled, _Stream.ENDED)
        if self._placed is not None:
            settled.append(self._placed.span())
        self.reset()
        return tuple(settled)

    def _check(self, spans: Sequence[Span]) -> None:
        newest = self._newest
        at = None if newest is None else newest.end
        for span in spans:
            if at is not None and span.start_sample != at:
                raise ValueError(f"a span must begin at sample {at}: {span}")
            if not 0 <= span.start_sample <= span.end_sample:
                raise ValueError(f"a span must not end before it begins: {span}")
            if not 0 <= span.viseme < len(likeness().distinct):
                raise ValueError(f"there is no viseme {span.viseme}: {span}")
            if not 0.0 <= span.weight <= 1.0:
                raise ValueError(f"a weight must lie between 0 and 1: {span}")
            at = span.end_sample

    @property
    def _newest(self) -> Run | None:
        return self._runs[-1] if self._runs else self._placed

    def _take(self, span: Span) -> None:
        """Append a span to the runs: equal neighbours are one, a gap belongs to the sound before.

        A gap that begins the stream is never among the runs: it is placed at once.
        """
        newest = self._newest
        start, end = span.start_sample, span.end_sample
        if self._runs and self._runs[-1].is_gap and span.viseme != SIL:
            gap = self._runs.pop()
            newest = self._newest
            if newest is not None:
                newest.end = gap.end
                if newest.viseme == span.viseme:
                    newest.sounds_from = start
        if newest is not None and newest.viseme == span.viseme:
            newest.end = end
            newest.weight = max(newest.weight, span.weight)
        else:
            self._runs.append(Run(span.viseme, start, end, span.weight, self._limits, start))

    def _settle(self, settled: list[Span], stream: _Stream) -> None:
        """Judge runs from the oldest on, until one depends on what has not come yet."""
        while self._runs and self._is_ready(stream):
            following = self._runs[1] if len(self._runs) > 1 else None
            match self._fate(following):
                case Fate.STAYS:
                    self._place(following, settled)
                case Fate.TO_LAST:
                    self._give_to_last()
                case Fate.TO_NEXT:
                    self._give_to_next()

    def _is_ready(self, stream: _Stream) -> bool:
        """Whether nothing that may still come changes what becomes of the oldest run."""
        run = self._runs[0]
        if stream is _Stream.ENDED or (run.viseme == SIL and self._placed is None):
            return True
        if run.is_gap:
            return False
        if run.n_samples >= run.limits.settled:
            return True
        if not self._is_whole(0):
            return False
        behind = self._runs[1]
        enough = max(run.limits.settled_behind, behind.limits.settled_behind)
        return behind.n_samples >= enough or self._is_whole(1)

    def _is_whole(self, index: int) -> bool:
        """Whether a run is as long as it will ever be: a gap behind it may yet be part of it."""
        behind = self._runs[index + 1 :]
        return bool(behind) and not (len(behind) == 1 and behind[0].is_gap)

    def _fate(self, following: Run | None) -> Fate:
        run = self._runs[0]
        if run.never_gives_way or run.n_samples >= run.limits.window:
            return Fate.STAYS
        at_an_end = self._placed is None or following is None
        if run.viseme == SIL and (at_an_end or run.limits.settings.preserve_silence):
            return Fate.STAYS
        return fate(self._placed, run, following)

    def _place(self, following: Run | None, settled: list[Span]) -> None:
        """Fix where the oldest run starts, and so where the one before it ends."""
        run = self._runs.pop(0)
        if self._placed is not None:
            gained = gain(self._placed, run, wish(run, following))
            self._placed.end -= gained
            run.start -= gained
            settled.append(self._placed.span())
        if following is not None:
            delayed = delay(run, following)
            run.end += delayed
            following.start += delayed
        self._placed = run

    def _give_to_next(self) -> None:
        gone = self._runs.pop(0)
        self._runs[0].start = gone.start
        self._runs[0].gained += gone.n_samples

    def _give_to_last(self) -> None:
        gone = self._runs.pop(0)
        if self._placed is None:
            raise AssertionError("only a shape that comes after another gives way to it")
        self._placed.end = gone.end
        if self._runs and self._runs[0].viseme == self._placed.viseme:
            joined = self._runs.pop(0)
            self._placed.end = joined.end
            self._placed.sounds_from = joined.sounds_from
            self._placed.weight = max(self._placed.weight, joined.weight)


class _Stream(Enum):
    OPEN = "more may come"
    ENDED = "no more comes"
