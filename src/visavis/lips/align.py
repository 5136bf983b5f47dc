"""Which sound of a known text is spoken in each frame: forced alignment, live and of whole files.

`Aligner` follows a stream: what it says about frame t it says after frame t + `lag_frames`, and
never takes back. Paths that disagree with what was said are given up at once, so that all that
follows fits to it. `align` looks at a whole recording before it says anything. Pure numpy.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from visavis.errors import ConfigError
from visavis.lips.classes import N_PHONES, phone_index, shapes_of
from visavis.lips.features import Floats
from visavis.lips.graph import START, Kind, Place, Rules, Word
from visavis.lips.net import Heard, Weights
from visavis.lips.phonemes import SIL, table
from visavis.lips.trellis import Came, Doubles, Ints, Trellis, traced, without

LAG_FRAMES: Final = 25
"""250 ms: about two syllables, behind which a boundary hardly ever moves any more."""

Variants = tuple[tuple[str, ...], ...]
"""The pronunciations of a word in ARPAbet or IPA, with or without stress; none: it is silent."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Frames [start, end) of one sound of the text, or of a part of it."""

    place: Place
    start_frame: int
    end_frame: int

    @property
    def n_frames(self) -> int:
        """Its length."""
        return self.end_frame - self.start_frame


def words_of(words: Sequence[Variants]) -> list[Word | None]:
    """Words in phone classes; None for those without a sound.

    Raises:
        ConfigError: a phone is unknown.
    """
    return [
        tuple(tuple(map(_class_of, phones)) for phones in variants if phones) or None
        for variants in words
    ]


def _class_of(symbol: str) -> int:
    if (index := phone_index(symbol)) is None:
        raise ConfigError(f"there is no phone {symbol!r}", hint="write phones in ARPAbet or IPA")
    return index


def rules_for(weights: Weights) -> tuple[Rules, Floats]:
    """The rules and the log prior that go with trained weights."""
    return Rules(mean_frames=weights.mean_frames), weights.log_prior


class Aligner:
    """One stream of frames against a text that may arrive in parts. Memory does not grow.

    Text that comes up to `lag_frames` after its sound is still found. Where sound and text do not
    agree, pieces are FREE: something is said, but not this.

    Args:
        rules: with the mean durations of the net's training data; see `rules_for`.
        log_prior: float32 [N_PHONES], how often each phone is in it.
        lag_frames: how many frames behind the newest pieces are given out.

    Raises:
        ConfigError: `lag_frames` is under 1.
    """

    def __init__(
        self,
        rules: Rules | None = None,
        log_prior: Floats | None = None,
        lag_frames: int = LAG_FRAMES,
    ) -> None:
        if lag_frames < 1:
            raise ConfigError("an aligner needs a lag of at least one frame")
        self._rules = rules or Rules()
        self._log_prior = log_prior if log_prior is not None else flat_prior()
        self.lag_frames = lag_frames
        self.reset()

    def reset(self) -> None:
        """Forget sound and text, as after an interruption."""
        self._trellis = Trellis(self._rules, self._log_prior)
        self._offset = 0  # a state's serial number is its index and this
        self._said = START  # index of the state that was given out last
        self._n_words = 0
        self._n_frames = 0
        self._n_said = 0
        self._recent: deque[tuple[Doubles, Doubles]] = deque()  # frames that nothing is said about
        self._ways: Ints = np.zeros((0, self.lag_frames + 1), dtype=np.int64)

    def push_words(self, words: Sequence[Variants]) -> None:
        """How the text goes on. Raises ConfigError for an unknown phone; then nothing is added."""
        numbered = enumerate(words_of(words), start=self._n_words)
        sounding = [(number, word) for number, word in numbered if word is not None]
        was_short = self._trellis.is_short_of_text
        self._n_words += len(words)
        self._trellis.add(sounding)
        if sounding and was_short and self._recent:
            self._hear_again()

    def push(self, heard: Heard) -> list[Piece]:
        """Frames in; returns what is now certain, in order and without gaps."""
        states: list[Place] = []
        for emissions in zip(*self._trellis.emissions(heard), strict=True):
            self._recent.append(emissions)
            self._n_frames += 1
            self._step(emissions, self._n_frames)
            if self._n_frames - self._n_said > self.lag_frames:
                states.append(self._say())
        return self._pieces(states)

    @property
    def n_states(self) -> int:
        """How many states are held: a measure of memory."""
        return len(self._trellis.graph)

    def finish(self) -> list[Piece]:
        """The sound is over: all that is left. Then only `reset` may follow."""
        if not self._recent:
            return []
        way = self._ways[self._trellis.best]
        frames = range(self._n_said, self._n_frames)
        path = [int(way[frame % way.size]) - self._offset for frame in frames]
        self._n_said = self._n_frames
        self._recent.clear()
        return self._pieces([self._trellis.place(state) for state in path])

    def _step(self, emissions: tuple[Doubles, Doubles], n_frames: int) -> None:
        """`_ways` has, for each state, the serial numbers of its best path's last frames."""
        came = self._trellis.step(*emissions)
        end = came.first + len(came.origins)
        if (missing := len(self._trellis.scores) - len(self._ways)) > 0:
            more = np.zeros((missing, self.lag_frames + 1), dtype=np.int64)
            self._ways = np.concatenate([self._ways, more])
        self._ways[came.first : end] = self._ways[came.origins]
        column = (n_frames - 1) % (self.lag_frames + 1)
        self._ways[came.first : end, column] = np.arange(came.first, end) + self._offset

    def _say(self) -> Place:
        """Decide the oldest open frame, give up all paths that had it otherwise."""
        column = self._n_said % (self.lag_frames + 1)
        serial = int(self._ways[self._trellis.best, column])
        n_ways = len(self._trellis.scores)
        agreeing = (self._ways[:n_ways, column] == serial) & (self._trellis.scores > -np.inf)
        self._trellis.keep_only(np.flatnonzero(agreeing))
        self._n_said += 1
        self._recent.popleft()
        self._said = serial - self._offset
        place = self._trellis.place(self._said)
        if n_forgotten := self._trellis.forget_before(self._said):
            self._offset += n_forgotten
            self._said -= n_forgotten
            self._ways = without(self._ways, n_forgotten)
        return place

    def _hear_again(self) -> None:
        """From the last decided frame on, now with more text."""
        self._trellis.restart(self._said)
        for n_frames, emissions in enumerate(self._recent, start=self._n_said + 1):
            self._step(emissions, n_frames)

    def _pieces(self, places: Sequence[Place]) -> list[Piece]:
        return pieces_of(places, self._n_said - len(places))


