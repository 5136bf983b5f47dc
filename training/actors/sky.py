"""Beneath a Steel Sky (Revolution, 1994): the CD's speech, 11.025 kHz in 8 bits.

`sky.dnr` is the index of `sky.dsk`: a count, then for each file its number (16 bits), its offset
(24 bits; the highest says that it counts in 16 bytes) and its size (22 bits of 24). Files from
50,000 on are speech: a head of 22 bytes, then samples, packed or not. (Format as ScummVM's
documentation and reader have it.)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from training.actors import propack
from training.actors.line import ActedLine, line_of

PACKAGE = "beneath-a-steel-sky"
LICENCE = "Beneath-a-Steel-Sky-License (freeware, in Debian main; may be modified, not sold alone)"
_SPEECH = range(50_000, 60_000)
_ENTRY = 8
_HEAD = 22


def lines(folder: Path) -> Iterator[ActedLine]:
    """All speech of the game whose files lie in `folder`. Raises OSError without them.

    Who speaks is not said, and the hero speaks everywhere, so all of it is one role.
    """
    index = (folder / "sky.dnr").read_bytes()
    disc = (folder / "sky.dsk").read_bytes()
    for at in range(4, 4 + _ENTRY * int.from_bytes(index[:4], "little"), _ENTRY):
        number = int.from_bytes(index[at : at + 2], "little")
        if number in _SPEECH:
            offset = int.from_bytes(index[at + 2 : at + 5], "little")
            size = int.from_bytes(index[at + 5 : at + 8], "little") & 0x3F_FFFF
            start = (offset & 0x7F_FFFF) * (16 if offset >> 23 else 1)
            data = disc[start + _HEAD : start + size]
            raw = propack.unpack(data) if data.startswith(propack.MAGIC) else data
            yield line_of(str(number), "cast", raw)
