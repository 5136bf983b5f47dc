"""Text in, phrases out: nothing lost, nothing split that belongs together, never too long.

What is certain about any chunking of a text: the letters and digits of the phrases, joined, are
those of the tidied text. Where phrases end may depend on the chunks, but only because of what had
not arrived yet: "Hello there." ends a phrase even if ".." follows in the next chunk.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.reply.phrase import MAX_CHARS, MIN_FIRST_CHARS, PhraseCutter, tidy

alphabet = "ab I19.,;:!?…\"')- \u2013\n*_`#•🙂é'"
texts = st.text(alphabet, max_size=120) | st.text("ab .", min_size=200, max_size=800)
prose = st.lists(
    st.sampled_from(
        "well I think that Pip and Bob answered 3.5 10,000 10:30 Dr. Smith e.g. U.S. no. yes! "
        'really?! wait... so, then; however: - it\'s fine. "go." (yes.) 2024. No. 5'.split()
    ),
    max_size=60,
).map(" ".join)


def cut(*chunks: str) -> list[str]:
    cutter = PhraseCutter()
    phrases = [phrase for chunk in chunks for phrase in cutter.push(chunk)]
    return phrases + cutter.flush()


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def chunked(text: str, data: st.DataObject) -> list[str]:
    ends = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=len(text))))
    return [text[a:b] for a, b in zip([0, *ends], [*ends, len(text)], strict=True)]


@given(texts | prose, st.data())
def test_no_letter_is_lost_or_moved_however_the_text_arrives(
    text: str, data: st.DataObject
) -> None:
    phrases = cut(*chunked(text, data))
    assert letters("".join(phrases)) == letters(tidy(text))


@given(prose)
def test_no_word_is_split_when_the_text_comes_whole(text: str) -> None:
    def words(of: str) -> list[str]:
        return [word for word in of.split() if letters(word)]

    assert words(" ".join(cut(text))) == words(tidy(text))


@given(texts | prose, st.data())
def test_every_phrase_can_be_spoken(text: str, data: st.DataObject) -> None:
    for phrase in cut(*chunked(text, data)):
        assert letters(phrase)
        assert len(phrase) <= MAX_CHARS
        assert phrase == " ".join(phrase.split())
        assert not set("*_`#>🙂") & set(phrase)


@given(texts | prose, st.data())
def test_what_has_arrived_is_never_unsaid(text: str, data: st.DataObject) -> None:
    """Phrases depend only on the past, and what waits is short enough to be the next phrase."""
    cutter = PhraseCutter()
    said = ""
    arrived = ""
    for chunk in chunked(text, data):
        arrived += chunk
        said += "".join(cutter.push(chunk))
        assert letters(tidy(arrived)).startswith(letters(said))
        assert len(letters(tidy(arrived))) - len(letters(said)) <= MAX_CHARS


def token_by_token(text: str) -> list[str]:
    """As language models write: words with the space before them, marks apart."""
    return [piece for word in text.split(" ") for piece in (" ", *word)][1:]


WHOLE = [
    "It is about 3.5 metres long, I think.",
    "It costs about 10,000 dollars a year.",
    "It opens at about 10:30 in the morning.",
    "Please ask Dr. Smith about your knee.",
    "I like animals, e.g. cats and also dogs.",
    "He went to the U.S. army base, twice.",
    "You will want to read No. 5 of them.",
]


@pytest.mark.parametrize("text", WHOLE)
def test_what_belongs_together_stays_together(text: str) -> None:
    opening = "Here is what I know."
    assert cut(f"{opening} {text}") == [opening, text]
    assert cut(*token_by_token(f"{opening} {text}")) == [opening, text]


def test_an_address_is_no_sentence() -> None:
    text = "Have a look at example.com for more."
    assert cut("Of course you can. ", text) == ["Of course you can.", text]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Well, that is a good question, I think.", "Well, that is a good question,"),
        ("I can do that: listen to this.", "I can do that:"),
        ("Let me think about it - yes.", "Let me think about it -"),
        ("Hi. I am Pip.", "Hi. I am Pip."),
        ("It costs about 10,000 dollars, a year.", "It costs about 10,000 dollars,"),
        ("It is so cold, about -5 degrees, today.", "It is so cold,"),
    ],
)
def test_the_first_phrase_ends_at_the_first_clause(text: str, first: str) -> None:
    assert cut(text)[0] == first
    assert cut(*token_by_token(text))[0] == first
    assert len(first) >= MIN_FIRST_CHARS


def test_later_phrases_are_whole_sentences() -> None:
    text = "One moment please. First, you open it; then, you look. Done!"
    assert cut(text) == ["One moment please.", "First, you open it; then, you look.", "Done!"]


def test_the_first_phrase_does_not_wait_for_the_next_token() -> None:
    assert PhraseCutter().push("Of course I can,") == ["Of course I can,"]
    assert PhraseCutter().push("It was in 2024.") == [], "2024.5 is not out of the question"


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("The answer is no. It never was.", ["The answer is no.", "It never was."]),
        ("It was in 2024. Then it stopped.", ["It was in 2024.", "Then it stopped."]),
        ('He said "go away." Then he left.', ['He said "go away."', "Then he left."]),
        ("Are you really sure?! Yes I am.", ["Are you really sure?!", "Yes I am."]),
        ("So in the end, so am I. And you?", ["So in the end,", "so am I.", "And you?"]),
    ],
)
def test_sentences_end_where_they_end(text: str, phrases: list[str]) -> None:
    assert cut(text) == phrases


def test_dots_that_come_one_by_one_are_no_phrases() -> None:
    assert cut(*token_by_token("Hello there... I am Pip...")) == ["Hello there.", "I am Pip."]
    assert cut("...", " ", "?!", "🙂") == []


def test_lists_are_read_line_by_line() -> None:
    text = "Here are some fruits:\n\n- **apples**\n- `pears`\n\nThat is all."
    assert cut(text) == ["Here are some fruits:", "apples", "pears", "That is all."]


def test_a_model_that_never_ends_is_cut_at_a_word() -> None:
    phrases = cut("word " * 200)
    assert len(phrases) > 1
    assert all(set(phrase.split()) == {"word"} for phrase in phrases)
    assert min(map(len, phrases[:-1])) > MAX_CHARS - 10
    assert max(map(len, cut("x" * 1_000))) == MAX_CHARS


def test_a_sentence_that_ends_at_last_is_cut_all_the_same() -> None:
    text = "word " * 60 + "end. And so on."
    assert max(map(len, cut(text))) <= MAX_CHARS
    assert cut(text)[-2:] == [f"{'word ' * 16}end.", "And so on."]


def test_emoji_are_not_read_out() -> None:
    assert cut("I am happy 🙂👍🏽 to help ❤️ you.") == ["I am happy to help you."]


def test_a_flushed_cutter_has_nothing_left() -> None:
    cutter = PhraseCutter()
    cutter.push("Half a sen")
    assert cutter.flush() == ["Half a sen"]
    assert cutter.flush() == []


def test_long_later_sentence_is_cut_at_a_clause_a_short_one_is_not() -> None:
    cutter = PhraseCutter()
    text = (
        "I listen to you first. Short, and whole. Your speech becomes a text that is read "
        "at once by a small model, and the answer becomes a voice."
    )
    phrases = [*cutter.push(text), *cutter.flush()]
    assert phrases[:2] == ["I listen to you first.", "Short, and whole."]
    assert phrases[2:] == [
        "Your speech becomes a text that is read at once by a small model,",
        "and the answer becomes a voice.",
    ]
    assert " ".join(phrases) == text
