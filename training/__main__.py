"""`python -m training`: from raw packages to weights. See README.md.

Everything made on the way is kept in the cache folder; whatever is there is not made again, so
Ctrl-C loses a sentence or some steps at most.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import numpy as np
import typer
from rich.progress import track

from training import examples as store
from training import realign, recordings
from training.examples import Example
from training.fit import fit
from training.model import exported
from training.plan import lines
from training.recordings import Recording, Timed
from training.sentences import LICENCE, PACKAGE, sentences
from training.settings import Settings, as_card, key_of, root
from training.voices import Line, Studio
from visavis.bench.corpus.phonemes import Part, Phonemes
from visavis.bench.corpus.selection import bar, console
from visavis.bench.corpus.weights import kokoro_files
from visavis.errors import EngineError
from visavis.lips.net import Weights, weights_from
from visavis.models import JOE_CONFIG, JOE_DURATIONS, ModelStore, cache_dir

OUT = Path(__file__).parents[1] / "src" / "visavis" / "lips" / "ear.npz"
_INTERRUPTED = 130
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Data:
    """What is learnt from, and what is only looked at."""

    train: tuple[str, ...]
    dev: tuple[str, ...]


def main(
    real: Annotated[
        list[Path] | None, typer.Option(help="Manifest or folder of labelled real speech; repeat.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the weights go.")] = OUT,
    stop_after: Annotated[
        str, typer.Option(help="recordings, features, or nothing: to train as well.")
    ] = "",
    smoke: Annotated[bool, typer.Option(help="A few seconds of everything; no use.")] = False,
) -> None:
    """Make the ear's weights."""
    settings = Settings().smoke() if smoke else Settings()
    try:
        data = record(settings, real or [])
        if stop_after == "recordings":
            return
        features(settings, data)
        if stop_after == "features":
            return
        found = train(settings, data)
    except KeyboardInterrupt:
        console.print("Interrupted; what was made is kept, the next run goes on from there.")
        raise typer.Exit(_INTERRUPTED) from None
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(found)
    card = dict(weights_from(found).card)
    out.with_suffix(".json").write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", "utf-8")
    console.print(f"{out} has {len(found) / 1e6:.2f} MB; {card['dev']}")


def record(settings: Settings, real: Sequence[Path]) -> Data:
    """Have every line spoken, and read the real speech."""
    wanted = settings.n_dev + max(settings.n_kokoro, settings.n_flite, settings.n_joe)
    planned = lines(settings, sentences(wanted, settings.seed))
    missing = [line for line in planned if not recordings.path_of(line.key).is_file()]
    if missing:
        studio = _studio(settings, missing)
        for line in _shown(missing, "Recording"):
            try:
                recordings.save(studio.record(line))
            except EngineError as error:
                console.print(f"left out: {error}", markup=False)
    splits = {line.key: line.split for line in planned}
    splits = {key: split for key, split in splits.items() if recordings.path_of(key).is_file()}
    for recording in _real(real):
        if not recordings.path_of(recording.key).is_file():
            recordings.save(recording)
        splits[recording.key] = recording.split
    return Data(
        tuple(key for key, split in splits.items() if split == "train"),
        tuple(key for key, split in splits.items() if split == "dev"),
    )


def _real(manifests: Sequence[Path]) -> Iterable[Recording]:
    if not manifests:
        return ()
    from training.real import real_speech  # noqa: PLC0415 - not every training has any

    return real_speech(manifests, lambda text: console.print(text, markup=False))


def _studio(settings: Settings, missing: Iterable[Line]) -> Studio:
    models = ModelStore()
    kokoro = kokoro_files(models, cache_dir() / "corpus" / "kokoro", console.print)
    phonemes = Phonemes(Part(line.accent, line.text) for line in missing)
    joe = (models.path(JOE_DURATIONS), models.path(JOE_CONFIG))
    return Studio(phonemes, kokoro, joe, settings.n_threads)


