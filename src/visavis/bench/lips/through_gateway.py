"""The same sound through the gateway's relay and past it, as contenders: are the cues the same?

Time is virtual: a provider sends frames of CHUNK_S, PACE times as fast as they are heard, and the
client keeps what it is told. What it knows in the end must be what LipSync makes of the sound
directly; what it showed at each moment is what a person would have seen.
"""

from __future__ import annotations

import base64
import json
import math
import time
from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.bench.gateway.load import CHUNK_S, PACE
from visavis.bench.lips.contender import Compute, Result, Sound
from visavis.bench.lips.track import Track, track_of
from visavis.ear_weights import ear_weights
from visavis.events import Cue
from visavis.lips.lipsync import LipSync
from visavis.lips.net import Weights
from visavis.lips.phonemes import SIL
from visavis.wire import elevenlabs
from visavis.wire.relay import LEAST_PLAYOUT_MS, QUIET_MS, Relay

_STEP_MS = 5.0
_PUSH_S = 0.02

Told = tuple[int, int]
"""A sample, and the viseme that begins there."""


class Seen(Enum):
    """Which of the client's mouths is scored."""

    IN_THE_END = "in the end"
    AS_HEARD = "as heard"


def pcm_of(sound: Sound) -> NDArray[np.int16]:
    """As a provider sends it; sound that had 16 bits has the same ones again."""
    scaled = np.round(np.clip(sound, -1.0, 1.0) * 32_768.0)
    return np.clip(scaled, -32_768, 32_767).astype("<i2")


class Direct:
    """LipSync, told nothing but the sound."""

    name = "visavis_lipsync"
    about = "ours: LipSync, sound alone"
    needs_text = False

    def __init__(self, weights: Weights | None = None) -> None:
        """Load the ear. Raises SetupError if its weights are missing."""
        self._weights = weights or ear_weights()

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """See Contender. Sound comes in pieces of 20 ms, at the 16 bits that a provider sends."""
        lips = LipSync(rate_hz, ear=self._weights)
        heard = pcm_of(sound).astype(np.float32) / np.float32(32_768.0)
        began = time.process_time()
        push_ms: list[float] = []
        cues: list[Cue] = []
        step = max(1, round(_PUSH_S * rate_hz))
        for at in range(0, len(heard), step):
            pushed = time.perf_counter()
            cues += lips.push(heard[at : at + step])
            push_ms.append(1_000.0 * (time.perf_counter() - pushed))
        cues += lips.finish()
        compute = Compute(time.process_time() - began, len(sound) / rate_hz, tuple(push_ms))
        told = [(cue.at_sample, cue.viseme) for cue in cues]
        return Result(_track(told, len(sound), rate_hz), 0.0, compute)

    def close(self) -> None:
        """See Contender."""


class ThroughGateway:
    """The gateway's relay between ElevenLabs' frames and a client that plays them as they come."""

    needs_text = False

    def __init__(self, seen: Seen, weights: Weights | None = None) -> None:
        """Load the ear. Raises SetupError if its weights are missing."""
        self._seen = seen
        self._weights = weights or ear_weights()

    @property
    def name(self) -> str:
        """See Contender."""
        return "visavis_gateway" + ("_as_heard" if self._seen is Seen.AS_HEARD else "")

    @property
    def about(self) -> str:
        """See Contender."""
        return f"ours: through the gateway, what the client knows {self._seen.value}"

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """See Contender."""
        client = Client(rate_hz)
        began = time.process_time()
        for now_ms, frame in _passed(sound, rate_hz, self._weights):
            client.take(json.loads(frame), now_ms)
        compute = Compute(time.process_time() - began, len(sound) / rate_hz)
        told = client.told if self._seen is Seen.IN_THE_END else client.shown(len(sound))
        return Result(_track(told, len(sound), rate_hz), 0.0, compute)

    def close(self) -> None:
        """See Contender."""


class Client:
    """Keeps what it is told of one session; sound is heard from its first frame on."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._versions: list[tuple[float, tuple[Told, ...]]] = [(-math.inf, ())]

    @property
    def told(self) -> Sequence[Told]:
        """What it knows by now."""
        return self._versions[-1][1]

    def take(self, message: dict[str, Any], now_ms: float) -> None:
        """A message of ours (spec/wire.md, "Visemes in other sessions")."""
        if message["type"] != "visavis.visemes":
            return
        first = message["first_sample"]
        kept = [cue for cue in self.told if cue[0] < first + message["from_sample"]]
        new = [(first + cue["at_sample"], cue["viseme"]) for cue in message["cues"]]
        self._versions.append((now_ms, (*kept, *new)))

    def shown(self, n_samples: int) -> Sequence[Told]:
        """What stood at each moment, of what was known when it was heard."""
        found: list[Told] = []
        at = 0
        step = max(1, round(_STEP_MS * self._rate_hz / 1_000.0))
        for sample in range(0, n_samples, step):
            heard_ms = sample * 1_000.0 / self._rate_hz + LEAST_PLAYOUT_MS
            while at + 1 < len(self._versions) and self._versions[at + 1][0] <= heard_ms:
                at += 1
            known = [viseme for start, viseme in self._versions[at][1] if start <= sample]
            viseme = known[-1] if known else SIL
            if not found or found[-1][1] != viseme:
                found.append((sample, viseme))
        return found


def _passed(sound: Sound, rate_hz: int, weights: Weights) -> list[tuple[float, str]]:
    """What the relay adds to the session, and when."""
    relay = Relay(elevenlabs.DIALECT, lambda rate_hz: LipSync(rate_hz, ear=weights))
    pcm = pcm_of(sound)
    n_chunk = max(1, round(CHUNK_S * rate_hz))
    chunks = [pcm[at : at + n_chunk] for at in range(0, len(pcm), n_chunk)]
    frames = [(1_000.0 * index * CHUNK_S / PACE, chunk) for index, chunk in enumerate(chunks)]
    said = relay.hear_server(json.dumps(_metadata(rate_hz)), 0.0)
    added = [(0.0, frame) for frame in said]
    end_ms = len(pcm) * 1_000.0 / rate_hz + 2.0 * QUIET_MS
    now_ms, n_sent = 0.0, 0
    while now_ms < end_ms:
        while n_sent < len(frames) and frames[n_sent][0] <= now_ms:
            n_sent += 1
            said = relay.hear_server(json.dumps(_audio(frames[n_sent - 1][1], n_sent)), now_ms)
            added += [(now_ms, frame) for frame in said]
        relay.tick(now_ms)
        while relay.due_ms is not None:
            added += [(now_ms, frame) for frame in relay.work(now_ms)]
        now_ms += _STEP_MS
    return added


def _metadata(rate_hz: int) -> dict[str, Any]:
    event = {"agent_output_audio_format": f"pcm_{rate_hz}"}
    return {"type": elevenlabs.METADATA, f"{elevenlabs.METADATA}_event": event}


def _audio(pcm: NDArray[np.int16], event_id: int) -> dict[str, Any]:
    data = base64.b64encode(pcm.tobytes()).decode()
    return {"type": "audio", "audio_event": {"audio_base_64": data, "event_id": event_id}}


def _track(told: Sequence[Told], n_samples: int, rate_hz: int) -> Track:
    visemes, starts = [viseme for _, viseme in told], [start for start, _ in told]
    return track_of(visemes, starts, n_samples, rate_hz)
