"""What the harness hears of the pipeline beside its sound: stage times, words, interruptions."""

from __future__ import annotations

import asyncio
import time

from fastapi import WebSocket
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    InterruptionWorkerFrame,
    LLMTextFrame,
    MetricsFrame,
    OutputAudioRawFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    UserStoppedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import TurnMetricsData
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.serializers.base_serializer import FrameSerializer
from pipecat.services.llm_service import LLMService
from pydantic import BaseModel

from visavis.bench.peers.messages import (
    Answering,
    AnswerSource,
    Clear,
    Heard,
    Mark,
    MarkName,
    Phrase,
    Stop,
    decode_to_agent,
)
from visavis.hear.audio import RATE_HZ


class PcmSerializer(FrameSerializer):
    """Plain PCM in both directions; an interruption becomes `clear`, `stop` an interruption.

    Telephony serializers of Pipecat do the same with their providers' "clear" event.
    """

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """Sound as bytes, an interruption as JSON."""
        if isinstance(frame, InterruptionFrame):
            return Clear().model_dump_json()
        return frame.audio if isinstance(frame, OutputAudioRawFrame) else None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """Bytes as sound, `stop` as a request to interrupt."""
        if isinstance(data, bytes):
            return InputAudioRawFrame(audio=data, sample_rate=RATE_HZ, num_channels=1)
        return InterruptionWorkerFrame() if isinstance(decode_to_agent(data), Stop) else None


class Reporter:
    """Sends messages in order, without ever making the pipeline wait."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._waiting: asyncio.Queue[str] = asyncio.Queue()

    def tell(self, message: BaseModel) -> None:
        """Queue one message."""
        self._waiting.put_nowait(message.model_dump_json())

    def mark(self, stage: MarkName, p_end: float | None = None) -> None:
        """Queue a stage's time: now."""
        self.tell(Mark(stage=stage, at_ms=time.monotonic() * 1_000.0, p_end=p_end))

    def answering(self, source: AnswerSource) -> None:
        """The look-up is done."""
        self.mark("look_up")
        self.tell(Answering(source=source))

    def phrase(self, text: str) -> None:
        """A sentence goes to the voice."""
        self.mark("first_phrase")
        self.tell(Phrase(text=text))

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._socket.send_text(await self._waiting.get())


class StageObserver(BaseObserver):
    """Watches frames from outside the pipeline, as Pipecat's own latency observers do."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__(observe_every_push=False)
        self._reporter = reporter
        self._seen: set[int] = set()
        self._waiting_for: set[MarkName] = set()

    async def on_push_frame(self, data: FramePushed) -> None:
        """Report the first of each kind in each turn."""
        match data.frame:
            case VADUserStoppedSpeakingFrame() as frame:
                if self._is_new(frame):
                    self._reporter.mark("soft_end")
            case TranscriptionFrame(text=text):
                self._reporter.mark("stt")
                self._reporter.tell(Heard(text=text))
            case MetricsFrame(data=metrics):
                for metric in metrics:
                    if isinstance(metric, TurnMetricsData):
                        self._reporter.mark("turn", metric.probability)
            case UserStoppedSpeakingFrame() as frame:
                if self._is_new(frame):
                    self._waiting_for = {"first_token", "first_audio", "reveal"}
                    self._reporter.mark("commit")
            case LLMTextFrame() if isinstance(data.source, LLMService):  # a fact has no tokens
                self._once("first_token")
            case TTSAudioRawFrame():
                self._once("first_audio")
            case BotStartedSpeakingFrame():
                self._once("reveal")
            case _:
                pass

    def _once(self, stage: MarkName) -> None:
        if stage in self._waiting_for:
            self._waiting_for.discard(stage)
            self._reporter.mark(stage)

    def _is_new(self, frame: Frame) -> bool:
        """Broadcast frames are two siblings, one each way: report the first."""
        sibling = frame.broadcast_sibling_id
        if sibling is not None and sibling in self._seen:
            return False
        self._seen.add(frame.id)
        return True
