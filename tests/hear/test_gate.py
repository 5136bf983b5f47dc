"""The gate, frame by frame: soon to notice a dip, slow to believe it, quick to go on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from visavis.hear.gate import Attention, Change, VoiceGate, VoiceGone, VoicePaused, VoiceStarted
from visavis.hear.level import LEVEL_FRAME_SAMPLES
from visavis.hear.vad import FRAME_SAMPLES

LOUD, QUIET = 0.9, 0.05
START = 100 * FRAME_SAMPLES  # far enough for the lead-in
Frame = tuple[float, int]
"""A frame of the detector: its probability, how many of its level frames at its end are quiet."""


def run(frames: list[Frame], start: int = START) -> list[Change]:
    gate, changes, quiet = VoiceGate(), list[Change](), 0
    for index, (probability, n_quiet) in enumerate(frames):
        for half in (1, 2):
            end = start + index * FRAME_SAMPLES + half * LEVEL_FRAME_SAMPLES
            quiet = quiet + 1 if 2 - half < n_quiet else 0
            changes += gate.level(quiet, end)
        changes += gate.push(probability, start + (index + 1) * FRAME_SAMPLES)
    return changes


VOICED, HUSH, TRAIL, NOISY = (LOUD, 0), (QUIET, 2), (LOUD, 2), (QUIET, 0)
"""TRAIL: quiet already, but the detector still hears a voice. NOISY: the other way round."""


def test_speech_starts_at_the_second_voiced_frame_and_reaches_back() -> None:
    (change,) = run([HUSH, VOICED, VOICED])
    assert change == VoiceStarted(START + FRAME_SAMPLES - VoiceGate.LEAD_IN_SAMPLES)


def test_a_click_opens_nothing() -> None:
    assert run([HUSH, VOICED, HUSH, VOICED, HUSH]) == []


def test_who_speaks_over_the_character_is_noticed_in_one_frame() -> None:
    gate = VoiceGate()
    gate.attention = Attention.ALERT
    assert gate.push(VoiceGate.ALERT_AT - 0.01, 32 * FRAME_SAMPLES) == []
    assert gate.push(0.0, 33 * FRAME_SAMPLES) == []
    (started,) = gate.push(VoiceGate.ALERT_AT, 34 * FRAME_SAMPLES)
    assert started == VoiceStarted(33 * FRAME_SAMPLES - VoiceGate.LEAD_IN_SAMPLES)


def test_the_lead_in_does_not_reach_before_the_first_sample() -> None:
    assert run([VOICED, VOICED], start=0) == [VoiceStarted(0)]


def test_a_dip_is_noticed_at_once_and_believed_when_the_detector_agrees() -> None:
    changes = run([VOICED] * 5 + [TRAIL, TRAIL, HUSH])
    end = START + 5 * FRAME_SAMPLES
    assert changes[1:] == [VoicePaused(end, 32.0), VoiceGone(end, 96.0)]


def test_a_closed_mouth_before_a_consonant_dips_and_goes_on() -> None:
    changes = run([VOICED] * 4 + [TRAIL] * 2 + [VOICED] * 3)
    assert [type(change) for change in changes] == [VoiceStarted, VoicePaused, VoiceStarted]


def test_a_burst_behind_a_closed_mouth_belongs_to_the_word() -> None:
    burst = (0.4, 1)  # loud in its first half only, and the detector has given up
    changes = run([VOICED] * 5 + [HUSH, burst, HUSH])
    end = START + 5 * FRAME_SAMPLES
    later = START + 6 * FRAME_SAMPLES + LEVEL_FRAME_SAMPLES
    assert changes[1:] == [
        VoicePaused(end, 32.0),
        VoiceGone(end, 32.0),
        VoicePaused(later, 32.0),
        VoiceGone(later, 48.0),
    ]


def test_a_noise_long_after_the_voice_is_none_of_it() -> None:
    changes = run([VOICED] * 5 + [HUSH] * 8 + [(0.4, 1), HUSH])
    assert [type(change) for change in changes[1:]] == [VoicePaused, VoiceGone]


def test_in_noise_the_detector_alone_ends_a_turn() -> None:
    changes = run([VOICED] * 5 + [NOISY])
    end = START + 5 * FRAME_SAMPLES
    assert changes[1:] == [VoicePaused(end, 32.0), VoiceGone(end, 32.0)]


def test_after_a_short_silence_one_voiced_frame_is_enough() -> None:
    changes = run([VOICED] * 5 + [HUSH] * 4 + [VOICED])
    assert changes[-1] == VoiceStarted(START + 5 * FRAME_SAMPLES), "no earlier than the voice ended"


def test_after_a_long_silence_it_takes_two() -> None:
    frames = [VOICED] * 5 + [HUSH] * 10 + [NOISY] * 10
    assert len(run([*frames, VOICED])) == 3
    assert isinstance(run([*frames, VOICED, VOICED])[-1], VoiceStarted)


def test_flush_ends_who_speaks_and_nobody_else() -> None:
    gate = VoiceGate()
    assert gate.flush() == []
    for i in range(3):
        gate.push(LOUD, START + (i + 1) * FRAME_SAMPLES)
    end = START + 3 * FRAME_SAMPLES
    assert gate.flush() == [VoicePaused(end, 0.0), VoiceGone(end, 0.0)]
    assert gate.flush() == []
    assert gate.push(LOUD, START + 5 * FRAME_SAMPLES) == [], "opening takes two frames again"


frames = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 2)), max_size=80)


@given(frames)
def test_starts_dips_and_ends_take_turns(given_frames: list[Frame]) -> None:
    allowed = {
        None: {VoiceStarted},
        VoiceStarted: {VoicePaused},
        VoicePaused: {VoiceGone, VoiceStarted, VoicePaused},
        VoiceGone: {VoiceStarted, VoicePaused},
    }
    last: type[Change] | None = None
    voice_end = 0
    for change in run(given_frames):
        assert type(change) in allowed[last]
        last = type(change)
        assert change.sample <= START + len(given_frames) * FRAME_SAMPLES
        match change:
            case VoiceStarted(sample):
                assert sample >= voice_end
            case VoicePaused(sample, silence_ms) | VoiceGone(sample, silence_ms):
                assert silence_ms >= 0.0
                voice_end = sample
