"""Through the gateway's relay: the same cues in the end, and almost always in time."""

from __future__ import annotations

import numpy as np
import pytest

from tests.bench.lips.files_by_hand import tone
from tests.speech import CLOSURES, spoken
from visavis.bench.lips.through_gateway import Client, Direct, Seen, ThroughGateway, pcm_of
from visavis.sounds import resampled


def visemes(first: int, start: int, *cues: tuple[int, int]) -> dict[str, object]:
    return {
        "type": "visavis.visemes",
        "first_sample": first,
        "from_sample": start,
        "cues": [{"at_sample": at, "viseme": viseme} for at, viseme in cues],
    }


def test_a_client_shows_what_it_knows_at_the_time() -> None:
    client = Client(1_000)
    client.take({"type": "visavis.notice"}, 0.0)
    client.take(visemes(0, 0, (0, 1), (200, 2)), 0.0)
    client.take(visemes(0, 150, (150, 3), (300, 4)), 250.0)
    client.take(visemes(400, 0, (0, 5)), 300.0)
    assert client.told == ((0, 1), (150, 3), (300, 4), (400, 5))
    shown = client.shown(500)
    assert shown == [(0, 1), (200, 2), (230, 3), (300, 4), (400, 5)], "heard 20 ms behind"


def test_sixteen_bits_are_the_same_sixteen_bits() -> None:
    pcm = np.arange(-32_768, 32_768, dtype=np.int16)
    assert np.array_equal(pcm_of(pcm.astype(np.float32) / np.float32(32_768.0)), pcm)


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 48_000])
def test_cues_through_the_gateway_are_those_of_the_sound(rate_hz: int) -> None:
    voiced = spoken()[CLOSURES]
    sound = resampled(voiced.sound, voiced.rate_hz, rate_hz)
    direct = Direct().run(sound, rate_hz, None).track
    through = ThroughGateway(Seen.IN_THE_END).run(sound, rate_hz, None).track
    assert len(direct.runs) > 20
    assert through.runs == direct.runs
    seen = ThroughGateway(Seen.AS_HEARD).run(sound, rate_hz, None).track
    same = seen.frames() == direct.frames()
    assert np.mean(same) > 0.8, "what was guessed, because it was heard too soon, was guessed well"


def test_silence_has_no_lips() -> None:
    quiet = tone(1.0, 16_000) * np.float32(0.0)
    found = ThroughGateway(Seen.IN_THE_END).run(quiet, 16_000, None).track
    assert {run.viseme for run in found.runs} <= {0}
