"""`visavis character preview`: a page that shows a character while it is being drawn.

The page asks for the status; the server looks at the files' times and builds anew when they have
changed. It listens on this machine only.
"""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from rich.console import Console

from visavis.characters.sources import RECIPE, Source, read_source
from visavis.errors import ConfigError, EngineError, ModelMissingError, PortInUseError, VisavisError
from visavis.events import Cue
from visavis.lips.alignment import Alignment
from visavis.lips.characters import Times
from visavis.lips.lipsync import LipSync
from visavis.models import JOE_CONFIG, JOE_DURATIONS, ModelStore
from visavis.reply.lines import phrases_of
from visavis.sounds import wav_of
from visavis.voice.piper import Piper
from visavis.voice.playout import Playout
from visavis.voice.tts import TextToSpeech, VoiceStyle, spoken_whole

STATIC = Path(__file__).parents[1] / "static"
MAX_TEXT_CHARS = 400
_FILES = {
    "workshop.js": "text/javascript",
    "workshop.css": "text/css",
    "rive.wasm": "application/wasm",
}
_SILENT_RATE_HZ = 16_000
_CHAR_MS = 75.0  # about 13 characters a second, an easy pace
_HOST = "127.0.0.1"


class SayRequest(BaseModel):
    """What the character is to say."""

    text: str = Field(min_length=1, max_length=MAX_TEXT_CHARS)


@dataclass(frozen=True, slots=True)
class Built:
    """The last build: `outcome` is built, failed or none; `riv` is the last good one."""

    version: int
    outcome: str
    riv: bytes
    problems: tuple[str, ...]
    mouth: str
    name: str


class Bench:
    """A character's folder, built again whenever a file in it has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self.built = Built(0, "none", b"", (), "", folder.name)

    def look(self) -> Built:
        """The newest build; reading two small files and building takes some tens of ms."""
        seen = tuple(self._times())
        if seen != self._seen:
            self._seen = seen
            self.built = self._build()
        return self.built

    def _times(self) -> Iterator[tuple[str, int, int]]:
        for path in sorted(self._folder.iterdir()):
            if path.suffix in {".svg", ".yaml"}:
                with suppress(FileNotFoundError):  # editors save by renaming
                    stat = path.stat()
                    yield path.name, stat.st_mtime_ns, stat.st_size

    def _build(self) -> Built:
        before = self.built
        version = before.version + 1
        try:
            source: Source = read_source(self._folder)
            puppet = source.build()
        except ConfigError as error:
            return Built(
                version, "failed", before.riv, (*str(error).split("\n"),), before.mouth, before.name
            )
        told = tuple(problem.told(source.drawing.name) for problem in puppet.warnings)
        return Built(version, "built", puppet.riv, told, puppet.mouth, source.recipe.name)


class Voice:
    """The local voice if its weights are there, otherwise mouths without sound."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self._tts: TextToSpeech | None = None
        self._lock = asyncio.Lock()

    async def say(self, text: str) -> dict[str, Any]:
        """The answer to `say`; raises EngineError if the voice failed."""
        async with self._lock:
            if self._tts is None:
                try:
                    model, config = map(self._store.path, (JOE_DURATIONS, JOE_CONFIG))
                except ModelMissingError:  # `visavis models pull` would bring the sound
                    return _silent(text)
                piper = Piper(model=model, config=config)
                await piper.start()
                self._tts = piper
            return await _spoken(self._tts, text)

    async def aclose(self) -> None:
        """Ends the voice's process."""
        if self._tts is not None:
            await self._tts.aclose()


