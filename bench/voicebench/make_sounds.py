"""Makes the sounds of `scenario.yaml`: questions by our own Piper voice, and a cough.

    .venv/bin/python bench/voicebench/make_sounds.py

writes 16 kHz mono WAV files to `bench/voicebench/sounds/`, which git ignores. The cough is the same
to the sample each time; Piper adds a little noise of its own to the speech.
"""

from __future__ import annotations

import asyncio
import wave
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from visavis.hear.audio import RATE_HZ, pcm_from_float
from visavis.lips.timeline import words_from_phones
from visavis.models import JOE_CONFIG, JOE_DURATIONS, ModelStore
from visavis.voice.piper import Piper
from visavis.voice.playout import trim_lead_in
from visavis.voice.tts import VoiceStyle, spoken_whole

SOUNDS = Path(__file__).parent / "sounds"
PAUSE_MS = 600
AUDIBLE = 0.01
"""-40 dBFS: a file ends with its last sample that is louder."""

COUGH_SEED = 7
COUGH_BURST_MS = 220
COUGH_VOICE_MS = 110


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say; `|` is a pause to think of PAUSE_MS."""

    name: str
    say: str


LINES = (
    Line("price", "What does it cost?"),
    Line("languages", "Which languages do you speak?"),
    Line("gpu-paused", "Do I need | a graphics card for this?"),
    Line("winter", "Say something nice about winter."),
    Line("language-model", "Which language model do you use?"),
    Line("but-privacy", "But does my voice leave this machine?"),
    Line("in-step", "How do you keep sound and picture together?"),
    Line("wait-offline", "Wait, does it work without the internet?"),
    Line("face", "Why does a voice assistant need a face?"),
    Line("uh", "Uh."),
    Line("speech", "Which speech recognition do you use?"),
    Line("ahem", "Ahem."),
    Line("models", "Which models do you use?"),
    Line("privacy", "Does my voice leave this machine?"),
    Line("website-paused", "How do I put it | on my website?"),
)
STYLE = VoiceStyle(pitch_semitones=0.0, speed=1.0)
"""The voice's own pitch. Pip speaks four semitones higher."""


async def speak(mouth: Piper, line: Line) -> NDArray[np.float32]:
    """The line as float32 [n] at 16 kHz, from its first audible sample to its last."""
    parts = [part.strip() for part in line.say.split("|")]
    text = " ".join(parts)
    voiced = await spoken_whole(mouth, text, STYLE)
    sound, phones = trim_lead_in(voiced)
    words = words_from_phones(text, phones, len(sound))
    n_words = accumulate(len(part.split()) for part in parts[:-1])
    cuts = [words[n - 1].end_sample for n in n_words]
    silence = np.zeros(PAUSE_MS * RATE_HZ // 1_000, dtype=np.float32)
    pieces: list[NDArray[np.float32]] = []
    for piece in np.split(sound, cuts):
        pieces += [soxr.resample(piece, voiced.rate_hz, RATE_HZ).astype(np.float32), silence]
    joined = np.concatenate(pieces[:-1])
    return joined[: int(np.flatnonzero(np.abs(joined) > AUDIBLE)[-1]) + 1]


def cough() -> NDArray[np.float32]:
    """A cough of a third of a second: a burst of breath, then a short hoarse tail.

    Noise and a falling buzz, both through three resonances of an open throat.
    """
    random = np.random.default_rng(COUGH_SEED)
    n_burst, n_voice = (ms * RATE_HZ // 1_000 for ms in (COUGH_BURST_MS, COUGH_VOICE_MS))
    at_s = np.arange(n_burst) / RATE_HZ
    breath = random.normal(0.0, 1.0, n_burst) * np.minimum(at_s / 0.004, 1.0) * np.exp(-at_s / 0.07)
    pitch_hz = np.linspace(190.0, 120.0, n_voice)
    buzz = np.sign(np.sin(2.0 * np.pi * np.cumsum(pitch_hz) / RATE_HZ)) * np.hanning(n_voice)
    hoarse = 0.35 * (buzz + random.normal(0.0, 0.5, n_voice) * np.hanning(n_voice))
    sound = throat(np.concatenate([breath, hoarse]))
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


def throat(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Three resonances, each its own filter, added up."""
    frequency_hz = np.fft.rfftfreq(len(sound), 1.0 / RATE_HZ)
    shape = np.full(len(frequency_hz), 0.05)
    for centre_hz, width_hz in ((650.0, 200.0), (1_500.0, 300.0), (2_600.0, 500.0)):
        shape += 1.0 / (1.0 + ((frequency_hz - centre_hz) / width_hz) ** 2)
    return np.fft.irfft(np.fft.rfft(sound) * shape, len(sound))


def write(name: str, sound: NDArray[np.float32]) -> None:
    """One WAV file."""
    with wave.open(str(SOUNDS / f"{name}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm_from_float(sound).astype("<i2").tobytes())


async def main() -> None:
    """Write every file."""
    SOUNDS.mkdir(exist_ok=True)
    store = ModelStore()
    mouth = Piper(model=store.path(JOE_DURATIONS), config=store.path(JOE_CONFIG))
    console = Console(stderr=True)
    try:
        for line in track(LINES, "Speaking", console=console, transient=True):
            write(line.name, await speak(mouth, line))
    finally:
        await mouth.aclose()
    write("cough", cough())
    console.print(f"{len(LINES) + 1} sounds in {SOUNDS}")


if __name__ == "__main__":
    asyncio.run(main())
