"""`python -m training`: from raw packages to weights. See README.md.

Everything made on the way is kept in the cache folder; whatever is there is not made again, so
Ctrl-C loses a sentence or some steps at most.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import typer
from numpy.typing import NDArray
from torch import Tensor

from training import examples as store
from training import judge, recordings, voices
from training.actors import studio as actors
from training.dictionary import lexicon
from training.examples import Example
from training.fit import Material, fit
from training.model import exported, loaded
from training.people import INDEX, people
from training.plan import lines
from training.recordings import Timed
from training.score import scores
from training.second_opinion import opinions
from training.sentences import LICENCE, PACKAGE, sentences
from training.settings import Settings, as_card, key_of, root
from training.voices import Line, Studio
from training.workers import each
from visavis.bench.corpus.phonemes import Part, Phonemes
from visavis.bench.corpus.selection import bar, console
from visavis.bench.corpus.weights import kokoro_files
from visavis.lips.net import weights_from
from visavis.models import ModelStore, cache_dir

OUT = Path(__file__).parents[1] / "src" / "visavis" / "lips"
_INTERRUPTED = 130
_OF_A_RUN = ("model.py", "fit.py", "crops.py", "recordings.py")


Origin = Literal["synthetic", "person"]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recording that there is, and what is said in it."""

    key: str
    text: str
    split: str
    origin: Origin


def main(
    folder: Annotated[
        list[Path] | None,
        typer.Option("--people", help="A folder of people's recordings, too; see people.py."),
    ] = None,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="Without the actors: synthetic voices only.")
    ] = False,
    out: Annotated[Path, typer.Option(help="The folder where the weights go.")] = OUT,
    net: Annotated[
        list[str] | None,
        typer.Option(help="ear (for streams) or reader (for whole recordings); both if left out."),
    ] = None,
    stop_after: Annotated[
        str, typer.Option(help="recordings, features, or nothing: to train as well.")
    ] = "",
    smoke: Annotated[bool, typer.Option(help="A few seconds of everything; no use.")] = False,
) -> None:
    """Make the ear's weights."""
    settings = Settings().smoke() if smoke else Settings()
    folders = list(folder or ())
    for one in folders:
        if not (one / INDEX).is_file():
            raise typer.BadParameter(
                f"{one} has no {INDEX}; training/people.py says what is in it."
            )
    try:
        if not synthetic:
            place = root() / f"actors-{settings.n_acted}"
            folders = [*actors.make(place, settings.n_acted, settings.n_workers), *folders]
        spoken = record(settings, folders)
        if stop_after == "recordings":
            return
        labels = sure(judged(settings, spoken))
        certain = [one for one in spoken if one.key in labels]
        features(settings, spoken)
        if stop_after == "features":
            return
        of_reader = settings.for_recordings()
        first = train(of_reader, certain, labels)  # it says where the rest is
        aligner = finished([of_reader], first, certain, labels)
        labels |= opinions(aligner, doubtful(spoken, labels), settings.n_workers)
        learnt = [one for one in spoken if one.key in labels]
        more = of_reader.for_more()
        reader = train(more, learnt, labels, first, first)
        if not net or "reader" in net:
            write(out / "reader.npz", finished([of_reader, more], reader, learnt, labels))
        if not net or "ear" in net:
            ear = train(settings, learnt, labels, reader)
            write(out / "ear.npz", finished([settings], ear, learnt, labels))
    except KeyboardInterrupt:
        console.print("Interrupted; what was made is kept, the next run goes on from there.")
        raise typer.Exit(_INTERRUPTED) from None


