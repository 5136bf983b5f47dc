"""The real ears on the real voice: where speech is, what was said, whether it was all."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.speech import CLOSURES, QUESTION, SENTENCES, STATEMENT, at_microphone
from visavis.errors import EngineError
from visavis.hear.audio import RATE_HZ, Framer
from visavis.hear.gate import Change, VoiceGate, VoiceGone, VoiceStarted
from visavis.hear.smart_turn import SmartTurn
from visavis.hear.stt import Moonshine
from visavis.hear.vad import FRAME_SAMPLES, SileroModel
from visavis.hear.voice import VoiceTracker
from visavis.models import (
    MOONSHINE_TINY_DECODER,
    MOONSHINE_TINY_ENCODER,
    MOONSHINE_TINY_TOKENIZER,
    SILERO_VAD,
    SMART_TURN,
    ModelStore,
)

TOLERANCE = RATE_HZ // 10
LATEST_END = 2 * FRAME_SAMPLES


@pytest.fixture(scope="module")
def silero(store: ModelStore) -> SileroModel:
    return SileroModel(store.path(SILERO_VAD))


@pytest.fixture(scope="module")
def moonshine(store: ModelStore) -> Moonshine:
    return Moonshine(
        encoder=store.path(MOONSHINE_TINY_ENCODER),
        decoder=store.path(MOONSHINE_TINY_DECODER),
        tokenizer=store.path(MOONSHINE_TINY_TOKENIZER),
    )


def changes(silero: SileroModel, sound: NDArray[np.float32]) -> list[Change]:
    return VoiceTracker(silero.detector()).push(sound)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


@pytest.mark.models
@pytest.mark.parametrize("text", SENTENCES)
def test_the_gate_finds_the_edges_of_speech(silero: SileroModel, text: str) -> None:
    sound, first, last = at_microphone(text)
    found = changes(silero, sound)
    assert isinstance(found[0], VoiceStarted)
    assert abs(found[0].sample + VoiceGate.LEAD_IN_SAMPLES - first) <= TOLERANCE
    assert found[0].sample < first, "the lead-in covers soft onsets"
    assert isinstance(found[-1], VoiceGone)
    assert -2 * FRAME_SAMPLES <= found[-1].sample - last <= LATEST_END


@pytest.mark.models
def test_silence_noise_and_hum_are_not_speech(silero: SileroModel) -> None:
    seconds = np.arange(3 * RATE_HZ) / RATE_HZ
    noise = np.random.default_rng(1).normal(0.0, 0.02, len(seconds))
    hum = 0.1 * np.sin(2.0 * np.pi * 50.0 * seconds)
    for sound in (0.0 * noise, noise, hum):
        assert changes(silero, sound.astype(np.float32)) == []


@pytest.mark.models
def test_detectors_of_two_microphones_do_not_share_state(silero: SileroModel) -> None:
    sound, first, _ = at_microphone(STATEMENT)
    frames = Framer(FRAME_SAMPLES).push(sound[first:])[:20]
    alone = silero.detector()
    expected = [alone.probability(frame) for frame in frames]
    one, other = silero.detector(), silero.detector()
    mixed: list[float] = []
    for frame in frames:
        mixed.append(one.probability(frame))
        other.probability(frame * np.float32(0.0))
    assert mixed == expected


@pytest.mark.models
@pytest.mark.parametrize("text", [QUESTION, STATEMENT])
def test_the_transcript_is_what_was_said(moonshine: Moonshine, text: str) -> None:
    sound, first, last = at_microphone(text)
    heard = moonshine.transcribe(sound[first - 3_000 : last], lambda: False)
    assert words(heard) == words(text)


@pytest.mark.models
@pytest.mark.parametrize(
    "expected", [STATEMENT, STATEMENT[:20], "Something else altogether.", "\U0001f642", "x" * 900]
)
def test_whatever_was_expected_the_transcript_is_what_was_said(
    moonshine: Moonshine, expected: str
) -> None:
    sound, first, last = at_microphone(STATEMENT)
    heard = moonshine.transcribe(sound[first - 3_000 : last], lambda: False, expected)
    assert words(heard) == words(STATEMENT)


@pytest.mark.models
def test_expected_words_take_fewer_passes(moonshine: Moonshine) -> None:
    sound, first, last = at_microphone(STATEMENT)
    passes: list[float] = []

    def count() -> bool:
        return bool(passes.append(0.0))

    heard = moonshine.transcribe(sound[first:last], count)
    n_alone = len(passes)
    passes.clear()
    moonshine.transcribe(sound[first:last], count, heard)
    assert len(passes) < n_alone / 2


@pytest.mark.models
def test_a_long_turn_is_transcribed_to_its_end(moonshine: Moonshine) -> None:
    sound = np.concatenate([at_microphone(text)[0] for text in (CLOSURES, STATEMENT)])
    assert len(sound) > 10 * RATE_HZ, "more than 384 of the decoder's frames"
    heard = " ".join(words(moonshine.transcribe(sound, lambda: False)))
    assert len(heard.split()) > 15, "its beginning too"
    assert heard.endswith("how much it costs")


@pytest.mark.models
def test_nothing_said_is_no_text(moonshine: Moonshine) -> None:
    for n_samples in (0, 1, 1_599):
        assert moonshine.transcribe(np.zeros(n_samples, dtype=np.float32), lambda: False) == ""


@pytest.mark.models
def test_a_cancelled_transcription_is_empty_and_stops_at_the_next_token(
    moonshine: Moonshine,
) -> None:
    sound, first, last = at_microphone(STATEMENT)
    speech = sound[first:last]
    asked: list[float] = []

    def after_three() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 3

    assert moonshine.transcribe(speech, after_three) == ""
    assert len(asked) == 4, "asked before each token, and not again once it was told to stop"
    asked_before = len(asked)
    whole = moonshine.transcribe(speech, lambda: bool(asked.append(0.0)))
    assert whole
    assert len(asked) - asked_before > 8, "there was something to stop"


@pytest.mark.models
def test_a_whole_question_sounds_more_finished_than_half_of_it(store: ModelStore) -> None:
    smart_turn = SmartTurn(store.path(SMART_TURN))
    whole, half = list[float](), list[float]()
    for text in SENTENCES:
        sound, first, last = at_microphone(text)
        whole.append(smart_turn.p_end(sound[first : last + 3_200]))
        half.append(smart_turn.p_end(sound[first : (first + last) // 2]))
    assert all(0.0 <= p <= 1.0 for p in whole + half)
    assert whole[0] > half[0]
    assert sum(whole) > sum(half) + 1.0, (whole, half)


@pytest.mark.parametrize("content", [None, b"", b"no model"])
def test_a_broken_model_says_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    pytest.importorskip("onnxruntime")
    path = tmp_path / "broken.onnx"
    if content is not None:
        path.write_bytes(content)
    for load in (SileroModel, SmartTurn):
        with pytest.raises(EngineError, match=r"broken\.onnx") as caught:
            load(path)
        assert "models verify" in caught.value.hint
        assert str(tmp_path) not in str(caught.value)
