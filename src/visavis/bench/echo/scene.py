"""A conversation by a loudspeaker, offline: replies, people, a room, heard by the server's ear.

The ear gets what it would get from a page: replies as commands, playheads ten times a second, the
microphone in frames of 20 ms, both a little late and never equally so. Time is virtual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visavis import events as ev
from visavis.bench.corpus.room import pink, speech_rms
from visavis.bench.echo.path import Floats, SpeakerPath
from visavis.hear.audio import RATE_HZ, pcm_from_float
from visavis.hear.echo import EchoCanceller
from visavis.hear.vad import VoiceDetector
from visavis.serve.ear import Ear
from visavis.wire import messages as wire
from visavis.wire.codec import MicrophoneFrame

PERSON_RMS = 0.05
"""-26 dBFS while audible: ITU-T P.56 speaks of an active level, and this is the usual one."""

_FRAME_SAMPLES = RATE_HZ * 20 // 1_000
_REPORT_MS = 100.0
_COMMIT_TO_EAR_MS = 60.0
_JITTER_MS = 4.0
_LEAD_SAMPLES = RATE_HZ
_BETWEEN_SAMPLES = RATE_HZ * 8 // 10


@dataclass(frozen=True, slots=True)
class Line:
    """One reply: as it is sent, int16 at `rate_hz`, and as it is played, float32 at 16 kHz."""

    pcm: NDArray[np.int16] = field(repr=False)
    rate_hz: int
    sound: Floats = field(repr=False)


@dataclass(frozen=True, slots=True)
class Remark:
    """A person says `sound`, float32 at 16 kHz, `offset_ms` after line `line` begins."""

    line: int
    offset_ms: float
    sound: Floats = field(repr=False)


@dataclass(frozen=True, slots=True)
class Room:
    """`path` None: headphones. The canceller is what the page says about it."""

    path: SpeakerPath | None
    noise_dbfs: float = -65.0
    canceller: EchoCanceller = EchoCanceller.UNKNOWN
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is to hear: the microphone, when the lines and the remarks begin (samples)."""

    lines: tuple[Line, ...]
    room: Room
    microphone: Floats = field(repr=False)
    line_samples: tuple[int, ...]
    remark_samples: tuple[int, ...]

    @property
    def speaking_minutes(self) -> float:
        """How long the character speaks."""
        return sum(len(line.sound) for line in self.lines) / RATE_HZ / 60.0


def stage(lines: Sequence[Line], remarks: Sequence[Remark], room: Room) -> Scene:
    """Put it all into one room, one line after the other, with 0.8 s between them."""
    starts = [_LEAD_SAMPLES]
    for line in lines:
        starts.append(starts[-1] + len(line.sound) + _BETWEEN_SAMPLES)
    random = np.random.default_rng(room.seed)
    microphone = pink(starts[-1] + RATE_HZ, random) * np.float32(10.0 ** (room.noise_dbfs / 20.0))
    for line, start in zip(lines, starts, strict=False):
        if room.path is not None:
            echo = room.path(line.sound)
            gain = PERSON_RMS * 10.0 ** (room.path.level_db / 20.0) / max(speech_rms(echo), 1e-9)
            _add(microphone, start, echo * np.float32(gain))
    began: list[int] = []
    for remark in remarks:
        sound = remark.sound * np.float32(PERSON_RMS / max(speech_rms(remark.sound), 1e-9))
        start = starts[remark.line] + round(remark.offset_ms * RATE_HZ / 1_000.0)
        _add(microphone, start, sound)
        began.append(start + _first_audible(sound))
    return Scene(tuple(lines), room, microphone, tuple(starts[:-1]), tuple(began))


def onsets(scene: Scene, detector: VoiceDetector, *, knows_replies: bool = True) -> list[int]:
    """The samples at which the ear reports that somebody speaks, when it does so."""
    ear = Ear(detector)
    random = np.random.default_rng(scene.room.seed + 1)
    news = _news(scene, random) if knows_replies else []
    if knows_replies:
        canceller = scene.room.canceller.value
        opened = wire.Microphone.model_validate({"status": "open", "echo_cancellation": canceller})
        ear.expect(opened, 0.0)
    heard: list[int] = []
    for first in range(0, len(scene.microphone) - _FRAME_SAMPLES, _FRAME_SAMPLES):
        end = first + _FRAME_SAMPLES
        now_ms = end * 1_000.0 / RATE_HZ + float(random.exponential(_JITTER_MS))
        while news and news[0][0] <= now_ms:
            at_ms, said = news.pop(0)
            ear.expect(said, at_ms)
        frame = MicrophoneFrame(first, pcm_from_float(scene.microphone[first:end]))
        happened = ear.hear(frame, now_ms)
        heard += [end for event in happened if isinstance(event, ev.SpeechStarted)]
    return heard


def _news(scene: Scene, random: np.random.Generator) -> list[tuple[float, ev.Command | ev.Event]]:
    """What the server sends and is told about the lines, in the order of time."""
    news: list[tuple[float, ev.Command | ev.Event]] = []
    for index, (line, start) in enumerate(zip(scene.lines, scene.line_samples, strict=True)):
        reply_id, start_ms = index + 1, start * 1_000.0 / RATE_HZ
        sent_ms, n_samples = start_ms - _COMMIT_TO_EAR_MS, len(line.pcm)
        armed = wire.ReplyArmed(reply_id=reply_id, turn_id=1, revision=0, rate_hz=line.rate_hz)
        news += [
            (sent_ms, ev.Send(armed)),
            (sent_ms, ev.SendAudio(reply_id, 0, line.pcm.astype("<i2").tobytes())),
            (sent_ms, ev.Send(wire.ReplyEnd(reply_id=reply_id, n_samples=n_samples))),
            (sent_ms, ev.Send(wire.ReplyCommit(reply_id=reply_id, turn_id=1))),
        ]
        for heard_ms in np.arange(random.uniform(0.0, _REPORT_MS), 1e9, _REPORT_MS):
            sample = int(heard_ms * line.rate_hz / 1_000.0)
            at_ms = start_ms + float(heard_ms) + float(random.exponential(_JITTER_MS))
            if sample >= n_samples:
                news.append((at_ms, ev.PlayheadMoved(at_ms, reply_id, n_samples, "ended")))
                break
            news.append((at_ms, ev.PlayheadMoved(at_ms, reply_id, sample, "playing")))
    return sorted(news, key=_time_of)


def _time_of(one: tuple[float, ev.Command | ev.Event]) -> float:
    return one[0]


def _add(sound: Floats, first_sample: int, more: Floats) -> None:
    room = max(0, len(sound) - first_sample)
    sound[first_sample : first_sample + len(more)] += more[:room]


def _first_audible(sound: Floats) -> int:
    return int(np.argmax(np.abs(sound) > 0.2 * PERSON_RMS))