async def _spoken(tts: TextToSpeech, text: str) -> dict[str, Any]:
    playout = Playout(lead_ms=tts.lead_ms)
    pcm, cues = b"", list[Cue]()
    for words in phrases_of(text):
        phrase = playout.add("llm", await spoken_whole(tts, words, VoiceStyle()))
        pcm += phrase.pcm
        cues += phrase.cues
    wav = wav_of(np.frombuffer(pcm, dtype="<i2"), tts.rate_hz)
    sound = f"data:audio/wav;base64,{base64.b64encode(wav).decode()}"
    return _answer(cues, tts.rate_hz, len(pcm) // 2, sound)


def _silent(text: str) -> dict[str, Any]:
    """Every character takes the same time; the hum stands for a voice, and is not played."""
    starts = tuple(index * _CHAR_MS for index in range(len(text)))
    said = Alignment(tuple(text), starts, (_CHAR_MS,) * len(text), Times.STREAM)
    n_samples = round(len(text) * _CHAR_MS / 1_000 * _SILENT_RATE_HZ)
    hum = 0.2 * np.sin(np.arange(n_samples) * (2 * np.pi * 150 / _SILENT_RATE_HZ))
    lips = LipSync(_SILENT_RATE_HZ)
    cues = [*lips.push(hum.astype(np.float32), characters=said), *lips.finish()]
    return _answer(cues, _SILENT_RATE_HZ, n_samples, None)


def _answer(cues: list[Cue], rate_hz: int, n_samples: int, sound: str | None) -> dict[str, Any]:
    items = [{"at_sample": c.at_sample, "viseme": c.viseme, "weight": c.weight} for c in cues]
    return {"rate_hz": rate_hz, "n_samples": n_samples, "cues": items, "sound": sound}


def create_workshop(folder: Path, store: ModelStore | None = None) -> FastAPI:
    """The application; every path of it is relative, so it works behind any prefix."""
    bench = Bench(folder)
    voice = Voice(store or ModelStore())

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncGenerator[None, None]:
        yield
        await voice.aclose()

    app = FastAPI(title="Visavis workshop", lifespan=life, docs_url=None, redoc_url=None)

    @app.get("/")
    def page() -> FileResponse:  # pyright: ignore[reportUnusedFunction]
        return FileResponse(STATIC / "workshop.html", media_type="text/html")

    @app.get("/status")
    def status() -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        built = bench.look()
        return {
            "version": built.version,
            "name": built.name,
            "outcome": built.outcome,
            "problems": built.problems,
            "mouth": built.mouth,
            "size_bytes": len(built.riv),
        }

    @app.get("/character.riv")
    def character() -> Response:  # pyright: ignore[reportUnusedFunction]
        return Response(bench.built.riv, media_type="application/octet-stream")

    @app.post("/say")
    async def say(request: SayRequest) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        try:
            return await voice.say(request.text)
        except EngineError as error:
            raise HTTPException(503, f"{error} {error.hint}".strip()) from error
        except VisavisError as error:
            raise HTTPException(422, f"{error} {error.hint}".strip()) from error

    @app.get("/{name}")
    def part(name: str) -> FileResponse:  # pyright: ignore[reportUnusedFunction]
        if name not in _FILES or not (STATIC / name).is_file():
            raise HTTPException(404, "There is no such part; was the page built?")
        return FileResponse(STATIC / name, media_type=_FILES[name])

    return app


def serve_workshop(folder: Path, port: int) -> None:
    """Serve until Ctrl-C.

    Raises:
        ConfigError: the page is not built.
        PortInUseError: something else listens there.
    """
    if not (STATIC / "workshop.html").is_file():
        raise ConfigError("The workshop's page was not built.", hint="Run `python hatch_build.py`.")
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((_HOST, port))
        except OSError as error:
            raise PortInUseError(
                f"Port {port} is taken.", hint="Choose another with --port."
            ) from error
        address = f"http://localhost:{listening.getsockname()[1]}"
        console = Console()
        console.print(f"[bold]{folder.name}[/] is at  {address}", highlight=False)
        console.print(f"[dim]It follows each save of {RECIPE} and the SVG. Ctrl-C ends it.[/]")
        config = uvicorn.Config(create_workshop(folder), log_level="warning", access_log=False)
        with suppress(KeyboardInterrupt):  # the way to end it
            uvicorn.Server(config).run(sockets=[listening])
