"""The plain PCM socket's address and frames."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.errors import TooLargeError, UnsupportedError
from visavis.wire.codec import MalformedError
from visavis.wire.pcm import (
    RATES_HZ,
    PcmClear,
    PcmOptions,
    PcmTranscript,
    Resampler,
    check_text,
    decode_pcm,
    encode_pcm,
    parse_options,
)


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ({}, PcmOptions(16_000, 16_000, "none")),
        ({"input_rate_hz": "24000"}, PcmOptions(24_000, 24_000, "none")),
        ({"output_rate_hz": "48000"}, PcmOptions(16_000, 48_000, "none")),
        ({"input_rate_hz": "8000", "output_rate_hz": "16000"}, PcmOptions(8_000, 16_000, "none")),
        ({"greeting": "1"}, PcmOptions(16_000, 16_000, "spoken")),
    ],
)
def test_the_address_sets_rates_and_greeting(query: dict[str, str], options: PcmOptions) -> None:
    assert parse_options(query) == options


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"input_rate_hz": "11025"}, "input_rate_hz must be one of 8000, 16000"),
        ({"output_rate_hz": ""}, "output_rate_hz must be one of"),
        ({"input_rate_hz": "16000.0"}, "input_rate_hz must be one of"),
        ({"greeting": "yes"}, "greeting must be 0 or 1"),
        ({"sample_rate": "16000"}, "greeting, input_rate_hz, output_rate_hz"),
    ],
)
def test_what_is_not_offered_is_refused_with_what_is(query: dict[str, str], says: str) -> None:
    with pytest.raises(UnsupportedError, match=says) as refused:
        parse_options(query)
    assert len(str(refused.value)) <= 123, "the reason of a WebSocket's close"


@given(st.lists(st.integers(-32_768, 32_767), max_size=64))
def test_sound_survives_both_directions(values: list[int]) -> None:
    pcm = np.array(values, dtype=np.int16)
    assert decode_pcm(encode_pcm(pcm)).tolist() == values


def test_sound_is_little_endian() -> None:
    assert decode_pcm(b"\x01\x00\x00\x80").tolist() == [1, -32_768]


def test_half_a_sample_and_a_flood_are_refused() -> None:
    with pytest.raises(MalformedError):
        decode_pcm(b"\0\0\0")
    with pytest.raises(TooLargeError):
        decode_pcm(bytes(64 * 1024 + 2))


@pytest.mark.parametrize("text", ["", "hello", "[1]", "{}", '{"sample_rate": 16000}', "[" * 5_000])
def test_text_means_nothing(text: str) -> None:
    check_text(text, PcmOptions())


@pytest.mark.parametrize("rate", ["8000", '"16000"', "[16000]", "{}"])
def test_a_start_message_with_another_rate_is_refused(rate: str) -> None:
    with pytest.raises(UnsupportedError, match="input_rate_hz"):
        check_text(f'{{"type": "start", "sample_rate": {rate}}}', PcmOptions())


def test_long_text_is_refused() -> None:
    with pytest.raises(TooLargeError):
        check_text("x" * 20_000, PcmOptions())


def test_messages_are_what_harnesses_read() -> None:
    assert json.loads(PcmClear().model_dump_json()) == {"type": "clear"}
    assert json.loads(PcmTranscript(text="Hi.").model_dump_json()) == {
        "type": "transcript",
        "role": "user",
        "text": "Hi.",
        "final": True,
    }


@given(
    st.sampled_from(RATES_HZ),
    st.sampled_from(RATES_HZ),
    st.lists(st.integers(1, 5_000), min_size=1, max_size=8),
)
def test_a_resampled_stream_keeps_its_length(from_hz: int, to_hz: int, chunks: list[int]) -> None:
    resampler = Resampler(from_hz, to_hz, "LQ")
    n_out = sum(len(resampler.push(np.zeros(n, dtype=np.int16))) for n in chunks)
    n_out += len(resampler.flush())
    assert abs(n_out - sum(chunks) * to_hz / from_hz) <= 1


def test_a_resampled_tone_keeps_its_pitch_and_volume() -> None:
    at_s = np.arange(22_050) / 22_050
    tone = (10_000 * np.sin(2 * np.pi * 1_000 * at_s)).astype(np.int16)
    resampler = Resampler(22_050, 16_000, "HQ")
    heard = np.concatenate([resampler.push(part) for part in np.split(tone, 10)])
    heard = np.concatenate([heard, resampler.flush()]).astype(np.float64)
    spectrum = np.abs(np.fft.rfft(heard[:16_000]))
    assert int(spectrum.argmax()) == 1_000
    assert np.sqrt(np.mean(heard[1_000:15_000] ** 2)) == pytest.approx(10_000 / 2**0.5, rel=0.01)
