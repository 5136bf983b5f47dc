"""The small languages inside SVG attributes: numbers, lengths, colours, transforms.

All of them are strict: where a browser would guess or stop drawing, these raise ValueError with
what is wrong.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from visavis.face.geometry import Matrix

MAX_COORDINATE = 1e6
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_LENGTH = re.compile(rf"({NUMBER.pattern})\s*([a-zA-Z%]*)")
_GAP = re.compile(r"[\s,]*")
_FUNCTION = re.compile(r"([A-Za-z]+)\s*\(([^()]*)\)[\s,]*")
# Pixels in a unit: CSS fixes an inch at 96.
_PX = {
    "": 1.0,
    "px": 1.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
    "pt": 96 / 72,
    "pc": 16.0,
    "q": 96 / 101.6,
}

# The colour names of CSS.
_COLORS = """
aliceblue:f0f8ff antiquewhite:faebd7 aqua:00ffff aquamarine:7fffd4 azure:f0ffff beige:f5f5dc
bisque:ffe4c4 black:000000 blanchedalmond:ffebcd blue:0000ff blueviolet:8a2be2 brown:a52a2a
burlywood:deb887 cadetblue:5f9ea0 chartreuse:7fff00 chocolate:d2691e coral:ff7f50
cornflowerblue:6495ed cornsilk:fff8dc crimson:dc143c cyan:00ffff darkblue:00008b darkcyan:008b8b
darkgoldenrod:b8860b darkgray:a9a9a9 darkgreen:006400 darkgrey:a9a9a9 darkkhaki:bdb76b
darkmagenta:8b008b darkolivegreen:556b2f darkorange:ff8c00 darkorchid:9932cc darkred:8b0000
darksalmon:e9967a darkseagreen:8fbc8f darkslateblue:483d8b darkslategray:2f4f4f
darkslategrey:2f4f4f darkturquoise:00ced1 darkviolet:9400d3 deeppink:ff1493 deepskyblue:00bfff
dimgray:696969 dimgrey:696969 dodgerblue:1e90ff firebrick:b22222 floralwhite:fffaf0
forestgreen:228b22 fuchsia:ff00ff gainsboro:dcdcdc ghostwhite:f8f8ff gold:ffd700
goldenrod:daa520 gray:808080 green:008000 greenyellow:adff2f grey:808080 honeydew:f0fff0
hotpink:ff69b4 indianred:cd5c5c indigo:4b0082 ivory:fffff0 khaki:f0e68c lavender:e6e6fa
lavenderblush:fff0f5 lawngreen:7cfc00 lemonchiffon:fffacd lightblue:add8e6 lightcoral:f08080
lightcyan:e0ffff lightgoldenrodyellow:fafad2 lightgray:d3d3d3 lightgreen:90ee90 lightgrey:d3d3d3
lightpink:ffb6c1 lightsalmon:ffa07a lightseagreen:20b2aa lightskyblue:87cefa
lightslategray:778899 lightslategrey:778899 lightsteelblue:b0c4de lightyellow:ffffe0 lime:00ff00
limegreen:32cd32 linen:faf0e6 magenta:ff00ff maroon:800000 mediumaquamarine:66cdaa
mediumblue:0000cd mediumorchid:ba55d3 mediumpurple:9370db mediumseagreen:3cb371
mediumslateblue:7b68ee mediumspringgreen:00fa9a mediumturquoise:48d1cc mediumvioletred:c71585
midnightblue:191970 mintcream:f5fffa mistyrose:ffe4e1 moccasin:ffe4b5 navajowhite:ffdead
navy:000080 oldlace:fdf5e6 olive:808000 olivedrab:6b8e23 orange:ffa500 orangered:ff4500
orchid:da70d6 palegoldenrod:eee8aa palegreen:98fb98 paleturquoise:afeeee palevioletred:db7093
papayawhip:ffefd5 peachpuff:ffdab9 peru:cd853f pink:ffc0cb plum:dda0dd powderblue:b0e0e6
purple:800080 rebeccapurple:663399 red:ff0000 rosybrown:bc8f8f royalblue:4169e1
saddlebrown:8b4513 salmon:fa8072 sandybrown:f4a460 seagreen:2e8b57 seashell:fff5ee sienna:a0522d
silver:c0c0c0 skyblue:87ceeb slateblue:6a5acd slategray:708090 slategrey:708090 snow:fffafa
springgreen:00ff7f steelblue:4682b4 tan:d2b48c teal:008080 thistle:d8bfd8 tomato:ff6347
turquoise:40e0d0 violet:ee82ee wheat:f5deb3 white:ffffff whitesmoke:f5f5f5 yellow:ffff00
yellowgreen:9acd32
"""
_COLOR_BY_NAME = {
    name: int(value, 16) for name, value in (item.split(":") for item in _COLORS.split())
}


def number(text: str) -> float:
    """A plain number."""
    if not NUMBER.fullmatch(text.strip()):
        raise ValueError(f"{text.strip()[:40]!r} is not a number")
    return sane(float(text))


def sane(value: float) -> float:
    """The value, if it can be drawn."""
    if not math.isfinite(value) or abs(value) > MAX_COORDINATE:
        raise ValueError(f"{value:g} is out of range: at most {MAX_COORDINATE:.0f} can be drawn")
    return value


def length(text: str, whole: float | None = None) -> float:
    """A length in pixels; percentages are of `whole`, where there is one."""
    found = _LENGTH.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text.strip()[:40]!r} is not a length")
    value, unit = sane(float(found[1])), found[2].lower()
    if unit == "%" and whole is not None:
        return value / 100 * whole
    if unit not in _PX:
        raise ValueError(f"the unit {unit} is not known here: write plain numbers")
    return value * _PX[unit]


def numbers(text: str) -> list[float]:
    """Numbers parted by space or commas."""
    found: list[float] = []
    at = gap(text, 0)
    while at < len(text):
        match = NUMBER.match(text, at)
        if not match:
            raise ValueError(f"{text[at : at + 12]!r} is not a number")
        found.append(sane(float(match[0])))
        at = gap(text, match.end())
    return found


def gap(text: str, at: int) -> int:
    """The place of the next thing after spaces and commas."""
    found = _GAP.match(text, at)
    return found.end() if found else at


def color(text: str) -> int:
    """A CSS colour as 0xAARRGGBB."""
    text = text.strip().lower()
    if text in _COLOR_BY_NAME:
        return 0xFF000000 | _COLOR_BY_NAME[text]
    if text == "transparent":
        return 0
    if text.startswith("#"):
        return _hex_color(text)
    found = _FUNCTION.fullmatch(text)
    if found and found[1] in {"rgb", "rgba"}:
        return _rgb(found[2])
    if found and found[1] in {"hsl", "hsla"}:
        return _hsl(found[2])
    raise ValueError(f"{text[:40]!r} is not a colour")


def _hex_color(text: str) -> int:
    digits = text[1:]
    if not re.fullmatch(r"[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8}", digits):
        raise ValueError(f"{text!r} is not a colour")
    if len(digits) < 6:
        digits = "".join(letter * 2 for letter in digits)
    rgb, alpha = int(digits[:6], 16), int(digits[6:] or "ff", 16)
    return alpha << 24 | rgb


def _channels(text: str) -> list[str]:
    parts = [part for part in re.split(r"[\s,/]+", text.strip()) if part]
    if len(parts) not in {3, 4}:
        raise ValueError(f"{text[:40]!r} is not a colour")
    return parts


def _share(text: str) -> float:
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def _pack(red: float, green: float, blue: float, alpha: float) -> int:
    """Channels 0...1 as 0xAARRGGBB."""
    out = 0
    for value in (alpha, red, green, blue):
        if not math.isfinite(value):
            raise ValueError("a colour needs finite numbers")
        out = out << 8 | math.floor(min(1.0, max(0.0, value)) * 255 + 0.5)
    return out


def _rgb(text: str) -> int:
    parts = _channels(text)
    rgb = [_share(part) if part.endswith("%") else float(part) / 255 for part in parts[:3]]
    return _pack(rgb[0], rgb[1], rgb[2], _share(parts[3]) if len(parts) > 3 else 1.0)


def _hsl(text: str) -> int:
    parts = _channels(text)
    hue = float(parts[0].removesuffix("deg")) % 360
    saturation, light = _share(parts[1]), _share(parts[2])
    reach = saturation * min(light, 1 - light)

    def channel(offset: float) -> float:
        k = (offset + hue / 30) % 12
        return light - reach * max(-1.0, min(k - 3, 9 - k, 1.0))

    return _pack(channel(0), channel(8), channel(4), _share(parts[3]) if len(parts) > 3 else 1.0)


def transform(text: str) -> Matrix:
    """A list of transforms; the last is applied first."""
    matrix, at = Matrix(), gap(text, 0)
    while at < len(text):
        found = _FUNCTION.match(text, at)
        if not found:
            raise ValueError(f"{text[at : at + 24]!r} is not a transform")
        matrix = matrix @ _one_transform(found[1], numbers(found[2]))
        at = found.end()
    return matrix


def _one_transform(  # noqa: PLR0911 - one for each form
    name: str, values: Sequence[float]
) -> Matrix:
    match name, list(values):
        case "matrix", [a, b, c, d, e, f]:
            return Matrix(a, b, c, d, e, f)
        case "translate", [x]:
            return Matrix(e=x)
        case "translate", [x, y]:
            return Matrix(e=x, f=y)
        case "scale", [s]:
            return Matrix(a=s, d=s)
        case "scale", [x, y]:
            return Matrix(a=x, d=y)
        case "rotate", [degrees]:
            return _rotation(degrees)
        case "rotate", [degrees, x, y]:
            return Matrix(e=x, f=y) @ _rotation(degrees) @ Matrix(e=-x, f=-y)
        case "skewX", [degrees]:
            return Matrix(c=math.tan(math.radians(degrees)))
        case "skewY", [degrees]:
            return Matrix(b=math.tan(math.radians(degrees)))
        case _:
            raise ValueError(f"{name}({' '.join(f'{v:g}' for v in values)}) is not a transform")


def _rotation(degrees: float) -> Matrix:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return Matrix(c, s, -s, c)
