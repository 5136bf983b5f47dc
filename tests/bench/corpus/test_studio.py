"""From spoken parts to a recording: level, pauses, truth, files; with voices that only hum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.bench.corpus import studio as studios
from visavis.bench.corpus.engines import Spoken
from visavis.bench.corpus.files import read_pcm, read_sound, sha256_of_pcm, write_sound
from visavis.bench.corpus.manifest import PATH, Manifest, describe, mismatches, read, write
from visavis.bench.corpus.pauses import audible_span, silences
from visavis.bench.corpus.plan import Utterance, make_plan
from visavis.bench.corpus.room import LEAD_SAMPLES, TAIL_SAMPLES
from visavis.bench.corpus.speakers import EngineName, Voice
from visavis.bench.corpus.studio import Studio, shape, version
from visavis.errors import EngineError
from visavis.hear.audio import RATE_HZ

_RATE_HZ = 24_000
_PART_S = 0.5


class Hum:
    """Hums half a second for each part, breathes for a tenth between two; counts."""

    def __init__(self) -> None:
        self.n_spoken = 0

    def speak(self, parts: Sequence[str], voice: Voice, speed: float) -> Spoken:
        self.n_spoken += 1
        at = np.arange(round(_PART_S * _RATE_HZ))
        hum = np.sin(2.0 * np.pi * 150.0 * at / _RATE_HZ).astype(np.float32)
        breath = np.zeros(_RATE_HZ // 10, dtype=np.float32)
        pieces: list[NDArray[np.float32]] = [np.zeros(_RATE_HZ, dtype=np.float32)]
        joints: list[int] = []
        for _ in parts:
            pieces += [hum, breath]
            joints.append(sum(map(len, pieces)) - len(breath))
        return Spoken(np.concatenate(pieces), _RATE_HZ, tuple(joints[:-1]))


def paused_utterance(n_pauses: int) -> Utterance:
    return next(u for u in make_plan() if u.text.n_pauses == n_pauses and u.noise == "stand")


@pytest.fixture
def hum(monkeypatch: pytest.MonkeyPatch) -> Hum:
    voice = Hum()

    def start(self: Studio, utterances: object, note: object) -> dict[EngineName, Hum]:
        return {u.voice.engine: voice for u in make_plan()}

    monkeypatch.setattr(Studio, "_start", start)
    return voice


def silent(done: int, total: int) -> None:
    assert done <= total


def quiet(message: str) -> None:
    raise AssertionError(message)


@pytest.mark.parametrize("n_pauses", [0, 1, 2])
def test_speech_is_levelled_framed_and_paused_as_planned(n_pauses: int) -> None:
    utterance = paused_utterance(n_pauses)
    sound = shape(Hum().speak(utterance.text.parts, utterance.voice, 1.0), utterance)
    peak_dbfs = 20.0 * np.log10(float(np.max(np.abs(sound))))
    assert peak_dbfs == pytest.approx(utterance.peak_dbfs, abs=0.2)
    start, end = audible_span(sound)
    assert start == LEAD_SAMPLES
    assert len(sound) - end == TAIL_SAMPLES
    found_ms = [(last - first) * 1_000 / RATE_HZ for first, last in silences(sound)]
    assert found_ms == pytest.approx(utterance.pauses_ms, abs=1.0)
    spoken_ms = 500.0 * (n_pauses + 1) + sum(utterance.pauses_ms)
    assert (end - start) * 1_000 / RATE_HZ == pytest.approx(spoken_ms, abs=5.0)


def test_a_voice_that_says_nothing_is_an_error() -> None:
    nothing = Spoken(np.zeros(_RATE_HZ, dtype=np.float32), _RATE_HZ, ())
    with pytest.raises(EngineError, match="said nothing"):
        shape(nothing, paused_utterance(0))


def test_recording_goes_on_where_it_stopped(tmp_path: Path, hum: Hum) -> None:
    studio = Studio(tmp_path)
    some = [paused_utterance(1), paused_utterance(2)]
    studio.record(some[:1], silent, quiet)
    before = hum.n_spoken
    assert before == 7  # the speaker, and six people behind
    studio.record(some[:1], silent, quiet)
    assert hum.n_spoken == before
    studio.record(some, silent, quiet)
    assert before < hum.n_spoken <= 2 * before
    assert list(tmp_path.rglob("*.part")) == []


def test_the_truth_is_that_of_the_clean_speech(tmp_path: Path, hum: Hum) -> None:
    utterance = paused_utterance(2)
    studio = Studio(tmp_path)
    studio.record([utterance], silent, quiet)
    recording = studio.load(utterance)
    assert recording.recording_id == utterance.utterance_id
    assert len(recording.pauses) == 2
    assert len(recording.sound) - recording.speech_end_sample == TAIL_SAMPLES
    start, end = recording.pauses[0]
    behind = recording.sound[start:end]
    assert float(np.sqrt(np.mean(behind**2))) > 0.001  # the room is heard in the pause
    assert hum.n_spoken


def test_a_changed_room_does_not_ask_the_voice_again(tmp_path: Path) -> None:
    utterance = paused_utterance(1)
    studio = Studio(tmp_path)
    other_room = replace(utterance, noise="quiet", seed=utterance.seed + 1)
    assert studio.clean_path(other_room) == studio.clean_path(utterance)
    louder = replace(utterance, peak_dbfs=utterance.peak_dbfs + 1.0)
    assert studio.clean_path(louder) != studio.clean_path(utterance)


def test_a_missing_program_leaves_its_voices_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_installed(engine: EngineName) -> bool:
        return engine != "festival"

    monkeypatch.setattr(studios, "is_installed", is_installed)
    told: list[str] = []
    able = Studio(tmp_path).able(make_plan(), told.append)
    assert "festival" not in {u.voice.engine for u in able}
    assert {"flite", "espeak-ng", "kokoro"} <= {u.voice.engine for u in able}
    (message,) = told
    assert "apt install festival festvox-us-slt-hts" in message


def test_sound_survives_the_disk(tmp_path: Path) -> None:
    sound = np.linspace(-1.0, 1.0, 1_000, dtype=np.float32)
    path = tmp_path / "deep" / "sound.wav"
    write_sound(path, sound)
    assert np.allclose(read_sound(path), sound, atol=1e-4)
    digest = sha256_of_pcm(path)
    changed = read_sound(path).copy()
    changed[10] += 0.01
    write_sound(path, changed)
    assert sha256_of_pcm(path) != digest
    assert read_pcm(path).dtype == np.int16


def test_a_manifest_says_which_recordings_differ(tmp_path: Path, hum: Hum) -> None:
    utterance = paused_utterance(1)
    studio = Studio(tmp_path)
    studio.record([utterance], silent, quiet)
    steps: list[None] = []
    found = describe(studio, [utterance], lambda: steps.append(None))
    assert len(steps) == 1
    known = Manifest(version=version(), utterances=found)
    write(known, tmp_path / "manifest.json")
    assert read(tmp_path / "manifest.json") == known
    assert mismatches(found, known) == []
    other = found[0].model_copy(update={"sha256": "0" * 64})
    assert mismatches([other], known) == [utterance.utterance_id]
    assert mismatches(found, Manifest(version=version(), utterances=())) == [found[0].id]
    assert hum.n_spoken


def test_the_manifest_in_git_is_that_of_the_plan() -> None:
    manifest = read(PATH)
    assert manifest.version == version()
    assert [entry.id for entry in manifest.utterances] == [u.utterance_id for u in make_plan()]
    swallowed: list[str] = []
    for entry, utterance in zip(manifest.utterances, make_plan(), strict=True):
        assert entry.text == utterance.text.say
        assert entry.speaker == utterance.voice.name
        assert entry.noise == utterance.noise
        tail = entry.n_samples - entry.speech_end_sample  # rounding to int16 may move the end
        assert abs(tail - TAIL_SAMPLES) <= RATE_HZ * 5 // 1_000
        if len(entry.pauses) < len(utterance.pauses_ms):
            swallowed.append(entry.id)
        for start, end in entry.pauses:
            assert 0 < start < end < entry.speech_end_sample
            assert end - start >= RATE_HZ // 5
    assert swallowed == ["fit-neural-pip-more-108"], "that voice swallowed a word and its pause"
