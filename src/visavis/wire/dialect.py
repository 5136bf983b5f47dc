"""What a provider's frames mean to a listener: one table a provider, one reader for all. Pure.

    heard = Listener(dialect).server(frame)     # of each frame that passes, text or binary

A gateway needs little of a protocol: which frames carry the character's sound, when it was
interrupted, when a reply is over. A `Dialect` says so in rules; `wire/elevenlabs.py` is one, a
mapping file of one's own (`wire/mapping.py`) becomes another. A rule names fields by a path:
`audio_event.audio_base_64`; the step `*` goes through all of a list. Nothing is ever changed: what
can't be read is `Unreadable`, and passes all the same.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal, cast

import numpy as np
from numpy.typing import NDArray

from visavis.errors import ProtocolError, UnsupportedError
from visavis.lips.alignment import Alignment, read_alignment

MAX_READ_BYTES: Final = 2 * 1024 * 1024
"""Longer frames pass unread: parsing one takes as long as ten ordinary sessions in a second, and
47 s of sound in one piece is no live speech."""

_FORMAT = re.compile(r"(?P<kind>pcm|ulaw)_(?P<rate>\d{4,6})")
_MIME = re.compile(r"audio/(?P<kind>pcm|l16|pcmu)(?:;\s*rate=(?P<rate>\d{4,6}))?", re.IGNORECASE)
_MIN_RATE_HZ, _MAX_RATE_HZ = 4_000, 384_000

Sound = NDArray[np.float32]
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """One channel of 16-bit little-endian PCM, or of G.711 µ-law."""

    coding: Literal["pcm", "ulaw"]
    rate_hz: int


class Meaning(Enum):
    """What a frame tells a listener."""

    OPENED = "opened"
    """The session stands: from now on frames may be added."""
    SOUND = "sound"
    INTERRUPTED = "interrupted"
    """The user spoke: sound that is not yet heard never will be."""
    ENDED = "ended"
    """The reply's sound is complete."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A frame that has all of `when` means `means`; the paths say where the rest is."""

    means: Meaning
    when: tuple[tuple[Path, str | None], ...]
    """Path and value; the value None: any, as long as the field is there."""
    sound: Path = ()
    """Base64 text."""
    format: Path = ()
    """`pcm_16000`, `ulaw_8000`, `audio/pcm;rate=24000`."""
    event: Path = ()
    """A whole number that grows with each reply or chunk."""
    alignment: Path = ()
    """Characters with times, as lips/alignment.py reads them."""


@dataclass(frozen=True, slots=True)
class ErrorName:
    """A provider's name for a kind of error, and its close code."""

    name: str
    close_code: int


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one provider's sessions are listened to, and how frames of ours look among its own."""

    name: str
    server: tuple[Rule, ...]
    client: tuple[Rule, ...] = ()
    subprotocol: str | None = None
    output: AudioFormat | None = None
    """The sound's format, unless a frame names another."""
    binary: Literal["sound", "opaque"] = "opaque"
    """Whether binary frames are the character's sound."""
    before: str = ""
    after: str = ""
    """Texts around our JSON where a provider's clients know no frame of another type."""
    error: Mapping[str, object] | None = None
    """The provider's own frame for an error; `{name}`, `{close_code}` and `{message}` are filled
    in. None: only the close tells."""
    error_names: Mapping[str, ErrorName] = field(default_factory=dict[str, "ErrorName"])
    """Our codes (errors.py) in the provider's words; "" is all others."""

    @property
    def opens_itself(self) -> bool:
        """Whether a frame tells that the session stands; without, it does from the beginning."""
        return any(rule.means is Meaning.OPENED for rule in self.server)

    def wrapped(self, message: str) -> str:
        """A message of ours, as JSON, the way that this provider's clients can bear it."""
        return f"{self.before}{message}{self.after}"

    def error_name(self, code: str) -> ErrorName:
        """What the provider would call an error of ours, and with which code it would close."""
        found = self.error_names.get(code) or self.error_names.get("")
        return found or ErrorName(code, 1011)

    def error_frame(self, code: str, message: str) -> str | None:
        """An error as the provider would send it; None if it has no such frame."""
        if self.error is None:
            return None
        name = self.error_name(code)
        values = {"{name}": name.name, "{message}": message, "{close_code}": name.close_code}
        return json.dumps(_filled(self.error, values))


# ------------------------------------------------------------------ what is heard


@dataclass(frozen=True, slots=True)
class Opened:
    """The session stands; `format` is the sound's, if it is known by now."""

    format: AudioFormat | None


@dataclass(frozen=True, slots=True)
class SoundHeard:
    """The character's sound: float32 [n] in -1…1."""

    sound: Sound
    rate_hz: int
    event_id: int | None = None
    alignment: Alignment | None = None


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Up to and with this event, sound that comes late is stale; None: what was sent until now."""

    event_id: int | None


@dataclass(frozen=True, slots=True)
class Ended:
    """The reply's sound is complete."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A frame that should have meant something; it passes, but is not listened to."""

    reason: str


Heard = Opened | SoundHeard | Interrupted | Ended | Unreadable


