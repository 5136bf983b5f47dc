"""What guessing may cost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from visavis.serve.allowance import Allowance, Guessing, Speculation, TokenCount, tokens_in


@given(
    cap=st.integers(0, 2_000),
    answers=st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 48)), max_size=60),
)
def test_the_cap_holds_whatever_is_asked(cap: int, answers: list[tuple[int, int]]) -> None:
    count = TokenCount()
    allowance = Allowance(Speculation(Guessing.CAPPED, cap), count)
    refused = False
    for prompt_chars, n_answer_tokens in answers:
        may = allowance.may_guess(tokens_in(prompt_chars) + n_answer_tokens)
        assert not (may and refused), "once refused, always refused"
        refused = refused or not may
        if may:
            bill = allowance.new_bill()
            bill.add(prompt_chars)
            bill.add(4 * n_answer_tokens)
            allowance.discard(bill)
    assert count.discarded <= cap
    assert count.capped_conversations == refused


@given(st.lists(st.integers(0, 500), max_size=20))
def test_a_bill_does_not_depend_on_how_the_text_is_cut(parts: list[int]) -> None:
    count = TokenCount()
    bill = Allowance(Speculation(), count).new_bill()
    for n_chars in parts:
        bill.add(n_chars)
    assert bill.n_tokens == count.asked == tokens_in(sum(parts))


def test_free_and_never() -> None:
    assert Allowance(Speculation(Guessing.FREE, 0), TokenCount()).may_guess(10_000)
    assert not Allowance(Speculation(Guessing.NEVER, 10_000), TokenCount()).may_guess(0)
