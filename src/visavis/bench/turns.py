"""What came of one question, and the times that count. Pure.

Definitions (ARCHITECTURE.md repeats them). All times are milliseconds after **t0**, the last
audible sample of the question, which the harness knows because it plays the file:

- *react*: the first sign that the question was noticed to be over, as the page is told or shows it;
- *voice*: the first audible sample of the answer at the listener's ear;
- *face*: the first drawn speaking mouth of the answer.

An answer that is heard before t0 is a cut-off. If it begins within the last EARLY_MS, during
the last word, and goes on, it is an answer all the same: not missed, but without a latency.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from visavis.bench.recording import Recording

Kind = Literal["knowledge", "llm", "other"]
"""By the source of the answer that was given; `other` is a polite refusal or an apology."""

Warmth = Literal["cold", "warm"]
"""Cold is the first question of a conversation, warm every later one."""

STAGES = (
    "soft_end",
    "stt",
    "turn",
    "words",
    "look_up",
    "first_token",
    "first_phrase",
    "first_audio",
    "commit",
    "reveal",
)
"""In the order of the waterfall. `stt` and `turn` begin together at the soft end."""


EARLY_MS = 300.0
"""Before t0. Whoever is answered so late has said all words but the end of the last one."""


@dataclass(slots=True)
class Turn:
    """One question and what was heard, or seen, of its answer."""

    recording: Recording
    contender: str = "visavis"
    kind: Kind = "other"
    warmth: Warmth = "warm"
    react_ms: float | None = None
    voice_ms: float | None = None
    face_ms: float | None = None
    early_ms: float | None = None
    """When an answer was heard that came within the last EARLY_MS and went on: negative."""
    stages_ms: dict[str, float] = field(default_factory=dict[str, float])
    """When each stage was first reached, after t0."""
    p_end: float | None = None
    """The end-of-turn probability with which the answer was committed, if it is known."""
    cutoffs_ms: list[float] = field(default_factory=list[float])
    """When an answer was heard though words were still to come, each before t0, so negative."""
    n_replies: int = 0
    """Answers that began after t0; more than one is a doubled reply."""
    transcript: str = ""
    text: str = ""

    @property
    def missed(self) -> bool:
        """Nobody answered."""
        return self.voice_ms is None and self.early_ms is None
