"""What to say to a question: a fact, the language model's words, or an honest "I don't know".

Pure policy. The caller looks the question up (`reply.knowledge`), asks here, and carries it out:
`FromFact` is spoken as it is; for `AskModel` the messages go to the language model and every
phrase that comes back through `reply.ground` before it is spoken; `Decline` is spoken as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal
from zlib import crc32

from visavis.events import Speaker, Utterance
from visavis.reply.ground import Mode, Support, names_in, support_of
from visavis.reply.knowledge import Finding, ScoredFact
from visavis.reply.persona import Fact, Persona

SURE = 0.4
"""From this confidence on a fact is spoken as it is. On the 582 fit questions 85 % of those in
scope get there with the right fact, and 0.9 % of all are answered though nothing known answers
them (docs/answers.md; the fit questions flatter)."""

MAYBE = 0.15
"""Between this and SURE the nearest fact is offered, with a caveat that it may not be what
was asked: on the fit questions that finds the right fact for another 12 % of those in scope. An
offer too many costs a sentence, a decline too many the answer."""

INVITE_SCORE = 0.45
"""A request this near to one of the persona's invites goes to the model ..."""

INVITE_AHEAD = 0.08
"""... if it is that much nearer than any fact. On the fit questions the two find all 20 invited
requests and nothing else."""

MAX_REPLY_TOKENS = 48
"""About thirty words, two short sentences; a small model's third is seldom true."""

HISTORY_TURNS = 2
"""Earlier turns shown to the model: more costs prompt time and confuses a small one."""

_STRICT = (
    "Answer the question in one short sentence, using only these facts. "
    "If they do not answer it, say: I don't know."
)
_FREE = "You are {name}, a small friendly character. Answer in two short, simple, kind sentences."
"""Without the persona's prompt: a small model would go on about its company."""


@dataclass(frozen=True)
class ChatMessage:
    """One message of a conversation, as language models take them."""

    role: Literal["system", "user", "assistant"]
    content: str


_ROLES: dict[Speaker, Literal["user", "assistant"]] = {
    Speaker.USER: "user",
    Speaker.CHARACTER: "assistant",
}


class Unsure(Enum):
    """What to do between MAYBE and SURE."""

    OFFER = "offer"
    """Say the nearest fact, and that it may not be what was asked. For the small local model:
    it can't judge better than the confidence does (docs/answers.md)."""
    MODEL = "model"
    """Ask the model, grounded on the nearest facts, each phrase checked word by word."""
    TRUSTED_MODEL = "trusted-model"
    """For a capable model: ask it, here and for everything beyond the facts, unchecked."""


class Sureness(Enum):
    """How a fact is spoken."""

    SURE = "sure"
    OFFERED = "offered"


@dataclass(frozen=True)
class FromFact:
    """Speak `fact.answer`. If it is only offered, the answer ends with one of the persona's
    caveats, such as "I'm not sure that's what you meant, though.": nobody waits behind it."""

    fact: Fact
    sureness: Sureness = Sureness.SURE


@dataclass(frozen=True)
class AskModel:
    """Let the model answer; check each phrase against `support` before speaking it."""

    messages: tuple[ChatMessage, ...]
    support: Support
    max_tokens: int = MAX_REPLY_TOKENS


@dataclass(frozen=True)
class Decline:
    """Say honestly that the persona does not know."""

    text: str


Move = FromFact | AskModel | Decline


def choose(
    persona: Persona,
    finding: Finding,
    history: Sequence[Utterance],
    unsure: Unsure = Unsure.OFFER,
) -> Move:
    """Decide how to answer. `history` is what was really heard so far, oldest first."""
    if finding.invite_score >= max(INVITE_SCORE, finding.evidence.phrasing + INVITE_AHEAD):
        return _invited(persona, finding.question)
    if finding.confidence >= SURE:
        return FromFact(finding.fact)
    if unsure is Unsure.TRUSTED_MODEL:
        return _grounded(persona, finding, history, "trusted")
    if finding.confidence < MAYBE:
        return decline(persona, finding.question, history)
    if unsure is Unsure.MODEL:
        return _grounded(persona, finding, history, "strict")
    return _offered(persona, finding)


def decline(persona: Persona, question: str, history: Sequence[Utterance]) -> Decline:
    """Return one of the persona's ways of not knowing: the one after the last that was heard.

    Without an earlier one the question's checksum chooses, so that visitors don't all hear the
    same, and yet the same conversation always runs the same way.
    """
    declines = persona.declines
    for utterance in reversed(history):
        for index, text in enumerate(declines):
            # An interrupted one is in history only as far as it was heard.
            heard = utterance.text
            if utterance.speaker is Speaker.CHARACTER and heard and text.startswith(heard):
                return Decline(declines[(index + 1) % len(declines)])
    return Decline(declines[crc32(question.encode()) % len(declines)])


def _offered(persona: Persona, finding: Finding) -> FromFact:
    caveat = persona.caveats[crc32(finding.question.encode()) % len(persona.caveats)]
    answer = f"{finding.fact.answer} {caveat}"
    return FromFact(finding.fact.model_copy(update={"answer": answer}), Sureness.OFFERED)


def _grounded(
    persona: Persona, finding: Finding, history: Sequence[Utterance], mode: Mode
) -> AskModel:
    facts = "\n".join(f"- {near.fact.answer}" for near in finding.nearest)
    system = ChatMessage("system", f"{persona.prompt}\n{_STRICT}\nFacts:\n{facts}")
    return AskModel(
        messages=(system, *_recent(history), ChatMessage("user", finding.question)),
        support=support_of(
            [persona.prompt, finding.question, *map(_known, finding.nearest)], mode=mode
        ),
    )


def _invited(persona: Persona, question: str) -> AskModel:
    """An open request stands for itself: without history the prompt's prefix stays in the model's
    cache, and the first word comes sooner."""
    system = ChatMessage("system", _FREE.format(name=persona.name))
    subjects = {persona.name, *names_in(persona.prompt)}
    return AskModel(
        messages=(system, ChatMessage("user", question)),
        support=support_of([persona.prompt, question], mode="free", subjects=subjects),
    )


def _known(near: ScoredFact) -> str:
    return f"{near.fact.answer} {near.phrasing}"


def _recent(history: Sequence[Utterance]) -> tuple[ChatMessage, ...]:
    return tuple(
        ChatMessage(_ROLES[utterance.speaker], utterance.text)
        for utterance in history[-2 * HISTORY_TURNS :]
    )
