"""Characters with times, as speech providers stream them, to mouth shapes. Pure.

    source = CharacterSource(16_000, lexicon, times=Times.CHUNK)
    spans = source.push(["H", "i", " "], [0, 80, 190], [80, 110, 40])   # and so on
    spans += source.finish()

A word's shapes are given when the next word begins, as only then it is known whether a pause lies
between the two. What was given never changes, and does not depend on how the characters were cut
into chunks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from visavis.errors import ProtocolError
from visavis.lips.durations import DurationTable, duration_table
from visavis.lips.layout import TimedWord, lay_out
from visavis.lips.lexicon import Lexicon, letters_only
from visavis.lips.phonemes import SIL
from visavis.lips.spans import Span
from visavis.lips.text import Word, settled_chars, words_of

PAUSE_MS: Final = 200.0
"""A shorter gap between two words does not close the mouth (as in timeline.py)."""

LONGEST_MS: Final = 24 * 3_600_000.0
"""No speech lasts longer than a day; such a time is an error of the sender's."""


class Times(Enum):
    """What the times of a chunk count from."""

    STREAM = "stream"  # the beginning of the speech
    CHUNK = "chunk"  # the end of the chunk before


@dataclass(frozen=True, slots=True)
class _Char:
    text: str
    start: int
    end: int


class CharacterSource:
    """Turns timed characters into spans: contiguous, ascending from sample 0.

    Memory does not grow with the speech: what is kept is one word and an unfinished run of
    characters. Calls are not thread-safe.
    """

    def __init__(
        self,
        rate_hz: int,
        lexicon: Lexicon | None = None,
        *,
        times: Times = Times.STREAM,
        durations: DurationTable | None = None,
    ) -> None:
        """Without a lexicon, the letters decide how everything is said."""
        self._rate_hz = rate_hz
        self._lexicon = lexicon or letters_only()
        self._times = times
        self._durations = durations or duration_table()
        self.reset()

    def reset(self) -> None:
        """Forget everything: an interruption, or another speech. The next span is at sample 0."""
        self._chars: list[_Char] = []
        self._held: TimedWord | None = None
        self._given = 0  # sample up to which spans were given
        self._newest = 0  # start of the newest character: none begins before it
        self._heard = 0  # end of all characters
        self._chunk_ms = 0.0  # what the times of the next chunk count from

    def push(
        self,
        characters: Sequence[str],
        starts_ms: Sequence[float],
        durations_ms: Sequence[float],
    ) -> tuple[Span, ...]:
        """Take the next characters and return the spans that are certain now.

        A "character" of several code points shares its time among them. A character that begins
        before the one in front of it is taken to begin with it; one that overlaps the next ends
        where that begins; a negative duration is none.

        Args:
            characters: text, in order.
            starts_ms: when each begins, from where `times` says.
            durations_ms: how long each lasts.

        Raises:
            ProtocolError: the three differ in length, or hold something other than text and
                finite times below a day. Nothing of the chunk was taken; the next may be good.
        """
        _check(characters, starts_ms, durations_ms)
        base_ms = self._chunk_ms if self._times is Times.CHUNK else 0.0
        end_ms = base_ms
        for text, start_ms, duration_ms in zip(characters, starts_ms, durations_ms, strict=True):
            length_ms = max(0.0, duration_ms)
            end_ms = max(end_ms, base_ms + start_ms + length_ms)
            for at, char in enumerate(text):
                first_ms = base_ms + start_ms + length_ms * at / len(text)
                self._take(char, first_ms, first_ms + length_ms / len(text))
        self._chunk_ms = end_ms
        return self._drain(self._settled())

    def finish(self) -> tuple[Span, ...]:
        """The speech has ended: return the rest, up to the end of the last character.

        Then the source is as new; the next characters begin another speech at sample 0.
        """
        spans = list(self._drain(len(self._chars)))
        if self._held is not None:
            spans += self._say(self._held, self._held.end)
        if self._heard > self._given:
            spans.append(Span(SIL, self._given, self._heard, 0.0))
        self.reset()
        return tuple(spans)

    def _take(self, char: str, start_ms: float, end_ms: float) -> None:
        start = max(self._newest, self._samples(start_ms))
        end = max(start, self._samples(end_ms))
        self._chars.append(_Char(char, start, end))
        self._newest = start
        self._heard = max(self._heard, end)

    def _samples(self, ms: float) -> int:
        return round(ms * self._rate_hz / 1_000.0)

    def _text(self) -> str:
        return "".join(char.text for char in self._chars)

    def _settled(self) -> int:
        return settled_chars(self._text())

    def _drain(self, n_settled: int) -> tuple[Span, ...]:
        """Read the first characters for good; give all words but the last."""
        spans: list[Span] = []
        for word in words_of(self._text()[:n_settled], self._lexicon):
            timed = self._timed(word)
            if self._held is not None:
                spans += self._say(self._held, timed.starts[0])
            self._held = timed
        del self._chars[:n_settled]
        if self._held is not None and (begun := self._begun()) is not None:
            spans += self._say(self._held, begun)
            self._held = None
        return tuple(spans)

    def _begun(self) -> int | None:
        """Where the next word begins, if that is certain: any letter or digit is said."""
        first = next((char for char in self._chars if not char.text.isspace()), None)
        if first is None or not (first.text.isascii() and first.text.isalnum()):
            return None
        return first.start

    def _timed(self, word: Word) -> TimedWord:
        chars = self._chars[word.start_char : word.end_char]
        return TimedWord(
            word,
            "".join(char.text for char in chars),
            tuple(char.start for char in chars),
            chars[-1].end,
        )

    def _say(self, timed: TimedWord, next_start: int) -> list[Span]:
        """The spans of a word, and of the pause behind it if there is one.

        Of a gap that is no pause each neighbour has a half.
        """
        spans: list[Span] = []
        if self._given == 0 and timed.starts[0] > 0:
            spans.append(Span(SIL, 0, timed.starts[0], 0.0))
            self._given = timed.starts[0]
        end = max(self._given, min(timed.end, next_start))
        gap = max(0, next_start - end)
        pauses = gap >= self._samples(PAUSE_MS)
        if not pauses:
            end += gap // 2
        said = lay_out(timed, self._given, end, self._rate_hz, self._lexicon, self._durations)
        spans += said
        self._given = said[-1].end_sample if said else self._given
        if pauses:
            spans.append(Span(SIL, self._given, next_start, 0.0))
            self._given = next_start
        return spans


def _check(
    characters: Sequence[str], starts_ms: Sequence[float], durations_ms: Sequence[float]
) -> None:
    if not len(characters) == len(starts_ms) == len(durations_ms):
        raise ProtocolError(
            f"{len(characters)} characters came with {len(starts_ms)} starts and "
            f"{len(durations_ms)} durations",
            hint="send one start and one duration for each character",
        )
    if not all(isinstance(text, str) for text in characters):  # pyright: ignore[reportUnnecessaryIsInstance] - from the wire
        raise ProtocolError("a character is not text", hint="send characters as strings")
    for ms in (*starts_ms, *durations_ms):
        if not _is_time(ms):
            raise ProtocolError(
                f"{ms!r} is no time of a character",
                hint="send finite milliseconds, less than a day",
            )


def _is_time(ms: object) -> bool:
    if isinstance(ms, bool) or not isinstance(ms, int | float):
        return False
    return math.isfinite(ms) and abs(ms) <= LONGEST_MS
