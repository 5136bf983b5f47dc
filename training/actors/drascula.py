"""Drascula: The Vampire Strikes Back (Alcachofa Soft, 1996): its speech, 11.025 kHz in 8 bits.

Speech is a file of plain samples for each line, `.ALS`; some are noises. The lines are in
ScummVM's `drascula.dat`, in capitals and five languages, ended by a zero. (Format as ScummVM's
reader has it.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from training.actors.line import ActedLine, line_of

PACKAGE = "drascula"
PACKAGE_OF_TEXT = "scummvm-data"
LICENCE = "Drascula-License (freeware, in Debian main; may be modified, not sold alone)"
_ROLE = "John and others"
"""With this name `people` has them in training; who is validated on stays as it was."""
_TEXT = re.compile(rb"[\x20-\x7e]{4,}")


def lines(folder: Path) -> Iterator[ActedLine]:
    """All sounds of the English game whose files lie in `folder`. Raises OSError without them.

    The first letters of a name say which role it is, but not who plays it, so all is one role.
    """
    for path in sorted((folder / "en").iterdir()):
        if path.suffix == ".ALS":
            yield line_of(path.stem, _ROLE, path.read_bytes())


def script(folder: Path) -> Iterator[str]:
    """What the actors were to say, in all languages; each also without its first letter.

    A text lies behind a byte with its length, which may look like a letter.
    """
    for match in _TEXT.finditer((folder / "drascula.dat").read_bytes()):
        text = match.group().decode("ascii").strip().lower()
        yield from (text, text[1:])
