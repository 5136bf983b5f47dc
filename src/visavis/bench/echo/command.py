"""`visavis bench echo`: self-interruptions by the loudspeaker, and people noticed all the same.

Real replies go through simulated loudspeakers and rooms into the server's own ear, with the real
detector; people of the corpus speak over them. Nothing is played, no time passes.

| figure | what it is |
|---|---|
| `self_interruptions_per_minute` | onsets while only the character speaks, with the rule |
| `self_interruptions_unguarded_per_minute` | the same, without the rule |
| `noticed_rate` | share of the people over a reply that are noticed within 1.5 s |
| `noticed_alone_rate` | the same without any reply: what the detector can do |
| `added_p50_ms`, `added_p95_ms` | how much later those are noticed than without any reply |

Each is given for all rooms together, and for those with a canceller, with quiet (-20 dB and less)
and with loud echoes.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import soxr
import typer
from rich.progress import Progress

from visavis.bench.corpus import open_corpus
from visavis.bench.echo.path import Floats, SpeakerPath
from visavis.bench.echo.scene import Line, Remark, Room, onsets, stage
from visavis.bench.intervals import named, share_estimate
from visavis.bench.latency import COLUMNS, console
from visavis.bench.recording import Split
from visavis.bench.report import Report, commit, show
from visavis.hear.audio import RATE_HZ, pcm_from_float
from visavis.hear.echo import EchoCanceller
from visavis.hear.vad import SileroModel
from visavis.models import JOE_CONFIG, JOE_DURATIONS, SILERO_VAD, ModelStore
from visavis.voice.piper import Piper
from visavis.voice.tts import VoiceStyle, spoken_whole

REPLIES = (
    "Hello, I am Pip, and I live in this little window. Ask me anything about the project, or just "
    "tell me how your day was.",
    "It runs entirely on your own computer, with no network and no graphics card. The voice, the "
    "ears and the words are all small models, and they answer in about a fifth of a second.",
    "Once upon a time there was a fox who could not sleep. Every night it walked along the river, "
    "counted the stars, and told the old owl what it had seen.",
)
_REMARKS_AT_MS = ((0, 3_500.0), (1, 1_000.0), (1, 6_000.0), (2, 3_000.0))
"""Line and offset: once while the room is still being learnt, then at any time."""

_NOTICED_WITHIN_MS = 1_500.0
_TOO_EARLY_MS = 50.0
"""An onset this much before the person's first audible sample is still theirs."""

_ON, _OFF, _UNKNOWN = EchoCanceller.ON, EchoCanceller.OFF, EchoCanceller.UNKNOWN

