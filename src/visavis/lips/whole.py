"""The net that hears a whole recording, from its beginning and from its end. Pure numpy.

    40 log-mels -> dense(3 frames, tanh) -> GRUs there and back -> GRUs there and back -> as `net`

What comes behind a sound tells as much about it as what was before, so this net is more often
right than the one for streams; both together are right most often, for they err in different
places. It is of no use live.
"""

from __future__ import annotations

import numpy as np

from visavis.lips.features import HOP_SAMPLES, N_BANDS, WINDOW_SAMPLES, Floats, LogMel
from visavis.lips.net import CONTEXT, Gru, Heard, Weights, gru_step, hear_frames, heard_from


def features_of_whole(sound: Floats) -> Floats:
    """All frames of a recording, float32 [n] to [ceil(n / 160), 40], as of a speaker who is known.

    Features are levelled by what was heard so far, which at the beginning is nothing; so all of it
    is heard once before.
    """
    n_frames = -(-len(sound) // HOP_SAMPLES)
    # So much silence that none of it is left in a window when it begins again.
    n_padded = n_frames + -(-WINDOW_SAMPLES // HOP_SAMPLES)
    padded = np.pad(sound, (0, n_padded * HOP_SAMPLES - len(sound)))
    mel = LogMel()
    n_late = n_padded - len(mel.push(padded))
    return mel.push(padded)[n_late : n_late + n_frames]


def hear_whole(weights: Weights, features: Floats) -> Heard:
    """All frames of a recording, from its features [n, 40].

    With the weights of a net for streams, what that would say. With a net `beside`, the mean of
    both opinions (of their logarithms: where one is sure, the other can't talk it out of much).
    """
    if weights.beside is not None:
        one, other = _hear(weights, features), hear_frames(weights.beside, features)
        return Heard(
            0.5 * (one.phones + other.phones),
            0.5 * (one.visemes + other.visemes),
            0.5 * (one.closure + other.closure),
            0.5 * (one.silence + other.silence),
        )
    return _hear(weights, features) if weights.back else hear_frames(weights, features)


def _hear(weights: Weights, features: Floats) -> Heard:
    padded = np.concatenate([np.zeros((CONTEXT - 1, N_BANDS), np.float32), features])
    n = len(features)
    seen = np.concatenate([padded[k : k + n] for k in range(CONTEXT)], axis=1)
    x = np.tanh(seen @ weights.dense.T + weights.dense_bias)
    for there, back in zip(weights.layers, weights.back, strict=True):
        x = np.concatenate([_through(there, x), _through(back, x[::-1])[::-1]], axis=1)
    return heard_from(x @ weights.heads.T + weights.heads_bias)


def _through(layer: Gru, x: Floats) -> Floats:
    """[n, I] to [n, H], in the order given."""
    n_cells = layer.states.shape[1]
    out = np.empty((len(x), n_cells), dtype=np.float32)
    h = np.zeros(n_cells, dtype=np.float32)
    for at, from_x in enumerate(x @ layer.inputs.T + layer.input_bias):
        h = out[at] = gru_step(layer, from_x, h)
    return out
