"""From what the net says to one shape a frame, when nobody knows the text. Pure numpy, streaming.

1. Closure and silence have heads of their own; they share in the decision on PP, FF and sil.
2. A hidden Markov model of shapes that like to stay, looked at `LAG_FRAMES` later (forward, and
   that little bit backward), takes out single frames.
3. A shape stays until another is likelier by HYSTERESIS.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.lips.classes import N_VISEMES
from visavis.lips.net import Heard
from visavis.lips.phonemes import SIL, table

Doubles = NDArray[np.float64]

LAG_FRAMES: Final = 2
"""With the net's 60 ms ahead and its window this stays under 100 ms."""


@dataclass(frozen=True, slots=True)
class Taste:
    """The decoder's constants. Set by hand; `stay` and `silence_bias` are the best of a few on the
    voices that the training validates on.
    """

    stay: float = 0.7
    """Shapes change about ten times a second, so a frame has the shape before it in nine of ten;
    the net has learnt most of that itself."""
    hysteresis: float = 0.1
    closure_bias: float = 0.6
    """Natural logarithm, added to PP and FF: a closure missed is worse than one too many."""
    silence_bias: float = 0.8
    """The same for silence: an open mouth while nobody speaks is what people mock."""
    tongue_bias: float = 1.25
    """The same for TH, short and faint, which loses to its neighbours two times of three. Of what
    the training validates on the ear has no fewer frames right by it."""
    head_share: float = 0.5
    """The weight of the closure and silence heads beside the viseme head, for their shapes."""


_PP, _FF, _TH = (table().index(name) for name in ("PP", "FF", "TH"))


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
        logs = heard.visemes.astype(np.float64)
        heads = ((SIL, heard.silence), (_PP, heard.closure[:, 1]), (_FF, heard.closure[:, 2]))
        for viseme, said in heads:
            logs[:, viseme] += taste.head_share * (said - logs[:, viseme])
        logs[:, [_PP, _FF]] += taste.closure_bias
        logs[:, SIL] += taste.silence_bias
        logs[:, _TH] += taste.tongue_bias
        return np.exp(np.maximum(logs - logs.max(axis=1, keepdims=True), -20.0))
