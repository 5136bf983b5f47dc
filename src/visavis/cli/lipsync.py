"""`visavis lipsync`: a sound file, or a stream of PCM, to mouth shapes for programs and eyes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from enum import Enum
from io import BufferedReader
from pathlib import Path
from typing import Annotated, TextIO, cast

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from visavis.ear_weights import ear_weights, reading_weights
from visavis.errors import ConfigError, ProtocolError
from visavis.events import Cue
from visavis.lips.alignment import Alignment, read_alignments
from visavis.lips.formats import LipTrack, TrackFormat, written
from visavis.lips.heard import Hears
from visavis.lips.lipsync import LipSync
from visavis.lips.names import Naming, named
from visavis.models.lexicon import best_lexicon
from visavis.preview import preview_page
from visavis.sounds import MAX_RATE_HZ, MIN_RATE_HZ, Sound, read_sound

STREAM = Path("-")
_BLOCK_S = 0.25
_READ_AFTERWARDS_S = 1_200.0
"""Of longer ones the text is followed as the sound comes: a minute read afterwards takes 2 MB."""
_PIPE_BYTES = 4_096


class Output(Enum):
    """How the result is written."""

    JSON = "json"
    TSV = "tsv"
    RHUBARB_JSON = "rhubarb-json"
    RHUBARB_TSV = "rhubarb-tsv"
    HTML = "html"
    LINES = "lines"


_BY_SUFFIX = {".json": Output.JSON, ".tsv": Output.TSV, ".html": Output.HTML}


def lipsync(  # noqa: PLR0913, PLR0917 - one parameter for each option
    sound: Annotated[Path, typer.Argument(help="A sound file; or - for raw 16-bit mono PCM.")],
    text: Annotated[
        str | None, typer.Option(help="What is said: better mouths than sound alone.")
    ] = None,
    text_file: Annotated[
        Path | None, typer.Option(help="The same from a file.", exists=True, dir_okay=False)
    ] = None,
    alignment: Annotated[
        Path | None,
        typer.Option(help="ElevenLabs' character times, JSON.", exists=True, dir_okay=False),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to; otherwise standard output.")
    ] = None,
    form: Annotated[
        Output | None,
        typer.Option("--format", "-f", help="html is a page in which the character says it."),
    ] = None,
    names: Annotated[Naming, typer.Option(help="Whose names the shapes get.")] = Naming.OCULUS,
    rate_hz: Annotated[
        int, typer.Option(min=MIN_RATE_HZ, max=MAX_RATE_HZ, help="Of raw PCM.")
    ] = 16_000,
    character: Annotated[str, typer.Option(help="Who says it, in html.")] = "pip",
) -> None:
    """Find the mouth shapes of a recording, or of a stream as it comes."""
    told = _told(text, text_file, alignment)
    chosen = form or _usual(sound, output)
    if chosen is Output.LINES:
        _stream(sound, rate_hz, told, names, output)
        return
    heard, heard_hz = _whole(sound, rate_hz)
    track = _tracked(heard, heard_hz, told, "" if sound == STREAM else sound.name)
    if chosen is Output.HTML:
        _write(preview_page(track, heard, character), output)
    else:
        _write(written(track, TrackFormat(chosen.value), names), output)


# ------------------------------------------------------------------ what is known of the words


Told = str | tuple[Alignment, ...]
"""Words without times ("": none), or characters with them."""


def _told(text: str | None, text_file: Path | None, alignment: Path | None) -> Told:
    if sum(one is not None for one in (text, text_file, alignment)) > 1:
        raise ConfigError(
            "Words can be told in one way only.",
            hint="Give one of --text, --text-file and --alignment.",
        )
    if alignment is not None:
        found = read_alignments(_read_text(alignment))
        if not found:
            raise ProtocolError(f"{alignment.name} has no alignment in it.")
        return found
    return _read_text(text_file) if text_file is not None else text or ""


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.name} is not UTF-8 text.") from error


def _made_from(told: Told) -> str:
    if not told:
        return "sound"
    return "text and sound" if isinstance(told, str) else "characters and sound"


def _lips(rate_hz: int, told: Told, follows: Hears = Hears.WORDS_TOO) -> tuple[LipSync, list[Cue]]:
    """The lips, told what is known, and what they say to that."""
    load = reading_weights if follows is Hears.WORDS_AFTERWARDS else ear_weights
    ear = load() if isinstance(told, str) else None
    lips = LipSync(rate_hz, lexicon=best_lexicon() if told else None, ear=ear, follows=follows)
    if isinstance(told, str):
        return lips, list(lips.push(text=told))
    return lips, [cue for said in told for cue in lips.push(characters=said)]


# ------------------------------------------------------------------ a whole recording


def _usual(sound: Path, output: Path | None) -> Output:
    """Without --format: as the output is called; a stream comes out as it goes in."""
    if output is not None:
        return _BY_SUFFIX.get(output.suffix.lower(), Output.JSON)
    return Output.LINES if sound == STREAM else Output.JSON


def _whole(path: Path, rate_hz: int) -> tuple[Sound, int]:
    if path != STREAM:
        return read_sound(path)
    parts = list(_pieces(cast(BufferedReader, sys.stdin.buffer)))
    if not parts:
        raise ConfigError("There was no sound on standard input.")
    return np.concatenate(parts), rate_hz


def _tracked(sound: Sound, rate_hz: int, told: Told, name: str) -> LipTrack:
    is_short = len(sound) <= _READ_AFTERWARDS_S * rate_hz
    lips, cues = _lips(rate_hz, told, Hears.WORDS_AFTERWARDS if is_short else Hears.WORDS_TOO)
    step = max(1, round(_BLOCK_S * rate_hz))
    with _progress(name or "the stream", len(sound) / rate_hz) as bar:
        for at in range(0, len(sound), step):
            cues += lips.push(sound[at : at + step])
            bar.advance(bar.task_ids[0], len(sound[at : at + step]) / rate_hz)
        cues += lips.finish()
    return LipTrack(tuple(cues), len(sound), rate_hz, _made_from(told), name)


@contextmanager
def _progress(name: str, seconds: float) -> Generator[Progress]:
    """Seconds of sound; on standard error, and gone when it is done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f} s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        bar.add_task(escape(name), total=seconds)
        yield bar


