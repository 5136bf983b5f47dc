"""Tables that say what frames mean: formats, paths, and what can't be read."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.errors import UnsupportedError
from visavis.wire import elevenlabs
from visavis.wire.dialect import (
    MAX_READ_BYTES,
    AudioFormat,
    Dialect,
    Ended,
    Interrupted,
    Listener,
    Meaning,
    Opened,
    Rule,
    SoundHeard,
    Unreadable,
    parse_format,
    path,
    samples_of,
    ulaw_of,
)
from visavis.wire.injected import Notice

PCM = np.array([0, 1, -1, 32_767, -32_768], dtype="<i2")


def metadata(form: str = "pcm_16000") -> str:
    event = {"conversation_id": "c", "agent_output_audio_format": form}
    event["user_input_audio_format"] = "pcm_16000"
    return json.dumps(
        {
            "type": "conversation_initiation_metadata",
            "conversation_initiation_metadata_event": event,
        }
    )


def audio(data: bytes, event_id: int = 1, alignment: object = None) -> str:
    event: dict[str, object] = {
        "audio_base_64": base64.b64encode(data).decode(),
        "event_id": event_id,
    }
    if alignment is not None:
        event["alignment"] = alignment
    return json.dumps({"type": "audio", "audio_event": event})


def opened(form: str = "pcm_16000") -> Listener:
    listener = Listener(elevenlabs.DIALECT)
    listener.server(metadata(form))
    return listener


def test_a_session_of_elevenlabs_is_understood() -> None:
    listener = Listener(elevenlabs.DIALECT)
    assert listener.server(metadata("pcm_24000")) == (Opened(AudioFormat("pcm", 24_000)),)
    said = {"chars": ["h", "i"], "char_start_times_ms": [0, 60], "char_durations_ms": [60, 80]}
    (heard,) = listener.server(audio(PCM.tobytes(), 7, said))
    assert isinstance(heard, SoundHeard)
    assert (heard.rate_hz, heard.event_id) == (24_000, 7)
    assert np.array_equal(heard.sound * 32_768.0, PCM)
    assert heard.alignment is not None
    assert heard.alignment.characters == ("h", "i")
    gone = json.dumps({"type": "interruption", "interruption_event": {"event_id": "8"}})
    assert listener.server(gone) == (Interrupted(8),)
    assert listener.server('{"type":"ping","ping_event":{"event_id":1}}') == ()
    assert listener.server(b"\0\1") == (), "ElevenLabs sends no binary frames"
    assert listener.client('{"user_audio_chunk":"AAAA"}') == ()


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ('{"type":"audio"', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("x" * (MAX_READ_BYTES + 1), "too long"),
        ('{"type":"audio","audio_event":{"audio_base_64":"%%%","event_id":1}}', "not Base64"),
        ('{"type":"audio","audio_event":{"audio_base_64":12,"event_id":1}}', "not Base64"),
        ('{"type":"audio","audio_event":{"audio_base_64":"AAAA","event_id":1}}', "half a sample"),
        (metadata("opus_48000"), "unknown sound format"),
        (metadata("pcm_0001"), "unknown sound format"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_can_not_be_read_is_said_and_does_no_harm(frame: str, reason: str) -> None:
    listener = opened()
    assert listener.server(frame) == (Unreadable(reason),)
    assert isinstance(listener.server(audio(PCM.tobytes()))[0], SoundHeard)


def test_sound_before_anybody_named_its_format_is_unreadable() -> None:
    (heard,) = Listener(elevenlabs.DIALECT).server(audio(PCM.tobytes()))
    assert heard == Unreadable("sound of an unknown format")


@pytest.mark.parametrize("said", [{"chars": ["a"]}, [], "a", {"chars": []}, {"chars": [1]}])
def test_a_malformed_alignment_costs_only_itself(said: object) -> None:
    (heard,) = opened().server(audio(PCM.tobytes(), 1, said))
    assert isinstance(heard, SoundHeard)
    assert heard.alignment is None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_value_anywhere_is_borne(value: object) -> None:
    listener = opened()
    for message in (
        value,
        {"type": value},
        {"type": "audio", "audio_event": value},
        {"type": "audio", "audio_event": {"audio_base_64": value, "event_id": value}},
        {"type": "interruption", "interruption_event": {"event_id": value}},
    ):
        listener.server(json.dumps(message))
    assert isinstance(listener.server(audio(PCM.tobytes()))[0], SoundHeard)


def test_other_providers_are_a_table_each() -> None:
    """The shapes of OpenAI Realtime and of Gemini Live, as their tables will have to say them."""
    realtime = Dialect(
        name="realtime",
        output=AudioFormat("pcm", 24_000),
        server=(
            Rule(Meaning.OPENED, ((("type",), "session.created"),)),
            Rule(Meaning.SOUND, ((("type",), "response.output_audio.delta"),), path("delta")),
            Rule(Meaning.ENDED, ((("type",), "response.output_audio.done"),)),
        ),
        client=(Rule(Meaning.INTERRUPTED, ((("type",), "response.cancel"),)),),
    )
    listener = Listener(realtime)
    data = base64.b64encode(PCM.tobytes()).decode()
    delta = json.dumps({"type": "response.output_audio.delta", "delta": data})
    (heard,) = listener.server(delta)
    assert isinstance(heard, SoundHeard)
    assert listener.server('{"type":"response.output_audio.done"}') == (Ended(),)
    assert listener.client('{"type":"response.cancel"}') == (Interrupted(None),)

    live = Dialect(
        name="live",
        server=(
            Rule(Meaning.OPENED, ((("setupComplete",), None),)),
            Rule(
                Meaning.SOUND,
                ((path("serverContent.modelTurn.parts.*.inlineData"), None),),
                sound=path("serverContent.modelTurn.parts.*.inlineData.data"),
                format=path("serverContent.modelTurn.parts.*.inlineData.mimeType"),
            ),
        ),
        before='{"serverContent":{},"visavisVisemes":',
        after="}",
    )
    part = {"inlineData": {"mimeType": "audio/pcm;rate=24000", "data": data}}
    turn = {"serverContent": {"modelTurn": {"parts": [part, {"text": "hi"}, part]}}}
    (heard,) = Listener(live).server(json.dumps(turn))
    assert isinstance(heard, SoundHeard)
    assert (len(heard.sound), heard.rate_hz) == (2 * len(PCM), 24_000)
    notice = live.wrapped(Notice(code="x", message="y").model_dump_json())
    assert json.loads(notice)["visavisVisemes"]["type"] == "visavis.notice"


@pytest.mark.parametrize("frame", [PCM.tobytes(), b""])
def test_binary_sound(frame: bytes) -> None:
    dialect = Dialect(name="mine", server=(), output=AudioFormat("pcm", 16_000), binary="sound")
    (heard,) = Listener(dialect).server(frame)
    assert isinstance(heard, SoundHeard)
    assert len(heard.sound) == len(frame) // 2


def test_formats_have_names() -> None:
    assert parse_format("ulaw_8000") == AudioFormat("ulaw", 8_000)
    assert parse_format("audio/pcm;rate=16000") == AudioFormat("pcm", 16_000)
    assert parse_format("audio/pcm") == AudioFormat("pcm", 24_000)
    for wrong in ("mp3_44100", "pcm_", "", None, 16_000, "pcm_999999"):
        with pytest.raises(UnsupportedError):
            parse_format(wrong)


def test_ulaw_is_g711() -> None:
    """Values of ITU-T G.711, table 2a: the largest, the smallest, and both zeros."""
    found = samples_of(bytes([0x80, 0x00, 0xFF, 0x7F, 0xFE, 0xF0]), AudioFormat("ulaw", 8_000))
    assert (found * 32_768.0).tolist() == [32_124.0, -32_124.0, 0.0, 0.0, 8.0, 120.0]


@given(st.integers(-32_768, 32_767))
def test_ulaw_there_and_back_is_near(value: int) -> None:
    code = ulaw_of(np.array([value], dtype=np.int16))
    back = float(samples_of(code, AudioFormat("ulaw", 8_000))[0]) * 32_768.0
    assert abs(back - value) <= (abs(value) + 132) / 33, "half a step of the segment"
    assert samples_of(ulaw_of(np.array([back], np.int16)), AudioFormat("ulaw", 8_000))[0] == (
        pytest.approx(back / 32_768.0)
    )


def test_an_error_in_the_providers_own_words() -> None:
    frame = elevenlabs.DIALECT.error_frame("too_long", "The session is over.")
    assert frame is not None
    assert json.loads(frame) == {
        "type": "error",
        "error_event": {
            "code": 1000,
            "error_type": "max_duration_exceeded",
            "message": "The session is over.",
            "reason": "The session is over.",
        },
    }
    unknown = json.loads(elevenlabs.DIALECT.error_frame("never heard of", "x") or "")
    assert unknown["error_event"]["error_type"] == "unknown"
    assert Dialect(name="mute", server=()).error_frame("x", "y") is None
