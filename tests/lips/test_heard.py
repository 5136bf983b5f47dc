"""The ear at any rate, with a net that never learnt anything: what holds whatever it hears."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lips.ear_by_hand import any_weights, noisy_sound
from visavis.lips.ear import RATE_HZ, Ear
from visavis.lips.heard import HeardSource, Hears, Sound
from visavis.lips.spans import Span

WEIGHTS = any_weights()
RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)


def heard(
    sound: Sound, rate_hz: int, sizes: list[int], hears: Hears = Hears.SOUND_ALONE
) -> list[Span]:
    source = HeardSource(rate_hz, WEIGHTS, hears=hears)
    source.read("a boy at home")
    parts = np.split(sound, [at for at in np.cumsum(sizes) if at < len(sound)])
    spans = [span for part in parts for span in source.push(part)]
    return spans + list(source.finish())


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("hears", list(Hears))
def test_spans_fill_the_sound_to_its_last_sample(rate_hz: int, hears: Hears) -> None:
    sound = noisy_sound(rate_hz + 123)
    spans = heard(sound, rate_hz, [], hears)
    assert spans[0].start_sample == 0
    assert spans[-1].end_sample == len(sound)
    ends = [span.end_sample for span in spans]
    assert ends == sorted(set(ends))
    assert [span.start_sample for span in spans[1:]] == ends[:-1]


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(RATES), st.lists(st.integers(0, 9_000), max_size=5), st.sampled_from(Hears))
def test_the_same_spans_however_the_sound_is_cut(
    rate_hz: int, sizes: list[int], hears: Hears
) -> None:
    sound = noisy_sound(rate_hz)
    assert heard(sound, rate_hz, sizes, hears) == heard(sound, rate_hz, [], hears)


def test_at_the_ears_own_rate_nothing_is_changed() -> None:
    sound = noisy_sound(RATE_HZ)
    ear = Ear(WEIGHTS)
    told = ear.push(sound) + ear.finish()
    shapes = [span.viseme for span in told for _ in range(span.n_samples)]
    ours = heard(sound, RATE_HZ, [])
    assert [span.viseme for span in ours for _ in range(span.n_samples)] == shapes


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e9])
def test_what_is_no_sound_does_no_harm(value: float) -> None:
    sound = noisy_sound(4_800)
    sound[100:200] = value
    spans = heard(sound, 24_000, [])
    assert spans[-1].end_sample == len(sound)


@pytest.mark.parametrize("hears", list(Hears))
def test_no_sound_has_no_spans(hears: Hears) -> None:
    source = HeardSource(24_000, WEIGHTS, hears=hears)
    source.read("nothing is ever said")
    assert source.finish() == ()


def test_who_listens_alone_is_sooner() -> None:
    alone = HeardSource(16_000, WEIGHTS)
    reading = HeardSource(16_000, WEIGHTS, hears=Hears.WORDS_TOO)
    assert alone.delay_ms <= 100.0
    assert alone.delay_ms < reading.delay_ms
