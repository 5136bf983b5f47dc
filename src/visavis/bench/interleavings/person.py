"""Somebody who speaks, pauses, coughs, goes on, talks over the reply, types, mutes, presses stop.

What the microphone makes of the voice follows hear/gate.py: these are the orders that it can
produce, and no others.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from visavis import events as ev

if TYPE_CHECKING:
    from visavis.bench.interleavings.world import World

_SAMPLES_PER_MS = 16
_NOTICED_MS = 64.0
"""The gate opens after two frames of the detector."""

_LEAD_IN_MS = 240.0
_DIP_MS = 32.0
_BURST_MS = 200.0
_CLOSED_AFTER_MS = 500.0
_PATIENCE_MS = 2_500.0


class _Voice(Enum):
    CLOSED = "closed"
    OPEN = "open"
    DIPPED = "dipped"
    GONE = "gone"


class Person:
    """Does `n_acts` random things, then falls silent for good."""

    def __init__(self, world: World, n_acts: int) -> None:
        self._world = world
        self._random = world.random
        self._n_left = n_acts
        self._voice = _Voice.CLOSED
        self._voice_end_ms = 0.0
        self._plan = 0  # of several planned next acts only the latest counts
        self._n_typed = 0

    def begin(self) -> None:
        """Come to the microphone."""
        self._go_on_within(600.0)

    def hears_reply(self) -> None:
        """A reply begins to sound: whoever waited for it may react."""
        if self._waits:
            self._go_on_within(900.0)

    # -------------------------------------------------------------- when

    _waits = False

    def _go_on_within(self, most_ms: float, least_ms: float = 0.0) -> None:
        self._waits = False
        self._plan += 1
        delay_ms = least_ms + (most_ms - least_ms) * self._random()
        self._world.after(delay_ms, self._act, self._plan)

    def _wait_for_reply(self) -> None:
        self._go_on_within(_PATIENCE_MS, _PATIENCE_MS)
        self._waits = True

    def _plan_next(self) -> None:
        chance = self._random()
        match self._voice:
            case _Voice.OPEN if chance < 0.4:
                self._go_on_within(250.0, 20.0)
            case _Voice.OPEN:
                self._go_on_within(1_200.0, 250.0)
            case _Voice.DIPPED if chance < 0.7:
                self._go_on_within(60.0, 5.0)
            case _Voice.DIPPED:
                self._go_on_within(500.0, 60.0)
            case _Voice.GONE if chance < 0.3:
                self._go_on_within(180.0, 10.0)
            case _ if chance < 0.7:
                self._wait_for_reply()
            case _:
                self._go_on_within(2_000.0, 50.0)

    # -------------------------------------------------------------- what

    def _act(self, plan: int) -> None:
        if plan != self._plan:
            return
        if self._n_left <= 0:
            self._fall_silent()
            return
        self._n_left -= 1
        hand = self._random()
        if hand < 0.07:
            self._n_typed += 1
            text = f"typed{self._n_typed} words"
            self._world.up.send(self._world.arrive, (ev.TextTyped, (text,)))
        elif hand < 0.13:
            self._world.page.interrupt()
        elif hand < 0.17:
            self._mute()
        else:
            self._use_voice()
        self._plan_next()

    def _fall_silent(self) -> None:
        if self._voice is _Voice.OPEN:
            self._dip()
            self._plan_next()
        elif self._voice is _Voice.DIPPED:
            self._be_gone()

    def _use_voice(self) -> None:
        chance = self._random()
        since_ms = self._world.now_ms - self._voice_end_ms
        match self._voice:
            case _Voice.OPEN:
                self._dip()
                if chance < 0.2:  # the detector was the first to notice
                    self._be_gone()
            case _Voice.DIPPED | _Voice.GONE if chance < 0.2 and since_ms <= _BURST_MS:
                self._dip()  # the "k" of "joke"
            case _Voice.DIPPED if chance < 0.7:
                self._be_gone()
            case _Voice.GONE if chance > 0.9 and since_ms >= _CLOSED_AFTER_MS:
                self._voice = _Voice.CLOSED
            case _:
                self._open()

    def _open(self) -> None:
        onset_ms = max(self._voice_end_ms, self._world.now_ms - _NOTICED_MS - _LEAD_IN_MS, 0.0)
        self._voice = _Voice.OPEN
        self._say(ev.SpeechStarted, int(onset_ms * _SAMPLES_PER_MS))

    def _dip(self) -> None:
        self._voice = _Voice.DIPPED
        self._voice_end_ms = max(self._voice_end_ms, self._world.now_ms - _DIP_MS)
        self._say(ev.SpeechPaused, *self._silence())

    def _be_gone(self) -> None:
        self._voice = _Voice.GONE
        self._say(ev.SpeechEnded, *self._silence())

    def _mute(self) -> None:
        if self._voice is _Voice.OPEN:
            self._dip()
        if self._voice is _Voice.DIPPED:
            self._be_gone()
        self._voice = _Voice.CLOSED

    def _silence(self) -> tuple[int, float]:
        sample = int(self._voice_end_ms * _SAMPLES_PER_MS)
        return sample, self._world.now_ms - self._voice_end_ms

    def _say(
        self,
        kind: type[ev.SpeechStarted | ev.SpeechPaused | ev.SpeechEnded],
        *arguments: float,
    ) -> None:
        self._world.up.send(self._world.arrive, (kind, arguments))
