from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lips.ear_by_hand import any_weights, noisy_sound, weights_file
from visavis.errors import EngineError
from visavis.lips.features import HOP_SAMPLES, RATE_HZ
from visavis.lips.net import Heard, Net, hear, heard_from, joined, weights_from

SOUND = noisy_sound(RATE_HZ // 2)
WEIGHTS = any_weights()


def same(one: Heard, other: Heard) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("phones", "visemes", "closure", "silence")
    )


@settings(max_examples=25)
@given(st.lists(st.integers(0, 3_000), max_size=8))
def test_the_same_bits_however_the_stream_is_cut(sizes: list[int]) -> None:
    net = Net(WEIGHTS)
    parts = np.split(SOUND, [at for at in np.cumsum(sizes) if at < len(SOUND)])
    assert same(joined([*(net.push(part) for part in parts), net.finish()]), hear(WEIGHTS, SOUND))


@settings(max_examples=25)
@given(st.integers(0, 40))
def test_what_is_said_of_a_sample_depends_on_nothing_behind_the_declared_delay(frame: int) -> None:
    """Of the first sample of the frame, which has the least to go on."""
    end = frame * HOP_SAMPLES + WEIGHTS.delay_samples
    assert WEIGHTS.delay_samples <= 0.1 * RATE_HZ
    whole = hear(WEIGHTS, SOUND)[: frame + 1]
    assert same(Net(WEIGHTS).push(SOUND[:end])[: frame + 1], whole), "said in time, said for good"
    assert len(Net(WEIGHTS).push(SOUND[: end - 1])) == frame, "and the delay is no larger than that"


def test_a_reset_net_is_a_new_net() -> None:
    net = Net(WEIGHTS)
    net.push(noisy_sound(5_000, seed=3))
    net.reset()
    assert same(joined([net.push(SOUND), net.finish()]), hear(WEIGHTS, SOUND))


def test_probabilities_add_up() -> None:
    heard = hear(WEIGHTS, SOUND)
    for logs in (heard.phones, heard.visemes, heard.closure):
        assert np.allclose(np.exp(logs).sum(axis=1), 1.0, atol=1e-5)
    assert np.all(heard.silence <= 0.0)
    far = heard_from(np.full((1, heard_width()), -1e4))
    assert np.all(np.isfinite(far.phones)) and np.isfinite(far.silence[0])


def heard_width() -> int:
    return 40 + 15 + 3 + 1


def test_int8_weights_have_one_scale_a_row() -> None:
    with np.load(io.BytesIO(weights_file())) as file:
        arrays = {name: file[name] for name in file.files}
    rows = np.abs(arrays["heads"]).max(axis=1).astype(np.float32) / 127.0
    exact = arrays["heads"].astype(np.float32)
    arrays["heads"] = np.round(exact / rows[:, None]).astype(np.int8)
    arrays["heads.scale"] = rows
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    read = weights_from(buffer.getvalue())
    assert np.max(np.abs(read.heads - exact)) <= np.max(rows)


@pytest.mark.parametrize("spoil", ["nothing", "half", "text"])
def test_what_is_no_weights_is_said_so(spoil: str) -> None:
    data = {"nothing": b"", "half": weights_file()[:500], "text": b"{}"}[spoil]
    with pytest.raises(EngineError):
        weights_from(data)
