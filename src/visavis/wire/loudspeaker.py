"""A loudspeaker for peers that have none of ours: what the page does with replies. Pure.

    speaker.take(message_or_frame, now_ms)      # from the server, as the page would get it
    while (item := speaker.next_due(now_ms)) is not None: deliver(item)
    speaker.next_due_ms()                       # call `next_due` again at this moment

A reply is held until its commit, then handed out in frames at the rate at which it is heard, a
little ahead of it. A peer of the plain PCM socket reports no playhead, so this clock is the
playhead: the first sample counts as heard when it is sent, and samples are counted from there.

`reply.duck` holds a reply: one more frame fades to silence, and after `reply.resume` sound goes on
from where that fade began.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from visavis.wire import messages as wire
from visavis.wire.codec import ReplyFrame
from visavis.wire.pcm import PcmClear, PcmTranscript, Resampler

FRAME_MS = 20
LEAD_MS = 60.0
"""Sent this far ahead of being heard: three frames of grace for a busy machine or network."""

REPORT_MS = 100.0
"""How often the playhead is reported, as spec/wire.md asks."""

HOLD_FADE_MS = 10
RESUME_FADE_MS = 5
"""As in the page: no click, and no consonant lost."""

_TIMER_MS = 0.01
"""A timer that fires this much too early is on time."""

Item = NDArray[np.int16] | PcmClear | PcmTranscript | wire.Playhead
"""Sound and messages for the peer; a playhead for the conversation."""


class _Flow(Enum):
    """What a reply does when its next frame would be due."""

    RUNNING = "running"
    HELD = "held"
    RESUMING = "resuming"
    """The next frame fades in."""


@dataclass(slots=True)
class _Anchor:
    """Output sample `sample` is heard at `at_ms`, and the following ones at the output rate.

    Those before it were heard until `silent_since_ms`; in between nothing of the reply is new.
    """

    sample: int
    at_ms: float
    silent_since_ms: float


@dataclass(slots=True)
class _Reply:
    """One reply; positions count output samples unless they say otherwise."""

    reply_id: int
    rate_hz: int
    resampler: Resampler
    chunks: list[NDArray[np.int16]] = field(default_factory=list[NDArray[np.int16]])
    n_samples: int = 0
    n_sent: int = 0
    n_source_samples: int | None = None
    """Set when all of it is here, at the reply's own rate."""
    anchor: _Anchor | None = None
    report_at_ms: float = 0.0
    flow: _Flow = _Flow.RUNNING
    free_at_ms: float = 0.0
    """Held: when the listener has heard what was sent, the fading frame included."""

    def append(self, pcm: NDArray[np.int16]) -> None:
        self.chunks.append(pcm)
        self.n_samples += len(pcm)

    def pop(self, n_samples: int) -> NDArray[np.int16]:
        """The next samples to be sent."""
        parts: list[NDArray[np.int16]] = []
        missing = n_samples
        while missing > 0 and self.chunks:
            part, rest = self.chunks[0][:missing], self.chunks[0][missing:]
            parts.append(part)
            missing -= len(part)
            if len(rest):
                self.chunks[0] = rest
            else:
                del self.chunks[0]
        frame = np.concatenate(parts)
        self.n_sent += len(frame)
        return frame

    def peek(self, n_samples: int) -> NDArray[np.int16]:
        """The samples that `pop` would give, left where they are."""
        return np.concatenate([np.zeros(0, dtype=np.int16), *self.chunks])[:n_samples]


