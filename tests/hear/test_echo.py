"""The character by a loudspeaker: its own voice opens nothing, a person's does. Simulated rooms.

The synthetic voices are heard by a detector of loudness, which takes any echo for speech; the real
ones, by the real detector, are marked `models`.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from tests.chatter import chatter
from tests.speech import piper_of
from visavis.bench.echo.path import SpeakerPath
from visavis.bench.echo.scene import Line, Remark, Room, Scene, onsets, stage
from visavis.hear.audio import RATE_HZ, pcm_from_float
from visavis.hear.echo import MAX_DELAY_MS, TAIL_MS, EchoCanceller, EchoJudge
from visavis.hear.level import LEVEL_FRAME_SAMPLES
from visavis.hear.playback import Playback
from visavis.hear.vad import SileroModel
from visavis.models import SILERO_VAD, ModelStore
from visavis.voice.tts import Voiced, VoiceStyle, spoken_whole

REPLY_HZ = 22_050
MS = RATE_HZ // 1_000

PATHS = [
    SpeakerPath(20.0, 0.2, -30.0, seed=1),
    SpeakerPath(60.0, 0.4, -20.0, drive=3.0, seed=2),
    SpeakerPath(100.0, 0.3, -10.0, seed=3),
    SpeakerPath(300.0, 0.6, -10.0, seed=4),
    SpeakerPath(150.0, 0.5, 0.0, seed=5),
    SpeakerPath(80.0, 0.3, 0.0, drive=3.0, seed=6),
    SpeakerPath(200.0, 0.6, 3.0, seed=7),
]


class LoudnessDetector:
    """Whatever is 10 dB above the quietest room is speech."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        return 1.0 if float(np.sqrt(np.mean(frame**2))) > 0.002 else 0.0


class NoiseProofDetector:
    """The same in a room of -45 dBFS."""

    def probability(self, frame: NDArray[np.float32]) -> float:
        return 1.0 if float(np.sqrt(np.mean(frame**2))) > 0.015 else 0.0


def reply(seconds: float, seed: int) -> Line:
    sound = chatter(seconds, REPLY_HZ, seed)
    played = soxr.resample(sound, REPLY_HZ, RATE_HZ).astype(np.float32)
    return Line(pcm_from_float(sound), REPLY_HZ, played)


@cache
def replies() -> tuple[Line, ...]:
    return reply(6.0, 11), reply(12.0, 12)


def remarks() -> list[Remark]:
    return [Remark(1, offset, chatter(0.9, RATE_HZ, 20 + i)) for i, offset in enumerate((3e3, 8e3))]


def heard_within(scene: Scene, found: list[int]) -> list[float]:
    """For each remark, how many ms later it is noticed; infinite if not within 1.5 s."""
    late = [
        [(at - began) / MS for at in found if -50 * MS < at - began < 1_500 * MS]
        for began in scene.remark_samples
    ]
    return [min(found, default=float("inf")) for found in late]


@pytest.mark.parametrize("path", PATHS, ids=str)
def test_a_reply_by_the_loudspeaker_interrupts_itself_only_without_the_rule(
    path: SpeakerPath,
) -> None:
    scene = stage(replies(), [], Room(path, seed=1))
    assert len(onsets(scene, LoudnessDetector(), knows_replies=False)) > 3, "there is an echo"
    assert onsets(scene, LoudnessDetector()) == []


@pytest.mark.parametrize("path", PATHS, ids=str)
def test_a_person_who_speaks_over_it_is_noticed(path: SpeakerPath) -> None:
    scene = stage(replies(), remarks(), Room(path, seed=1))
    late_ms = heard_within(scene, onsets(scene, LoudnessDetector()))
    limit_ms = 200.0 if path.level_db <= -10.0 else 600.0
    assert max(late_ms) <= limit_ms, late_ms


@pytest.mark.parametrize("canceller", list(EchoCanceller))
def test_with_headphones_nobody_is_noticed_later(canceller: EchoCanceller) -> None:
    scene = stage(replies(), remarks(), Room(None, canceller=canceller, seed=1))
    before = onsets(scene, LoudnessDetector(), knows_replies=False)
    after = onsets(scene, LoudnessDetector())
    assert len(before) >= 2
    late_ms = np.subtract(heard_within(scene, after), heard_within(scene, before))
    assert np.all(late_ms <= 40.0), late_ms


