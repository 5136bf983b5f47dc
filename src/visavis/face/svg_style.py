"""How an SVG element is painted: attributes, classes in <style>, style="", and inheritance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from visavis.face.svg_xml import Element, Problems

INHERITED = {
    "fill": "black",
    "fill-opacity": "1",
    "fill-rule": "nonzero",
    "stroke": "none",
    "stroke-width": "1",
    "stroke-opacity": "1",
    "stroke-linecap": "butt",
    "stroke-linejoin": "miter",
    "stroke-dasharray": "none",
    "stroke-dashoffset": "0",
    "stroke-miterlimit": "4",
    "color": "black",
    "visibility": "visible",
    "clip-rule": "nonzero",
    "paint-order": "normal",
}
_OWN = {
    "opacity": "1",
    "display": "inline",
    "clip-path": "none",
    "mask": "none",
    "filter": "none",
    "mix-blend-mode": "normal",
    "vector-effect": "none",
    "stop-color": "black",
    "stop-opacity": "1",
    "transform": "",
}
_KNOWN = frozenset(INHERITED) | frozenset(_OWN)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_SIMPLE = re.compile(r"(\*|[A-Za-z][\w-]*)?((?:[.#][\w-]+)*)")
_PART = re.compile(r"[.#][\w-]+")


@dataclass(frozen=True, slots=True)
class Style:
    """What holds for one element. `own` is not handed on to its children."""

    inherited: Mapping[str, str]
    own: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        if name in self.inherited:
            return self.inherited[name]
        return self.own.get(name, _OWN[name])


INITIAL = Style(INHERITED, {})


@dataclass(frozen=True, slots=True)
class _Rule:
    tag: str
    parts: tuple[str, ...]
    """`.class` and `#id` that must all be there."""
    declared: Mapping[str, str]
    specificity: tuple[int, int, int]

    def matches(self, element: Element) -> bool:
        if self.tag not in {"", "*", element.tag}:
            return False
        names = {f".{name}" for name in (element.get("class") or "").split()}
        names.add(f"#{element.get('id') or ''}")
        return names.issuperset(self.parts)


class Sheet:
    """The rules of all <style> elements, in the order in which they win."""

    def __init__(self, root: Element, problems: Problems) -> None:
        self._problems = problems
        rules: list[_Rule] = []
        for element in root.walk():
            if element.tag == "style":
                rules += self._rules(element)
        self._rules_in_order = sorted(rules, key=lambda rule: rule.specificity)

    def style(self, element: Element, parent: Style) -> Style:
        """Everything that holds for an element inside `parent`."""
        found: dict[str, str] = {k: v for k, v in element.attributes.items() if k in _KNOWN}
        for rule in self._rules_in_order:
            if rule.matches(element):
                found.update(rule.declared)
        found.update(self._declared(element.get("style") or "", element.line))
        inherited, own = dict(parent.inherited), dict[str, str]()
        for name, value in found.items():
            text = value.replace("!important", "").strip()
            if text == "inherit":
                text = parent[name]
            if name in INHERITED:
                inherited[name] = text
            else:
                own[name] = text
        return Style(inherited, own)

    def _rules(self, element: Element) -> Iterator[_Rule]:
        text = _COMMENT.sub(" ", element.text)
        if "@" in text:
            self._problems.error(
                element.line,
                "a style sheet with @rules",
                "Only plain rules are read: remove @import, @font-face and @media.",
            )
            return
        for selectors, body in _RULE.findall(text):
            declared = self._declared(body, element.line)
            for selector in selectors.split(","):
                rule = self._rule(selector.strip(), declared, element.line)
                if rule is not None:
                    yield rule

    def _rule(self, selector: str, declared: Mapping[str, str], line: int) -> _Rule | None:
        found = _SIMPLE.fullmatch(selector)
        if not found or not selector:
            self._problems.error(
                line, f"the selector {selector[:40]!r}", "Use a tag, a .class or an #id."
            )
            return None
        parts = tuple(_PART.findall(found[2]))
        ids = sum(part.startswith("#") for part in parts)
        is_tag = found[1] not in {None, "*"}
        return _Rule(found[1] or "", parts, declared, (ids, len(parts) - ids, int(is_tag)))

    def _declared(self, text: str, line: int) -> dict[str, str]:
        found: dict[str, str] = {}
        for declaration in _COMMENT.sub(" ", text).split(";"):
            name, colon, value = declaration.partition(":")
            if not colon:
                continue
            if "var(" in value:
                self._problems.error(line, "a CSS variable", "Write the value itself.")
            if name.strip().lower() in _KNOWN:
                found[name.strip().lower()] = value.strip()
        return found


def shown(style: Style) -> Style:
    """The same, but shown: a variant that its designer has hidden is still a variant."""
    own = {name: value for name, value in style.own.items() if name != "display"}
    return replace(style, own=own, inherited={**style.inherited, "visibility": "visible"})
