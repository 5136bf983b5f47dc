"""Makes spec/vectors/natural.json: what the natural pass does, in any language, to the sample.

python -m tests.lips.natural_vectors    # after a wanted change of the pass
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lips.sentences import RATE_HZ, SENTENCES, spans_of
from visavis.lips.natural import NaturalPass, naturalize
from visavis.lips.natural_settings import PARAMETER_NAMES, NaturalSettings
from visavis.lips.phonemes import SIL, table
from visavis.lips.spans import Span

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "natural.json"

COMMENT = (
    "The natural pass: `natural` is what it makes of `spans` (viseme in the order of visemes.json, "
    "start_sample, end_sample, weight), `settled` how many spans it gives out for each one pushed. "
    "`settings` are those that differ from the default preset of natural.json. Written by "
    "`python -m tests.lips.natural_vectors`."
)


@dataclass(frozen=True, slots=True)
class Case:
    """One run of the pass."""

    name: str
    rate_hz: int
    settings: NaturalSettings
    spans: tuple[Span, ...]

    def record(self) -> dict[str, Any]:
        """As the file has it."""
        natural_pass = NaturalPass(self.rate_hz, self.settings)
        return {
            "name": self.name,
            "rate_hz": self.rate_hz,
            "settings": differing(self.settings),
            "look_ahead_ms": natural_pass.look_ahead_ms,
            "spans": [row(span) for span in self.spans],
            "settled": [len(natural_pass.push([span])) for span in self.spans],
            "natural": [row(s) for s in naturalize(self.spans, self.rate_hz, self.settings)],
        }


def differing(settings: NaturalSettings) -> dict[str, Any]:
    default = NaturalSettings()
    return {
        known: getattr(settings, field)
        for field, known in PARAMETER_NAMES.items()
        if getattr(settings, field) != getattr(default, field)
    }


def row(span: Span) -> list[float]:
    return [span.viseme, span.start_sample, span.end_sample, span.weight]


def span_of(values: Sequence[float]) -> Span:
    viseme, start, end, weight = values
    return Span(int(viseme), int(start), int(end), float(weight))


def cases() -> Iterator[Case]:
    default, sibilant = NaturalSettings(), NaturalSettings.preset("sibilant")
    for text, sentence in SENTENCES.items():
        yield Case(text, RATE_HZ, default, spans_of(sentence))
    shells, foxes = (next(s for t, s in SENTENCES.items() if w in t) for w in ("shells", "foxes"))
    yield Case("sibilants are critical", RATE_HZ, sibilant, spans_of(shells))
    yield Case("half as fast", RATE_HZ, default, spans_of(foxes, 512))
    yield Case("twice as fast", RATE_HZ, default, spans_of(foxes, 128))
    untouched = NaturalSettings(
        min_viseme_interval_ms=0, merge_window_ms=0, critical_viseme_min_duration_ms=0
    )
    yield Case("all windows shut: only short pauses go", RATE_HZ, untouched, spans_of(foxes))
    nothing_kept = NaturalSettings(
        preserve_critical_visemes=False, preserve_silence=False, merge_window_ms=240.0
    )
    yield Case("nothing is preserved", RATE_HZ, nothing_kept, spans_of(foxes))
    yield Case("nothing", RATE_HZ, default, ())
    yield Case("one short shape", RATE_HZ, default, spans_of("aa1"))
    yield Case("a click in silence", RATE_HZ, default, spans_of("sil40 kk1 sil40"))
    for seed in range(24):
        yield chaos(seed)


def chaos(seed: int) -> Case:
    """Any shapes of any lengths under any settings."""
    pick = random.Random(seed)
    rate_hz = pick.choice([8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000])
    settings = NaturalSettings(
        min_viseme_interval_ms=pick.choice([0.0, 20.0, 33.3, 40.0, 90.0]),
        merge_window_ms=pick.choice([0.0, 60.0, 77.7, 250.0]),
        key_viseme_preference=pick.choice([0.0, 0.3, 0.6, 0.7, 0.85, 1.0]),
        preserve_silence=pick.random() < 0.5,
        similarity_threshold=pick.choice([0.0, 0.29, 0.4, 0.58, 1.0]),
        preserve_critical_visemes=pick.random() < 0.5,
        critical_viseme_min_duration_ms=pick.choice([0.0, 80.0, 100.0, 250.0]),
    )
    spans: list[Span] = []
    at = 0
    for _ in range(40):
        viseme = SIL if pick.random() < 0.2 else pick.randrange(len(table().order))
        end = at + pick.randrange(rate_hz * pick.choice([30, 70, 120, 400]) // 1_000)
        spans.append(Span(viseme, at, end, round(pick.random(), 3) if viseme != SIL else 0.0))
        at = end
    return Case(f"chaos {seed}", rate_hz, settings, tuple(spans))


def text() -> str:
    """The file's text."""
    vectors = {"$comment": COMMENT, "cases": [case.record() for case in cases()]}
    indented = json.dumps(vectors, ensure_ascii=False, indent=1)
    flat = re.sub(r"\[[\s\d.,]+\]", lambda found: re.sub(r"\s+", "", found[0]), indented)
    return flat + "\n"


if __name__ == "__main__":
    VECTORS.write_text(text(), encoding="utf-8")
