"""A track of mouth shapes, written down for other programs. Pure.

Times are seconds from the first sample of the sound. A shape lasts until the next begins.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from visavis.events import Cue
from visavis.lips.names import Named, Naming, named
from visavis.lips.phonemes import SIL, table


@dataclass(frozen=True, slots=True)
class LipTrack:
    """All the cues of one sound of `n_samples` at `rate_hz`.

    Cues ascend; before the first the mouth is shut. `made_from` says what they were made of
    ("text and sound", "sound"); `sound_name` is the file's name, if there is a file.
    """

    cues: tuple[Cue, ...]
    n_samples: int
    rate_hz: int
    made_from: str = ""
    sound_name: str = ""

    @property
    def seconds(self) -> float:
        """How long the sound is."""
        return self.n_samples / self.rate_hz


class TrackFormat(Enum):
    """How a track can be written."""

    JSON = "json"
    TSV = "tsv"
    RHUBARB_JSON = "rhubarb-json"
    RHUBARB_TSV = "rhubarb-tsv"


@dataclass(frozen=True, slots=True)
class _Held:
    start_s: float
    end_s: float
    viseme: int
    shape: Named


def written(track: LipTrack, form: TrackFormat, naming: Naming = Naming.OCULUS) -> str:
    """The track as text, which ends with a newline.

    `naming` is ignored by Rhubarb's own formats: they have Rhubarb's shapes.
    """
    return _WRITERS[form](track, naming)


def _json(track: LipTrack, naming: Naming) -> str:
    """One object; a cue a line, so that people and `diff` can read it."""
    head = {
        "sound": track.sound_name or None,
        "rate_hz": track.rate_hz,
        "duration_s": round(track.seconds, 6),
        "made_from": track.made_from or None,
        "naming": naming.value,
    }
    cues = [
        json.dumps(
            {
                "start_s": held.start_s,
                "end_s": held.end_s,
                "viseme": held.viseme,
                "name": held.shape.name,
                "weight": held.shape.weight,
            }
        )
        for held in _held(track, naming)
    ]
    fields = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    body = ",\n    ".join(cues)
    fields.append(f'  "cues": [\n    {body}\n  ]' if cues else '  "cues": []')
    return "{\n" + ",\n".join(fields) + "\n}\n"


def _tsv(track: LipTrack, naming: Naming) -> str:
    """start_s, end_s, name, weight, with a head line."""
    lines = [
        f"{held.start_s:.3f}\t{held.end_s:.3f}\t{_plain(held.shape)}\t{held.shape.weight:g}"
        for held in _held(track, naming)
    ]
    return "\n".join(["start_s\tend_s\tname\tweight", *lines]) + "\n"


def _rhubarb_json(track: LipTrack, _naming: Naming) -> str:
    """As Rhubarb Lip Sync's own `-f json`, times in hundredths of a second."""
    cues = [
        {"start": start_s, "end": end_s, "value": value}
        for start_s, end_s, value in _rhubarb_shapes(track)
    ]
    metadata = {"soundFile": track.sound_name, "duration": round(track.seconds, 2)}
    return json.dumps({"metadata": metadata, "mouthCues": cues}, indent=2) + "\n"


def _rhubarb_tsv(track: LipTrack, _naming: Naming) -> str:
    """As Rhubarb Lip Sync's own `-f tsv`: when each shape begins; the last line ends the last."""
    shapes = _rhubarb_shapes(track)
    lines = [f"{start_s:.2f}\t{value}" for start_s, _, value in shapes]
    return "\n".join([*lines, f"{round(track.seconds, 2):.2f}\tX"]) + "\n"


_WRITERS: dict[TrackFormat, Callable[[LipTrack, Naming], str]] = {
    TrackFormat.JSON: _json,
    TrackFormat.TSV: _tsv,
    TrackFormat.RHUBARB_JSON: _rhubarb_json,
    TrackFormat.RHUBARB_TSV: _rhubarb_tsv,
}


def _rhubarb_shapes(track: LipTrack) -> list[tuple[float, float, str]]:
    """Neighbours that Rhubarb does not tell apart are one; none shorter than its grid of 10 ms."""
    shapes: list[tuple[float, float, str]] = []
    for held in _held(track, Naming.RHUBARB):
        start_s, end_s, value = round(held.start_s, 2), round(held.end_s, 2), _plain(held.shape)
        if end_s <= start_s:
            continue
        if shapes and shapes[-1][2] == value:
            start_s = shapes.pop()[0]
        shapes.append((start_s, end_s, value))
    return shapes


def _held(track: LipTrack, naming: Naming) -> list[_Held]:
    """Every shape with its end; they fill the sound from its first sample to its last."""
    cues = list(_from_the_start(track.cues))
    ends = [cue.at_sample for cue in cues[1:]] + [track.n_samples]
    return [
        _Held(
            round(cue.at_sample / track.rate_hz, 6),
            round(end / track.rate_hz, 6),
            cue.viseme,
            named(cue.viseme, cue.weight, naming),
        )
        for cue, end in zip(cues, ends, strict=True)
        if end > cue.at_sample
    ]


def _from_the_start(cues: Sequence[Cue]) -> Sequence[Cue]:
    if cues and cues[0].at_sample == 0:
        return cues
    return (Cue(0, SIL, 0.0), *cues)


def _plain(shape: Named) -> str:
    """A name as text; where VRM's mouth is to be neutral, the name of silence."""
    return table().order[SIL] if shape.name is None else str(shape.name)
