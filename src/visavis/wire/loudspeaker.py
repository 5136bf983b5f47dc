"""A loudspeaker for peers that have none of ours: what the page does with replies. Pure.

    speaker.take(message_or_frame, now_ms)      # from the server, as the page would get it
    while (item := speaker.next_due(now_ms)) is not None: deliver(item)
    speaker.next_due_ms()                       # call `next_due` again at this moment

A reply is held until its commit, then handed out in frames at the rate at which it is heard, a
little ahead of it. A peer of the plain PCM socket reports no playhead, so this clock is the
playhead: the first sample counts as heard when it is sent, and samples are counted from there.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
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

DUCKED_GAIN = 0.2
"""-14 dB, as in the page: quiet enough to be interrupted, loud enough to follow."""

_TIMER_MS = 0.01
"""A timer that fires this much too early is on time."""

Item = NDArray[np.int16] | PcmClear | PcmTranscript | wire.Playhead
"""Sound and messages for the peer; a playhead for the conversation."""


@dataclass(slots=True)
class _Anchor:
    """Output sample `sample` is heard at `at_ms`, and the following ones at the output rate."""

    sample: int
    at_ms: float


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
    gain: float = 1.0
    target_gain: float = 1.0

    def append(self, pcm: NDArray[np.int16]) -> None:
        self.chunks.append(pcm)
        self.n_samples += len(pcm)

    def pop(self, n_samples: int) -> NDArray[np.int16]:
        """The next samples to be sent, at their volume."""
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
        start, self.gain = self.gain, self.target_gain
        if start == self.gain == 1.0:
            return frame
        ramp = np.linspace(start, self.gain, len(frame), dtype=np.float32)
        return (frame * ramp).astype(np.int16)


class Loudspeaker:
    """Plays one peer's replies at `rate_hz`."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
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
                self._turn_to(message.reply_id, DUCKED_GAIN)
            case wire.ReplyResume():
                self._turn_to(message.reply_id, 1.0)
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

    # -------------------------------------------------------------- what is due

    def _is_due(self, due_ms: float | None, now_ms: float) -> bool:
        return due_ms is not None and now_ms >= due_ms - _TIMER_MS

    def _frame_due_ms(self, reply: _Reply, now_ms: float) -> float | None:
        waiting = reply.n_samples - reply.n_sent
        if waiting == 0 or (waiting < self._frame_samples and reply.n_source_samples is None):
            return None
        if reply.anchor is None:
            return now_ms
        return self._heard_at_ms(reply.anchor, reply.n_sent) - LEAD_MS

    def _end_due_ms(self, reply: _Reply) -> float | None:
        if reply.n_source_samples is None or reply.n_sent < reply.n_samples:
            return None
        if reply.anchor is None:  # it was silent from beginning to end
            return 0.0
        return self._heard_at_ms(reply.anchor, reply.n_sent)

    def _next_frame(self, reply: _Reply, now_ms: float) -> NDArray[np.int16]:
        if reply.anchor is None:
            reply.anchor = _Anchor(0, now_ms)
            reply.report_at_ms = now_ms + REPORT_MS
        elif now_ms > self._heard_at_ms(reply.anchor, reply.n_sent):
            reply.anchor = _Anchor(reply.n_sent, now_ms)  # it ran dry; what comes is heard late
        return reply.pop(self._frame_samples)

    def _heard_at_ms(self, anchor: _Anchor, sample: int) -> float:
        return anchor.at_ms + (sample - anchor.sample) * 1_000.0 / self._rate_hz

    def _heard(self, reply: _Reply, now_ms: float) -> int:
        """The last sample heard, in the reply's own samples."""
        if reply.anchor is None:
            return 0
        run = int((now_ms - reply.anchor.at_ms) * self._rate_hz / 1_000.0)
        heard = min(reply.n_sent, reply.anchor.sample + max(0, run))
        return heard * reply.rate_hz // self._rate_hz

    # -------------------------------------------------------------- what changes it

    def _reveal(self, reply_id: int) -> None:
        if self._playing is not None:
            self._forget(self._playing.reply_id)
        self._playing = self._replies.get(reply_id)

    def _turn_to(self, reply_id: int, gain: float) -> None:
        if reply := self._replies.get(reply_id):
            reply.target_gain = gain

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
