from __future__ import annotations

import numpy as np

from tests.bench.lips.test_trial import Scripted
from visavis.bench.lips.ours import Natural, spread
from visavis.bench.lips.phone_sets import Label


def test_letters_share_their_words_time() -> None:
    said = spread((Label("hi", 0.1, 0.2), Label("you", 0.5, 0.8)))
    assert "".join(said.characters) == "hi you "
    assert [round(ms) for ms in said.starts_ms] == [100, 150, 200, 500, 600, 700, 800]
    assert [round(ms) for ms in said.durations_ms] == [50, 50, 300, 100, 100, 100, 0]


def test_the_natural_pass_can_stand_behind_anyone() -> None:
    nervous = Scripted("nervous", lambda _sound, _text: ["E", "I"] * 50)
    found = Natural(nervous)
    result = found.run(np.zeros(16_000, dtype=np.float32), 16_000, None)
    assert found.name == "nervous_natural"
    assert result.track.n_samples == 16_000
    assert len(result.track.runs) < 50
