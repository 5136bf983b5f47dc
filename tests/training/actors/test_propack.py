"""The compression of one game's speech, against a packer written here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.actors.propack import MAGIC, unpack

N_SYMBOLS = 15
CODE_BITS = 4
Run = tuple[bytes, int, int]
"""Plain bytes, then a copy of so many bytes from so far back."""


class Packer:
    """Bits in words of two bytes, plain bytes between them; each word where its first bit falls."""

    def __init__(self) -> None:
        self.out = bytearray()
        self._word_at = 0
        self._n_free = 0

    def put(self, value: int, n: int) -> None:
        for k in range(n):
            if not self._n_free:
                self._word_at, self._n_free = len(self.out), 16
                self.out += b"\0\0"
            bit = 16 - self._n_free
            self.out[self._word_at + bit // 8] |= (value >> k & 1) << bit % 8
            self._n_free -= 1

    def code(self) -> None:
        """All symbols with words of the same length: a canonical code counts up."""
        self.put(N_SYMBOLS, 5)
        for _ in range(N_SYMBOLS):
            self.put(CODE_BITS, 4)

    def number(self, value: int) -> None:
        symbol = value.bit_length()
        self.put(int(format(symbol, f"0{CODE_BITS}b")[::-1], 2), CODE_BITS)
        if symbol > 1:
            self.put(value - (1 << (symbol - 1)), symbol - 1)


def packed(runs: list[Run], last: bytes, n_out: int | None = None) -> bytes:
    packer = Packer()
    packer.put(0, 2)
    for _ in range(3):
        packer.code()
    packer.put(len(runs) + 1, 16)
    for plain, distance, length in runs:
        packer.number(len(plain))
        packer.out += plain
        packer.number(distance - 1)
        packer.number(length - 2)
    packer.number(len(last))
    packer.out += last
    size = (len(unpacked(runs, last)) if n_out is None else n_out).to_bytes(4, "big")
    return MAGIC + size + len(packer.out).to_bytes(4, "big") + bytes(5) + b"\1" + packer.out


def unpacked(runs: list[Run], last: bytes) -> bytes:
    out = bytearray()
    for plain, distance, length in runs:
        out += plain
        for _ in range(length):
            out.append(out[-distance])
    return bytes(out + last)


runs_of_bytes = st.lists(
    st.tuples(st.binary(min_size=5, max_size=40), st.integers(1, 5), st.integers(2, 90)), max_size=8
)


@given(runs_of_bytes, st.binary(max_size=40))
def test_what_was_packed_comes_back(runs: list[Run], last: bytes) -> None:
    assert unpack(packed(runs, last)) == unpacked(runs, last)


@given(runs_of_bytes, st.binary(min_size=3, max_size=40), st.data())
def test_cut_short_it_is_refused(runs: list[Run], last: bytes, data: st.DataObject) -> None:
    whole = packed(runs, last)
    kept = data.draw(st.integers(4, len(whole) - len(last) - 2))
    with pytest.raises(ValueError):
        unpack(whole[:kept])


def test_what_is_not_packed_is_refused() -> None:
    with pytest.raises(ValueError, match="no RNC"):
        unpack(b"RIFF and so on")


def test_a_copy_from_before_the_beginning_is_refused() -> None:
    with pytest.raises(ValueError, match="before the first"):
        unpack(packed([(b"abc", 4, 4)], b"", n_out=7))
