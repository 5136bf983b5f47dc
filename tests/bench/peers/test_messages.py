"""Every message survives the wire; anything else is refused in words."""

from __future__ import annotations

import pytest

from visavis.bench.peers.messages import (
    Answering,
    Clear,
    FromAgent,
    Heard,
    Hello,
    LegRequest,
    LegTiming,
    Mark,
    Phrase,
    Stop,
    ToAgent,
    decode_from_agent,
    decode_to_agent,
)
from visavis.errors import ProtocolError

FROM_AGENT: list[FromAgent] = [
    Hello(rate_hz=22_050),
    Mark(stage="turn", at_ms=12.5, p_end=0.9),
    Heard(text="What does it cost?"),
    Answering(source="fact"),
    Phrase(text="Nothing."),
    Clear(),
    LegTiming(first_ms=3.0, all_ms=50.0),
]
TO_AGENT: list[ToAgent] = [Stop(), LegRequest(leg="llm", text="Tell me a story.")]


@pytest.mark.parametrize("message", FROM_AGENT)
def test_what_the_agent_says_arrives(message: FromAgent) -> None:
    assert decode_from_agent(message.model_dump_json()) == message


@pytest.mark.parametrize("message", TO_AGENT)
def test_what_the_harness_says_arrives(message: ToAgent) -> None:
    assert decode_to_agent(message.model_dump_json()) == message


@pytest.mark.parametrize(
    "text", ["", "null", '{"type":"mark","stage":"lunch","at_ms":1}', '{"type":"bye"}']
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError, match="no message"):
        decode_from_agent(text)
    with pytest.raises(ProtocolError, match="no message"):
        decode_to_agent(text)
