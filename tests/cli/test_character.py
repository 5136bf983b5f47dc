"""The path of somebody new: new, a change, lint, build, inspect; and what slips get."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from visavis.characters import build_character, read_source
from visavis.cli.character import app
from visavis.errors import ConfigError
from visavis.face.riv import read_riv, write_riv

RUN = CliRunner()


def run(*arguments: str | Path) -> str:
    result = RUN.invoke(app, [str(a) for a in arguments])
    if isinstance(result.exception, ConfigError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run("new", "my-owl", "--into", tmp_path)
    return tmp_path / "my-owl"


def test_new_makes_a_character_that_works_as_it_is(folder: Path) -> None:
    assert read_source(folder).recipe.name == "My Owl"
    assert "can be used" in run("lint", folder)
    assert "my-owl.riv" in run("build", folder)
    riv = (folder / "my-owl.riv").read_bytes()
    assert riv == read_source(folder).build().riv
    assert "can be used" in run("lint", folder / "my-owl.riv")
    assert "can be used" in run("lint", folder / "character.svg")


def test_new_never_overwrites(folder: Path) -> None:
    with pytest.raises(ConfigError, match="there already"):
        run("new", "my-owl", "--into", folder.parent)


def test_inspect_tells_what_is_inside(folder: Path) -> None:
    target = folder / "out.riv"
    run("build", folder, "-o", target)
    shown = run("inspect", target)
    for word in ("Artboard Character", "state machine Avatar", "trigger gesture", "AvatarVM"):
        assert word in shown
    found = json.loads(run("inspect", target, "--json"))
    assert found["byte_stable"] == "yes"
    assert found["size_bytes"] == target.stat().st_size
    (artboard,) = found["artboards"]
    inputs = {item["name"]: item for item in artboard["machines"][0]["inputs"]}
    assert inputs["v_aa"]["type"] == "number"
    assert inputs["v_aa"]["initial"] == 0.0
    assert {name for name, _ in found["view_models"][0]["properties"]} == set(inputs)


def test_a_file_that_the_player_would_swallow_is_found(folder: Path) -> None:
    target = folder / "broken.riv"
    whole = list(read_riv(read_source(folder).build().riv).objects)
    broken = [item for item in whole if item.kind != "ExitState"]
    target.write_bytes(write_riv(broken))
    result = RUN.invoke(app, ["lint", str(target)])
    assert result.exit_code == 1
    assert "has no ExitState" in result.output


def test_a_slip_is_told_with_file_and_line(folder: Path) -> None:
    svg = folder / "character.svg"
    svg.write_text(svg.read_text("utf-8").replace('"lid-left"', '"lid.left"'), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"character.svg:\d+: .*did you mean lid-left\?"):
        run("build", folder)


@pytest.mark.parametrize("drawing", ["../../etc/passwd", "/etc/passwd", "missing.svg"])
def test_a_recipe_reads_nothing_outside_of_its_folder(folder: Path, drawing: str) -> None:
    recipe = folder / "character.yaml"
    text = recipe.read_text("utf-8").replace("character.svg", drawing)
    recipe.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"not in the character's folder|can't be read"):
        run("build", folder)


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        run("build", tmp_path / "nobody")
    with pytest.raises(ConfigError, match="can't be read"):
        run("inspect", tmp_path / "nothing.riv")


def test_own_characters_are_found_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISAVIS_CHARACTERS", str(folder.parent))
    assert build_character("my-owl") == read_source(folder).build().riv
    assert build_character("pip")
    for name in ("..", "../my-owl", "nobody"):
        with pytest.raises(ConfigError, match="no character called"):
            build_character(name)


@pytest.mark.browser
def test_sheet_photographs_everything(folder: Path) -> None:
    target = folder / "sheet.png"
    run("sheet", folder, "-o", target, "--cell-px", "64")
    assert target.read_bytes().startswith(b"\x89PNG")
