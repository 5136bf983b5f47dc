"""RNC ProPack, method 1 (Rob Northen Computing, 1991): unpacking only.

A stream of chunks, each with three Huffman codes: lengths of runs of plain bytes, distances back,
and lengths of copies. Bits come in 16-bit little-endian words, the lowest first; plain bytes lie
between the words. A symbol s > 1 stands for 2^(s-1) and s - 1 bits more.
"""

from __future__ import annotations

MAGIC = b"RNC\x01"
_HEAD = 18
_MAX_CODE_BITS = 15
_SHORTEST_COPY = 2

Code = dict[tuple[int, int], int]
"""From length and bits of a code word to its symbol."""


def unpack(packed: bytes) -> bytes:
    """What was packed. Raises ValueError if it was not packed so, or is broken."""
    if len(packed) < _HEAD or not packed.startswith(MAGIC):
        raise ValueError("this is no RNC 1 stream")
    n_out, n_chunks = int.from_bytes(packed[4:8], "big"), packed[17]
    bits = _Bits(packed, _HEAD)
    out = bytearray()
    bits.take(2)  # flags of the packer: locked, and encrypted
    for _ in range(n_chunks):
        runs, distances, lengths = bits.code(), bits.code(), bits.code()
        n_runs = bits.take(16)
        for at in range(n_runs):
            out += bits.plain(bits.number(runs))
            if at + 1 < n_runs:
                distance, length = bits.number(distances) + 1, bits.number(lengths)
                _copy(out, distance, length + _SHORTEST_COPY)
    if len(out) != n_out:
        raise ValueError(f"{len(out)} bytes instead of {n_out}")
    return bytes(out)


def _copy(out: bytearray, distance: int, length: int) -> None:
    """Repeat what lies `distance` back; it may overlap what it makes."""
    if distance > len(out):
        raise ValueError("a copy begins before the first byte")
    for _ in range(length):
        out.append(out[-distance])


class _Bits:
    """Bits and plain bytes of one stream, in the order in which they were packed."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at
        self._kept = 0
        self._n_kept = 0

    def take(self, n: int) -> int:
        """The next `n` bits, the first the lowest."""
        while self._n_kept < n:
            if self._at >= len(self._data):
                raise ValueError("it ends too early")
            word = int.from_bytes(self._data[self._at : self._at + 2], "little")
            self._kept |= word << self._n_kept
            self._at += 2
            self._n_kept += 16
        taken = self._kept & ((1 << n) - 1)
        self._kept >>= n
        self._n_kept -= n
        return taken

    def plain(self, n: int) -> bytes:
        """The next `n` bytes."""
        found = self._data[self._at : self._at + n]
        self._at += n
        return found

    def code(self) -> Code:
        """A canonical Huffman code, as lengths of 4 bits for up to 31 symbols."""
        lengths = [self.take(4) for _ in range(self.take(5))]
        code: Code = {}
        word = 0
        for length in range(1, _MAX_CODE_BITS + 1):
            for symbol, own in enumerate(lengths):
                if own == length:
                    code[length, _mirrored(word, length)] = symbol
                    word += 1
            word <<= 1
        return code

    def number(self, code: Code) -> int:
        """One symbol of `code`, and the bits behind it."""
        word = 0
        for length in range(_MAX_CODE_BITS):
            word |= self.take(1) << length
            symbol = code.get((length + 1, word))
            if symbol is not None:
                return symbol if symbol < 2 else (1 << (symbol - 1)) | self.take(symbol - 1)
        raise ValueError("no such code word")


def _mirrored(word: int, n_bits: int) -> int:
    return int(format(word, f"0{n_bits}b")[::-1], 2)
