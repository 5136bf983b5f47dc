"""Our agent with a voice and ears elsewhere: sound in, sound and mouth shapes out."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect

from tests.openai_speech import KEY, RATE_HZ, SpeechService
from tests.openai_speech import serving as beside_service
from tests.serve.gateway_house import CONVAI, INITIATION, WAIT_S, listening
from tests.serve.scripted import Script
from tests.speech import STATEMENT, spoken
from visavis.errors import ConfigError
from visavis.hear.audio import pcm_from_float
from visavis.hear.stt_openai import OpenAITranscriber
from visavis.models import ModelStore
from visavis.serve.allowance import Ahead
from visavis.serve.app import create_app
from visavis.serve.engines import Engines, load_stt, load_voice
from visavis.serve.pool import Pool
from visavis.serve.settings import ServeSettings
from visavis.serve.speech_settings import SpeechSettings, VoiceService, WordsService
from visavis.sounds import resampled

CHUNK_S = 0.1
SPEECH_S = 1.2


def speech() -> bytes:
    """Somebody's words, as the service's PCM: a voice that the ear understands."""
    voiced = spoken()[STATEMENT]
    sound = resampled(voiced.sound, voiced.rate_hz, RATE_HZ)
    return pcm_from_float(sound[: round(SPEECH_S * RATE_HZ)]).tobytes()


async def engines_at(service: SpeechService) -> Engines:
    """Everything is scripted but the voice and the ears; each request is paid for."""
    stt = load_stt(ModelStore(), WordsService(base_url=service.url, key=SecretStr(KEY)))
    voice = VoiceService(base_url=service.url, key=SecretStr(KEY), rate_hz=RATE_HZ)
    assert isinstance(stt, OpenAITranscriber)
    return replace(
        Script(brains=Pool(3, "brains")).engines(),
        stt=stt,
        tts=await load_voice(ModelStore(), voice),
        hearing_ahead=Ahead.WHEN_WANTED,
        voicing_ahead=Ahead.WHEN_WANTED,
        on_close=(stt.close,),
    )


class Caller:
    """A client of ElevenLabs': its microphone is open, and silent unless it is told to speak."""

    def __init__(self, peer: ClientConnection) -> None:
        self._peer = peer
        self._n_loud = 0

    async def microphone(self) -> None:
        loud = np.random.default_rng(1).normal(0.0, 0.2, round(16_000 * CHUNK_S))
        while True:
            level = 1.0 if self._n_loud > 0 else 0.0
            self._n_loud -= 1
            pcm = pcm_from_float((level * loud).astype(np.float32)).astype("<i2").tobytes()
            await self.tell({"user_audio_chunk": base64.b64encode(pcm).decode()})
            await asyncio.sleep(CHUNK_S)

    def speak(self) -> None:
        """For a second."""
        self._n_loud = 10

    async def tell(self, message: dict[str, Any]) -> None:
        await self._peer.send(json.dumps(message))

    async def until(self, kind: str, *, seconds: float = 0.0) -> list[dict[str, Any]]:
        """Frames up to one of this kind, and until so much sound has come."""
        found: list[dict[str, Any]] = []
        n_samples = 0
        while not found or found[-1]["type"] != kind or n_samples < seconds * 16_000:
            found.append(json.loads(await asyncio.wait_for(self._peer.recv(), WAIT_S)))
            if found[-1]["type"] == "audio":
                data = found[-1]["audio_event"]["audio_base_64"]
                n_samples += len(base64.b64decode(data)) // 2
        return found


def test_sound_goes_in_and_sound_and_mouth_shapes_come_out() -> None:
    """And the session outlives a voice that fails."""

    async def visit(service: SpeechService) -> None:
        app = create_app(await engines_at(service), ServeSettings())
        async with listening(app) as address:
            url = f"ws://{address}/v1/convai/conversation?agent_id=local"
            async with connect(url, subprotocols=CONVAI) as peer:
                caller = Caller(peer)
                await caller.tell(INITIATION)
                await caller.until("audio", seconds=0.9 * SPEECH_S)
                talking = asyncio.create_task(caller.microphone())
                try:
                    await asyncio.sleep(SPEECH_S)  # the greeting is heard
                    await asks_and_is_answered(caller)
                    await asks_in_vain(caller, service)
                    await caller.tell({"type": "user_message", "text": "what time is it"})
                    await caller.until("audio", seconds=0.5 * SPEECH_S)
                finally:
                    talking.cancel()
                    await asyncio.gather(talking, return_exceptions=True)

    service = beside_service(visit, SpeechService(speech()))
    said = [asked["input"] for asked in service.asked]
    assert said[:2] == ["Hello!", "It is noon exactly."], "nothing is voiced that is not wanted"
    assert {form["model"] for form in service.forms} == {"gpt-4o-mini-transcribe"}
    assert len(service.heard) == 1, "one question, one request"
    assert np.abs(service.heard[0]).max() > 3_000


