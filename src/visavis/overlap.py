"""Somebody speaks over the reply: a cough, or an interruption? Pure."""

from __future__ import annotations

from visavis import events as ev

CONFIRM_MS = 300.0
"""Speech over the reply that lasts this long is an interruption; anything shorter was a cough."""


class Overlap:
    """One stretch of speech over a reply, from its onset to the verdict.

    Its length is counted to where the voice ended, not to where that was noticed: a cleared throat
    that fades is as short as it sounded. While it fades nothing is decided.
    """

    def __init__(self, onset: ev.SpeechStarted) -> None:
        self.onset = onset
        self._paused: ev.SpeechPaused | None = None

    @property
    def deadline_ms(self) -> float | None:
        """When it will have lasted long enough; None while it may be over already."""
        return self.onset.at_ms + CONFIRM_MS if self._paused is None else None

    def pause(self, event: ev.SpeechPaused) -> None:
        """It has become quiet; only the detector can tell for how long."""
        self._paused = event

    def resume(self) -> None:
        """It was a closed mouth only."""
        self._paused = None

    def is_interruption(self, now_ms: float) -> bool:
        """Whether it has lasted long enough by now."""
        deadline_ms = self.deadline_ms
        return deadline_ms is not None and now_ms >= deadline_ms

    def end(self, event: ev.SpeechEnded) -> ev.SpeechPaused | None:
        """It is over. Returns the pause behind an interruption, None behind a cough."""
        paused = self._paused or ev.SpeechPaused(event.at_ms, event.sample, event.silence_ms)
        lasted_ms = paused.at_ms - paused.silence_ms - self.onset.at_ms
        return paused if lasted_ms >= CONFIRM_MS else None
