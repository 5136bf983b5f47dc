"""Whatever layers a drawing has: a sound file, or an error that tells what to do."""

from __future__ import annotations

from hypothesis import event, given, settings
from hypothesis import strategies as st

from visavis.errors import ConfigError
from visavis.face.layers import KNOWN
from visavis.face.lint import problems
from visavis.face.puppet import make_puppet
from visavis.face.recipe import Recipe
from visavis.face.riv import read_riv, rewrite_riv

NAMES = st.sampled_from([*KNOWN, "loose-a", "loose-b-left", "skull", "bead", "x"])
TRANSFORMS = st.sampled_from(
    ["", "scale(0)", "scale(-1 1)", "skewX(30)", "rotate(40) scale(2 .5)", "translate(1e5 0)"]
)
PAINTS = st.sampled_from(
    ["", 'fill="none"', 'fill="url(#r)"', 'fill="url(#l)" stroke="url(#r)"', 'opacity=".5"']
)
SHAPES = st.sampled_from(
    [
        '<circle cx="50" cy="50" r="9" {}/>',
        '<path d="M1 1 L50 50" {}/>',
        '<path d="M40 60 Q50 66 60 60 Q50 68 40 60 Z M1 1h9" {}/>',
        '<rect width="0" height="5" {}/>',
        '<ellipse rx="30" ry="1e-5" {}/>',
        '<use href="#u" {}/>',
    ]
)
DEFS = """<defs><radialGradient id="r" gradientTransform="skewX(9)"><stop stop-color="red"/><stop
offset="1"/></radialGradient><linearGradient id="l"><stop/><stop offset="1" stop-color="red"/>
</linearGradient><clipPath id="c"><circle cx="50" cy="50" r="30"/></clipPath>
<path id="u" d="M0 0h20v20z"/></defs>"""


@st.composite
def nodes(draw: st.DrawFn, depth: int = 3) -> str:
    attributes = f'transform="{draw(TRANSFORMS)}"'
    if draw(st.booleans()):
        attributes += f' data-name="{draw(NAMES)}"'
    if draw(st.integers(0, 4)) == 0:
        attributes += ' clip-path="url(#c)"'
    if draw(st.integers(0, 6)) == 0:
        attributes += ' display="none"'
    if depth == 0 or draw(st.integers(0, 2)) == 0:
        return draw(SHAPES).format(f"{attributes} {draw(PAINTS)}")
    inside = "".join(draw(st.lists(nodes(depth=depth - 1), max_size=4)))
    return f"<g {attributes}>{inside}</g>"


RECIPES = st.sampled_from(
    [
        Recipe(name="A"),
        Recipe(name="B", jaw={"skull": 0.3, "head": 0.1}, sway=0, emotions=5),
        Recipe.model_validate(
            {"name": "C", "lights": {"bead": {"colors": {"idle": ["#ff0000"]}, "pulse": "scale"}}}
        ),
        Recipe.model_validate({"name": "D", "mouth": {"kind": "drawn"}}),
    ]
)


@settings(max_examples=150)
@given(st.lists(nodes(), min_size=1, max_size=6), RECIPES)
def test_any_drawing_is_built_soundly_or_refused_with_advice(body: list[str], own: Recipe) -> None:
    view = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
    mouth = '<path data-name="mouth" d="M40 60 Q50 66 60 60 Z" fill="red" stroke="blue"/>'
    for more in ("", mouth):
        try:
            puppet = make_puppet(f"{view}{DEFS}{''.join(body)}{more}</svg>".encode(), own)
        except ConfigError as error:
            event(str(error).split(": ")[-1][:50])
            assert str(error)
            assert error.hint
            continue
        event("built")
        assert problems(puppet.riv) == ()
        assert rewrite_riv(read_riv(puppet.riv)) == puppet.riv
