"""The training itself. A checkpoint every CHECKPOINT steps; a run goes on from the newest."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.examples import Example
from training.model import Ear, loss_of
from training.recordings import IGNORED, Timed
from training.settings import Settings
from visavis.lips.classes import PHONES

CHECKPOINT = 100
WARM_FRAMES = 15
"""The first frames of a crop, where the net does not know what was before, teach nothing; nor do
the last, if it goes both ways."""
_AVERAGE = 0.998
_DRAWN_OUT_SHARE = 0.2
_MIN_EDGES = 4
_LONGEST_FRAMES = 120
_LONG = frozenset("AA AE AH AO EH ER IH IY UH UW M N NG L R S SH F V Z".split())
Step = Callable[[int, int, float], None]
"""Called with (steps done, steps in all, loss)."""


def fit(
    settings: Settings,
    examples: Sequence[Example],
    shares: NDArray[np.float64],
    labels: Mapping[str, Timed],
    checkpoint: Path,
    step: Step,
) -> dict[str, Tensor]:
    """Train the net from scratch; returns the average of its last weights.

    Every step draws its crops from its own seed, so that a run that was interrupted goes on as if
    it had not been.

    Args:
        settings: of the run.
        examples: what is learnt from.
        shares: how likely each of them is drawn, [len(examples)], 1 in all.
        labels: the phones of each recording, by its key.
        checkpoint: where the run is kept.
        step: is told how far it is.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(1)  # small matrices: two threads wait for each other most of the time
    torch.use_deterministic_algorithms(True)
    ear = Ear(settings.n_cells, settings.n_ways)
    average = {name: value.detach().clone() for name, value in ear.state_dict().items()}
    n_steps = settings.n_steps
    optimiser = torch.optim.AdamW(ear.parameters(), lr=settings.learning_rate, weight_decay=1e-3)
    done = 0
    if checkpoint.is_file():
        kept = torch.load(checkpoint, weights_only=True)
        ear.load_state_dict(kept["ear"])
        optimiser.load_state_dict(kept["optimiser"])
        average, done = kept["average"], int(kept["done"])
    targets = [example.targets(labels[example.key]) for example in examples]
    for at in range(done, n_steps):
        random = np.random.default_rng([settings.seed, at])
        torch.manual_seed(settings.seed + 1 + at)
        chosen = random.choice(len(examples), size=settings.batch, p=shares)
        crops = [_crop(examples[i], targets[i], settings, random) for i in chosen]
        frames, phones, visemes = (
            torch.from_numpy(np.stack(part)) for part in zip(*crops, strict=True)
        )
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * _schedule(at, n_steps)
        loss = loss_of(ear(frames, drop=0.1).flatten(0, 1), phones.flatten(), visemes.flatten())
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(ear.parameters(), 1.0)
        optimiser.step()
        momentum = min(_AVERAGE, (at + 1) / (at + 10))
        for name, value in ear.state_dict().items():
            average[name].mul_(momentum).add_(value.detach(), alpha=1.0 - momentum)
        step(at + 1, n_steps, float(loss.detach()))
        if (at + 1) % CHECKPOINT == 0 or at + 1 == n_steps:
            kept = {
                "ear": ear.state_dict(),
                "optimiser": optimiser.state_dict(),
                "average": average,
                "done": at + 1,
            }
            part = checkpoint.with_suffix(".part")
            part.parent.mkdir(parents=True, exist_ok=True)
            torch.save(kept, part)
            part.replace(checkpoint)
    return average


def _schedule(at: int, n_steps: int) -> float:
    """Up over the first twentieth, then down along a cosine."""
    warm = max(1, n_steps // 20)
    if at < warm:
        return (at + 1) / warm
    return 0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * (at - warm) / max(1, n_steps - warm)))


def _crop(
    example: Example,
    targets: tuple[np.ndarray, np.ndarray],
    settings: Settings,
    random: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
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
    return frames, shifted[0], shifted[1]


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


def _mask(frames: np.ndarray, random: np.random.Generator) -> None:
    """Up to two groups of bands and up to four moments are missing (SpecAugment, Park 2019)."""
    n, n_bands = frames.shape
    for _ in range(int(random.integers(3))):
        width = int(random.integers(1, 7))
        band = int(random.integers(n_bands - width))
        frames[:, band : band + width] = 0.0
    for _ in range(int(random.integers(5)) if random.random() < 0.5 else 0):
        start = int(random.integers(n))
        frames[start : start + int(random.integers(1, 6))] = 0.0
