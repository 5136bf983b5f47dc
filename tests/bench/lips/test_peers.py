from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.bench.lips import fake_peer
from tests.bench.lips.tracks import index
from visavis.bench.lips.peers import PEERS, Peer, PeerProcess, Words
from visavis.errors import EngineError, SetupError
from visavis.lips.phonemes import SIL

SOUND = np.zeros(1_000, dtype=np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a Python peer is installed: its script and an interpreter of its own."""
    own = tmp_path / ".venv" / ("Scripts" if sys.platform == "win32" else "bin")
    own.mkdir(parents=True)
    (own / Path("python.exe" if sys.platform == "win32" else "python")).symlink_to(sys.executable)
    shutil.copy(fake_peer.__file__, tmp_path / "fake_peer.py")
    return tmp_path


@pytest.fixture
def peer(folder: Path) -> Iterator[PeerProcess]:
    process = PeerProcess("fake", Peer("a fake; MIT", "fake_peer.py"), folder)
    yield process
    process.close()


def test_it_is_asked_again_and_again(peer: PeerProcess) -> None:
    for _ in range(3):
        found = peer.run(SOUND, 1_000, None)
        assert found.delay_ms == 50.0
        assert found.compute.cpu_s == 0.25
        assert found.compute.sound_s == 1.0
        spans = [(span.viseme, span.start_sample, span.end_sample) for span in found.track.spans]
        assert spans == [(index("aa"), 0, 500), (index("PP"), 500, 1_050)]


def test_it_gets_the_sound_at_its_rate(folder: Path) -> None:
    process = PeerProcess("fake", Peer("a fake", "fake_peer.py", rate_hz=48_000), folder)
    try:
        found = process.run(SOUND, 16_000, None)
    finally:
        process.close()
    assert found.track.rate_hz == 48_000
    assert found.track.n_samples == 3_000 + 2_400


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("refuse", "I won't"),
        ("babble", "the peer fake shows blah"),
        ("backwards", "out of order"),
        ("die", "the peer fake broke"),
    ],
)
def test_what_it_does_wrong_is_an_error_of_this_recording(
    peer: PeerProcess, text: str, message: str
) -> None:
    with pytest.raises(EngineError, match=message):
        peer.run(SOUND, 1_000, text)


def test_one_that_does_not_start_or_is_not_installed(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="did not start"):
        PeerProcess("fake", Peer("a fake", "fake_peer.py", ("silent",)), folder)
    with pytest.raises(SetupError, match="a fake is not installed"):
        PeerProcess("fake", Peer("a fake; MIT", "fake_peer.py"), tmp_path / "nowhere")
    with pytest.raises(SetupError, match="a fake is not installed"):
        PeerProcess("fake", Peer("a fake; MIT", "peer.mjs"), folder)


def test_the_peers_are_those_of_the_folder_and_its_pins() -> None:
    """Each has its script, and its description names the version that the lock installs."""
    home = Path(__file__).parents[3] / "bench" / "lips-peers"
    pins = json.loads((home / "package.json").read_text("utf-8"))["dependencies"]
    required = (home / "requirements.txt").read_text("utf-8")
    readme = (home / "README.md").read_text("utf-8")
    for name, peer in PEERS.items():
        assert (home / peer.script).is_file()
        assert f"`{name}`" in readme
        version = next(word for word in peer.about.replace("'s", "").split() if word[0].isdigit())
        assert version.rstrip(",;") in {*pins.values(), *required.split("==")[1].split()}
        assert (peer.words is Words.TIMED) == (name == "talkinghead")
    lock = (home / "package-lock.json").read_text("utf-8")
    assert "resolved" not in lock


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
@pytest.mark.parametrize("name", ["headaudio", "wawa"])
def test_the_browsers_engines_run_where_they_are_installed(name: str) -> None:
    home = Path(__file__).parents[3] / "bench" / "lips-peers"
    if not (home / "node_modules").is_dir():
        pytest.skip("npm ci --prefix bench/lips-peers")
    process = PeerProcess(name, PEERS[name], home)
    try:
        noise = np.random.default_rng(1).normal(0, 0.1, 8_000).astype(np.float32)
        loud = process.run(noise, 16_000, None)
        quiet = process.run(np.zeros(8_000, dtype=np.float32), 16_000, None)
    finally:
        process.close()
    assert len(loud.track.runs) > 1
    assert {run.viseme for run in quiet.track.runs} == {SIL}
