"""What a run is measured on: a manifest, or a folder of sounds with labels beside them.

    # lips.yaml; paths are relative to it
    name: buckeye-sample          # stands in reports; the folder's name if it is left out
    licence: CC-BY-4.0            # these may stand here for all items, or at each
    labelled_by: hand             # hand, forced alignment, synthesis …
    phone_set: auto               # auto, arpabet, ipa, xsampa, festvox-ru
    tier: phones                  # of TextGrids; found by name if left out
    split: test
    ends: silence                 # of empty labels at both ends; unknown: speech goes on there
    items:
      - {sound: s01.wav, labels: s01.TextGrid, speaker: s01, text: "…"}

JSON has the same fields. In a folder every sound is paired with the labels of its name, ending
aside, in the same folder or, as in festvox's `wav/` and `lab/`, in one beside it; the text is in a
file of its name that ends with `.txt` (unless that holds the labels) or in `txt.done.data`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ValidationError

from visavis.bench.lips.contender import Sound
from visavis.bench.lips.label_error import LabelError
from visavis.bench.lips.labels import LABEL_SUFFIXES, decoded, read_labels
from visavis.bench.lips.phone_sets import Label, PhoneSet, mouth_of
from visavis.bench.lips.track import UNSCORED, Track
from visavis.errors import ConfigError
from visavis.sounds import SOUND_SUFFIXES, read_sound

MAX_UNSCORED_SHARE = 0.5
"""A file with less known than this is a mistake: another alphabet, or labels of another sound."""

Ends = Literal["silence", "unknown"]
"""What empty labels at both ends of a recording stand for: silence, or speech without labels."""

MAX_OVERHANG_S = 0.5
"""Labels that go on so long after their sound belong to another one."""


@dataclass(frozen=True, slots=True)
class Item:
    """One recording to be measured on."""

    sound: Path
    labels: Path
    speaker: str
    text: str | None
    licence: str
    labelled_by: str
    split: str
    phone_set: PhoneSet
    tier: str | None
    ends: Ends = "silence"

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return self.sound.stem


@dataclass(frozen=True, slots=True)
class DataSet:
    """The recordings of one manifest or folder."""

    name: str
    items: tuple[Item, ...]
    unpaired: tuple[Path, ...] = ()
    """Sounds of a folder without labels."""


@dataclass(frozen=True, slots=True)
class Recording:
    """An item's sound and reference, read."""

    item: Item
    sound: Sound
    rate_hz: int
    reference: Track
    unknown: tuple[str, ...]
    """Labels that are in no table."""


class _Shared(BaseModel, extra="forbid", frozen=True):
    speaker: str | None = None
    licence: str | None = None
    labelled_by: str | None = None
    split: Literal["train", "dev", "test"] | None = None
    phone_set: PhoneSet | None = None
    tier: str | None = None
    ends: Ends | None = None


class _Entry(_Shared, frozen=True):
    sound: str
    labels: str
    text: str | None = None


class _Manifest(_Shared, frozen=True):
    name: str | None = None
    comment: str | None = None
    items: tuple[_Entry, ...]


def open_data_set(path: Path, tier: str | None = None) -> DataSet:
    """The items of a manifest or of a folder; what stands in them is not read yet.

    Args:
        path: a `.yaml`, `.yml` or `.json` manifest, or a folder. A folder with a manifest called
            `lips.yaml` or `lips.json` means that.
        tier: the tier of phones where the manifest names none.

    Raises:
        ConfigError: there is no such thing, or the manifest is wrong; file, line and field are
            named. Or there is nothing in it.
    """
    if path.is_dir():
        inside = next((path / n for n in ("lips.yaml", "lips.json") if (path / n).is_file()), None)
        return _read_manifest(inside, tier) if inside else _pair_up(path, tier)
    if not path.is_file():
        raise ConfigError(f"There is no {path}.", hint="Give a manifest or a folder.")
    return _read_manifest(path, tier)


def load(item: Item) -> Recording:
    """Read an item's sound and labels.

    Raises:
        SoundError: the sound can't be read.
        LabelError: the labels can't be read, do not fit the sound, or say little that is known.
    """
    sound, rate_hz = read_sound(item.sound)
    labels = read_labels(item.labels, rate_hz, item.tier)
    name = item.labels.name
    if item.ends == "unknown":
        labels = _without_empty_ends(labels)
    if not labels:
        raise LabelError(name, 1, "there are no labels in it")
    seconds = len(sound) / rate_hz
    if labels[-1].end_s > seconds + MAX_OVERHANG_S:
        ends = f"they end at {labels[-1].end_s:.2f} s, {item.sound.name} at {seconds:.2f} s"
        raise LabelError(name, 1, f"these labels are of another sound: {ends}")
    reading = mouth_of(labels, rate_hz, len(sound), item.phone_set)
    blind = sum(span.n_samples for span in reading.track.spans if span.viseme == UNSCORED)
    if blind > MAX_UNSCORED_SHARE * len(sound):
        what = f"labels that are in no table: {' '.join(reading.unknown[:12])}"
        raise LabelError(
            name,
            1,
            f"{100 * blind / len(sound):.0f} % of the sound can't be scored"
            + (f"; {what}" if reading.unknown else ""),
            hint="Is another phone set meant, or another tier?",
        )
    return Recording(item, sound, rate_hz, reading.track, reading.unknown)


