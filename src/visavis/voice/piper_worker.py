"""The Piper process: `python -m visavis.voice.piper_worker MODEL CONFIG [SEED]`.

piper-tts and espeak-ng are GPL-3.0; they are imported here and nowhere else, and this module runs
only as a process of its own, spoken to over stdin and stdout:

    request   u32 length, JSON, one of
                {"do": "speak", "id", "text", "length_scale", "pitch_ratio"}
                {"do": "go_on", "id"}   decode the tail of what `id` began
                {"do": "drop", "id"}    forget that tail, if there is one; no response
    response  u32 length, JSON {"id", "n_samples", "part", "text", "phones": [[symbol, samples], …]}
              or {"id", "n_samples": 0, "error"}, then n_samples float32 little-endian

`part` is "whole", "head" (there is a tail, not yet decoded) or "tail". At most MAX_TAILS tails are
remembered, the oldest is forgotten first; to go on with a forgotten one is an error. The first
response, before any request, has id 0 and the voice's `rate_hz`.
"""

# onnxruntime ships no types; what is made of it here is handed straight to piper.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import json
import os
import struct
import sys
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from piper import PiperVoice
from piper.config import PiperConfig

from visavis.lips.phonemes import Timed
from visavis.models.halves import in_halves
from visavis.voice.decoding import Sound, SoundOf
from visavis.voice.pieces import at_pitch, first_cut
from visavis.voice.tts import Part, Voiced

LENGTH = struct.Struct("<I")
MAX_TAILS = 64
"""About 250 kB each for a phrase of four seconds."""

_GAIN = 0.8  # of the voice's own level; its peaks stay below 1, and phrases keep their proportions
_BEGIN, _END, _PAD = "^", "$", "_"


@dataclass(frozen=True, slots=True)
class _Tail:
    sound: SoundOf
    phones: tuple[Timed, ...]
    text: str


class Voice:
    """A Piper voice in two halves (see `visavis.models.halves`), and the tails it owes.

    Args:
        model: an ONNX voice with its durations as second output.
        config: its description.
    """

    def __init__(self, model: Path, config: Path) -> None:
        halves = in_halves(model.read_bytes())
        self._decoder = _session(halves.decoder)
        self._latent = halves.latent
        self._config = PiperConfig.from_dict(json.loads(config.read_text(encoding="utf-8")))
        self._piper = PiperVoice(session=_session(halves.text), config=self._config)
        self._tails: OrderedDict[int, _Tail] = OrderedDict()

    @property
    def rate_hz(self) -> int:
        """Sample rate of its sounds."""
        return self._config.sample_rate

    def speak(self, request_id: int, text: str, length_scale: float, pitch_ratio: float) -> Voiced:
        """The phrase, or its head; then its tail is remembered under `request_id`."""
        # Spoken slower by the ratio, then played faster by it: higher, at the same tempo.
        takes = [
            self._take(sentence, length_scale * pitch_ratio, pitch_ratio)
            for sentence in self._piper.phonemize(text)
            if sentence
        ]
        if len(takes) == 1:
            sound, frames, phones = takes[0]
            cut = first_cut(text, phones, self.rate_hz, self._phonemize)
            if cut is not None:
                head, tail = phones[: cut.n_phones], phones[cut.n_phones :]
                words = text.split()
                self._remember(request_id, _Tail(sound, tail, " ".join(words[cut.n_words :])))
                n_samples = sum(n for _, n in head)
                samples = sound.next(n_samples, sum(frames[: cut.n_phones]))
                said = " ".join(words[: cut.n_words])
                return Voiced(_levelled(samples), self.rate_hz, head, said, Part.HEAD)
        sounds = [np.zeros(0, dtype=np.float32), *(sound.rest() for sound, _, _ in takes)]
        every = tuple(phone for _, _, phones in takes for phone in phones)
        return Voiced(_levelled(np.concatenate(sounds)), self.rate_hz, every, text)

    def go_on(self, request_id: int) -> Voiced:
        """The tail of what `request_id` began. Raises KeyError if it is forgotten."""
        tail = self._tails.pop(request_id)
        sound = _levelled(tail.sound.rest())
        return Voiced(sound, self.rate_hz, tail.phones, tail.text, Part.TAIL)

    def drop(self, request_id: int) -> None:
        """Forget its tail, if there is one."""
        self._tails.pop(request_id, None)

    def _remember(self, request_id: int, tail: _Tail) -> None:
        self._tails[request_id] = tail
        while len(self._tails) > MAX_TAILS:
            self._tails.popitem(last=False)

    def _phonemize(self, words: str) -> list[str]:
        return [symbol for sentence in self._piper.phonemize(words) for symbol in sentence]

    def _take(
        self, phonemes: list[str], length_scale: float, pitch_ratio: float
    ) -> tuple[SoundOf, list[int], tuple[Timed, ...]]:
        """One sentence, not yet decoded: frames and samples of each of its phonemes."""
        ids = self._piper.phonemes_to_ids(phonemes)
        config = self._config
        scales = [config.noise_scale, length_scale, config.noise_w_scale]
        latent, durations, *_ = self._piper.session.run(
            None,
            {
                "input": np.array([ids], dtype=np.int64),
                "input_lengths": np.array([len(ids)], dtype=np.int64),
                "scales": np.array(scales, dtype=np.float32),
            },
        )
        symbols = [_BEGIN, *phonemes, _END]
        frames = self._frames(symbols, np.asarray(durations).reshape(-1))
        hop = config.hop_length
        sound = SoundOf(np.asarray(latent), self._decode, hop=hop, pitch_ratio=pitch_ratio)
        timed = [(symbol, n * hop) for symbol, n in zip(symbols, frames, strict=True)]
        return sound, frames, at_pitch(timed, pitch_ratio)

    def _frames(self, symbols: Sequence[str], durations: NDArray[np.float32]) -> list[int]:
        """Frames of each symbol; each but the last is followed by a pad, which counts with it.

        Raises ValueError if the ids were made in another way.
        """
        ids = self._config.phoneme_id_map
        n_pad = len(ids.get(_PAD, ()))
        n_ids = [len(ids[s]) + (n_pad if s != _END else 0) if s in ids else 0 for s in symbols]
        if sum(n_ids) != len(durations):
            raise ValueError("the phonemes don't fit their ids")
        ends = np.cumsum([0, *durations])[np.cumsum([0, *n_ids])]
        return [int(n) for n in np.diff(ends)]

    def _decode(self, latent: NDArray[np.float32]) -> Sound:
        (sound,) = self._decoder.run(None, {self._latent: latent})
        return np.asarray(sound, dtype=np.float32)