async def asks_and_is_answered(caller: Caller) -> None:
    caller.speak()
    frames = await caller.until("audio", seconds=0.9 * SPEECH_S)
    (heard,) = [one for one in frames if one["type"] == "user_transcript"]
    assert heard["user_transcription_event"]["user_transcript"] == "what time is it"
    (said,) = [one for one in frames if one["type"] == "agent_response"]
    assert said["agent_response_event"]["agent_response"].startswith("It is")
    cues = [cue for one in frames if one["type"] == "visavis.visemes" for cue in one["cues"]]
    assert len({cue["viseme"] for cue in cues}) >= 5, "words were said"


async def asks_in_vain(caller: Caller, service: SpeechService) -> None:
    """The key is taken back; what should have been an apology aloud is told as an error."""
    service.status = 401
    await caller.tell({"type": "user_message", "text": "tell me a story"})
    frames = await caller.until("error")
    assert KEY not in json.dumps(frames)
    service.status = 200


# ------------------------------------------------------------------ settings


def read(**environment: str) -> SpeechSettings:
    return SpeechSettings.read({}, environment)


def test_nothing_set_is_the_local_engines() -> None:
    assert read(OPENAI_API_KEY="k", VISAVIS_TTS_VOICE="nova") == SpeechSettings()


def test_a_service_of_ones_own_needs_no_key_and_gets_none_of_openais() -> None:
    settings = read(
        VISAVIS_TTS_BASE_URL="http://localhost:8880/v1/",
        VISAVIS_TTS_MODEL="kokoro",
        VISAVIS_TTS_VOICE="af_bella",
        VISAVIS_TTS_RATE_HZ="22050",
        VISAVIS_STT_BASE_URL="http://127.0.0.1:8000/v1",
        VISAVIS_STT_LANGUAGE="en",
        OPENAI_API_KEY="sk-not-for-them",
    )
    assert settings.voice == VoiceService(
        base_url="http://localhost:8880/v1", model="kokoro", voice="af_bella", rate_hz=22_050
    )
    assert settings.words == WordsService(base_url="http://127.0.0.1:8000/v1", language="en")
    for service in (settings.voice, settings.words):
        assert service is not None
        assert not service.metered


def test_openai_itself_is_paid_for_and_gets_its_key(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-own\n")
    settings = read(
        VISAVIS_TTS_MODEL="tts-1",
        OPENAI_API_KEY="sk-openai",
        VISAVIS_STT_MODEL="whisper-1",
        VISAVIS_STT_API_KEY_FILE=str(tmp_path / "key"),
    )
    assert settings.voice is not None
    assert settings.words is not None
    assert settings.voice.metered
    assert settings.voice.key == SecretStr("sk-openai")
    assert settings.words.key == SecretStr("sk-own")
    assert "sk-" not in repr(settings)


def test_a_flag_wins_over_its_variable() -> None:
    flags = {"VISAVIS_TTS_BASE_URL": "http://localhost:1/v1", "VISAVIS_TTS_VOICE": None}
    environment = {"VISAVIS_TTS_BASE_URL": "http://localhost:2/v1", "VISAVIS_TTS_VOICE": "nova"}
    settings = SpeechSettings.read(flags, environment)
    assert settings.voice is not None
    assert (settings.voice.base_url, settings.voice.voice) == ("http://localhost:1/v1", "nova")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("VISAVIS_TTS_BASE_URL", "localhost:8880", "VISAVIS_TTS_BASE_URL is no address"),
        ("VISAVIS_STT_MODEL", "whisper-1", "OpenAI wants a key"),
        ("VISAVIS_TTS_RATE_HZ", "24k", "VISAVIS_TTS_RATE_HZ must be"),
        ("VISAVIS_TTS_RATE_HZ", "96000", "VISAVIS_TTS_RATE_HZ must be"),
    ],
)
def test_settings_that_make_no_sense(name: str, value: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read(**{name: value})