def pieces_of(places: Iterable[Place], start_frame: int) -> list[Piece]:
    """Frames as pieces, neighbours of one sound together."""
    pieces = (Piece(p, at, at + 1) for at, p in enumerate(places, start=start_frame))
    return whole(pieces)


def whole(pieces: Iterable[Piece]) -> list[Piece]:
    """Pieces of one sound that follow each other as one: however a stream was cut, the same."""
    out: list[Piece] = []
    for piece in pieces:
        if out and out[-1].place == piece.place:
            out[-1] = replace(out[-1], end_frame=piece.end_frame)
        else:
            out.append(piece)
    return out


def halved(pieces: Iterable[Piece]) -> list[Piece]:
    """The same pieces, but diphthongs change their shape where the table has it (60 to 40).

    The net hears where a diphthong begins and ends; where its one shape becomes the other is a
    convention, and nothing that could be heard.
    """
    out: list[Piece] = []
    for piece in pieces:
        shapes = shapes_of(piece.place.phone) if piece.place.kind is Kind.PHONE else ()
        before = out[-1] if out else None
        if before and len(shapes) > 1 and _is_first_half(before, piece):
            n_both = before.n_frames + piece.n_frames
            middle = before.start_frame + round(n_both * table().diphthong_first_share)
            out[-1] = replace(before, end_frame=middle)
            piece = replace(piece, start_frame=middle)  # noqa: PLW2901 - its first frame moves
        out.append(piece)
    return [piece for piece in out if piece.n_frames]


def _is_first_half(before: Piece, piece: Piece) -> bool:
    first, second = shapes_of(piece.place.phone)
    same = (before.place.phone, before.place.word) == (piece.place.phone, piece.place.word)
    return same and (before.place.viseme, piece.place.viseme) == (first, second)


def align(
    heard: Heard,
    words: Sequence[Variants],
    rules: Rules | None = None,
    log_prior: Floats | None = None,
) -> list[Piece]:
    """The best path through a whole recording that says `words`, from the first to the last.

    If the end of the text cannot be reached, the recording ends somewhere in it. No frames: no
    pieces. Raises ConfigError for an unknown phone.
    """
    if not len(heard):
        return []
    trellis = Trellis(rules or Rules(), log_prior if log_prior is not None else flat_prior())
    trellis.add([(n, word) for n, word in enumerate(words_of(words)) if word is not None])
    steps: list[Came] = [trellis.step(*row) for row in zip(*trellis.emissions(heard), strict=True)]
    last = trellis.best
    if not trellis.n_waiting:
        ends = [s for s in trellis.graph.final_states() if s < len(trellis.scores)]
        reached = max(ends, key=lambda state: float(trellis.scores[state]))
        last = reached if trellis.scores[reached] > -np.inf else last
    return pieces_of([trellis.place(state) for state in traced(steps, last)], 0)


def flat_prior() -> Floats:
    """All phones alike."""
    return np.full(N_PHONES, -np.log(N_PHONES), dtype=np.float32)


def spoken(pieces: Iterable[Piece]) -> list[Piece]:
    """Only those that are sounds of the text."""
    return [piece for piece in pieces if piece.place.kind is Kind.PHONE]


def free_share(pieces: Iterable[Piece]) -> float:
    """How much of what is not silent is not in the text, 0…1; 0 if all is silent."""
    sounding = [piece for piece in pieces if piece.place.phone != SIL]
    n_free = sum(piece.n_frames for piece in sounding if piece.place.kind is Kind.FREE)
    return n_free / max(1, sum(piece.n_frames for piece in sounding))
