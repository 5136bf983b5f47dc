"""Recordings know their own truth: where speech ends, where the speaker stops to think."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.bench.corpus import Question, Recording, load_questions, record
from visavis.hear.audio import RATE_HZ
from visavis.lips.phonemes import Timed
from visavis.reply.persona import load_persona
from visavis.voice.tts import Voiced, VoiceStyle

VOICE_HZ = 22_050
LEAD_IN, TAIL = 2_000, 3_000  # samples of silence that the voice leaves around a sentence


class ToneVoice:
    """A quarter of a second of tone for each word, no gaps: what it says can be counted."""

    rate_hz = VOICE_HZ
    lead_ms = 0.0
    word_samples = VOICE_HZ // 4

    def __init__(self) -> None:
        self.said: list[tuple[str, VoiceStyle]] = []

    async def speak(self, text: str, style: VoiceStyle) -> Voiced:
        self.said.append((text, style))
        phones: list[Timed] = [("^", LEAD_IN)]
        for _ in text.split():
            phones += [("a", self.word_samples), (" ", 0)]
        phones.append(("$", TAIL))
        n_samples = sum(n for _, n in phones)
        sound = 0.5 * np.sin(np.arange(n_samples) * 0.3)
        sound[:LEAD_IN] = 0.0
        sound[n_samples - TAIL :] = 0.0
        return Voiced(sound.astype(np.float32), VOICE_HZ, tuple(phones))

    async def aclose(self) -> None:
        pass


def recorded(say: str, index: int = 0, seed: int = 1) -> Recording:
    return asyncio.run(record(Question(say=say), index, ToneVoice(), seed))


def ms(n_samples: float) -> float:
    return n_samples * 1_000.0 / RATE_HZ


def test_t0_is_the_last_audible_sample() -> None:
    recording = recorded("one two three")
    assert recording.pauses == ()
    assert ms(recording.speech_end_sample) == pytest.approx(750 + 12, abs=2)
    assert ms(len(recording.sound) - recording.speech_end_sample) == pytest.approx(136, abs=2)
    loud = np.flatnonzero(np.abs(recording.sound) > 0.01)
    assert loud[-1] == recording.speech_end_sample - 1


words = st.sampled_from(["one", "two", "three"])
parts = st.lists(st.lists(words, min_size=1, max_size=3), min_size=1, max_size=4)


@settings(max_examples=30)
@given(parts, st.integers(0, 7), st.integers(0, 3))
def test_pauses_are_where_the_bars_are(spoken: list[list[str]], index: int, seed: int) -> None:
    recording = recorded(" | ".join(map(" ".join, spoken)), index, seed)
    assert len(recording.pauses) == len(spoken) - 1
    at = 12.0  # the guard that is kept before the first sample
    for (start, end), part in zip(recording.pauses, spoken, strict=False):
        at += 250.0 * len(part)
        assert ms(start) == pytest.approx(at, abs=2)
        assert 250 <= ms(end - start) < 600
        assert float(np.abs(recording.sound[start + 40 : end - 40]).max()) < 0.005
        assert float(np.abs(recording.sound[start - 400 : start - 40]).max()) > 0.3
        at += ms(end - start)
    at += 250.0 * len(spoken[-1])
    assert ms(recording.speech_end_sample) == pytest.approx(at, abs=3)


def test_the_bars_are_not_spoken_and_the_speakers_differ() -> None:
    voice = ToneVoice()

    async def main() -> None:
        for index in range(5):
            await record(Question(say="one | two"), index, voice, 1)

    asyncio.run(main())
    assert {text for text, _ in voice.said} == {"one two"}
    styles = [style for _, style in voice.said]
    assert len(set(styles[:4])) == 4
    assert styles[4] == styles[0]


def test_seed_and_index_repeat_a_recording_exactly() -> None:
    one, again, other = (recorded("one | two", 0, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.sound, again.sound)
    assert one.pauses == again.pauses
    assert one.pauses != other.pauses
    assert recorded("one | two", 4, 1).pauses != one.pauses


def test_the_room_is_never_digitally_silent_and_never_loud() -> None:
    recording = recorded("one | two")
    ((start, end),) = recording.pauses
    pause = recording.sound[start + 40 : end - 40]
    assert np.count_nonzero(pause) == len(pause)
    assert recording.sound.dtype == np.float32


def test_the_latency_corpus_is_as_hard_as_promised() -> None:
    """At least 40 % with a pause to think, at least half LLM turns, in every run of ten or more."""
    questions = load_questions("latency")
    assert len({question.say for question in questions}) == len(questions) >= 20
    for n in (10, len(questions)):
        asked = questions[:n]
        assert sum("|" in question.say for question in asked) >= 0.4 * n
        assert sum(question.kind == "llm" for question in asked) >= 0.5 * n
    pip = load_persona("pip")
    for question in questions:
        assert (question.fact is None) == (question.expect == "llm")
        if question.fact is not None:
            assert pip.fact(question.fact).answer
