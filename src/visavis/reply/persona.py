"""Who speaks: a persona is one YAML file, checked here so that its author gets plain words back.

Three come with Visavis (`BUILT_IN`); any other is a path. docs/answers.md explains every field.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from visavis.errors import ConfigError

BUILT_IN = ("pip", "support", "museum")
"""Names that `load_persona` takes instead of a path."""

MAX_SPOKEN_CHARS = 320
"""Longest text to be spoken in one go: about twenty seconds, as much as one listens to."""

MAX_FILE_BYTES = 1_000_000
"""A persona file above this is a mistake (the shipped ones have 30 kB)."""

DEFAULT_CAVEATS = ("I'm not sure that's what you meant, though.",)

Spoken = Annotated[str, Field(min_length=1, max_length=MAX_SPOKEN_CHARS)]
Phrasing = Annotated[str, Field(min_length=1, max_length=200)]


class _Strict(BaseModel):
    # An unknown field is nearly always a misspelt one, so it is an error and not ignored.
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class VoiceSettings(_Strict):
    """How the persona sounds."""

    engine: Literal["piper"] = "piper"
    pitch_semitones: Annotated[float, Field(ge=-12, le=12)] = 0.0
    """Up for a small character, down for a big one; the tempo stays."""
    speed: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0
    """1 is the voice's own tempo, 1.2 a fifth faster."""


class Fact(_Strict):
    """One thing the persona knows, and ways of asking for it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    ask: Annotated[tuple[Phrasing, ...], Field(min_length=1)]
    answer: Spoken


class Persona(_Strict):
    """A character with its voice, its manners and everything it knows."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    character: Annotated[str, Field(pattern=r"^[a-z0-9_-]+$")] = "pip"
    voice: VoiceSettings = VoiceSettings()
    language: Literal["en"] = "en"
    """The only language the shipped models hear and speak."""
    prompt: Annotated[str, Field(min_length=1, max_length=2_000)]
    """Who the persona is, for the language model. Everything in it counts as known."""
    greeting: Spoken
    suggestions: Annotated[tuple[Phrasing, ...], Field(min_length=1, max_length=6)]
    """Questions that the page offers."""
    declines: Annotated[tuple[Spoken, ...], Field(min_length=1)]
    """Honest ways of saying "I don't know that", used in turn."""
    caveats: Annotated[tuple[Spoken, ...], Field(min_length=1)] = DEFAULT_CAVEATS
    """Said behind a fact that may not be what was asked for. They must admit just that."""
    facts: Annotated[tuple[Fact, ...], Field(min_length=1)]
    beyond: tuple[Phrasing, ...] = ()
    """Questions close to the facts that the persona can *not* answer. A question that is nearer
    to one of these than to any fact is declined."""
    invites: tuple[Phrasing, ...] = ()
    """Open, harmless requests that the language model may answer freely: a rhyme, a story."""
    hears: dict[Phrasing, Phrasing] = {}
    """Names that speech-to-text gets wrong: what it writes -> what was meant."""

    @field_validator("facts")
    @classmethod
    def _ids_are_unique(cls, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
        seen: set[str] = set()
        for fact in facts:
            if fact.id in seen:
                raise ValueError(f"two facts are called '{fact.id}'")
            seen.add(fact.id)
        return facts

    def fact(self, fact_id: str) -> Fact:
        """Return the fact of that id. Raises KeyError if there is none."""
        for fact in self.facts:
            if fact.id == fact_id:
                return fact
        raise KeyError(fact_id)


def load_persona(name_or_path: str | Path) -> Persona:
    """Load a built-in persona by name, or any persona by the path of its YAML file.

    Raises ConfigError that names the file and the field in plain words, with a hint that lists
    the built-in names if neither a name nor a file fits.
    """
    if str(name_or_path) in BUILT_IN:
        source = resources.files("visavis.personas") / f"{name_or_path}.yaml"
        return parse_persona(source.read_text(encoding="utf-8"), f"{name_or_path}.yaml")
    path = Path(name_or_path).expanduser()
    if not path.is_file():
        raise ConfigError(
            f"there is no persona '{name_or_path}'",
            hint=f"built in are {', '.join(BUILT_IN)}; or give the path of a persona file",
        )
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ConfigError(f"{path} is too large for a persona file")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text") from error
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}") from error
    return parse_persona(text, str(path))


def parse_persona(text: str, file: str) -> Persona:
    """Return the persona that `text` (YAML) describes; `file` is named in errors.

    Raises ConfigError.
    """
    try:
        content: object = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "unreadable"
        raise ConfigError(
            f"{file}{where}: this is not valid YAML ({problem})",
            hint="put quotes around texts with a colon, and around questions in a [short list]",
        ) from error
    if not isinstance(content, dict):
        raise ConfigError(f"{file}: a persona is a list of fields such as 'name: Pip'")
    fields = cast("dict[Any, Any]", content)
    try:
        return Persona.model_validate(fields)
    except ValidationError as error:
        problems = [_in_plain_words(problem, fields) for problem in error.errors()]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ConfigError(f"{file}: {problems[0]}{more}", hint=_hint(error)) from error


def _in_plain_words(problem: Any, content: dict[Any, Any]) -> str:
    location: tuple[str | int, ...] = problem["loc"]
    field = _field_name(location, content)
    kind, limits = problem["type"], problem.get("ctx", {})
    words = {
        "missing": "is missing",
        "extra_forbidden": "is not a field of a persona",
        "string_type": "must be text; put quotes around it",
        "string_too_short": "is empty",
        "string_too_long": f"is longer than {limits.get('max_length')} letters",
        "too_short": f"needs at least {limits.get('min_length')}",
        "too_long": f"may have at most {limits.get('max_length')}",
        "tuple_type": "must be a list",
        "dict_type": "must be a table",
        "model_type": "must be a table of fields",
        "literal_error": f"must be {limits.get('expected')}",
        "greater_than_equal": f"must be at least {limits.get('ge')}",
        "less_than_equal": f"must be at most {limits.get('le')}",
        "float_parsing": "must be a number",
        "float_type": "must be a number",
        "string_pattern_mismatch": "may have only small letters, digits and single hyphens",
        "value_error": f"is wrong: {limits.get('error')}",
    }
    return f"'{field}' {words.get(kind, problem['msg'])}"


def _field_name(location: Sequence[str | int], content: dict[Any, Any]) -> str:
    """`('facts', 3, 'answer')` -> `facts, 4th (opening-hours), answer`."""
    parts: list[str] = []
    here: object = content
    for step in location:
        if isinstance(step, int):
            here = cast("list[object]", here)[step] if isinstance(here, list) else None
            entry = cast("dict[object, object]", here) if isinstance(here, dict) else {}
            named = f" ({entry['id']})" if isinstance(entry.get("id"), str) else ""
            parts.append(f"number {step + 1}{named}")
        else:
            here = cast("dict[object, object]", here).get(step) if isinstance(here, dict) else None
            parts.append(step)
    return ", ".join(parts)


def _hint(error: ValidationError) -> str:
    if any(problem["type"] == "extra_forbidden" for problem in error.errors()):
        return f"the fields are {', '.join(Persona.model_fields)}"
    return "docs/answers.md explains the fields"
