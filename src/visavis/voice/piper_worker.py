"""The Piper process: `python -m visavis.voice.piper_worker MODEL CONFIG`.

piper-tts and espeak-ng are GPL-3.0; they are imported here and nowhere else, and this module runs
only as a process of its own, spoken to over stdin and stdout:

    request   u32 length, JSON {"id", "text", "length_scale", "pitch_ratio"}
    response  u32 length, JSON {"id", "n_samples", "phones": [[symbol, samples], …]} or
              {"id", "error"}, then n_samples float32 little-endian

The first response, before any request, has id 0 and the voice's `rate_hz`.
"""

# onnxruntime ships no types; what is made of it here is handed straight to piper.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import json
import os
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnxruntime as ort
import soxr
from piper import PiperVoice, SynthesisConfig
from piper.config import PiperConfig

LENGTH = struct.Struct("<I")
_GAIN = 0.8  # of the voice's own level; its peaks stay below 1, and phrases keep their proportions


def main(model: Path, config: Path) -> None:
    """Serve requests until stdin closes."""
    requests, responses = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up between the frames
    voice = _load(model, config)
    list(voice.synthesize("Ready."))  # the first run allocates
    _respond(responses, {"id": 0, "rate_hz": voice.config.sample_rate, "n_samples": 0})
    while header := requests.read(LENGTH.size):
        request = json.loads(requests.read(LENGTH.unpack(header)[0]))
        try:
            sound, phones = _speak(voice, request)
        except Exception as error:  # noqa: BLE001 - whatever a text does to it, the next one must work
            _respond(responses, {"id": request["id"], "n_samples": 0, "error": str(error)})
            continue
        _respond(responses, {"id": request["id"], "n_samples": len(sound), "phones": phones}, sound)


def _load(model: Path, config: Path) -> PiperVoice:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 2
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    settings = PiperConfig.from_dict(json.loads(config.read_text(encoding="utf-8")))
    return PiperVoice(session=session, config=settings)


def _speak(
    voice: PiperVoice, request: dict[str, Any]
) -> tuple[np.ndarray[Any, np.dtype[np.float32]], list[tuple[str, int]]]:
    pitch_ratio = float(request["pitch_ratio"])
    style = SynthesisConfig(
        length_scale=float(request["length_scale"]) * pitch_ratio, normalize_audio=False
    )
    sounds: list[np.ndarray[Any, np.dtype[np.float32]]] = [np.zeros(0, dtype=np.float32)]
    phones: list[tuple[str, int]] = []
    for chunk in voice.synthesize(request["text"], style, include_alignments=True):
        sounds.append(chunk.audio_float_array)
        for phone in chunk.phoneme_alignments or ():
            phones.append((phone.phoneme, round(int(phone.num_samples) / pitch_ratio)))
    sound = np.concatenate(sounds)
    if pitch_ratio != 1.0 and len(sound):
        # Spoken slower by the ratio, then played faster by it: higher, at the same tempo.
        rate_hz = voice.config.sample_rate
        sound = soxr.resample(sound, rate_hz * pitch_ratio, rate_hz)
    return np.clip(sound * _GAIN, -1.0, 1.0).astype("<f4"), phones


def _respond(
    responses: BinaryIO,
    header: dict[str, Any],
    sound: np.ndarray[Any, np.dtype[np.float32]] | None = None,
) -> None:
    data = json.dumps(header).encode()
    responses.write(LENGTH.pack(len(data)) + data + (sound.tobytes() if sound is not None else b""))
    responses.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