ROOMS = (
    ("cancelled", Room(SpeakerPath(60.0, 0.3, -30.0, seed=1), canceller=_ON, seed=1)),
    ("cancelled", Room(SpeakerPath(250.0, 0.6, -30.0, seed=2), canceller=_ON, seed=2)),
    ("quiet", Room(SpeakerPath(20.0, 0.2, -30.0, seed=3), canceller=_UNKNOWN, seed=3)),
    ("quiet", Room(SpeakerPath(100.0, 0.4, -20.0, seed=4), canceller=_OFF, seed=4)),
    ("quiet", Room(SpeakerPath(300.0, 0.6, -20.0, drive=3.0, seed=5), canceller=_OFF, seed=5)),
    ("loud", Room(SpeakerPath(40.0, 0.3, -10.0, seed=6), canceller=_UNKNOWN, seed=6)),
    ("loud", Room(SpeakerPath(200.0, 0.5, -10.0, drive=3.0, seed=7), canceller=_OFF, seed=7)),
    ("loud", Room(SpeakerPath(100.0, 0.4, 0.0, seed=8), canceller=_OFF, seed=8)),
    ("loud", Room(SpeakerPath(150.0, 0.6, 0.0, drive=3.0, seed=9), canceller=_UNKNOWN, seed=9)),
    ("loud", Room(SpeakerPath(300.0, 0.4, 3.0, seed=10), canceller=_OFF, seed=10)),
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one room. Delays are ms after a remark's first sample, infinite if missed."""

    kind: str
    minutes: float
    n_unguarded: int
    n_guarded: int
    alone_ms: tuple[float, ...]
    over_ms: tuple[float, ...]


def echo(
    split: Annotated[Split, typer.Option(help="Whose voices speak over the replies.")] = "test",
    seed: Annotated[int, typer.Option(help="Which people.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Does the character interrupt itself by the loudspeaker, and does it notice a person?"""
    commit()
    store = ModelStore()
    n_people = len(ROOMS) * len(_REMARKS_AT_MS)
    recordings = open_corpus().select(n=n_people, seed=seed, split=split)
    voices = [one.sound[: one.speech_end_sample] for one in recordings]
    lines = asyncio.run(_voice(store))
    silero = SileroModel(store.path(SILERO_VAD))
    heard: list[Heard] = []
    with Progress(*COLUMNS, console=console, transient=True) as bar:
        for kind, room in bar.track(ROOMS, description="Listening"):
            mine = [voices.pop() for _ in _REMARKS_AT_MS]
            heard.append(_listen(kind, room, lines, mine, silero))
    settings = {"split": split, "seed": seed, "rooms": len(ROOMS), "people": n_people}
    report = Report("echo", figures(heard), settings)
    show(report, as_json, console)


def figures(heard: Sequence[Heard]) -> dict[str, float]:
    """The figures of all rooms, then those of each kind with its name in front."""
    found = _figures_of("", heard)
    for kind in dict.fromkeys(one.kind for one in heard):
        found |= _figures_of(f"{kind}_", [one for one in heard if one.kind == kind])
    return {name: round(value, 4) for name, value in found.items()}


def _figures_of(prefix: str, heard: Sequence[Heard]) -> dict[str, float]:
    minutes = sum(one.minutes for one in heard)
    pairs = [pair for one in heard for pair in zip(one.over_ms, one.alone_ms, strict=True)]
    n_over = sum(math.isfinite(over) for over, _ in pairs)
    n_alone = sum(math.isfinite(alone) for _, alone in pairs)
    unguarded, guarded = (
        sum(one.n_unguarded for one in heard),
        sum(one.n_guarded for one in heard),
    )
    found = {
        f"{prefix}self_interruptions_unguarded_per_minute": unguarded / minutes,
        f"{prefix}self_interruptions_per_minute": guarded / minutes,
    }
    found |= named(f"{prefix}noticed_rate", share_estimate(n_over, len(pairs)))
    found |= named(f"{prefix}noticed_alone_rate", share_estimate(n_alone, len(pairs)))
    added = [over - alone for over, alone in pairs if math.isfinite(over) and math.isfinite(alone)]
    if added:
        p50, p95 = np.percentile(added, (50, 95))
        found |= {f"{prefix}added_p50_ms": float(p50), f"{prefix}added_p95_ms": float(p95)}
    return found


def _listen(
    kind: str, room: Room, lines: Sequence[Line], voices: Sequence[Floats], silero: SileroModel
) -> Heard:
    remarks = [
        Remark(line, offset_ms, voice)
        for (line, offset_ms), voice in zip(_REMARKS_AT_MS, voices, strict=True)
    ]
    by_itself = stage(lines, [], room)
    over = stage(lines, remarks, room)
    alone = stage(lines, remarks, Room(None, room.noise_dbfs, seed=room.seed))
    return Heard(
        kind,
        by_itself.speaking_minutes,
        len(onsets(by_itself, silero.detector(), knows_replies=False)),
        len(onsets(by_itself, silero.detector())),
        _delays_ms(alone.remark_samples, onsets(alone, silero.detector(), knows_replies=False)),
        _delays_ms(over.remark_samples, onsets(over, silero.detector())),
    )


def _delays_ms(began: Sequence[int], noticed: Sequence[int]) -> tuple[float, ...]:
    delays: list[float] = []
    for sample in began:
        after_ms = [(at - sample) * 1_000.0 / RATE_HZ for at in noticed]
        mine = [ms for ms in after_ms if -_TOO_EARLY_MS < ms < _NOTICED_WITHIN_MS]
        delays.append(min(mine, default=math.inf))
    return tuple(delays)


async def _voice(store: ModelStore) -> tuple[Line, ...]:
    """The replies as the default voice says them."""
    piper = Piper(model=store.path(JOE_DURATIONS), config=store.path(JOE_CONFIG))
    try:
        said = [await spoken_whole(piper, text, VoiceStyle()) for text in REPLIES]
    finally:
        await piper.aclose()
    return tuple(
        Line(
            pcm_from_float(one.sound),
            one.rate_hz,
            soxr.resample(one.sound, one.rate_hz, RATE_HZ).astype(np.float32),
        )
        for one in said
    )
