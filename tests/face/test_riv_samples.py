"""Files that Rive's own editor has written: read, written back, and compared.

None of them is in this repository, and no package that Rive publishes to npm holds one (looked at:
@rive-app/canvas-lite 2.45.0, react-canvas 4.35.0, react-native 0.5.0, rive-react-native 9.8.5,
rive-canvas 0.7.6 and rive-js 1.0.1), so a fresh machine has none. test_riv.py writes and reads all
types instead. Set VISAVIS_RIV_SAMPLES to a folder of .riv files, for example
`tests/unit_tests/assets` of a checkout of rive-runtime (MIT).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from visavis.face.inspect import summary
from visavis.face.riv import read_riv, rewrite_riv

_FOLDER = os.environ.get("VISAVIS_RIV_SAMPLES", "")
SAMPLES = sorted(Path(_FOLDER).rglob("*.riv")) if _FOLDER else []


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_an_official_file_is_written_back(path: Path) -> None:
    data = path.read_bytes()
    file = read_riv(data)
    again = rewrite_riv(file)
    assert repr(read_riv(again)) == repr(file)  # by name: a NaN is no other NaN
    assert again == data


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_an_official_file_can_be_inspected(path: Path) -> None:
    found = summary(path.read_bytes())
    assert found.object_count > 0
    assert found.artboards or found.view_models or found.assets
