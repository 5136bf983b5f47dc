"""Who says what, drawn from the seed; and the real speech that is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from training.recordings import IGNORED, Recording, timed_from
from training.settings import DEV_VOICES, Settings, key_of
from training.voices import FLITE_VOICES, Line
from visavis.bench.corpus.weights import voice_hashes
from visavis.errors import VisavisError
from visavis.lips.classes import phone_index
from visavis.lips.features import RATE_HZ


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
    for at in range(settings.n_joe):
        text = shared[(at * 7 + 3) % len(shared)]
        speed = float(random.uniform(0.85, 1.2))
        out.append(Line("joe", "joe", "", 0.0, round(speed, 3), text, "train"))
    for at in range(settings.n_flite):
        text = shared[(at * 5 + 1) % len(shared)]
        speed = float(random.uniform(0.85, 1.2))
        voice = FLITE_VOICES[at % len(FLITE_VOICES)]
        out.append(Line("flite", voice, "", 0.0, round(speed, 3), text, "train"))
    return list(dict.fromkeys(out))


def _kokoro(voice: str, other: str, share: float, speed: float, text: str, split: str) -> Line:
    accent = "us" if voice[0] == "a" else "gb"
    mixed = round(share, 3)
    return Line(
        "kokoro", voice, other if mixed else "", mixed, round(speed, 3), text, split, accent
    )


def real_speech(manifests: Sequence[Path], note: Callable[[str], None]) -> Iterator[Recording]:
    """Labelled recordings of manifests as `visavis bench lips` reads them.

    Only what they call `train` or `dev`; a speaker of any manifest's `test` is left out everywhere,
    and what can't be read is told and left out.
    """
    from visavis.bench.lips.labels import read_labels  # noqa: PLC0415 - only with real speech
    from visavis.bench.lips.manifest import open_data_set  # noqa: PLC0415
    from visavis.bench.lips.sounds import read_sound, resampled  # noqa: PLC0415

    sets = [open_data_set(path) for path in manifests]
    tested = {(s.name, i.speaker) for s in sets for i in s.items if i.split == "test"}
    for data in sets:
        for item in data.items:
            if (data.name, item.speaker) in tested:
                continue
            try:
                sound, rate_hz = read_sound(item.sound)
                labels = read_labels(item.labels, rate_hz, item.tier)
            except VisavisError as error:
                note(f"left out: {error}")
                continue
            at_16 = resampled(sound, rate_hz, RATE_HZ)
            pcm = np.round(np.clip(at_16, -1.0, 1.0) * 32_767.0).astype(np.int16)
            phones: list[int] = []
            seconds: list[float] = []
            at = 0.0
            for label in labels:
                if label.start_s > at + 1e-3:
                    phones.append(IGNORED if at == 0.0 else 0)
                    seconds.append(label.start_s - at)
                known = phone_index(label.symbol)
                phones.append(IGNORED if known is None else known)
                seconds.append(label.end_s - max(at, label.start_s))
                at = label.end_s
            if not phones or at > len(pcm) / RATE_HZ + 0.5:
                note(f"left out: {item.labels.name} does not fit its sound")
                continue
            phones.append(IGNORED)
            seconds.append(max(1e-3, len(pcm) / RATE_HZ - at))
            timed = timed_from(phones, seconds, len(pcm), 0.0)
            key = key_of("real", data.name, item.name, item.sound.stat().st_size)
            speaker = f"{data.name}:{item.speaker}"
            yield Recording(key, data.name, speaker, item.split, item.licence, pcm, timed)
