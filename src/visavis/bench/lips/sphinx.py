"""PocketSphinx as contenders: its phone loop, streaming and offline, and its forced alignment.

PocketSphinx 5 (BSD) comes with its English model, its phone language model and CMUdict; the
settings of the phone loop are those of its own documentation (`-lw 2.0 -beam 1e-20 -pbeam 1e-20`).
It works at 16 kHz. Its frame i is computed from the 410 samples that begin at sample 160 i and is
centred on sample 160 i + 205, so it stands for the 10 ms from 160 i + 125 on. (Taken for the 10 ms
from 160 i on, all its boundaries lie about 10 ms before those of hand labels.)
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from visavis.bench.lips.contender import Compute, Result, Sound
from visavis.bench.lips.phone_sets import Label, PhoneSet, mouth_of
from visavis.bench.lips.track import UNSCORED, Track, from_frames
from visavis.errors import EngineError, SetupError
from visavis.hear.audio import RATE_HZ, pcm_from_float
from visavis.lips.phonemes import SIL
from visavis.lips.spans import Span
from visavis.sounds import resampled

_FRAME_SAMPLES = 160
_FRAME_S = _FRAME_SAMPLES / RATE_HZ
_OFFSET_SAMPLES = 125
_RESTART_FRAMES = 6_000
"""The loop walks back over its whole utterance whenever it is asked, so one begins every minute."""

_NEAR_FRAMES = 60
"""How far back from the wanted frame its neighbours are read: borrowing and diphthongs."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word and when it is said, with the phones in it."""

    word: Label
    phones: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone of PocketSphinx, in its frames, the end excluded."""

    symbol: str
    start_frame: int
    end_frame: int


class PhoneLoop:
    """Phones from sound alone. With a delay it streams, in pushes of 10 ms; without, offline."""

    needs_text = False

    def __init__(self, delay_ms: float | None) -> None:
        """Load the model.

        Args:
            delay_ms: how late a frame is decided; None decides all of them at the end.

        Raises:
            SetupError: PocketSphinx is not installed.
        """
        model = _model_path()
        self._decoder = _decoder(
            hmm=str(model / "en-us"),
            allphone=str(model / "en-us-phone.lm.bin"),
            dict=None,
            lm=None,
            lw=2.0,
            beam=1e-20,
            pbeam=1e-20,
        )
        self._delay_frames = None if delay_ms is None else round(delay_ms / 1_000.0 / _FRAME_S)

    @property
    def name(self) -> str:
        """See Contender."""
        return "sphinx_loop" if self._delay_frames is not None else "sphinx_loop_offline"

    @property
    def about(self) -> str:
        """See Contender."""
        how = "streaming" if self._delay_frames is not None else "whole recording beforehand"
        return f"PocketSphinx phone loop, {how}; sound alone; BSD"

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """See Contender."""
        pcm = _pcm(sound, rate_hz)
        self._decoder.reinit_feat()  # else it remembers the speaker before
        if self._delay_frames is None:
            return self._offline(pcm, len(pcm) // 2)
        return self._streaming(pcm, len(pcm) // 2, self._delay_frames)

    def close(self) -> None:
        """See Contender."""

    def _offline(self, pcm: bytes, n_samples: int) -> Result:
        began = time.process_time()
        phones = _decoded(self._decoder, pcm)
        cpu_s = time.process_time() - began
        return Result(_track(phones, n_samples), 0.0, Compute(cpu_s, n_samples / RATE_HZ))

    def _streaming(self, pcm: bytes, n_samples: int, delay: int) -> Result:
        shown: list[int] = []
        push_ms: list[float] = []
        began = time.process_time()
        n_frames = -(-n_samples // _FRAME_SAMPLES) + delay
        pcm += bytes(2 * (n_frames * _FRAME_SAMPLES - n_samples))
        first = 0
        self._decoder.start_utt()
        for frame in range(n_frames):
            at = time.perf_counter()
            piece = pcm[2 * frame * _FRAME_SAMPLES : 2 * (frame + 1) * _FRAME_SAMPLES]
            self._decoder.process_raw(piece, False, False)
            # what is shown from the end of this push on is meant for `delay` frames before that,
            # and the frame that stands for the first of it began one earlier
            wanted = frame - delay - first
            shown.append(_shape_at(_phones(self._decoder), wanted) if wanted >= 0 else SIL)
            if frame - first >= _RESTART_FRAMES and shown[-1] == SIL:
                self._decoder.end_utt()
                self._decoder.start_utt()
                first = frame + 1
            push_ms.append(1_000.0 * (time.perf_counter() - at))
        self._decoder.end_utt()
        cpu_s = time.process_time() - began
        end = n_samples + delay * _FRAME_SAMPLES
        track = from_frames([SIL, *shown], _FRAME_SAMPLES, end, RATE_HZ)
        compute = Compute(cpu_s, n_samples / RATE_HZ, tuple(push_ms))
        return Result(track, delay * _FRAME_S * 1_000.0, compute)


class ForcedAlignment:
    """Phones from sound and transcript, the whole recording beforehand."""

    name = "sphinx_align"
    about = "PocketSphinx forced alignment with CMUdict; sound and transcript beforehand; BSD"
    needs_text = True

    def __init__(self, spell: Callable[[str], Sequence[str]] | None = None) -> None:
        """Load the model. Raises SetupError if PocketSphinx is not installed.

        Args:
            spell: the ARPAbet phones, without stress, of a word that CMUdict does not have. As a
                contender it has CMUdict alone.
        """
        self._decoder = _decoder(lm=None)
        self._spell = spell

    def run(self, sound: Sound, rate_hz: int, text: str | None) -> Result:
        """See Contender. A word that CMUdict does not have is an EngineError."""
        pcm = _pcm(sound, rate_hz)
        began = time.process_time()
        phones = [phone for _, phones in self._align(pcm, text) for phone in phones]
        cpu_s = time.process_time() - began
        n_samples = len(pcm) // 2
        return Result(_track(phones, n_samples), 0.0, Compute(cpu_s, n_samples / RATE_HZ))

    def words(self, sound: Sound, rate_hz: int, text: str | None) -> tuple[Spoken, ...]:
        """When each word is said, and its phones. Raises EngineError as `run` does."""
        return tuple(
            Spoken(
                Label(word, _seconds(phones[0].start_frame), _seconds(phones[-1].end_frame)),
                tuple(map(_label, phones)),
            )
            for word, phones in self._align(_pcm(sound, rate_hz), text)
            if phones and not word.startswith(("<", "["))  # silences have names, too
        )

    def phones(self, sound: Sound, rate_hz: int, text: str) -> tuple[Label, ...]:
        """When each phone is said, silences included. Raises EngineError as `run` does."""
        aligned = self._align(_pcm(sound, rate_hz), text)
        return tuple(_label(phone) for _, phones in aligned for phone in phones)

    def close(self) -> None:
        """See Contender."""

    def _align(self, pcm: bytes, text: str | None) -> list[tuple[str, list[Phone]]]:
        """Words first, then the phones in them: PocketSphinx aligns in two passes."""
        words = plain_words(text or "")
        missing = [word for word in dict.fromkeys(words) if not self._knows(word)]
        if not words or missing:
            raise EngineError(
                f"CMUdict has no {', '.join(missing)}" if missing else "there are no words to align"
            )
        self._decoder.reinit_feat()
        try:
            self._decoder.set_align_text(" ".join(words))
            _decode(self._decoder, pcm)
            self._decoder.set_alignment()
            _decode(self._decoder, pcm)
            return [
                (word.name, [Phone(p.name, p.start, p.start + p.duration) for p in word])
                for word in self._decoder.get_alignment()
            ]
        except (RuntimeError, TypeError, ValueError) as error:  # what it raises if nothing fits
            raise EngineError(f"the words can't be aligned with the sound: {error}") from error

    def _knows(self, word: str) -> bool:
        """Whether it is in the dictionary, to which `spell` may add it."""
        if self._decoder.lookup_word(word) is not None:
            return True
        phones = self._spell(word) if self._spell else ()
        if phones:
            self._decoder.add_word(word, " ".join(phones), True)
        return bool(phones)


def plain_words(text: str) -> list[str]:
    """Words as CMUdict writes them: lower case, apostrophes inside, nothing else."""
    quoted = text.casefold().replace("\u2019", "'")
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", quoted)


# ------------------------------------------------------------------ PocketSphinx


def _pcm(sound: Sound, rate_hz: int) -> bytes:
    """16-bit at PocketSphinx's rate."""
    return pcm_from_float(resampled(sound, rate_hz, RATE_HZ)).astype("<i2").tobytes()


