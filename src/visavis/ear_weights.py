"""The nets' weights as they come with the package: read once, here at the edge; `lips/` is pure."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from visavis.errors import ModelMissingError
from visavis.lips.net import Weights, weights_from

PATH = Path(__file__).parent / "lips" / "ear.npz"
"""Of the net for streams, in Python and in the browser."""
READING_PATH = PATH.with_name("reader.npz")
"""Of the net for whole recordings. `python -m training` writes both, with a card beside each."""


@cache
def ear_weights(path: Path = PATH) -> Weights:
    """The trained net for streams, or the one at `path`.

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


def reading_weights() -> Weights:
    """The trained net for whole recordings, with the one for streams beside it.

    Raises as `ear_weights` does.
    """
    return replace(ear_weights(READING_PATH), beside=ear_weights())