def test_only_a_trusted_canceller_lets_a_person_into_the_first_words() -> None:
    """Before anything is known, the same sound is a person behind a canceller, else an echo."""
    early = [Remark(0, 150.0, chatter(0.9, RATE_HZ, 30))]
    late_ms: dict[EchoCanceller, float] = {}
    for canceller in EchoCanceller:
        scene = stage(replies(), early, Room(None, canceller=canceller, seed=1))
        (late_ms[canceller],) = heard_within(scene, onsets(scene, LoudnessDetector()))
    assert late_ms[EchoCanceller.ON] <= 150.0
    assert late_ms[EchoCanceller.OFF] > 300.0
    assert late_ms[EchoCanceller.UNKNOWN] > 300.0


def test_a_second_reply_knows_the_room_from_the_first() -> None:
    """Half a second into it a person is noticed, which in a first reply nobody is."""
    late = {}
    for line in (0, 1):
        early = [Remark(line, 500.0, chatter(0.5, RATE_HZ, 31))]
        scene = stage(replies(), early, Room(PATHS[2], seed=1))
        (late[line],) = heard_within(scene, onsets(scene, LoudnessDetector()))
    assert late[0] > 300.0
    assert late[1] <= 200.0


def test_what_a_canceller_leaves_neither_interrupts_nor_hides_anybody() -> None:
    room = Room(SpeakerPath(60.0, 0.3, -30.0, seed=8), canceller=EchoCanceller.ON, seed=1)
    assert onsets(stage(replies(), [], room), LoudnessDetector(), knows_replies=False)
    assert onsets(stage(replies(), [], room), LoudnessDetector()) == []
    scene = stage(replies(), [Remark(0, 150.0, chatter(0.9, RATE_HZ, 30)), *remarks()], room)
    late_ms = heard_within(scene, onsets(scene, LoudnessDetector()))
    assert max(late_ms) <= 150.0, late_ms


@pytest.mark.parametrize("n_before", [1, 2, 4])
@pytest.mark.parametrize("interrupted", ["never", "before"])
def test_neither_a_noisy_room_nor_a_person_is_learnt_as_an_echo(
    n_before: int, interrupted: str
) -> None:
    """Replies that somebody stops at once, behind a canceller that leaves nothing: no echo came."""
    lines = (*[reply(0.6, 40 + i) for i in range(n_before)], reply(6.0, 50))
    person = 10.0 ** (-6.0 / 20.0) * chatter(0.5, RATE_HZ, 31)
    said = [Remark(n_before - 1, 100.0, person)] if interrupted == "before" else []
    said.append(Remark(n_before, 150.0, person))
    room = Room(None, noise_dbfs=-45.0, canceller=EchoCanceller.ON, seed=1)
    scene = stage(lines, said, room)
    late_ms = heard_within(scene, onsets(scene, NoiseProofDetector()))
    assert late_ms[-1] <= 150.0, late_ms


def alike_at_moments(line: Line, offset_ms: float, seed: int) -> NDArray[np.float32]:
    """A person whose sound is that of `line` for 48 of every 100 ms, from `offset_ms` of it on."""
    own = chatter(1.2, RATE_HZ, seed)
    first = round(offset_ms * MS)
    theirs = line.sound[first : first + len(own)]
    return np.where(np.arange(len(own)) % (100 * MS) < 48 * MS, theirs, own).astype(np.float32)


@pytest.mark.parametrize("seed", range(3))
def test_who_is_like_the_reply_for_moments_is_not_learnt_as_its_echo(seed: int) -> None:
    """Four people speak over short replies, behind a canceller that leaves nothing; the last of
    them 20 dB softer than the others, so that what was learnt from those would hide them."""
    lines = (reply(0.3, 60), *[reply(1.6, 61 + i + 10 * seed) for i in range(4)])
    said = [
        Remark(i, 200.0, alike_at_moments(lines[i], 200.0, 69 + 7 * seed + i)) for i in range(1, 5)
    ]
    scene = stage(lines, said, Room(None, canceller=EchoCanceller.ON, seed=seed))
    microphone = scene.microphone.copy()
    microphone[scene.line_samples[-1] - 100 * MS :] *= 10.0 ** (-20.0 / 20.0)
    scene = replace(scene, microphone=microphone)
    late_ms = heard_within(scene, onsets(scene, LoudnessDetector()))
    assert max(late_ms) <= 150.0, late_ms


def test_who_turns_up_the_volume_is_taken_for_a_person_once() -> None:
    lines = (*replies(), reply(6.0, 13))
    scene = stage(lines, [], Room(PATHS[2], seed=1))
    turned_up = scene.line_samples[1] - 100 * MS
    louder = scene.microphone.copy()
    louder[turned_up:] *= 10.0 ** (10.0 / 20.0)
    found = onsets(replace(scene, microphone=louder), LoudnessDetector())
    assert len(found) <= 2
    assert all(turned_up < at < turned_up + 2 * RATE_HZ for at in found), "then it is known"


