from __future__ import annotations

import pytest

from tests.bench.lips.tracks import track
from visavis.bench.lips.contender import Compute
from visavis.bench.lips.figures import confusion, lip_figures
from visavis.bench.lips.measures import measure

GOOD = measure(track(("aa", 100), ("PP", 100)), track(("aa", 100), ("PP", 100)))
BAD = measure(track(("aa", 300), ("O", 300)), track(("O", 600)))
HALF = measure(track(("FF", 100), ("O", 100)), track(("FF", 200)))


def test_recordings_are_added_up_before_they_are_divided() -> None:
    found = lip_figures([GOOD, BAD])
    assert found["n_files"] == 2
    assert found["scored_s"] == pytest.approx(0.8)
    assert found["frame_accuracy_rate"] == pytest.approx(50 / 80)
    assert found["recall_aa_rate"] == pytest.approx(10 / 40)
    assert found["recall_O_rate"] == 1.0
    assert found["macro_recall_rate"] == pytest.approx((0.25 + 1.0 + 1.0) / 3)  # aa, PP, O
    assert "recall_TH_rate" not in found


def test_the_best_shift_is_one_for_the_whole_set() -> None:
    late = track(("sil", 500), ("aa", 200), ("O", 200), ("sil", 500))
    by_40, by_60 = (measure(late, late.earlier(-ms)) for ms in (40, 60))
    found = lip_figures([by_40, by_60, by_60])
    assert found["best_shift_ms"] == 60
    # the first one, moved by 20 ms too much, loses 2 frames at each of its three boundaries
    assert found["frame_accuracy_best_shift_rate"] == pytest.approx(1 - 6 / 420)


def test_a_figure_of_nothing_is_left_out() -> None:
    silent = measure(track(("sil", 500)), track(("sil", 500)))
    found = lip_figures([silent])
    assert found["silence_recall_rate"] == 1.0
    assert found["mouth_open_in_silence_rate"] == 0.0
    assert "PP_segment_recall_rate" not in found
    assert "speech_changes_per_s" not in found
    assert "onset_offset_p50_ms" not in found
    assert lip_figures([]) == {}


def test_several_recordings_have_intervals_and_one_has_none() -> None:
    assert "frame_accuracy_low_rate" not in lip_figures([GOOD])
    found = lip_figures([GOOD, BAD, HALF])
    assert (
        0.5
        <= found["frame_accuracy_low_rate"]
        < found["frame_accuracy_rate"]
        < found["frame_accuracy_high_rate"]
        <= 1.0
    )
    assert lip_figures([GOOD, BAD, HALF]) == found


def test_more_recordings_make_narrower_intervals() -> None:
    def width(n: int) -> float:
        found = lip_figures([GOOD, BAD, HALF] * n)
        return found["frame_accuracy_high_rate"] - found["frame_accuracy_low_rate"]

    assert width(20) < width(2) / 2


def test_onsets() -> None:
    reference = track(("sil", 300), ("E", 100), ("nn", 100), ("O", 200), ("sil", 300))
    shown = track(("sil", 280), ("E", 90), ("nn", 190), ("O", 190), ("sil", 250))
    found = lip_figures([measure(reference, shown)])
    # E -20, nn -30, O +60, sil +50
    assert found["onset_offset_p50_ms"] == 40.0
    assert found["onset_bias_p50_ms"] == 15.0
    assert found["onset_within_20_ms_rate"] == 0.25
    assert found["onset_within_50_ms_rate"] == 0.75


def test_changes_a_second() -> None:
    reference = track(("sil", 500), ("aa", 1_000), ("O", 1_000), ("sil", 500))
    shown = track(("sil", 500), *[("aa", 60), ("O", 140)] * 10, ("sil", 500))
    found = lip_figures([measure(reference, shown)])
    assert found["changes_per_s"] == 7.0  # 21 in 3 s
    assert found["speech_changes_per_s"] == 10.5
    assert found["reference_speech_changes_per_s"] == 1.5
    assert found["short_hold_rate"] == 0.5


def test_compute() -> None:
    found = lip_figures([GOOD], [Compute(1.0, 10.0, (1.0, 2.0, 3.0)), Compute(0.5, 5.0)])
    assert found["real_time_factor"] == pytest.approx(0.1)
    assert found["push_p50_ms"] == 2.0
    assert "push_p50_ms" not in lip_figures([GOOD], [Compute(1.0, 10.0)])


def test_the_confusion_is_of_all() -> None:
    assert confusion([GOOD, BAD]).sum() == 80
    assert confusion([]).shape == (15, 15)
