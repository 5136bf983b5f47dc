"""A session listened to: cues belong to its sound, come in time, and stop with it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.lips.ear_by_hand import any_weights, noisy_sound
from tests.wire.test_dialect import audio, metadata
from visavis.hear.audio import pcm_from_float
from visavis.lips.alignment import Alignment
from visavis.lips.characters import Times
from visavis.lips.lipsync import LipSync
from visavis.wire import elevenlabs
from visavis.wire.injected import Notice
from visavis.wire.relay import LEAST_PLAYOUT_MS, MAX_WAITING_MS, QUIET_MS, Relay

WEIGHTS = any_weights(3)
"""A net that never learnt anything, but changes its mind often enough."""

RATE_HZ = 16_000
SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).parents[2] / "spec" / "gateway.schema.json").read_text("utf-8"))
)
SAID: dict[str, list[Any]] = {
    "chars": list("a map on"),
    "char_start_times_ms": [0, 100, 150, 300, 420, 500, 560, 700],
    "char_durations_ms": [100, 50, 150, 120, 80, 60, 140, 200],
}


@dataclass
class Stage:
    """A relay whose work is done as soon as there is some."""

    relay: Relay
    said: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def pass_server(self, frame: str | bytes, now_ms: float = 0.0) -> None:
        self.note(self.relay.hear_server(frame, now_ms))
        self.work(now_ms)

    def note(self, frames: tuple[str, ...]) -> None:
        for frame in frames:
            message = json.loads(frame)
            SCHEMA.validate(message)
            self.said.append(message)

    def work(self, now_ms: float) -> None:
        while self.relay.due_ms is not None:
            self.note(self.relay.work(now_ms))

    def end(self) -> None:
        """Wait until the speech is taken to be over."""
        n_alarms = 0
        while (deadline_ms := self.relay.deadline_ms) is not None:
            n_alarms += 1
            self.relay.tick(deadline_ms - 1.0)
            assert self.relay.due_ms is None
            self.relay.tick(deadline_ms)
            self.work(deadline_ms)
        assert 1 <= n_alarms <= 2, "what is likely, and the end"

    def visemes(self) -> list[dict[str, Any]]:
        return [one for one in self.said if one["type"] == "visavis.visemes"]

    def cues(self) -> list[tuple[int, int, float]]:
        """What a client knows in the end."""
        return cues_of(self.said)


def cues_of(said: list[dict[str, Any]]) -> list[tuple[int, int, float]]:
    """All cues that still hold, speech by speech."""
    known: dict[int, list[tuple[int, int, float]]] = {}
    for one in said:
        if one["type"] != "visavis.visemes":
            continue
        before = [cue for cue in known.get(one["speech_id"], []) if cue[0] < one["from_sample"]]
        told = [(cue["at_sample"], cue["viseme"], cue["weight"]) for cue in one["cues"]]
        known[one["speech_id"]] = before + told
    return [cue for cues in known.values() for cue in cues]


def lips_of(rate_hz: int) -> LipSync:
    return LipSync(rate_hz, ear=WEIGHTS)


def stage(form: str = "pcm_16000", notice: Notice | None = None) -> Stage:
    found = Stage(Relay(elevenlabs.DIALECT, lips_of, notice))
    found.pass_server(metadata(form))
    return found


def pcm(n_samples: int, seed: int = 0) -> bytes:
    return pcm_from_float(noisy_sound(n_samples, seed)).astype("<i2").tobytes()


def direct(data: bytes, said: Alignment | None = None) -> list[tuple[int, int, float]]:
    """The cues of the same sound without a gateway."""
    lips = lips_of(RATE_HZ)
    sound = np.frombuffer(data, dtype="<i2").astype(np.float32) / np.float32(32_768.0)
    cues = [*lips.push(sound, characters=said), *lips.finish()]
    return [(cue.at_sample, cue.viseme, cue.weight) for cue in cues]


@settings(max_examples=15)
@given(st.lists(st.integers(1, 6_000), min_size=1, max_size=8))
def test_cues_are_those_of_the_same_sound_however_it_is_cut(sizes: list[int]) -> None:
    data = pcm(sum(sizes))
    found = stage()
    at = 0
    for number, size in enumerate(sizes):
        found.pass_server(audio(data[2 * at : 2 * (at + size)], number + 1))
        at += size
    found.end()
    assert found.cues() == direct(data)
    assert {one["source"] for one in found.visemes()} == {"sound"}
    assert {one["speech_id"] for one in found.visemes()} == {1}


def test_what_the_provider_knows_of_words_is_used() -> None:
    data = pcm(16_000)
    found = stage()
    found.pass_server(audio(data, 1, SAID))
    found.end()
    said = Alignment(
        tuple(SAID["chars"]),
        tuple(map(float, SAID["char_start_times_ms"])),
        tuple(map(float, SAID["char_durations_ms"])),
        Times.STREAM,
    )
    assert found.cues() == direct(data, said)
    assert found.cues() != direct(data)
    assert {one["source"] for one in found.visemes()} == {"alignment"}


def test_characters_lie_in_the_sound_they_came_with() -> None:
    """The second chunk's times count from its own first sample, though the first one's characters
    ended long before their sound did."""
    first, second = pcm(32_000), pcm(16_000, 1)
    found = stage()
    found.pass_server(audio(first, 1, SAID))
    found.pass_server(audio(second, 2, SAID))
    found.end()
    shifted = [at + 2_000 for at in SAID["char_start_times_ms"]]
    both = Alignment(
        tuple(SAID["chars"] * 2),
        tuple(map(float, [*SAID["char_start_times_ms"], *shifted])),
        tuple(map(float, SAID["char_durations_ms"] * 2)),
        Times.STREAM,
    )
    assert found.cues() == direct(first + second, both)


@pytest.mark.parametrize(
    "said",
    [
        {"chars": ["a"], "char_start_times_ms": [0, 1], "char_durations_ms": [5]},
        {"chars": ["a"], "char_start_times_ms": [1e300], "char_durations_ms": [5]},
    ],
)
def test_words_that_make_no_sense_cost_no_sample(said: dict[str, list[Any]]) -> None:
    found = stage()
    found.pass_server(audio(pcm(8_000), 1, said))
    found.pass_server(audio(pcm(8_000, 1), 2))
    found.end()
    assert found.relay.tally.n_speeches == 1
    assert all(at < 16_000 or shape == 0 for at, shape, _ in found.cues())


def test_words_that_come_too_late_are_let_go() -> None:
    data = pcm(16_000)
    found = stage()
    found.pass_server(audio(data[:16_000], 1))
    found.pass_server(audio(data[16_000:], 2, SAID))
    found.end()
    assert found.cues() == direct(data), "a speech that sound leads is led by sound to its end"


def test_nothing_is_said_before_the_session_stands() -> None:
    notice = Notice(code="model_missing", message="no ear")
    found = Stage(Relay(elevenlabs.DIALECT, lips_of, notice))
    found.pass_server('{"type":"ping","ping_event":{"event_id":1}}')
    found.pass_server('{"type":"interruption","interruption_event":{"event_id":1}}')
    assert found.said == []
    found.pass_server(metadata())
    assert [one["type"] for one in found.said] == ["visavis.notice"]
    found.pass_server(metadata())
    assert len(found.said) == 1, "once"


def test_an_interruption_stops_at_once_and_what_is_stale_stays_dumb() -> None:
    found = stage()
    found.relay.hear_server(audio(pcm(32_000), 3), 0.0)
    for _ in range(30):
        found.note(found.relay.work(0.0))
    n_told = len(found.said)
    assert n_told >= 1
    found.pass_server('{"type":"interruption","interruption_event":{"event_id":4}}', 500.0)
    assert found.said[-1] == {"type": "visavis.stop", "version": 1, "speech_id": 1}
    assert len(found.said) == n_told + 1, "nothing of it follows"
    assert found.relay.deadline_ms is None
    found.pass_server(audio(pcm(8_000), 4), 520.0)
    assert len(found.said) == n_told + 1, "stale"
    data = pcm(16_000, 2)
    found.said.clear()
    found.pass_server(audio(data, 5), 900.0)
    found.end()
    assert found.cues() == direct(data)
    assert {(one["speech_id"], one["first_sample"]) for one in found.visemes()} == {(2, 40_000)}
    assert {one["first_event_id"] for one in found.visemes()} == {5}


def test_a_pause_ends_a_speech_and_the_mouth_is_shut() -> None:
    found = stage()
    found.pass_server(audio(pcm(16_000), 1), 0.0)
    assert found.relay.deadline_ms == 1_000.0 - QUIET_MS, "not before it is nearly played"
    found.end()
    assert found.cues()[-1][1] == 0
    assert found.relay.deadline_ms is None
    found.pass_server(audio(pcm(16_000), 2), 5_000.0)
    found.end()
    assert [one["speech_id"] for one in found.visemes()][-1] == 2
    assert found.visemes()[-1]["first_sample"] == 16_000


def test_sound_in_real_time_is_one_speech() -> None:
    found = stage()
    for number in range(50):
        found.relay.tick(number * 100.0)
        found.pass_server(audio(pcm(1_600, number), number), number * 100.0)
    assert found.relay.tally.n_speeches == 1


def test_cues_that_leave_in_time_are_counted_so_and_late_ones_too() -> None:
    quick, slow = stage(), stage()
    quick.pass_server(audio(pcm(16_000), 1), 1_000.0)
    assert quick.relay.tally.n_cues > 3
    assert quick.relay.tally.n_late_cues == 0
    assert min(quick.relay.tally.margins_ms) >= 0.0
    slow.relay.hear_server(audio(pcm(16_000), 1), 1_000.0)
    slow.work(1_500.0)
    tally = slow.relay.tally
    assert 0 < tally.n_late_cues < tally.n_cues, "those of the first half second"


def test_after_a_gap_sound_is_heard_when_it_comes() -> None:
    found = stage()
    found.pass_server(audio(pcm(8_000), 1), 0.0)
    found.pass_server(audio(pcm(8_000, 1), 2), 400.0)
    found.relay.tally.margins_ms.clear()
    found.pass_server(audio(pcm(8_000, 2), 3), 1_300.0)
    assert found.relay.deadline_ms == 1_800.0 - QUIET_MS, "the gap of 0.3 s counts"
    heard_ms = [one + 1_300.0 - LEAST_PLAYOUT_MS for one in found.relay.tally.margins_ms]
    assert max(heard_ms) == pytest.approx(1_800.0), "the mouth shuts when all is played"


@pytest.mark.parametrize(("form", "rate_hz"), [("pcm_48000", 48_000), ("ulaw_8000", 8_000)])
def test_positions_count_in_the_sounds_own_rate(form: str, rate_hz: int) -> None:
    found = stage(form)
    n_bytes = rate_hz * (1 if form.startswith("ulaw") else 2)
    found.pass_server(audio(bytes(np.random.default_rng(0).bytes(n_bytes)), 1))
    found.end()
    assert {one["rate_hz"] for one in found.visemes()} == {rate_hz}
    assert max(at for at, _, _ in found.cues()) <= rate_hz


def test_without_an_ear_sound_alone_has_no_shapes_but_words_have() -> None:
    found = Stage(Relay(elevenlabs.DIALECT, LipSync))
    found.pass_server(metadata())
    found.pass_server(audio(pcm(16_000), 1))
    found.end()
    assert {shape for _, shape, _ in found.cues()} == {0}
    found.pass_server(audio(pcm(16_000), 2, SAID), 5_000.0)
    found.end()
    assert len({shape for _, shape, _ in found.cues()}) > 2


def test_a_flood_of_sound_is_not_hoarded() -> None:
    found = stage()
    long = pcm(40 * RATE_HZ)
    for number in range(5):
        found.relay.hear_server(audio(long, number), 0.0)
    waiting = sum(one.n_waiting for one in found.relay._speeches)  # pyright: ignore[reportPrivateUsage]
    assert waiting * 1_000.0 / RATE_HZ <= MAX_WAITING_MS
    assert found.relay.tally.n_unreadable_frames == 2


def test_one_step_is_little_work() -> None:
    found = stage()
    found.relay.hear_server(audio(pcm(16_000), 1), 0.0)
    n_steps = 0
    while found.relay.due_ms is not None:
        found.relay.work(0.0)
        n_steps += 1
    assert n_steps == 9, "120 ms each"


def test_a_speechs_first_shapes_are_told_before_they_are_heard() -> None:
    """Sound in real time, none of it early: what is certain would always come too late."""
    found = stage()
    seen: list[tuple[float, int]] = []
    for number in range(20):
        found.pass_server(audio(pcm(4_000, number), number), number * 250.0)
        cues = found.cues()
        assert cues, "from the first frame on"
        seen.append((number * 250.0, max(at for at, _, _ in cues)))
    for now_ms, last_sample in seen:
        assert last_sample / 16.0 >= now_ms, "what is heard now has a shape"
    tally = found.relay.tally
    assert tally.n_late_cues < tally.n_cues / 2, "only corrections are late"


def test_enough_sound_ahead_needs_no_forecast() -> None:
    found = stage()
    found.pass_server(audio(pcm(64_000), 1), 0.0)
    n_told = len(found.visemes())
    found.pass_server(audio(pcm(64_000, 1), 2), 100.0)
    found.end()
    later = found.visemes()[n_told:]
    froms = [one["from_sample"] for one in later]
    assert froms == sorted(froms)
    assert found.relay.tally.n_late_cues == 0, "what remains is told before it is heard"


frames = st.one_of(
    st.text(max_size=20),
    st.binary(max_size=20),
    st.sampled_from(
        [
            metadata(),
            metadata("ulaw_8000"),
            '{"type":"interruption","interruption_event":{"event_id":2}}',
            '{"type":"audio","audio_event":{}}',
        ]
    ),
    st.builds(audio, st.binary(max_size=400), st.integers(0, 4)),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(frames, st.floats(0.0, 400.0)), max_size=20))
def test_any_frames_at_any_time_leave_the_relay_in_order(sent: list[tuple[Any, float]]) -> None:
    """Speeches and their cues only ever go up, and what is said fits the schema."""
    found = Stage(Relay(elevenlabs.DIALECT, lips_of))
    now_ms = 0.0
    for frame, wait_ms in sent:
        now_ms += wait_ms
        found.relay.tick(now_ms)
        found.work(now_ms)
        found.pass_server(frame, now_ms)
    speech_ids = [one["speech_id"] for one in found.visemes()]
    assert speech_ids == sorted(speech_ids)
    for speech_id in set(speech_ids):
        cues = cues_of([one for one in found.visemes() if one["speech_id"] == speech_id])
        assert [at for at, _, _ in cues] == sorted({at for at, _, _ in cues})