def _without_empty_ends(labels: Sequence[Label]) -> Sequence[Label]:
    said = [index for index, label in enumerate(labels) if label.symbol.strip()]
    return labels[said[0] : said[-1] + 1] if said else ()


def describe(items: Iterable[Item]) -> str:
    """`speakers, labels, licences` of some items, for people."""
    listed = list(items)
    kinds = [
        ("speaker", sorted({item.speaker for item in listed})),
        ("labelled by", sorted({item.labelled_by for item in listed})),
        ("licence", sorted({item.licence for item in listed})),
    ]
    return "; ".join(f"{name}: {_few(found)}" for name, found in kinds)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{len(names)}"


# ------------------------------------------------------------------ manifests


def _read_manifest(path: Path, tier: str | None) -> DataSet:
    try:
        found = _Manifest.model_validate(_parsed(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ConfigError(f"{path.name}: {where}: {first['msg']}") from error
    if not found.items:
        raise ConfigError(f"{path.name}: items: there are none")
    items = tuple(_item(path.parent, entry, found, tier) for entry in found.items)
    return DataSet(found.name or path.parent.resolve().name, items)


def _parsed(path: Path) -> object:
    text = decoded(path.read_bytes())
    try:
        return json.loads(text) if path.suffix.lower() == ".json" else yaml.safe_load(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path.name}, line {error.lineno}: {error.msg}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path.name}, line {line}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path.name}: {error}") from error


def _item(folder: Path, entry: _Entry, shared: _Manifest, tier: str | None) -> Item:
    sound = folder / entry.sound
    return Item(
        sound=sound,
        labels=folder / entry.labels,
        speaker=entry.speaker or shared.speaker or "unknown",
        text=entry.text,
        licence=entry.licence or shared.licence or "unknown",
        labelled_by=entry.labelled_by or shared.labelled_by or "unknown",
        split=entry.split or shared.split or "test",
        phone_set=entry.phone_set or shared.phone_set or PhoneSet.AUTO,
        tier=entry.tier or shared.tier or tier,
        ends=entry.ends or shared.ends or "silence",
    )


# ------------------------------------------------------------------ folders


_FESTVOX_LINE = re.compile(r'^\s*\(\s*(\S+)\s+"(.*)"\s*\)\s*$')

_TIMIT_SAMPLES = re.compile(r"^\d+\s+\d+\s+(?=\D)")


def _pair_up(folder: Path, tier: str | None) -> DataSet:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sounds = [path for path in files if path.suffix.lower() in SOUND_SUFFIXES]
    labelled: dict[str, list[Path]] = {}
    for path in files:
        if path.suffix.lower() in LABEL_SUFFIXES:
            labelled.setdefault(path.stem, []).append(path)
    texts = _festvox_texts(files)
    items: list[Item] = []
    unpaired: list[Path] = []
    for sound in sounds:
        labels = _labels_of(sound, labelled.get(sound.stem, []))
        if labels is None:
            unpaired.append(sound)
            continue
        text = texts.get(sound.stem) or _text_beside(sound, labels)
        whose = sound.parent.name if sound.parent != folder else "unknown"
        speaker = "unknown" if whose in ("wav", "sound", "audio") else whose
        items.append(
            Item(sound, labels, speaker, text, "unknown", "unknown", "test", PhoneSet.AUTO, tier)
        )
    if not items:
        raise ConfigError(
            f"{folder} has {len(sounds)} sound files, and none with labels of the same name.",
            hint=f"Sounds end with {', '.join(SOUND_SUFFIXES[:3])} …, labels with "
            f"{', '.join(LABEL_SUFFIXES[:5])} …",
        )
    return DataSet(folder.resolve().name, tuple(items), tuple(unpaired))


def _labels_of(sound: Path, candidates: Sequence[Path]) -> Path | None:
    """The likeliest kind of labels, those in the sound's own folder first, then those near it."""
    near = [path for path in candidates if path.parent == sound.parent]
    beside = [path for path in candidates if path.parent.parent == sound.parent.parent]
    for found in (near, beside):
        if found:
            return min(found, key=lambda path: LABEL_SUFFIXES.index(path.suffix.lower()))
    return None


def _text_beside(sound: Path, labels: Path) -> str | None:
    """What `name.txt` says; TIMIT's begins with two numbers of samples, which are left out."""
    for text in (sound.with_suffix(".txt"), sound.with_suffix(".TXT")):
        if text != labels and text.is_file():
            words = _TIMIT_SAMPLES.sub("", decoded(text.read_bytes()).strip())
            return " ".join(words.split()) or None
    return None


def _festvox_texts(files: Iterable[Path]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in files:
        if path.name == "txt.done.data":
            for line in decoded(path.read_bytes()).splitlines():
                if (found := _FESTVOX_LINE.match(line)) is not None:
                    texts[found.group(1)] = found.group(2)
    return texts
