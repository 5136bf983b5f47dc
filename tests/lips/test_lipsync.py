"""The whole way from sound and phonemes to cues, as a stream."""

# ruff: noqa: RUF001 - phonetic letters look like Latin ones

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.lips.ear_by_hand import any_weights, noisy_sound
from visavis.errors import ConfigError, ProtocolError
from visavis.events import Cue
from visavis.lips.alignment import Alignment
from visavis.lips.characters import Times
from visavis.lips.lipsync import LipSync
from visavis.lips.phonemes import SIL, Timed, table

RATE_HZ = 16_000
MS = RATE_HZ // 1_000
Sound = NDArray[np.float32]

# "My map", a pause, "a fish": what a voice would tell, in ms.
SAID = [
    *[("m", 80), ("a", 90), ("ɪ", 80), (" ", 10), ("m", 80), ("æ", 120), ("p", 90), (" ", 400)],
    *[("ə", 70), (" ", 10), ("f", 110), ("ɪ", 100), ("ʃ", 150), (" ", 100)],
]
PHONES: list[Timed] = [(symbol, ms * MS) for symbol, ms in SAID]


def sound_of(phones: list[Timed], seed: int = 0) -> Sound:
    """Noise where something is said, hardly any where nothing is."""
    random = np.random.default_rng(seed)
    parts = [random.normal(0.0, 0.0002 if s == " " else 0.1, n) for s, n in phones]
    return np.concatenate([np.zeros(0), *parts]).astype(np.float32)


def names(cues: tuple[Cue, ...]) -> list[str]:
    return [table().order[cue.viseme] for cue in cues]


def whole(phones: list[Timed], sound: Sound) -> tuple[Cue, ...]:
    lips = LipSync(RATE_HZ)
    return lips.push(sound, phones=phones) + lips.finish()


def test_a_sentence_has_its_closures_its_pause_and_an_end() -> None:
    cues = whole(PHONES, sound_of(PHONES))
    said = names(cues)
    assert said[0] == "PP", "the first sound has no silence before it"
    assert said.count("PP") == 3, "m, m and p"
    assert said.count("FF") == 1
    assert said.count("sil") == 2, "the pause and the end; spaces inside a phrase close nothing"
    assert said[-1] == "sil"
    pause = next(cue for cue in cues if cue.viseme == SIL)
    assert pause.at_sample == pytest.approx(550 * MS, abs=20 * MS)


def test_cues_come_before_the_sound_has_ended() -> None:
    lips = LipSync(RATE_HZ)
    assert lips.push(sound_of(PHONES), phones=PHONES)


def test_sound_may_come_behind_its_phonemes_and_before_them() -> None:
    sound = sound_of(PHONES)
    expected = whole(PHONES, sound)
    early, late = LipSync(RATE_HZ), LipSync(RATE_HZ)
    assert early.push(phones=PHONES) == (), "nothing is certain without the sound"
    assert early.push(sound) + early.finish() == expected
    late.push(sound)
    assert late.push(phones=PHONES) + late.finish() == expected


def test_without_sound_nothing_is_said() -> None:
    assert whole(PHONES, np.zeros(0, dtype=np.float32)) == ()


@pytest.mark.parametrize("broken", [0.0, np.nan, np.inf])
def test_a_sound_that_is_none_moves_no_lips_but_closed_ones(broken: float) -> None:
    sound = np.full(sum(n for _, n in PHONES), broken, dtype=np.float32)
    cues = whole(PHONES, sound)
    assert {table().order[cue.viseme] for cue in cues} <= {"sil", "PP", "FF"}


def test_phonemes_beyond_the_sound_are_forgotten() -> None:
    half = sound_of(PHONES)[: 400 * MS]
    cues = whole(PHONES, half)
    assert cues[-1] == Cue(400 * MS, SIL, 0.0)
    assert all(cue.at_sample <= 400 * MS for cue in cues)


