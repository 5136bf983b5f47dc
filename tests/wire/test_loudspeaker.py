"""The loudspeaker: real time by the sample count, nothing before commit, nothing after stop."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.wire import messages as wire
from visavis.wire.codec import ReplyFrame
from visavis.wire.loudspeaker import HOLD_FADE_MS, LEAD_MS, RESUME_FADE_MS, Item, Loudspeaker
from visavis.wire.pcm import PcmClear, PcmTranscript

RATE_HZ = 16_000
LEVEL = 10_000


@dataclass
class Room:
    """A loudspeaker and somebody who notes what it hands out, and when."""

    speaker: Loudspeaker = field(default_factory=lambda: Loudspeaker(RATE_HZ))
    now_ms: float = 0.0
    heard: list[tuple[float, Item]] = field(default_factory=list[tuple[float, Item]])

    def take(self, *messages: wire.ServerMessage | ReplyFrame) -> None:
        for message in messages:
            self.speaker.take(message, self.now_ms)

    def wait(self, ms: float) -> None:
        """Let time pass, jumping from one due moment to the next."""
        until_ms = self.now_ms + ms
        while True:
            while (item := self.speaker.next_due(self.now_ms)) is not None:
                self.heard.append((self.now_ms, item))
            due_ms = self.speaker.next_due_ms(self.now_ms)
            if due_ms is None or due_ms > until_ms:
                break
            assert due_ms > self.now_ms
            self.now_ms = due_ms
        self.now_ms = until_ms

    def sound(self) -> list[tuple[float, np.ndarray]]:
        return [(at_ms, i) for at_ms, i in self.heard if isinstance(i, np.ndarray)]

    def n_samples(self) -> int:
        return sum(len(pcm) for _, pcm in self.sound())

    def playheads(self) -> list[tuple[float, int, str]]:
        return [(t, i.sample, i.status) for t, i in self.heard if isinstance(i, wire.Playhead)]


def armed(reply_id: int = 1, rate_hz: int = RATE_HZ) -> wire.ReplyArmed:
    return wire.ReplyArmed(reply_id=reply_id, turn_id=1, revision=1, rate_hz=rate_hz)


def sound(n_samples: int, at: int = 0, reply_id: int = 1) -> ReplyFrame:
    return ReplyFrame(reply_id, at, np.full(n_samples, LEVEL, dtype=np.int16))


def end(n_samples: int, reply_id: int = 1) -> wire.ReplyEnd:
    return wire.ReplyEnd(reply_id=reply_id, n_samples=n_samples)


def commit(reply_id: int = 1) -> wire.ReplyCommit:
    return wire.ReplyCommit(reply_id=reply_id, turn_id=1)


def playing(n_samples: int = 32_000) -> Room:
    room = Room()
    room.take(armed(), sound(n_samples), end(n_samples), commit())
    return room


def test_a_held_reply_is_silent_until_its_commit() -> None:
    room = Room()
    room.take(armed(), sound(16_000), end(16_000))
    room.wait(5_000)
    assert not room.heard
    room.take(commit())
    room.wait(0)
    assert room.n_samples() == 16_000 * (LEAD_MS + 20) / 1_000


def test_a_discarded_reply_is_never_heard() -> None:
    room = Room()
    room.take(armed(), sound(16_000), wire.ReplyDiscard(reply_id=1), commit())
    room.wait(5_000)
    assert not room.heard


@given(st.integers(1, 40_000), st.integers(0, 4_000))
def test_sound_goes_out_in_real_time_and_whole(n_samples: int, look_ms: int) -> None:
    room = playing(n_samples)
    room.wait(look_ms)
    ahead = room.n_samples() - look_ms * RATE_HZ / 1_000
    assert ahead <= (LEAD_MS + 20) * RATE_HZ / 1_000
    assert room.n_samples() == n_samples or ahead > LEAD_MS * RATE_HZ / 1_000 - 1
    room.wait(10_000)
    assert room.n_samples() == n_samples
    at_ms, sample, status = room.playheads()[-1]
    assert (sample, status) == (n_samples, "ended")
    assert at_ms == pytest.approx(n_samples * 1_000 / RATE_HZ, abs=0.1)


def test_the_playhead_is_reported_ten_times_a_second() -> None:
    room = playing(8_000)
    room.wait(1_000)
    assert [(round(t), sample, status) for t, sample, status in room.playheads()] == [
        (100, 1_600, "playing"),
        (200, 3_200, "playing"),
        (300, 4_800, "playing"),
        (400, 6_400, "playing"),
        (500, 8_000, "ended"),
    ]


def test_stop_stops_at_once_and_says_how_much_was_heard() -> None:
    room = playing()
    room.wait(510)
    room.heard.clear()
    room.take(wire.ReplyStop(reply_id=1))
    room.wait(5_000)
    assert [item for _, item in room.heard] == [
        PcmClear(),
        wire.Playhead(reply_id=1, sample=8_160, status="stopped"),
    ]


def test_stop_between_two_frames_of_one_moment() -> None:
    room = playing()
    assert isinstance(room.speaker.next_due(0.0), np.ndarray)
    room.take(wire.ReplyStop(reply_id=1))
    room.wait(5_000)
    assert not room.sound()


def test_stop_of_a_held_reply_clears_nothing() -> None:
    room = Room()
    room.take(armed(), sound(16_000), wire.ReplyStop(reply_id=1))
    room.wait(1_000)
    assert room.playheads() == [(0.0, 0, "stopped")]
    assert len(room.heard) == 1


def test_held_it_fades_without_a_step_and_goes_on_from_where_the_fade_began() -> None:
    room = playing()
    room.wait(500)
    sent_before = room.n_samples()
    room.take(wire.ReplyDuck(reply_id=1), wire.ReplyDuck(reply_id=1))
    room.wait(300)
    (at_ms, tail) = room.sound()[-1]
    assert at_ms == 500
    assert room.n_samples() == sent_before + len(tail)
    assert not tail[HOLD_FADE_MS * RATE_HZ // 1_000 :].any()
    assert {sample for at, sample, _ in room.playheads() if at >= 600} == {sent_before}
    room.take(wire.ReplyResume(reply_id=1))
    room.wait(5_000)
    heard = np.concatenate([pcm for _, pcm in room.sound()]).astype(np.int32)
    assert len(heard) == 32_000 + len(tail)
    assert heard[-1] == LEVEL
    assert np.abs(np.diff(heard)).max() < LEVEL * 0.02
    at_ms, sample, status = room.playheads()[-1]
    assert (sample, status) == (32_000, "ended")
    rest_ms = (32_000 - sent_before) * 1_000 / RATE_HZ
    assert at_ms == pytest.approx(800 + rest_ms, abs=0.1)


def test_a_stop_while_held_ends_where_it_was_held() -> None:
    room = playing()
    room.wait(500)
    sent_before = room.n_samples()
    room.take(wire.ReplyDuck(reply_id=1))
    room.wait(300)
    room.take(wire.ReplyStop(reply_id=1), wire.ReplyResume(reply_id=1))
    room.wait(5_000)
    assert [item for _, item in room.heard][-2:] == [
        PcmClear(),
        wire.Playhead(reply_id=1, sample=sent_before, status="stopped"),
    ]


def test_held_before_its_first_frame_it_waits() -> None:
    room = Room()
    room.take(armed(), sound(3_200), end(3_200), commit(), wire.ReplyDuck(reply_id=1))
    room.wait(500)
    assert not room.heard
    room.take(wire.ReplyResume(reply_id=1))
    room.wait(500)
    assert (room.n_samples(), room.playheads()[-1]) == (3_200, (700.0, 3_200, "ended"))


@given(st.lists(st.integers(0, 400), max_size=8), st.integers(1, 24_000))
def test_however_often_it_is_held_every_sample_comes_once_and_in_order(
    waits_ms: list[int], n_samples: int
) -> None:
    values = (8_000 + np.arange(n_samples)).astype(np.int16)
    room = Room()
    room.take(armed(), ReplyFrame(1, 0, values), end(n_samples), commit())
    for index, wait_ms in enumerate(waits_ms):
        room.wait(wait_ms)
        held = index % 2 == 0
        room.take(wire.ReplyDuck(reply_id=1) if held else wire.ReplyResume(reply_id=1))
    room.take(wire.ReplyResume(reply_id=1))
    room.wait(20_000)
    # The reply is never zero: a frame that gets there is a fade into a hold.
    frames = [pcm for _, pcm in room.sound() if pcm.min() > 0]
    heard = np.concatenate(frames)
    assert len(heard) == n_samples
    n_faded = int((heard != values).sum())
    assert n_faded <= len(waits_ms) * RATE_HZ * RESUME_FADE_MS // 1_000
    told = [sample for _, sample, _ in room.playheads()]
    assert told == sorted(told)
    assert room.playheads()[-1][1:] == (n_samples, "ended")


def test_a_reply_that_runs_dry_goes_on_late_and_the_playhead_knows() -> None:
    room = Room()
    room.take(armed(), sound(3_200), commit())
    room.wait(1_000)
    assert room.playheads()[-1][1] == 3_200
    room.take(sound(3_200, at=3_200), end(6_400))
    room.wait(1_000)
    assert room.n_samples() == 6_400
    at_ms, sample, status = room.playheads()[-1]
    assert (round(at_ms), sample, status) == (1_200, 6_400, "ended")


def test_positions_are_the_replys_own_samples_at_any_rate() -> None:
    room = Room(Loudspeaker(8_000))
    room.take(armed(rate_hz=22_050), sound(22_050), end(22_050), commit())
    room.wait(500)
    assert room.playheads()[-1][1] == pytest.approx(22_050 * 0.5, rel=0.01)
    room.wait(1_000)
    assert room.playheads()[-1][1:] == (22_050, "ended")
    assert room.n_samples() == pytest.approx(8_000, abs=1)


def test_an_empty_reply_ends() -> None:
    room = playing(0)
    room.wait(100)
    assert room.playheads() == [(0.0, 0, "ended")]


def test_only_what_was_said_for_sure_is_told() -> None:
    room = Room()
    for status in ("tentative", "final"):
        room.take(
            wire.Transcript.model_validate(
                {"turn_id": 1, "revision": 1, "text": status, "status": status}
            )
        )
    room.wait(0)
    assert [item for _, item in room.heard] == [PcmTranscript(text="final")]


def test_what_is_late_or_for_others_changes_nothing() -> None:
    room = playing()
    room.take(sound(1_000, reply_id=9), end(1_000, reply_id=9), wire.Pong(nonce="x"))
    room.take(wire.ReplyDuck(reply_id=9), wire.ReplyStop(reply_id=9))
    room.wait(5_000)
    assert room.n_samples() == 32_000
