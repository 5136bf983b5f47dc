"""Where a phrase may be cut: only where it is certain which words are heard before it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from visavis.lips.phonemes import Timed
from visavis.voice.pieces import HEAD_MS, HEAD_SHARE, TAIL_MS, Cut, at_pitch, first_cut

RATE_HZ = 22_050
SAID = {"the": "ðə", "fox": "foks", "of": "ʌv", "well,": "wɛl,", "26": "twɛnti siks", "—": ""}
STRESS = "\N{MODIFIER LETTER VERTICAL LINE}"
JOINED = {("of", "the"): "ʌvðə"}


def phonemes(text: str) -> list[str]:
    """Like espeak: some words become one, some two, some none, and stress may vary."""
    words, groups = text.split(), list[str]()
    while words:
        pair = JOINED.get((words[0], words[1])) if len(words) > 1 else None
        groups.append(pair or SAID[words[0]])
        del words[: 2 if pair else 1]
    groups = [group for group in groups if group]
    if groups:
        groups[-1] = STRESS + groups[-1]  # falls on the last word, wherever that is
    return list(" ".join(groups))


def timed(text: str, n_samples: int) -> list[Timed]:
    return [("^", 2_000), *((symbol, n_samples) for symbol in phonemes(text)), ("$", 500)]


texts = st.lists(st.sampled_from(sorted(SAID)), max_size=14).map(" ".join)


@given(texts, st.integers(100, 4_000))
def test_a_cut_lies_between_two_words_and_both_pieces_are_long_enough(
    text: str, n_samples: int
) -> None:
    phones = timed(text, n_samples)
    cut = first_cut(text, phones, RATE_HZ, phonemes)
    if cut is None:
        return
    words = text.split()
    assert 1 <= cut.n_words < len(words)
    before = "".join(symbol for symbol, _ in phones[1 : cut.n_phones])
    assert before.endswith(" ")
    after = "".join(symbol for symbol, _ in phones[cut.n_phones : -1])
    first, rest = words[: cut.n_words], words[cut.n_words :]
    assert before.rstrip() == "".join(phonemes(" ".join(first))).replace(STRESS, "")
    assert after == "".join(phonemes(" ".join(rest)))
    head_ms, tail_ms = (
        sum(n for _, n in part) * 1_000.0 / RATE_HZ
        for part in (phones[1 : cut.n_phones], phones[cut.n_phones :])
    )
    assert head_ms >= HEAD_MS
    assert tail_ms >= TAIL_MS
    assert head_ms >= HEAD_SHARE * (head_ms + tail_ms) - 1e-6


def test_the_first_place_that_is_long_enough_is_taken() -> None:
    text = "the fox of the fox well, the fox"
    phones = timed(text, 1_500)
    cut = first_cut(text, phones, RATE_HZ, phonemes)
    assert cut == Cut(n_words=2, n_phones=1 + len("ðə foks "))


def test_words_that_are_spoken_as_one_stay_together() -> None:
    """With `of` alone nobody knows where it ends in `ʌvðə`."""
    cut = first_cut("of the fox fox fox", timed("of the fox fox fox", 2_500), RATE_HZ, phonemes)
    assert cut == Cut(n_words=2, n_phones=1 + len("ʌvðə "))


def test_what_is_short_or_spoken_otherwise_stays_whole() -> None:
    def otherwise(_words: str) -> list[str]:
        return ["x"]

    text = "the fox the fox the fox"
    assert first_cut("", [], RATE_HZ, phonemes) is None
    assert first_cut("fox", timed("fox", 5_000), RATE_HZ, phonemes) is None
    assert first_cut(text, timed(text, 200), RATE_HZ, phonemes) is None
    assert first_cut(text, timed(text, 1_500), RATE_HZ, otherwise) is None


timed_lists = st.lists(st.tuples(st.sampled_from("ab "), st.integers(0, 9_000)), max_size=30)


@given(timed_lists, st.floats(0.5, 2.0))
def test_durations_at_another_pitch_do_not_drift(phones: list[Timed], ratio: float) -> None:
    shifted = at_pitch(phones, ratio)
    assert [symbol for symbol, _ in shifted] == [symbol for symbol, _ in phones]
    assert sum(n for _, n in shifted) == round(sum(n for _, n in phones) / ratio)
    assert all(n >= 0 for _, n in shifted)
