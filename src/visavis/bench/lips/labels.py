"""Files of phone labels: TextGrid, .lab and its relatives, Audacity's, and our JSON.

| file | form |
|---|---|
| `.TextGrid` | Praat, long or short; the phone tier is found by name |
| `.lab`, `.phones`, `.phn`, `.txt`, `.tsv`, `.csv` | lines, told apart by what is in them (below) |
| `.json` | `{"labels": [{"start_s": …, "end_s": …, "symbol": …}]}` |

Lines are one of:

- xwaves, festvox, Buckeye: a head that ends with a line `#`, then `end_s colour label`;
- the same without a head, told by a first field with a decimal point and a second without;
- `end_s label`, two fields, the first with a decimal point;
- HTK: `start end label`, whole numbers of 100 ns; of full-context labels (`a^b-c+d=e`) the middle
  phone is taken;
- TIMIT's `.phn`: `start end label`, whole numbers of samples;
- `start_s end_s label` with decimal points, by spaces or tabs; Audacity's export is this.

Text is UTF-8, UTF-16 with a byte order mark or without one, or else Latin-1.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from visavis.bench.lips.label_error import LabelError
from visavis.bench.lips.phone_sets import Label
from visavis.bench.lips.textgrid import Tier, read_textgrid

LABEL_SUFFIXES = (".textgrid", ".lab", ".phones", ".phn", ".json", ".tsv", ".csv", ".txt")
"""What a folder's label files may be called, in lower case, the likeliest first."""

_PHONE_TIER = re.compile(
    r"(^|\W)(phones?|phonemes?|phons?|segments?|segs?|mau|phoneme_?tier)$", re.I
)
_FULL_CONTEXT = re.compile(r"-([^-+]+)\+")
_HTK_UNIT_S = 1e-7


def read_labels(path: Path, rate_hz: int, tier: str | None = None) -> tuple[Label, ...]:
    """The labels of a file, ascending.

    Args:
        path: what it is, its suffix and its contents say.
        rate_hz: of its sound; TIMIT counts in samples.
        tier: of a TextGrid, the name of the tier of phones; None finds it.

    Raises:
        LabelError: it can't be read, with file and line.
    """
    name = path.name
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        raise LabelError(name, 1, f"can't be opened: {error.strerror}") from error
    match path.suffix.lower():
        case ".textgrid":
            labels = phone_tier(read_textgrid(text, name), name, tier).labels
        case ".json":
            labels = _from_json(text, name)
        case ".phn":
            labels = read_lines(text, name, 1.0 / rate_hz)
        case _:
            labels = read_lines(text, name)
    return tuple(sorted(labels, key=lambda label: label.start_s))


