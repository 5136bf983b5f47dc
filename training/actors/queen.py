"""Flight of the Amazon Queen (Interactive Binary Illusions, 1995): its speech, and its dialogues.

`queen.1c` begins with a table: "QTBL", a version of 6 bytes, how sound is packed (1: MP3), three
bytes of which the last two count the files, then for each a name of 12 bytes, its bundle, offset
and size (32 bits, big-endian). Speech is `.SB`; what is said lies in `.DOG`, `.CUT` and `.JAS` as
plain text, with `*` and two digits where one recording ends and the next begins. (Format as
ScummVM's documentation and tools have it.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.actors.line import ActedLine

PACKAGE = "flight-of-the-amazon-queen"
LICENCE = (
    "Flight-of-the-Amazon-Queen-License (freeware, in Debian main; may be modified, not sold alone)"
)
_MAGIC = b"QTBL"
_COUNT = 13
_ENTRY = 21
_BYTES_PER_S = 2_000.0
"""16 kbit/s, mono, 11.025 kHz."""
_TEXT = re.compile(rb"[\x20-\x7e]{4,}")
_BREAK = re.compile(r"\*[0-9A-Z]{2}")


@dataclass(frozen=True, slots=True)
class _File:
    stem: str
    kind: str
    data: bytes


def lines(folder: Path) -> Iterator[ActedLine]:
    """All speech of the game whose archive lies in `folder`. Raises OSError without it."""
    for file in _files(folder):
        if file.kind == "SB":
            seconds = len(file.data) / _BYTES_PER_S
            yield ActedLine(f"{file.stem}.mp3", _role(file.stem), file.data, seconds)


def script(folder: Path) -> Iterator[str]:
    """What the actors were to say, and other texts of the game; some with a byte too many before.

    A text lies behind a byte with its length, which may look like a letter; so the same is given
    without its first one and two characters as well.
    """
    for file in _files(folder):
        if file.kind in ("DOG", "CUT", "JAS"):
            for match in _TEXT.finditer(file.data):
                first, *others = _BREAK.split(match.group().decode("ascii"))
                yield from (first, first[1:], first[2:], *others)


def _files(folder: Path) -> Iterator[_File]:
    data = (folder / "queen.1c").read_bytes()
    if not data.startswith(_MAGIC):
        raise OSError(f"{folder / 'queen.1c'} is not the game's archive.")
    n_files = int.from_bytes(data[_COUNT : _COUNT + 2], "big")
    for at in range(_COUNT + 2, _COUNT + 2 + _ENTRY * n_files, _ENTRY):
        name = data[at : at + 12].rstrip(b"\0 ").decode("latin-1")
        offset = int.from_bytes(data[at + 13 : at + 17], "big")
        size = int.from_bytes(data[at + 17 : at + 21], "big")
        stem, _, kind = name.partition(".")
        yield _File(stem, kind, data[offset : offset + size])


def _role(stem: str) -> str:
    """In dialogues the place, with P for who is there; Joe, the hero, also speaks in all others."""
    return f"of {stem[:2]}" if stem[-2] == "P" else "Joe and others"
