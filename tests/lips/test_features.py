from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lips.ear_by_hand import noisy_sound
from visavis.lips.features import (
    HOP_SAMPLES,
    N_BANDS,
    OVERHANG_SAMPLES,
    RATE_HZ,
    LogMel,
    features_of,
    flush_silence,
    mel_filters,
)
from visavis.spec import spec_text

SOUND = noisy_sound(RATE_HZ)


@given(st.lists(st.integers(1, 4_000), max_size=12))
def test_the_same_bits_however_the_stream_is_cut(sizes: list[int]) -> None:
    stream = LogMel()
    parts = np.split(SOUND, [at for at in np.cumsum(sizes) if at < len(SOUND)])
    cut = np.concatenate([stream.push(part) for part in parts])
    assert np.array_equal(cut, LogMel().push(SOUND))


@given(st.integers(0, 98))
def test_a_frame_depends_on_nothing_behind_its_window(frame: int) -> None:
    end = (frame + 1) * HOP_SAMPLES + OVERHANG_SAMPLES
    changed = SOUND.copy()
    changed[end:] = 0.5
    assert np.array_equal(features_of(SOUND)[: frame + 1], features_of(changed)[: frame + 1])
    changed[end - 60 : end - 40] = 0.0
    assert not np.array_equal(features_of(SOUND)[frame], features_of(changed)[frame])


@pytest.mark.parametrize("n_samples", [0, 1, 159, 160, 161, 4_321])
def test_every_sample_has_a_frame(n_samples: int) -> None:
    assert features_of(SOUND[:n_samples]).shape == (-(-n_samples // HOP_SAMPLES), N_BANDS)
    stream = LogMel()
    n_frames = len(stream.push(SOUND[:n_samples])) + len(stream.push(flush_silence(n_samples)))
    assert n_frames == -(-n_samples // HOP_SAMPLES)


def test_loudness_is_forgotten() -> None:
    """A recording 20 dB quieter looks the same after a few seconds."""
    long = np.tile(SOUND, 25)
    loud, quiet = features_of(long), features_of(long * np.float32(0.1))
    assert np.max(np.abs(loud[-100:] - quiet[-100:])) < 0.05
    assert np.max(np.abs(loud[:5] - quiet[:5])) > 0.5


def test_the_filters_cover_the_band_evenly() -> None:
    sums = mel_filters().sum(axis=0)
    hz = np.arange(257) * RATE_HZ / 512
    assert np.allclose(sums[(hz > 120) & (hz < 7_000)], 1.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_bad_samples_leave_finite_features(bad: float) -> None:
    sound = SOUND.copy()
    sound[1_000:1_100] = bad
    assert np.all(np.isfinite(features_of(sound)))


def test_golden_vectors() -> None:
    """web/ must compute the same from the same samples."""
    golden = json.loads(spec_text("vectors/features.json"))
    for case in golden["cases"]:
        sound = np.array(case["pcm"], dtype=np.float32) / np.float32(32_768.0)
        frames = features_of(sound)
        assert np.allclose(frames, np.array(case["frames"]), atol=golden["tolerance"]), case["name"]
