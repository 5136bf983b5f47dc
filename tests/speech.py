"""A few sentences from the real voice, spoken once per test run."""

from __future__ import annotations

import asyncio
from functools import cache

import numpy as np
import soxr
from numpy.typing import NDArray

from visavis.hear.audio import RATE_HZ
from visavis.models import JOE_CONFIG, JOE_DURATIONS, ModelStore
from visavis.voice.piper import Piper
from visavis.voice.tts import Voiced, VoiceStyle, spoken_whole

QUESTION = "Can I use it without the internet?"
STATEMENT = "I would like to know how much it costs."
CLOSURES = "Bob and Pam put up a big map, maybe; happy people help him keep bumping up."
SENTENCES = (QUESTION, STATEMENT, CLOSURES)
TAKE = 2_026
"""The voice's seed: a test that runs again hears the same take again."""


def piper_of(store: ModelStore) -> Piper:
    """The real voice, its take always the same."""
    return Piper(model=store.path(JOE_DURATIONS), config=store.path(JOE_CONFIG), seed=TAKE)


@cache
def spoken() -> dict[str, Voiced]:
    """Each sentence as the voice said it."""
    store = ModelStore()

    async def main() -> list[Voiced]:
        piper = piper_of(store)
        try:
            return [await spoken_whole(piper, text, VoiceStyle()) for text in SENTENCES]
        finally:
            await piper.aclose()

    return dict(zip(SENTENCES, asyncio.run(main()), strict=True))


def at_microphone(text: str) -> tuple[NDArray[np.float32], int, int]:
    """The sentence at 16 kHz, a second of faint noise around it; its first and last audible sample.

    Audible: above -46 dBFS. A final "s" fades over 150 ms, and it is speech.
    """
    voiced = spoken()[text]
    heard = soxr.resample(voiced.sound, voiced.rate_hz, RATE_HZ).astype(np.float32)
    silence = np.zeros(RATE_HZ, dtype=np.float32)
    sound = np.concatenate([silence, heard, silence])
    audible = np.flatnonzero(np.abs(sound) > 0.005)
    room = np.random.default_rng(0).normal(0.0, 1e-4, len(sound)).astype(np.float32)
    return sound + room, int(audible[0]), int(audible[-1]) + 1