def write(path: Path, weights: bytes) -> None:
    """The weights, and what is on their card beside them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(weights)
    card = dict(weights_from(weights).card)
    text = json.dumps(card, indent=1, sort_keys=True) + "\n"
    path.with_suffix(".json").write_text(text, "utf-8")
    console.print(f"{path} has {len(weights) / 1e6:.2f} MB.")
    for name in sorted(card):
        if name.startswith("dev_"):
            console.print(f"On the voices kept apart, {name}: {card[name]}", markup=False)


def record(settings: Settings, folders: Sequence[Path]) -> list[Spoken]:
    """Have every line spoken, and read what people said."""
    planned = lines(settings, sentences(settings.n_sentences, settings.seed))
    missing = [line for line in planned if not recordings.path_of(line.key).is_file()]
    if missing:
        studio = _studio(missing)
        n = settings.n_workers
        for complaint in each(voices.keep, missing, "Recording", n, voices.prepare, (studio,)):
            if complaint:
                console.print(complaint, markup=False)
    spoken = [
        Spoken(line.key, line.text, line.split, "synthetic")
        for line in planned
        if recordings.path_of(line.key).is_file()
    ]
    for said in chain.from_iterable(map(people, folders)):
        if not recordings.path_of(said.key).is_file():
            recordings.save(said.recording())
        spoken.append(Spoken(said.key, said.text, said.split, "person"))
    return spoken


def _studio(missing: Iterable[Line]) -> Studio:
    kokoro = kokoro_files(ModelStore(), cache_dir() / "corpus" / "kokoro", console.print)
    return Studio(Phonemes(Part(line.accent, line.text) for line in missing), kokoro)


def judged(settings: Settings, spoken: Sequence[Spoken]) -> dict[str, Timed]:
    """The phones of all recordings whose text fits them."""
    path = root() / "labels" / f"{key_of(inspect.getsource(judge))}.npz"
    known = judge.read(path) if path.is_file() else {}
    items = {key_of(one.key, one.text): (one.key, one.text) for one in spoken}
    missing = [name for name in items if name not in known]
    if missing:
        asked = [items[name] for name in missing]
        found = each(
            judge.judged, asked, "Aligning", settings.n_workers, judge.prepare, (lexicon(),)
        )
        known |= dict(zip(missing, found, strict=True))
        judge.save(path, known)
    fitting = {key: known[name] for name, (key, _) in items.items()}
    return {key: timed for key, timed in fitting.items() if len(timed.phones)}


def sure(labels: Mapping[str, Timed]) -> dict[str, Timed]:
    """Those where silence is silent."""
    doubted = {
        key: recordings.doubted(timed, recordings.load(key).pcm) for key, timed in labels.items()
    }
    return {key: timed for key, timed in doubted.items() if len(timed.phones)}


def doubtful(spoken: Sequence[Spoken], labels: Mapping[str, Timed]) -> dict[str, str]:
    """What else there is to learn from, and its text; what is validated on has one judge."""
    return {one.key: one.text for one in spoken if one.split == "train" and one.key not in labels}


def features(settings: Settings, spoken: Sequence[Spoken]) -> None:
    """Of all variants; dev recordings have the clean one only."""
    todo = [
        (one.key, variant)
        for one in spoken
        for variant in range(_n_variants(settings, one))
        if not store.path_of(one.key, variant, settings.seed).is_file()
    ]
    pool = [one.key for one in spoken if one.split == "train" and one.origin == "synthetic"]
    make = partial(_make, seed=settings.seed, pool=pool)
    for _ in each(make, todo, "Features", settings.n_workers):
        pass


def _n_variants(settings: Settings, one: Spoken) -> int:
    if one.split == "dev":
        return 1
    return settings.n_real_variants if one.origin == "person" else settings.n_variants


def _make(what: tuple[str, int], *, seed: int, pool: Sequence[str]) -> None:
    store.make(*what, seed, pool)


def train(
    settings: Settings,
    spoken: Sequence[Spoken],
    labels: Mapping[str, Timed],
    teacher: Mapping[str, Tensor] | None = None,
    start: Mapping[str, Tensor] | None = None,
) -> dict[str, Tensor]:
    """The parameters of a net.

    Args:
        settings: of the run.
        spoken: what there is.
        labels: of what is learnt.
        teacher: parameters of a net that hears whole recordings.
        start: parameters that it goes on from.
    """
    learnt = [one for one in spoken if one.split == "train"]
    variants = [(one, at) for one in learnt for at in range(_n_variants(settings, one))]
    examples = [store.read(one.key, at, settings.seed) for one, at in variants]
    shares = _shares(examples, [one.origin == "person" for one, _ in variants], settings)
    material = Material(examples, shares, labels)
    keys = [one.key for one in learnt]
    taught = _digest(judge.as_arrays({key: labels[key] for key in keys}))
    elders = [_digest(_numpy(one)) for one in (teacher, start) if one]
    run = root() / "runs" / key_of(settings, keys, taught, elders, _source())
    elder = loaded(settings.for_recordings(), teacher) if teacher else None
    with bar("Training") as show:
        return fit(settings, material, run / "net.pt", lambda n, of, _: show(n, of), elder, start)


def _numpy(state: Mapping[str, Tensor]) -> dict[str, NDArray[Any]]:
    return {name: value.numpy() for name, value in state.items()}


def _digest(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    whole = sha256()
    for name in sorted(arrays):
        whole.update(name.encode())
        whole.update(arrays[name].tobytes())
    return whole.digest()


def finished(
    trainings: Sequence[Settings],
    state: Mapping[str, Tensor],
    spoken: Sequence[Spoken],
    labels: Mapping[str, Timed],
) -> bytes:
    """A net as a file, with its card: what it learnt from, and how good it is on others.

    Args:
        trainings: the settings with which it learnt, and went on learning.
        state: its parameters.
        spoken: what there is.
        labels: of what is learnt.
    """
    settings = trainings[-1]
    learnt = [one.key for one in spoken if one.split == "train"]
    log_prior, means = judge.statistics({key: labels[key] for key in learnt})
    card: dict[str, object] = {
        "ahead_frames": settings.ahead_frames,
        "trainings": [as_card(one) for one in trainings],
        "text": {"package": PACKAGE, "licence": LICENCE},
        "data": _told(sorted(learnt)),
    }
    weights = weights_from(exported(state, log_prior, means, card))
    for origin in sorted({one.origin for one in spoken if one.split == "dev"}):
        dev = [
            store.read(one.key, 0, settings.seed)
            for one in spoken
            if one.split == "dev" and one.origin == origin
        ]
        with bar("Validating") as show:
            card[f"dev_{origin}"] = scores(weights, dev, labels, _counter(show, len(dev)))
    return exported(state, log_prior, means, card)


def _shares(
    examples: Sequence[Example], is_person: Sequence[bool], settings: Settings
) -> NDArray[np.float64]:
    """How likely each example is drawn: long ones oftener, people as often as the settings say."""
    shares = np.sqrt([float(len(example.features)) for example in examples])
    people_too = np.array(is_person)
    if people_too.any() and not people_too.all():
        shares[people_too] *= settings.real_share / shares[people_too].sum()
        shares[~people_too] *= (1.0 - settings.real_share) / shares[~people_too].sum()
    return shares / shares.sum()


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
    """What a checkpoint depends on besides settings, data and labels."""
    folder = Path(__file__).parent
    return "".join((folder / n).read_text("utf-8") for n in _OF_A_RUN)


def _counter(show: Callable[[int, int], None], total: int) -> Callable[[], None]:
    done = iter(range(1, total + 1))
    return lambda: show(next(done), total)


if __name__ == "__main__":
    typer.run(main)