def main(model: Path, config: Path, seed: int | None = None) -> None:
    """Serve requests until stdin closes; with a `seed`, as any other process that has it."""
    requests, responses = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up between the frames
    if seed is not None:  # the nets draw their noise from ONNX Runtime
        ort.set_seed(seed)
    voice = Voice(model, config)
    voice.speak(0, "Ready.", 1.0, 1.0)  # the first run allocates
    _respond(responses, {"id": 0, "rate_hz": voice.rate_hz, "n_samples": 0})
    while header := requests.read(LENGTH.size):
        request = json.loads(requests.read(LENGTH.unpack(header)[0]))
        try:
            voiced = _serve(voice, request)
        except Exception as error:  # noqa: BLE001 - whatever a text does to it, the next one must work
            _respond(responses, {"id": request["id"], "n_samples": 0, "error": str(error)})
            continue
        if voiced is not None:
            _respond(responses, _header(request["id"], voiced), voiced.sound)


def _serve(voice: Voice, request: dict[str, Any]) -> Voiced | None:
    match request["do"]:
        case "speak":
            scale, ratio = float(request["length_scale"]), float(request["pitch_ratio"])
            return voice.speak(request["id"], request["text"], scale, ratio)
        case "go_on":
            return voice.go_on(request["id"])
        case _:
            return voice.drop(request["id"])


def _header(request_id: int, voiced: Voiced) -> dict[str, Any]:
    return {
        "id": request_id,
        "n_samples": len(voiced.sound),
        "part": voiced.part.value,
        "text": voiced.text,
        "phones": voiced.phones,
    }


def _session(model: bytes) -> ort.InferenceSession:
    """Loaded from a file, which is gone again: of bytes ONNX Runtime would keep a copy."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Every phrase has another length: plans and arenas for each would hold 150 MB, for nothing.
    options.enable_mem_pattern = False
    options.enable_cpu_mem_arena = False
    with TemporaryDirectory() as folder:
        file = Path(folder) / "half.onnx"
        file.write_bytes(model)
        return ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _levelled(sound: Sound) -> Sound:
    return np.clip(sound * _GAIN, -1.0, 1.0).astype("<f4")


def _respond(responses: BinaryIO, header: dict[str, Any], sound: Sound | None = None) -> None:
    data = json.dumps(header).encode()
    responses.write(LENGTH.pack(len(data)) + data + (sound.tobytes() if sound is not None else b""))
    responses.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
