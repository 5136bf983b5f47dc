"""The dictionary of the model store."""

from __future__ import annotations

from pathlib import Path

import pytest

from visavis.errors import ModelMissingError
from visavis.models import ModelStore
from visavis.models.lexicon import best_lexicon, load_lexicon


@pytest.mark.models
def test_the_dictionary_is_read() -> None:
    lexicon = load_lexicon(ModelStore())
    assert len(lexicon.words) > 120_000
    assert lexicon.phones("through") == ("TH", "R", "UW1")
    assert lexicon.phones("visavis"), "what it has not is read by its letters"


def test_without_it_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="cmudict") as missing:
        load_lexicon(ModelStore(tmp_path))
    assert "visavis models pull" in missing.value.hint


def test_without_it_letters_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISAVIS_CACHE", str(tmp_path))
    best_lexicon.cache_clear()
    assert best_lexicon().phones("map") == ("M", "AE1", "P")
    assert not best_lexicon().words
    best_lexicon.cache_clear()
