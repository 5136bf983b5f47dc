"""What is asked: the question files, and the pauses written into them."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from visavis.bench.recording import Question

PERSONAS = ("pip", "support", "museum")
"""The built-in personas, each with a file of questions that its facts answer."""

Reading = Literal["words", "groups"]
"""`groups`: numbers or spellings read in groups, "five two | six"."""


class Text(BaseModel):
    """One line of a question file. `|` in `say` is a pause to think."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    say: str
    fact: str | None = None
    """The fact that answers it; None for an open request."""
    to: tuple[str, ...] = ()
    """The personas that it suits."""
    reads: Reading = "words"

    @property
    def parts(self) -> tuple[str, ...]:
        """The words between the pauses."""
        return tuple(part.strip() for part in self.say.split("|"))

    @property
    def n_pauses(self) -> int:
        """Pauses written into it."""
        return self.say.count("|")

    @property
    def question(self) -> Question:
        """The same as the harness knows it."""
        persona = self.to[0] if self.fact is not None else None
        return Question(say=self.say, persona=persona, fact=self.fact)


@cache
def load_texts(name: str) -> tuple[Text, ...]:
    """Return the texts of `questions/<name>.yaml`: a persona's, or `open`."""
    source = resources.files("visavis.bench.corpus") / "questions" / f"{name}.yaml"
    texts = TypeAdapter(tuple[Text, ...]).validate_python(yaml.safe_load(source.read_text("utf-8")))
    if name not in PERSONAS:
        return texts
    return tuple(text.model_copy(update={"to": (name,)}) for text in texts)
