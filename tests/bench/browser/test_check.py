from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import pytest
import soxr

from tests.bench.browser.speech import recording
from tests.bench.browser.test_mouth import PLUM, SKIN
from visavis.bench.browser.check import Film, compare, decode, times_of
from visavis.bench.browser.clock import Clock
from visavis.bench.turns import Turn

RATE_HZ = 48_000
ASKED = recording()


def film(voice_ms: float, face_ms: float, lead_ms: float = 500.0) -> Film:
    """A recording whose question begins after `lead_ms`; the rest counts from t0."""
    t0_ms = lead_ms + ASKED.speech_end_ms
    spoken = soxr.resample(ASKED.sound, 16_000, RATE_HZ)
    left = np.zeros(5 * RATE_HZ, dtype=np.float32)
    start = round(lead_ms * RATE_HZ / 1_000.0)
    left[start : start + len(spoken)] = spoken
    right = np.zeros_like(left)
    right[round((t0_ms + voice_ms) * RATE_HZ / 1_000.0) :] = 0.2
    frames_ms = np.arange(0.0, 5_000.0, 16.0)
    openings = np.where(frames_ms >= t0_ms + face_ms, 0.3, 0.04)
    positions = np.arange(0.0, len(left), 480.0)
    clock = Clock(RATE_HZ, positions, positions * 1_000.0 / RATE_HZ, 90.0)
    return Film(clock, left, right, frames_ms, openings)


def test_a_recording_tells_its_own_times() -> None:
    times = times_of(film(voice_ms=300.0, face_ms=280.0), ASKED, 250.0)
    assert times.clearness > 1.5
    assert times.voice_ms == pytest.approx(300.0, abs=0.2)
    assert times.face_ms == pytest.approx(280.0, abs=16.1)


def test_an_earlier_reply_is_not_taken_for_the_answer() -> None:
    late = film(voice_ms=900.0, face_ms=900.0)
    early = np.s_[: 2 * RATE_HZ]
    late.right[early][-4_800:] = 0.2
    times = times_of(late, ASKED, 800.0)
    assert times.voice_ms == pytest.approx(900.0, abs=0.2)


def test_the_output_latency_is_the_only_thing_taken_off() -> None:
    turn = Turn(ASKED, voice_ms=337.0, face_ms=290.0, stages_ms={"reveal": 250.0})
    check = compare(turn, film(voice_ms=300.0, face_ms=280.0), output_latency_ms=30.0)
    assert check.voice_error_ms == pytest.approx(7.0, abs=0.2)
    assert check.face_error_ms == pytest.approx(10.0, abs=16.1)


def test_a_turn_without_an_answer_has_no_error() -> None:
    check = compare(Turn(ASKED), film(300.0, 280.0), 30.0)
    assert (check.voice_error_ms, check.face_error_ms) == (None, None)


def test_a_file_is_decoded_on_its_own_time_line() -> None:
    """PCM in pieces of 10 ms and pictures, as the browser's recorder writes them."""
    av = pytest.importorskip("av")
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as out:
        sound = out.add_stream("pcm_f32le", rate=RATE_HZ, layout="stereo")
        video = out.add_stream("vp8", rate=50)
        video.width, video.height, video.pix_fmt = 320, 320, "yuv420p"
        for index in range(100):
            piece = np.zeros((1, 960), dtype=np.float32)
            piece[0, 1::2] = 0.5 if index >= 60 else 0.0
            heard = av.AudioFrame.from_ndarray(piece, format="flt", layout="stereo")
            heard.sample_rate, heard.pts = RATE_HZ, 480 * index + 4_800
            heard.time_base = Fraction(1, RATE_HZ)
            out.mux(sound.encode(heard))
        for index in range(50):
            drawn = np.full((320, 320, 3), SKIN, dtype=np.uint8)
            drawn[205 : 235 if index >= 30 else 209, 130:190] = PLUM
            picture = av.VideoFrame.from_ndarray(drawn, format="rgb24")
            picture.pts, picture.time_base = index, Fraction(1, 50)
            out.mux(video.encode(picture))
        out.mux(video.encode())
    found = decode(file.getvalue())
    assert len(found.left) == len(found.right) == RATE_HZ
    assert not found.left.any()
    first = int(np.flatnonzero(found.right > 0.4)[0])
    assert found.clock.ms(first) == pytest.approx(700.0, abs=1.0)
    wide = found.frames_ms[found.openings > 0.3]
    assert wide[0] == pytest.approx(600.0, abs=1.0)
    assert 0.0 < found.openings[5] < 0.1
