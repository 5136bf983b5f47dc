"""The gate's hysteresis, frame by frame, and the positions it names."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from visavis.hear.vad import FRAME_SAMPLES, VoiceGate, VoicePaused, VoiceStarted

LOUD, BETWEEN, QUIET = 0.9, 0.42, 0.05
START = 100 * FRAME_SAMPLES  # far enough for the lead-in


def run(probabilities: list[float], start: int = START) -> list[VoiceStarted | VoicePaused]:
    gate = VoiceGate()
    changes = [
        gate.push(probability, start + (i + 1) * FRAME_SAMPLES)
        for i, probability in enumerate(probabilities)
    ]
    return [change for change in changes if change is not None]


def test_speech_starts_at_the_second_voiced_frame_and_reaches_back() -> None:
    changes = run([QUIET, LOUD, LOUD])
    assert changes == [VoiceStarted(START + FRAME_SAMPLES - VoiceGate.LEAD_IN_SAMPLES)]


def test_a_click_opens_nothing() -> None:
    assert run([QUIET, LOUD, QUIET, LOUD, QUIET]) == []


def test_the_lead_in_does_not_reach_before_the_first_sample() -> None:
    assert run([LOUD, LOUD], start=0) == [VoiceStarted(0)]


def test_speech_pauses_at_the_end_of_the_last_voiced_frame() -> None:
    changes = run([LOUD] * 5 + [QUIET] * 3)
    assert changes[1:] == [VoicePaused(START + 5 * FRAME_SAMPLES, 96.0)]


def test_a_stop_consonant_is_no_pause() -> None:
    assert len(run([LOUD] * 4 + [QUIET] * 2 + [LOUD] * 4 + [QUIET] * 2)) == 1


def test_between_the_thresholds_nothing_changes() -> None:
    assert run([BETWEEN] * 20) == []
    assert len(run([LOUD] * 2 + [BETWEEN] * 20)) == 1


def test_speech_can_start_again_after_a_pause() -> None:
    kinds = [type(change) for change in run([LOUD] * 4 + [QUIET] * 3 + [LOUD] * 2)]
    assert kinds == [VoiceStarted, VoicePaused, VoiceStarted]


def test_flush_pauses_who_speaks_and_nobody_else() -> None:
    gate = VoiceGate()
    assert gate.flush() is None
    for i in range(3):
        gate.push(LOUD, START + (i + 1) * FRAME_SAMPLES)
    gate.push(QUIET, START + 4 * FRAME_SAMPLES)
    assert gate.flush() == VoicePaused(START + 3 * FRAME_SAMPLES, 32.0)
    assert gate.flush() is None
    assert gate.push(LOUD, START + 5 * FRAME_SAMPLES) is None, "opening takes two frames again"


@given(st.lists(st.sampled_from([LOUD, BETWEEN, QUIET]) | st.floats(0, 1), max_size=60))
def test_starts_and_pauses_take_turns_and_never_overlap(probabilities: list[float]) -> None:
    changes = run(probabilities)
    for before, after in pairwise(changes):
        assert type(before) is not type(after)
        if isinstance(after, VoicePaused):
            assert after.sample >= before.sample + VoiceGate.LEAD_IN_SAMPLES + 2 * FRAME_SAMPLES
    for i, change in enumerate(changes):
        assert isinstance(change, VoiceStarted) == (i % 2 == 0)
        assert change.sample <= START + len(probabilities) * FRAME_SAMPLES
        if isinstance(change, VoicePaused):
            assert change.silence_ms == 96.0
            last_voiced = (change.sample - START) // FRAME_SAMPLES - 1
            assert probabilities[last_voiced] >= VoiceGate.CLOSE_AT
            assert all(p < VoiceGate.CLOSE_AT for p in probabilities[last_voiced + 1 :][:3])
