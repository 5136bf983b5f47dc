"""Mapping files: what they make, and what is wrong with them in plain words."""

from __future__ import annotations

import pytest

from visavis.errors import ConfigError
from visavis.wire.dialect import AudioFormat, Interrupted, Listener, Meaning, Opened
from visavis.wire.mapping import parse_backends

WHOLE = """
backends:
  mine:
    url: wss://agent.example/session
    headers: {Authorization: "Bearer ${KEY}"}
    subprotocol: mine.v2
    sound: ulaw_8000
    binary: sound
    server:
      - {means: opened, when: {type: hello}, format: audio.format}
      - {means: sound, when: {type: audio, "meta.kind": speech}, sound: data, event: meta.n}
    client:
      - {means: interrupted, when: {cancel: null}, event: cancel}
    wrap: '{"kind":"other","visavis":*}'
    error: {type: error, what: "{message}"}
"""


def test_a_whole_file() -> None:
    mine = parse_backends(WHOLE, "backends.yaml", {"KEY": "k"})["mine"]
    assert mine.url == "wss://agent.example/session"
    assert mine.headers == {"Authorization": "Bearer k"}
    assert "Bearer" not in repr(mine)
    dialect = mine.dialect
    assert (dialect.name, dialect.subprotocol) == ("mine", "mine.v2")
    assert dialect.output == AudioFormat("ulaw", 8_000)
    assert dialect.wrapped("{}") == '{"kind":"other","visavis":{}}'
    assert dialect.server[1].means is Meaning.SOUND
    listener = Listener(dialect)
    hello = '{"type":"hello","audio":{"format":"pcm_24000"}}'
    assert listener.server(hello) == (Opened(AudioFormat("pcm", 24_000)),)
    assert listener.server('{"type":"audio","meta":{"kind":"music"}}') == ()
    assert listener.client('{"cancel":3}') == (Interrupted(3),)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("backends: [", "not valid YAML"),
        ("", "the file"),
        ("backends: {}", "backends"),
        ("backends: {mine: {}}", "url"),
        ("backends: {mine: {url: 'https://x'}}", "ws://"),
        ("backends: {mine: {url: 'wss://x', colour: red}}", "colour"),
        ("backends: {mine: {url: 'wss://x', sound: mp3}}", "sound"),
        ("backends: {mine: {url: 'wss://x', wrap: 'x'}}", "wrap"),
        ("backends: {'../x': {url: 'wss://x'}}", "backends"),
        ("backends: {mine: {url: 'wss://x', server: [{means: loud, when: {a: b}}]}}", "means"),
        ("backends: {mine: {url: 'wss://x', server: [{means: sound, when: {}}]}}", "when"),
        ("backends: {mine: {url: 'wss://x', headers: {A: '${NOT_SET}'}}}", "NOT_SET"),
    ],
)
def test_what_is_wrong_is_named_and_no_value_is_told(text: str, word: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_backends(text, "backends.yaml", {})
    assert "backends.yaml" in str(raised.value)
    assert word in str(raised.value)
