"""The ear's weights as they come with the package: read once, here at the edge; `lips/` is pure."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from visavis.errors import ModelMissingError
from visavis.lips.net import Weights, weights_from

PATH = Path(__file__).parent / "lips" / "ear.npz"
"""Written by `python -m training`; its card is beside it."""


@cache
def ear_weights(path: Path = PATH) -> Weights:
    """The trained net.

    Raises:
        ModelMissingError: the file is not there.
        EngineError: it is damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelMissingError(
            f"The ear's weights, {path.name}, are missing.", hint="See training/README.md."
        ) from error
    return weights_from(data)
