"""How words are pronounced: espeak-ng's IPA, asked in one batch, and Kokoro's spelling of it."""

# ruff: noqa: RUF001 - phonetic letters look like Latin ones

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from visavis.errors import EngineError

Accent = Literal["us", "gb"]

JOINT = ", "
"""Between two parts: a comma makes the voice end the part on a tone that promises more."""

_ESPEAK_VOICES: Mapping[Accent, str] = {"us": "en-us", "gb": "en-gb-x-rp"}

# Kokoro was trained on the alphabet of the misaki package: one letter for each diphthong and
# affricate, and no length marks in American English. The order matters.
_KOKORO_ANY = (
    ("aɪ", "I"),
    ("eɪ", "A"),
    ("oʊ", "O"),
    ("əʊ", "Q"),
    ("aʊ", "W"),
    ("ɔɪ", "Y"),
    ("dʒ", "ʤ"),
    ("tʃ", "ʧ"),
    ("ʔn\u0329", "tᵊn"),
    ("n\u0329", "ᵊn"),
    ("l\u0329", "ᵊl"),
    ("ʲ", ""),
    ("r", "ɹ"),
    ("x", "k"),
    ("ɐ", "ə"),
)
_KOKORO_US = (("ɚ", "əɹ"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("o", "ɔ"), ("ɾ", "T"), ("ː", ""))
_KOKORO_GB = (("eə", "ɛː"), ("iə", "ɪə"))


@dataclass(frozen=True, slots=True)
class Part:
    """Some words in some accent."""

    accent: Accent
    words: str


class Phonemes:
    """IPA of every part that was asked for at the start."""

    def __init__(self, parts: Iterable[Part]) -> None:
        """Run espeak-ng once. Raises EngineError if it fails."""
        wanted = sorted(set(parts), key=lambda part: (part.accent, part.words))
        self._ipa = dict(zip(wanted, _espeak(wanted), strict=True))

    def joined(self, accent: Accent, parts: Sequence[str]) -> tuple[str, tuple[int, ...]]:
        """IPA of the parts, joined by commas, and where in it those commas are."""
        text = ""
        commas: list[int] = []
        for index, words in enumerate(parts):
            ipa = self._ipa[Part(accent, words)].strip()
            if index + 1 < len(parts):
                ipa = ipa.rstrip(",.?! ")
                commas.append(len(text) + len(ipa))
                ipa += JOINT
            text += ipa
        return text, tuple(commas)


def kokoro_spelling(ipa: str, accent: Accent) -> str:
    """Write espeak-ng's IPA the way Kokoro learnt it."""
    for old, new in (*_KOKORO_ANY, *(_KOKORO_US if accent == "us" else _KOKORO_GB)):
        ipa = ipa.replace(old, new)
    return ipa


def _espeak(parts: Sequence[Part]) -> list[str]:
    requests = [(_ESPEAK_VOICES[part.accent], part.words) for part in parts]
    done = subprocess.run(
        [sys.executable, "-m", "visavis.bench.corpus.espeak_process"],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise EngineError(f"espeak-ng failed: {reason}", hint="run `pip install 'visavis[local]'`")
    return json.loads(done.stdout)
