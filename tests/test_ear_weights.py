from __future__ import annotations

from pathlib import Path

import pytest

from tests.lips.ear_by_hand import weights_file
from visavis.ear_weights import ear_weights
from visavis.errors import EngineError, ModelMissingError


def test_weights_are_read_from_their_file(tmp_path: Path) -> None:
    path = tmp_path / "ear.npz"
    path.write_bytes(weights_file())
    assert ear_weights(path).ahead_frames == 6


def test_missing_and_damaged_weights_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        ear_weights(tmp_path / "none.npz")
    (tmp_path / "bad.npz").write_bytes(b"PK nothing")
    with pytest.raises(EngineError):
        ear_weights(tmp_path / "bad.npz")
