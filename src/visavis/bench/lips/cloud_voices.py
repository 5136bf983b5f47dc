"""Voices as cloud services have them, two women's and two men's, that our nets never heard.

Kokoro's, of those that training keeps apart, with sentences of our own. They are labelled by
PocketSphinx's forced alignment like all that the nets learnt from.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visavis.bench.corpus.engines import Kokoro
from visavis.bench.corpus.phonemes import Part, Phonemes
from visavis.bench.corpus.speakers import Voice
from visavis.bench.corpus.weights import kokoro_files
from visavis.bench.latency import console
from visavis.bench.lips.archives import pack
from visavis.errors import ModelMissingError, SetupError
from visavis.hear.audio import pcm_from_float
from visavis.models import ModelStore, cache_dir
from visavis.sounds import wav_of

FOLDER = "said"
"""In the archive."""

_PAUSE_S = 0.3
"""Before and behind a sentence; the aligner wants one."""

SENTENCES = (
    "Welcome to the museum, my name is Pip, and I will be your guide today.",
    "Both of the brothers thought that the weather would be smoother up north.",
    "You can buy fresh bread and a big bowl of mushroom soup at the market below.",
    "Five very brave foxes found the view from the roof rather funny.",
    "Push the green button, wait for the buzz, and pull the handle towards you.",
    "The judge chose a large orange chair, which she moved to the kitchen.",
    "How far away is the moon, and how long would a train need to go there?",
    "Thank you for everything, we enjoyed each of these three months.",
    "Our boat leaves the harbor at noon, so please bring a warm sweater.",
    "Could you put the blue book back on the shelf, or would you rather keep it?",
)


@dataclass(frozen=True, slots=True)
class CloudVoice:
    """An archive (see `archives`) that is spoken instead of fetched."""

    voice: str
    """Kokoro's name for it: accent and sex, then its own."""

    @property
    def name(self) -> str:
        """For people."""
        return f"Kokoro's {self.voice}"

    def fetch(self, folder: Path) -> Path:
        """Speak all sentences into `folder`, which exists; the path of an archive of them.

        Raises:
            SetupError: Kokoro is not in the model store.
            ModelFetchError: its voices can't be had.
        """
        said = folder / FOLDER
        said.mkdir()
        accent = "us" if self.voice.startswith("a") else "gb"
        voice = Voice(
            name=self.voice, engine="kokoro", voice=self.voice, split="test", accent=accent
        )
        kokoro = self._kokoro(Phonemes(Part(accent, one) for one in SENTENCES))
        for at, sentence in enumerate(SENTENCES):
            spoken = kokoro.speak([sentence], voice, 1.0)
            pcm = pcm_from_float(np.pad(spoken.sound, round(_PAUSE_S * spoken.rate_hz)))
            (said / f"{at:02d}.wav").write_bytes(wav_of(pcm, spoken.rate_hz))
        return pack(said, folder / f"{self.voice}.tar.gz")

    def _kokoro(self, phonemes: Phonemes) -> Kokoro:
        try:
            files = kokoro_files(ModelStore(), cache_dir() / "corpus" / "kokoro", console.print)
        except ModelMissingError as error:
            hint = "Run `visavis models pull kokoro-82m`."
            raise SetupError(f"{self.name} is not here.", hint=hint) from error
        return Kokoro(files.model, files.vocabulary, files.voices, phonemes)
