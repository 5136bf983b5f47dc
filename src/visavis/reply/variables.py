"""Dynamic variables: what an app knows of this one conversation, in the persona's words. Pure.

`{{name}}` in a persona's prompt or greeting becomes the variable's value. A variable that neither
mentions is written below the prompt, so that the model knows it all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from visavis.errors import ClientError
from visavis.plain import plain
from visavis.reply.persona import Persona

MAX_VARIABLES = 50
MAX_VALUE_CHARS = 500

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class MissingVariableError(ClientError):
    """The persona wants a variable that nobody gave."""

    code = "missing_variable"


def with_variables(persona: Persona, variables: Mapping[str, object]) -> Persona:
    """The persona as it is for one conversation.

    Raises:
        MissingVariableError: it wants more than there is; names them.
    """
    values = {name: _written(value) for name, value in variables.items()}
    wanted = set(_PLACE.findall(persona.prompt)) | set(_PLACE.findall(persona.greeting))
    if missing := sorted(wanted - set(values)):
        raise MissingVariableError(
            f"This persona wants the dynamic variables {', '.join(missing)}.",
            hint="Send them in dynamic_variables.",
        )
    prompt = _filled(persona.prompt, values)
    told = [f"- {name}: {value}" for name, value in values.items() if name not in wanted]
    if told:
        prompt = "\n".join([prompt, "What is known of this conversation:", *told])
    return persona.model_copy(
        update={"prompt": prompt, "greeting": _filled(persona.greeting, values)}
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: values[found[1]], text)


def _written(value: object) -> str:
    """On one line, without what no voice could say."""
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    return " ".join(plain(text).split())[:MAX_VALUE_CHARS]
