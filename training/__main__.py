"""`python -m training`: from raw packages to weights. See README.md.

Everything made on the way is kept in the cache folder; whatever is there is not made again, so
Ctrl-C loses a sentence or some steps at most.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from training import examples as store
from training import realign, recordings, voices
from training.examples import Example
from training.fit import averaged, fit
from training.model import exported
from training.plan import lines
from training.recordings import Recording, Timed
from training.sentences import LICENCE, PACKAGE, sentences
from training.settings import Settings, as_card, key_of, root
from training.voices import Line, Studio
from training.workers import each
from visavis.bench.corpus.phonemes import Part, Phonemes
from visavis.bench.corpus.selection import bar, console
from visavis.bench.corpus.weights import kokoro_files
from visavis.lips.net import weights_from
from visavis.models import JOE_CONFIG, JOE_DURATIONS, ModelStore, cache_dir

OUT = Path(__file__).parents[1] / "src" / "visavis" / "lips" / "ear.npz"
_INTERRUPTED = 130


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
    planned = lines(settings, sentences(settings.n_sentences, settings.seed))
    missing = [line for line in planned if not recordings.path_of(line.key).is_file()]
    if missing:
        studio = _studio(missing)
        n = settings.n_workers
        for complaint in each(voices.keep, missing, "Recording", n, voices.prepare, (studio,)):
            if complaint:
                console.print(complaint, markup=False)
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


def _studio(missing: Iterable[Line]) -> Studio:
    models = ModelStore()
    kokoro = kokoro_files(models, cache_dir() / "corpus" / "kokoro", console.print)
    phonemes = Phonemes(Part(line.accent, line.text) for line in missing)
    joe = (models.path(JOE_DURATIONS), models.path(JOE_CONFIG))
    return Studio(phonemes, kokoro, joe)


def features(settings: Settings, data: Data) -> None:
    """Of all variants; dev recordings have the clean one only."""
    variants = [(key, at) for key in data.train for at in range(settings.n_variants)]
    todo = [
        (key, at)
        for key, at in (*variants, *((key, 0) for key in data.dev))
        if not store.path_of(key, at, settings.seed).is_file()
    ]
    make = partial(_make, seed=settings.seed, pool=data.train)
    for _ in each(make, todo, "Features", settings.n_workers):
        pass


def _make(what: tuple[str, int], *, seed: int, pool: Sequence[str]) -> None:
    store.make(*what, seed, pool)


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
        if index + 1 < len(settings.steps):
            labels = _new_labels(settings, found, labels, run / f"labels-{index + 1}.npz")
    dev = [clean[key] for key in data.dev]
    with bar("Validating") as show:
        scores = realign.accuracy(weights_from(found), dev, labels, _counter(show, len(dev)))
    weights = weights_from(found)
    by = "labels that the net of the round before aligned" if len(settings.steps) > 1 else "labels"
    card = {**weights.card, "dev": scores, "dev_against": by}
    state = averaged(run / f"round-{len(settings.steps) - 1}.pt")
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


def _new_labels(
    settings: Settings, weights: bytes, labels: dict[str, Timed], path: Path
) -> dict[str, Timed]:
    if not path.is_file():
        judge = partial(realign.judged, seed=settings.seed)
        items = sorted(labels.items())
        prepared = (realign.prepare, (weights,))
        found = each(judge, items, "Aligning", settings.n_workers, *prepared)
        realign.save(path, dict(zip((key for key, _ in items), found, strict=True)))
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


def _counter(show: Callable[[int, int], None], total: int) -> Callable[[], None]:
    done = iter(range(1, total + 1))
    return lambda: show(next(done), total)


if __name__ == "__main__":
    typer.run(main)
