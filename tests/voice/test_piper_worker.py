"""Inside the voice process: what it says in pieces is what Piper itself says at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from visavis.models import JOE_CONFIG, JOE_DURATIONS, ModelStore
from visavis.voice.tts import Part, Voiced, joined

worker: Any = pytest.importorskip("visavis.voice.piper_worker")

pytestmark = pytest.mark.models

TEXTS = (
    "The waves of the ocean are a testament to the power of nature.",
    "One day, in a small village, there lived a captain who loved the sea.",
)
RATIOS = (1.0, 2.0 ** (4.0 / 12.0))


@pytest.fixture(scope="module")
def config(store: ModelStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The voice without its dice: it says the same each time."""
    settings = json.loads(store.path(JOE_CONFIG).read_text("utf-8"))
    settings["inference"] |= {"noise_scale": 0.0, "noise_w": 0.0}
    path = tmp_path_factory.mktemp("voice") / "plain.json"
    path.write_text(json.dumps(settings))
    return path


@pytest.fixture(scope="module")
def voice(store: ModelStore, config: Path) -> Any:
    return worker.Voice(store.path(JOE_DURATIONS), config)


def uncut(*_: object) -> None:
    """No place is certain."""


def both(voice: Any, text: str, ratio: float) -> tuple[Voiced, Voiced]:
    return voice.speak(1, text, 1.0, ratio), voice.go_on(1)


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("text", TEXTS)
def test_pieces_are_the_whole(
    voice: Any, text: str, ratio: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, tail = both(voice, text, ratio)
    assert (head.part, tail.part) == (Part.HEAD, Part.TAIL)
    assert f"{head.text} {tail.text}" == text
    assert 350.0 < len(head.sound) * 1_000.0 / head.rate_hz < 1_500.0
    assert sum(n for _, n in head.phones) == len(head.sound)
    assert abs(sum(n for _, n in tail.phones) - len(tail.sound)) <= 1
    assert head.phones[-1][0] == " "
    monkeypatch.setattr(worker, "first_cut", uncut)
    whole = voice.speak(2, text, 1.0, ratio)
    assert (whole.part, whole.text) == (Part.WHOLE, text)
    np.testing.assert_allclose(joined([head, tail]).sound, whole.sound, atol=1e-4)
    assert joined([head, tail]).phones == whole.phones


def test_the_whole_is_what_piper_itself_says(voice: Any, store: ModelStore, config: Path) -> None:
    piper: Any = pytest.importorskip("piper")
    plain = piper.SynthesisConfig(normalize_audio=False)
    model = str(store.path(JOE_DURATIONS))
    itself = piper.PiperVoice.load(model, str(config))
    (chunk,) = itself.synthesize(TEXTS[0], plain, include_alignments=True)
    whole = joined(both(voice, TEXTS[0], 1.0))
    np.testing.assert_allclose(whole.sound, chunk.audio_float_array * 0.8, atol=1e-4)
    timed = [(phone.phoneme, int(phone.num_samples)) for phone in chunk.phoneme_alignments]
    assert list(whole.phones) == timed


@pytest.mark.parametrize("text", ["Yes.", "", "...", "One sentence. And here comes another one."])
def test_short_ones_and_several_sentences_are_one_piece(voice: Any, text: str) -> None:
    assert voice.speak(3, text, 1.0, 1.0).part is Part.WHOLE
    with pytest.raises(KeyError):
        voice.go_on(3)


def test_a_dropped_tail_is_forgotten(voice: Any) -> None:
    voice.speak(4, TEXTS[0], 1.0, 1.0)
    voice.drop(4)
    voice.drop(4)
    with pytest.raises(KeyError):
        voice.go_on(4)


def test_the_oldest_tail_is_forgotten_first(voice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "MAX_TAILS", 2)
    for request_id in (5, 6, 7):
        voice.speak(request_id, TEXTS[0], 1.0, 1.0)
    with pytest.raises(KeyError):
        voice.go_on(5)
    assert voice.go_on(6).part is voice.go_on(7).part is Part.TAIL