def features(settings: Settings, data: Data) -> None:
    """Of all variants; dev recordings have the clean one only."""
    for key in _shown([*data.train, *data.dev], "Features"):
        for variant in range(settings.n_variants if key in set(data.train) else 1):
            store.make(key, variant, settings.seed, data.train)


def train(settings: Settings, data: Data) -> bytes:
    """All rounds; between two of them the labels are aligned anew."""
    seed = settings.seed
    clean = {key: store.read(key, 0, seed) for key in (*data.train, *data.dev)}
    learnt = [clean[key] for key in data.train] + [
        store.read(key, variant, seed)
        for variant in range(1, settings.n_variants)
        for key in data.train
    ]
    labels = {key: recordings.load(key).timed for key in clean}
    run = root() / "runs" / key_of(settings, data, _source())
    found = b""
    for index in range(len(settings.steps)):
        found = _round(settings, index, learnt, labels, run)
        weights = weights_from(found)
        if index + 1 < len(settings.steps):
            labels = _new_labels(weights, clean, labels, run / f"labels-{index + 1}.npz")
    dev = [clean[key] for key in data.dev]
    with bar("Validating") as show:
        scores = realign.accuracy(weights_from(found), dev, labels, _counter(show, len(dev)))
    weights = weights_from(found)
    card = {**weights.card, "dev": scores}
    state = _state_of(run / f"round-{len(settings.steps) - 1}.pt")
    return exported(state, weights.log_prior, weights.mean_frames, card)


def _round(
    settings: Settings,
    index: int,
    learnt: Sequence[Example],
    labels: dict[str, Timed],
    run: Path,
) -> bytes:
    with bar(f"Round {index + 1} of {len(settings.steps)}") as show:
        state = fit(
            settings, index, learnt, labels, run / f"round-{index}.pt", lambda n, of, _: show(n, of)
        )
    trained = {example.key for example in learnt}
    log_prior, means = realign.statistics([labels[key] for key in sorted(trained)])
    card = {
        "ahead_frames": settings.ahead_frames,
        "settings": as_card(settings),
        "text": {"package": PACKAGE, "licence": LICENCE},
        "data": _told(sorted(trained)),
    }
    return exported(state, log_prior, means, card)


def _state_of(checkpoint: Path) -> dict[str, object]:
    import torch  # noqa: PLC0415 - kept out of the commands that only record

    return torch.load(checkpoint, weights_only=True)["average"]


def _new_labels(
    weights: Weights, clean: dict[str, Example], labels: dict[str, Timed], path: Path
) -> dict[str, Timed]:
    if not path.is_file():
        new = {
            key: realign.realigned(weights, clean[key], labels[key])
            for key in _shown(list(clean), "Aligning")
        }
        realign.save(path, new)
    return realign.load(path)


def _told(keys: Iterable[str]) -> dict[str, dict[str, object]]:
    """By source: minutes, speakers, licence."""
    told: dict[str, dict[str, object]] = {}
    minutes: dict[str, float] = {}
    speakers: dict[str, set[str]] = {}
    for key in keys:
        one = recordings.load(key)
        minutes[one.source] = minutes.get(one.source, 0.0) + len(one.pcm) / 16_000 / 60
        speakers.setdefault(one.source, set()).add(one.speaker)
        told[one.source] = {
            "minutes": round(minutes[one.source], 1),
            "n_speakers": len(speakers[one.source]),
            "licence": one.licence,
        }
    return told


def _source() -> str:
    """What a checkpoint depends on besides settings and data."""
    folder = Path(__file__).parent
    return "".join((folder / n).read_text("utf-8") for n in ("model.py", "fit.py", "realign.py"))


def _shown(what: Sequence[T], title: str) -> Iterable[T]:
    return track(what, title, console=console, transient=True)


def _counter(show: Callable[[int, int], None], total: int) -> Callable[[], None]:
    done = iter(range(1, total + 1))
    return lambda: show(next(done), total)


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    typer.run(main)
