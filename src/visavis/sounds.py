"""Sound files of any kind as one channel of float32, at their own rate or another."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soxr
from numpy.typing import NDArray

from visavis.errors import ConfigError

Sound = NDArray[np.float32]
"""float32 [n] in -1…1, one channel."""

SOUND_SUFFIXES = (
    ".wav",
    ".flac",
    ".ogg",
    ".opus",
    ".mp3",
    ".m4a",
    ".aiff",
    ".aif",
    ".sph",
    ".nist",
)
"""What a folder's sound files may be called, in lower case, the likeliest first."""

MAX_SECONDS = 4 * 3_600
MIN_RATE_HZ, MAX_RATE_HZ = 4_000, 384_000


class SoundError(ConfigError):
    """A sound file can't be read; the message names it."""


def read_sound(path: Path) -> tuple[Sound, int]:
    """A file's sound, float32 [n], channels averaged, and its rate in Hz.

    Plain 16-bit WAV and NIST SPHERE (TIMIT's form) are read here; everything else needs PyAV (the
    `bench` extra). Values that are not finite become 0.

    Raises:
        SoundError: it can't be read, has no sound, or is longer than MAX_SECONDS.
    """
    try:
        found = _read_sphere(path) or _read_plain(path) or _read_any(path)
    except OSError as error:
        raise SoundError(f"{path.name} can't be opened: {error.strerror or error}") from error
    return _checked(*found, path.name)


def sound_in(data: bytes, name: str = "the sound") -> tuple[Sound, int]:
    """The sound of a 16-bit WAV file's bytes, as `read_sound` gives it.

    Raises:
        SoundError: it is none, or has no sound in it.
    """
    found = _plain(io.BytesIO(data))
    if found is None:
        raise SoundError(f"{name} is no 16-bit WAV file")
    return _checked(*found, name)


def wav_of(pcm: NDArray[np.int16], rate_hz: int) -> bytes:
    """int16 [n] as the bytes of a WAV file with one channel."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(pcm.astype("<i2").tobytes())
    return file.getvalue()


def resampled(sound: Sound, from_hz: int, to_hz: int) -> Sound:
    """The sound at another rate, by the SoX resampler at its high quality."""
    if from_hz == to_hz:
        return sound
    return soxr.resample(sound, from_hz, to_hz).astype(np.float32)


def _checked(channels: NDArray[np.float32], rate_hz: int, name: str) -> tuple[Sound, int]:
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise SoundError(f"{name} says that it has {rate_hz} samples a second")
    if channels.shape[0] == 0:
        raise SoundError(f"{name} has no sound in it")
    if channels.shape[0] > MAX_SECONDS * rate_hz:
        raise SoundError(f"{name} is longer than {MAX_SECONDS // 3_600} hours")
    mono = channels.mean(axis=1, dtype=np.float32)
    return np.nan_to_num(mono, nan=0.0, posinf=0.0, neginf=0.0), rate_hz


# ------------------------------------------------------------------ forms


_Read = tuple[NDArray[np.float32], int]
"""float32 [n, channels] and the rate."""

_SPHERE_MAGIC = b"NIST_1A\n"


def _read_plain(path: Path) -> _Read | None:
    with path.open("rb") as file:
        return _plain(file)


def _plain(data: BinaryIO) -> _Read | None:
    """A 16-bit PCM WAV; None of anything else."""
    try:
        with wave.open(data, "rb") as file:
            if file.getsampwidth() != 2:
                return None
            frames = file.readframes(file.getnframes())
            n_channels, rate_hz = file.getnchannels(), file.getframerate()
    except (wave.Error, EOFError, struct.error):  # not this form; PyAV says what is wrong with it
        return None
    whole = len(frames) // (2 * n_channels) * 2 * n_channels
    values = np.frombuffer(frames[:whole], dtype="<i2").reshape(-1, n_channels)
    return values.astype(np.float32) / 32_768.0, rate_hz


def _read_sphere(path: Path) -> _Read | None:
    """A NIST SPHERE file of plain 16-bit samples; None of anything that is no SPHERE file."""
    data = path.read_bytes() if _begins_with(path, _SPHERE_MAGIC) else b""
    if not data:
        return None
    try:
        size = int(data[len(_SPHERE_MAGIC) : 16])
        lines = data[:size].decode("ascii", errors="replace").splitlines()
        head = {parts[0]: parts[2] for line in lines if len(parts := line.split(None, 2)) == 3}
        n_channels, rate_hz = int(head["channel_count"]), int(head["sample_rate"])
        coding, width = head.get("sample_coding", "pcm"), int(head["sample_n_bytes"])
    except (ValueError, KeyError) as error:
        raise SoundError(f"{path.name} has a broken SPHERE head") from error
    if coding != "pcm" or width != 2:
        raise SoundError(f"{path.name} is SPHERE with {coding} coding; only plain PCM is read")
    order = "<i2" if head.get("sample_byte_format", "01") == "01" else ">i2"
    body = data[size:]
    values = np.frombuffer(body[: len(body) // (2 * n_channels) * 2 * n_channels], dtype=order)
    return values.reshape(-1, n_channels).astype(np.float32) / 32_768.0, rate_hz


def _begins_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _read_any(path: Path) -> _Read:
    try:
        import av  # noqa: PLC0415 - only rarer forms need a decoder
        from av.error import FFmpegError  # noqa: PLC0415
    except ImportError as error:
        raise SoundError(
            f"{path.name} is no 16-bit WAV, and PyAV, which reads other forms, is not installed",
            hint="Install it with `pip install 'visavis[bench]'`.",
        ) from error
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise SoundError(f"{path.name} has no sound in it")
            stream = container.streams.audio[0]
            rate_hz = stream.rate or 0
            to_float = av.AudioResampler(format="fltp")
            parts = [
                part.to_ndarray()
                for frame in container.decode(stream)
                for part in to_float.resample(frame)
            ]
    except FFmpegError as error:
        raise SoundError(f"{path.name} can't be read: {error.strerror or error}") from error
    if not parts:
        return np.zeros((0, 1), dtype=np.float32), rate_hz
    return np.concatenate(parts, axis=1).T.astype(np.float32), rate_hz
