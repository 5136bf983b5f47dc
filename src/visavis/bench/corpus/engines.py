"""The port behind which the corpus' voices live, and the neural ones: Kokoro and Piper's Joe."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from visavis.bench.corpus.phonemes import Phonemes, kokoro_spelling
from visavis.bench.corpus.speakers import Voice
from visavis.errors import EngineError
from visavis.onnx import OnnxModel

N_THREADS = 2
"""Fixed, though one thread gave the very same samples in a trial."""

Floats = NDArray[np.float32]
Id = TypeVar("Id")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence as float32 [n] at `rate_hz`; `joints` are the samples between its parts."""

    sound: Floats
    rate_hz: int
    joints: tuple[int, ...]


class Engine(Protocol):
    """Speaks one sentence, given in parts between which the speaker will stop to think."""

    def speak(self, parts: Sequence[str], voice: Voice, speed: float) -> Spoken:
        """Voice the sentence; speed 1 is the voice's own. Raises EngineError."""
        ...


class Kokoro:
    """Kokoro-82M. Its durations are an inner tensor of the graph that was made an output."""

    DURATIONS = "/encoder/Clip_output_0"
    RATE_HZ = 24_000
    _SAMPLES_A_FRAME = 600
    _STYLE_SIZE = 256

    def __init__(self, model: Path, vocabulary: Path, voices: Path, phonemes: Phonemes) -> None:
        self._model = OnnxModel(model, n_threads=N_THREADS)
        self._ids: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]
        self._voices = voices
        self._phonemes = phonemes
        self._styles: dict[str, Floats] = {}

    def speak(self, parts: Sequence[str], voice: Voice, speed: float) -> Spoken:
        """See `Engine.speak`."""
        ipa, commas = self._phonemes.joined(voice.accent, parts)
        spelt = kokoro_spelling(ipa, voice.accent)
        # The commas of the joints by their number, since the spelling moves them.
        numbers = [ipa[:at].count(",") for at in commas]
        ids = [_id_of(self._ids, symbol) for symbol in spelt]
        feeds: dict[str, NDArray[Any]] = {
            "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
            "style": self._style(voice)[len(ids)][None],
            "speed": np.array([speed], dtype=np.float32),
        }
        sound, durations = self._model.run(feeds)
        ends = np.cumsum(durations.reshape(-1)) * self._SAMPLES_A_FRAME
        where = [at for at, symbol in enumerate(spelt) if symbol == ","]
        joints = tuple(int(ends[where[number]]) for number in numbers)  # before it: token 0 pads
        return Spoken(sound.reshape(-1), self.RATE_HZ, joints)

    def _style(self, voice: Voice) -> Floats:
        if voice.voice not in self._styles:
            data = np.fromfile(self._voices / f"{voice.voice}.bin", dtype="<f4")
            self._styles[voice.voice] = data.reshape(-1, self._STYLE_SIZE).astype(np.float32)
        return self._styles[voice.voice]


class Joe:
    """Our own Piper voice without its usual randomness, so that it says the same every time."""

    _SAMPLES_A_FRAME = 256
    _GAIN = 0.8

    def __init__(self, model: Path, config: Path, phonemes: Phonemes) -> None:
        self._model = OnnxModel(model, n_threads=N_THREADS)
        settings = json.loads(config.read_text(encoding="utf-8"))
        self._ids: dict[str, list[int]] = settings["phoneme_id_map"]
        self._rate_hz = int(settings["audio"]["sample_rate"])
        self._phonemes = phonemes

    def speak(self, parts: Sequence[str], voice: Voice, speed: float) -> Spoken:
        """See `Engine.speak`."""
        ipa, commas = self._phonemes.joined(voice.accent, parts)
        pad = self._ids["_"][0]
        ids = [self._ids["^"][0], pad]
        starts: list[int] = []
        for symbol in ipa:
            starts.append(len(ids))
            for number in _id_of(self._ids, symbol):
                ids += [number, pad]
        ids.append(self._ids["$"][0])
        feeds: dict[str, NDArray[Any]] = {
            "input": np.array([ids], dtype=np.int64),
            "input_lengths": np.array([len(ids)], dtype=np.int64),
            "scales": np.array([0.0, 1.0 / speed, 0.0], dtype=np.float32),
        }
        sound, durations = self._model.run(feeds)
        ends = np.cumsum(durations.reshape(-1)) * self._SAMPLES_A_FRAME
        joints = tuple(int(ends[starts[at] - 1]) for at in commas)
        return Spoken(sound.reshape(-1) * np.float32(self._GAIN), self._rate_hz, joints)


def _id_of(ids: dict[str, Id], symbol: str) -> Id:
    try:
        return ids[symbol]
    except KeyError as error:
        raise EngineError(f"the voice has no sound for {symbol!r}") from error
