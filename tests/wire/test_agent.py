"""Our messages as ElevenLabs' frames: order, ids, and mouth shapes at their sound's places."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.errors import ClientError, TooLargeError
from visavis.wire import messages as wire
from visavis.wire.agent import (
    MAX_FRAME_CHARS,
    AgentVoice,
    Initiation,
    Pong,
    UserSound,
    UserText,
    read_client,
)

OUT_HZ = 8_000
PCM = np.zeros(160, dtype=np.int16)


def phrase(index: int, cues: list[tuple[int, int]], text: str) -> wire.ReplyPhrase:
    start = min(at for at, _ in cues)
    words = text.split()
    step = 16_000 // max(1, len(words))
    return wire.ReplyPhrase(
        reply_id=1,
        index=index,
        text=text,
        source="fact",
        start_sample=start,
        n_samples=16_000,
        cues=[wire.CueItem(at_sample=at, viseme=shape, weight=0.5) for at, shape in cues],
        words=[
            wire.WordItem(
                text=word, start_sample=start + i * step, end_sample=start + (i + 1) * step
            )
            for i, word in enumerate(words)
        ],
    )


ARMED = wire.ReplyArmed(reply_id=1, turn_id=1, revision=1, rate_hz=16_000)
COMMIT = wire.ReplyCommit(reply_id=1, turn_id=1)
END = wire.ReplyEnd(reply_id=1, n_samples=32_000)
ONE = phrase(0, [(0, 1), (4_000, 2), (8_000, 3)], "one two")
TWO = phrase(1, [(16_000, 4), (24_000, 0)], "three four")


def loads(frames: list[str]) -> list[dict[str, Any]]:
    return [json.loads(frame) for frame in frames]


def kinds(frames: list[str]) -> list[str]:
    return [frame["type"] for frame in loads(frames)]


def revealed() -> AgentVoice:
    voice = AgentVoice(OUT_HZ, "spoken")
    for message in (ARMED, ONE, COMMIT):
        voice.take(message)
    return voice


def test_nothing_is_told_of_a_reply_that_is_held() -> None:
    voice = AgentVoice(OUT_HZ, "spoken")
    for message in (ARMED, ONE, END, wire.ReplyDiscard(reply_id=1), COMMIT):
        assert voice.take(message) == []


def test_text_and_sound_of_a_reply() -> None:
    voice = AgentVoice(OUT_HZ, "spoken")
    assert voice.take(ARMED) + voice.take(ONE) == []
    told = voice.take(COMMIT) + voice.take(TWO) + voice.take(END)
    parts = [m["text_response_part"] for m in loads(told) if "text_response_part" in m]
    assert [(part["type"], part["text"]) for part in parts] == [
        ("start", ""),
        ("delta", "one two"),
        ("delta", "three four"),
        ("stop", ""),
    ]
    assert loads(told)[-1]["agent_response_event"]["agent_response"] == "one two three four"
    first = loads(voice.sound(PCM, 0))
    assert [one["type"] for one in first] == ["visavis.visemes", "audio"]
    assert [cue["at_sample"] for cue in first[0]["cues"]] == [0, 2_000, 4_000, 8_000, 12_000]
    assert first[0]["first_event_id"] == first[1]["audio_event"]["event_id"]
    assert base64.b64decode(first[1]["audio_event"]["audio_base_64"]) == PCM.tobytes()
    assert kinds(voice.sound(PCM, 160)) == ["audio"], "shapes are told once"


def test_ids_only_grow_and_an_interruption_has_the_last() -> None:
    voice = revealed()
    frames = loads(voice.sound(PCM, 0) + voice.sound(PCM, 160) + voice.interrupted())
    ids = [one["audio_event"]["event_id"] for one in frames if one["type"] == "audio"]
    gone = next(one for one in frames if one["type"] == "interruption")
    assert ids[0] < ids[1] < gone["interruption_event"]["event_id"]
    assert frames[-1]["type"] == "visavis.stop"
    voice.heard(wire.Playhead(reply_id=1, sample=0, status="stopped"))
    (after,) = loads(voice.sound(PCM, None))
    assert after["audio_event"]["event_id"] > gone["interruption_event"]["event_id"]


def test_an_interrupted_reply_is_corrected_to_what_was_heard() -> None:
    voice = revealed()
    voice.take(TWO)
    voice.take(END)
    (frame,) = loads(voice.heard(wire.Playhead(reply_id=1, sample=9_000, status="stopped")))
    event = frame["agent_response_correction_event"]
    assert event["original_agent_response"] == "one two three four"
    assert event["corrected_agent_response"] == "one two"


def test_a_reply_that_was_stopped_before_it_was_complete() -> None:
    voice = revealed()
    frames = loads(voice.heard(wire.Playhead(reply_id=1, sample=100, status="stopped")))
    assert frames[0]["agent_response_event"]["agent_response"] == "one"


def test_a_cough_shuts_the_mouth_and_then_it_goes_on_from_there() -> None:
    voice = revealed()
    first = loads(voice.sound(PCM, 0))[0]
    for at in range(160, 3_200, 160):
        voice.sound(PCM, at)
    (stop,) = loads(voice.take(wire.ReplyDuck(reply_id=1)))
    assert stop == {"type": "visavis.stop", "version": 1, "speech_id": first["speech_id"]}
    assert kinds(voice.sound(PCM, None)) == ["audio"], "what fades has no shapes"
    assert voice.take(wire.ReplyResume(reply_id=1)) == []
    again = loads(voice.sound(PCM, 3_200))[0]
    assert again["speech_id"] == first["speech_id"] + 1
    assert again["first_sample"] == 3_200 + 160, "the fading frame was sent, too"
    assert [(cue["at_sample"], cue["viseme"]) for cue in again["cues"]] == [(0, 2), (800, 3)]


def test_who_only_reads_gets_no_sound() -> None:
    voice = AgentVoice(OUT_HZ, "written")
    told = voice.take(ARMED) + voice.take(ONE) + voice.take(COMMIT) + voice.take(END)
    assert kinds(told)[-1] == "agent_response"
    assert voice.sound(PCM, 0) == []
    assert kinds(voice.interrupted()) == ["interruption"]


def test_transcripts_and_errors() -> None:
    voice = AgentVoice(OUT_HZ, "spoken")
    final = json.loads(voice.transcript("hello"))
    assert final["user_transcription_event"]["user_transcript"] == "hello"
    tentative = wire.Transcript(turn_id=1, revision=1, text="hel", status="tentative")
    (frame,) = loads(voice.take(tentative))
    assert frame["tentative_user_transcription_event"]["user_transcript"] == "hel"
    error = wire.Error(code="engine", fault="server", severity="warning", message="Oh.")
    (frame,) = loads(voice.take(error))
    assert frame["error_event"]["error_type"] == "cascade_brain_error"


def test_what_clients_say() -> None:
    data = base64.b64encode(b"\1\0\2\0").decode()
    sound = read_client(json.dumps({"user_audio_chunk": data}))
    assert isinstance(sound, UserSound)
    assert sound.pcm.tolist() == [1, 2]
    assert read_client('{"type":"user_message","text":" hi "}') == UserText("hi")
    assert read_client('{"type":"pong","event_id":3}') == Pong(3)
    for nothing in ("user_activity", "feedback", "contextual_update", "something new"):
        assert read_client(json.dumps({"type": nothing})) is None
    python = {
        "type": "conversation_initiation_client_data",
        "conversation_config_override": {"text_only": True},
        "dynamic_variables": {"a": 1},
        "source_info": {"source": "python_sdk"},
    }
    assert read_client(json.dumps(python)) == Initiation({"a": 1}, "written", "unknown")
    browser = {
        "type": "conversation_initiation_client_data",
        "conversation_config_override": {"conversation": {"text_only": None}},
    }
    assert read_client(json.dumps(browser)) == Initiation()


@pytest.mark.parametrize(
    "frame",
    [
        "{",
        "[]",
        "1",
        b"\0\1",
        "[" * 100_000,
        '{"user_audio_chunk":"%%"}',
        '{"user_audio_chunk":"AAAA"}',
        '{"user_audio_chunk":7}',
    ],
)
def test_what_is_malformed_is_refused(frame: str | bytes) -> None:
    with pytest.raises(ClientError):
        read_client(frame)


def test_what_is_too_long_is_not_read() -> None:
    with pytest.raises(TooLargeError):
        read_client("x" * (MAX_FRAME_CHARS + 1))


@given(
    st.dictionaries(
        st.sampled_from(
            ["type", "text", "event_id", "dynamic_variables", "conversation_config_override"]
        ),
        st.recursive(
            st.none() | st.integers() | st.text() | st.just("conversation_initiation_client_data"),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=4,
        ),
    )
)
def test_any_object_is_borne(message: dict[str, Any]) -> None:
    read_client(json.dumps(message))
