"""Sentences as our own voice says them: each sound's shape and its length in hops of 256 samples.

Written once from the durations of Piper's voice joe, so that tests of lips need no voice. Every
sound is there, unmerged; spaces between words are silence, as the voice has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from visavis.lips.phonemes import SIL, table
from visavis.lips.spans import Span

RATE_HZ = 22_050
HOP_SAMPLES = 256

SENTENCES = {
    "Can I use it without the internet?": (
        "sil6 kk2 aa2 nn3 sil3 aa4 I2 sil5 I2 U11 SS2 sil3 I4 DD4 sil3 U3 I3 TH2 aa9 U4 DD3 sil4 "
        "TH2 I10 sil2 I8 nn7 DD5 RR3 nn7 E9 DD3 sil10 sil3"
    ),
    "I would like to know how much it costs.": (
        "sil5 aa4 I3 sil3 U4 U3 DD3 sil3 nn3 aa8 I2 kk4 sil4 DD2 E4 sil3 nn3 O7 U4 sil4 aa2 aa6 "
        "U3 sil3 PP4 aa6 CH9 sil3 I3 DD5 sil4 kk3 O20 SS8 SS14 sil6 sil3"
    ),
    "Bob and Pam put up a big map, maybe; happy people help him keep bumping up.": (
        "sil5 PP2 aa14 PP2 sil2 aa3 nn3 DD4 sil4 PP6 aa9 PP4 sil4 PP2 U5 DD4 sil4 aa8 PP3 sil3 "
        "aa3 sil5 PP4 I9 kk4 sil3 PP8 aa13 PP5 sil3 sil14 PP4 E11 I4 PP5 I10 sil12 sil7 aa4 aa13 "
        "PP6 I3 sil7 PP3 I13 PP3 E3 nn3 sil4 E2 E8 nn5 PP3 sil3 I3 I6 PP4 sil5 kk5 I10 PP4 sil3 "
        "PP5 aa8 PP6 PP5 I3 nn4 sil3 aa11 PP5 sil13 sil3"
    ),
    "The museum opens at nine in the morning and closes at half past five, except on Mondays.": (
        "sil4 TH4 E3 sil5 PP4 I3 U6 SS5 I8 E6 PP2 sil5 O10 U7 PP2 E3 nn4 SS4 sil4 aa3 DD3 sil4 "
        "nn3 aa11 I2 nn3 sil5 I2 nn5 TH2 E3 sil4 PP3 O12 RR3 nn2 I7 nn4 sil5 aa3 nn3 DD4 sil4 kk4 "
        "nn2 O12 U2 SS3 sil6 SS4 sil3 aa4 DD4 sil5 aa6 aa8 FF5 sil6 PP3 aa14 SS3 DD3 sil4 FF2 "
        "aa16 I6 FF9 sil15 sil9 E8 kk2 SS5 E11 PP5 DD3 sil3 O6 nn4 sil4 PP2 aa9 nn4 DD4 E10 I4 "
        "SS13 sil9 sil4"
    ),
    # ... and the shells that she sells are sea shells I'm sure.
    "She sells sea shells on the sea shore ...": (
        "sil3 CH2 I8 sil6 SS3 E10 nn5 SS3 sil7 SS2 I13 sil3 CH3 E11 nn3 SS3 sil3 O3 nn6 TH3 E3 "
        "sil4 SS4 I9 sil5 CH5 O16 RR5 sil19 sil7 aa3 nn2 DD3 sil3 TH3 E2 sil7 CH4 E14 nn3 SS5 "
        "sil3 TH3 aa3 DD3 sil2 CH5 I6 sil4 SS4 E10 nn3 SS3 sil2 aa5 RR4 sil3 SS4 I10 sil6 CH2 E12 "
        "nn2 SS4 sil5 aa3 I5 PP4 sil6 CH6 U13 RR4 sil15 sil2"
    ),
    "Both brothers think that the weather in the north is worse than the weather in the south.": (
        "sil4 PP4 O8 U3 TH4 sil6 PP3 RR6 aa7 TH5 RR4 SS7 sil5 TH3 I6 nn4 kk3 sil3 TH4 aa3 DD4 TH5 "
        "E4 sil5 U3 E8 TH2 RR6 RR2 sil5 I5 nn4 TH2 E5 sil4 nn3 O12 RR3 TH4 sil5 I3 SS5 sil4 U4 "
        "RR13 SS6 sil5 TH3 aa2 nn5 sil2 TH2 E4 sil4 U3 E9 TH3 RR5 RR3 sil4 I5 nn5 TH3 E3 sil6 SS3 "
        "aa13 U3 TH7 sil4 sil5"
    ),
    # ... open the settings file and look for the section called voice.
    "If you want to change the voice ...": (
        "sil4 I4 FF3 sil3 I3 U4 sil2 U2 O5 nn2 DD2 sil2 DD3 E2 sil4 CH4 E6 I4 nn3 CH9 sil5 TH3 E4 "
        "sil4 FF10 O11 I5 SS10 sil11 sil11 O8 U5 PP2 E3 nn4 sil3 TH4 E3 sil5 SS3 E8 DD5 I5 nn3 "
        "SS5 sil4 FF4 aa12 I7 nn5 sil4 aa3 nn2 DD2 sil3 nn3 U6 kk3 sil3 FF4 RR2 TH3 E3 sil5 SS4 "
        "E13 kk5 CH3 E6 nn3 sil5 kk2 O10 nn2 DD4 sil5 FF5 O15 I7 SS12 sil6 sil3"
    ),
    "Five very fine foxes have found their favourite food from the farm over the river.": (
        "sil3 FF4 aa10 I4 FF2 sil6 FF3 E9 RR5 I5 sil5 FF3 aa9 I5 nn3 sil5 FF2 aa16 kk5 SS5 sil4 "
        "SS3 sil3 aa5 aa4 FF2 sil3 FF2 aa9 U3 nn3 DD4 sil2 TH3 E4 RR2 sil5 FF2 E13 I2 FF4 RR5 I3 "
        "DD5 sil5 FF2 U11 DD4 sil3 FF5 RR4 aa2 PP5 TH4 E4 sil4 FF2 aa13 RR2 PP4 sil3 O8 U4 FF3 "
        "RR2 sil4 TH3 E5 sil5 RR3 I9 FF8 RR6 sil7 sil5"
    ),
}


def spans_of(sentence: str, hop_samples: int = HOP_SAMPLES) -> tuple[Span, ...]:
    """`sil6 kk2 …` as spans. A longer hop is slower speech."""
    spans: list[Span] = []
    at = 0
    for name, n_hops in re.findall(r"([a-zA-Z]+)(\d+)", sentence):
        viseme, end = table().index(name), at + int(n_hops) * hop_samples
        spans.append(Span(viseme, at, end, 0.0 if viseme == SIL else 1.0))
        at = end
    return tuple(spans)


def ms(duration_ms: float) -> int:
    """Milliseconds in samples."""
    return round(duration_ms * RATE_HZ / 1_000.0)


def spans_ms(*shapes: tuple[str, float]) -> tuple[Span, ...]:
    """Shapes by name with their lengths in ms."""
    spans: list[Span] = []
    at = 0
    for name, duration_ms in shapes:
        viseme, end = table().index(name), at + ms(duration_ms)
        spans.append(Span(viseme, at, end, 0.0 if viseme == SIL else 1.0))
        at = end
    return tuple(spans)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Neighbours of one shape as one span; empty spans are nothing."""
    out: list[Span] = []
    for span in spans:
        if out and out[-1].viseme == span.viseme:
            out[-1] = replace(out[-1], end_sample=span.end_sample)
        elif span.n_samples:
            out.append(span)
    return out
