"""Synthetic speakers that tell when each of their phones was spoken."""

from __future__ import annotations

import json
import subprocess
import tempfile
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soxr
from numpy.typing import NDArray

from training.recordings import IGNORED, Recording, Timed, save, timed_from
from training.settings import key_of
from visavis.bench.corpus.engines import Kokoro as CorpusKokoro
from visavis.bench.corpus.phonemes import Accent, Phonemes, kokoro_spelling
from visavis.bench.corpus.weights import KokoroFiles
from visavis.errors import EngineError
from visavis.lips.classes import PHONES, phone_index
from visavis.lips.phonemes import merge_marks
from visavis.onnx import OnnxModel

Engine = Literal["kokoro", "joe", "flite"]
Floats = NDArray[np.float32]

EARLY_S: Mapping[Engine, float] = {"kokoro": 0.040, "joe": 0.030, "flite": 0.0}
"""How late a source's own boundaries are, measured against forced alignment. Only the first round
depends on it: then the net aligns all sources alike."""

LICENCES: Mapping[Engine, str] = {
    "kokoro": "Apache-2.0",
    "joe": "as the model store says of the voice en_US-joe",
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

    def __init__(
        self,
        phonemes: Phonemes,
        kokoro: KokoroFiles,
        joe: tuple[Path, Path],
    ) -> None:
        """`joe` is the model with durations and its config."""
        self._phonemes = phonemes
        self._kokoro_files = kokoro
        self._joe_files = joe
        self._models: dict[str, OnnxModel] = {}
        self._styles: dict[str, Floats] = {}
        vocabulary = kokoro.vocabulary.read_text(encoding="utf-8")
        self._kokoro_ids: dict[str, int] = json.loads(vocabulary)["vocab"]
        self._joe_config: dict[str, Any] = json.loads(joe[1].read_text(encoding="utf-8"))

    def record(self, line: Line) -> Recording:
        """Raises EngineError if the voice can't say it."""
        speak = {"kokoro": self._kokoro, "joe": self._joe, "flite": _flite}[line.engine]
        sound, rate_hz, phones, seconds = speak(line)
        at_16 = sound if rate_hz == 16_000 else soxr.resample(sound, rate_hz, 16_000, quality="VHQ")
        peak = float(np.max(np.abs(at_16), initial=1e-6))
        pcm = np.round(at_16 * (0.5 / peak) * 32_767.0).astype(np.int16)
        timed: Timed = timed_from(phones, seconds, len(pcm), EARLY_S[line.engine])
        licence = LICENCES[line.engine]
        return Recording(line.key, line.engine, line.speaker, line.split, licence, pcm, timed)

    def _model(self, path: Path) -> OnnxModel:
        if path.name not in self._models:
            self._models[path.name] = OnnxModel(path, n_threads=1)
        return self._models[path.name]

    def _kokoro(self, line: Line) -> tuple[Floats, int, list[int], list[float]]:
        ipa, _ = self._phonemes.joined(line.accent, [line.text])
        spelt = kokoro_spelling(ipa, line.accent)
        ids = [self._kokoro_ids[symbol] for symbol in spelt if symbol in self._kokoro_ids]
        symbols = [symbol for symbol in spelt if symbol in self._kokoro_ids]
        style = (1.0 - line.share) * self._style(line.voice)[len(ids)]
        style = style + line.share * self._style(line.other or line.voice)[len(ids)]
        feeds: dict[str, NDArray[Any]] = {
            "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
            "style": style[None].astype(np.float32),
            "speed": np.array([line.speed], dtype=np.float32),
        }
        sound, durations = self._model(self._kokoro_files.model).run(feeds)
        frames = np.round(durations.reshape(-1)).astype(int)
        if len(frames) != len(ids) + 2:
            raise EngineError("Kokoro's durations do not fit its symbols")
        timed = [(s, int(n)) for s, n in zip([" ", *symbols, " "], frames, strict=True)]
        # 600 samples at 24 kHz; the graph's frames are 25 ms.
        phones, n_frames = phones_of(timed, _KOKORO_LETTERS)
        return sound.reshape(-1), CorpusKokoro.RATE_HZ, phones, [n * 0.025 for n in n_frames]

    def _style(self, voice: str) -> Floats:
        if voice not in self._styles:
            data = np.fromfile(self._kokoro_files.voices / f"{voice}.bin", dtype="<f4")
            self._styles[voice] = data.reshape(-1, 256).astype(np.float32)
        return self._styles[voice]

    def _joe(self, line: Line) -> tuple[Floats, int, list[int], list[float]]:
        ipa, _ = self._phonemes.joined("us", [line.text])
        table: dict[str, list[int]] = self._joe_config["phoneme_id_map"]
        symbols = [symbol for symbol in ipa if symbol in table]
        pad = table["_"][0]
        ids = [table["^"][0], pad]
        owners = [-1, -1]
        for at, symbol in enumerate(symbols):
            ids += [*table[symbol], pad]
            owners += [at] * (len(table[symbol]) + 1)
        ids.append(table["$"][0])
        owners.append(len(symbols))
        feeds: dict[str, NDArray[Any]] = {
            "input": np.array([ids], dtype=np.int64),
            "input_lengths": np.array([len(ids)], dtype=np.int64),
            "scales": np.array([0.0, 1.0 / line.speed, 0.0], dtype=np.float32),
        }
        sound, durations = self._model(self._joe_files[0]).run(feeds)
        rate_hz = int(self._joe_config["audio"]["sample_rate"])
        frames = np.bincount(np.array(owners) + 1, weights=durations.reshape(-1))
        timed = [(s, round(n)) for s, n in zip([" ", *symbols, " "], frames, strict=True)]
        phones, n_frames = phones_of(timed, {})
        return sound.reshape(-1), rate_hz, phones, [n * 256 / rate_hz for n in n_frames]


_KOKORO_LETTERS: Mapping[str, str] = {
    "I": "AY", "A": "EY", "O": "OW", "Q": "OW", "W": "AW", "Y": "OY", "T": "T",
}  # fmt: skip


def phones_of(
    timed: Sequence[tuple[str, int]], letters: Mapping[str, str]
) -> tuple[list[int], list[float]]:
    """Symbols with durations as phone classes with durations.

    Punctuation is silence, unknown signs are IGNORED. The time of a space between two words is
    shared between the sounds beside it: speakers make no pause there, only the models count one.
    A schwa and an r that no vowel follows are one ER.
    """
    phones: list[int] = []
    lengths: list[float] = []
    owed = 0.0
    for symbol, length in merge_marks(list(timed)):
        if symbol == " " and phones:
            half = 0.0 if phones[-1] == 0 else length / 2
            lengths[-1] += length - half
            owed += half
            continue
        known = phone_index(letters.get(symbol, symbol))
        silent = not any(char.isalpha() for char in symbol)
        phones.append(0 if silent else IGNORED if known is None else known)
        lengths.append(length + owed)
        owed = 0.0
    phones.append(0)
    lengths.append(owed)
    at = 1
    while at < len(phones):
        behind = phones[at + 1] if at + 1 < len(phones) else 0
        if phones[at] == _R and phones[at - 1] in _BEFORE_R and behind not in _VOWELS:
            phones[at - 1] = _ER
            lengths[at - 1] += lengths.pop(at)
            phones.pop(at)
        else:
            at += 1
    return phones, lengths


_R, _ER = PHONES.index("R"), PHONES.index("ER")
_BEFORE_R = frozenset((PHONES.index("AH"), _ER))
_VOWELS = frozenset(at for at, name in enumerate(PHONES) if name[0] in "AEIOU")


def _flite(line: Line) -> tuple[Floats, int, list[int], list[float]]:
    """`-psdur` prints each segment with its end in seconds, `pau:0.193 b:0.224 ...`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.wav"
        command = [
            "flite",
            "-voice",
            line.voice,
            "--setf",
            f"duration_stretch={1 / line.speed:.3f}",
        ]
        command += ["-psdur", "-t", line.text, "-o", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0 or not path.is_file():
            raise EngineError(f"flite could not say {line.text!r}")
        with wave.open(str(path)) as file:
            rate_hz = file.getframerate()
            pcm = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    phones: list[int] = []
    seconds: list[float] = []
    before = 0.0
    for word in done.stdout.split():
        symbol, _, end = word.rpartition(":")
        if float(end) < before:
            raise EngineError("flite made two utterances of one sentence")
        known = phone_index(symbol.upper())
        phones.append(IGNORED if known is None else known)
        seconds.append(float(end) - before)
        before = float(end)
    if not phones:
        raise EngineError("flite told no segments")
    return pcm.astype(np.float32) / 32_768.0, rate_hz, phones, seconds


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
