"""ONNX Runtime as Visavis uses it: few threads, no spinning, plain arrays in and out."""

# onnxruntime ships no types; this file is the border, everything behind it is annotated.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from visavis.errors import EngineError

_LOG_ERRORS_ONLY = 3


class OnnxModel:
    """A model on the CPU; safe to run from several threads.

    Spinning is off: idle workers that burn a core slow the other models on a two-core machine.

    Raises:
        EngineError: the file is no model that this runtime can load.
    """

    def __init__(self, path: Path, *, n_threads: int) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = n_threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _LOG_ERRORS_ONLY
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = ort.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's own exceptions share no base class
            raise EngineError(
                f"{path.name} could not be loaded.", hint="Run `visavis models verify`."
            ) from error
        self.input_shapes: dict[str, list[Any]] = {
            str(value.name): list(value.shape) for value in self._session.get_inputs()
        }
        self.output_names: list[str] = [str(value.name) for value in self._session.get_outputs()]

    def run(self, feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
        """All outputs, in the order of `output_names`."""
        return cast("list[NDArray[np.float32]]", self._session.run(None, dict(feeds)))
