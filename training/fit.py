"""The training itself. A checkpoint every CHECKPOINT steps; a run goes on from the newest."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.crops import crop_of
from training.examples import Example
from training.model import Ear, loss_of, taught_loss
from training.recordings import IGNORED, Timed
from training.settings import Settings

CHECKPOINT = 100
_AVERAGE = 0.998
_TAUGHT_SHARE = 0.5
Step = Callable[[int, int, float], None]
"""Called with (steps done, steps in all, loss)."""


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to learn from."""

    examples: Sequence[Example]
    shares: NDArray[np.float64]
    """How likely each of them is drawn, [len(examples)], 1 in all."""
    labels: Mapping[str, Timed]
    """The phones of each recording, by its key."""


def fit(
    settings: Settings,
    material: Material,
    checkpoint: Path,
    step: Step,
    teacher: Ear | None = None,
    start: Mapping[str, Tensor] | None = None,
) -> dict[str, Tensor]:
    """Train a net; returns the average of its last weights.

    Every step draws its crops from its own seed, so that a run that was interrupted goes on as if
    it had not been.

    Args:
        settings: of the run.
        material: what is learnt from.
        checkpoint: where the run is kept.
        step: is told how far it is.
        teacher: a net that hears what comes, too; half of what is learnt is what it says (Hinton,
            Vinyals and Dean 2015, "Distilling the knowledge in a neural network").
        start: parameters to go on from, not from scratch.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(1)  # small matrices: two threads wait for each other most of the time
    torch.use_deterministic_algorithms(True)
    ear = Ear(settings.n_cells, settings.n_ways)
    if start is not None:
        ear.load_state_dict(start)
    average = {name: value.detach().clone() for name, value in ear.state_dict().items()}
    n_steps = settings.n_steps
    optimiser = torch.optim.AdamW(ear.parameters(), lr=settings.learning_rate, weight_decay=1e-3)
    done = 0
    if checkpoint.is_file():
        kept = torch.load(checkpoint, weights_only=True)
        ear.load_state_dict(kept["ear"])
        optimiser.load_state_dict(kept["optimiser"])
        average, done = kept["average"], int(kept["done"])
    targets = [one.targets(material.labels[one.key]) for one in material.examples]
    draw = partial(_draw, settings, material, targets, teacher)
    with ThreadPoolExecutor(1) as drawer:  # the next lesson is drawn while this one is learnt
        coming = drawer.submit(draw, done)
        for at in range(done, n_steps):
            lesson, coming = coming.result(), drawer.submit(draw, at + 1)
            torch.manual_seed(settings.seed + 1 + at)
            for group in optimiser.param_groups:
                group["lr"] = settings.learning_rate * _schedule(at, n_steps)
            loss = _loss(ear, lesson)
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


@dataclass(frozen=True, slots=True)
class _Lesson:
    """A batch of crops."""

    frames: Tensor  # [batch, n, 40]
    phones: Tensor  # [batch, n]
    visemes: Tensor  # [batch, n]
    taught: Tensor | None  # [batch, n, N_OUTPUTS], of the same frames as the phones


def _draw(
    settings: Settings,
    material: Material,
    targets: Sequence[tuple[np.ndarray, np.ndarray]],
    teacher: Ear | None,
    at: int,
) -> _Lesson:
    random = np.random.default_rng([settings.seed, at])
    chosen = random.choice(len(targets), size=settings.batch, p=material.shares)
    crops = [crop_of(material.examples[i], targets[i], settings, random) for i in chosen]
    frames, clear, phones, visemes = (
        torch.from_numpy(np.stack(part))
        for part in zip(*((c.frames, c.clear, c.phones, c.visemes) for c in crops), strict=True)
    )
    taught: Tensor | None = None
    if teacher is not None:
        with torch.no_grad():
            now = teacher(clear)
        ahead = settings.ahead_frames  # it does not lag; what it says of the first is lost
        taught = functional.pad(now[:, : now.shape[1] - ahead], (0, 0, ahead, 0))
    return _Lesson(frames, phones, visemes, taught)


def _loss(ear: Ear, lesson: _Lesson) -> Tensor:
    outputs = ear(lesson.frames, drop=0.1).flatten(0, 1)
    phones = lesson.phones.flatten()
    loss = loss_of(outputs, phones, lesson.visemes.flatten())
    if lesson.taught is None:
        return loss
    known = phones != IGNORED
    taught = taught_loss(outputs[known], lesson.taught.flatten(0, 1)[known])
    return (1.0 - _TAUGHT_SHARE) * loss + _TAUGHT_SHARE * taught


def _schedule(at: int, n_steps: int) -> float:
    """Up over the first twentieth, then down along a cosine."""
    warm = max(1, n_steps // 20)
    if at < warm:
        return (at + 1) / warm
    return 0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * (at - warm) / max(1, n_steps - warm)))
