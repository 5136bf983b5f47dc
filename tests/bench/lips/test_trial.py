from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.lips.files_by_hand import tone, write_text, write_wav
from visavis.bench.intervals import bound_name
from visavis.bench.lips.contender import Compute, Result, Sound
from visavis.bench.lips.manifest import Item, open_data_set
from visavis.bench.lips.track import track_of
from visavis.bench.lips.trial import Proof, Trial
from visavis.errors import EngineError
from visavis.lips.phonemes import table

Say = Callable[[Sound, str | None], list[str]]


class Scripted:
    """A contender that shows the shapes it is told, each as long."""

    about = "scripted"

    def __init__(self, name: str, say: Say, needs_text: bool = False) -> None:
        self.name = name
        self.needs_text = needs_text
        self._say = say

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        shapes = [table().order.index(name) for name in self._say(sound, text)]
        starts = [index * len(sound) // len(shapes) for index in range(len(shapes))]
        track = track_of(shapes, starts, len(sound), rate_hz)
        return Result(track, 0.0, Compute(0.1, len(sound) / rate_hz))

    def close(self) -> None: ...


def right(_sound: Sound, _text: str | None) -> list[str]:
    return ["PP", "I"]


def half(_sound: Sound, _text: str | None) -> list[str]:
    return ["PP", "PP"]


def only_short(sound: Sound, _text: str | None) -> list[str]:
    if len(sound) > 4_000:
        raise EngineError("too long for me")
    return ["PP", "I"]


@pytest.fixture
def items(tmp_path: Path) -> tuple[Item, ...]:
    """me of 0.4 s with a transcript, we of 0.2 s without, and one that can't be read."""
    for name, seconds in (("me", 0.4), ("we", 0.2)):
        write_wav(tmp_path / f"{name}.wav", tone(seconds, 16_000), 16_000)
        write_text(tmp_path / f"{name}.lab", f"0.0 {seconds / 2} m\n{seconds / 2} {seconds} iy\n")
    write_text(tmp_path / "me.txt", "Me")
    write_text(tmp_path / "no.wav", "no sound")
    write_text(tmp_path / "no.lab", "0.0 0.2 m\n")
    return open_data_set(tmp_path).items


def run(items: tuple[Item, ...], *contenders: Scripted) -> Trial:
    trial = Trial(contenders)
    for item in items:
        trial.add(item)
    return trial


def test_everyone_is_measured_on_everything(items: tuple[Item, ...]) -> None:
    trial = run(items, Scripted("right", right), Scripted("half", half))
    found = trial.figures()
    assert (found["n_files"], found["n_unreadable"], found["n_speakers"]) == (2, 1, 1)
    assert found["right_frame_accuracy_rate"] == 1.0
    assert found["half_frame_accuracy_rate"] == 0.5
    assert found["right_real_time_factor"] == pytest.approx(0.33333)
    assert found["right_n_failed"] == found["half_n_failed"] == 0
    assert "shared_n_files" not in found
    (failure,) = trial.failures
    assert failure.contender is None
    assert "no.wav" in failure.reason


def test_what_one_can_not_do_is_counted_and_the_shared_rest_compared(
    items: tuple[Item, ...],
) -> None:
    trial = run(items, Scripted("right", right), Scripted("picky", only_short))
    found = trial.figures()
    assert found["picky_n_failed"] == 1
    assert found["picky_n_files"] == 1
    assert found["shared_n_files"] == 1
    assert found["right_shared_frame_accuracy_rate"] == 1.0
    assert [f.reason for f in trial.failures if f.contender] == ["too long for me"]


def test_who_needs_a_transcript_is_not_asked_without(items: tuple[Item, ...]) -> None:
    texts: list[str | None] = []

    def reads(_sound: Sound, text: str | None) -> list[str]:
        texts.append(text)
        return ["PP", "I"]

    trial = run(items, Scripted("reader", reads, needs_text=True))
    assert texts == ["Me"]
    assert trial.figures()["reader_n_failed"] == 1


def test_interrupted_in_a_recording_none_of_it_counts(items: tuple[Item, ...]) -> None:
    def stopped(sound: Sound, _text: str | None) -> list[str]:
        if len(sound) < 4_000:
            raise KeyboardInterrupt
        return ["PP", "I"]

    trial = Trial([Scripted("right", right), Scripted("stopped", stopped)])
    trial.add(items[0])
    with pytest.raises(KeyboardInterrupt):
        trial.add(next(item for item in items if item.name == "we"))
    assert {outcome.item.name for outcome in trial.outcomes} == {"me"}
    assert len(trial.outcomes) == 2


def test_the_worst_are_the_worst(items: tuple[Item, ...]) -> None:
    def mixed(sound: Sound, text: str | None) -> list[str]:
        return right(sound, text) if len(sound) > 4_000 else half(sound, text)

    trial = run(items, Scripted("mixed", mixed))
    assert [o.item.name for o in trial.worst("mixed", 5)] == ["we", "me"]
    assert [o.item.name for o in trial.worst("mixed", 1)] == ["we"]


def test_who_hears_the_future_is_caught(items: tuple[Item, ...]) -> None:
    class Delayed(Scripted):
        """Shows the length of what it was given: it knows the end from the beginning."""

        def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
            return replace(super().run(sound, rate_hz, text), delay_ms=100.0)

    class Honest(Delayed):
        def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
            starts = list(range(0, len(sound), 1_600))
            shapes = [1 + index % 14 for index in range(len(starts))]
            track = track_of(shapes, starts, len(sound), rate_hz)
            return Result(track, 100.0, Compute(0.1, 1.0))

    trial = Trial(
        [Delayed("seer", right), Honest("honest", right), Scripted("offline", right)], Proof.CUT
    )
    for item in items:
        trial.add(item)
    found = trial.figures()
    assert (found["seer_n_cut"], found["seer_n_peeked"]) == (2, 2)
    assert (found["honest_n_cut"], found["honest_n_peeked"]) == (2, 0)
    assert "offline_n_cut" not in found


def test_names_of_figures_end_in_their_unit_or_count(items: tuple[Item, ...]) -> None:
    found = run(items, Scripted("right", right)).figures()
    for name in found:
        counts = "n_" in name
        assert counts or name.endswith(("_rate", "_ms", "_s", "_factor")), name
    assert bound_name("right_frame_accuracy_rate", "low") in found
