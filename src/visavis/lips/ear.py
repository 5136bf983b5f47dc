"""Mouth shapes from sound, with or without the text that is spoken. Pure, streaming.

`Ear` has sound only: what is at sample n is known after sample n + `delay_samples` (under 100 ms).
`Follower` has the text as well: it says the sounds of the text where the sound agrees with them,
and what the ear alone hears where it does not. `Reader` does either when it has heard everything.

All give Spans that never change, contiguous from sample 0. They are cut at every push; joined
where neighbours have one shape they are the same however the stream was cut.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import Final

import numpy as np

from visavis.lips import decode
from visavis.lips.align import Aligner, Piece, Variants, align, halved, rules_for
from visavis.lips.decode import Decoder
from visavis.lips.features import HOP_SAMPLES, RATE_HZ, Floats
from visavis.lips.graph import Kind
from visavis.lips.net import Heard, Net, Weights
from visavis.lips.phonemes import SIL
from visavis.lips.spans import Span
from visavis.lips.whole import features_of_whole, hear_whole

__all__ = ["RATE_HZ", "Ear", "Fit", "Follower", "Reader"]


class Ear:
    """One stream of sound at RATE_HZ to mouth shapes."""

    def __init__(self, weights: Weights) -> None:
        self._net = Net(weights)
        self._decoder = Decoder()
        self._writer = _Writer()
        self.delay_samples = weights.delay_samples + decode.LAG_FRAMES * HOP_SAMPLES

    def reset(self) -> None:
        """As new: for another stream, or after an interruption."""
        self._net.reset()
        self._decoder.reset()
        self._writer.reset()

    def push(self, sound: Floats) -> list[Span]:
        """Add float32 [n]; returns what is now certain."""
        self._writer.n_samples += len(sound)
        return self._writer.write(self._decoder.push(self._net.push(sound)))

    def finish(self) -> list[Span]:
        """The rest, to the last sample; then only `reset` may follow."""
        shapes = self._decoder.push(self._net.finish()) + self._decoder.finish()
        return self._writer.write(shapes)


class Fit(Enum):
    """Whether the text is what is being said."""

    FOLLOWING = "following"
    LOST = "lost"


_LOST_ABOVE: Final = 0.4
_FOUND_BELOW: Final = 0.2
_MEMORY_FRAMES: Final = 150.0
"""The share of frames that the text does not explain is taken over about 1.5 s of speech."""


class Follower:
    """One stream of sound at RATE_HZ, and its text as it becomes known, to mouth shapes.

    Text may come in parts, long before its sound or a little after it. What is at sample n is
    known after sample n + `delay_samples`.
    """

    def __init__(self, weights: Weights) -> None:
        rules, log_prior = rules_for(weights)
        self._net = Net(weights)
        self._decoder = Decoder()
        self._aligner = Aligner(rules, log_prior)
        self._writer = _Writer()
        self.delay_samples = weights.delay_samples + self._aligner.lag_frames * HOP_SAMPLES
        self.reset()

    def reset(self) -> None:
        """Forget sound and text, as after an interruption."""
        for part in (self._net, self._decoder, self._aligner, self._writer):
            part.reset()
        self._heard_shapes: deque[int] = deque()  # by the ear alone, of frames not aligned yet
        self._free_share = 0.0
        self.fit = Fit.FOLLOWING
        """FOLLOWING at first; LOST while most of what is heard is not in the text. The ear decides
        every shape then, so that a wrong text can't make the mouth jump."""

    def push_words(self, words: Sequence[Variants]) -> None:
        """How the text goes on: the pronunciations of each word. See `Aligner.push_words`."""
        self._aligner.push_words(words)

    def push(self, sound: Floats) -> list[Span]:
        """Add float32 [n]; returns what is now certain."""
        self._writer.n_samples += len(sound)
        return self._writer.write(self._shapes(self._net.push(sound)))

    def finish(self) -> list[Span]:
        """The rest, to the last sample; then only `reset` may follow."""
        shapes = self._shapes(self._net.finish())
        self._heard_shapes.extend(self._decoder.finish())
        return self._writer.write(shapes + self._chosen(self._aligner.finish()))

    def _shapes(self, heard: Heard) -> list[int]:
        self._heard_shapes.extend(self._decoder.push(heard))
        return self._chosen(self._aligner.push(heard))

    def _chosen(self, pieces: Sequence[Piece]) -> list[int]:
        return [self._choose(piece) for piece in pieces for _ in range(piece.n_frames)]

    def _choose(self, piece: Piece) -> int:
        by_ear = self._heard_shapes.popleft()
        kind = piece.place.kind
        if kind is not Kind.SILENCE and by_ear != SIL:
            unexplained = 1.0 if kind is Kind.FREE else 0.0
            self._free_share += (unexplained - self._free_share) / _MEMORY_FRAMES
            if self._free_share > _LOST_ABOVE:
                self.fit = Fit.LOST
            elif self._free_share < _FOUND_BELOW:
                self.fit = Fit.FOLLOWING
        if kind is Kind.FREE or self.fit is Fit.LOST:
            return by_ear
        return piece.place.viseme


