from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lips.ear_by_hand import TEXT, any_weights, noisy_sound
from visavis.lips.ear import Ear, Fit, Follower
from visavis.lips.features import HOP_SAMPLES, RATE_HZ
from visavis.lips.phonemes import SIL
from visavis.lips.spans import Span

SOUND = noisy_sound(RATE_HZ)
WEIGHTS = any_weights()


def shapes(spans: list[Span]) -> list[int]:
    """By sample; the spans must be contiguous from 0."""
    out: list[int] = []
    for span in spans:
        assert span.start_sample == len(out)
        assert span.weight == (0.0 if span.viseme == SIL else 1.0)
        out += [span.viseme] * span.n_samples
    return out


def streamed(source: Ear | Follower, sizes: list[int]) -> list[int]:
    parts = np.split(SOUND, [at for at in np.cumsum(sizes) if at < len(SOUND)])
    spans = [span for part in parts for span in source.push(part)]
    return shapes(spans + source.finish())


def follower() -> Follower:
    source = Follower(WEIGHTS)
    source.push_words(TEXT)
    return source


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 5_000), max_size=6))
def test_the_same_shapes_to_the_last_sample_however_the_stream_is_cut(sizes: list[int]) -> None:
    for make in (lambda: Ear(WEIGHTS), follower):
        whole = streamed(make(), [])
        assert len(whole) == len(SOUND)
        assert streamed(make(), sizes) == whole


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 90))
def test_what_is_shown_depends_on_nothing_behind_the_declared_delay(frame: int) -> None:
    whole = streamed(Ear(WEIGHTS), [])
    ear = Ear(WEIGHTS)
    early = shapes(ear.push(SOUND[: frame * HOP_SAMPLES + ear.delay_samples]))
    shown = min((frame + 1) * HOP_SAMPLES, len(SOUND))
    assert early[:shown] == whole[:shown]
    assert len(early) >= min(shown, len(SOUND) - ear.delay_samples)


def test_the_ear_is_within_100_ms() -> None:
    assert Ear(WEIGHTS).delay_samples <= RATE_HZ // 10


def test_a_reset_source_is_a_new_one() -> None:
    for source in (Ear(WEIGHTS), Follower(WEIGHTS)):
        source.push(noisy_sound(5_000, seed=7))
        source.reset()
        if isinstance(source, Follower):
            source.push_words(TEXT)
        fresh = follower() if isinstance(source, Follower) else Ear(WEIGHTS)
        assert streamed(source, []) == streamed(fresh, [])


# ------------------------------------------------------------------ a text that does not fit


def test_a_text_that_does_not_fit_leaves_the_shapes_to_the_ear() -> None:
    """An untrained net hears nothing of the text; no crash, and no jumping after it."""
    source = Follower(WEIGHTS)
    source.push_words(TEXT * 20)
    long = np.tile(SOUND, 4)
    spans = source.push(long) + source.finish()
    assert len(shapes(spans)) == len(long)
    assert source.fit in Fit