def test_after_an_interruption_it_begins_again() -> None:
    sound = sound_of(PHONES)
    lips = LipSync(RATE_HZ)
    lips.push(sound[: 300 * MS], phones=PHONES[:5])
    lips.reset()
    again = lips.push(sound, phones=PHONES) + lips.finish()
    assert names(again) == names(whole(PHONES, sound))
    assert again[0].at_sample == 0


SPELT = "my map, a fish"
STARTS_MS = [0, 80, 250, 260, 340, 460, 550, 560, 950, 1_020, 1_030, 1_140, 1_240, 1_390]
"""The same words as SAID, as a provider would time their characters."""


def spelt(first: int = 0, last: int = len(SPELT)) -> Alignment:
    ends_ms = [*STARTS_MS[1:], 1_390]
    lengths_ms = [end - start for start, end in zip(STARTS_MS, ends_ms, strict=True)]
    return Alignment(
        tuple(SPELT[first:last]),
        tuple(map(float, STARTS_MS[first:last])),
        tuple(map(float, lengths_ms[first:last])),
        Times.STREAM,
    )


def test_characters_say_the_same_as_phonemes() -> None:
    sound = sound_of(PHONES)
    lips = LipSync(RATE_HZ)
    cues = lips.push(sound, characters=spelt()) + lips.finish()
    said = names(cues)
    assert (said.count("PP"), said.count("FF"), said.count("sil")) == (3, 1, 2)
    expected = [cue.at_sample for cue in whole(PHONES, sound) if cue.viseme == SIL]
    found = [cue.at_sample for cue in cues if cue.viseme == SIL]
    assert found == pytest.approx(expected, abs=30 * MS)


def test_characters_one_by_one_give_the_same_cues() -> None:
    sound = sound_of(PHONES)
    expected = LipSync(RATE_HZ)
    lips = LipSync(RATE_HZ)
    cues: list[Cue] = []
    for at in range(len(SPELT)):
        cues += lips.push(sound[at * 1_600 : (at + 1) * 1_600], characters=spelt(at, at + 1))
    cues += lips.push(sound[len(SPELT) * 1_600 :]) + lips.finish()
    assert tuple(cues) == expected.push(sound, characters=spelt()) + expected.finish()


def test_one_speech_is_told_in_one_way() -> None:
    lips = LipSync(RATE_HZ)
    lips.push(sound_of(PHONES)[:800], phones=PHONES)
    with pytest.raises(ProtocolError, match="phonemes before"):
        lips.push(characters=spelt())
    lips.reset()
    lips.push(characters=spelt())
    with pytest.raises(ProtocolError, match="characters before"):
        lips.push(phones=PHONES)


def test_text_and_sound_alone_are_ways_of_their_own() -> None:
    lips = LipSync(RATE_HZ, ear=any_weights())
    lips.push(noisy_sound(1_600))
    with pytest.raises(ProtocolError, match="sound alone before"):
        lips.push(text="too late")
    lips.reset()
    lips.push(text="My map")
    lips.push(noisy_sound(1_600), text="a fish")
    with pytest.raises(ProtocolError, match="words before"):
        lips.push(characters=spelt())


def test_a_way_that_was_refused_took_nothing() -> None:
    sound = noisy_sound(8_000)
    expected = LipSync(RATE_HZ, ear=any_weights())
    lips = LipSync(RATE_HZ, ear=any_weights())
    cues = lips.push(sound[:4_000])
    with pytest.raises(ProtocolError):
        lips.push(sound[4_000:], phones=PHONES)
    cues += lips.push(sound[4_000:]) + lips.finish()
    assert cues == expected.push(sound) + expected.finish()


def test_what_is_told_goes_before_what_is_heard() -> None:
    sound = sound_of(PHONES)
    lips = LipSync(RATE_HZ, ear=any_weights())
    assert lips.push(sound, phones=PHONES) + lips.finish() == whole(PHONES, sound)