class Listener:
    """Reads one session's frames; remembers the sound's format, and nothing else."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._format = dialect.output

    def server(self, frame: str | bytes) -> tuple[Heard, ...]:
        """What a frame of the provider's means; mostly nothing."""
        if isinstance(frame, bytes):
            if self._dialect.binary == "opaque":
                return ()
            return (self._sound(frame, None, None),)
        return self._read(frame, self._dialect.server)

    def client(self, frame: str | bytes) -> tuple[Heard, ...]:
        """What a frame of the client's means; not even parsed where no rule could apply."""
        if isinstance(frame, bytes) or not self._dialect.client:
            return ()
        return self._read(frame, self._dialect.client)

    def _read(self, text: str, rules: Sequence[Rule]) -> tuple[Heard, ...]:
        if len(text) > MAX_READ_BYTES:
            return (Unreadable("too long"),)
        try:
            message: object = json.loads(text)
        except (ValueError, RecursionError):
            return (Unreadable("not JSON"),)
        return tuple(self._heard(rule, message) for rule in rules if _applies(rule, message))

    def _heard(self, rule: Rule, message: object) -> Heard:
        try:
            if (named := _one(message, rule.format)) is not None:
                self._format = parse_format(named)
        except UnsupportedError:
            return Unreadable("unknown sound format")
        event_id = _whole(_one(message, rule.event))
        match rule.means:
            case Meaning.OPENED:
                return Opened(self._format)
            case Meaning.INTERRUPTED:
                return Interrupted(event_id)
            case Meaning.ENDED:
                return Ended()
            case Meaning.SOUND:
                try:
                    data = b"".join(_decoded(value) for value in _all(message, rule.sound))
                except ValueError:
                    return Unreadable("not Base64")
                return self._sound(data, event_id, _one(message, rule.alignment))

    def _sound(self, data: bytes, event_id: int | None, alignment: object) -> Heard:
        if self._format is None:
            return Unreadable("sound of an unknown format")
        if self._format.coding == "pcm" and len(data) % 2:
            return Unreadable("half a sample")
        sound = samples_of(data, self._format)
        return SoundHeard(sound, self._format.rate_hz, event_id, _alignment(alignment))


# ------------------------------------------------------------------ parts


def parse_format(named: object) -> AudioFormat:
    """A format by its name.

    Raises:
        UnsupportedError: it is none of ours.
    """
    text = named if isinstance(named, str) else ""
    found = _FORMAT.fullmatch(text) or _MIME.match(text)
    if found is None:
        raise UnsupportedError(
            "This sound format is not known.", hint="Known are pcm_16000, ulaw_8000 and the like."
        )
    coding = "ulaw" if found["kind"].lower() in {"ulaw", "pcmu"} else "pcm"
    rate_hz = int(found["rate"] or (8_000 if coding == "ulaw" else 24_000))
    if not _MIN_RATE_HZ <= rate_hz <= _MAX_RATE_HZ:
        raise UnsupportedError(f"No sound has {rate_hz} samples a second.")
    return AudioFormat(coding, rate_hz)


def samples_of(data: bytes, form: AudioFormat) -> Sound:
    """Encoded sound as float32 [n] in -1…1; half a sample at the end is left out."""
    if form.coding == "ulaw":
        return _ULAW[np.frombuffer(data, dtype=np.uint8)]
    pcm = np.frombuffer(data, dtype="<i2", count=len(data) // 2)
    return pcm.astype(np.float32) / np.float32(32_768.0)


def ulaw_of(pcm: NDArray[np.int16]) -> bytes:
    """int16 [n] as µ-law, the nearest value of each."""
    levels = (_ULAW * 32_768.0).astype(np.int32)
    order = np.argsort(levels, kind="stable")
    ascending = levels[order]
    middles = (ascending[1:] + ascending[:-1]) / 2.0
    return order[np.searchsorted(middles, pcm)].astype(np.uint8).tobytes()


def _ulaw_table() -> Sound:
    """The value of each of the 256 codes (ITU-T G.711, table 2: sign, exponent, mantissa)."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4) & 7, (code & 15).astype(np.int32)
    size = (((mantissa << 3) + 0x84) << exponent.astype(np.int32)) - 0x84
    return (np.where(code & 0x80, -size, size) / 32_768.0).astype(np.float32)


_ULAW: Final = _ulaw_table()


def path(text: str) -> Path:
    """`a.b.*.c` as its steps; "" is no path."""
    return tuple(text.split(".")) if text else ()


def _applies(rule: Rule, message: object) -> bool:
    for where, value in rule.when:
        found = _all(message, where)
        if not found or (value is not None and value not in found):
            return False
    return True


def _all(message: object, steps: Path) -> list[object]:
    """Everything that a path leads to."""
    if not steps:
        return []
    here = [message]
    for step in steps:
        there: list[object] = []
        for value in here:
            if step == "*" and isinstance(value, list):
                there += cast("list[object]", value)
            elif isinstance(value, dict):
                fields = cast("dict[str, object]", value)
                if step in fields:
                    there.append(fields[step])
        here = there
    return here


def _one(message: object, steps: Path) -> object:
    return next(iter(_all(message, steps)), None)


def _whole(value: object) -> int | None:
    """A whole number, also one in quotes, as some providers send them."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _decoded(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError("no text")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("not Base64") from error


def _alignment(value: object) -> Alignment | None:
    """None also if it is malformed: sound without its words still moves the lips."""
    if not isinstance(value, dict):
        return None
    try:
        said = read_alignment({"alignment": cast("dict[str, object]", value)})
    except ProtocolError:
        return None
    return said if said is not None and said.characters else None


def _filled(template: object, values: Mapping[str, object]) -> object:
    if isinstance(template, Mapping):
        fields = cast("Mapping[str, object]", template)
        return {key: _filled(value, values) for key, value in fields.items()}
    return values.get(template, template) if isinstance(template, str) else template
