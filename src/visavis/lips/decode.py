"""From what the net says to one shape a frame, when nobody knows the text. Pure numpy, streaming.

1. What the phones say of the shapes is the second of two opinions; their mean counts.
2. Closure and silence have heads of their own; they share in the decision on PP, FF and sil.
3. A hidden Markov model of shapes that like to stay, looked at `LAG_FRAMES` later (forward, and
   that little bit backward), takes out single frames.
4. A shape stays until another is likelier by HYSTERESIS.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.lips.classes import N_PHONES, N_VISEMES, may_show
from visavis.lips.net import Heard
from visavis.lips.phonemes import SIL, table

Doubles = NDArray[np.float64]

LAG_FRAMES: Final = 2
"""With the net's 60 ms ahead and its window this stays under 100 ms."""


@dataclass(frozen=True, slots=True)
class Taste:
    """The decoder's constants. Set by hand: of a few values, held against the voices and people
    that the training validates on, those that find closures, silence and rare shapes at little
    cost.
    """

    stay: float = 0.7
    """Shapes change about ten times a second, so a frame has the shape before it in nine of ten;
    the net has learnt most of that itself."""
    hysteresis: float = 0.1
    closure_bias: float = 0.75
    """Natural logarithm, added to PP: a closure missed is worse than one too many."""
    teeth_bias: float = 0.5
    """The same for FF, of which the net alone already shows more than is said."""
    silence_bias: float = 1.0
    """The same for silence: an open mouth while nobody speaks is what people mock."""
    tongue_bias: float = 1.25
    """The same for TH, short and faint, which loses to its neighbours two times of three."""
    mid_bias: float = 0.4
    """The same for E, which people say in passing; else it is shown too seldom."""
    head_share: float = 0.5
    """The weight of the closure and silence heads beside the viseme head, for their shapes."""


_SHOWS: Final[Doubles] = np.array(
    [[float(viseme in may_show(phone)) for viseme in range(N_VISEMES)] for phone in range(N_PHONES)]
)
"""1 where a phone may be seen as a viseme."""

_LEAST: Final = 1e-30
_PP, _FF, _TH, _E = (table().index(name) for name in ("PP", "FF", "TH", "E"))


class Decoder:
    """A stream of frames to a stream of visemes, LAG_FRAMES later. Memory does not grow."""

    def __init__(self, taste: Taste | None = None) -> None:
        self._taste = taste or Taste()
        change = (1.0 - self._taste.stay) / (N_VISEMES - 1)
        # Symmetric, so that it serves forward and backward.
        self._moves: Doubles = np.full((N_VISEMES, N_VISEMES), change)
        np.fill_diagonal(self._moves, self._taste.stay)
        self.reset()

    def reset(self) -> None:
        """As new: for another stream."""
        self._belief: Doubles = np.full(N_VISEMES, 1.0 / N_VISEMES)
        self._open: deque[tuple[Doubles, Doubles]] = deque()  # (belief, likelihood) of open frames
        self._shape = SIL

    def push(self, heard: Heard) -> list[int]:
        """The visemes that are now certain, one for each frame."""
        return [
            shape for likelihood in self._likelihoods(heard) for shape in self._through(likelihood)
        ]

    def finish(self) -> list[int]:
        """Those of the last frames; then only `reset` may follow."""
        return [self._decide() for _ in range(len(self._open))]

    def _through(self, likelihood: Doubles) -> Iterable[int]:
        belief = (self._moves @ self._belief) * likelihood
        self._belief = belief / belief.sum()
        self._open.append((self._belief, likelihood))
        if len(self._open) > LAG_FRAMES:
            yield self._decide()

    def _decide(self) -> int:
        """The oldest open frame's shape: what was believed then, and what came since."""
        belief, _ = self._open.popleft()
        since: Doubles | None = None
        for _, likelihood in reversed(self._open):
            since = self._moves @ (likelihood if since is None else likelihood * since)
        chances = belief if since is None else belief * since
        likeliest = int(chances.argmax())
        margin = self._taste.hysteresis * float(chances.sum())
        if chances[likeliest] > chances[self._shape] + margin:
            self._shape = likeliest
        return self._shape

    def _likelihoods(self, heard: Heard) -> Doubles:
        """[k, N_VISEMES], the largest of each frame 1."""
        taste = self._taste
        logs = both_opinions(heard)
        heads = ((SIL, heard.silence), (_PP, heard.closure[:, 1]), (_FF, heard.closure[:, 2]))
        for viseme, said in heads:
            logs[:, viseme] += taste.head_share * (said - logs[:, viseme])
        logs[:, _PP] += taste.closure_bias
        logs[:, _FF] += taste.teeth_bias
        logs[:, SIL] += taste.silence_bias
        logs[:, _TH] += taste.tongue_bias
        logs[:, _E] += taste.mid_bias
        return np.exp(np.maximum(logs - logs.max(axis=1, keepdims=True), -20.0))


def both_opinions(heard: Heard) -> Doubles:
    """Logarithms of the mean of what the viseme head says and what the phones say, [k, N_VISEMES].

    A phone with several shapes, as a diphthong, is shared among them as the viseme head has them.
    """
    visemes = np.exp(heard.visemes.astype(np.float64))
    shown = np.maximum(visemes @ _SHOWS.T, _LEAST)  # of each phone, by the viseme head
    by_phones = visemes * ((np.exp(heard.phones.astype(np.float64)) / shown) @ _SHOWS)
    return np.log(np.maximum(0.5 * (visemes + by_phones), _LEAST))
