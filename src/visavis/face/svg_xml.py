"""An SVG file as a tree of elements that know their line; what could harm is refused.

Read with expat: it tells lines, and it does nothing that it isn't told to. Entities can't be
declared, nothing outside of the file is looked at, and size, depth and number of elements have
limits, so that a hostile file costs no more than a large one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from xml.parsers import expat

from visavis.errors import ConfigError

MAX_BYTES = 5_000_000
MAX_DEPTH = 64
MAX_ELEMENTS = 20_000
MAX_PROBLEMS = 20
_NEAR = 0.8  # of 1: bead is no slip for head

_SVG = "http://www.w3.org/2000/svg"
_ATTRIBUTES = {
    "http://www.w3.org/1999/xlink href": "href",
    "http://www.inkscape.org/namespaces/inkscape label": "inkscape:label",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a drawing that can't be used: where, what, and what to do about it."""

    line: int
    what: str
    hint: str = ""
    file_name: str = ""
    """Where it is, if not in the drawing; then it has no line."""

    def told(self, file_name: str) -> str:
        """One line for people: `pip.svg:12: ...`."""
        place = self.file_name or f"{file_name}:{self.line}"
        return f"{place}: {self.what}" + (f" ({self.hint})" if self.hint else "")


class DrawingError(ConfigError):
    """A drawing can't be used; `problems` are all that were found, up to MAX_PROBLEMS."""

    code = "drawing"

    def __init__(self, file_name: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            "\n".join(problem.told(file_name) for problem in problems),
            hint="Mend the drawing and build again; `visavis character lint` lists everything.",
        )
        self.problems = problems


class Problems:
    """Collects what is wrong, so that a designer hears of everything at once."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def error(self, line: int, what: str, hint: str = "") -> None:
        """Note a fault that forbids the drawing."""
        problem = Problem(line, what, hint)
        if problem not in self.errors:
            self.errors.append(problem)
        if len(self.errors) >= MAX_PROBLEMS:
            self.check()

    def warn(self, line: int, what: str, hint: str = "") -> None:
        """Note something that will look or move otherwise than drawn."""
        problem = Problem(line, what, hint)
        if problem not in self.warnings:
            self.warnings.append(problem)

    def check(self) -> None:
        """Raise DrawingError if there was any error."""
        if self.errors:
            raise DrawingError(self.file_name, tuple(self.errors))


@dataclass(slots=True)
class Element:
    """One element. `attributes` are those of SVG, with `href` and `inkscape:label`."""

    tag: str
    attributes: Mapping[str, str]
    line: int
    children: list[Element] = field(default_factory=list["Element"])
    text: str = ""

    def get(self, name: str) -> str | None:
        """An attribute without the space around it."""
        value = self.attributes.get(name)
        return None if value is None else value.strip()

    def walk(self) -> Iterator[Element]:
        """Itself and everything inside, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


def read_xml(data: bytes, problems: Problems) -> Element:
    """The root element. Raises DrawingError for anything but a small, plain XML document."""
    if len(data) > MAX_BYTES:
        size_mb = len(data) / 1e6
        problems.error(1, f"the file has {size_mb:.1f} MB, at most {MAX_BYTES / 1e6:.0f} are read")
        problems.check()
    reader = _Reader(problems)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        problems.error(error.lineno, f"this is not XML: {expat.ErrorString(error.code)}")
    except (ValueError, LookupError) as error:  # an encoding that Python doesn't know
        problems.error(1, f"this is not XML: {error}", "Save it as UTF-8.")
    problems.check()
    if reader.root is None or reader.root.tag != "svg":
        problems.error(1, "the outermost element is not <svg>")
        problems.check()
    assert reader.root is not None
    return reader.root


class _Reader:
    """Builds the tree from expat's calls."""

    def __init__(self, problems: Problems) -> None:
        self.root: Element | None = None
        self._problems = problems
        self._open: list[Element | None] = []  # None: of another vocabulary, with all inside
        self._count = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity
        self.parser.SkippedEntityHandler = self._skipped

    @property
    def _line(self) -> int:
        return self.parser.CurrentLineNumber

    def _stop(self, what: str, hint: str) -> None:
        self._problems.error(self._line, what, hint)
        self._problems.check()

    def _entity(self, name: str, *_: object) -> None:
        self._stop(
            f"the entity &{name}; is declared here, and entities are not read",
            "Save it as plain SVG: Inkscape calls it that, Illustrator's SVG Options have it.",
        )

    def _skipped(self, name: str, *_: object) -> None:
        self._stop(f"the entity &{name}; is used here, and entities are not read", "")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            self._stop(f"there are more than {MAX_ELEMENTS} elements", "Simplify the drawing.")
        if len(self._open) >= MAX_DEPTH:
            self._stop(f"elements are nested deeper than {MAX_DEPTH}", "Ungroup some of them.")
        tag = _local(name)
        is_inside_other = bool(self._open) and self._open[-1] is None
        if tag is None or is_inside_other:
            self._open.append(None)
            return
        kept = {k: v for key, v in attributes.items() if (k := _attribute(key)) is not None}
        element = Element(tag, kept, self._line)
        if self._open:
            parent = self._open[-1]
            assert parent is not None
            parent.children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if self._open and (here := self._open[-1]) is not None:
            here.text += text


def _local(name: str) -> str | None:
    """The tag of an SVG element (or of one without a namespace), None for others."""
    space, _, tag = name.rpartition(" ")
    return tag if space in {"", _SVG} else None


def _attribute(name: str) -> str | None:
    return _ATTRIBUTES.get(name, None if " " in name else name)


def did_you_mean(word: str, known: list[str]) -> str:
    """`did you mean X?`, or nothing where nothing is near; case and swapped letters count least."""
    by_case = {name.lower(): name for name in known}
    lower = word.lower()
    near = [lower] if lower in by_case else get_close_matches(lower, list(by_case), 1, _NEAR)
    near = near or [name for name in by_case if sorted(name) == sorted(lower)]
    return f"did you mean {by_case[near[0]]}?" if near else ""
