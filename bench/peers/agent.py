"""A Pipecat voice agent on Visavis's weights: `python agent.py [--persona pip] [--port 0]`.

Run in the environment that `visavis bench peers` makes (bench/peers/README.md). It prints one line
with `http://127.0.0.1:PORT` when its engines are loaded and warm. `/talk/default` and `/talk/tuned`
are conversations (`Setting` says what differs), `/legs` times single engines.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.audio.turn.smart_turn.base_smart_turn import SmartTurnParams
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)
from pipecat.turns.user_stop import TurnAnalyzerUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner
from reporter import PcmSerializer, Reporter, StageObserver
from services import (
    KnowledgeProcessor,
    LlamaCppLLMService,
    MoonshineSTTService,
    PiperTTSService,
)

from visavis.bench.peers.messages import Hello, LegRequest, LegTiming, decode_to_agent
from visavis.hear.audio import RATE_HZ
from visavis.models import ModelStore
from visavis.reply.answer import AskModel, choose
from visavis.reply.persona import load_persona
from visavis.serve.engines import Engines, load_engines
from visavis.serve.settings import LlmSettings

LEG_TOKENS = 30


@dataclass(frozen=True)
class Setting:
    """What the two contenders differ in. Everything else is the same, and Pipecat's default."""

    smart_turn: SmartTurnParams
    trailing_silence_secs: float
    audio_out_10ms_chunks: int


SETTINGS = {
    # Pipecat 1.14's own defaults, spelt out: Silero with stop_secs 0.2, turns ended by Smart Turn
    # v3.2 or after 3 s of silence (docs: learn/speech-input, "Optimal Configuration").
    "default": Setting(SmartTurnParams(), trailing_silence_secs=0.5, audio_out_10ms_chunks=4),
    "tuned": Setting(
        # Docs, turn-detection/smart-turn-overview: `stop_secs` is how long the analyzer waits
        # before it calls a turn complete that it judged incomplete; default 3.0. One second is
        # longer than any pause of the corpus, so it costs no cut-off, and takes 2 s off the tail.
        SmartTurnParams(stop_secs=1.0),
        # SegmentedSTTService's docstring: "Set to 0 to disable". Moonshine here pads by itself, so
        # the half second of zeros is only encoder time.
        trailing_silence_secs=0.0,
        # TransportParams: "Number of 10ms chunks to buffer for output"; default 4.
        audio_out_10ms_chunks=2,
    ),
}
# Left alone in both, on the documentation's advice: VADParams.stop_secs 0.2 ("leave it alone. To
# change wait time, use the stop strategy", turn-management/user-turn-strategies), Silero's
# thresholds ("generally work well with defaults", learn/speech-input), interruptions (on).
# Not used: TextAggregationMode.TOKEN (Piper takes no token stream, each would be voiced alone);
# SpeechTimeoutUserTurnStopStrategy (its 0.6 s is slower than Smart Turn; without it every pause is
# an end); EagerUserTurnStrategies (needs a speech-to-text service that predicts the end of turn;
# Pipecat has only cloud services that do).


async def talk(socket: WebSocket, engines: Engines, setting: Setting) -> None:
    """One conversation: one pipeline, from connect to disconnect."""
    await socket.accept()
    transport = FastAPIWebsocketTransport(
        socket,
        FastAPIWebsocketParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            audio_out_10ms_chunks=setting.audio_out_10ms_chunks,
            serializer=PcmSerializer(),
        ),
    )
    reporter = Reporter(socket)
    worker = _worker(transport, engines, setting, reporter)

    @transport.event_handler("on_client_disconnected")
    async def on_client_disconnected(_transport: object, _socket: object) -> None:
        await worker.cancel()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    reporting = asyncio.create_task(reporter.run())
    reporter.tell(Hello(rate_hz=engines.tts.rate_hz))
    try:
        await runner.run()
    finally:
        reporting.cancel()
        await asyncio.gather(reporting, return_exceptions=True)


