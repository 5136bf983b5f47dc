"""A canned opener is a reaction; the answer is what comes behind it."""

from __future__ import annotations

import pytest

from tests.bench.in_memory import recording
from visavis.bench.content import content_start_sample
from visavis.bench.talk_contender import note_answer
from visavis.bench.talker import HeardReply
from visavis.bench.turns import Turn
from visavis.wire.messages import CueItem, ReplyPhrase

OPENERS = ("I can't say exactly, but here's what I know.", "Maybe this helps.")


def phrases(*texts: str) -> list[ReplyPhrase]:
    return [
        ReplyPhrase(
            reply_id=1,
            index=index,
            text=text,
            source="fact",
            start_sample=index * 16_000,
            n_samples=16_000,
            cues=[CueItem(at_sample=index * 16_000 + 800, viseme=10, weight=0.8)],
            words=[],
        )
        for index, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    ("texts", "start"),
    [
        (("It is free.",), 0),
        (("Maybe this helps.", "It is free."), 16_000),
        (("I can't say exactly,", "but here's what I know.", "It is free."), 32_000),
        (("I can't say that it is free.",), 0),
        (("Maybe this helps.",), 16_000),
        ((), 0),
    ],
)
def test_the_content_begins_behind_the_opener(texts: tuple[str, ...], start: int) -> None:
    assert content_start_sample(phrases(*texts), OPENERS) == start


@pytest.mark.parametrize("n_come", [40_000, 8_000])
def test_voice_and_face_are_those_of_the_content(n_come: int) -> None:
    reply = HeardReply(reply_id=1, turn_id=1, rate_hz=16_000, playing_since_ms=1_000.0)
    reply.phrases = phrases("Maybe this helps.", "It is free.")
    reply.pcm += b"\x00\x40" * n_come
    turn = Turn(recording())
    note_answer(turn, reply, 900.0, OPENERS)
    assert turn.voice_ms == pytest.approx(100.0 + 1_000.0)
    assert turn.face_ms == pytest.approx(100.0 + 1_050.0)
