"""SVG to drawing: what is read, what is refused and where, and what hostile files get."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.face.drawing import Gradient, Group, Outline, Rule, Visibility, outlines, walk
from visavis.face.geometry import Matrix, Pen, box_around
from visavis.face.svg import read_svg
from visavis.face.svg_path import path_data
from visavis.face.svg_values import color, transform
from visavis.face.svg_xml import MAX_BYTES, MAX_DEPTH, DrawingError

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'viewBox="0 0 100 100">'
)


def svg(body: str) -> bytes:
    return f"{HEAD}{body}</svg>".encode()


def shapes(body: str) -> list[Outline]:
    return list(outlines(read_svg(svg(body)).root))


def one(body: str) -> Outline:
    (found,) = shapes(body)
    return found


def refused(data: bytes) -> str:
    with pytest.raises(DrawingError) as caught:
        read_svg(data, "a.svg")
    return str(caught.value)


@pytest.mark.parametrize(
    ("d", "box"),
    [
        ("M10 10 h20 v30 H10 z", (10, 10, 30, 40)),
        ("m10,10 20,0 0,30-20,0z", (10, 10, 30, 40)),
        ("M0 0 L1e1-5.5", (0, -5.5, 10, 0)),
        ("M0 10 Q10-10 20 10 T40 10", (0, 0, 40, 20)),
        ("M0 0 C0 10 10 10 10 0 S20-10 20 0", (0, -7.5, 20, 7.5)),
        ("M0 10 a10 10 0 0 1 20 0", (0, 0, 20, 10)),
        ("M0 10 a10 10 0 0020 0", (0, 10, 20, 20)),
        ("M0 0 A0 5 0 0 1 10 0", (0, 0, 10, 0)),
        ("M0 10 A5 5 30 0 1 20 10", (0, 0, 20, 10)),  # radii grow until the arc fits
        ("M5 5 l10 0 z m2 2 l4 0 l0 4", (5, 5, 15, 11)),
    ],
)
def test_path_data(d: str, box: tuple[float, float, float, float]) -> None:
    found = box_around(path_data(d))
    assert found is not None
    assert (found.left, found.top, found.right, found.bottom) == pytest.approx(box, abs=2e-2)


@pytest.mark.parametrize(
    "d", ["L1 1", "M", "M1", "M1 1 L", "M0 0 A1 1 0 2 0 5 5", "M0 0 X", "M0 0 Z 4", "M0 0 L1 nan"]
)
def test_bad_path_data_is_refused_with_its_line(d: str) -> None:
    assert refused(svg(f'\n<path d="{d}"/>')).startswith("a.svg:2: <path>")


def test_a_closed_path_has_no_double_point() -> None:
    (contour,) = path_data("M0 0 C0 5 5 5 5 0 C5 -5 0 -5 0 0 Z")
    assert len(contour.knots) == 2
    assert (contour.knots[0].in_dx, contour.knots[0].in_dy) == (0, -5)


POINTS = st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
SMALL = st.floats(-3, 3)


@given(st.tuples(SMALL, SMALL, SMALL, SMALL), POINTS)
def test_a_pen_draws_the_same_ellipse(parts: tuple[float, ...], at: tuple[float, float]) -> None:
    """Whatever the map: the images of the unit circle under it and under its pen are one curve."""
    a, b, c, d = parts
    matrix = Matrix(a, b, c, d, *at)
    if abs(matrix.determinant) < 1e-3:
        return
    back = Pen.of(matrix).matrix(at).inverse()
    for turn in range(8):
        x, y = math.cos(turn), math.sin(turn)
        assert math.hypot(*back.point(*matrix.point(x, y))) == pytest.approx(1, abs=1e-6)


@given(st.lists(st.tuples(st.sampled_from("MLHVCSQTAZmlhvcsqtaz"), st.text("0123456789.- ,e"))))
def test_no_path_data_crashes(words: list[tuple[str, str]]) -> None:
    text = "".join(letter + numbers for letter, numbers in words)
    try:
        contours = path_data(text)
    except ValueError:
        return
    for contour in contours:
        assert all(math.isfinite(value) for k in contour.knots for value in (k.x, k.y))


@pytest.mark.parametrize(
    ("text", "argb"),
    [
        ("#fff", 0xFFFFFFFF),
        ("#12345678", 0x78123456),
        ("Rebeccapurple", 0xFF663399),
        ("rgb(255, 0 0)", 0xFFFF0000),
        ("rgba(0,0,100%,50%)", 0x800000FF),
        ("hsl(120 100% 25%)", 0xFF008000),
        ("transparent", 0),
    ],
)
def test_colours(text: str, argb: int) -> None:
    assert color(text) == argb


@pytest.mark.parametrize("text", ["", "#12", "url(#a)", "rgb(1,2)", "bleu", "rgb(nan,0,0)"])
def test_what_is_no_colour(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        color(text)


def test_transforms_apply_the_last_first() -> None:
    assert transform("translate(10) scale(2)").point(1, 1) == (12, 2)
    assert transform("rotate(90 5 5)").point(5, 0) == pytest.approx((10, 5))
    assert transform("matrix(1 0 0 1 3 4),skewX(45)").point(0, 1) == pytest.approx((4, 5))
    with pytest.raises(ValueError, match="not a transform"):
        transform("turn(3)")


def test_styles_win_in_css_order() -> None:
    style = "<style>/* c */ #i{fill:#333} .a{fill:#222} path{fill:#111} .x, .y{stroke:red}</style>"
    assert one(style + '<path d="M0 0h9v9z"/>').fill == 0xFF111111
    assert one(style + '<path class="a" fill="#444" d="M0 0h9v9z"/>').fill == 0xFF222222
    assert one(style + '<path class="a" id="i" d="M0 0h9v9z"/>').fill == 0xFF333333
    assert one(style + '<path id="i" style="fill:#555" d="M0 0h9v9z"/>').fill == 0xFF555555
    assert one(style + '<g fill="#666"><rect width="9" height="9"/></g>').fill == 0xFF666666
    assert one(style + '<path class="y" d="M0 0h9v9z"/>').stroke is not None


def test_groups_hand_on_transforms_but_not_opacity() -> None:
    drawing = read_svg(
        svg('<g transform="translate(5 5)" opacity=".5"><circle r="3" transform="scale(2)"/></g>')
    )
    (group,) = drawing.root.children
    assert isinstance(group, Group)
    assert group.opacity == 0.5
    assert group.box is not None
    assert (group.box.left, group.box.right) == pytest.approx((-1, 11))
    (circle,) = group.children
    assert isinstance(circle, Outline)
    assert circle.opacity == 1


def test_use_repeats_and_moves() -> None:
    body = '<defs><g id="a"><rect width="4" height="4"/></g></defs>'
    body += '<use href="#a" x="10"/><use xlink:href="#a" transform="scale(2)" y="5"/>'
    first, second = shapes(body)
    assert first.box is not None
    assert second.box is not None
    assert (first.box.left, second.box.top, second.box.bottom) == (10, 10, 18)


def test_gradients_inherit_and_fit_the_box() -> None:
    body = """<defs><linearGradient id="s"><stop offset="10%" stop-color="red"/>
    <stop offset="0" style="stop-color:blue;stop-opacity:.5"/></linearGradient>
    <linearGradient id="g" href="#s" x2="0" y2="1" gradientTransform="translate(0 .5)"/></defs>
    <rect x="20" y="10" width="10" height="40" fill="url(#g)" fill-opacity=".5"/>"""
    paint = one(body).fill
    assert isinstance(paint, Gradient)
    assert [s.position for s in paint.stops] == pytest.approx([0.1, 0.1])
    assert [s.color >> 24 for s in paint.stops] == [128, 64]
    assert paint.matrix.point(*paint.start) == (20, 30)
    assert paint.matrix.point(*paint.end) == (20, 70)


def test_clips_and_rules() -> None:
    body = '<clipPath id="c"><circle r="5" transform="translate(9 9)"/></clipPath>'
    body += '<g clip-path="url(#c)" transform="translate(1 0)"><rect width="9" height="9" '
    body += 'fill-rule="evenodd"/></g>'
    (group,) = read_svg(svg(body)).root.children
    (clip,) = group.clips
    box = box_around(clip.contours)
    assert box is not None
    assert (box.left, box.right) == pytest.approx((5, 15))
    assert clip.rule is Rule.NONZERO
    assert next(outlines(group)).rule is Rule.EVENODD


def test_names_come_from_labels_and_hidden_layers_stay() -> None:
    space = 'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"'
    body = f'<g {space} id="g12" inkscape:label="eye-left"><circle r="3"/></g>'
    body += '<g id="mouth_x2D_PP_2_" display="none"><circle r="3"/></g>'
    nodes = {node.name: node for node in walk(read_svg(svg(body)).root)}
    assert nodes["eye-left"].visibility is Visibility.SHOWN
    assert nodes["mouth-PP"].visibility is Visibility.HIDDEN


FOCUS = '<radialGradient id="f" {}><stop stop-color="{}"/><stop offset="1"/></radialGradient>'


def test_a_gradient_off_its_centre_becomes_discs_that_are_told() -> None:
    rect = '<rect id="a" width="9" height="9" fill="url(#f)" stroke="red"/>'
    drawing = read_svg(svg(FOCUS.format("fx='.25'", "white") + rect))
    (group,) = drawing.root.children
    assert group.name == "a"
    ground, *discs, line = outlines(group)
    assert ground.fill == 0xFF000000
    assert line.stroke is not None
    assert f"as {len(discs)} discs" in drawing.warnings[0].what
    widths = [disc.box.width for disc in discs if disc.box]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == pytest.approx(9)
    last = discs[-1].fill
    assert isinstance(last, Gradient)
    assert last.stops[0].color == 0xFFFFFFFF
    assert last.matrix.point(*last.start)[0] == pytest.approx(0.25 * 9, abs=0.2)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<text>Hi</text>", "Object to Path"),
        ('<image href="a.png"/>', "trace"),
        ("<foreignObject/>", "paths"),
        ("<script>alert(1)</script>", "no scripts"),
        ('<rect width="9" height="9" onclick="x()"/>', "no scripts"),
        ('<filter id="f"/><rect width="9" height="9" filter="url(#f)"/>', "no filters"),
        ('<mask id="m"/><g mask="url(#m)"><rect width="9" height="9"/></g>', "clip path"),
        ('<pattern id="p"/><rect width="9" height="9" fill="url(#p)"/>', "<pattern>"),
        ('<rect width="9" height="9"><animate/></rect><animate/>', "layer names"),
        ('<path d="M0 0h9" stroke="red" stroke-dasharray="2 -1"/>', "below 0"),
        ('<path d="M0 0h9" stroke="red" stroke-dasharray="2%"/>', "unit %"),
        ('<path d="M0 0h9e4M0 9h9e4" stroke="red" stroke-dasharray="2"/>', "dashes"),
        ('<path d="M0 0h9" stroke="red" stroke-miterlimit=".5"/>', "less than 1"),
        ('<rect width="9" height="9" style="mix-blend-mode:multiply"/>', "mix-blend"),
        ('<use href="other.svg#a"/>', "outside of this file"),
        ('<rect width="9" height="9" fill="url(https://x.example/a#b)"/>', "outside"),
        ('<use href="#nobody"/>', "no element"),
        ("<style>@import url(x.css);</style>", "@rules"),
        ("<style>g path{fill:red}</style>", "selector"),
        ('<rect width="9" height="9" fill="var(--c)" style="fill:var(--c)"/>', "variable"),
        ('<rect width="NaN" height="9"/>', "not a length"),
        ('<rect width="1e400" height="9"/>', "out of range"),
        ('<rect width="9em" height="9"/>', "unit em"),
        ('<polygon points="1,2 3"/>', "even number"),
        (
            FOCUS.format("fx='.99'", "red") + '<rect width="9" height="9" fill="url(#f)"/>',
            "cx and cy",
        ),
        (FOCUS.format("fr='.1'", "red") + '<rect width="9" height="9" fill="url(#f)"/>', "a size"),
        (FOCUS.format("fx='.2'", "#f008") + '<circle r="9" fill="url(#f)"/>', "half-transparent"),
        (FOCUS.format("fx='.2'", "red") + '<circle r="9" stroke="url(#f)"/>', "drop fx"),
        (FOCUS.format("fx='.2'", "red") + '<circle r="9" opacity=".5" fill="url(#f)"/>', "drop fx"),
        ('<g data-pivot="1"><rect width="9" height="9"/></g>', "data-pivot"),
    ],
)
def test_what_rive_cannot_show_is_refused_with_file_line_and_advice(
    body: str, complaint: str
) -> None:
    told = refused(svg(f'\n\n{body}\n<rect width="1" height="1"/>'))
    assert told.startswith("a.svg:3: ")
    assert complaint in told


def test_everything_wrong_is_told_at_once() -> None:
    told = refused(svg("<text/>\n<image/>\n<switch/>"))
    assert [line.split(":")[1] for line in told.splitlines()] == ["1", "2", "3"]


BOMB = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
OUTSIDE = '<!DOCTYPE svg SYSTEM "http://127.0.0.1:1/x.dtd">'


@pytest.mark.parametrize(("prolog", "used"), [(BOMB, "&b;"), (FILE, "&x;"), (BOMB, "")])
def test_entities_are_refused_where_they_are_declared(prolog: str, used: str) -> None:
    body = f"{prolog}{HEAD}<title>{used}</title></svg>"
    assert "is declared here" in refused(body.encode())


def test_an_outer_dtd_is_not_looked_at() -> None:
    body = f'{OUTSIDE}{HEAD}<rect width="9" height="9"/></svg>'
    assert read_svg(body.encode()).width == 100


def test_deep_nesting_is_refused() -> None:
    assert "nested deeper" in refused(svg("<g>" * 5_000 + "</g>" * 5_000))
    read_svg(svg("<g>" * (MAX_DEPTH - 2) + '<rect width="1" height="1"/>' + "</g>" * 62))


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    data = svg("<!--" + "x" * MAX_BYTES + "-->")
    assert "MB" in refused(data)


def test_copies_of_copies_are_refused() -> None:
    levels = "".join(
        f'<g id="l{i}">' + f'<use href="#l{i - 1}"/>' * 10 + "</g>" for i in range(1, 9)
    )
    body = f'<defs><rect id="l0" width="1" height="1"/>{levels}</defs><use href="#l8"/>'
    assert "<use>" in refused(svg(body))
    assert "uses itself" in refused(svg('<g id="a"><use href="#a"/></g>'))


@pytest.mark.parametrize("data", [b"", b"\x00", b"<svg", b"<html/>", b"\xff\xfe<", b"RIVE"])
def test_other_files_are_refused(data: bytes) -> None:
    assert refused(data).startswith("a.svg:")


@pytest.mark.parametrize("attributes", ["", 'viewBox="0 0 0 9"', 'viewBox="0 0 x"', 'width="9"'])
def test_a_drawing_needs_a_frame(attributes: str) -> None:
    data = f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}><rect/></svg>'
    assert "viewBox" in refused(data.encode())


ATTRIBUTES: Any = st.sampled_from(["d", "fill", "style", "transform", "points", "r", "clip-path"])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["path", "g", "circle", "polygon", "use", "style", "stop"]),
            st.dictionaries(ATTRIBUTES, st.text("0123456789.#-eMLCAz(),:; urlnameta", max_size=20)),
        ),
        max_size=6,
    )
)
def test_no_drawing_crashes_the_reader(elements: list[tuple[str, dict[str, str]]]) -> None:
    body = "".join(
        f"<{tag} " + " ".join(f'{k}="{v}"' for k, v in given.items()) + f">{tag}</{tag}>"
        for tag, given in elements
    )
    try:
        read_svg(svg(body))
    except DrawingError as error:
        assert error.hint
