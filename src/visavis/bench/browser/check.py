"""The same turn once more, from a recording alone: a file with the canvas, the microphone at the
left and the output at the right, made by the browser's recorder and decoded here.

Nothing of the page's clock is used, only the file's own. The output's latency comes after the point
where the file is tapped, so a file's voice is earlier than the ear's by just that.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from visavis.bench.browser.clock import Clock
from visavis.bench.browser.mouth import crop, first_open, opening
from visavis.bench.browser.notes import Check
from visavis.bench.browser.signals import Sound, align, first_audible
from visavis.bench.recording import Recording
from visavis.bench.turns import Turn
from visavis.errors import SetupError
from visavis.hear.audio import RATE_HZ

STAMPS_PERCENTILE = 90.0
"""The recorder stamps 10 ms of sound with the time at which the last bit of it was made. Bits are
made in bursts of a device buffer, so a stamp is right or up to one buffer early, and never late."""


@dataclass(frozen=True, slots=True)
class Film:
    """A decoded recording. `left` is the microphone, `right` the output, float32 [n].

    `clock` gives the file's time of a sample, `frames_ms` that of each picture.
    """

    clock: Clock
    left: Sound
    right: Sound
    frames_ms: NDArray[np.float64]
    openings: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FilmTimes:
    """What a recording alone tells, relative to its own t0."""

    clearness: float
    voice_ms: float | None
    face_ms: float | None


def times_of(film: Film, recording: Recording, answer_from_ms: float) -> FilmTimes:
    """Read a recording's times.

    `answer_from_ms`: the answer, and its mouth, are looked for from here on, counted from t0; the
    time of the reveal, so that an earlier reply is not taken for it.
    """
    rate_hz = film.clock.rate_hz
    heard = soxr.resample(film.left, rate_hz, RATE_HZ).astype(np.float32)
    found = align(heard, recording.sound, recording.speech_end_sample)
    t0 = (found.end_lag_samples + recording.speech_end_sample) * rate_hz / RATE_HZ
    t0_ms = film.clock.ms(t0)
    from_ms = t0_ms + answer_from_ms
    voice = first_audible(film.right, int(film.clock.position(from_ms)))
    face_ms = first_open(film.frames_ms, film.openings, from_ms)
    return FilmTimes(
        clearness=found.clearness,
        voice_ms=None if voice is None else film.clock.ms(voice) - t0_ms,
        face_ms=None if face_ms is None else face_ms - t0_ms,
    )


def compare(turn: Turn, film: Film, output_latency_ms: float) -> Check:
    """The page-derived times of a turn less those of its recording."""
    reveal_ms = turn.stages_ms.get("reveal", 0.0)
    times = times_of(film, turn.recording, reveal_ms)
    voice_error_ms = face_error_ms = None
    if turn.voice_ms is not None and times.voice_ms is not None:
        voice_error_ms = turn.voice_ms - (times.voice_ms + output_latency_ms)
    if turn.face_ms is not None and times.face_ms is not None:
        face_error_ms = turn.face_ms - times.face_ms
    return Check(turn.recording.recording_id, times.clearness, voice_error_ms, face_error_ms)


def decode(webm: bytes) -> Film:
    """Decode a WebM file of one video and one stereo track.

    Raises:
        SetupError: PyAV is not installed.
        ValueError: the file has no sound.
    """
    try:
        import av  # noqa: PLC0415 - only who checks recordings needs a decoder
    except ImportError as error:
        raise SetupError(
            "PyAV is needed to check recordings.", hint="Install it: pip install 'visavis[bench]'."
        ) from error
    frames_ms: list[float] = []
    openings: list[float] = []
    pieces: list[NDArray[np.float32]] = []
    stamps_ms: list[float] = []
    rate_hz = 0
    with av.open(io.BytesIO(webm), "r") as container:
        for frame in container.decode(video=0, audio=0):
            if not isinstance(frame, av.VideoFrame | av.AudioFrame) or frame.pts is None:
                continue
            at_ms = 1_000.0 * float(frame.time or 0.0)
            if isinstance(frame, av.VideoFrame):
                picture = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
                frames_ms.append(at_ms)
                openings.append(opening(crop(picture)))
            else:
                rate_hz = frame.sample_rate
                stamps_ms.append(at_ms)
                pieces.append(_stereo(frame))
    if not pieces:
        raise ValueError("the recording has no sound")
    starts = np.cumsum([0, *(piece.shape[1] for piece in pieces[:-1])]).astype(np.float64)
    clock = Clock(float(rate_hz), starts, np.array(stamps_ms), STAMPS_PERCENTILE)
    sound = np.concatenate(pieces, axis=1)
    return Film(clock, sound[0], sound[1], np.array(frames_ms), np.array(openings))


def _stereo(frame: Any) -> NDArray[np.float32]:
    """[2, n] from a decoded frame, planar or packed."""
    sound = np.asarray(frame.to_ndarray(), dtype=np.float32)
    return sound if sound.shape[0] == 2 else sound.reshape(-1, 2).T