def test_text_without_an_ear_is_refused() -> None:
    with pytest.raises(ConfigError, match="ear"):
        LipSync(RATE_HZ).push(text="Hello")


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 5_000), max_size=5), st.sampled_from(["", "My map, a fish."]))
def test_by_ear_the_same_cues_however_the_sound_is_cut(sizes: list[int], text: str) -> None:
    sound = noisy_sound(RATE_HZ)
    parts = np.split(sound, [at for at in np.cumsum(sizes) if at < len(sound)])
    expected = LipSync(RATE_HZ, ear=any_weights())
    lips = LipSync(RATE_HZ, ear=any_weights())
    first = expected.push(sound, text=text) + expected.finish()
    cues = lips.push(text=text)
    for part in parts:
        cues += lips.push(part)
    assert cues + lips.finish() == first


def test_a_rate_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError):
        LipSync(0)


def test_an_hour_takes_no_more_memory_than_a_minute_and_drifts_nowhere() -> None:
    """Six minutes stand for the hour: every push is the same size of work."""
    lips = LipSync(RATE_HZ)
    sound = sound_of(PHONES)
    period = len(sound)
    shut_at: list[int] = []
    before = 0
    tracemalloc.start()
    try:
        for n in range(200):
            shut_at += [cue.at_sample for cue in lips.push(sound, phones=PHONES) if not cue.viseme]
            if n == 20:
                before = tracemalloc.get_traced_memory()[0]
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 50_000
    pauses = np.array(shut_at[20:]) % period
    assert np.ptp(pauses[pauses < 700 * MS]) == 0, "to the sample, after six minutes"


@given(st.lists(st.integers(1, 5_000), max_size=10), st.lists(st.integers(1, 5), max_size=6))
def test_however_it_is_cut_the_cues_are_the_same(sounds: list[int], phones: list[int]) -> None:
    sound, left = sound_of(PHONES), list(PHONES)
    expected = whole(PHONES, sound)
    lips = LipSync(RATE_HZ)
    cues: list[Cue] = []
    for n_samples, n_phones in zip([*sounds, len(sound)], [*phones, *[99] * 11], strict=False):
        cues += lips.push(sound[:n_samples], phones=left[:n_phones])
        sound, left = sound[n_samples:], left[n_phones:]
    cues += lips.push(sound, phones=left)
    cues += lips.finish()
    assert tuple(cues) == expected
    assert all(a.at_sample < b.at_sample and a.viseme != b.viseme for a, b in pairwise(cues))


@pytest.mark.parametrize("push_ms", [1, 1_000])
def test_pushes_of_a_millisecond_and_of_a_second_give_the_same(push_ms: int) -> None:
    phones = PHONES * 3
    sound = sound_of(phones)
    lips = LipSync(RATE_HZ)
    cues = list(lips.push(phones=phones))
    for at in range(0, len(sound), push_ms * MS):
        cues += lips.push(sound[at : at + push_ms * MS])
    assert tuple(cues) + lips.finish() == whole(phones, sound)


@pytest.mark.parametrize("rate_hz", [RATE_HZ, 24_000])
def test_a_forecast_is_what_finish_would_give_and_changes_nothing(rate_hz: int) -> None:
    sound, forecast = noisy_sound(2 * rate_hz), ()
    lips, twin = LipSync(rate_hz, ear=any_weights(3)), LipSync(rate_hz, ear=any_weights(3))
    for at in range(0, len(sound), rate_hz // 4):
        piece = sound[at : at + rate_hz // 4]
        assert lips.push(piece) == twin.push(piece)
        forecast = lips.forecast()
        assert forecast == lips.forecast()
        assert forecast[-1] == Cue(lips.n_samples, 0, 0.0)
    if rate_hz == RATE_HZ:  # elsewhere the resampler holds a few samples back
        assert forecast == twin.finish()
        assert lips.finish() == forecast
    else:
        assert lips.finish() == twin.finish()


def test_a_forecast_of_characters_and_of_nothing() -> None:
    lips = LipSync(RATE_HZ)
    assert lips.forecast() == ()
    cues = lips.push(noisy_sound(RATE_HZ), characters=spelt())
    forecast = lips.forecast()
    assert lips.finish() == forecast
    assert len(cues + forecast) > 2
