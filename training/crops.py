"""What one step learns from: crops of recordings, some of it masked or drawn out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.examples import Example
from training.recordings import IGNORED
from training.settings import Settings
from visavis.lips.classes import PHONES
from visavis.lips.features import N_BANDS

WARM_FRAMES = 15
"""The first frames of a crop, where the net does not know what was before, teach nothing; nor do
the last, if it goes both ways."""
_DRAWN_OUT_SHARE = 0.2
_MIN_EDGES = 4
_LONGEST_FRAMES = 120
_LONG = frozenset("AA AE AH AO EH ER IH IY UH UW M N NG L R S SH F V Z".split())


@dataclass(frozen=True, slots=True)
class Crop:
    """Some frames of a recording."""

    frames: np.ndarray
    """[n, 40], partly masked."""
    clear: np.ndarray
    """The same without masks."""
    phones: np.ndarray
    """[n], of the frame `ahead_frames` before; IGNORED where nothing is to be learnt."""
    visemes: np.ndarray


def crop_of(
    example: Example,
    targets: tuple[np.ndarray, np.ndarray],
    settings: Settings,
    random: np.random.Generator,
) -> Crop:
    """Frames with the targets of `ahead_frames` before; sometimes some of it is masked.

    A third of the crops begin or end with their recording, or its first and last frames would
    hardly ever be seen. Behind the last frame it is repeated, as `net.hear_frames` does.
    """
    n, ahead = settings.crop_frames, settings.ahead_frames
    features, targets = drawn_out(example.features, targets, random)
    whole = np.concatenate([features, np.repeat(features[-1:], ahead, axis=0)])
    last = max(0, len(whole) - n)
    first = int(np.clip(random.uniform(-0.25 * last - 1, 1.25 * last + 1), 0, last))
    part = whole[first : first + n]
    frames = np.zeros((n, whole.shape[1]), dtype=np.float32)
    frames[: len(part)] = part
    clear = frames.copy()
    _mask(frames, random)
    shifted: list[np.ndarray] = []
    for target in targets:
        late = np.full(n, IGNORED, dtype=np.int64)
        source = np.concatenate([np.full(ahead, IGNORED), target])[first : first + len(part)]
        late[: len(source)] = source
        if first > 0:
            late[:WARM_FRAMES] = IGNORED
        if settings.n_ways == 2 and first < last:
            late[-WARM_FRAMES:] = IGNORED
        shifted.append(late)
    return Crop(frames, clear, shifted[0], shifted[1])


def drawn_out(
    features: np.ndarray, targets: tuple[np.ndarray, np.ndarray], random: np.random.Generator
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Some sounds made a few times longer, as people do who think ("um", "soo").

    Who reads a text aloud does not hesitate, so a net that heard only that takes a long vowel for
    noise. The middle of a sound is repeated slowly; a little noise keeps it from standing still.

    Args:
        features: [n, 40].
        targets: phones and visemes, [n] each.
        random: decides whether, and what.
    """
    phones = targets[0]
    edges = np.flatnonzero(np.diff(phones)) + 1
    if random.random() > _DRAWN_OUT_SHARE or len(edges) < _MIN_EDGES:
        return features, targets
    way = np.arange(len(phones), dtype=np.float64)
    for at in sorted(random.integers(len(edges) - 1, size=2), reverse=True):
        start, end = int(edges[at]), int(edges[at + 1])
        phone = int(phones[start])
        if phone != IGNORED and PHONES[phone] in _LONG and end - start > 2:
            wanted = int((end - start) * random.uniform(2.0, 8.0))
            middle = np.linspace(start + 0.5, end - 1.5, min(wanted, _LONGEST_FRAMES))
            way = np.concatenate([way[: start + 1], middle, way[end - 1 :]])
    before = np.floor(way).astype(np.int64)
    share = (way - before)[:, None]
    behind = np.minimum(before + 1, len(phones) - 1)
    longer = features[before] * (1.0 - share) + features[behind] * share
    moved = (share > 0.0) * random.normal(0.0, 0.1, longer.shape)
    nearest = np.round(way).astype(np.int64)
    return longer + moved, (phones[nearest], targets[1][nearest])


def _mask(frames: NDArray[np.float32], random: np.random.Generator) -> None:
    """Up to two groups of bands and up to four moments are missing (SpecAugment, Park 2019)."""
    n, n_bands = len(frames), N_BANDS
    for _ in range(int(random.integers(3))):
        width = int(random.integers(1, 7))
        band = int(random.integers(n_bands - width))
        frames[:, band : band + width] = 0.0
    for _ in range(int(random.integers(5)) if random.random() < 0.5 else 0):
        start = int(random.integers(n))
        frames[start : start + int(random.integers(1, 6))] = 0.0
