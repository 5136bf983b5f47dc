"""The provider's Python client, unmodified: against our agent, and through the gateway."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection

from tests.serve import scripted_elevenlabs as script
from tests.serve.gateway_house import PCM, desk_here, listening
from tests.serve.scripted import Script
from tests.wire.test_relay import WEIGHTS
from visavis.serve.app import create_app, create_gateway_app
from visavis.serve.gateway_settings import GatewaySettings
from visavis.serve.settings import ServeSettings

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.filterwarnings("ignore:websockets.*is deprecated:DeprecationWarning"),
]


def audio_interface() -> Any:
    """A microphone that a test speaks into, and a loudspeaker that it listens to."""
    from elevenlabs.conversational_ai.conversation import AudioInterface

    class Interface(AudioInterface):
        def __init__(self) -> None:
            self.heard = bytearray()
            self.interruptions = 0
            self.speak: Callable[[bytes], None] | None = None

        def start(self, input_callback: Callable[[bytes], None]) -> None:
            self.speak = input_callback

        def stop(self) -> None:
            self.speak = None

        def output(self, audio: bytes) -> None:
            self.heard += audio

        def interrupt(self) -> None:
            self.interruptions += 1

    return Interface()


class Caller:
    """One conversation of the client's, in its own thread; `until` waits for something said."""

    def __init__(self, address: str, agent_id: str, **how: Any) -> None:
        from elevenlabs import ElevenLabs
        from elevenlabs.conversational_ai.conversation import Conversation

        self.said: list[tuple[str, str]] = []
        self.audio = audio_interface()
        self._news = threading.Event()
        self._http = httpx.Client()
        self.conversation = Conversation(
            ElevenLabs(api_key="anything", base_url=f"http://{address}", httpx_client=self._http),
            agent_id,
            audio_interface=self.audio,
            callback_agent_response=lambda text: self._note("agent", text),
            callback_user_transcript=lambda text: self._note("user", text),
            callback_agent_response_correction=lambda _, text: self._note("correction", text),
            **how,
        )

    def _note(self, who: str, text: str) -> None:
        self.said.append((who, text))
        self._news.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not holds():
                await asyncio.to_thread(self._news.wait, 0.05)
                self._news.clear()

    async def leave(self) -> str | None:
        self.conversation.end_session()
        self._http.close()
        return await asyncio.to_thread(self.conversation.wait_for_session_end)


def speech(ms: int, level: float = 0.5) -> bytes:
    return np.full(16 * ms, int(level * 32_767), dtype="<i2").tobytes()


@pytest.mark.parametrize("requires_auth", [True, False])
def test_the_local_agent_needs_no_key(requires_auth: bool) -> None:
    """Spoken to and typed to; it answers by voice, is interrupted, and remembers what was heard."""

    async def main() -> None:
        app = create_app(Script().engines(), ServeSettings())
        async with listening(app) as address:
            caller = Caller(address, "local", requires_auth=requires_auth)
            await asyncio.to_thread(caller.conversation.start_session)
            await caller.until(lambda: ("agent", "Hello!") in caller.said)
            await caller.until(lambda: len(caller.audio.heard) == 16_000)
            for _ in range(20):
                caller.audio.speak(speech(40))
                await asyncio.sleep(0.04)
            for _ in range(40):
                caller.audio.speak(speech(40, 0.0))
                await asyncio.sleep(0.04)
            await caller.until(lambda: ("agent", "It is noon exactly.") in caller.said)
            assert ("user", "what time is it") in caller.said
            await caller.until(lambda: len(caller.audio.heard) >= 32_000)
            before = len(caller.audio.heard)
            await asyncio.to_thread(caller.conversation.send_user_message, "what time is it")
            await caller.until(lambda: len(caller.audio.heard) > before)
            conversation_id = await caller.leave()
            assert conversation_id is not None
            assert conversation_id.startswith("visavis_")

    asyncio.run(main())


def test_dynamic_variables_reach_the_persona() -> None:
    from elevenlabs.conversational_ai.conversation import ConversationInitiationData

    async def main() -> None:
        scripted = Script()
        scripted.persona = scripted.persona.model_copy(update={"greeting": "Hello, {{name}}!"})
        async with listening(create_app(scripted.engines(), ServeSettings())) as address:
            config = ConversationInitiationData(dynamic_variables={"name": "Ada"})
            caller = Caller(address, "local", requires_auth=True, config=config)
            await asyncio.to_thread(caller.conversation.start_session)
            await caller.until(lambda: ("agent", "Hello, Ada!") in caller.said)
            await caller.leave()

    asyncio.run(main())


def test_through_the_gateway_it_notices_nothing() -> None:
    said: list[Any] = []

    async def agent(socket: ServerConnection) -> None:
        assert json.loads(await socket.recv())["type"] == "conversation_initiation_client_data"
        await socket.send(json.dumps(script.metadata()))
        await socket.send(json.dumps(script.user_transcript("hello", 1)))
        await socket.send(json.dumps(script.agent_response("hi", 2)))
        await socket.send(json.dumps(script.audio(PCM, 3)))
        await socket.send(json.dumps(script.interruption(4)))
        await socket.send(json.dumps(script.audio(PCM, 4)))
        await socket.send(json.dumps(script.audio(PCM[:100], 5)))
        await socket.send(json.dumps(script.ping(6)))
        said.append(json.loads(await socket.recv()))
        await script.until_closed(socket)

    async def main() -> None:
        async with script.provider(agent) as behind:
            own = GatewaySettings(elevenlabs_url=behind.url, elevenlabs_key=SecretStr(script.KEY))
            own = own.model_copy(update={"api_tokens": (SecretStr("anything"),)})
            app = create_gateway_app(ServeSettings(), own, desk=desk_here(lambda: WEIGHTS))
            async with listening(app) as address:
                caller = Caller(address, "agent_1", requires_auth=True)
                await asyncio.to_thread(caller.conversation.start_session)
                await caller.until(lambda: bool(said))
                assert caller.said == [("user", "hello"), ("agent", "hi")]
                assert caller.audio.heard == PCM + PCM[:100], "what was stale it dropped itself"
                assert caller.audio.interruptions == 1
                assert said == [{"type": "pong", "event_id": 6}]
                assert await caller.leave() == "conv_1"

    asyncio.run(main())
