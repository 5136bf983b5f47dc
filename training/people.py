"""Recordings of people with what they say, from a folder with an index.

`index.tsv` in it names its columns in the first line and has a line for each recording: path,
source, speaker, licence, transcript. What is in other columns is not read.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.recordings import Recording
from training.settings import key_of
from visavis.lips.features import RATE_HZ
from visavis.sounds import Sound, read_sound, resampled

INDEX = "index.tsv"
_DEV_OF = 8
"""One speaker in so many is validated on."""

_FULL = 0.96
"""How much of its band a recording really fills."""
_FAINT = 0.15


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says in a recording."""

    path: Path
    source: str
    speaker: str
    licence: str
    text: str

    @property
    def key(self) -> str:
        """Of its recording."""
        return key_of("person", self.source, self.path.name, self.path.stat().st_size)

    @property
    def split(self) -> str:
        """By the speaker, so that nobody is in both."""
        return "dev" if zlib.crc32(self.speaker.encode()) % _DEV_OF == 0 else "train"

    def recording(self) -> Recording:
        """Read it. Raises VisavisError as `read_sound` does."""
        sound, rate_hz = read_sound(self.path)
        at_16 = with_top(resampled(sound, rate_hz, RATE_HZ), rate_hz)
        peak = float(np.max(np.abs(at_16), initial=1e-6))
        pcm = np.round(at_16 * (0.5 / peak) * 32_767.0).astype(np.int16)
        return Recording(self.key, self.source, self.speaker, self.licence, pcm)


def with_top(sound: Sound, rate_hz: int) -> Sound:
    """Something above what a lower rate could hold, or a net would learn that people have nothing
    there: a faint copy of the frequencies just below (spectral band replication, roughly).

    The aligner is better for it, too.

    Args:
        sound: at 16 kHz.
        rate_hz: at which it was recorded.
    """
    if rate_hz >= RATE_HZ:
        return sound
    size = 1 << (len(sound) + 2_048 - 1).bit_length()
    spectrum = np.fft.rfft(sound, size)
    top = int(_FULL * rate_hz / RATE_HZ * size / 2)
    width = min(len(spectrum) - top, top)
    spectrum[top : top + width] = _FAINT * spectrum[top - width : top]
    return np.fft.irfft(spectrum, size)[: len(sound)].astype(np.float32)


def people(folder: Path) -> Iterator[Said]:
    """All recordings of a folder, in the order of its index. Raises OSError if it has none."""
    with (folder / INDEX).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            path = folder / row["path"]
            yield Said(path, row["source"], row["speaker"], row["licence"], row["transcript"])
