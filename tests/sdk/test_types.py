"""Every frame that our script and our agent send has the type that the provider publishes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.sdk.bundles import type_errors
from tests.serve.scripted_elevenlabs import FRAMES
from tests.wire.test_agent import ARMED, COMMIT, END, ONE, OUT_HZ, PCM, TWO
from visavis.wire import messages as wire
from visavis.wire.agent import AgentVoice
from visavis.wire.elevenlabs import DIALECT

pytestmark = [pytest.mark.sdk]

TYPES = {
    "conversation_initiation_metadata": "ConversationMetadata",
    "audio": "Audio",
    "ping": "Ping",
    "interruption": "Interruption",
    "user_transcript": "UserTranscript",
    "tentative_user_transcript": "TentativeUserTranscript",
    "agent_response": "AgentResponse",
    "agent_response_correction": "AgentResponseCorrection",
    "agent_chat_response_part": "AgentChatResponsePart",
    "error": "ErrorMessage",
}


def source_of(frames: list[tuple[str, str]]) -> str:
    """A file with each frame as a value of its type; fields that the type has not are errors."""
    lines = ['import type * as Published from "@elevenlabs/types";']
    for number, (kind, frame) in enumerate(frames):
        lines.append(f"export const frame{number}: Published.{kind} = {frame};")
    return "\n".join(lines) + "\n"


def our_frames() -> list[str]:
    """All that the local agent can say, and all errors of the gateway."""
    voice = AgentVoice(OUT_HZ, "spoken")
    frames = [voice.metadata("visavis_1"), voice.ping(3)[0], voice.ping(None)[0]]
    for message in (ARMED, ONE, COMMIT, TWO, END):
        frames += voice.take(message)
    frames += [*voice.sound(PCM, 0), *voice.interrupted(), voice.transcript("hello")]
    tentative = wire.Transcript(turn_id=1, revision=1, text="hel", status="tentative")
    frames += voice.take(tentative)
    frames += voice.heard(wire.Playhead(reply_id=1, sample=9_000, status="stopped"))
    for code in (*DIALECT.error_names, "never heard of"):
        frames.append(DIALECT.error_frame(code, "Oh.") or "")
    return [frame for frame in frames if "visavis." not in frame]


def test_the_script_and_the_agent_speak_the_published_protocol(tmp_path: Path) -> None:
    frames = [(kind, json.dumps(frame)) for kind, frame in FRAMES.items()]
    frames += [(TYPES[json.loads(frame)["type"]], frame) for frame in our_frames()]
    assert {kind for kind, _ in frames} == set(TYPES.values()), "each type is there"
    assert type_errors(source_of(frames), tmp_path) == ""


def test_the_compiler_would_notice(tmp_path: Path) -> None:
    wrong = json.dumps(FRAMES["Audio"]).replace("audio_base_64", "audio_base64")
    assert "audio_base" in type_errors(source_of([("Audio", wrong)]), tmp_path)


def test_sound_is_sixteen_bits() -> None:
    assert PCM.dtype == np.int16
