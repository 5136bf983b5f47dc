from __future__ import annotations

import numpy as np

from tests.bench.lips.test_trial import Scripted
from visavis.bench.lips.ours import Natural, by_phones, spread
from visavis.bench.lips.phone_sets import Label
from visavis.bench.lips.sphinx import Spoken


def said(word: str, start_s: float, *phones: tuple[str, float]) -> Spoken:
    ends_s = [end_s for _, end_s in phones]
    starts_s = [start_s, *ends_s]
    labels = [
        Label(*it) for it in zip([name for name, _ in phones], starts_s, ends_s, strict=False)
    ]
    return Spoken(Label(word, start_s, ends_s[-1]), tuple(labels))


HI_YOU = (
    said("hi", 0.1, ("HH", 0.12), ("AY", 0.2)),
    said("you", 0.5, ("Y", 0.6), ("UW", 0.8)),
)


def test_letters_share_their_words_time() -> None:
    alignment = spread(HI_YOU)
    assert "".join(alignment.characters) == "hi you "
    assert [round(ms) for ms in alignment.starts_ms] == [100, 150, 200, 500, 600, 700, 800]
    assert [round(ms) for ms in alignment.durations_ms] == [50, 50, 300, 100, 100, 100, 0]


def test_letters_begin_with_the_phones_they_are_written_for() -> None:
    ship = said("ships", 1.0, ("SH", 1.1), ("IH", 1.16), ("P", 1.25), ("S", 1.4))
    alignment = by_phones((*HI_YOU, ship))
    assert "".join(alignment.characters) == "hi you ships "
    starts_ms = [round(ms) for ms in alignment.starts_ms]
    assert starts_ms[:7] == [100, 120, 200, 500, 600, 700, 800]
    assert starts_ms[7:] == [1_000, 1_050, 1_100, 1_160, 1_250, 1_400], "s and h share their time"


def test_the_natural_pass_can_stand_behind_anyone() -> None:
    nervous = Scripted("nervous", lambda _sound, _text: ["E", "I"] * 50)
    found = Natural(nervous)
    result = found.run(np.zeros(16_000, dtype=np.float32), 16_000, None)
    assert found.name == "nervous_natural"
    assert result.track.n_samples == 16_000
    assert len(result.track.runs) < 50
