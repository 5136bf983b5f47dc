from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from tests.bench.lips.files_by_hand import tone, write_wav
from visavis.hear.audio import pcm_from_float
from visavis.sounds import SoundError, read_sound, resampled


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_a_wav_of_any_rate_and_channels(tmp_path: Path, rate_hz: int, n_channels: int) -> None:
    sound = tone(0.1, rate_hz)
    found, found_hz = read_sound(write_wav(tmp_path / "a.wav", sound, rate_hz, n_channels))
    assert found_hz == rate_hz
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, sound, atol=1e-4)


def test_a_wav_of_floats_with_nan(tmp_path: Path) -> None:
    values = tone(0.1, 16_000)
    values[7] = np.nan
    data = values.astype("<f4").tobytes()
    head = b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt "
    head += struct.pack("<IHHIIHH", 16, 3, 1, 16_000, 64_000, 4, 32)
    (tmp_path / "a.wav").write_bytes(head + b"data" + struct.pack("<I", len(data)) + data)
    found, rate_hz = read_sound(tmp_path / "a.wav")
    assert rate_hz == 16_000
    assert found[7] == 0.0
    np.testing.assert_allclose(found[8:], values[8:])


@pytest.mark.parametrize(("order", "name"), [("<i2", "01"), (">i2", "10")])
def test_timits_sphere(tmp_path: Path, order: str, name: str) -> None:
    sound = tone(0.05, 16_000)
    head = (
        "NIST_1A\n   1024\nchannel_count -i 1\nsample_rate -i 16000\nsample_n_bytes -i 2\n"
        f"sample_byte_format -s2 {name}\nend_head\n"
    )
    body = pcm_from_float(sound).astype(order).tobytes()
    (tmp_path / "a.WAV").write_bytes(head.encode().ljust(1_024) + body)
    found, rate_hz = read_sound(tmp_path / "a.WAV")
    assert rate_hz == 16_000
    np.testing.assert_allclose(found, sound, atol=1e-4)


def test_a_wav_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(0.1, 16_000), 16_000)
    path.write_bytes(path.read_bytes()[:1_045])
    assert len(read_sound(path)[0]) == 500


@pytest.mark.parametrize("data", [b"", b"hello", b"RIFF\x00\x00\x00\x00WAVE", b"NIST_1A\nxx"])
def test_what_is_no_sound_is_an_error_with_its_name(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(SoundError, match=r"a\.wav"):
        read_sound(tmp_path / "a.wav")


def test_a_file_without_samples_and_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="no sound"):
        read_sound(write_wav(tmp_path / "a.wav", tone(0.0, 16_000), 16_000))
    with pytest.raises(SoundError, match="can't be opened"):
        read_sound(tmp_path / "b.wav")


def test_resampling_keeps_the_length_in_time() -> None:
    assert len(resampled(tone(1.0, 8_000), 8_000, 16_000)) == 16_000
    same = tone(1.0, 16_000)
    assert resampled(same, 16_000, 16_000) is same
