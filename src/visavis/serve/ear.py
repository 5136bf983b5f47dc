"""One microphone: wire frames in, speech events out, and the sound kept for transcription."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visavis import events as ev
from visavis.errors import ProtocolError
from visavis.hear.audio import MAX_GAP_SAMPLES, RATE_HZ, SoundBuffer, float_from_pcm
from visavis.hear.gate import Change, VoiceGone, VoicePaused, VoiceStarted
from visavis.hear.vad import VoiceDetector
from visavis.hear.voice import VoiceTracker
from visavis.wire.codec import MicrophoneFrame

MAX_AHEAD_SAMPLES = 10 * RATE_HZ
"""A microphone can't be further ahead of the clock than this: it would be a flood."""


class Ear:
    """Blocking, about 0.1 ms per 32 ms of sound; always called from one thread at a time."""

    def __init__(self, detector: VoiceDetector) -> None:
        self.sound = SoundBuffer()
        self._voice = VoiceTracker(detector)
        self._first_heard_ms: float | None = None

    def hear(self, frame: MicrophoneFrame, at_ms: float) -> list[ev.Event]:
        """Take in a frame that arrived at `at_ms`; returns what it means.

        Raises:
            ProtocolError: the sample count goes back or runs ahead of time.
        """
        gap_samples = frame.first_sample - self.sound.end_sample
        if self._first_heard_ms is None:
            self._first_heard_ms = at_ms
        if gap_samples < 0:
            raise ProtocolError(f"microphone samples go back by {-gap_samples}")
        elapsed_samples = (at_ms - self._first_heard_ms) * RATE_HZ / 1_000.0
        if frame.first_sample + len(frame.pcm) > elapsed_samples + MAX_AHEAD_SAMPLES:
            raise ProtocolError("microphone sound comes faster than anybody can speak")
        happened: list[ev.Event] = []
        if gap_samples > MAX_GAP_SAMPLES:  # it was muted
            happened = self.mute(at_ms)
            self._voice.skip(gap_samples)
            self.sound.skip(gap_samples)
            gap_samples = 0
        silence = np.zeros(gap_samples, dtype=np.float32)
        return happened + self._listen(np.concatenate([silence, float_from_pcm(frame.pcm)]), at_ms)

    def mute(self, at_ms: float) -> list[ev.Event]:
        """The microphone is off: whoever was speaking has paused."""
        return [_event(change, at_ms) for change in self._voice.flush()]

    def _listen(self, sound: NDArray[np.float32], at_ms: float) -> list[ev.Event]:
        self.sound.append(sound)
        return [_event(change, at_ms) for change in self._voice.push(sound)]


def _event(change: Change, at_ms: float) -> ev.Event:
    match change:
        case VoiceStarted(sample):
            return ev.SpeechStarted(at_ms, sample)
        case VoicePaused(sample, silence_ms):
            return ev.SpeechPaused(at_ms, sample, silence_ms)
        case VoiceGone(sample, silence_ms):
            return ev.SpeechEnded(at_ms, sample, silence_ms)
