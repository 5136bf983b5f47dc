"""The classic voices: flite, festival and espeak-ng, called as the programs they are.

They tell no word times, so their parts are spoken apart, each ending on a comma, and laid end to
end.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.bench.corpus.engines import Spoken
from visavis.bench.corpus.speakers import EngineName, Voice
from visavis.errors import EngineError

_PROGRAMS: dict[EngineName, str] = {
    "flite": "flite",
    "festival": "text2wave",
    "espeak-ng": "espeak-ng",
}
PACKAGES: dict[EngineName, str] = {
    "flite": "flite",
    "festival": "festival festvox-us-slt-hts",
    "espeak-ng": "espeak-ng",
}
"""What `apt install` needs for them."""

_WORDS_A_MINUTE = 165
_SILENT = 0.005
_GUARD_S = 0.01
_TIMEOUT_S = 30.0


def is_installed(engine: EngineName) -> bool:
    """Whether the engine's program is on this machine."""
    return shutil.which(_PROGRAMS[engine]) is not None


class Program:
    """One of the three programs."""

    def speak(self, parts: Sequence[str], voice: Voice, speed: float) -> Spoken:
        """See `Engine.speak`."""
        pieces: list[NDArray[np.float32]] = []
        joints: list[int] = []
        rate_hz = 0
        for index, part in enumerate(parts):
            words = part if index + 1 == len(parts) else f"{part.rstrip(',')},"
            sound, rate_hz = _say(words, voice, speed)
            pieces.append(_trimmed(sound, rate_hz))
            joints.append(sum(map(len, pieces)))
        return Spoken(np.concatenate(pieces), rate_hz, tuple(joints[:-1]))


def _say(words: str, voice: Voice, speed: float) -> tuple[NDArray[np.float32], int]:
    with tempfile.TemporaryDirectory() as folder:
        text, sound = Path(folder, "text"), Path(folder, "sound.wav")
        text.write_text(words, encoding="utf-8")
        done = subprocess.run(
            _command(voice, speed, text, sound),
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
        if done.returncode != 0 or not sound.is_file():
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise EngineError(f"{voice.name} could not say {words!r}: {reason}")
        return _read(sound)


def _command(voice: Voice, speed: float, text: Path, sound: Path) -> list[str]:
    match voice.engine:
        case "flite":
            stretch = f"duration_stretch={1.0 / speed:.3f}"
            return ["flite", "-voice", voice.voice, "--setf", stretch, str(text), str(sound)]
        case "festival":
            choose = f"(voice_{voice.voice})"
            return ["text2wave", "-eval", choose, "-o", str(sound), str(text)]
        case "espeak-ng":
            rate = str(round(_WORDS_A_MINUTE * speed))
            return ["espeak-ng", "-v", voice.voice, "-s", rate, "-f", str(text), "-w", str(sound)]
        case _:
            raise EngineError(f"{voice.engine} is no program")


def _read(path: Path) -> tuple[NDArray[np.float32], int]:
    with wave.open(str(path)) as file:
        if file.getnchannels() != 1 or file.getsampwidth() != 2:
            raise EngineError(f"{path.name} is not 16 bit mono")
        data = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return data.astype(np.float32) / 32_768.0, file.getframerate()


def _trimmed(sound: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    heard = np.flatnonzero(np.abs(sound) > _SILENT)
    if not len(heard):
        return sound
    guard = round(_GUARD_S * rate_hz)
    return sound[max(0, int(heard[0]) - guard) : int(heard[-1]) + guard]
