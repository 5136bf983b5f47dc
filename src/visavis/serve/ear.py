"""One microphone: wire frames in, speech events out, and the sound kept for transcription."""

from __future__ import annotations

from collections import deque
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from visavis import events as ev
from visavis.errors import ProtocolError
from visavis.hear.audio import MAX_GAP_SAMPLES, RATE_HZ, SoundBuffer, float_from_pcm
from visavis.hear.echo import EchoCanceller, EchoJudge
from visavis.hear.gate import Attention, Change, VoiceGone, VoicePaused, VoiceStarted
from visavis.hear.playback import Playback
from visavis.hear.vad import VoiceDetector
from visavis.hear.voice import VoiceTracker
from visavis.wire import messages as wire
from visavis.wire.codec import MicrophoneFrame

MAX_AHEAD_SAMPLES = 10 * RATE_HZ
"""A microphone can't be further ahead of the clock than this: it would be a flood."""


_ROOM_SAMPLES = 2 * RATE_HZ
"""Before a reply; even who asks has a few breaths in it."""

_ARRIVALS = 64
"""About a second of frames; the quickest of them was held up the least."""


class Ear:
    """Blocking, about 0.1 ms per 32 ms of sound, 0.3 ms while a reply plays.

    Sound is always taken in by one thread at a time; `expect` may be called from another.
    """

    def __init__(self, detector: VoiceDetector) -> None:
        self.sound = SoundBuffer()
        self._voice = VoiceTracker(detector, self._is_echo)
        self._first_heard_ms: float | None = None
        self._playback = Playback()
        self._echo = EchoJudge(self._playback)
        self._playback_lock = Lock()
        self._starts_ms: deque[float] = deque(maxlen=_ARRIVALS)
        self._judged_sample = -1

    def expect(self, said: ev.Command | ev.Event | wire.Microphone, at_ms: float) -> None:
        """What the character is about to say, and how much of it was heard; the rest is ignored."""
        with self._playback_lock:
            match said:
                case ev.SendAudio(reply_id, first_sample, pcm):
                    sound = np.frombuffer(pcm, dtype="<i2")
                    self._playback.add(reply_id, first_sample, sound)
                case ev.Send(message):
                    self._expect_reply(message, at_ms)
                case ev.PlayheadMoved(_, reply_id, sample, status):
                    self._playback.heard(reply_id, sample, status, at_ms)
                case wire.Microphone(echo_cancellation=value):
                    self._echo.canceller = EchoCanceller(value)
                case _:
                    pass

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
        end_sample = frame.first_sample + len(frame.pcm)
        self._starts_ms.append(at_ms - end_sample * 1_000.0 / RATE_HZ)
        silence = np.zeros(gap_samples, dtype=np.float32)
        return happened + self._listen(np.concatenate([silence, float_from_pcm(frame.pcm)]), at_ms)

    def mute(self, at_ms: float) -> list[ev.Event]:
        """The microphone is off: whoever was speaking has paused."""
        return [_event(change, at_ms) for change in self._voice.flush()]

    def _listen(self, sound: NDArray[np.float32], at_ms: float) -> list[ev.Event]:
        self.sound.append(sound)
        with self._playback_lock:
            speaks = not self._playback.is_over(at_ms)
        self._voice.attend(Attention.ALERT if speaks else Attention.CALM)
        return [_event(change, at_ms) for change in self._voice.push(sound)]

    def _is_echo(self, frame: NDArray[np.float32], end_sample: int) -> bool:
        at_ms = min(self._starts_ms) + end_sample * 1_000.0 / RATE_HZ
        with self._playback_lock:
            if not self._echo.wants(at_ms):
                return False
            first_sample = end_sample - len(frame)
            if self._judged_sample != first_sample:
                self._echo.begin(self.sound.slice(first_sample - _ROOM_SAMPLES, first_sample))
            self._judged_sample = end_sample
            return self._echo.is_echo(frame, at_ms)

    def _expect_reply(self, message: wire.Message, at_ms: float) -> None:
        match message:
            case wire.ReplyArmed(reply_id=reply_id, rate_hz=rate_hz):
                self._playback.arm(reply_id, rate_hz)
            case wire.ReplyEnd(reply_id=reply_id, n_samples=n_samples):
                self._playback.end(reply_id, n_samples)
            case wire.ReplyCommit(reply_id=reply_id):
                self._playback.reveal(reply_id, at_ms)
            case wire.ReplyDiscard(reply_id=reply_id):
                self._playback.forget(reply_id)
            case wire.ReplyDuck():
                self._playback.hold(at_ms)
            case wire.ReplyResume():
                self._playback.resume(at_ms)
            case _:
                pass


def _event(change: Change, at_ms: float) -> ev.Event:
    match change:
        case VoiceStarted(sample):
            return ev.SpeechStarted(at_ms, sample)
        case VoicePaused(sample, silence_ms):
            return ev.SpeechPaused(at_ms, sample, silence_ms)
        case VoiceGone(sample, silence_ms):
            return ev.SpeechEnded(at_ms, sample, silence_ms)
