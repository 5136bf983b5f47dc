"""Pip, compiled by us and then renamed throughout, as another studio would have named him."""

from __future__ import annotations

from visavis.characters import build_character
from visavis.face.contract import CONTROLS, VISEMES
from visavis.face.riv import RivObject, read_riv, write_riv

NAMES = {
    "Character": "Hero",
    "Avatar": "Face",
    "AvatarVM": "Props",
    "viseme": "mouthShape",
    "is_speaking": "talks",
    "energy": "volume",
    "gaze_x": "eyes-x",
    "gaze_y": "eyes-y",
    "wave": "greet",
    "emotion": "feeling",
    **{f"v_{viseme}": f"Mouth {viseme}" for viseme in VISEMES},
}
INDEX = {
    "artboard": "Hero",
    "stateMachine": "Face",
    "mouth": {
        "kind": "index",
        "name": "mouthShape",
        "values": {viseme: index for index, viseme in enumerate(VISEMES)},
    },
    "speaking": "talks",
    "energy": {"name": "volume", "full": 100},
    "gazeX": {"name": "eyes-x"},
    "gazeY": {"name": "eyes-y"},
    "gestures": {"wave": "greet"},
    "emotion": {"kind": "index", "name": "feeling", "values": {"neutral": 0, "happy": 1}},
}
"""His mapping, as JSON."""


def renamed() -> bytes:
    """Pip under other names, none of ours left."""

    def other(item: RivObject) -> RivObject:
        name = item.props.get("name")
        known = {control.name for control in CONTROLS} | NAMES.keys()
        if not isinstance(name, str) or name not in known:
            return item
        return RivObject(item.kind, {**item.props, "name": NAMES.get(name, f"other {name}")})

    return write_riv(other(item) for item in read_riv(build_character("pip")).objects)
