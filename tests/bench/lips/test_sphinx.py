"""PocketSphinx itself is measured elsewhere; here its clock and its edges."""

from __future__ import annotations

import numpy as np
import pytest

from visavis.bench.lips.sphinx import ForcedAlignment, PhoneLoop, plain_words
from visavis.errors import EngineError

pytest.importorskip("pocketsphinx")


def noise(seconds: float, rate_hz: int = 16_000) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 0.05, round(seconds * rate_hz)).astype(np.float32)


def test_words_as_the_dictionary_has_them() -> None:
    assert plain_words("\u201cI\u2019m twelve,\u201d she said - twice!") == [
        "i'm", "twelve", "she", "said", "twice",
    ]  # fmt: skip


def test_the_loop_that_streams_has_heard_only_what_came_before() -> None:
    """Cut off the sound: nothing that was shown until then changes."""
    loop = PhoneLoop(100.0)
    sound = noise(1.5)
    whole = loop.run(sound, 16_000, None)
    part = loop.run(sound[:16_000], 16_000, None)
    assert whole.delay_ms == part.delay_ms == 100.0
    assert whole.track.n_samples == len(sound) + 1_600
    assert whole.track.frames(0, 100).tolist() == part.track.frames(0, 100).tolist()
    assert len(whole.compute.push_ms) == 160


def test_offline_it_declares_no_delay_and_covers_the_sound() -> None:
    found = PhoneLoop(None).run(noise(0.5, 8_000), 8_000, None)
    assert found.delay_ms == 0.0
    assert found.track.rate_hz == 16_000
    assert found.track.n_samples == 8_000
    assert set(found.track.frames().tolist()) <= set(range(15))


@pytest.mark.parametrize("delay_ms", [100.0, None])
def test_what_came_before_is_forgotten(delay_ms: float | None) -> None:
    loop = PhoneLoop(delay_ms)
    hiss = np.diff(noise(1.0), append=0.0).astype(np.float32)
    fresh = loop.run(hiss, 16_000, None).track
    loop.run(10 * noise(1.0), 16_000, None)
    assert loop.run(hiss, 16_000, None).track == fresh


def test_alignment_needs_words_that_it_knows() -> None:
    align = ForcedAlignment()
    with pytest.raises(EngineError, match="CMUdict has no zyxgorp"):
        align.run(noise(0.5), 16_000, "Hello zyxgorp")
    with pytest.raises(EngineError, match="no words"):
        align.run(noise(0.5), 16_000, None)
    with pytest.raises(EngineError, match="can't be aligned"):
        align.run(noise(0.05), 16_000, "a quick brown fox jumps over the lazy dog")