def _model_path() -> Path:
    return Path(cast("str", _package().get_model_path())) / "en-us"


def _package() -> Any:
    try:
        import pocketsphinx  # noqa: PLC0415 # pyright: ignore
    except ImportError as error:
        raise SetupError(
            "PocketSphinx is not installed.", hint="Install it with `pip install 'visavis[bench]'`."
        ) from error
    return cast("Any", pocketsphinx)


def _decoder(**settings: str | float | None) -> Any:
    """A decoder that keeps quiet."""
    make = cast("Callable[..., Any]", _package().Decoder)
    return make(loglevel="FATAL", **settings)


def _decode(decoder: Any, pcm: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(pcm, no_search=False, full_utt=True)
    decoder.end_utt()


def _decoded(decoder: Any, pcm: bytes) -> list[Phone]:
    _decode(decoder, pcm)
    return _phones(decoder)


def _phones(decoder: Any) -> list[Phone]:
    """The best path so far; nothing in the first frames."""
    found = cast("Iterable[Any] | None", decoder.seg())
    return [Phone(one.word, one.start_frame, one.end_frame + 1) for one in found or ()]


def _shape_at(phones: Sequence[Phone], frame: int) -> int:
    """The viseme at a frame of a path that is still being walked: SIL where it has not come."""
    near = [phone for phone in phones if phone.end_frame > frame - _NEAR_FRAMES]
    if not near or near[-1].end_frame <= frame or near[0].start_frame > frame:
        return SIL
    first = near[0].start_frame
    moved = [Phone(p.symbol, p.start_frame - first, p.end_frame - first) for p in near]
    track = _track(moved, (near[-1].end_frame - first + 1) * _FRAME_SAMPLES)
    return int(track.frames(frame - first + 1, frame - first + 2)[0])


def _track(phones: Sequence[Phone], n_samples: int) -> Track:
    """Phones as a mouth, from `_OFFSET_SAMPLES` on."""
    found = mouth_of(list(map(_label, phones)), RATE_HZ, n_samples, PhoneSet.ARPABET).track
    spans = (
        Span(SIL, span.start_sample, span.end_sample, 0.0) if span.viseme == UNSCORED else span
        for span in found.spans
    )
    return Track(tuple(spans), RATE_HZ)


def _label(phone: Phone) -> Label:
    return Label(phone.symbol, _seconds(phone.start_frame), _seconds(phone.end_frame))


def _seconds(frame: int) -> float:
    return (frame * _FRAME_SAMPLES + _OFFSET_SAMPLES) / RATE_HZ
