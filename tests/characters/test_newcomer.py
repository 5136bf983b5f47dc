"""A new user's path without its server: tools/newcomer.py replays the whole, with times."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tools.newcomer import NAME, mend, redraw

from visavis.characters import build_character, read_source
from visavis.characters.sources import take_folder, template_folder
from visavis.errors import ConfigError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VISAVIS_CHARACTERS", "")
    return Path(shutil.copytree(template_folder(), tmp_path / NAME))


def test_the_slip_is_told_with_its_line_and_the_rest_is_where_it_is(folder: Path) -> None:
    drawing = folder / "character.svg"
    redraw(drawing)
    with pytest.raises(ConfigError) as caught:
        read_source(folder).build()
    lines = drawing.read_text("utf-8").splitlines()
    line = next(i for i, text in enumerate(lines, start=1) if "brow-lefft" in text)
    told = str(caught.value)
    assert told == (
        f"character.svg:{line}: no layer is called brow-lefft (did you mean brow-left?)"
    )
    mend(drawing)
    warnings = [item.told("character.svg") for item in read_source(folder).build().warnings]
    assert len(warnings) == 2
    assert all(text.startswith("character.yaml: its loose horn-") for text in warnings)


def test_a_folder_can_be_served(folder: Path) -> None:
    assert take_folder(folder) == (NAME, "Template")
    assert build_character(NAME) == read_source(folder).build().riv
    assert os.environ["VISAVIS_CHARACTERS"] == str(folder.parent)
    assert build_character("pip")


def test_a_folder_that_can_not_be_served_is_told_before_the_models_wake(folder: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        take_folder(folder.parent / "nobody")
    other = folder.rename(folder.parent / "My Mascot!")
    with pytest.raises(ConfigError, match="can't be a character's name"):
        take_folder(other)
