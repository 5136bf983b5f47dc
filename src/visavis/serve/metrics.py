"""What Prometheus sees; one registry an app, so that several can live in one process."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from visavis.serve.allowance import TokenCount
from visavis.wire.relay import Tally

_MARGINS_MS = (-100.0, -20.0, 0.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 5_000.0)
_STAGES_S = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0, 5.0)


class Metrics:
    """Counters of conversations, of sessions through the gateway, and of their cues."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sessions = Gauge("visavis_sessions", "Conversations going on", registry=self.registry)
        self.sessions_total = Counter(
            "visavis_sessions_started", "Conversations begun", registry=self.registry
        )
        self.refused_total = Counter(
            "visavis_sessions_refused", "Conversations refused", ["reason"], registry=self.registry
        )
        self.turns = Counter(
            "visavis_turns", "Replies revealed by the local agent", registry=self.registry
        )
        self._stages = Histogram(
            "visavis_stage_seconds",
            "When each stage of a reply was reached, after the user's soft end",
            ["stage"],
            buckets=_STAGES_S,
            registry=self.registry,
        )
        self.gateway_sessions = Gauge(
            "visavis_gateway_sessions", "Sessions passing through", registry=self.registry
        )
        self.gateway_ended = Counter(
            "visavis_gateway_sessions_ended",
            "Sessions that passed through, by who ended them",
            ["provider", "ending"],
            registry=self.registry,
        )
        self.cue_margin = Histogram(
            "visavis_cue_margin_ms",
            "How long before it is heard a cue was sent; below 0: late",
            buckets=_MARGINS_MS,
            registry=self.registry,
        )
        self.cues = CueMetrics()
        self.registry.register(self.cues)

    def note_turn(self, stages_ms: Mapping[str, float]) -> None:
        """A reply was revealed; when each stage was reached, in ms after its soft end."""
        self.turns.inc()
        for stage, at_ms in stages_ms.items():
            self._stages.labels(stage).observe(at_ms / 1_000.0)

    @contextmanager
    def account(self) -> Generator[GatewayAccount, None, None]:
        """Of one session that passes, while it lasts."""
        account = GatewayAccount(self.cue_margin)
        self.cues.begin(account.tally)
        try:
            yield account
        finally:
            self.cues.end(account.tally)


class GatewayAccount:
    """See `lips_desk.Account`."""

    def __init__(self, margin: Histogram) -> None:
        self._margin = margin
        self.tally = Tally()

    def settle(self) -> None:
        """See Account."""
        margins_ms = self.tally.margins_ms
        while margins_ms:
            self._margin.observe(margins_ms.popleft())


class TokenMetrics(Collector):
    """What the language model costs, and what of it was for nothing; estimates."""

    def __init__(self, count: TokenCount) -> None:
        self._count = count

    def collect(self) -> Iterator[CounterMetricFamily]:
        """See prometheus_client."""
        count = self._count
        yield CounterMetricFamily(
            "visavis_llm_tokens", "Sent to the language model and received", count.asked
        )
        yield CounterMetricFamily(
            "visavis_llm_discarded_tokens",
            "Of those, for answers given up before their turn was over",
            count.discarded,
        )
        yield CounterMetricFamily(
            "visavis_llm_capped_conversations",
            "Conversations that may discard no more",
            count.capped_conversations,
        )


class CueMetrics(Collector):
    """The tallies of all relays, those at work and those that have ended."""

    def __init__(self) -> None:
        self._live: list[Tally] = []
        self._ended = Tally()

    def begin(self, tally: Tally) -> None:
        """A session has begun."""
        self._live.append(tally)

    def end(self, tally: Tally) -> None:
        """It is over."""
        self._live = [one for one in self._live if one is not tally]
        self._ended.add(tally)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """See prometheus_client."""
        whole = Tally()
        for tally in (self._ended, *self._live):
            whole.add(tally)
        yield CounterMetricFamily("visavis_cues_sent", "Mouth shapes sent", whole.n_cues)
        yield CounterMetricFamily(
            "visavis_cues_late", "Of those, sent after they were heard", whole.n_late_cues
        )
        yield CounterMetricFamily(
            "visavis_gateway_speeches", "Speeches that were listened to", whole.n_speeches
        )
        yield CounterMetricFamily(
            "visavis_gateway_interruptions", "Of those, interrupted", whole.n_interruptions
        )
        yield CounterMetricFamily(
            "visavis_gateway_unreadable_frames",
            "Frames that passed without being understood",
            whole.n_unreadable_frames,
        )