def decoded(data: bytes) -> str:
    """Text of a label file in any of the encodings that such files come in; line ends are \\n."""
    if data.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        text = data.decode("utf-16", errors="replace")
    elif b"\0" in data[:2]:  # such files begin with an ASCII letter
        big = data.startswith(b"\0")
        text = data.decode("utf-16-be" if big else "utf-16-le", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:  # not wrong: Praat wrote Latin-1 before 2008, others still do
            text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def phone_tier(tiers: Sequence[Tier], file_name: str, wanted: str | None = None) -> Tier:
    """The tier called `wanted`; or else the only one whose name says that it has phones, or the
    only one at all.

    Raises:
        LabelError: there is none, or more than one.
    """
    names = ", ".join(repr(tier.name) for tier in tiers) or "none"
    hint = "Name the tier of phones with --tier, or `tier:` in the manifest."
    if wanted is not None:
        found = [tier for tier in tiers if tier.name == wanted]
    elif len(tiers) == 1:
        found = list(tiers)
    else:
        found = [tier for tier in tiers if _PHONE_TIER.search(tier.name.strip())]
    if len(found) == 1:
        return found[0]
    which = f"called {wanted!r}" if wanted is not None else "named as one of phones"
    raise LabelError(
        file_name, 1, f"{len(found)} tiers are {which}; its interval tiers: {names}", hint=hint
    )


# ------------------------------------------------------------------ lines


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    fields: tuple[str, ...]


def read_lines(text: str, file_name: str, unit_s: float = _HTK_UNIT_S) -> tuple[Label, ...]:
    """Labels that stand one in a line; `unit_s` is the unit of whole numbers.

    Raises:
        LabelError: a line has no time, or a time that lies before the one above it.
    """
    lines = [
        _Line(number, tuple(line.split("\t") if "\t" in line.strip() else line.split(None, 2)))
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip() and not line.startswith("\\")  # Audacity's second line: frequencies
    ]
    head = next((i for i, line in enumerate(lines) if line.fields == ("#",)), None)
    if head is not None:
        return _ends(lines[head + 1 :], file_name, 2)
    if lines and not _is_number(lines[0].fields[0]) and _is_number(_first(lines[1:])):
        lines = lines[1:]  # a table's head line
    if not lines:
        raise LabelError(file_name, 1, "there are no labels in it")
    fields = lines[0].fields
    if len(fields) < 2 or not _is_number(fields[0]):
        raise LabelError(file_name, lines[0].number, f"{' '.join(fields)!r} begins with no time")
    if not _is_number(fields[1]):
        return _ends(lines, file_name, 1)
    if "." in fields[0] and "." not in fields[1]:
        return _ends(lines, file_name, 2)
    whole = all("." not in field for line in lines for field in line.fields[:2])
    return _starts_and_ends(lines, file_name, unit_s if whole else 1.0)


def _ends(lines: Sequence[_Line], file_name: str, n_before: int) -> tuple[Label, ...]:
    """Lines with an end and, `n_before` fields later, a label."""
    labels: list[Label] = []
    start_s = 0.0
    for line in lines:
        end_s = _time(line, 0, file_name)
        if end_s < start_s:
            raise LabelError(file_name, line.number, f"{end_s:g} s lies before {start_s:g} s")
        words = line.fields[n_before:]
        symbol = words[0].split(";")[0].strip() if words else ""
        labels.append(Label(symbol, start_s, end_s))
        start_s = end_s
    if not labels:
        raise LabelError(file_name, 1, "there are no labels in it")
    return tuple(labels)


def _starts_and_ends(lines: Sequence[_Line], file_name: str, unit_s: float) -> tuple[Label, ...]:
    labels: list[Label] = []
    for line in lines:
        start_s, end_s = (_time(line, index, file_name) * unit_s for index in (0, 1))
        if end_s < start_s:
            raise LabelError(
                file_name, line.number, f"a label begins at {start_s:g} s and ends at {end_s:g} s"
            )
        symbol = line.fields[2].split()[0] if line.fields[2:] and line.fields[2].strip() else ""
        middle = _FULL_CONTEXT.search(symbol)
        labels.append(Label(middle.group(1) if middle else symbol, start_s, end_s))
    return tuple(labels)


def _time(line: _Line, index: int, file_name: str) -> float:
    if len(line.fields) <= index or not _is_number(line.fields[index]):
        raise LabelError(
            file_name, line.number, f"{' '.join(line.fields)!r} has no time in field {index + 1}"
        )
    return float(line.fields[index])


def _first(lines: Sequence[_Line]) -> str:
    return lines[0].fields[0] if lines else ""


def _is_number(field: str) -> bool:
    return re.fullmatch(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", field) is not None


def write_lines(labels: Sequence[Label]) -> str:
    """`start_s end_s label` by tabs, which Audacity reads."""
    rows = (f"{label.start_s:.6f}\t{label.end_s:.6f}\t{label.symbol}\n" for label in labels)
    return "".join(rows)


# ------------------------------------------------------------------ JSON


class _JsonLabel(BaseModel, extra="forbid", allow_inf_nan=False):
    start_s: float
    end_s: float
    symbol: str


class _JsonLabels(BaseModel, extra="allow"):
    labels: list[_JsonLabel]


def _from_json(text: str, file_name: str) -> tuple[Label, ...]:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise LabelError(file_name, error.lineno, error.msg) from error
    try:
        found = _JsonLabels.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise LabelError(file_name, 1, f"{where}: {first['msg']}") from error
    for index, label in enumerate(found.labels):
        if label.end_s < label.start_s:
            raise LabelError(file_name, 1, f"labels.{index} ends before it begins")
    return tuple(Label(one.symbol, one.start_s, one.end_s) for one in found.labels)


def write_json(labels: Sequence[Label]) -> str:
    """The labels as one object, a label a line."""
    rows = ",\n".join(
        "    "
        + json.dumps(
            {"start_s": one.start_s, "end_s": one.end_s, "symbol": one.symbol}, ensure_ascii=False
        )
        for one in labels
    )
    return f'{{\n  "labels": [\n{rows}\n  ]\n}}\n'
