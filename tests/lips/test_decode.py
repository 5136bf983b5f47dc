"""From what a net says to shapes; what it says is made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lips.ear_by_hand import SILENCE, TEXT, heard_of, units_said
from visavis.lips.classes import N_VISEMES, Unit, phone_index
from visavis.lips.decode import LAG_FRAMES, Decoder, both_opinions
from visavis.lips.net import N_OUTPUTS, Heard, heard_from
from visavis.lips.phonemes import SIL, table

UNITS = units_said(TEXT)


def test_what_is_heard_clearly_is_shown_as_it_is() -> None:
    decoder = Decoder()
    n_frames = [6] * len(UNITS)
    out = decoder.push(heard_of(UNITS, n_frames)) + decoder.finish()
    assert out == [unit.viseme for unit in UNITS for _ in range(6)]


def test_single_frames_do_not_move_the_mouth() -> None:
    aa, ss = Unit(phone_index("AA") or 0, 10, 1.0), Unit(phone_index("S") or 0, 7, 1.0)
    decoder = Decoder()
    heard = heard_of([aa, ss, aa], [20, 1, 20], certainty=4.0)
    assert set(decoder.push(heard) + decoder.finish()) == {10}


@pytest.mark.parametrize("symbol", ["P", "F"])
def test_the_closure_head_can_close_the_lips(symbol: str) -> None:
    """A viseme head that is undecided between a closure and something else follows it."""
    closed = units_said((((symbol,),),))[0]
    heard = heard_of([closed], [10])
    heard.visemes[:] = np.log(0.01)
    heard.visemes[:, [closed.viseme, 4]] = np.log(0.4)
    heard.visemes[:, 4] += 0.3
    decoder = Decoder()
    assert set((decoder.push(heard) + decoder.finish())[2:]) == {closed.viseme}


def test_silence_is_a_shut_mouth() -> None:
    decoder = Decoder()
    out = decoder.push(heard_of([SILENCE], [50])) + decoder.finish()
    assert set(out) == {SIL}


@given(st.integers(0, 30))
def test_the_decoder_is_late_by_exactly_its_lag(n_frames: int) -> None:
    decoder = Decoder()
    assert len(decoder.push(heard_of([SILENCE], [n_frames]))) == max(0, n_frames - LAG_FRAMES)
    assert len(decoder.finish()) == min(n_frames, LAG_FRAMES)


def undecided(phone: str, *shapes: tuple[str, float]) -> Heard:
    """Ten frames in which the phone head is sure and the viseme head is not."""
    index = phone_index(phone)
    assert index is not None
    heard = heard_of([Unit(index, SIL, 1.0)], [10])
    heard.visemes[:] = np.log(1e-3)
    for name, chance in shapes:
        heard.visemes[:, table().index(name)] = np.log(chance)
    heard.closure[:, 0], heard.closure[:, 1:] = 0.0, -9.0
    heard.silence[:] = -9.0
    return heard


def shown(heard: Heard) -> str:
    decoder = Decoder()
    [shape] = set((decoder.push(heard) + decoder.finish())[2:])
    return table().order[shape]


def test_where_the_viseme_head_is_undecided_the_phones_decide() -> None:
    assert shown(undecided("T", ("SS", 0.5), ("DD", 0.45))) == "DD"
    assert shown(undecided("S", ("SS", 0.45), ("DD", 0.5))) == "SS"


@pytest.mark.parametrize("phone", ["AY", "HH"])
def test_which_half_of_a_diphthong_it_is_the_viseme_head_says(phone: str) -> None:
    assert shown(undecided(phone, ("aa", 0.5), ("I", 0.2), ("nn", 0.3))) == "aa"
    assert shown(undecided(phone, ("aa", 0.2), ("I", 0.5), ("nn", 0.3))) == "I"


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 60.0))
def test_the_mean_of_two_opinions_is_one(seed: int, sureness: float) -> None:
    said = np.random.default_rng(seed).normal(size=(5, N_OUTPUTS)) * sureness
    opinions = np.exp(both_opinions(heard_from(said.astype(np.float32))))
    assert opinions.shape == (5, N_VISEMES)
    assert np.all(opinions >= 0.0)
    # Of phones whose shapes the viseme head thinks impossible there may be less.
    assert np.all(opinions.sum(axis=1) < 1.0 + 1e-6)
    assert np.all(opinions.sum(axis=1) > 0.5 - 1e-6)
