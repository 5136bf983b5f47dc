"""Other people's engines, each in a process and an environment of its own: bench/lips-peers.

A peer is a program that is started once and asked once for each recording. Question: one line of
JSON, `{"rate_hz": …, "n_samples": …, "text": …, "words": [["hello", 0.1, 0.4], …]}`, then n_samples
float32, little-endian. Only a peer that wants times of words is given some. Answer: one line of
JSON, either `{"error": "…"}` or

    {"starts": [0, 400, …], "shapes": ["sil", "PP", …], "delay_ms": 0, "cpu_s": 0.1, "push_ms": […]}

with the samples at which its names of visemes are shown first, on the clock on which the engine
shows them. Its first line, before any question, is `{"ready": "name version, licence"}`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ValidationError

from visavis.bench.lips.contender import Compute, Contender, Opener, Result, Sound
from visavis.bench.lips.sphinx import ForcedAlignment
from visavis.bench.lips.track import track_of
from visavis.errors import EngineError, SetupError
from visavis.lips.phonemes import table
from visavis.sounds import resampled

_FOLDER = Path(__file__).resolve().parents[4] / "bench" / "lips-peers"
_WAIT_S = 5.0


class Words(Enum):
    """Whether a peer is told what is said."""

    UNTIMED = "untimed"  # it listens
    TIMED = "timed"  # words and when they are said, as a voice provider would give them


@dataclass(frozen=True, slots=True)
class Peer:
    """How one peer is run."""

    about: str
    script: str
    arguments: tuple[str, ...] = ()
    words: Words = Words.UNTIMED
    rate_hz: int | None = None
    """The rate at which it is given the sound; None: the file's own."""

    def command(self, folder: Path) -> Sequence[str]:
        """The command line. Raises SetupError if the peer is not installed."""
        if self.script.endswith(".py"):
            windows = sys.platform == "win32"
            own = folder / ".venv" / ("Scripts/python.exe" if windows else "bin/python")
            program = str(own) if own.is_file() else None
        else:
            installed = (folder / "node_modules").is_dir()
            program = shutil.which("node") if installed else None
        if program is None or not (folder / self.script).is_file():
            raise SetupError(
                f"{self.about.split(';', maxsplit=1)[0]} is not installed.",
                hint="bench/lips-peers/README.md in the repository says how.",
            )
        return [program, str(folder / self.script), *self.arguments]


PEERS: Mapping[str, Peer] = {
    "headaudio": Peer(
        "@met4citizen/headaudio 0.1.0, its own worklet code; sound alone; MIT",
        "headaudio.mjs",
        rate_hz=48_000,
    ),
    "wawa": Peer("wawa-lipsync 0.0.2; sound alone; MIT", "wawa.mjs", rate_hz=48_000),
    "talkinghead": Peer(
        "TalkingHead 1.7.0's English letter rules; words timed by PocketSphinx; MIT",
        "talkinghead.mjs",
        words=Words.TIMED,
    ),
    "pylipsync": Peer("pylipsync 0.2.1 (uLipSync); sound alone; MIT", "ulipsync.py"),
}


class _Answer(BaseModel, extra="forbid"):
    starts: list[int] = []
    shapes: list[str] = []
    delay_ms: float = 0.0
    cpu_s: float = 0.0
    push_ms: list[float] = []
    error: str | None = None


class PeerProcess:
    """A peer that is running."""

    def __init__(self, name: str, peer: Peer, folder: Path = _FOLDER) -> None:
        """Start it and wait until it is ready.

        Raises:
            SetupError: it is not installed, or does not come up.
        """
        self.name = name
        self.about = peer.about
        self.needs_text = peer.words is Words.TIMED
        self._rate_hz = peer.rate_hz
        self._aligner = ForcedAlignment() if peer.words is Words.TIMED else None
        self._process = subprocess.Popen(
            peer.command(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            start_new_session=True,  # Ctrl-C is ours: what is done by then has to be kept
        )
        first = self._out.readline()
        if not first.startswith(b'{"ready"'):
            self.close()
            raise SetupError(
                f"The peer {name} did not start.",
                hint="What it wrote stands above; see bench/lips-peers/README.md.",
            )

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """See Contender."""
        spoken = self._aligner.words(sound, rate_hz, text) if self._aligner else ()
        words = [one.word for one in spoken]
        if self._rate_hz is not None:
            sound, rate_hz = resampled(sound, rate_hz, self._rate_hz), self._rate_hz
        head = {
            "rate_hz": rate_hz,
            "n_samples": len(sound),
            "text": text or "",
            "words": [[word.symbol, word.start_s, word.end_s] for word in words],
        }
        try:
            self._in.write(json.dumps(head).encode() + b"\n" + sound.astype("<f4").tobytes())
            self._in.flush()
            answer = _Answer.model_validate_json(self._out.readline())
        except (OSError, ValidationError) as error:
            raise EngineError(f"the peer {self.name} broke: {error}") from error
        if answer.error is not None:
            raise EngineError(answer.error)
        order = table().order
        unknown = set(answer.shapes) - set(order)
        if unknown:
            raise EngineError(f"the peer {self.name} shows {', '.join(sorted(unknown))}")
        visemes = [order.index(shape) for shape in answer.shapes]
        end = len(sound) + round(answer.delay_ms * rate_hz / 1_000.0)
        try:
            track = track_of(visemes, answer.starts, end, rate_hz)
        except ValueError as error:
            raise EngineError(f"the peer {self.name} is out of order: {error}") from error
        compute = Compute(answer.cpu_s, len(sound) / rate_hz, tuple(answer.push_ms))
        return Result(track, answer.delay_ms, compute)

    def close(self) -> None:
        """End the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def _in(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _out(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout


def open_peer(name: str, peer: Peer) -> Opener:
    """What starts this peer. Peers stream as they do; the delay is not theirs to choose."""

    def start(_delay_ms: float) -> Contender:
        return PeerProcess(name, peer)

    return start
