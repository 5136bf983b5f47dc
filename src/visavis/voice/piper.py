"""Piper behind the TTS port: a worker process, restarted when it dies."""

from __future__ import annotations

import asyncio
import itertools
import json
import struct
import sys
from collections.abc import AsyncGenerator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from visavis.errors import EngineError
from visavis.voice.tts import Part, Voiced, VoiceStyle

_LENGTH = struct.Struct("<I")
_START_TIMEOUT_S = 60.0
_ANSWER_TIMEOUT_S = 6.0
"""A phrase takes about a tenth of a second; behind others' it waits its turn."""

_LEAD_MS = 30.0
"""Piper's durations lie about 30 ms later than a forced aligner's on the same sound."""

_SEMITONES_AN_OCTAVE = 12.0
_ENDED = "The voice process ended unexpectedly."


@dataclass(slots=True)
class _Worker:
    process: asyncio.subprocess.Process
    reader: asyncio.Task[None]
    rate_hz: int


class Piper:
    """One voice, one process; phrases are spoken in the order in which they were asked for.

    Args:
        model: an ONNX voice with its durations as second output.
        config: its description.
        seed: of what varies from one take of a phrase to the next. With one, the same phrases in
            the same order sound the same in every process; without, nothing is said twice alike.

    Raises:
        EngineError: `config` is not a voice's.
    """

    def __init__(self, *, model: Path, config: Path, seed: int | None = None) -> None:
        self._model = model
        self._config = config
        self._seed = seed
        self._worker: _Worker | None = None
        self._starting = asyncio.Lock()
        self._closed = False
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Voiced]] = {}
        self._n_answers = 0
        self._rate_hz = _rate_of(config)

    @property
    def rate_hz(self) -> int:
        """See `TextToSpeech.rate_hz`."""
        return self._rate_hz

    @property
    def lead_ms(self) -> float:
        """See `TextToSpeech.lead_ms`."""
        return _LEAD_MS

    async def start(self) -> None:
        """Start and warm the process, if it is not running.

        Raises:
            EngineError: it did not come up, or the voice is closed.
        """
        async with self._starting:
            if self._closed:
                raise EngineError("The voice is closed.")
            if self._worker is None:
                self._worker = await self._spawn()

    async def speak(self, text: str, style: VoiceStyle) -> AsyncGenerator[Voiced, None]:
        """See `TextToSpeech.speak`."""
        await self.start()
        worker = self._worker
        if worker is None:
            raise EngineError("The voice is not running.")
        request_id = next(self._ids)
        speak = {
            "do": "speak",
            "id": request_id,
            "text": text,
            "length_scale": 1.0 / style.speed,
            "pitch_ratio": 2.0 ** (style.pitch_semitones / _SEMITONES_AN_OCTAVE),
        }
        with ExitStack() as owed:
            owed.callback(self._drop, worker, request_id)  # until we know that it holds no tail
            voiced = await self._ask(worker, request_id, speak)
            if voiced.part is not Part.HEAD:
                owed.pop_all()
                yield voiced
                return
            yield voiced
            tail = await self._ask(worker, request_id, {"do": "go_on", "id": request_id})
            owed.pop_all()
            yield tail

    async def _ask(self, worker: _Worker, request_id: int, request: dict[str, Any]) -> Voiced:
        stdin = worker.process.stdin
        if stdin is None or self._worker is not worker:
            raise EngineError(_ENDED)
        answer: asyncio.Future[Voiced] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answer
        n_answers_before = self._n_answers
        try:
            async with asyncio.timeout(_ANSWER_TIMEOUT_S):
                stdin.write(_framed(request))
                await stdin.drain()
                return await answer
        except TimeoutError as error:
            if self._n_answers == n_answers_before:  # it is stuck, not only busy
                await _replace(worker)
            raise EngineError("The voice took too long.", hint="Try again.") from error
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EngineError(_ENDED) from error
        finally:
            self._waiting.pop(request_id, None)
            if not answer.cancel() and not answer.cancelled():
                answer.exception()  # seen, even if the pipe broke first

    def _drop(self, worker: _Worker, request_id: int) -> None:
        """Tell the process to forget a tail. Awaits nothing: who closes us may be cancelled."""
        stdin = worker.process.stdin
        if self._worker is worker and stdin is not None and not stdin.is_closing():
            stdin.write(_framed({"do": "drop", "id": request_id}))

    async def aclose(self) -> None:
        """See `TextToSpeech.aclose`."""
        async with self._starting:  # a process that is just coming up must not be left behind
            self._closed = True
            worker, self._worker = self._worker, None
        if worker is None:
            return
        if worker.process.returncode is None:
            worker.process.kill()
        await worker.process.wait()
        await worker.reader

    async def _spawn(self) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "visavis.voice.piper_worker",
            str(self._model),
            str(self._config),
            *([] if self._seed is None else [str(self._seed)]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=2**22,
        )
        try:
            async with asyncio.timeout(_START_TIMEOUT_S):
                hello, _ = await _read_response(process)
        except (asyncio.IncompleteReadError, TimeoutError) as error:
            complaint = await _end(process)
            last_line = (complaint.decode(errors="replace").strip().splitlines() or ["no reason"])[
                -1
            ]
            raise EngineError(
                f"The voice did not start: {last_line}", hint="Run `visavis doctor`."
            ) from error
        except BaseException:  # cancelled while it loads: nobody else knows this process
            await _end(process)
            raise
        reader = asyncio.create_task(self._read(process), name="piper-reader")
        return _Worker(process, reader, int(hello["rate_hz"]))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        """Hand each response to whoever waits for it; at the end tell them all."""
        drained = asyncio.create_task(_drain(process), name="piper-stderr")
        try:
            while True:
                header, sound = await _read_response(process)
                self._n_answers += 1
                waiting = self._waiting.get(header["id"])
                if waiting is None or waiting.done():
                    continue  # cancelled meanwhile
                if "error" in header:
                    waiting.set_exception(EngineError("The voice could not say that."))
                else:
                    waiting.set_result(_voiced(header, sound, self._rate_hz))
        except asyncio.IncompleteReadError:
            if self._worker is not None and self._worker.process is process:
                self._worker = None  # the next phrase starts a new one
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(EngineError(_ENDED))
        finally:
            await drained


