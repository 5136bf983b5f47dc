"""Buffer and framer against the plainest thing that could be right: a list."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.hear.audio import Framer, SoundBuffer, float_from_pcm, pcm_from_float

CAPACITY = 16

chunks = st.lists(st.integers(0, 40), max_size=8)
operations = st.lists(
    st.tuples(st.sampled_from(["append", "skip"]), st.integers(0, 3 * CAPACITY)), max_size=10
)


def counting(n_samples: int, first: int = 1) -> NDArray[np.float32]:
    return np.arange(first, first + n_samples, dtype=np.float32)


def play(done: list[tuple[str, int]]) -> tuple[SoundBuffer, list[float]]:
    """A buffer, and all that ever went into it as a list."""
    buffer, everything = SoundBuffer(CAPACITY), list[float]()
    for operation, n_samples in done:
        if operation == "append":
            sound = counting(n_samples, len(everything) + 1)
            buffer.append(sound)
            everything += sound.tolist()
        else:
            buffer.skip(n_samples)
            everything += [0.0] * n_samples
    return buffer, everything


@given(operations, st.integers(-5, 200), st.integers(-5, 200))
def test_a_slice_is_what_the_list_has_there(
    done: list[tuple[str, int]], first: int, last: int
) -> None:
    buffer, everything = play(done)
    assert buffer.end_sample == len(everything)
    oldest = max(0, len(everything) - CAPACITY)
    expected = everything[max(first, oldest, 0) : max(last, 0)] if last > first else []
    sliced = buffer.slice(first, last)
    assert sliced.tolist() == expected
    assert sliced.dtype == np.float32


@given(operations)
def test_a_slice_stays_as_it_was_when_more_is_heard(done: list[tuple[str, int]]) -> None:
    buffer, everything = play(done)
    sliced = buffer.slice(0, len(everything))
    before = sliced.copy()
    buffer.append(np.full(2 * CAPACITY, -1.0, dtype=np.float32))
    np.testing.assert_array_equal(sliced, before)


def test_what_was_said_before_a_gap_is_still_there() -> None:
    """The pause is noticed only when the microphone is back; the turn is transcribed after that."""
    buffer = SoundBuffer(CAPACITY)
    buffer.append(counting(4))
    buffer.skip(3)
    buffer.append(counting(2, 9))
    assert buffer.slice(0, 9).tolist() == [1, 2, 3, 4, 0, 0, 0, 9, 10]


@given(chunks, st.integers(1, 13))
def test_frames_do_not_depend_on_chunks(sizes: list[int], frame_samples: int) -> None:
    whole = counting(sum(sizes))
    framer, frames = Framer(frame_samples), list[Any]()
    for end, size in zip(np.cumsum(sizes), sizes, strict=True):
        new = framer.push(whole[end - size : end])
        assert framer.n_waiting < frame_samples
        assert len(frames) * frame_samples + len(new) * frame_samples + framer.n_waiting == end
        frames += new
    assert all(frame.shape == (frame_samples,) for frame in frames)
    joined = np.concatenate([counting(0), *frames])
    np.testing.assert_array_equal(joined, whole[: len(joined)])
    assert len(whole) - len(joined) == framer.n_waiting


def test_a_cleared_framer_starts_anew() -> None:
    framer = Framer(4)
    framer.push(counting(3))
    framer.clear()
    assert framer.n_waiting == 0
    assert [frame.tolist() for frame in framer.push(counting(4, 11))] == [[11, 12, 13, 14]]


@given(st.lists(st.integers(-32_768, 32_767)))
def test_pcm_comes_back_from_float_within_one_step(values: list[int]) -> None:
    pcm = np.array(values, dtype=np.int16)
    sound = float_from_pcm(pcm)
    assert sound.dtype == np.float32
    assert np.all(np.abs(sound) <= 1.0)
    back = pcm_from_float(sound).astype(int)
    assert np.all(np.abs(back - pcm) <= 1)


def test_too_loud_is_clipped_and_does_not_wrap() -> None:
    loud = np.array([-3.0, -1.0, 0.0, 1.0, 3.0], dtype=np.float32)
    assert pcm_from_float(loud).tolist() == [-32_767, -32_767, 0, 32_767, 32_767]
