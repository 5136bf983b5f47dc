"""From levels and probabilities to the moments at which a voice starts, dips, is gone. Pure.

    CLOSED --two voiced frames--> OPEN --quiet--> DIPPED --the detector agrees--> GONE
                                   ^                |                              |
                                   +---- voiced and loud again: the same voice ----+
                                                              half a second: CLOSED

A dip is soon and often wrong: work may begin, nothing may be said. Gone is what a commit needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from visavis.hear.audio import RATE_HZ
from visavis.hear.level import LEVEL_FRAME_SAMPLES
from visavis.hear.vad import FRAME_SAMPLES

_MS_PER_SAMPLE = 1_000.0 / RATE_HZ


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """Speech began, or went on, at microphone sample `sample` (a little before it was loud)."""

    sample: int


@dataclass(frozen=True, slots=True)
class VoicePaused:
    """Perhaps the voice ended at `sample`; `silence_ms` have passed since."""

    sample: int
    silence_ms: float


@dataclass(frozen=True, slots=True)
class VoiceGone:
    """It did end at `sample`; `silence_ms` have passed since."""

    sample: int
    silence_ms: float


Change = VoiceStarted | VoicePaused | VoiceGone


class Attention(Enum):
    """How easily the gate opens."""

    CALM = "calm"
    ALERT = "alert"
    """While the character speaks: a false opening holds it for a moment, a late one is rude."""


class _State(Enum):
    CLOSED = "closed"
    OPEN = "open"
    DIPPED = "dipped"
    GONE = "gone"


class VoiceGate:
    """One microphone's. Feed it levels and probabilities in the order of their last samples."""

    OPEN_AT = 0.5
    """Silero's own example opens here too."""

    ALERT_AT = 0.3
    """A single frame is enough when alert: the "st" of "stop" is no voice to the detector, but
    nearly one. In eight minutes of the corpus' rooms no frame came up to 0.2."""

    GONE_AT = 0.5
    """Below this Silero agrees that a dip is a silence."""

    OPEN_FRAMES = 2
    DIP_FRAMES = 2
    """Level frames, 32 ms: a single one is a tap of the tongue."""

    RESUME_FRAMES = 1
    """So soon after a dip the voice is the same one."""

    BURST_SAMPLES = RATE_HZ * 200 // 1_000
    """So soon after the voice a sound belongs to it: the "k" of "joke" comes behind a silence of
    its own, and is too short for the detector."""

    CLOSED_AFTER_SAMPLES = RATE_HZ // 2
    LEAD_IN_SAMPLES = RATE_HZ * 240 // 1_000
    """Soft first consonants come before the detector hears them."""

    def __init__(self) -> None:
        self.attention = Attention.CALM
        self._state = _State.CLOSED
        self._voiced_frames = 0
        self._end_sample = 0
        self._voice_end_sample = 0
        self._quiet_frames = 0

    @property
    def speaking(self) -> bool:
        """Whether somebody is known to speak."""
        return self._state is _State.OPEN

    def level(self, quiet_frames: int, end_sample: int) -> list[Change]:
        """`quiet_frames` level frames in a row up to `end_sample` were too quiet for a voice."""
        self._end_sample = max(self._end_sample, end_sample)
        self._quiet_frames = quiet_frames
        quiet_since_sample = end_sample - quiet_frames * LEVEL_FRAME_SAMPLES
        if quiet_frames >= self.DIP_FRAMES and self._has_ended_at(quiet_since_sample):
            return [self._dip(quiet_since_sample)]
        return []

    def _has_ended_at(self, sample: int) -> bool:
        """Whether what was heard up to there was the voice, or still belonged to it."""
        if self._state in {_State.DIPPED, _State.GONE}:
            return self._voice_end_sample < sample <= self._voice_end_sample + self.BURST_SAMPLES
        return self._state is _State.OPEN

    def push(self, probability: float, end_sample: int) -> list[Change]:
        """Take in the probability of the frame of FRAME_SAMPLES that ends at `end_sample`."""
        self._end_sample = max(self._end_sample, end_sample)
        alert = self._state is _State.CLOSED and self.attention is Attention.ALERT
        open_at = self.ALERT_AT if alert else self.OPEN_AT
        self._voiced_frames = self._voiced_frames + 1 if probability >= open_at else 0
        match self._state:
            case _State.CLOSED:
                return self._open_after(1 if alert else self.OPEN_FRAMES)
            case _State.OPEN if probability < self.GONE_AT:
                return [self._dip(end_sample - FRAME_SAMPLES), self._go()]
            case _State.DIPPED if probability < self.GONE_AT:
                return [self._go()]
            case _State.DIPPED | _State.GONE if self._quiet_frames == 0:
                resumed = self._open_after(self.RESUME_FRAMES)
                return resumed or self._close_if_long()
            case _State.GONE:
                return self._close_if_long()
            case _:
                return []

    def flush(self) -> list[Change]:
        """The microphone was muted or closed: whoever spoke has finished now."""
        changes: list[Change] = []
        if self._state is _State.OPEN:
            changes.append(self._dip(self._end_sample))
        if self._state is _State.DIPPED:
            changes.append(self._go())
        self._state = _State.CLOSED
        self._voiced_frames = 0
        return changes

    def _open_after(self, n_frames: int) -> list[Change]:
        if self._voiced_frames < n_frames:
            return []
        onset_sample = self._end_sample - self._voiced_frames * FRAME_SAMPLES
        self._state = _State.OPEN
        return [VoiceStarted(max(self._voice_end_sample, onset_sample - self.LEAD_IN_SAMPLES))]

    def _dip(self, voice_end_sample: int) -> VoicePaused:
        self._state = _State.DIPPED
        self._voiced_frames = 0
        self._voice_end_sample = voice_end_sample
        return VoicePaused(voice_end_sample, self._silence_ms())

    def _go(self) -> VoiceGone:
        self._state = _State.GONE
        return VoiceGone(self._voice_end_sample, self._silence_ms())

    def _close_if_long(self) -> list[Change]:
        if self._end_sample - self._voice_end_sample >= self.CLOSED_AFTER_SAMPLES:
            self._state = _State.CLOSED
        return []

    def _silence_ms(self) -> float:
        return (self._end_sample - self._voice_end_sample) * _MS_PER_SAMPLE
