"""The plan: what the issue asks of the corpus, counted."""

from __future__ import annotations

from collections import Counter

import pytest

from visavis.bench.corpus.plan import (
    LONGEST_PAUSE_MS,
    NOISES,
    SHORTEST_PAUSE_MS,
    STRATA,
    make_plan,
)
from visavis.bench.corpus.speakers import load_voices, voice_called
from visavis.bench.corpus.texts import PERSONAS, load_texts
from visavis.bench.corpus.weights import voice_hashes
from visavis.reply.persona import load_persona

NEURAL_TEST = [u for u in make_plan() if u.voice.kind == "neural" and u.voice.split == "test"]


def test_the_plan_is_the_same_every_time() -> None:
    first = make_plan()
    make_plan.cache_clear()
    assert make_plan() == first


def test_ids_are_unique_and_nothing_is_recorded_twice() -> None:
    assert len({u.utterance_id for u in make_plan()}) == len(make_plan())
    more = {False: Counter[tuple[str, str]](), True: Counter[tuple[str, str]]()}
    for u in make_plan():
        more["-more-" in u.utterance_id][u.voice.name, u.text.say] += 1
    assert more[False].most_common(1)[0][1] == 1
    assert more[True].most_common(1)[0][1] == 1, "once more, with other pauses in another room"


def test_no_voice_is_on_both_sides_of_the_split() -> None:
    sides = {(u.voice.name, u.voice.split) for u in make_plan()}
    assert len(sides) == len({name for name, _ in sides}) == len(load_voices())
    kokoro = [voice for voice in load_voices() if voice.engine == "kokoro"]
    assert len(kokoro) == 28
    assert sum(voice.split == "fit" for voice in kokoro) == 9
    assert {voice.split for voice in load_voices() if voice.kind == "classic"} == {"test"}
    assert voice_called("piper-joe").split == "fit"


def test_there_are_enough_of_each_sort() -> None:
    counts = Counter((s.texts, s.kind, s.split) for s in STRATA for _ in range(s.n))
    assert counts["pip", "neural", "test"] >= 110
    assert counts["open", "neural", "test"] >= 200
    assert counts["support", "neural", "test"] >= 40
    assert counts["museum", "neural", "test"] >= 40
    assert sum(counts.values()) == len(make_plan()) >= 600
    assert len({u.voice.name for u in NEURAL_TEST}) >= 12
    assert len({u.text.say for u in NEURAL_TEST if u.text.fact is None}) >= 120


def test_half_need_the_model_and_two_in_five_have_a_pause() -> None:
    plan = make_plan()
    assert sum(u.text.fact is None for u in plan) >= len(plan) / 2
    assert 0.40 <= sum(bool(u.pauses_ms) for u in plan) / len(plan) <= 0.45
    assert 0.08 <= sum(u.text.reads == "groups" for u in plan) / len(plan) <= 0.10


def test_pauses_cover_their_range() -> None:
    pauses = sorted(ms for u in NEURAL_TEST for ms in u.pauses_ms)
    assert pauses[0] == SHORTEST_PAUSE_MS
    assert pauses[-1] == LONGEST_PAUSE_MS
    middle = (SHORTEST_PAUSE_MS + LONGEST_PAUSE_MS) / 2
    assert abs(pauses[len(pauses) // 2] - middle) < 30
    assert all(len(u.pauses_ms) == u.text.n_pauses <= 2 for u in make_plan())


@pytest.mark.parametrize("stratum", STRATA, ids=lambda s: f"{s.texts}-{s.kind}-{s.split}")
def test_rooms_are_equally_common(stratum: object) -> None:
    index = STRATA.index(stratum)  # type: ignore[arg-type]
    name = f"{STRATA[index].split}-{STRATA[index].kind}-{STRATA[index].texts}-"
    rooms = Counter(u.noise for u in make_plan() if u.utterance_id.startswith(name))
    assert set(rooms) == set(NOISES)
    assert max(rooms.values()) - min(rooms.values()) <= 1


def test_every_fact_exists_and_no_part_is_empty() -> None:
    for name in PERSONAS:
        facts = {fact.id for fact in load_persona(name).facts}
        assert {text.fact for text in load_texts(name)} <= facts
    for name in (*PERSONAS, "open"):
        for text in load_texts(name):
            assert all(text.parts), text.say
            assert text.to, text.say
            assert text.reads == "words" or text.n_pauses, text.say


def test_every_kokoro_voice_is_pinned() -> None:
    wanted = {voice.voice for voice in load_voices() if voice.engine == "kokoro"}
    assert wanted == set(voice_hashes())
    assert len(set(voice_hashes().values())) == len(wanted)
