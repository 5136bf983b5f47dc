"""Where the plan becomes sound: each sentence is spoken once, cleanly, and then put into its room.

`clean/` holds the clean speech by content, so that a changed plan records only what is new;
`<version>/` holds what is played. Every file is whole, so Ctrl-C loses one sentence at most.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import soxr
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from visavis.bench.corpus.engines import Engine, Joe, Kokoro, Spoken
from visavis.bench.corpus.files import read_sound, write_sound
from visavis.bench.corpus.pauses import audible_span, set_pauses, silences
from visavis.bench.corpus.phonemes import Part, Phonemes
from visavis.bench.corpus.plan import Utterance, make_plan
from visavis.bench.corpus.programs import PACKAGES, Program, is_installed
from visavis.bench.corpus.room import COMPANY, LEAD_SAMPLES, TAIL_SAMPLES, add_room
from visavis.bench.corpus.speakers import EngineName
from visavis.bench.corpus.weights import kokoro_files
from visavis.bench.recording import Recording
from visavis.errors import EngineError
from visavis.hear.audio import RATE_HZ
from visavis.models import JOE_CONFIG, JOE_DURATIONS, ModelStore, cache_dir

RECIPE = 1
"""Counted up when the same plan would sound different."""

Floats = NDArray[np.float32]
OnProgress = Callable[[int, int], None]
"""Called with (recordings done, recordings to do)."""
Note = Callable[[str], None]


@cache
def version() -> str:
    """Name of the corpus: it changes with the plan and with the recipe."""
    return hashlib.sha256(repr((RECIPE, make_plan())).encode()).hexdigest()[:12]


class Studio:
    """Records what is missing of the plan. `root` defaults to `corpus` in the cache folder."""

    def __init__(self, root: Path | None = None, store: ModelStore | None = None) -> None:
        self.root = root if root is not None else cache_dir() / "corpus"
        self._store = store if store is not None else ModelStore()
        self._engines: dict[EngineName, Engine] = {}

    def has(self, utterances: Iterable[Utterance]) -> bool:
        """Whether all of them are recorded."""
        return all(map(self._is_recorded, utterances))

    def able(self, plan: Sequence[Utterance], note: Note) -> tuple[Utterance, ...]:
        """Return those of `plan` that can be had here; tells `note` of programs to install."""
        missing: set[EngineName] = {u.voice.engine for u in plan if not self._is_recorded(u)}
        absent: set[EngineName] = {
            name for name in PACKAGES if name in missing and not is_installed(name)
        }
        for engine in absent:
            n = sum(u.voice.engine == engine for u in plan)
            note(f"{n} utterances left out: no {engine} here (`apt install {PACKAGES[engine]}`)")
        return tuple(u for u in plan if u.voice.engine not in absent or self._is_recorded(u))

    def record(self, utterances: Sequence[Utterance], on_progress: OnProgress, note: Note) -> None:
        """Make what is missing; one process does, others wait for it.

        Raises SetupError without weights, EngineError from a voice.
        """
        if self.has(utterances):
            return
        self.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.root / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            note("another process is recording the corpus; waiting for it")
            lock.acquire()
        try:
            self._record(utterances, on_progress, note)
        finally:
            lock.release()

    def _record(self, utterances: Sequence[Utterance], on_progress: OnProgress, note: Note) -> None:
        todo = [u for u in utterances if not self._is_recorded(u)]
        heard = {other.utterance_id: other for u in todo for other in _others(u)}
        wanted = {**heard, **{u.utterance_id: u for u in todo}}
        unspoken = [u for u in wanted.values() if not self.clean_path(u).is_file()]
        n_steps = len(unspoken) + len(todo)
        if unspoken:
            self._engines = self._start(unspoken, note)
        for done, utterance in enumerate(unspoken):
            on_progress(done, n_steps)
            write_sound(self.clean_path(utterance), self._speak(utterance))
        for done, utterance in enumerate(todo, start=len(unspoken)):
            on_progress(done, n_steps)
            others = [read_sound(self.clean_path(other)) for other in _others(utterance)]
            clean = read_sound(self.clean_path(utterance))
            sound = add_room(clean, utterance.noise, others, utterance.seed)
            write_sound(self.path(utterance), sound)
        on_progress(n_steps, n_steps)

    def path(self, utterance: Utterance) -> Path:
        """Return where the sound is, or will be."""
        return self.root / version() / f"{utterance.utterance_id}.wav"

    def clean_path(self, utterance: Utterance) -> Path:
        """Return where the clean speech is, or will be."""
        voiced = (utterance.text.say, utterance.voice, utterance.speed)
        shaped = (utterance.pauses_ms, utterance.peak_dbfs)
        key = hashlib.sha256(repr((RECIPE, voiced, shaped)).encode()).hexdigest()[:24]
        return self.root / "clean" / f"{key}.wav"

    def load(self, utterance: Utterance) -> Recording:
        """Return the recording; its truth is measured from the clean speech."""
        clean = read_sound(self.clean_path(utterance))
        return Recording(
            recording_id=utterance.utterance_id,
            question=utterance.text.question,
            speaker=utterance.voice.speaker,
            noise=utterance.noise,
            sound=read_sound(self.path(utterance)),
            speech_end_sample=audible_span(clean)[1],
            pauses=silences(clean),
        )

    def _is_recorded(self, utterance: Utterance) -> bool:
        return self.path(utterance).is_file() and self.clean_path(utterance).is_file()

    def _start(self, utterances: Iterable[Utterance], note: Note) -> dict[EngineName, Engine]:
        """Load the engines that are needed. Raises SetupError without weights."""
        utterances = list(utterances)
        names: set[EngineName] = {u.voice.engine for u in utterances}
        neural = [u for u in utterances if u.voice.kind == "neural"]
        phonemes = Phonemes(Part(u.voice.accent, p) for u in neural for p in u.text.parts)
        engines: dict[EngineName, Engine] = {}
        for name in names.intersection(PACKAGES):
            engines[name] = Program()
        if "kokoro" in names:
            files = kokoro_files(self._store, self.root / "kokoro", note)
            engines["kokoro"] = Kokoro(files.model, files.vocabulary, files.voices, phonemes)
        if "piper" in names:
            model, config = self._store.path(JOE_DURATIONS), self._store.path(JOE_CONFIG)
            engines["piper"] = Joe(model, config, phonemes)
        return engines

    def _speak(self, utterance: Utterance) -> Floats:
        engine = self._engines[utterance.voice.engine]
        return shape(
            engine.speak(utterance.text.parts, utterance.voice, utterance.speed), utterance
        )


def shape(spoken: Spoken, utterance: Utterance) -> Floats:
    """Return the clean speech, float32 at 16 kHz: levelled, with its pauses, hardly any lead.

    Raises EngineError if nothing is heard.
    """
    sound = soxr.resample(spoken.sound, spoken.rate_hz, RATE_HZ, quality="VHQ").astype(np.float32)
    peak = float(np.max(np.abs(sound), initial=0.0))
    if peak == 0.0:
        raise EngineError(f"{utterance.voice.name} said nothing for {utterance.text.say!r}")
    sound *= np.float32(10.0 ** (utterance.peak_dbfs / 20.0) / peak)
    joints = [round(joint * RATE_HZ / spoken.rate_hz) for joint in spoken.joints]
    return _framed(set_pauses(sound, joints, utterance.pauses_ms))


def _framed(sound: Floats) -> Floats:
    """The lead, the speech from its first to its last audible sample, and what rings on."""
    start, end = audible_span(sound)
    start = max(0, start - LEAD_SAMPLES)
    kept = sound[start : end + TAIL_SAMPLES]
    missing = end - start + TAIL_SAMPLES - len(kept)
    return np.concatenate([kept, np.zeros(missing, dtype=np.float32)])


def _others(utterance: Utterance) -> list[Utterance]:
    """Who talks behind: neural voices of the same split, so that the split holds there too."""
    if utterance.noise == "quiet":
        return []
    pool = [
        other
        for other in make_plan()
        if other.voice.split == utterance.voice.split
        and other.voice.kind == "neural"
        and other.voice != utterance.voice
    ]
    random = np.random.default_rng(utterance.seed)
    chosen = random.choice(len(pool), COMPANY[utterance.noise].n_people, replace=False)
    return [pool[index] for index in chosen]
