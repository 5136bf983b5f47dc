"""Who says what, drawn from the seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.settings import DEV_VOICES, Settings
from training.voices import FLITE_VOICES, Line
from visavis.bench.corpus.weights import voice_hashes


def lines(settings: Settings, sentences: Sequence[str]) -> list[Line]:
    """The synthetic part. Sentences go round; a dev voice says sentences that nobody else says."""
    random = np.random.default_rng(settings.seed)
    own, shared = sentences[: settings.n_dev], sentences[settings.n_dev :]
    voices = sorted(voice_hashes())
    train_voices = [voice for voice in voices if voice not in DEV_VOICES]
    out = [
        _kokoro(DEV_VOICES[at % len(DEV_VOICES)], "", 0.0, 1.0, text, "dev")
        for at, text in enumerate(own)
    ]
    for at in range(settings.n_kokoro):
        voice = train_voices[at % len(train_voices)]
        same = [other for other in train_voices if other[0] == voice[0] and other != voice]
        other = same[int(random.integers(len(same)))]
        share = float(random.choice([0.0, random.uniform(0.2, 0.8)]))
        speed = float(random.uniform(0.85, 1.2))
        out.append(_kokoro(voice, other, share, speed, shared[at % len(shared)], "train"))
    for at in range(settings.n_flite):
        text = shared[(at * 5 + 1) % len(shared)]
        speed = float(random.uniform(0.85, 1.2))
        voice = FLITE_VOICES[at % len(FLITE_VOICES)]
        out.append(Line("flite", voice, "", 0.0, round(speed, 3), text, "train"))
    out += [
        _hesitating(text, at, settings.seed)
        for at, text in enumerate(shared[: settings.n_hesitating])
    ]
    return list(dict.fromkeys(out))


def _hesitating(text: str, at: int, seed: int) -> Line:
    """As people speak who think: prose has no "um"."""
    random = np.random.default_rng([seed, at])
    words = text.split()
    for place in sorted(random.integers(len(words), size=3), reverse=True):
        words.insert(int(place), str(random.choice(_FILLERS)))
    voices = [voice for voice in sorted(voice_hashes()) if voice not in DEV_VOICES]
    voice = voices[at % len(voices)]
    speed = float(random.uniform(0.7, 1.1))
    return _kokoro(voice, "", 0.0, speed, " ".join(words), "train")


_FILLERS = ("um,", "uh,", "well, um,", "so, uh,", "hmm,", "you know,")


def _kokoro(voice: str, other: str, share: float, speed: float, text: str, split: str) -> Line:
    accent = "us" if voice[0] == "a" else "gb"
    mixed = round(share, 3)
    return Line(
        "kokoro", voice, other if mixed else "", mixed, round(speed, 3), text, split, accent
    )
