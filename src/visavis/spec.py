"""The files of spec/, which both languages share: in a checkout beside src, in a wheel inside."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent
_FOLDERS = (_PACKAGE / "spec", _PACKAGE.parents[1] / "spec")


@cache
def spec_text(name: str) -> str:
    """The text of `spec/<name>`.

    Raises:
        FileNotFoundError: there is no such file: the installation is incomplete.
    """
    for folder in _FOLDERS:
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    raise FileNotFoundError(f"spec/{name} is missing from this installation of visavis")
