"""Moonshine's vocabulary file, byte by byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.errors import EngineError
from visavis.hear.stt import read_pieces


def packed(pieces: list[bytes]) -> bytes:
    data = b""
    for piece in pieces:
        n_bytes = len(piece)
        head = [n_bytes] if n_bytes < 128 else [n_bytes % 128 + 128, n_bytes // 128]
        data += bytes(head) + piece
    return data


lengths = st.integers(0, 300) | st.sampled_from([0, 1, 127, 128, 129, 255, 256, 32_767])
pieces_lists = st.lists(lengths.map(lambda n: bytes(i % 251 for i in range(n))), max_size=5)


def test_lengths_of_one_and_two_bytes() -> None:
    assert read_pieces(b"") == []
    assert read_pieces(b"\x00\x02hi\x00") == [b"", b"hi", b""]
    assert read_pieces(b"\x80\x01" + b"x" * 128) == [b"x" * 128]
    assert read_pieces(b"\xac\x02" + b"y" * 300) == [b"y" * 300]


@given(pieces_lists)
def test_pieces_come_back(pieces: list[bytes]) -> None:
    assert read_pieces(packed(pieces)) == pieces


@given(pieces_lists.filter(bool), st.data())
def test_a_cut_file_is_noticed_or_ends_between_two_pieces(
    pieces: list[bytes], data: st.DataObject
) -> None:
    whole = packed(pieces)
    n_bytes = data.draw(st.integers(0, len(whole) - 1))
    ends = [len(packed(pieces[:i])) for i in range(len(pieces))]
    if n_bytes in ends:
        assert read_pieces(whole[:n_bytes]) == pieces[: ends.index(n_bytes)]
    else:
        with pytest.raises(EngineError, match="cut short") as caught:
            read_pieces(whole[:n_bytes])
        assert "models verify" in caught.value.hint
