"""One round of training. A checkpoint every CHECKPOINT steps; a run goes on from the newest."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.examples import Example
from training.model import Ear, loss_of
from training.recordings import IGNORED, Timed
from training.settings import Settings

CHECKPOINT = 100
WARM_FRAMES = 15
"""The first frames of a crop, where the net does not know what was before, teach nothing."""
_AVERAGE = 0.998
Step = Callable[[int, int, float], None]
"""Called with (steps done, steps in all, loss)."""


def fit(
    settings: Settings,
    round_index: int,
    examples: Sequence[Example],
    labels: Mapping[str, Timed],
    checkpoint: Path,
    step: Step,
) -> dict[str, Tensor]:
    """Train the net of one round from scratch; returns the average of its last weights.

    Every step draws its crops from its own seed, so that a run that was interrupted goes on as if
    it had not been.
    """
    torch.manual_seed(settings.seed + round_index)
    torch.set_num_threads(1)  # small matrices: two threads wait for each other most of the time
    torch.use_deterministic_algorithms(True)
    ear = Ear(settings.n_cells)
    average = {name: value.detach().clone() for name, value in ear.state_dict().items()}
    n_steps = settings.steps[round_index]
    optimiser = torch.optim.AdamW(ear.parameters(), lr=settings.learning_rate, weight_decay=1e-3)
    done = 0
    if checkpoint.is_file():
        kept = torch.load(checkpoint, weights_only=True)
        ear.load_state_dict(kept["ear"])
        optimiser.load_state_dict(kept["optimiser"])
        average, done = kept["average"], int(kept["done"])
    targets = [example.targets(labels[example.key]) for example in examples]
    lengths = np.array([len(example.features) for example in examples], dtype=np.float64)
    shares = np.sqrt(lengths) / np.sqrt(lengths).sum()
    for at in range(done, n_steps):
        random = np.random.default_rng([settings.seed, round_index, at])
        torch.manual_seed(settings.seed + 1_000 * (round_index + 1) + at)
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


def averaged(checkpoint: Path) -> dict[str, Tensor]:
    """What `fit` returned for the round that `checkpoint` is of."""
    return torch.load(checkpoint, weights_only=True)["average"]


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
    """Frames with the targets of `ahead_frames` before; sometimes four bands are masked.

    A third of the crops begin or end with their recording, or its first and last frames would
    hardly ever be seen. Behind the last frame it is repeated, as `net.hear_frames` does.
    """
    n, ahead = settings.crop_frames, settings.ahead_frames
    whole = np.concatenate([example.features, np.repeat(example.features[-1:], ahead, axis=0)])
    last = max(0, len(whole) - n)
    first = int(np.clip(random.uniform(-0.25 * last - 1, 1.25 * last + 1), 0, last))
    part = whole[first : first + n]
    frames = np.zeros((n, whole.shape[1]), dtype=np.float32)
    frames[: len(part)] = part
    if random.random() < 0.3:
        band = int(random.integers(frames.shape[1] - 4))
        frames[:, band : band + 4] = 0.0
    shifted: list[np.ndarray] = []
    for target in targets:
        late = np.full(n, IGNORED, dtype=np.int64)
        source = np.concatenate([np.full(ahead, IGNORED), target])[first : first + len(part)]
        late[: len(source)] = source
        if first > 0:
            late[:WARM_FRAMES] = IGNORED
        shifted.append(late)
    return frames, shifted[0], shifted[1]
