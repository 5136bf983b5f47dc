from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from visavis.bench.lips.data_sets import SETS, ensure
from visavis.bench.lips.festival import FINNISH
from visavis.bench.lips.manifest import load, open_data_set
from visavis.errors import SetupError


def test_without_festival_one_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError) as caught:
        FINNISH.fetch(tmp_path)
    assert "apt install festival festvox-suopuhe-mv" in str(caught.value.hint)


@pytest.mark.skipif(shutil.which("festival") is None, reason="apt install festival")
@pytest.mark.parametrize("name", ["finnish", "italian"])
def test_what_festival_says_is_labelled_in_a_known_alphabet(name: str, tmp_path: Path) -> None:
    (public,) = [one for one in SETS if one.name == name]
    try:
        items = open_data_set(ensure(public, tmp_path)).items
    except SetupError as error:
        pytest.skip(str(error))
    recordings = [load(item) for item in items]
    assert len(recordings) == 8
    assert all(recording.unknown == () for recording in recordings)
    for recording in recordings:
        ends_s = recording.reference.n_samples / recording.reference.rate_hz
        assert ends_s == pytest.approx(len(recording.sound) / recording.rate_hz, abs=0.01)
