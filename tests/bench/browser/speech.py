"""Sound that is as unlike itself, shifted, as speech is; and a question made of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visavis.bench.recording import Question, Recording, Speaker
from visavis.hear.audio import RATE_HZ

SPEAKER = Speaker("joe", "piper", "neural", "fit")


def babble(seconds: float, seed: int = 0) -> NDArray[np.float32]:
    """Noise below 4 kHz in syllables, float32 at 16 kHz, loud at both ends."""
    random = np.random.default_rng(seed)
    n_samples = int(seconds * RATE_HZ)
    rough = np.convolve(random.normal(0.0, 0.2, n_samples), np.ones(3) / 3, "same")
    syllables = 0.6 + 0.4 * np.cos(2 * np.pi * 4.0 * np.arange(n_samples) / RATE_HZ)
    sound = rough * syllables
    sound[[0, -1]] = 0.3
    return sound.astype(np.float32)


def recording(seconds: float = 1.5, seed: int = 0, name: str = "r0") -> Recording:
    """A question with 100 ms of room behind it."""
    sound = babble(seconds, seed)
    room = np.zeros(RATE_HZ // 10, dtype=np.float32)
    return Recording(
        recording_id=name,
        question=Question(say="What is it?"),
        speaker=SPEAKER,
        noise="quiet",
        sound=np.concatenate([sound, room]),
        speech_end_sample=len(sound),
        pauses=(),
    )
