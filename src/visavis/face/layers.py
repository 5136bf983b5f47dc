"""The layer names that mean something, and what a misspelt one probably meant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from visavis.face.contract import VISEMES
from visavis.face.drawing import Drawing, Group, Node, Visibility, walk
from visavis.face.svg_xml import Problem, did_you_mean

SIDES = ("left", "right")
"""As seen on the screen."""

_PAIRED = ("eye", "white", "pupil", "lid", "lower-lid", "brow", "cheek", "arm")
GROUND = "ground"
"""What lies beneath and never moves, such as a shadow; outside of all groups."""
SINGLE = ("body", "head", "face", "mouth", "jaw", GROUND)
MOUTH_PARTS = ("mouth-shape", "mouth-line", "teeth-upper", "teeth-lower", "tongue", "tongue-tip")
PAIRED = tuple(f"{name}-{side}" for name in _PAIRED for side in SIDES)
SHUT = {f"lid-{side}": f"lid-{side}-shut" for side in SIDES}
DRAWN_MOUTHS = {viseme: f"mouth-{viseme}" for viseme in VISEMES}
LOOSE = "loose-"
"""Layers that begin so swing after what they hang on: hair, ears, antennas, scarves."""

KNOWN = (*SINGLE, *PAIRED, *SHUT.values(), *DRAWN_MOUTHS.values(), *MOUTH_PARTS)

# A mouth that wasn't drawn is taken from the nearest that was: the first of these that exists.
STAND_INS = {
    "PP": ("sil",),
    "FF": ("SS", "PP", "sil"),
    "TH": ("DD", "nn", "E"),
    "DD": ("nn", "TH", "E"),
    "kk": ("DD", "E", "nn"),
    "CH": ("SS", "U", "O"),
    "SS": ("CH", "I", "E"),
    "nn": ("DD", "TH", "E"),
    "RR": ("O", "U", "E"),
    "aa": ("E", "O"),
    "E": ("aa", "I"),
    "I": ("E", "SS", "aa"),
    "O": ("aa", "U"),
    "U": ("O", "RR"),
}
NEEDED_MOUTHS = ("sil", "aa")
"""Without these there is nothing to speak with."""


@dataclass(frozen=True, slots=True)
class Layers:
    """The named layers of a drawing, and what seems wrong with the names."""

    by_name: dict[str, Node]
    problems: tuple[Problem, ...]
    """Faults: two layers of one name, a name in the wrong case."""

    def group(self, name: str) -> Group | None:
        """A named group, or None."""
        found = self.by_name.get(name)
        return found if isinstance(found, Group) else None

    @property
    def loose(self) -> tuple[str, ...]:
        """The layers that swing, in the order of the drawing."""
        return tuple(name for name in self.by_name if name.startswith(LOOSE))

    @property
    def mouths(self) -> dict[str, Node]:
        """The drawn mouths, by viseme."""
        return {v: self.by_name[n] for v, n in DRAWN_MOUTHS.items() if n in self.by_name}


def find_layers(drawing: Drawing, other_names: Collection[str] = ()) -> Layers:
    """Every layer that has a meaning, and the names that nearly have one.

    `other_names` mean something to the character's recipe, and are not slips.
    """
    found: dict[str, Node] = {}
    problems: list[Problem] = []
    for node in walk(drawing.root):
        name = node.name
        if not _means_something(name):
            if name not in other_names and (fault := misspelt(node)):
                problems.append(fault)
            continue
        if name in found:
            first = found[name].source_line
            problems.append(
                Problem(
                    node.source_line,
                    f"a second layer is called {name}",
                    f"The first is on line {first}; rename one.",
                )
            )
            continue
        found[name] = node
    return Layers(found, tuple(problems))


def _means_something(name: str) -> bool:
    return name in KNOWN or (name.startswith(LOOSE) and len(name) > len(LOOSE))


def misspelt(node: Node) -> Problem | None:
    """What is probably a slip in a layer's name."""
    name = node.name
    if not name or node.visibility is Visibility.HIDDEN:
        return None
    meant = did_you_mean(_tidy(name), list(KNOWN)) if _tidy(name) not in KNOWN else ""
    if _tidy(name) in KNOWN:
        meant = f"did you mean {_tidy(name)}?"
    if not meant or meant == f"did you mean {name}?":
        return None
    return Problem(node.source_line, f"no layer is called {name}", meant)


def _tidy(name: str) -> str:
    """The usual other ways to write a name: spaces, underscores, eye.L, eye_l, left-eye."""
    words = name.replace("_", " ").replace(".", " ").replace("-", " ").split()
    sides = {"l": "left", "r": "right", "left": "left", "right": "right"}
    if len(words) > 1 and words[0].lower() in sides:
        words = [*words[1:], words[0]]
    if len(words) > 1 and words[-1].lower() in sides:
        words[-1] = sides[words[-1].lower()]
    elif len(words) == 1:
        return words[0]
    return "-".join(words)
