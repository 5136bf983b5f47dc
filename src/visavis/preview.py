"""One page, in one file: the character says a sound, with every mouth laid out beneath it.

It opens from disk in any browser, with no server and no network: the player, the character, the
sound and the cues are all inside.
"""

from __future__ import annotations

import base64
import json
import re
from html import escape
from pathlib import Path

import numpy as np

from visavis.characters import build_character
from visavis.errors import SetupError
from visavis.hear.audio import pcm_from_float
from visavis.lips.formats import LipTrack
from visavis.sounds import Sound, wav_of

PARTS = Path(__file__).parent / "static"
"""The built page; hatch_build.py fills it."""

PEAKS_HZ = 100
"""About so many a second of the drawn loudness: finer than a pixel of six seconds."""

_SLOT = re.compile(r"\{\{(\w+)\}\}")


def preview_page(track: LipTrack, sound: Sound, character: str = "pip") -> str:
    """The page for `track` and its `sound`, float32 [n] at the track's rate.

    Raises:
        ConfigError: there is no such character.
        SetupError: this installation lacks the built page.
    """
    step = max(1, track.rate_hz // PEAKS_HZ)
    data = {
        "rate_hz": track.rate_hz,
        "n_samples": track.n_samples,
        "cues": [
            {"at_sample": cue.at_sample, "viseme": cue.viseme, "weight": cue.weight}
            for cue in track.cues
        ],
        "peaks": _peaks(sound, step),
        "peaks_hz": track.rate_hz / step,
        "sound": _address("audio/wav", wav_of(pcm_from_float(sound), track.rate_hz)),
        "wasm": _address("application/wasm", _part("rive.wasm")),
        "character": _address("application/octet-stream", build_character(character)),
    }
    name = track.sound_name or "a sound"
    facts = f"{len(track.cues)} mouths in {track.seconds:.1f} s, from {track.made_from or 'sound'}"
    # A script ends at the first "</script", wherever it stands.
    slots = {
        "title": escape(f"{name}, spoken"),
        "facts": escape(facts),
        "style": _part("preview.css").decode(),
        "data": json.dumps(data).replace("</", "<\\/"),
        "script": _part("preview.js").decode().replace("</script", "<\\/script"),
    }
    return _SLOT.sub(lambda slot: slots[slot[1]], _part("preview.template").decode())


def _part(name: str) -> bytes:
    try:
        return (PARTS / name).read_bytes()
    except OSError as error:
        raise SetupError(
            f"The preview's {name} was not built.", hint="Run `python hatch_build.py`."
        ) from error


def _peaks(sound: Sound, step: int) -> list[float]:
    """How loud each `step` samples are at most, of the loudest, two decimals."""
    padded = np.pad(np.abs(sound), (0, -len(sound) % step))
    peaks = padded.reshape(-1, step).max(axis=1) if len(padded) else np.zeros(0)
    loudest = max(float(peaks.max(initial=0.0)), 1e-3)
    return [round(float(peak) / loudest, 2) for peak in peaks]


def _address(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
