"""Synthetic speakers."""

from __future__ import annotations

import json
import subprocess
import tempfile
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soxr
from numpy.typing import NDArray

from training.recordings import Recording, save
from training.settings import key_of
from visavis.bench.corpus.engines import Kokoro as CorpusKokoro
from visavis.bench.corpus.phonemes import Accent, Phonemes, kokoro_spelling
from visavis.bench.corpus.weights import KokoroFiles
from visavis.errors import EngineError
from visavis.lips.features import RATE_HZ
from visavis.onnx import OnnxModel

Engine = Literal["kokoro", "flite"]
Floats = NDArray[np.float32]

LICENCES: Mapping[Engine, str] = {
    "kokoro": "Apache-2.0",
    "flite": "BSD-like (CMU Flite and its voices)",
}
FLITE_VOICES = ("kal16", "awb", "rms", "slt")


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence by one speaker."""

    engine: Engine
    voice: str
    other: str
    """Of Kokoro: the voice whose style is mixed in."""
    share: float
    """Of the other voice."""
    speed: float
    text: str
    split: str
    accent: Accent = "us"

    @property
    def key(self) -> str:
        """Of its recording."""
        return key_of(self)

    @property
    def speaker(self) -> str:
        """For the card."""
        mixed = f"{self.voice}+{self.other}" if self.share else self.voice
        return f"{self.engine}:{mixed}"


class Studio:
    """Speaks lines; models are loaded when they are first needed."""

    def __init__(self, phonemes: Phonemes, kokoro: KokoroFiles) -> None:
        self._phonemes = phonemes
        self._kokoro_files = kokoro
        self._model: OnnxModel | None = None
        self._styles: dict[str, Floats] = {}
        vocabulary = kokoro.vocabulary.read_text(encoding="utf-8")
        self._kokoro_ids: dict[str, int] = json.loads(vocabulary)["vocab"]

    def record(self, line: Line) -> Recording:
        """Raises EngineError if the voice can't say it."""
        sound, rate_hz = self._kokoro(line) if line.engine == "kokoro" else _flite(line)
        at_16 = sound if rate_hz == RATE_HZ else soxr.resample(sound, rate_hz, RATE_HZ, "VHQ")
        peak = float(np.max(np.abs(at_16), initial=1e-6))
        pcm = np.round(at_16 * (0.5 / peak) * 32_767.0).astype(np.int16)
        return Recording(line.key, line.engine, line.speaker, LICENCES[line.engine], pcm)

    def _kokoro(self, line: Line) -> tuple[Floats, int]:
        ipa, _ = self._phonemes.joined(line.accent, [line.text])
        spelt = kokoro_spelling(ipa, line.accent)
        ids = [self._kokoro_ids[symbol] for symbol in spelt if symbol in self._kokoro_ids]
        style = (1.0 - line.share) * self._style(line.voice)[len(ids)]
        style = style + line.share * self._style(line.other or line.voice)[len(ids)]
        feeds: dict[str, NDArray[Any]] = {
            "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
            "style": style[None].astype(np.float32),
            "speed": np.array([line.speed], dtype=np.float32),
        }
        if self._model is None:
            self._model = OnnxModel(self._kokoro_files.model, n_threads=1)
        sound, _ = self._model.run(feeds)
        return sound.reshape(-1), CorpusKokoro.RATE_HZ

    def _style(self, voice: str) -> Floats:
        if voice not in self._styles:
            data = np.fromfile(self._kokoro_files.voices / f"{voice}.bin", dtype="<f4")
            self._styles[voice] = data.reshape(-1, 256).astype(np.float32)
        return self._styles[voice]


def _flite(line: Line) -> tuple[Floats, int]:
    stretch = f"duration_stretch={1 / line.speed:.3f}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.wav"
        command = ["flite", "-voice", line.voice, "--setf", stretch, "-t", line.text, "-o", path]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode != 0 or not path.is_file():
            raise EngineError(f"flite could not say {line.text!r}")
        with wave.open(str(path)) as file:
            rate_hz = file.getframerate()
            pcm = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    return pcm.astype(np.float32) / np.float32(32_768.0), rate_hz


_studio: list[Studio] = []


def prepare(studio: Studio) -> None:
    """In a worker process: whose models `keep` will load."""
    _studio.append(studio)


def keep(line: Line) -> str:
    """Record a line and save it; returns why it was left out, or nothing."""
    try:
        save(_studio[-1].record(line))
    except EngineError as error:
        return f"left out: {error}"
    return ""
