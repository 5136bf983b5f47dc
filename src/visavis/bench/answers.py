"""`visavis bench answers`: does a persona say what is right, and nothing else?

Every question of the corpora is answered just as the server would answer it, model and grounding
check included, but for speech. docs/answers.md explains the figures and lists the failures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from visavis.bench.answers_corpus import IN_SCOPE, OUT_OF_SCOPE, Question, load_corpus
from visavis.bench.answers_fit import examples, fit
from visavis.bench.report import Report, print_json
from visavis.errors import ConfigError
from visavis.models import BGE_MODEL, MINILM_WEIGHTS, SMOLLM2, ModelStore
from visavis.reply.answer import (
    INVITE_SCORE,
    MAYBE,
    SURE,
    AskModel,
    Decline,
    FromFact,
    Sureness,
    Unsure,
    choose,
)
from visavis.reply.embed import CachedEmbedder, MiniLm
from visavis.reply.embed_onnx import BgeSmall, PairedEmbedder
from visavis.reply.feeling import TagReader, unmarked
from visavis.reply.ground import judge, next_step, stem_set
from visavis.reply.knowledge import Finding, Knowledge
from visavis.reply.llm import LanguageModel
from visavis.reply.llm_local import LlamaCpp
from visavis.reply.persona import BUILT_IN, Fact, Persona, load_persona
from visavis.reply.phrase import PhraseCutter

Verdict = Literal["right", "wrong", "declined", "invented"]
Source = Literal["fact", "offer", "llm", "decline"]

SAID_ENOUGH = 0.6
"""A model's text tells a fact if it has this share of the content words of the fact's answer."""

console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Answered:
    """One question, what was said to it, and the verdict."""

    question: Question
    source: Source
    text: str
    fact: str
    confidence: float
    verdict: Verdict


def answers(
    persona: Annotated[
        str | None, typer.Option(help=f"One of {', '.join(BUILT_IN)}; all if left out.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All personas (the default).")] = False,
    unsure: Annotated[Unsure, typer.Option(help="What to do between sure and not.")] = Unsure.OFFER,
    split: Annotated[
        str, typer.Option(help="fit, test or all: thresholds were chosen on fit alone.")
    ] = "all",
    weights: Annotated[
        bool, typer.Option("--fit", help="Only learn and print the confidence weights.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask each persona the questions of its corpus and judge the answers."""
    names = BUILT_IN if every or persona is None else (persona,)
    if not set(names) <= set(BUILT_IN):
        raise ConfigError(
            f"there are no questions for '{persona}'", hint=f"use one of {', '.join(BUILT_IN)}"
        )
    if split not in ("fit", "test", "all"):
        raise ConfigError(f"there is no split '{split}'", hint="use fit, test or all")
    store = ModelStore()
    if weights:
        console.print(str(_learn(store)))
        return
    done: list[Answered] = []
    try:
        asyncio.run(_ask_all(store, names, unsure, split, done))
    except KeyboardInterrupt:
        console.print("Interrupted; these are the questions so far.")
    if done:
        _show(done, names, unsure, split, as_json)


async def _ask_all(
    store: ModelStore, names: Sequence[str], unsure: Unsure, split: str, done: list[Answered]
) -> None:
    llm = await asyncio.to_thread(LlamaCpp, store.path(SMOLLM2))
    embedder = _embedder(store)
    corpora = {name: load_corpus(name) for name in names}
    asked = {n: [q for q in c if split in ("all", q.split)] for n, c in corpora.items()}
    try:
        with _bar() as progress:
            task = progress.add_task("Asking", total=sum(map(len, asked.values())))
            for name, questions in asked.items():
                persona = load_persona(name)
                knowledge = await asyncio.to_thread(Knowledge, persona, embedder)
                for question in questions:
                    finding = knowledge.look_up(question.text)
                    done.append(await answer(persona, finding, question, llm, unsure))
                    progress.advance(task)
    finally:
        await llm.aclose()


async def answer(
    persona: Persona, finding: Finding, question: Question, llm: LanguageModel, unsure: Unsure
) -> Answered:
    """Answer one question as the server would, without history, and judge it."""
    move = choose(persona, finding, (), unsure)
    match move:
        case FromFact(fact, sureness):
            source: Source = "fact" if sureness is Sureness.SURE else "offer"
            text = fact.answer
        case Decline(text):
            source = "decline"
        case AskModel():
            text = await _model_text(move, llm)
            source = "llm" if text else "decline"
    verdict = judge_answer(question, source, text, finding.fact.id, persona)
    return Answered(question, source, text, finding.fact.id, finding.confidence, verdict)


async def _model_text(move: AskModel, llm: LanguageModel) -> str:
    """The phrases of the model's reply that pass the grounding check; empty if the first fails."""
    spoken: list[str] = []
    tags, cutter = TagReader(), PhraseCutter()

    def admit(phrases: Iterable[str]) -> bool:
        for marked in phrases:
            phrase = unmarked(marked).text
            if next_step(judge(phrase, move.support), len(spoken)) != "speak":
                return False
            spoken.append(phrase)
        return True

    async with aclosing(llm.stream(move.messages, move.max_tokens)) as pieces:
        async for piece in pieces:
            if not admit(cutter.push(tags.push(piece))):
                return " ".join(spoken)
    admit((*cutter.push(tags.flush()), *cutter.flush()))
    return " ".join(spoken)


