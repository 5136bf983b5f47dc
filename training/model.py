"""The net in PyTorch, and its way into the file that `visavis.lips.net` reads."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.settings import Settings
from visavis.lips.classes import N_PHONES, N_VISEMES
from visavis.lips.features import N_BANDS
from visavis.lips.net import CONTEXT, FORMAT, N_CLOSURES, N_OUTPUTS, WHOLE
from visavis.lips.phonemes import SIL, table

N_LAYERS = 2
_PP, _FF = table().index("PP"), table().index("FF")


class Ear(nn.Module):
    """As in `visavis.lips.net`: dense over CONTEXT frames, two GRUs, four heads in one matrix.

    With two ways, as in `visavis.lips.whole`.
    """

    def __init__(self, n_cells: int, n_ways: Literal[1, 2] = 1) -> None:
        super().__init__()
        both = n_ways == 2
        self.dense = nn.Linear(CONTEXT * N_BANDS, n_cells)
        self.gru = nn.GRU(n_cells, n_cells, N_LAYERS, batch_first=True, bidirectional=both)
        self.heads = nn.Linear(n_ways * n_cells, N_OUTPUTS)

    def forward(self, frames: Tensor, drop: float = 0.0) -> Tensor:
        """[batch, n, 40] to [batch, n, N_OUTPUTS]; with one way, step t has seen frames up to t."""
        before = functional.pad(frames, (0, 0, CONTEXT - 1, 0))
        n = frames.shape[1]
        stacked = torch.cat([before[:, k : k + n] for k in range(CONTEXT)], dim=2)
        x = functional.dropout(torch.tanh(self.dense(stacked)), drop, self.training)
        x, _ = self.gru(x)
        return self.heads(functional.dropout(x, drop, self.training))


def loaded(settings: Settings, state: Mapping[str, Tensor]) -> Ear:
    """The net with parameters that were learnt, to be asked."""
    ear = Ear(settings.n_cells, settings.n_ways)
    ear.load_state_dict(state)
    return ear.eval()


def loss_of(outputs: Tensor, phones: Tensor, visemes: Tensor) -> Tensor:
    """Phones, visemes, closure and silence together; targets below 0 teach nothing.

    Args:
        outputs: [n, N_OUTPUTS].
        phones: [n]
        visemes: [n]
    """
    known = phones >= 0
    outputs, phones, visemes = outputs[known], phones[known], visemes[known]
    if not len(phones):
        return outputs.sum() * 0.0
    a, b, c = N_PHONES, N_PHONES + N_VISEMES, N_PHONES + N_VISEMES + N_CLOSURES
    shut = (visemes == _PP).long() + 2 * (visemes == _FF).long()
    weights = torch.tensor([1.0, 2.0, 2.0])
    silent = (phones == SIL).float()
    return (
        functional.cross_entropy(outputs[:, :a], phones, label_smoothing=0.05)
        + 0.7 * functional.cross_entropy(outputs[:, a:b], visemes, label_smoothing=0.05)
        + 0.5 * functional.cross_entropy(outputs[:, b:c], shut, weight=weights)
        + 0.3 * functional.binary_cross_entropy_with_logits(outputs[:, c], silent)
    )


def taught_loss(outputs: Tensor, taught: Tensor) -> Tensor:
    """How far all heads are from those of a teacher; weights as in `loss_of`.

    Args:
        outputs: [n, N_OUTPUTS].
        taught: [n, N_OUTPUTS].
    """
    if not len(outputs):
        return outputs.sum() * 0.0
    a, b, c = N_PHONES, N_PHONES + N_VISEMES, N_PHONES + N_VISEMES + N_CLOSURES
    heads = ((slice(0, a), 1.0), (slice(a, b), 0.7), (slice(b, c), 0.5))
    total = 0.3 * functional.binary_cross_entropy_with_logits(
        outputs[:, c], torch.sigmoid(taught[:, c])
    )
    for head, weight in heads:
        wanted = functional.softmax(taught[:, head], dim=1)
        total = total + weight * functional.cross_entropy(outputs[:, head], wanted)
    return total


def exported(
    state: Mapping[str, Tensor],
    log_prior: NDArray[np.float32],
    mean_frames: Sequence[float],
    card: Mapping[str, object],
) -> bytes:
    """The bytes of an .npz: float16 weights and a JSON card. See `net.weights_from`."""

    def half(name: str) -> NDArray[np.float16]:
        return state[name].detach().numpy().astype(np.float16)

    arrays: dict[str, NDArray[np.generic]] = {
        "dense": half("dense.weight"),
        "dense_bias": half("dense.bias"),
        "heads": half("heads.weight"),
        "heads_bias": half("heads.bias"),
        "log_prior": log_prior.astype(np.float32),
        "mean_frames": np.array(mean_frames, dtype=np.float32),
    }
    goes_back = "gru.weight_ih_l0_reverse" in state
    ways = {"gru": "", "back": "_reverse"} if goes_back else {"gru": ""}
    for k in range(N_LAYERS):
        for name, end in ways.items():
            arrays[f"{name}{k}.inputs"] = half(f"gru.weight_ih_l{k}{end}")
            arrays[f"{name}{k}.states"] = half(f"gru.weight_hh_l{k}{end}")
            arrays[f"{name}{k}.input_bias"] = half(f"gru.bias_ih_l{k}{end}")
            arrays[f"{name}{k}.state_bias"] = half(f"gru.bias_hh_l{k}{end}")
    about = {**card, "format": FORMAT, "n_layers": N_LAYERS}
    about |= {"hears": WHOLE} if goes_back else {}
    arrays["card"] = np.frombuffer(json.dumps(about, sort_keys=True).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()
