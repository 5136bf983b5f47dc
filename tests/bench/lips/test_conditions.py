from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.bench.lips.files_by_hand import tone, write_text, write_wav
from visavis.bench.lips.conditions import Conditions, NoiseAlone, Stage, higher
from visavis.bench.lips.manifest import Item, open_data_set
from visavis.errors import SetupError
from visavis.lips.phonemes import SIL

RATE_HZ = 16_000


def items_in(folder: Path, *hz: float) -> tuple[Item, ...]:
    for n, pitch_hz in enumerate(hz):
        write_wav(folder / f"{n}.wav", tone(1.0, RATE_HZ, pitch_hz), RATE_HZ)
        write_text(folder / f"{n}.lab", "0.0 1.0 aa\n")
    return open_data_set(folder).items


def loudest_hz(sound: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(sound)).argmax() * RATE_HZ / len(sound))


def level_db(sound: np.ndarray) -> float:
    return 20.0 * float(np.log10(np.sqrt(np.mean(sound**2))))


@pytest.mark.parametrize("babble_db", [20.0, 5.0])
def test_people_behind_are_as_far_below_as_was_asked(tmp_path: Path, babble_db: float) -> None:
    items = items_in(tmp_path, 220.0, 500.0, 900.0)
    clean = Stage(Conditions(), items).load(items[0]).sound
    stage = Stage(Conditions(babble_db=babble_db), items)
    behind = stage.load(items[0]).sound - clean
    assert level_db(clean) - level_db(behind) == pytest.approx(babble_db, abs=0.5)
    assert loudest_hz(behind) in {500.0, 900.0}, "not the speaker's own voice"
    assert np.array_equal(behind, stage.load(items[0]).sound - clean), "every time the same"


def test_one_recording_alone_has_nobody_behind_it(tmp_path: Path) -> None:
    items = items_in(tmp_path, 220.0)
    with pytest.raises(SetupError):
        Stage(Conditions(babble_db=10.0), items).load(items[0])


def test_higher_is_higher_and_as_long() -> None:
    """A click stays where it was, to 15 ms: the labels still fit."""
    sound = tone(2.0, RATE_HZ, 220.0)
    sound[:RATE_HZ] *= 0.01
    raised = higher(sound, RATE_HZ, 12.0)
    assert len(raised) == len(sound)
    assert loudest_hz(raised[RATE_HZ + 3_000 : -3_000]) == pytest.approx(440.0, abs=3.0)
    loud = np.flatnonzero(np.abs(raised) > 0.1)
    assert abs(int(loud[0]) - RATE_HZ) < 0.015 * RATE_HZ


@pytest.mark.parametrize("kind", list(NoiseAlone))
def test_noise_alone_is_as_loud_as_speech_and_asks_for_a_shut_mouth(
    tmp_path: Path, kind: NoiseAlone
) -> None:
    items = items_in(tmp_path, 220.0)
    found = Stage(Conditions(noise_alone=kind), items).load(items[0])
    assert [span.viseme for span in found.reference.spans] == [SIL]
    assert found.item.text is None
    assert level_db(found.sound) == pytest.approx(-26.0, abs=2.5)
    assert len(found.sound) == RATE_HZ
