"""What the gateway adds to a provider's session. Prose: spec/wire.md, "Visemes in other sessions".

`spec/gateway.schema.json` is generated from here (`make spec`). All types begin with `visavis.`,
and each message says its version: clients ignore what they do not know.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from visavis.wire.messages import CueItem, Id, Sample

VERSION = 1
"""Goes up only when an old client could no longer understand a new message."""


class Injected(BaseModel):
    """Base: immutable; unknown fields are ignored, so that version 1 can grow."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Visemes(Injected):
    """All that is known of a speech's mouth shapes from `from_sample` on; what was told of it from
    there on is void.
    """

    type: Literal["visavis.visemes"] = "visavis.visemes"
    version: Literal[1] = VERSION
    speech_id: Id
    rate_hz: Annotated[int, Field(ge=4_000, le=384_000)]
    first_sample: Annotated[
        Sample, Field(description="where the speech begins in all sound of this session")
    ]
    first_event_id: Annotated[
        int | None, Field(description="the provider's id of the sound with which it begins")
    ] = None
    source: Literal["phonemes", "alignment", "sound"]
    from_sample: Annotated[Sample, Field(description="of the speech")]
    cues: list[CueItem]


class Stop(Injected):
    """The speech was interrupted: shut the mouth, drop its cues; no more of them follow."""

    type: Literal["visavis.stop"] = "visavis.stop"
    version: Literal[1] = VERSION
    speech_id: Id


class Notice(Injected):
    """Something that the operator should know; the session goes on."""

    type: Literal["visavis.notice"] = "visavis.notice"
    version: Literal[1] = VERSION
    code: str
    message: str
    hint: str = ""


InjectedMessage = Annotated[Visemes | Stop | Notice, Field(discriminator="type")]