def test_a_silent_character_costs_nothing_and_hides_nothing() -> None:
    judge = EchoJudge(Playback())
    assert not any(judge.wants(float(at_ms)) for at_ms in range(0, 10_000, 16))
    playback = Playback()
    judge = EchoJudge(playback)
    playback.arm(1, REPLY_HZ)
    playback.add(1, 0, replies()[0].pcm)
    assert not judge.wants(500.0), "armed is not heard"
    playback.end(1, len(replies()[0].pcm))
    playback.reveal(1, 1_000.0)
    asked_ms = np.arange(1_000.0, 9_000.0, 16.0)
    wanted_ms = asked_ms[[judge.wants(float(at_ms)) for at_ms in asked_ms]]
    assert wanted_ms[0] == 1_000.0
    tail_ms = MAX_DELAY_MS + TAIL_MS
    assert 7_000.0 + tail_ms - 32.0 < wanted_ms[-1] <= 7_000.0 + tail_ms
    assert np.all(np.diff(wanted_ms) == 16.0)


def test_what_is_heard_before_anything_sounds_is_a_person() -> None:
    """A reply that begins with silence can't be the echo of what is heard in that silence."""
    playback = Playback()
    playback.arm(1, REPLY_HZ)
    playback.add(1, 0, np.zeros(REPLY_HZ, dtype=np.int16))
    playback.reveal(1, 0.0)
    judge = EchoJudge(playback)
    voice = chatter(1.0, RATE_HZ, 40)
    hops = voice[: len(voice) // LEVEL_FRAME_SAMPLES * LEVEL_FRAME_SAMPLES]
    for index, hop in enumerate(hops.reshape(-1, LEVEL_FRAME_SAMPLES)):
        assert judge.wants(16.0 * index)
        assert not judge.is_echo(hop, 16.0 * index)


# ------------------------------------------------------------------ the real voice, the real ear

LONG = (
    "It runs entirely on your own computer, with no network and no graphics card.",
    "The voice, the ears and the words are all small models, and they answer in a fifth of a "
    "second. Nothing that you say leaves this machine unless you ask for it.",
)
OBJECTIONS = ("Wait, that is not what I asked for.", "Please stop, I know that already.")


@cache
def spoken() -> tuple[tuple[Voiced, ...], tuple[Voiced, ...]]:
    """One take of the reply, and of a deeper, quicker voice that speaks over it."""
    store = ModelStore()

    async def main() -> tuple[tuple[Voiced, ...], tuple[Voiced, ...]]:
        piper = piper_of(store)
        other = VoiceStyle(pitch_semitones=-4.0, speed=1.15)
        try:
            said = [await spoken_whole(piper, text, VoiceStyle()) for text in LONG]
            objected = [await spoken_whole(piper, text, other) for text in OBJECTIONS]
            return tuple(said), tuple(objected)
        finally:
            await piper.aclose()

    return asyncio.run(main())


def at_16_khz(voiced: Voiced) -> NDArray[np.float32]:
    return soxr.resample(voiced.sound, voiced.rate_hz, RATE_HZ).astype(np.float32)


@pytest.mark.models
@pytest.mark.parametrize("path", PATHS[::2], ids=str)
def test_the_real_voice_does_not_interrupt_itself_and_a_person_does(
    path: SpeakerPath, store: ModelStore
) -> None:
    silero = SileroModel(store.path(SILERO_VAD))
    said, objected = spoken()
    lines = [Line(pcm_from_float(one.sound), one.rate_hz, at_16_khz(one)) for one in said]
    room = Room(path, seed=2)
    alone = stage(lines, [], room)
    assert onsets(alone, silero.detector(), knows_replies=False)
    loud = path.level_db > -10.0  # as loud as a person, or louder: no claim without exception
    assert len(onsets(alone, silero.detector())) <= (2 if loud else 0)
    people = [Remark(1, 2_000.0 + 3_000.0 * i, at_16_khz(one)) for i, one in enumerate(objected)]
    scene = stage(lines, people, room)
    late_ms = heard_within(scene, onsets(scene, silero.detector()))
    if loud:  # over an echo louder than oneself one may have to say it twice
        assert min(late_ms) <= 2_000.0, late_ms
    else:  # within the first word; `bench echo` has the figures
        assert max(late_ms) <= 400.0, late_ms