def _worker(
    transport: FastAPIWebsocketTransport, engines: Engines, setting: Setting, reporter: Reporter
) -> PipelineWorker:
    aggregators = LLMContextAggregatorPair(
        LLMContext([]),
        user_params=LLMUserAggregatorParams(
            vad_analyzer=SileroVADAnalyzer(),
            user_turn_strategies=UserTurnStrategies(
                stop=[
                    TurnAnalyzerUserTurnStopStrategy(
                        turn_analyzer=LocalSmartTurnAnalyzerV3(params=setting.smart_turn)
                    )
                ]
            ),
        ),
    )
    tts = PiperTTSService(engines)

    @tts.event_handler("on_tts_request")
    async def on_tts_request(_tts: object, _context_id: str, text: str) -> None:
        reporter.phrase(text)

    return PipelineWorker(
        Pipeline(
            [
                transport.input(),
                MoonshineSTTService(engines, trailing_silence_secs=setting.trailing_silence_secs),
                aggregators.user(),
                KnowledgeProcessor(engines, reporter.answering),
                LlamaCppLLMService(engines),
                tts,
                transport.output(),
                aggregators.assistant(),
            ]
        ),
        params=PipelineParams(
            audio_in_sample_rate=RATE_HZ,
            audio_out_sample_rate=engines.tts.rate_hz,  # the voice's own: nothing is resampled
            enable_metrics=True,
        ),
        observers=[StageObserver(reporter)],
        enable_rtvi=False,  # this client does not speak it
    )


async def legs(socket: WebSocket, engines: Engines) -> None:
    """Time single engines through their Pipecat services, one request after the other."""
    await socket.accept()
    stt = MoonshineSTTService(engines, trailing_silence_secs=0.0)
    stt._user_id = ""
    llm, tts = LlamaCppLLMService(engines), PiperTTSService(engines)
    async for text in socket.iter_text():
        request = decode_to_agent(text)
        if not isinstance(request, LegRequest):
            continue
        match request.leg:
            case "stt":
                timing = await _time_stt(stt, await socket.receive_bytes())
            case "llm":
                timing = await _time_llm(llm, engines, request.text)
            case "tts":
                timing = await _time_tts(tts, request.text)
        await socket.send_text(timing.model_dump_json())


async def _time_stt(service: MoonshineSTTService, sound: bytes) -> LegTiming:
    started_s = time.perf_counter()
    async for _ in service.run_stt(sound):
        pass
    return _timing(started_s, None)


async def _time_llm(service: LlamaCppLLMService, engines: Engines, question: str) -> LegTiming:
    move = choose(engines.persona, engines.knowledge.look_up(question), ())
    if not isinstance(move, AskModel):
        raise ValueError(f"not a question for the model: {question}")
    started_s = time.perf_counter()
    first_s: float | None = None
    async for _ in service.complete(list(move.messages), LEG_TOKENS):
        first_s = first_s or time.perf_counter()
    return _timing(started_s, first_s)


async def _time_tts(service: PiperTTSService, text: str) -> LegTiming:
    started_s = time.perf_counter()
    async for _ in service._speak(text):
        pass
    return _timing(started_s, None)


def _timing(started_s: float, first_s: float | None) -> LegTiming:
    ended_s = time.perf_counter()
    return LegTiming(
        first_ms=((first_s or ended_s) - started_s) * 1_000.0,
        all_ms=(ended_s - started_s) * 1_000.0,
    )


def make_app(persona: str, opened: Callable[[], None]) -> FastAPI:
    """The server; calls `opened` when the engines are warm."""
    loaded: list[Engines] = []

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        engines = await load_engines(
            load_persona(persona),
            ModelStore(),
            LlmSettings(),
            lambda step: print(step, file=sys.stderr),
        )
        # Pipecat has its own detectors; ours are loaded too, and idle.
        loaded.append(engines)
        opened()
        yield
        await engines.aclose()

    app = FastAPI(lifespan=lifespan)

    @app.websocket("/talk/{name}")
    async def on_talk(socket: WebSocket, name: str) -> None:
        if name not in SETTINGS:
            await socket.close(reason=f"settings are {', '.join(SETTINGS)}")
            return
        await talk(socket, loaded[0], SETTINGS[name])

    @app.websocket("/legs")
    async def on_legs(socket: WebSocket) -> None:
        await legs(socket, loaded[0])

    return app


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A Pipecat agent on Visavis's weights.")
    parser.add_argument("--persona", default="pip")
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    logger.remove()
    logger.add(sys.stderr, level="WARNING")  # debug lines for every frame would cost latency
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", arguments.port))
        port = listening.getsockname()[1]
        ready = f"listening on http://127.0.0.1:{port}"
        app = make_app(arguments.persona, lambda: print(ready, file=sys.stderr, flush=True))
        config = uvicorn.Config(app, log_level="warning", ws_max_size=2**24)
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
