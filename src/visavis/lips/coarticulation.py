"""What neighbouring mouth shapes do to one another: who gives way, who gives whom time. Pure.

The rules of the natural pass (natural.py), without its stream. web/src/coarticulation.ts is the
same in TypeScript.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from visavis.lips.likeness import likeness
from visavis.lips.natural_settings import NaturalSettings
from visavis.lips.phonemes import SIL
from visavis.lips.spans import Span

PAUSE_MS = 200.0
"""Shorter silences within speech do not close the mouth."""

HOLD_MS = 70.0
"""A shape holds about 70 ms (Rhubarb); at 13 changes/s with 74 % of holds under 100 ms users of
HeadAudio called the mouth nervous."""

MAX_GAIN_MS = 60.0
"""Rhubarb lets a shape begin at most this much earlier than its sound."""

MAX_DELAY_MS = 30.0
"""How much later than its sound a shape may begin for the sake of the one before. Speechreaders
lose nothing by delays of up to 40 ms (McGrath & Summerfield 1985)."""

SIBILANT_PREFERENCE = 0.7
"""From this `key_viseme_preference` on TH, CH and SS are critical too."""


class Fate(Enum):
    """What becomes of a shape."""

    STAYS = "it is seen"
    TO_LAST = "its time goes to the shape before"
    TO_NEXT = "its time goes to the shape behind"


@dataclass(frozen=True, slots=True)
class Limits:
    """Settings in samples of one rate."""

    settings: NaturalSettings
    interval: int
    window: int  # shorter shapes may give way
    hold: int  # shorter shapes begin earlier, if they stay
    critical: int  # the same for critical ones
    gain: int
    delay: int
    pause: int

    @classmethod
    def of(cls, settings: NaturalSettings, rate_hz: int) -> Limits:
        """`settings` at a sample rate in Hz."""

        def samples(ms: float) -> int:
            return math.floor(ms * rate_hz / 1_000.0 + 0.5)  # as Math.round does, and round() not

        interval_ms, merge_ms = settings.min_viseme_interval_ms, settings.merge_window_ms
        return cls(
            settings=settings,
            interval=samples(interval_ms),
            window=samples(max(interval_ms, merge_ms)),
            # Who sets both windows to 0 wants no times changed, only closures seen.
            hold=samples(max(interval_ms, min(HOLD_MS, interval_ms + merge_ms))),
            critical=samples(settings.critical_viseme_min_duration_ms),
            gain=samples(MAX_GAIN_MS),
            delay=samples(MAX_DELAY_MS),
            pause=samples(PAUSE_MS),
        )

    @property
    def settled(self) -> int:
        """A shape of this length is judged as any longer one."""
        return max(self.window, self.critical, self.hold + self.gain)

    @property
    def settled_behind(self) -> int:
        """To the shape before it, a shape of this length is as any longer one."""
        return max(self.window, self.critical, self.hold + self.delay)

    def is_critical(self, viseme: int) -> bool:
        """Whether a shape has to be seen: lips closed, lip on teeth, by preference sibilants."""
        sibilants_count = self.settings.key_viseme_preference >= SIBILANT_PREFERENCE
        return viseme in likeness().critical or (
            sibilants_count and viseme in likeness().critical_by_preference
        )

    def is_key(self, viseme: int) -> bool:
        """Whether a shape is distinctive enough to stay when it is short."""
        distinct = likeness().distinct[viseme] / 100
        return distinct >= 1.0 - self.settings.key_viseme_preference


@dataclass(slots=True)
class Run:
    """A span that is being worked on."""

    viseme: int
    start: int
    end: int
    weight: float
    limits: Limits
    sounds_from: int  # where its own sound begins, the last one if it has joined several
    gained: int = 0  # samples that it begins earlier than its own sound

    @property
    def n_samples(self) -> int:
        """Its length so far."""
        return self.end - self.start

    @property
    def is_gap(self) -> bool:
        """Whether it is a silence too short to be a pause."""
        return self.viseme == SIL and self.n_samples < self.limits.pause

    @property
    def is_critical(self) -> bool:
        """Whether it has to be seen."""
        return self.limits.is_critical(self.viseme)

    @property
    def never_gives_way(self) -> bool:
        """Whether it stays however short it is."""
        return self.limits.settings.preserve_critical_visemes and self.is_critical

    @property
    def lack(self) -> int:
        """How many samples it needs to be seen."""
        if self.viseme == SIL:
            return 0
        wanted = self.limits.critical if self.is_critical else self.limits.hold
        return max(0, wanted - self.n_samples)

    def span(self) -> Span:
        """As the outside sees it."""
        return Span(self.viseme, self.start, self.end, self.weight)


def fate(last: Run | None, run: Run, following: Run | None) -> Fate:
    """Whether `run`, which is shorter than the window, gives way, and to which neighbour."""
    hosts = _hosts(last, run, following)
    if not hosts:
        return Fate.STAYS
    alike = likeness().alike[run.viseme]
    threshold = run.limits.settings.similarity_threshold
    worth = _worth(run, run.limits)
    worthier = [
        host
        for host in hosts
        if alike[host.viseme] / 100 >= threshold and _worth(host, run.limits) >= worth
    ]
    if not worthier and _is_worth_seeing(last, run):
        return Fate.STAYS
    # Of equals the first, the one before: where both have one shape, all three become one span.
    host = max(worthier or hosts, key=lambda host: alike[host.viseme])
    joins_last = last is not None and last.viseme == host.viseme
    return Fate.TO_LAST if joins_last else Fate.TO_NEXT


def _hosts(last: Run | None, run: Run, following: Run | None) -> list[Run]:
    """The neighbours that may take the time of `run`.

    A pause may only where there is nothing else: what stands alone in silence falls silent.
    """
    hosts = [] if last is None else [last]
    if following is not None and following.gained + run.n_samples <= run.limits.gain:
        hosts.append(following)
    if run.limits.settings.preserve_silence:
        return [host for host in hosts if host.viseme != SIL] or hosts
    return hosts


def _worth(run: Run, limits: Limits) -> float:
    """0 to 1: how distinctive a shape is, and how long, in the proportion that users prefer."""
    preference = limits.settings.key_viseme_preference
    share = min(run.n_samples, limits.window) / limits.window
    return preference * (likeness().distinct[run.viseme] / 100) + (1.0 - preference) * share


def _is_worth_seeing(last: Run | None, run: Run) -> bool:
    """A distinctive shape stays if it is not too short, or if it can be made long enough.

    Not if it would be seen longer without its sound than with it.
    """
    if not run.limits.is_key(run.viseme):
        return False
    has_room = last is not None and run.lack <= gain(last, run, run.lack)
    return run.n_samples >= run.limits.interval or (has_room and run.lack <= run.n_samples)


def wish(run: Run, following: Run | None) -> int:
    """How many samples earlier `run` should begin: to be seen itself, and so that what follows
    can, if that is critical, take its own time from `run`."""
    if run.viseme == SIL:
        return 0
    if run.is_critical or following is None or not following.is_critical:
        return run.lack
    wanted = run.limits.hold + min(following.lack, following.limits.gain - following.gained)
    return max(run.lack, wanted - run.n_samples)


def gain(last: Run, run: Run, wish: int) -> int:
    """How many samples of `last` go to `run`, which would like `wish`.

    `last` keeps what it needs to be seen. Only to make a critical shape visible at all it goes
    down to the shortest that is allowed: a closure that flashes is worse than a vowel that does.
    """
    limits = last.limits
    if last.is_critical and not run.is_critical:
        return 0  # lips stay closed until the sound opens them
    most = min(wish, run.limits.gain - run.gained)
    kept_from = last.sounds_from if last.is_critical else last.start
    spare = last.end - kept_from - max(1, _least(last))
    if run.is_critical and last.viseme != SIL and not last.is_critical:
        to_be_seen = min(run.limits.hold - run.n_samples, last.n_samples - max(1, limits.interval))
        spare = max(spare, to_be_seen)
    return max(0, min(most, spare))


def _least(last: Run) -> int:
    """The length that `last` needs itself."""
    limits = last.limits
    if last.viseme == SIL:
        is_kept = limits.settings.preserve_silence and not last.is_gap  # a gap begins the stream
        return limits.pause if is_kept else limits.interval
    return max(limits.critical, limits.hold) if last.is_critical else limits.hold


def delay(run: Run, following: Run) -> int:
    """How many samples later `following` begins, so that `run` is seen."""
    if run.is_critical or following.is_critical or following.viseme == SIL:
        return 0
    return max(0, min(run.lack, run.limits.delay, following.n_samples - following.limits.hold))