def _write(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{output} can't be written: {error.strerror or error}") from error
    Console(stderr=True).print(f"Wrote {escape(str(output))}", highlight=False)


# ------------------------------------------------------------------ a stream


def _stream(path: Path, rate_hz: int, told: Told, names: Naming, output: Path | None) -> None:
    """A line of JSON for each cue as soon as it is certain. Ctrl-C ends it, and nothing is lost."""
    pieces: Iterator[Sound] = _pieces(cast(BufferedReader, sys.stdin.buffer))
    if path != STREAM:
        sound, rate_hz = read_sound(path)
        step = max(1, round(_BLOCK_S * rate_hz))
        pieces = (sound[at : at + step] for at in range(0, len(sound), step))
    lips, cues = _lips(rate_hz, told)
    with _opened(output) as to:
        try:
            _say(to, cues, rate_hz, names)
            for piece in pieces:
                _say(to, lips.push(piece), rate_hz, names)
        except KeyboardInterrupt:
            Console(stderr=True).print("Stopped; what was heard until now is told to its end.")
        _say(to, lips.finish(), rate_hz, names)


@contextmanager
def _opened(output: Path | None) -> Generator[TextIO]:
    """The file, or standard output. Whoever reads along may leave (`| head`)."""
    try:
        with nullcontext(sys.stdout) if output is None else output.open("w") as to:
            yield to
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - Python flushes it when it exits
    except OSError as error:
        raise ConfigError(f"{output} can't be written: {error.strerror or error}") from error


def _say(to: TextIO, cues: Iterable[Cue], rate_hz: int, names: Naming) -> None:
    for cue in cues:
        shape = named(cue.viseme, cue.weight, names)
        line = {
            "start_s": round(cue.at_sample / rate_hz, 6),
            "at_sample": cue.at_sample,
            "viseme": cue.viseme,
            "name": shape.name,
            "weight": shape.weight,
        }
        to.write(json.dumps(line) + "\n")
    to.flush()


def _pieces(pipe: BufferedReader) -> Iterator[Sound]:
    """16-bit little-endian samples as they come; an odd last byte is dropped."""
    rest = b""
    while data := pipe.read1(_PIPE_BYTES):
        data = rest + data
        whole = len(data) // 2 * 2
        rest = data[whole:]
        yield np.frombuffer(data[:whole], dtype="<i2").astype(np.float32) / 32_768.0
