"""How good a net is on recordings that it did not learn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from training.examples import Example
from training.recordings import IGNORED, Timed
from visavis.lips.classes import N_VISEMES
from visavis.lips.decode import Decoder
from visavis.lips.net import Weights
from visavis.lips.phonemes import table
from visavis.lips.whole import hear_whole


def scores(
    weights: Weights,
    examples: Sequence[Example],
    labels: Mapping[str, Timed],
    done: Callable[[], None],
) -> dict[str, float]:
    """Of the decoder's shapes on these recordings: share of frames that are right, and the recall
    of each viseme.
    """
    confusion: NDArray[np.int64] = np.zeros((N_VISEMES, N_VISEMES), dtype=np.int64)
    for example in examples:
        decoder = Decoder()
        heard = hear_whole(weights, example.features.astype(np.float32))
        shapes = np.array(decoder.push(heard) + decoder.finish())
        _, visemes = example.targets(labels[example.key])
        known = visemes != IGNORED
        np.add.at(confusion, (visemes[known], shapes[known]), 1)
        done()
    found = {"frame_accuracy_rate": float(np.trace(confusion) / max(1, confusion.sum()))}
    for index, name in enumerate(table().order):
        if wanted := int(confusion[index].sum()):
            found[f"recall_{name}_rate"] = round(float(confusion[index, index] / wanted), 4)
    return found