class Loudspeaker:
    """Plays one peer's replies at `rate_hz`, sent `lead_ms` ahead of being heard."""

    def __init__(self, rate_hz: int, lead_ms: float = LEAD_MS) -> None:
        self._rate_hz = rate_hz
        self._lead_ms = lead_ms
        self._frame_samples = rate_hz * FRAME_MS // 1_000
        self._replies: dict[int, _Reply] = {}
        self._playing: _Reply | None = None
        self._at_once: deque[Item] = deque()

    def take(self, message: wire.ServerMessage | ReplyFrame, now_ms: float) -> None:
        """Take in what the server sends; what does not concern a listener is ignored."""
        match message:
            case ReplyFrame():
                if reply := self._replies.get(message.reply_id):
                    reply.append(reply.resampler.push(message.pcm))
            case wire.ReplyArmed():
                resampler = Resampler(message.rate_hz, self._rate_hz, "HQ")
                reply = _Reply(message.reply_id, message.rate_hz, resampler)
                self._replies[message.reply_id] = reply
            case wire.ReplyEnd():
                if reply := self._replies.get(message.reply_id):
                    reply.append(reply.resampler.flush())
                    reply.n_source_samples = message.n_samples
            case wire.ReplyCommit():
                self._reveal(message.reply_id)
            case wire.ReplyDuck():
                self._hold(message.reply_id, now_ms)
            case wire.ReplyResume():
                self._resume(message.reply_id, now_ms)
            case wire.ReplyDiscard():
                self._forget(message.reply_id)
            case wire.ReplyStop():
                self._stop(message.reply_id, now_ms)
            case wire.Transcript(status="final"):
                self._at_once.append(PcmTranscript(text=message.text))
            case _:
                pass

    def next_due(self, now_ms: float) -> Item | None:
        """What has to be delivered by now, one thing a call, in order; None if nothing has."""
        if self._at_once:
            return self._at_once.popleft()
        reply = self._playing
        if reply is None:
            return None
        if self._is_due(self._frame_due_ms(reply, now_ms), now_ms):
            return self._next_frame(reply, now_ms)
        if self._is_due(self._end_due_ms(reply), now_ms):
            self._forget(reply.reply_id)
            return self._playhead(reply, reply.n_source_samples or 0, "ended")
        if reply.anchor is not None and self._is_due(reply.report_at_ms, now_ms):
            reply.report_at_ms = now_ms + REPORT_MS
            return self._playhead(reply, self._heard(reply, now_ms), "playing")
        return None

    def next_due_ms(self, now_ms: float) -> float | None:
        """When `next_due` has something next; None if only `take` can change that."""
        if self._at_once:
            return now_ms
        reply = self._playing
        if reply is None:
            return None
        report_ms = reply.report_at_ms if reply.anchor is not None else None
        times = (self._frame_due_ms(reply, now_ms), self._end_due_ms(reply), report_ms)
        return min((time for time in times if time is not None), default=None)

    @property
    def n_sent_samples(self) -> int:
        """So much of the reply that plays was handed out, in output samples; a fading frame, which
        is said again, does not count.
        """
        return 0 if self._playing is None else self._playing.n_sent

    # -------------------------------------------------------------- what is due

    def _is_due(self, due_ms: float | None, now_ms: float) -> bool:
        return due_ms is not None and now_ms >= due_ms - _TIMER_MS

    def _frame_due_ms(self, reply: _Reply, now_ms: float) -> float | None:
        if reply.flow is _Flow.HELD:
            return None
        waiting = reply.n_samples - reply.n_sent
        if waiting == 0 or (waiting < self._frame_samples and reply.n_source_samples is None):
            return None
        if reply.anchor is None:
            return now_ms
        return self._heard_at_ms(reply.anchor, reply.n_sent) - self._lead_ms

    def _end_due_ms(self, reply: _Reply) -> float | None:
        if reply.n_source_samples is None or reply.n_sent < reply.n_samples:
            return None
        if reply.anchor is None:  # it was silent from beginning to end
            return 0.0
        return self._heard_at_ms(reply.anchor, reply.n_sent)

    def _next_frame(self, reply: _Reply, now_ms: float) -> NDArray[np.int16]:
        if reply.anchor is None:
            reply.anchor = _Anchor(0, now_ms, now_ms)
            reply.report_at_ms = now_ms + REPORT_MS
        elif now_ms > (dry_ms := self._heard_at_ms(reply.anchor, reply.n_sent)):
            reply.anchor = _Anchor(reply.n_sent, now_ms, dry_ms)  # what comes is heard late
        frame = reply.pop(self._frame_samples)
        if reply.flow is _Flow.RESUMING:
            reply.flow = _Flow.RUNNING
            return _rising(frame, self._rate_hz * RESUME_FADE_MS // 1_000)
        return frame

    def _heard_at_ms(self, anchor: _Anchor, sample: int) -> float:
        return anchor.at_ms + (sample - anchor.sample) * 1_000.0 / self._rate_hz

    def _heard(self, reply: _Reply, now_ms: float) -> int:
        """The last sample heard, in the reply's own samples."""
        if reply.anchor is None:
            return 0
        run_ms = now_ms - reply.anchor.at_ms
        if run_ms < 0.0:
            run_ms = min(0.0, now_ms - reply.anchor.silent_since_ms)
        heard = reply.anchor.sample + math.floor(run_ms * self._rate_hz / 1_000.0)
        return max(0, min(reply.n_sent, heard)) * reply.rate_hz // self._rate_hz

    # -------------------------------------------------------------- what changes it

    def _reveal(self, reply_id: int) -> None:
        if self._playing is not None:
            self._forget(self._playing.reply_id)
        self._playing = self._replies.get(reply_id)

    def _hold(self, reply_id: int, now_ms: float) -> None:
        reply = self._replies.get(reply_id)
        if reply is None or reply.flow is _Flow.HELD:
            return
        was, reply.flow = reply.flow, _Flow.HELD
        if reply.anchor is None:
            return
        reply.free_at_ms = max(now_ms, self._heard_at_ms(reply.anchor, reply.n_sent))
        tail = reply.peek(self._frame_samples)
        if was is _Flow.RUNNING and len(tail):
            self._at_once.append(_falling(tail, self._rate_hz * HOLD_FADE_MS // 1_000))
            reply.free_at_ms += len(tail) * 1_000.0 / self._rate_hz

    def _resume(self, reply_id: int, now_ms: float) -> None:
        reply = self._replies.get(reply_id)
        if reply is None or reply.flow is not _Flow.HELD:
            return
        reply.flow = _Flow.RUNNING if reply.anchor is None else _Flow.RESUMING
        if reply.anchor is not None:
            heard_ms = self._heard_at_ms(reply.anchor, reply.n_sent)
            reply.anchor = _Anchor(reply.n_sent, max(now_ms, reply.free_at_ms), heard_ms)

    def _stop(self, reply_id: int, now_ms: float) -> None:
        reply = self._replies.get(reply_id)
        if reply is None:
            return
        self._forget(reply_id)
        if reply.n_sent:
            self._at_once.append(PcmClear())
        self._at_once.append(self._playhead(reply, self._heard(reply, now_ms), "stopped"))

    def _forget(self, reply_id: int) -> None:
        reply = self._replies.pop(reply_id, None)
        if reply is self._playing:
            self._playing = None

    def _playhead(
        self, reply: _Reply, sample: int, status: Literal["playing", "ended", "stopped"]
    ) -> wire.Playhead:
        return wire.Playhead(reply_id=reply.reply_id, sample=sample, status=status)


def _falling(frame: NDArray[np.int16], fade_samples: int) -> NDArray[np.int16]:
    """The frame fading to silence, however short it is, and silent behind that."""
    gains = np.zeros(len(frame), dtype=np.float32)
    n_samples = min(len(frame), fade_samples)
    gains[:n_samples] = np.linspace(1.0, 0.0, n_samples + 1, dtype=np.float32)[1:]
    return (frame * gains).astype(np.int16)


def _rising(frame: NDArray[np.int16], fade_samples: int) -> NDArray[np.int16]:
    """The frame fading in."""
    gains = np.ones(len(frame), dtype=np.float32)
    n_samples = min(len(frame), fade_samples)
    gains[:n_samples] = np.linspace(0.0, 1.0, fade_samples + 1, dtype=np.float32)[1 : n_samples + 1]
    return (frame * gains).astype(np.int16)
