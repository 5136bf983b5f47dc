"""ElevenLabs' character alignments, in all the shapes in which they are sent. Pure.

| where | keys | times |
|---|---|---|
| WebSocket | `chars`, `charStartTimesMs`, `charDurationsMs` | from 0 in each message |
| its contexts; Agents | `chars`, `char_start_times_ms`, `char_durations_ms` | the same |
| HTTP | `characters`, `character_start_times_seconds`, `…_end_…` | of the whole speech |

`normalizedAlignment` is what was really said, numbers in words, so it is preferred to `alignment`,
which with pronunciation dictionaries even begins anew in later messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from visavis.errors import ProtocolError
from visavis.lips.characters import Times

_HOLDERS: Final = ("normalizedAlignment", "normalized_alignment", "alignment")
_CHARACTERS: Final = ("chars", "characters")
_STARTS: Final = ("charStartTimesMs", "char_start_times_ms", "charsStartTimesMs")
_DURATIONS: Final = ("charDurationsMs", "char_durations_ms", "charsDurationsMs")
_STARTS_S: Final = "character_start_times_seconds"
_ENDS_S: Final = "character_end_times_seconds"
_HINT: Final = "see ElevenLabs' `alignment`: characters, and a start and duration or end of each"


@dataclass(frozen=True, slots=True)
class Alignment:
    """What `CharacterSource.push` takes, and what its times count from."""

    characters: tuple[str, ...]
    starts_ms: tuple[float, ...]
    durations_ms: tuple[float, ...]
    times: Times


def read_alignment(message: object) -> Alignment | None:
    """The alignment in one decoded JSON message, or an alignment by itself; None if it has none.

    Many messages have none: sound may come before its alignment.

    Raises:
        ProtocolError: there is one, and it is malformed.
    """
    if not isinstance(message, Mapping):
        raise ProtocolError("an alignment message is no JSON object", hint=_HINT)
    fields = cast(Mapping[str, object], message)
    if isinstance(event := fields.get("audio_event"), Mapping):
        fields = cast(Mapping[str, object], event)
    held = next((fields[name] for name in _HOLDERS if fields.get(name) is not None), None)
    if held is None:
        return _parse(fields) if _first(fields, _CHARACTERS) is not None else None
    if not isinstance(held, Mapping):
        raise ProtocolError("an alignment is no JSON object", hint=_HINT)
    return _parse(cast(Mapping[str, object], held))


def read_alignments(text: str) -> tuple[Alignment, ...]:
    """All alignments of a file: one JSON message, an array of messages, or one to a line.

    Raises:
        ProtocolError: it is not JSON, or an alignment in it is malformed.
    """
    found = (read_alignment(message) for message in _messages(text))
    return tuple(alignment for alignment in found if alignment is not None)


def _messages(text: str) -> Iterator[object]:
    try:
        try:
            whole: object = json.loads(text)
        except json.JSONDecodeError:
            yield from [json.loads(line) for line in text.splitlines() if line.strip()]
            return
    except (json.JSONDecodeError, RecursionError) as error:
        raise ProtocolError(f"the alignment is not JSON: {error}", hint=_HINT) from error
    if isinstance(whole, list):
        yield from cast(list[object], whole)
    else:
        yield whole


def _parse(fields: Mapping[str, object]) -> Alignment:
    characters = _texts(_list(fields, _CHARACTERS))
    if _STARTS_S in fields:
        starts_ms = tuple(1_000.0 * start_s for start_s in _numbers(_list(fields, (_STARTS_S,))))
        ends_ms = tuple(1_000.0 * end_s for end_s in _numbers(_list(fields, (_ENDS_S,))))
        if len(ends_ms) != len(starts_ms):
            raise ProtocolError("an alignment has not as many ends as starts", hint=_HINT)
        durations_ms = tuple(end - start for start, end in zip(starts_ms, ends_ms, strict=True))
        return Alignment(characters, starts_ms, durations_ms, Times.STREAM)
    starts_ms = _numbers(_list(fields, _STARTS))
    durations_ms = _numbers(_list(fields, _DURATIONS))
    return Alignment(characters, starts_ms, durations_ms, Times.CHUNK)


def _first(fields: Mapping[str, object], names: Sequence[str]) -> object:
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def _list(fields: Mapping[str, object], names: Sequence[str]) -> list[object]:
    found = _first(fields, names)
    if not isinstance(found, list):
        raise ProtocolError(f"an alignment has no list {names[0]!r}", hint=_HINT)
    return cast(list[object], found)


def _texts(values: list[object]) -> tuple[str, ...]:
    texts = tuple(value for value in values if isinstance(value, str))
    if len(texts) != len(values):
        raise ProtocolError("an alignment has characters that are not text", hint=_HINT)
    return texts


def _numbers(values: list[object]) -> tuple[float, ...]:
    numbers = tuple(
        value for value in values if isinstance(value, int | float) and not isinstance(value, bool)
    )
    if len(numbers) != len(values):
        raise ProtocolError("an alignment has times that are no numbers", hint=_HINT)
    return numbers
