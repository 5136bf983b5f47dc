"""The entries themselves, the folders, and what a terminal shows."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from visavis.models import Depth, FileState, Group, ModelStore
from visavis.models.catalogue import JOE_VOICE, MANIFEST
from visavis.models.manifest import HubSource, WheelSource
from visavis.models.places import Network, cache_dir, network_policy
from visavis.models.progress import LineProgress, console_progress


def test_every_entry_is_pinned_and_licensed() -> None:
    names = [entry.name for entry in MANIFEST.files]
    assert len(set(names)) == len(names) == len(MANIFEST.models) + len(MANIFEST.derived)
    for model in MANIFEST.models:
        assert re.fullmatch(r"[0-9a-f]{64}", model.sha256)
        assert model.size_bytes > 0
        assert model.licence
        assert model.sources
        assert ".." not in model.name.split("/")
        for source in model.sources:
            if isinstance(source, WheelSource):
                assert source.parts
            else:
                assert isinstance(source, HubSource)
                assert re.fullmatch(r"[0-9a-f]{40}|v[\d.]+", source.revision)


def test_the_voice_carries_its_warning() -> None:
    (voice,) = MANIFEST.select([JOE_VOICE])
    assert "not cleared for commercial products" in voice.licence_note


def test_a_folder_stands_for_its_files() -> None:
    names = [model.name for model in MANIFEST.select(["moonshine-base-en"])]
    assert len(names) == 3


@pytest.mark.models
def test_the_real_store_is_sound() -> None:
    found = ModelStore().inspect(Depth.HASH)
    if any(one.state is FileState.MISSING and one.entry.group is Group.DEFAULT for one in found):
        pytest.skip("the models are not pulled here")
    assert [one.entry.name for one in found if one.state is FileState.DAMAGED] == []


HOME = Path("/home/pip")


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", "/home/pip/.cache/visavis"),
        ({"XDG_CACHE_HOME": "/big/cache"}, "linux", "/big/cache/visavis"),
        ({"XDG_CACHE_HOME": "relative"}, "linux", "/home/pip/.cache/visavis"),
        ({}, "darwin", "/home/pip/Library/Caches/visavis"),
        ({"LOCALAPPDATA": "/users/pip/local"}, "win32", "/users/pip/local/visavis"),
        ({}, "win32", "/home/pip/AppData/Local/visavis"),
        ({"VISAVIS_CACHE": "/mine", "XDG_CACHE_HOME": "/x"}, "linux", "/mine"),
        ({"VISAVIS_CACHE": "/mine"}, "win32", "/mine"),
    ],
)
def test_the_cache_folder(environment: dict[str, str], platform: str, expected: str) -> None:
    assert cache_dir(environment, platform, HOME) == Path(expected)


@pytest.mark.parametrize("value", ["1", "true", "yes"])
def test_offline_is_a_word(value: str) -> None:
    assert network_policy({"VISAVIS_OFFLINE": value}) is Network.FORBIDDEN


@pytest.mark.parametrize("environment", [{}, {"VISAVIS_OFFLINE": ""}, {"VISAVIS_OFFLINE": "0"}])
def test_online_is_the_rule(environment: dict[str, str]) -> None:
    assert network_policy(environment) is Network.ALLOWED


def test_lines_are_sparse() -> None:
    out = io.StringIO()
    now = 0.0
    progress = LineProgress(Console(file=out, width=80), now=lambda: now)
    progress.plan(20_000_000)
    progress.begin("voice==1", 20_000_000)
    for step in range(101):
        now = step / 10
        progress.update(step * 200_000, 20_000_000)
    progress.end()
    assert out.getvalue().splitlines() == [
        "20 MB altogether",
        "voice==1: 50 % of 20.0 MB, 2.0 MB/s",
        "voice==1: 100 % of 20.0 MB, 2.0 MB/s",
        "voice==1: 20.0 MB in 10.0 s",
    ]


def test_a_terminal_gets_bars_with_speed() -> None:
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=True, color_system=None)
    with console_progress(console) as progress:
        progress.plan(4_000_000)
        progress.begin("voice==1", 4_000_000)
        progress.update(1_000_000, 4_000_000)
        progress.note("a word")
        progress.update(4_000_000, 4_000_000)
        progress.end()
    shown = out.getvalue()
    assert "voice==1" in shown
    assert "4.0/4.0 MB" in shown
    assert "a word" in shown
