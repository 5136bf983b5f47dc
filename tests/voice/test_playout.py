"""A reply's phrases laid end to end, counted in samples."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from visavis.events import Phrase
from visavis.lips.phonemes import SIL, Timed
from visavis.voice.playout import Playout, trim_lead_in
from visavis.voice.tts import Part, Voiced

RATE_HZ = 22_050
GUARD = round(0.012 * RATE_HZ)


def spoken(lead_in: int, phones: list[Timed], missing: int = 0, text: str = "") -> Voiced:
    """Silence, then a tone; `missing` samples shorter than the durations say."""
    n_samples = max(0, sum(n for _, n in phones) - missing)
    sound = np.full(n_samples, 0.3, dtype=np.float32)
    sound[:lead_in] = 0.001
    return Voiced(sound, RATE_HZ, tuple(phones), text)


texts = st.sampled_from(["Hi.", "a b c", ""])
phones_lists = st.lists(
    st.tuples(st.sampled_from(["^", "a", "p", "ʊ", " ", "s", ","]), st.integers(0, 4_000)),
    max_size=10,
)
voices = st.builds(spoken, st.integers(0, 6_000), phones_lists, st.integers(0, 200), texts)
replies = st.lists(voices, max_size=5)


def lay(reply: list[Voiced], lead_ms: float = 30.0) -> list[Phrase]:
    playout = Playout(lead_ms=lead_ms)
    return [playout.add("llm", voiced) for voiced in reply]


@given(replies)
def test_phrases_lie_end_to_end(reply: list[Voiced]) -> None:
    phrases = lay(reply)
    assert [phrase.index for phrase in phrases] == list(range(len(reply)))
    assert [phrase.text for phrase in phrases] == [voiced.text for voiced in reply]
    end_sample = 0
    for phrase in phrases:
        assert phrase.start_sample == end_sample
        assert len(phrase.pcm) == 2 * phrase.n_samples
        end_sample += phrase.n_samples


@given(replies)
def test_cues_and_words_lie_inside_their_phrase(reply: list[Voiced]) -> None:
    """Within a phrase cues ascend; between two the closing `sil` may meet the next first cue."""
    for phrase in lay(reply):
        end_sample = phrase.start_sample + phrase.n_samples
        assert phrase.cues[0].at_sample == phrase.start_sample
        assert phrase.cues[-1].viseme == SIL
        assert all(a.at_sample < b.at_sample for a, b in pairwise(phrase.cues))
        assert all(cue.at_sample <= end_sample for cue in phrase.cues)
        assert [word.text for word in phrase.words] == phrase.text.split()
        edges = [edge for word in phrase.words for edge in (word.start_sample, word.end_sample)]
        assert edges == sorted(edges)
        assert all(phrase.start_sample <= edge <= end_sample for edge in edges)


@st.composite
def cuts(draw: st.DrawFn) -> tuple[Voiced, Voiced, Voiced]:
    """A phrase, and the same in two pieces."""
    phones = draw(st.lists(_sounds, min_size=2, max_size=12))
    n_head = draw(st.integers(1, len(phones) - 1))
    whole = spoken(draw(st.integers(0, 500)), phones, text="a b c")
    at = sum(n for _, n in phones[:n_head])
    head = Voiced(whole.sound[:at], RATE_HZ, tuple(phones[:n_head]), "a", Part.HEAD)
    tail = Voiced(whole.sound[at:], RATE_HZ, tuple(phones[n_head:]), "b c", Part.TAIL)
    return whole, head, tail


_sounds = st.tuples(st.sampled_from(["a", "p", "ʊ", "s", "m"]), st.integers(1_000, 4_000))


@given(cuts())
def test_pieces_are_laid_as_the_whole_without_a_pause_between(
    cut: tuple[Voiced, Voiced, Voiced],
) -> None:
    whole, *pieces = cut
    (phrase,), (head, tail) = lay([whole]), lay(pieces)
    assert head.pcm + tail.pcm == phrase.pcm
    assert (head.text, tail.text, tail.start_sample) == ("a", "b c", head.n_samples)
    assert [word.text for word in head.words + tail.words] == ["a", "b", "c"]
    assert head.cues[0].at_sample == 0
    assert all(cue.viseme != SIL for cue in head.cues[1:]), "it shuts in the middle of speech"
    assert tail.cues[0].at_sample == tail.start_sample
    later = [cue for cue in phrase.cues if cue.at_sample > tail.start_sample]
    assert list(tail.cues[1:]) == later, "from the cut on as if it were one"
    shown = [cue for cue in phrase.cues if cue.at_sample <= tail.start_sample][-1]
    assert (tail.cues[0].viseme, tail.cues[0].weight) == (shown.viseme, shown.weight)


def test_only_where_a_phrase_begins_is_silence_trimmed() -> None:
    quiet = spoken(2_000, [("a", 5_000)], text="b")
    head = Voiced(quiet.sound, RATE_HZ, quiet.phones, "a", Part.HEAD)
    tail = Voiced(quiet.sound, RATE_HZ, quiet.phones, "b", Part.TAIL)
    first, second = lay([head, tail])
    assert (first.n_samples, second.n_samples) == (3_000 + GUARD, 5_000)


@given(voices)
def test_trimming_takes_as_much_from_the_phonemes_as_from_the_sound(voiced: Voiced) -> None:
    sound, phones = trim_lead_in(voiced)
    cut = len(voiced.sound) - len(sound)
    np.testing.assert_array_equal(sound, voiced.sound[cut:])
    assert [symbol for symbol, _ in phones] == [symbol for symbol, _ in voiced.phones]
    before, after = (sum(n for _, n in p) for p in (voiced.phones, phones))
    assert before - after == min(cut, before)
    assert all(0 <= new <= old for (_, new), (_, old) in zip(phones, voiced.phones, strict=True))


@given(voices)
def test_only_silence_is_trimmed_and_a_guard_stays(voiced: Voiced) -> None:
    sound, _ = trim_lead_in(voiced)
    loud = np.flatnonzero(np.abs(voiced.sound) > 0.1)
    if len(loud):
        assert np.flatnonzero(np.abs(sound) > 0.1)[0] == min(loud[0], GUARD)
    else:
        assert len(sound) == len(voiced.sound), "nothing audible: nothing to go by"


@given(voices)
def test_trimming_twice_is_trimming_once(voiced: Voiced) -> None:
    sound, phones = trim_lead_in(voiced)
    again, phones_again = trim_lead_in(Voiced(sound, RATE_HZ, phones, voiced.text))
    assert len(again) == len(sound)
    assert phones_again == phones


def test_loud_sound_is_clipped_and_little_endian() -> None:
    voiced = Voiced(np.array([2.0, -2.0, 0.5], dtype=np.float32), RATE_HZ, (), "")
    phrase = Playout(lead_ms=0.0).add("fact", voiced)
    assert np.frombuffer(phrase.pcm, "<i2").tolist() == [32_767, -32_767, 16_384]


def test_an_empty_phrase_disturbs_nothing() -> None:
    empty = Voiced(np.zeros(0, dtype=np.float32), RATE_HZ, (), "")
    first, second = lay([empty, spoken(0, [("a", 3_000)], text="a")])
    assert first.n_samples == 0
    assert second.start_sample == 0
    assert second.n_samples == 3_000
