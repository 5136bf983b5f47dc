"""One intrusion from evidence made by hand: what was played, drawn and told."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.browser.speech import babble, recording
from tests.bench.browser.test_timing import LATENCY_MS, RATE_HZ, START_MS, frame, take
from visavis.bench.bargein.reading import ANSWER_AFTER_MS, read_trial, write_script
from visavis.bench.bargein.trial import Intrusion, Kind, Scene, Trial, Verdict
from visavis.bench.browser.evidence import Evidence
from visavis.hear.audio import pcm_from_float
from visavis.wire import messages as wire
from visavis.wire.codec import ReplyFrame, encode, encode_reply

LEAD = np.zeros(320, dtype=np.float32)
SCENE = Scene(
    recording(),
    Intrusion(Kind.INTERRUPTION, "Wait.", np.concatenate([LEAD, babble(0.5, seed=5)])),
    after_ms=900.0,
)
SCRIPT = write_script(SCENE)
ONSET_MS = START_MS + SCRIPT.onset_sample / 16.0
COMMITTED_MS = START_MS + SCENE.question.speech_end_ms + 300.0
UNTIL_MS = ONSET_MS + 2_500.0
VOICE = babble(6.0, seed=9)
FADE_MS = 10.0
SLACK_MS = 1.2


@dataclass
class Page:
    """What a page does, in its own clock; sound and mouth obey so long after the order."""

    hold_ms: float | None = None
    resume_ms: float | None = None
    stop_ms: float | None = None
    sound_after_ms: float = 3.0
    mouth_after_ms: float = 16.0
    swallows_ms: float = 0.0
    n_voice_samples: int = len(VOICE)

    def trial(self) -> Trial:
        evidence = Evidence()
        heard = np.random.default_rng(0).normal(0.0, 1e-4, 10 * RATE_HZ).astype(np.float32)
        spoken = soxr.resample(SCRIPT.recording.sound, 16_000, RATE_HZ)
        heard[frame(START_MS) : frame(START_MS) + len(spoken)] += spoken
        pcm = pcm_from_float(VOICE[: self.n_voice_samples])
        voices = [
            encode_reply(ReplyFrame(1, at, pcm[at : at + 1_600]))
            for at in range(0, len(pcm), 1_600)
        ]
        taken = take(heard, self.played(len(heard)), 0, self.frames(), self.messages())
        evidence.add(
            taken.model_copy(
                update={
                    "voices": base64.b64encode(b"".join(voices)).decode(),
                    "voice_lengths": [len(voice) for voice in voices],
                }
            )
        )
        return read_trial(evidence, SCRIPT, START_MS + 150.0, UNTIL_MS)

    def played(self, n_frames: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        voice = soxr.resample(VOICE[: self.n_voice_samples], 16_000, RATE_HZ).astype(np.float32)
        out = np.zeros(n_frames + len(voice), dtype=np.float32)
        begin = frame(COMMITTED_MS + 4.0)
        out[begin : begin + len(voice)] = voice
        silence_ms = min(ms for ms in (self.hold_ms, self.stop_ms, np.inf) if ms is not None)
        if silence_ms < np.inf:
            at, n_fade = frame(silence_ms + self.sound_after_ms), int(FADE_MS * RATE_HZ / 1_000)
            out[at : at + n_fade] *= np.linspace(1.0, 0.0, n_fade, dtype=np.float32)
            out[at + n_fade :] = 0.0
            if self.resume_ms is not None:
                rest = voice[at - begin + int(self.swallows_ms * RATE_HZ / 1_000) :]
                again = frame(self.resume_ms + self.sound_after_ms)
                out[again : again + len(rest)] = rest
        return out[:n_frames]

    def frames(self) -> list[tuple[float, float, float, str]]:
        rows: list[tuple[float, float, float, str]] = []
        for at_ms in np.arange(0.0, 10_000.0, 16.0):
            rows.append((float(at_ms), self.opening(float(at_ms)), LATENCY_MS / 1_000.0, ""))
        return rows

    def opening(self, at_ms: float) -> float:
        silent_ms = [ms for ms in (self.hold_ms, self.stop_ms) if ms is not None]
        is_shut = at_ms < COMMITTED_MS or (
            bool(silent_ms) and at_ms >= min(silent_ms) + self.mouth_after_ms
        )
        if self.resume_ms is not None and at_ms >= self.resume_ms:
            is_shut = False
        return 0.03 if is_shut else 0.2

    def messages(self) -> list[tuple[float, str]]:
        phrase = wire.ReplyPhrase(
            reply_id=1,
            index=0,
            text="Once.",
            source="llm",
            start_sample=0,
            n_samples=self.n_voice_samples,
            cues=[],
            words=[],
        )
        said: list[tuple[float, wire.Message]] = [
            (
                COMMITTED_MS - 6.0,
                wire.ReplyArmed(reply_id=1, turn_id=1, revision=1, rate_hz=16_000),
            ),
            (COMMITTED_MS - 5.0, phrase),
            (COMMITTED_MS, wire.ReplyCommit(reply_id=1, turn_id=1)),
            (COMMITTED_MS + 9.0, wire.ReplyEnd(reply_id=1, n_samples=self.n_voice_samples)),
        ]
        orders = (
            (self.hold_ms, wire.ReplyDuck(reply_id=1)),
            (self.resume_ms, wire.ReplyResume(reply_id=1)),
            (self.stop_ms, wire.ReplyStop(reply_id=1)),
        )
        said += [(at_ms, order) for at_ms, order in orders if at_ms is not None]
        return [(at_ms, encode(message)) for at_ms, message in said]


def test_a_script_has_the_intrusion_where_it_says() -> None:
    sound = SCRIPT.recording.sound
    begin = SCENE.question.speech_end_sample + round((ANSWER_AFTER_MS + 900.0) * 16)
    assert SCRIPT.onset_sample == begin + len(LEAD)
    assert np.abs(sound[len(SCENE.question.sound) : SCRIPT.onset_sample]).max() < 0.01
    assert abs(float(sound[SCRIPT.onset_sample])) > 0.01
    assert SCRIPT.recording.speech_end_sample == begin + len(SCENE.intrusion.sound)


@settings(max_examples=6)
@given(hold_after_ms=st.floats(20.0, 300.0))
def test_silence_is_timed_at_the_ear_and_the_mouth_by_its_frame(hold_after_ms: float) -> None:
    hold_ms = ONSET_MS + hold_after_ms
    trial = Page(hold_ms=hold_ms, stop_ms=hold_ms + 300.0).trial()
    assert trial.verdict is Verdict.STOPPED
    # How much of a fade can be heard depends on how loud the voice is just there.
    sounded_ms = hold_after_ms + 3.0 + FADE_MS + LATENCY_MS
    assert trial.silence_ms is not None and trial.mouth_ms is not None
    assert sounded_ms - FADE_MS <= trial.silence_ms <= sounded_ms + SLACK_MS
    assert hold_after_ms + 16.0 - SLACK_MS <= trial.mouth_ms <= hold_after_ms + 32.0 + SLACK_MS
    assert trial.stop_ms == pytest.approx(hold_after_ms + 300.0, abs=SLACK_MS)
    assert trial.resume_ms is None


def test_a_stop_without_a_hold_silences_too() -> None:
    trial = Page(stop_ms=ONSET_MS + 200.0).trial()
    assert trial.verdict is Verdict.STOPPED
    assert trial.silence_ms == pytest.approx(200.0 + 13.0 + LATENCY_MS, abs=SLACK_MS + 1.0)


def test_after_a_cough_the_voice_goes_on_where_it_was_held() -> None:
    trial = Page(hold_ms=ONSET_MS + 90.0, resume_ms=ONSET_MS + 500.0).trial()
    assert trial.verdict is Verdict.RECOVERED
    assert (trial.n_resumed, trial.stop_ms) == (1, None)
    assert trial.resume_ms == pytest.approx(500.0, abs=SLACK_MS)
    assert trial.resume_error_ms is not None
    assert -FADE_MS - 0.5 <= trial.resume_error_ms <= 0.0


def test_what_a_hold_swallows_is_seen() -> None:
    trial = Page(hold_ms=ONSET_MS + 90.0, resume_ms=ONSET_MS + 500.0, swallows_ms=60.0).trial()
    assert trial.resume_error_ms is not None
    assert 40.0 <= trial.resume_error_ms <= 60.0


def test_a_voice_that_talks_on_is_not_silent_and_a_mouth_that_gapes_not_shut() -> None:
    trial = Page(hold_ms=ONSET_MS + 90.0, sound_after_ms=5_000.0, mouth_after_ms=5_000.0).trial()
    assert trial.verdict is Verdict.STUCK
    assert (trial.silence_ms, trial.mouth_ms) == (None, None)


def test_what_nobody_noticed() -> None:
    assert Page().trial().verdict is Verdict.UNNOTICED


def test_an_answer_that_ends_before_says_nothing() -> None:
    trial = Page(n_voice_samples=16_000 // 2).trial()
    assert (trial.verdict, trial.why_void) == (Verdict.VOID, "no answer was heard just then")


def test_what_the_harness_orders_afterwards_is_not_the_intrusions() -> None:
    assert Page(stop_ms=UNTIL_MS + 30.0).trial().verdict is Verdict.UNNOTICED
