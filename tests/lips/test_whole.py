"""The net for whole recordings; what it learnt is measured by `visavis bench lips`."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

from tests.lips.ear_by_hand import (
    any_weights,
    any_weights_for_recordings,
    noisy_sound,
    weights_file,
)
from visavis.errors import EngineError
from visavis.lips.ear import Ear, Follower, Reader
from visavis.lips.features import HOP_SAMPLES, N_BANDS, RATE_HZ, features_of
from visavis.lips.net import Heard, Net, hear_frames, weights_from
from visavis.lips.whole import features_of_whole, hear_whole

FEATURES = features_of(noisy_sound(RATE_HZ))
BOTH = any_weights_for_recordings()


def as_one(heard: Heard) -> np.ndarray:
    return np.concatenate(
        [heard.phones, heard.visemes, heard.closure, heard.silence[:, None]], axis=1
    )


def test_what_comes_behind_a_frame_tells_about_it_and_what_was_before_does() -> None:
    other = FEATURES.copy()
    other[50] += 1.0
    changed = np.abs(as_one(hear_whole(BOTH, FEATURES)) - as_one(hear_whole(BOTH, other)))
    assert changed[49].max() > 1e-3
    assert changed[53].max() > 1e-3


def test_a_net_that_goes_one_way_says_what_it_says_of_streams() -> None:
    weights = any_weights()
    assert np.array_equal(
        as_one(hear_whole(weights, FEATURES)), as_one(hear_frames(weights, FEATURES))
    )


def test_two_nets_are_asked_and_their_opinions_averaged() -> None:
    ear = any_weights(5)
    both = as_one(hear_whole(replace(BOTH, beside=ear), FEATURES))
    alone = as_one(hear_whole(BOTH, FEATURES)), as_one(hear_frames(ear, FEATURES))
    assert np.allclose(both, (alone[0] + alone[1]) / 2.0, atol=1e-5)
    assert not np.allclose(both, alone[0], atol=1e-2)


def test_the_way_there_alone_is_the_streams() -> None:
    """With a way back that has no say, if nothing is looked ahead for."""
    with np.load(io.BytesIO(weights_file(3, 8, 0, n_ways=2))) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["heads"][:, 8:] = 0
    arrays["gru1.inputs"][:, 8:] = 0
    both = io.BytesIO()
    np.savez(both, **arrays)
    alone = {name: a for name, a in arrays.items() if not name.startswith("back")}
    alone["heads"] = arrays["heads"][:, :8]
    alone["gru1.inputs"] = arrays["gru1.inputs"][:, :8]
    card = bytes(arrays["card"]).replace(b', "hears": "whole recordings"', b"")
    alone["card"] = np.frombuffer(card, dtype=np.uint8)
    one = io.BytesIO()
    np.savez(one, **alone)
    found = as_one(hear_whole(weights_from(both.getvalue()), FEATURES))
    wanted = as_one(hear_frames(weights_from(one.getvalue()), FEATURES))
    assert np.allclose(found, wanted, atol=1e-4)


@pytest.mark.parametrize("of_streams", [Net, Ear, Follower])
def test_a_stream_can_not_be_heard_from_its_end(of_streams: type[Net | Ear | Follower]) -> None:
    with pytest.raises(EngineError, match="whole recordings"):
        of_streams(BOTH)


@pytest.mark.parametrize("n_samples", [0, 1, 159, 16_001])
def test_a_reader_covers_the_sound_with_and_without_words(n_samples: int) -> None:
    for words in ([], [(("B", "OY1"),)]):
        reader = Reader(BOTH)
        reader.push_words(words)
        spans = reader.push(noisy_sound(n_samples)) + reader.finish()
        assert (spans[-1].end_sample if spans else 0) == n_samples


def test_layers_that_do_not_fit_are_refused() -> None:
    with np.load(io.BytesIO(weights_file(3, 8, 0, n_ways=2))) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["back1.inputs"] = arrays["back1.inputs"][:, :8]
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    with pytest.raises(EngineError, match="do not fit"):
        weights_from(buffer.getvalue())


@pytest.mark.parametrize("n_samples", [0, 1, 160, 16_000, 23_457])
def test_a_recording_is_heard_as_if_it_had_been_heard_before(n_samples: int) -> None:
    sound = noisy_sound(n_samples)
    n_frames = -(-n_samples // HOP_SAMPLES)
    found = features_of_whole(sound)
    assert found.shape == (n_frames, N_BANDS)
    gap = np.zeros((n_frames + 3) * HOP_SAMPLES - n_samples, np.float32)
    twice = features_of(np.concatenate([sound, gap, sound]))
    np.testing.assert_allclose(found, twice[n_frames + 3 :], atol=1e-6)