async def _read_response(
    process: asyncio.subprocess.Process,
) -> tuple[dict[str, Any], np.ndarray[Any, np.dtype[np.float32]]]:
    if process.stdout is None:
        raise EngineError("The voice process has no output.")
    length = _LENGTH.unpack(await process.stdout.readexactly(_LENGTH.size))[0]
    header = json.loads(await process.stdout.readexactly(length))
    data = await process.stdout.readexactly(4 * header["n_samples"])
    return header, np.frombuffer(data, dtype="<f4").astype(np.float32, copy=False)


def _framed(request: dict[str, Any]) -> bytes:
    data = json.dumps(request).encode()
    return _LENGTH.pack(len(data)) + data


def _voiced(
    header: dict[str, Any], sound: np.ndarray[Any, np.dtype[np.float32]], rate_hz: int
) -> Voiced:
    phones = tuple((symbol, n_samples) for symbol, n_samples in header["phones"])
    return Voiced(sound, rate_hz, phones, header["text"], Part(header["part"]))


def _rate_of(config: Path) -> int:
    try:
        voice: dict[str, Any] = json.loads(config.read_text(encoding="utf-8"))
        return int(voice["audio"]["sample_rate"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(
            f"{config.name} does not describe a voice.", hint="Run `visavis models verify`."
        ) from error


async def _end(process: asyncio.subprocess.Process) -> bytes:
    """Kill it, if it still runs; returns what it complained of."""
    if process.returncode is None:
        process.kill()
    _, complaint = await process.communicate()
    return complaint


async def _replace(worker: _Worker) -> None:
    """Kill a process that hangs; its reader sees to it that the next phrase starts another."""
    if worker.process.returncode is None:
        worker.process.kill()
    await worker.process.wait()
    await asyncio.wait({worker.reader})  # its pipes are shut


async def _drain(process: asyncio.subprocess.Process) -> None:
    """Read and drop what the process complains of: a full pipe would stop it."""
    if process.stderr is not None:
        while await process.stderr.read(4_096):
            pass
