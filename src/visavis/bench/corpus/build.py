"""`visavis bench corpus`: record what is missing, compare it with the manifest, say what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import typer

from visavis.bench.corpus import check as checking
from visavis.bench.corpus import manifest as manifests
from visavis.bench.corpus.manifest import Entry, Manifest
from visavis.bench.corpus.plan import SEED, Utterance, make_plan
from visavis.bench.corpus.selection import bar, console
from visavis.bench.corpus.studio import Studio, version
from visavis.bench.report import Report, show
from visavis.hear.audio import RATE_HZ
from visavis.hear.stt import Moonshine
from visavis.models import (
    MOONSHINE_TINY_DECODER,
    MOONSHINE_TINY_ENCODER,
    MOONSHINE_TINY_TOKENIZER,
    ModelStore,
)

_CHECKED_AN_ENGINE = 20
_SHOWN_MISMATCHES = 5
_INTERRUPTED = 130


def corpus(
    accept: Annotated[
        bool, typer.Option("--accept", help="Write manifest.json anew from what is here.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Transcribe a sample and tell the word error rates.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Record the spoken questions of the benchmarks, as far as they are not there yet."""
    try:
        report = _build(accept=accept, check=check)
    except KeyboardInterrupt:
        console.print("Interrupted; what was recorded is kept, the next run goes on from there.")
        raise typer.Exit(_INTERRUPTED) from None
    show(report, as_json, console)


def _build(*, accept: bool, check: bool) -> Report:
    studio = Studio()
    utterances = studio.able(make_plan(), _say)
    with bar("Recording the corpus") as show:
        studio.record(utterances, show, _say)
    found = _described(studio, utterances)
    if accept:
        manifests.write(Manifest(version=version(), utterances=found))
    figures = figures_of(found, utterances) | _compared(found)
    if check:
        figures |= _heard(studio, checking.sample(utterances, _CHECKED_AN_ENGINE))
    rounded = {name: round(value, 4) for name, value in figures.items()}
    return Report("corpus", rounded, {"version": version(), "seed": SEED})


def _described(studio: Studio, utterances: Sequence[Utterance]) -> tuple[Entry, ...]:
    done = 0
    with bar("Measuring") as show:

        def step() -> None:
            nonlocal done
            done += 1
            show(done, len(utterances))

        return manifests.describe(studio, utterances, step)


def figures_of(found: Sequence[Entry], utterances: Sequence[Utterance]) -> dict[str, float]:
    """Return the corpus in figures. Pauses are measured silences of 200 ms or more."""
    pauses_ms = [1_000.0 * (end - start) / RATE_HZ for e in found for start, end in e.pauses]
    speech_s = [entry.speech_end_sample / RATE_HZ for entry in found]
    voices = list({u.voice.name: u.voice for u in utterances}.values())
    figures: dict[str, float] = {
        "n_utterances": len(found),
        "n_left_out": len(make_plan()) - len(found),
        "n_texts": len({u.text.say for u in utterances}),
        "n_open_texts": len({u.text.say for u in utterances if u.text.fact is None}),
        "n_speakers": len(voices),
        "n_neural_test_speakers": sum(v.split == "test" and v.kind == "neural" for v in voices),
        "n_neural_fit_speakers": sum(v.split == "fit" and v.kind == "neural" for v in voices),
        "n_classic_speakers": sum(v.kind == "classic" for v in voices),
        "llm_rate": _share([u.text.fact is None for u in utterances]),
        "paused_rate": _share([bool(entry.pauses) for entry in found]),
        "planned_paused_rate": _share([bool(u.pauses_ms) for u in utterances]),
        "groups_rate": _share([u.text.reads == "groups" for u in utterances]),
        "total_speech_s": sum(speech_s),
        "n_pauses": len(pauses_ms),
    }
    for name, values in (("speech", speech_s), ("pause", pauses_ms)):
        unit = "s" if name == "speech" else "ms"
        for percent in (5, 50, 95):
            if values:
                figures[f"{name}_p{percent}_{unit}"] = float(np.percentile(values, percent))
    for split, kind in (("test", "neural"), ("fit", "neural"), ("test", "classic")):
        figures[f"n_{split}_{kind}"] = sum(
            u.voice.split == split and u.voice.kind == kind for u in utterances
        )
    return figures


def _compared(found: Sequence[Entry]) -> dict[str, float]:
    other = manifests.mismatches(found, manifests.read())
    if other:
        some = ", ".join(other[:_SHOWN_MISMATCHES])
        _say(f"{len(other)} recordings differ from the manifest, such as {some}.")
        _say("That is so with another processor or library; compare figures of one machine only.")
    return {"hash_mismatch_rate": len(other) / len(found) if found else 0.0}


def _heard(studio: Studio, chosen: Sequence[Utterance]) -> dict[str, float]:
    """Word error rates of Moonshine tiny, by engine, noise included."""
    store = ModelStore()
    stt = Moonshine(
        encoder=store.path(MOONSHINE_TINY_ENCODER),
        decoder=store.path(MOONSHINE_TINY_DECODER),
        tokenizer=store.path(MOONSHINE_TINY_TOKENIZER),
    )
    pairs: dict[str, list[tuple[str, str]]] = {}
    with bar("Listening") as show:
        for done, utterance in enumerate(chosen):
            show(done, len(chosen))
            recording = studio.load(utterance)
            heard = stt.transcribe(recording.sound, lambda: False)
            said = utterance.text.question.text
            pairs.setdefault(utterance.voice.engine, []).append((said, heard))
    return {
        f"{engine.replace('-', '_')}_word_error_rate": checking.word_error_rate(both)
        for engine, both in pairs.items()
    }


def _share(yes: Sequence[bool]) -> float:
    return sum(yes) / len(yes) if yes else 0.0


def _say(message: str) -> None:
    console.print(message, markup=False, highlight=False, soft_wrap=True)
