"""What the witness in the page has handed over, put together again. Pure."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from visavis.bench.browser.clock import Clock
from visavis.bench.browser.signals import Sound
from visavis.hear.audio import float_from_pcm
from visavis.wire import messages as wire
from visavis.wire.codec import MicrophoneFrame, ReplyFrame, decode_binary, decode_server


class Take(BaseModel):
    """One delivery of `witness.js`; sound is base64 of little-endian int16."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)

    rate_hz: float
    wall_ahead_ms: float
    """By how much the wall clock is ahead of the page's."""
    first_frames: list[int]
    lengths: list[int]
    microphone: str
    output: str
    bursts: list[tuple[int, float]]
    """Context frame, wall clock in ms: when the sound device asked for this frame."""
    sent: str
    sent_lengths: list[int]
    frames: list[tuple[float, float, float, str]]
    """Page clock in ms, opening of the mouth, output latency in s, mood; behind every drawing."""
    received: list[tuple[float, str]]
    file: str
    voices: str = ""
    voice_lengths: list[int] = []
    """The replies' sound as it came, if the witness was told to keep it."""


@dataclass(frozen=True, slots=True)
class Frames:
    """What was drawn: page clock, opening of the mouth, mood; one entry a frame."""

    at_ms: NDArray[np.float64]
    opening: NDArray[np.float64]
    mood: list[str]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some frames of sound, from `start` on, int16 at the context's rate."""

    start: int
    microphone: NDArray[np.int16]
    output: NDArray[np.int16]


class Evidence:
    """All of one conversation so far."""

    def __init__(self) -> None:
        self.rate_hz = 0.0
        self.messages: list[tuple[float, wire.ServerMessage]] = []
        self._chunks: list[_Chunk] = []
        self._bursts: list[tuple[int, float]] = []
        self._frames: list[tuple[float, float, float, str]] = []
        self._sent: list[MicrophoneFrame] = []
        self._voices: list[ReplyFrame] = []
        self._wall_ahead_ms = -np.inf

    def add(self, take: Take) -> None:
        """Add what came since the last one."""
        self.rate_hz = take.rate_hz
        # Dates are whole milliseconds, rounded down: the largest difference is the truest.
        self._wall_ahead_ms = max(self._wall_ahead_ms, take.wall_ahead_ms)
        cuts = np.cumsum(take.lengths)[:-1]
        heard, played = (np.split(_pcm(text), cuts) for text in (take.microphone, take.output))
        if take.first_frames:
            self._chunks += map(_Chunk, take.first_frames, heard, played)
        self._bursts += take.bursts
        self._frames += take.frames
        self.messages += [(at_ms, decode_server(text)) for at_ms, text in take.received]
        sent = _frames(take.sent, take.sent_lengths)
        self._sent += [frame for frame in sent if isinstance(frame, MicrophoneFrame)]
        voices = _frames(take.voices, take.voice_lengths)
        self._voices += [frame for frame in voices if isinstance(frame, ReplyFrame)]

    @property
    def clock(self) -> Clock:
        """The audio context's frames in the page's clock: when the device took them."""
        rows = np.asarray(self._bursts, dtype=np.float64).reshape(-1, 2)
        half_ms = 0.5  # the worklet's date is rounded down too
        asked_ms = rows[:, 1] + half_ms - self._wall_ahead_ms
        return Clock(self.rate_hz, rows[:, 0], asked_ms, percentile=50.0)

    @property
    def frames(self) -> Frames:
        """What was drawn."""
        return Frames(
            np.array([frame[0] for frame in self._frames]),
            np.array([frame[1] for frame in self._frames]),
            [frame[3] for frame in self._frames],
        )

    @property
    def output_latency_ms(self) -> float:
        """What the browser says lies between a frame and the ear; the median."""
        known = [1_000.0 * frame[2] for frame in self._frames if frame[2] > 0.0]
        return float(np.median(known)) if known else 0.0

    def microphone(self, first_frame: int, last_frame: int) -> Sound:
        """What the microphone brought into the page, float32 at the context's rate."""
        pieces = [(chunk.start, chunk.microphone) for chunk in self._chunks]
        return _between(pieces, first_frame, last_frame)

    def output(self, first_frame: int, last_frame: int) -> Sound:
        """What was played, float32 at the context's rate."""
        pieces = [(chunk.start, chunk.output) for chunk in self._chunks]
        return _between(pieces, first_frame, last_frame)

    def voice(self, reply_id: int) -> Sound:
        """A reply's own sound as far as it has come, float32 at the reply's rate; empty if it was
        not kept."""
        pcm = [frame.pcm for frame in self._voices if frame.reply_id == reply_id]
        return float_from_pcm(np.concatenate([np.zeros(0, dtype=np.int16), *pcm]))

    @property
    def end_frame(self) -> int:
        """Just behind the last frame."""
        return self._chunks[-1].start + len(self._chunks[-1].output) if self._chunks else 0

    @property
    def sent(self) -> Sound:
        """The microphone as the server got it, float32 at 16 kHz; what was left out is silence."""
        if not self._sent:
            return np.zeros(0, dtype=np.float32)
        last = self._sent[-1]
        pcm = np.zeros(last.first_sample + len(last.pcm), dtype=np.int16)
        for frame in self._sent:
            pcm[frame.first_sample : frame.first_sample + len(frame.pcm)] = frame.pcm
        return float_from_pcm(pcm)


def _between(
    pieces: Sequence[tuple[int, NDArray[np.int16]]], first_frame: int, last_frame: int
) -> Sound:
    """Frames [first, last) of pieces that know where they start; what is missing is silence."""
    wanted = np.zeros(max(0, last_frame - first_frame), dtype=np.int16)
    for start, pcm in pieces:
        low, high = max(start, first_frame), min(start + len(pcm), last_frame)
        if low < high:
            wanted[low - first_frame : high - first_frame] = pcm[low - start : high - start]
    return float_from_pcm(wanted)


def _frames(text: str, lengths: Sequence[int]) -> list[MicrophoneFrame | ReplyFrame]:
    data = base64.b64decode(text)
    ends = np.cumsum(lengths)
    return [
        decode_binary(data[int(end) - length : int(end)])
        for end, length in zip(ends, lengths, strict=True)
    ]


def _pcm(text: str) -> NDArray[np.int16]:
    return np.frombuffer(base64.b64decode(text), dtype="<i2").astype(np.int16)
