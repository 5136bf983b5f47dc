"""manifest.json: what the corpus sounds like, by hash. The sound itself is not in git.

Another processor or library may round differently; a hash that differs is counted, not an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from visavis.bench.corpus.files import sha256_of_pcm
from visavis.bench.corpus.plan import Utterance
from visavis.bench.corpus.studio import Studio

PATH = Path(__file__).with_name("manifest.json")


class Entry(BaseModel):
    """One recording as it was when the manifest was accepted. Positions in samples at 16 kHz."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    speaker: str
    split: str
    noise: str
    n_samples: int
    speech_end_sample: int
    pauses: tuple[tuple[int, int], ...]
    sha256: str
    """Of the samples, int16 little-endian, noise included."""


class Manifest(BaseModel):
    """All entries, in the order of the plan, and the version of the corpus that they are of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    utterances: tuple[Entry, ...]

    @property
    def by_id(self) -> Mapping[str, Entry]:
        """The entries by their id."""
        return {entry.id: entry for entry in self.utterances}


def describe(
    studio: Studio, utterances: Iterable[Utterance], step: Callable[[], None]
) -> tuple[Entry, ...]:
    """Measure what was recorded; calls `step` after each."""
    entries: list[Entry] = []
    for utterance in utterances:
        recording = studio.load(utterance)
        entries.append(
            Entry(
                id=utterance.utterance_id,
                text=utterance.text.say,
                speaker=utterance.voice.name,
                split=utterance.voice.split,
                noise=utterance.noise,
                n_samples=len(recording.sound),
                speech_end_sample=recording.speech_end_sample,
                pauses=recording.pauses,
                sha256=sha256_of_pcm(studio.path(utterance)),
            )
        )
        step()
    return tuple(entries)


def mismatches(found: Sequence[Entry], known: Manifest) -> list[str]:
    """Return the ids of recordings that are not those of the manifest, in their order."""
    accepted = known.by_id
    return [e.id for e in found if e.id not in accepted or accepted[e.id].sha256 != e.sha256]


def read(path: Path = PATH) -> Manifest:
    """Return the manifest in git."""
    return Manifest.model_validate_json(path.read_text(encoding="utf-8"))


def write(manifest: Manifest, path: Path = PATH) -> None:
    """Write it with one line for each recording, so that a change is easy to see."""
    lines = [json.dumps(e.model_dump(), ensure_ascii=False) for e in manifest.utterances]
    body = ",\n".join(lines)
    path.write_text(
        f'{{"version": "{manifest.version}", "utterances": [\n{body}\n]}}\n', encoding="utf-8"
    )
