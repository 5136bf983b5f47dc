"""The plain PCM socket, `/v1/pcm`: what its address may ask for, and its frames. Pure.

It is the simplest way in, for harnesses and telephone bridges that know nothing of faces: binary
frames of sound both ways, and two small JSON messages from the server. See spec/wire.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import soxr
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from visavis.errors import TooLargeError, UnsupportedError
from visavis.wire.codec import MalformedError
from visavis.wire.messages import INPUT_RATE_HZ, MAX_BINARY_FRAME_BYTES, MAX_TEXT_FRAME_BYTES

RATES_HZ = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)

Greeting = Literal["none", "spoken"]
"""A harness wants silence until it has asked something, so `none` is the default."""

Quality = Literal["LQ", "HQ"]
"""soxr's names. LQ keeps the delay of a live stream low, HQ is for sound that lies ready."""

_QUERY = ("greeting", "input_rate_hz", "output_rate_hz")


class PcmClear(BaseModel):
    """Play nothing more of what you have: the reply was interrupted."""

    model_config = ConfigDict(frozen=True)

    type: Literal["clear"] = "clear"


class PcmTranscript(BaseModel):
    """What the user said, once per turn that was answered."""

    model_config = ConfigDict(frozen=True)

    type: Literal["transcript"] = "transcript"
    role: Literal["user"] = "user"
    text: str
    final: Literal[True] = True


@dataclass(frozen=True, slots=True)
class PcmOptions:
    """What the peer asked for in its address."""

    input_rate_hz: int = INPUT_RATE_HZ
    output_rate_hz: int = INPUT_RATE_HZ
    greeting: Greeting = "none"


def parse_options(query: Mapping[str, str]) -> PcmOptions:
    """Read `input_rate_hz` (16000 unless said), `output_rate_hz` (as the input), `greeting` (0).

    Raises:
        UnsupportedError: a name or value that is not offered; says what is. A misspelt rate that
            was ignored would only be noticed as noise.
    """
    if not set(query) <= set(_QUERY):
        raise UnsupportedError(f"The address may only set {', '.join(_QUERY)}.")
    input_rate_hz = _rate("input_rate_hz", query.get("input_rate_hz", str(INPUT_RATE_HZ)))
    output_rate_hz = _rate("output_rate_hz", query.get("output_rate_hz", str(input_rate_hz)))
    match query.get("greeting", "0"):
        case "0":
            return PcmOptions(input_rate_hz, output_rate_hz, "none")
        case "1":
            return PcmOptions(input_rate_hz, output_rate_hz, "spoken")
        case _:
            raise UnsupportedError("greeting must be 0 or 1.")


def _rate(name: str, value: str) -> int:
    if value not in map(str, RATES_HZ):
        raise UnsupportedError(f"{name} must be one of {', '.join(map(str, RATES_HZ))}.")
    return int(value)


def check_text(text: str, options: PcmOptions) -> None:
    """Text from a peer means nothing here, but some send a start message that names their rate.

    Raises:
        TooLargeError: it exceeds 16 KiB.
        UnsupportedError: its `sample_rate` is not the one that the address set.
    """
    size_bytes = len(text.encode("utf-8", errors="replace"))
    if size_bytes > MAX_TEXT_FRAME_BYTES:
        raise TooLargeError(
            f"text frame of {size_bytes} bytes; the limit is {MAX_TEXT_FRAME_BYTES}"
        )
    try:
        message: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    rate = message.get("sample_rate") if isinstance(message, dict) else None  # pyright: ignore[reportUnknownVariableType]
    if rate not in (None, options.input_rate_hz):
        raise UnsupportedError(
            f"Your sample_rate is not {options.input_rate_hz}: add ?input_rate_hz= to the address."
        )


def decode_pcm(data: bytes) -> NDArray[np.int16]:
    """A binary frame as int16 [n]; may be empty.

    Raises:
        TooLargeError: it exceeds 64 KiB.
        MalformedError: it holds half a sample.
    """
    if len(data) > MAX_BINARY_FRAME_BYTES:
        raise TooLargeError(
            f"binary frame of {len(data)} bytes; the limit is {MAX_BINARY_FRAME_BYTES}"
        )
    if len(data) % 2:
        raise MalformedError(f"a frame of {len(data)} bytes ends in half a sample")
    return np.frombuffer(data, dtype="<i2").astype(np.int16, copy=False)


def encode_pcm(pcm: NDArray[np.int16]) -> bytes:
    """int16 [n] as a binary frame."""
    return pcm.astype("<i2").tobytes()


class Resampler:
    """A stream of int16 sound from one rate to another; does nothing where they are equal."""

    def __init__(self, from_hz: int, to_hz: int, quality: Quality) -> None:
        self._stream = (
            None
            if from_hz == to_hz
            else soxr.ResampleStream(from_hz, to_hz, 1, dtype="int16", quality=quality)
        )

    def push(self, pcm: NDArray[np.int16]) -> NDArray[np.int16]:
        """As much of the stream as is certain by now."""
        return pcm if self._stream is None else self._stream.resample_chunk(pcm)

    def flush(self) -> NDArray[np.int16]:
        """The end of the stream."""
        nothing = np.zeros(0, dtype=np.int16)
        return nothing if self._stream is None else self._stream.resample_chunk(nothing, last=True)