def judge_answer(
    question: Question, source: Source, text: str, fact_id: str, persona: Persona
) -> Verdict:
    """Say whether an answer was right, wrong (a true fact, but not what was asked), a decline, or
    invented (asserted to a question that nothing known answers).

    An offered fact to an out-of-scope question counts as declined: its caveat says so.
    """
    if source == "decline":
        return "declined"
    if question.kind == "open":
        return "right" if source == "llm" else "wrong"
    if source == "llm":
        return _judge_model(question, text, persona)
    if fact_id in question.facts:
        return "right"
    if question.kind in OUT_OF_SCOPE:
        return "declined" if source == "offer" else "invented"
    return "wrong"


def _judge_model(question: Question, text: str, persona: Persona) -> Verdict:
    if says_not_knowing(text):
        return "declined"
    if any(tells(text, persona.fact(fact_id)) for fact_id in question.facts):
        return "right"
    return "wrong" if question.kind in IN_SCOPE else "invented"


def says_not_knowing(text: str) -> bool:
    """Whether a model's text is the "I don't know" that it was told to say."""
    plain = text.casefold().replace("\u2019", "'")
    return "don't know" in plain or "do not know" in plain


def tells(text: str, fact: Fact) -> bool:
    """Whether the text has most of what the fact's answer says."""
    wanted = stem_set(fact.answer)
    return len(wanted & stem_set(text)) >= SAID_ENOUGH * len(wanted)


# ------------------------------------------------------------------ figures


def figures_of(done: Sequence[Answered]) -> dict[str, float]:
    """Return the rates of some answers; those of an empty group are left out."""
    n = len(done)
    found: dict[str, float] = {"n": n}
    in_scope = [a for a in done if a.question.kind in IN_SCOPE]
    out = [a for a in done if a.question.kind in OUT_OF_SCOPE]
    near = [a for a in done if a.question.kind == "near"]
    opened = [a for a in done if a.question.kind == "open"]
    if in_scope:
        found["in_scope_right_rate"] = _share(in_scope, "right")
        found["in_scope_right_and_sure_rate"] = sum(
            a.verdict == "right" and a.source == "fact" for a in in_scope
        ) / len(in_scope)
        found["in_scope_wrong_rate"] = _share(in_scope, "wrong")
        found["in_scope_declined_rate"] = _share(in_scope, "declined")
    if n:
        found["invented_rate"] = _share(done, "invented")
        found["declined_rate"] = _share(done, "declined")
    if out:
        found["out_of_scope_declined_rate"] = _share(out, "declined")
        found["out_of_scope_offered_rate"] = sum(a.source == "offer" for a in out) / len(out)
    if near:
        found["near_miss_invented_rate"] = _share(near, "invented")
    if opened:
        found["open_right_rate"] = _share(opened, "right")
    for source in ("fact", "offer", "llm", "decline"):
        if n:
            found[f"{source}_share_rate"] = sum(a.source == source for a in done) / n
    return found


def _share(done: Sequence[Answered], verdict: Verdict) -> float:
    return sum(a.verdict == verdict for a in done) / len(done)


def report_of(done: Sequence[Answered], names: Sequence[str], unsure: Unsure, split: str) -> Report:
    """Return the figures of the test split, of all questions, and of each persona (test).

    The two headlines, `in_scope_right_rate` and `invented_rate`, are those of the test split:
    the questions that nothing was tuned on. Without any they are of all questions.
    """
    test = [a for a in done if a.question.split == "test"]
    groups = {"test": test, "all": list(done)}
    for name in names:
        groups[f"{name}_test"] = [a for a in test if a.question.persona == name]
    figures = {
        f"{group}_{figure}": round(value, 4)
        for group, members in groups.items()
        if members
        for figure, value in figures_of(members).items()
    }
    headline = "test" if test else "all"
    for figure in ("in_scope_right_rate", "invented_rate"):
        if f"{headline}_{figure}" in figures:
            figures[figure] = figures[f"{headline}_{figure}"]
    settings = {
        "personas": " ".join(names),
        "split": split,
        "unsure": unsure.value,
        "sure": SURE,
        "maybe": MAYBE,
        "invite": INVITE_SCORE,
        "embedder": "all-MiniLM-L6-v2 bge-small-en-v1.5",
        "llm": SMOLLM2,
    }
    return Report("answers", figures, settings)


def _show(
    done: Sequence[Answered], names: Sequence[str], unsure: Unsure, split: str, as_json: bool
) -> None:
    report = report_of(done, names, unsure, split)
    if as_json:
        print_json(report)
        return
    for a in done:
        if a.verdict in ("wrong", "invented") or _is_missed(a):
            console.print(
                f"{a.verdict:<9}{a.question.split:<5}{a.question.persona:<8}{a.question.kind:<6}"
                f"{a.confidence:.2f}  {a.question.text} [dim]→ {a.source} {a.fact}[/]",
                soft_wrap=True,
            )
    report.print_table(console)


def _is_missed(a: Answered) -> bool:
    return a.verdict == "declined" and a.question.kind not in OUT_OF_SCOPE


def _learn(store: ModelStore) -> object:
    embedder = _embedder(store)
    found = [
        example
        for persona in map(load_persona, BUILT_IN)
        for example in examples(persona, Knowledge(persona, embedder))
    ]
    return fit(found)


def _embedder(store: ModelStore) -> CachedEmbedder:
    minilm = MiniLm(store.path(MINILM_WEIGHTS).parent)
    bge = BgeSmall(store.path(BGE_MODEL).parent)
    return CachedEmbedder(PairedEmbedder(minilm, bge), store.root.parent / "vectors")


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
