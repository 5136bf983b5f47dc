"""SVG to a drawing: what Rive can show is read, everything else is refused with its line.

    data -> svg_xml (tree with lines) -> svg_style (what holds where) -> here -> drawing

Read: paths, basic shapes, groups, `use`, classes and styles, linear and radial gradients with
transforms, strokes with dashes, clip paths, opacity. Refused: text, images, filters, masks,
patterns, markers, scripts, animation and anything from outside of the file. Names are layer names:
the Inkscape label, Illustrator's data-name, or the id.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from visavis.face.drawing import (
    Clip,
    Drawing,
    Gradient,
    Group,
    Node,
    Outline,
    Paint,
    Rule,
    Visibility,
    outlines,
)
from visavis.face.geometry import Box, Contour, Matrix, Point, box_around
from visavis.face.svg_focus import ring_count, ringed
from visavis.face.svg_paint import Gradients
from visavis.face.svg_shapes import SHAPES, geometry
from visavis.face.svg_stroke import Stroke, stroke_of
from visavis.face.svg_style import INITIAL, Sheet, Style
from visavis.face.svg_values import color, length, numbers, transform
from visavis.face.svg_xml import MAX_ELEMENTS, Element, Problems, read_xml

MAX_USE_DEPTH = 16
_GROUPS = frozenset("svg g a".split())
_ELSEWHERE = frozenset(
    "defs style title desc metadata linearGradient radialGradient clipPath symbol".split()
) | frozenset("filter mask pattern marker".split())  # refused where they are used
_OUTLINE_HINT = (
    "Turn it into paths: Object to Path in Inkscape, Create Outlines in Illustrator, "
    "Flatten in Figma."
)
_REFUSED = {
    "text": _OUTLINE_HINT,
    "tspan": _OUTLINE_HINT,
    "textPath": _OUTLINE_HINT,
    "image": "Only vectors move well: trace it, or leave it out.",
    "script": "Drawings hold no scripts.",
    "foreignObject": "Draw it with paths.",
    "switch": "Keep one of its children and remove the <switch>.",
}
_ANIMATION = frozenset("animate animateTransform animateMotion set".split())
_URL = re.compile(r"url\(\s*['\"]?([^'\")]*)['\"]?\s*\)\s*(.*)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{2,4})_")
_COPY = re.compile(r"_\d+_$")  # Illustrator's mark of a second thing with the same name


def read_svg(data: bytes, file_name: str = "drawing.svg") -> Drawing:
    """The drawing in an SVG file.

    Raises:
        DrawingError: there is something in it that can't be drawn, with file, line and advice.
    """
    problems = Problems(file_name)
    root = read_xml(data, problems)
    drawing = _Reader(root, problems).drawing()
    problems.check()
    return drawing


class _Reader:
    """Goes through the tree with what holds at each place."""

    def __init__(self, root: Element, problems: Problems) -> None:
        self._root = root
        self._problems = problems
        self._by_id = {name: e for e in root.walk() if (name := e.get("id"))}
        self._sheet = Sheet(root, problems)
        self._gradients = Gradients(self._by_id, self._sheet, problems)
        self._made = 0
        self._hidden = 0
        self._using: list[str] = []
        self._names: dict[str, int] = {}

    def drawing(self) -> Drawing:
        """The whole of it."""
        left, top, width, height = self._frame()
        self._problems.check()
        self._gradients.frame = (width, height)
        style = self._sheet.style(self._root, INITIAL)
        children = self._children(self._root, Matrix(e=-left, f=-top), style)
        self._problems.check()
        if not any(True for child in children for _ in outlines(child)):
            self._problems.error(self._root.line, "nothing is drawn")
            self._problems.check()
        root = Group("", children, self._root.line)
        file_name = self._problems.file_name
        return Drawing(file_name, width, height, root, tuple(self._problems.warnings))

    def _frame(self) -> tuple[float, float, float, float]:
        root = self._root
        try:
            if (view := root.get("viewBox")) is not None:
                left, top, width, height = numbers(view)
            else:
                left = top = 0.0
                width, height = (length(root.get(name) or "") for name in ("width", "height"))
            if width <= 0 or height <= 0:
                raise ValueError("it has no area")
        except ValueError as error:
            self._problems.error(
                root.line,
                f"the <svg> has no usable viewBox: {error}",
                'For example viewBox="0 0 800 800".',
            )
            return 0.0, 0.0, 1.0, 1.0
        return left, top, width, height

    def _children(self, element: Element, ctm: Matrix, style: Style) -> tuple[Node, ...]:
        made = (self._node(child, ctm, style) for child in element.children)
        return tuple(node for node in made if node is not None)

    def _node(self, element: Element, ctm: Matrix, parent: Style) -> Node | None:
        self._made += 1
        if self._made > MAX_ELEMENTS:
            self._problems.error(
                element.line,
                f"<use> makes more than {MAX_ELEMENTS} elements of this",
                "Use fewer copies of copies.",
            )
            self._problems.check()
        tag = element.tag
        if tag in _ELSEWHERE:
            return None
        if tag in _REFUSED or tag in _ANIMATION or tag not in SHAPES | _GROUPS | {"use"}:
            self._refuse(element)
            return None
        self._check_attributes(element)
        style = self._sheet.style(element, parent)
        is_hidden = style["display"] == "none"
        self._hidden += is_hidden
        try:
            return self._drawn(element, ctm, style)
        except ValueError as error:
            self._problems.error(element.line, f"<{tag}>: {error}")
            return None
        finally:
            self._hidden -= is_hidden

    def _refuse(self, element: Element) -> None:
        if element.tag in _ANIMATION:
            hint = "Motion is made from layer names and character.yaml."
        else:
            hint = _REFUSED.get(element.tag, "Rive knows no such thing: draw it with paths.")
        if self._hidden and element.tag != "script":
            self._problems.warn(element.line, f"a hidden <{element.tag}> is left out")
        else:
            self._problems.error(element.line, f"<{element.tag}> can't be used", hint)

    def _check_attributes(self, element: Element) -> None:
        for name in element.attributes:
            if name.lower().startswith("on"):
                self._problems.error(
                    element.line, f"the attribute {name}", "Drawings hold no scripts."
                )
        if (name := self._name(element)) and element.get("id"):
            self._names.setdefault(name, element.line)

    def _drawn(self, element: Element, ctm: Matrix, style: Style) -> Node | None:
        ctm = ctm @ transform(style["transform"])
        self._refuse_effects(element, style)
        clips = self._clips(element, ctm, style)
        if element.tag in SHAPES:
            return self._outline(element, ctm, style, clips)
        if element.tag == "use":
            children = self._used(element, ctm, style)
        elif element.tag == "svg":
            raise ValueError("one <svg> inside another: use a <g> with a transform")
        else:
            children = self._children(element, ctm, style)
        group = Group(
            name=self._name(element),
            children=children,
            source_line=element.line,
            opacity=_unit(style["opacity"]),
            clips=clips,
            visibility=_visibility(style),
            pivot=self._pivot(element, ctm),
        )
        self._doubt_opacity(group)
        return group

    def _refuse_effects(self, element: Element, style: Style) -> None:
        hints = {
            "filter": "Rive has no filters: draw shadows and glows with gradients.",
            "mask": "Use a clip path, or a gradient that ends transparent.",
        }
        for name, hint in hints.items():
            if style[name] not in {"none", ""}:
                self._problems.error(element.line, f"a {name} on <{element.tag}>", hint)
        if style["mix-blend-mode"] != "normal":
            self._problems.error(
                element.line, "mix-blend-mode", "Mix the colours yourself, or use opacity."
            )
        if style["vector-effect"] != "none" and style["stroke"] != "none":
            self._problems.error(
                element.line, "vector-effect", "Strokes grow with the character: remove it."
            )

    def _used(self, element: Element, ctm: Matrix, style: Style) -> tuple[Node, ...]:
        href = element.get("href") or ""
        if not href.startswith("#"):
            raise ValueError(f"it refers to {href[:60]!r}, outside of this file")
        target = self._by_id.get(href[1:])
        if target is None:
            raise ValueError(f"there is no element with the id {href[1:60]!r}")
        if href in self._using or len(self._using) >= MAX_USE_DEPTH:
            raise ValueError(f"{href} uses itself, or is used {MAX_USE_DEPTH} deep")
        moved = ctm @ Matrix(e=length(element.get("x") or "0"), f=length(element.get("y") or "0"))
        self._using.append(href)
        try:
            if target.tag == "symbol":
                if target.get("viewBox"):
                    raise ValueError("a <symbol> with a viewBox: use a <g> instead")
                return self._children(target, moved, self._sheet.style(target, style))
            node = self._node(target, moved, style)
            return () if node is None else (node,)
        finally:
            self._using.pop()

    def _outline(
        self, element: Element, ctm: Matrix, style: Style, clips: tuple[Clip, ...]
    ) -> Node | None:
        contours = geometry(element)
        if not contours or ctm.is_singular:
            return None
        box = box_around(contours)
        assert box is not None
        fill = self._paint(element, style, "fill", ctm, box)
        stroke = self._stroke(element, style, ctm, box, contours)
        if fill is None and stroke is None:
            return None
        opacity = _unit(style["opacity"])
        if opacity < 1 and fill is not None and stroke is not None:
            self._problems.warn(
                element.line,
                "half-transparent with a fill and a stroke: the stroke's inner half will show "
                "the fill",
                "Give fill and stroke colours that need no opacity.",
            )
        order = "stroke fill" if style["paint-order"].startswith("stroke") else "fill stroke"
        whole = Outline(
            name=self._name(element),
            contours=_moved(stroke.contours if stroke and not stroke.is_apart else contours, ctm),
            fill=fill,
            rule=_rule(style["fill-rule"]),
            stroke=stroke.line if stroke else None,
            source_line=element.line,
            opacity=opacity,
            clips=clips,
            visibility=_visibility(style),
            order=order,
        )
        if isinstance(fill, Gradient) and fill.focus is not None:
            return self._ringed(whole, fill, stroke is not None and stroke.is_apart)
        if stroke is None or not stroke.is_apart:
            return whole
        return _parted(whole, _moved(stroke.contours, ctm))

    def _ringed(self, whole: Outline, fill: Gradient, has_cut_line: bool) -> Node:
        if has_cut_line:
            raise ValueError("a gradient with a focus and dashes: draw the line by itself")
        if whole.opacity < 1:
            raise ValueError("half-transparent, with a gradient off its centre: drop fx and fy")
        self._problems.warn(
            whole.source_line,
            f"a gradient with its focus off its centre is drawn as {ring_count(fill)} discs",
            "It costs less with cx and cy at the focus, and without fx and fy.",
        )
        return ringed(whole, fill)

    def _stroke(
        self, element: Element, style: Style, ctm: Matrix, box: Box, contours: Sequence[Contour]
    ) -> Stroke | None:
        paint = self._paint(element, style, "stroke", ctm, box)
        if paint is None:
            return None
        if isinstance(paint, Gradient) and paint.focus is not None:
            raise ValueError("a stroke's gradient has its focus off its centre: drop fx and fy")
        return stroke_of(style, paint, ctm, contours, element, self._problems)

    def _paint(
        self, element: Element, style: Style, which: str, ctm: Matrix, box: Box
    ) -> Paint | None:
        text = style[which]
        alpha = _unit(style[f"{which}-opacity"])
        if found := _URL.fullmatch(text):
            if not found[1].startswith("#"):
                raise ValueError(f"{which} refers to {found[1][:60]!r}, outside of this file")
            return self._gradients.paint(found[1][1:], element.line, ctm, box, alpha)
        if text == "none":
            return None
        argb = color(style["color"] if text.lower() == "currentcolor" else text)
        opaque = argb >> 24
        return round(opaque * alpha) << 24 | argb & 0xFFFFFF

    def _clips(self, element: Element, ctm: Matrix, style: Style) -> tuple[Clip, ...]:
        text = style["clip-path"]
        if text in {"none", ""}:
            return ()
        found = _URL.fullmatch(text)
        target = self._by_id.get(found[1][1:]) if found else None
        if target is None or target.tag != "clipPath":
            raise ValueError(f"clip-path {text[:60]!r} is no <clipPath> of this file")
        if target.get("clipPathUnits") == "objectBoundingBox":
            raise ValueError("clipPathUnits objectBoundingBox: use userSpaceOnUse")
        ctm = ctm @ transform(target.get("transform") or "")
        contours: list[Contour] = []
        rules: set[Rule] = set()
        for child in target.children:
            if child.tag not in SHAPES:
                raise ValueError(f"<{child.tag}> in a <clipPath>: only shapes can clip")
            moved = ctm @ transform(child.get("transform") or "")
            contours += [contour.moved(moved) for contour in geometry(child)]
            rules.add(_rule(self._sheet.style(child, style)["clip-rule"]))
        rule = Rule.EVENODD if rules == {Rule.EVENODD} else Rule.NONZERO
        return (Clip(tuple(contours), rule),)

    def _name(self, element: Element) -> str:
        for attribute in ("inkscape:label", "data-name", "id"):
            if name := element.get(attribute):
                name = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), name)
                return _COPY.sub("", name)
        return ""

    def _pivot(self, element: Element, ctm: Matrix) -> Point | None:
        text = element.get("data-pivot")
        if text is None:
            return None
        x, y = _pair(numbers(text), "data-pivot")
        return ctm.point(x, y)

    def _doubt_opacity(self, group: Group) -> None:
        if group.opacity >= 1:
            return
        boxes = [item.box for item in outlines(group)]
        some = [box for box in boxes if box is not None]
        if any(a.overlaps(b) for i, a in enumerate(some) for b in some[i + 1 :]):
            self._problems.warn(
                group.source_line,
                f"the group {group.name or 'here'} is half-transparent and its parts overlap: "
                "what lies beneath will show through",
                "Give the parts colours that need no opacity.",
            )


def _moved(contours: Sequence[Contour], ctm: Matrix) -> tuple[Contour, ...]:
    return tuple(contour.moved(ctm) for contour in contours)


def _parted(whole: Outline, cut: tuple[Contour, ...]) -> Node:
    """An outline whose stroke follows other contours than its fill."""
    line = replace(whole, contours=cut, fill=None)
    if whole.fill is None:
        return line
    plain = replace(whole, name="", stroke=None, opacity=1.0, clips=())
    parts = (plain, replace(line, name="", opacity=1.0, clips=()))
    children = parts if whole.order == "fill stroke" else parts[::-1]
    return Group(
        whole.name, children, whole.source_line, whole.opacity, whole.clips, whole.visibility
    )


def _pair(values: Sequence[float], what: str) -> Point:
    if len(values) != 2:
        raise ValueError(f"{what} needs two numbers")
    return values[0], values[1]


def _unit(text: str) -> float:
    value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    if not value == value:  # noqa: PLR0124 - NaN
        raise ValueError("an opacity is not a number")
    return min(1.0, max(0.0, value))


def _rule(text: str) -> Rule:
    return Rule.EVENODD if text == "evenodd" else Rule.NONZERO


def _visibility(style: Style) -> Visibility:
    is_hidden = style["display"] == "none" or style["visibility"] in {"hidden", "collapse"}
    return Visibility.HIDDEN if is_hidden else Visibility.SHOWN
