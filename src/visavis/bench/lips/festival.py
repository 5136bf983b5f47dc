"""Speech of Festival's voices: a person's diphones, and exactly when each phone was spoken.

Not read speech, but a human voice in another language, with labels that nobody had to guess.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from visavis.bench.lips.archives import pack
from visavis.errors import ModelFetchError, SetupError

FOLDER = "said"
"""In the archive."""

_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class FestivalVoice:
    """An archive (see `archives`) that is spoken instead of fetched."""

    package: str
    """Of Debian; it brings the voice."""
    voice: str
    """Festival's function that chooses it."""
    sentences: tuple[str, ...]
    spelt: Mapping[str, str] = field(default_factory=dict[str, str])
    """Its signs that are not X-SAMPA's, without length and stress, in X-SAMPA."""

    @property
    def name(self) -> str:
        """For people."""
        return f"Festival with {self.package} (Debian)"

    def fetch(self, folder: Path) -> Path:
        """Speak all sentences into `folder`, which exists; the path of an archive of them.

        Raises:
            SetupError: Festival or the voice is not installed.
            ModelFetchError: it could not speak.
        """
        said = folder / FOLDER
        said.mkdir()
        for at, sentence in enumerate(self.sentences):
            self._speak(sentence, said / f"{at:02d}")
        return pack(said, folder / f"{self.package}.tar.gz")

    def _speak(self, sentence: str, stem: Path) -> None:
        wav, segments = stem.with_suffix(".wav"), stem.with_suffix(".lab")
        script = stem.with_suffix(".scm")
        script.write_text(
            f'({self.voice})\n(set! said (SynthText "{sentence}"))\n'
            f'(utt.save.wave said "{wav}" \'riff)\n(utt.save.segs said "{segments}")\n',
            encoding="latin-1",
        )
        festival = shutil.which("festival")
        if festival is None:
            raise SetupError(self._missing(), hint=self._remedy())
        command = [festival, "-b", str(script)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired as error:
            raise ModelFetchError(f"{self.name} spoke for over {_TIMEOUT_S:.0f} s.") from error
        if b"unbound variable" in done.stderr:
            raise SetupError(self._missing(), hint=self._remedy())
        if done.returncode != 0 or not (wav.is_file() and segments.is_file()):
            raise ModelFetchError(f"{self.name} could not say: {sentence}")
        script.unlink()
        segments.write_text(self._in_xsampa(segments.read_text("latin-1")), encoding="utf-8")

    def _missing(self) -> str:
        return f"{self.name} is not installed."

    def _remedy(self) -> str:
        return f"On Debian: apt install festival {self.package}"

    def _in_xsampa(self, segments: str) -> str:
        return re.sub(r"\S+$", lambda sign: self._sign(sign[0]), segments, flags=re.MULTILINE)

    def _sign(self, sign: str) -> str:
        plain = sign.rstrip("1:") or sign
        return self.spelt.get(plain, plain)


FINNISH = FestivalVoice(
    "festvox-suopuhe-mv",
    "voice_hy_fi_mv_diphone",
    (
        "Hyvää päivää, minä olen täällä koko illan.",
        "Yöllä tuuli kovasti, ja jäinen järvi kimmelsi kuin öljy.",
        "Bussi seisoo pihalla, mutta kuljettaja juo vielä kahvia.",
        "Kengät ja kangas maksavat yhteensä viisikymmentä euroa.",
        "Voitko kertoa, missä rautatieasema on?",
        "Poika pelaa palloa puistossa vanhan puun alla.",
        "Huomenna sataa lunta, sanoi mummo ja hymyili.",
        "Fysiikan opettaja avasi ikkunan ja katsoi ulos.",
    ),
    {"@": "{", "7": "2"},
)
ITALIAN = FestivalVoice(
    "festvox-italp16k",
    "voice_lp_diphone",
    (
        "Buongiorno, che cosa posso fare per voi oggi?",
        "La figlia del medico sceglie un vestito azzurro per la festa.",
        "Gli amici mangiano gnocchi al burro in una piccola piazza.",
        "Domani mattina prendiamo il treno delle otto e mezzo.",
        "Il vecchio pescatore aspetta che il vento cambi.",
        "Non ho mai visto una luna tanto grande sopra il mare.",
        "Mi scusi, dove si trova la fermata dell'autobus?",
        "Perché ridi sempre quando parlo del mio lavoro?",
    ),
    {"ng": "N", "nf": "F"},
)