_NO_SOUND: Final[Floats] = np.zeros(0, dtype=np.float32)

_READERS_FREE_FRAME: Final = -2.5
"""`Rules.free_frame` of a Reader, who sees how the text goes on and so needs less to believe it.
Set by hand, so that a text that nobody says does little harm (tests/lips/test_reading.py)."""


class Reader:
    """A whole recording at RATE_HZ, and its text if there is one. `finish` gives everything.

    Better than an Ear or a Follower by what is learnt from the end of a sentence about its
    beginning, at the price of memory: 64 kB for each second. The weights may be those of a net for
    whole recordings.
    """

    def __init__(self, weights: Weights) -> None:
        rules, self._log_prior = rules_for(weights)
        self._rules = replace(rules, free_frame=_READERS_FREE_FRAME)
        self._weights = weights
        self._writer = _Writer()
        self.delay_samples = 0
        self.reset()

    def reset(self) -> None:
        """Forget sound and text."""
        self._writer.reset()
        self._sound: list[Floats] = []
        self._words: list[Variants] = []

    def push_words(self, words: Sequence[Variants]) -> None:
        """How the text goes on: the pronunciations of each word. See `Aligner.push_words`."""
        self._words += words

    def push(self, sound: Floats) -> list[Span]:
        """Add float32 [n]."""
        self._writer.n_samples += len(sound)
        self._sound.append(sound)
        return []

    def finish(self) -> list[Span]:
        """Everything; then only `reset` may follow."""
        sound = np.concatenate([_NO_SOUND, *self._sound])
        heard = hear_whole(self._weights, features_of_whole(sound))
        decoder = Decoder()
        by_ear = decoder.push(heard) + decoder.finish()
        if not self._words:
            return self._writer.write(by_ear)
        pieces = halved(align(heard, self._words, self._rules, self._log_prior))
        shapes = [
            by_ear[frame] if piece.place.kind is Kind.FREE else piece.place.viseme
            for piece in pieces
            for frame in range(piece.start_frame, piece.end_frame)
        ]
        return self._writer.write(shapes)


class _Writer:
    """Frames to spans, in samples."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.n_samples = 0
        """Of the stream so far; no span reaches beyond them."""
        self._n_frames = 0

    def write(self, shapes: Sequence[int]) -> list[Span]:
        """The spans of the next frames. Silence weighs nothing, all else 1."""
        spans: list[Span] = []
        for shape in shapes:
            start = self._n_frames * HOP_SAMPLES
            self._n_frames += 1
            end = min(self._n_frames * HOP_SAMPLES, self.n_samples)
            if spans and spans[-1].viseme == shape:
                start = spans.pop().start_sample
            spans.append(Span(shape, start, end, 0.0 if shape == SIL else 1.0))
        return spans
