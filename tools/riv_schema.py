"""Write src/visavis/face/riv_schema.py from the definition files of the open-source Rive runtime.

    python tools/riv_schema.py path/to/rive-runtime/dev/defs --commit 89c04af7

The numbers are facts of the format: Rive adds keys and keeps the old ones. Run it again when a
file of a newer editor holds objects that `visavis character inspect` shows as numbers.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "src" / "visavis" / "face" / "riv_schema.py"
LETTERS = {
    "uint": "u",
    "uint8": "u",
    "uint16": "u",
    "uint64": "u",
    "int": "u",
    "int16": "u",
    "Id": "u",
    "callback": "u",
    "bool": "b",
    "String": "s",
    "Bytes": "y",
    "List<Id>": "y",
    "double": "f",
    "Color": "c",
}
ZERO = frozenset({"0", "0.0", "''", "false", "[]", "", "None"})
NONE_ID = str(2**32 - 1)  # what the runtime calls Core::emptyId
NAMED = {"-1": NONE_ID, "Core.missingId": NONE_ID, "CoreContext.invalidPropertyKey": "0"}

HEAD = '''"""The vocabulary of the `.riv` format: written by tools/riv_schema.py, not by hand.

One type a line: name, key, the type it extends (or -), its own properties as name:key:wire or
name:key:wire=default, where a default of nothing is left out. Wires: u unsigned, b bool, s text,
y bytes, f float, c colour. A star marks a type that no file holds; 13/9 is an older second key.

Derived from the definition files of the Rive runtime (dev/defs, commit {commit}), which are under
this licence:

MIT License

Copyright (c) 2020 Rive

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

# ruff: noqa: E501 - one type, one line

SCHEMA = """\\
'''


@dataclass(frozen=True, slots=True)
class Definition:
    """One type of the format; `properties` are those it does not inherit, ready to be written."""

    name: str
    key: int
    parent: str
    is_abstract: bool
    properties: tuple[str, ...]

    @property
    def line(self) -> str:
        """The type as one line of the table."""
        star = "*" if self.is_abstract else ""
        return " ".join([star + self.name, str(self.key), self.parent or "-", *self.properties])


def definitions(folder: Path) -> Iterator[Definition]:
    """Every type under `dev/defs`, in the order of their keys."""
    read = {p.relative_to(folder).as_posix(): json.loads(p.read_text()) for p in _files(folder)}
    names = {path: str(entry["name"]) for path, entry in read.items()}
    found: list[Definition] = []
    for entry in read.values():
        parent = names[entry["extends"]] if "extends" in entry else ""
        properties = entry.get("properties", {})
        words = tuple(_property(name, value) for name, value in properties.items() if _kept(value))
        key = int(entry["key"]["int"])
        is_abstract = bool(entry.get("abstract", False))
        found.append(Definition(str(entry["name"]), key, parent, is_abstract, words))
    yield from sorted(found, key=lambda item: item.key)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.json"))


def _kept(entry: Mapping[str, Any]) -> bool:
    """Properties of the editor alone never reach a file."""
    return bool(entry.get("runtime", True)) and "key" in entry


def _property(name: str, entry: Mapping[str, Any]) -> str:
    letter = LETTERS[str(entry.get("typeRuntime", entry["type"]))]
    key = entry["key"]
    others = "".join(f"/{other['int']}" for other in key.get("alternates", ()))
    initial = entry.get("initialValueRuntime", entry.get("initialValue"))
    return written(name, f"{key['int']}{others}", letter, None if initial is None else str(initial))


def written(name: str, keys: str, letter: str, initial: str | None) -> str:
    """One property as a word of the table."""
    default = NAMED.get(str(initial), str(initial))
    if letter == "f" and default not in ZERO:
        default = repr(float(initial or 0))
    is_plain = default not in ZERO and " " not in default
    return f"{name}:{keys}:{letter}" + (f"={default.strip(chr(39))}" if is_plain else "")


def write(found: list[Definition], commit: str) -> None:
    """The module, whole."""
    body = "\n".join(item.line for item in found)
    TARGET.write_text(HEAD.replace("{commit}", commit) + body + '\n"""\n', encoding="utf-8")


def main() -> None:
    """Parse the command line and write the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path, help="dev/defs of a checkout of rive-runtime")
    parser.add_argument("--commit", required=True, help="of that checkout")
    options = parser.parse_args()
    found = list(definitions(options.folder))
    write(found, options.commit)
    print(f"{len(found)} types in {TARGET}")


if __name__ == "__main__":
    main()
