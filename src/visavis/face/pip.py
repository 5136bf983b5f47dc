"""Pip, the mascot: the drawing and the motions, put together."""

from __future__ import annotations

from visavis.face import pip_motion
from visavis.face.contract import Plane
from visavis.face.pip_art import PipArt
from visavis.face.pip_moods import MOODS
from visavis.face.rig import Character


def pip() -> Character:
    """A new Pip, ready for `rig.build`."""
    art = PipArt()
    return Character(
        artboard=art.artboard,
        breath=pip_motion.breath(art),
        blink_at_rest=pip_motion.blink_at_rest(art),
        blink_in_talk=pip_motion.blink_in_talk(art),
        moods={mood: make(art) for mood, make in MOODS.items()},
        sliders={plane: pip_motion.sliders(art, plane) for plane in Plane},
        gesture=pip_motion.nod(art),
        mouths=pip_motion.mouths(art),
    )
