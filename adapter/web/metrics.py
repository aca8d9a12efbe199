"""/metrics: messages by state, subscriptions, the writer's queue, requests by route template and status. Prometheus text format 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from adapter.services import Services
from adapter.store import messages, subscriptions
from adapter.web import answers
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Route

MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
Key = tuple[str, str, int]


class _State(Collector):
    """What is asked of the store at the moment of reading."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        """Yield messages by state, subscriptions, and the length of the writer's queue. Raises SystemFault when the database is away."""
        store = self._services.store
        with store.read() as conn:
            counts = messages.counts(conn)
            told = subscriptions.states(conn)
        found = GaugeMetricFamily("adapter_messages", "Messages by state", labels=["state"])
        for state, count in sorted(counts.items()):
            found.add_metric([state], count)
        yield found
        by_status = GaugeMetricFamily("adapter_subscriptions", "Subscriptions by status", labels=["status"])
        waiting = GaugeMetricFamily(
            "adapter_subscription_events", "Events that wait to be told, by status", labels=["status"]
        )
        for status, subscribed, events in sorted(told):
            by_status.add_metric([status], subscribed)
            waiting.add_metric([status], events)
        yield from (by_status, waiting)
        yield GaugeMetricFamily("adapter_write_queue", "Writes that wait", value=store.waiting())
        helpers = self._services.helpers
        alive = helpers.alive() if helpers is not None else 0
        yield GaugeMetricFamily(
            "adapter_helpers",
            "Processes that decide events and writes over FHIR beside this one",
            value=alive,
        )

    def describe(self) -> Iterable[Metric]:
        """Return nothing: the store is not asked before it is needed."""
        return []


class Meter:
    """Counters of one app, in a registry of its own. No label holds anything a caller chose."""

    def __init__(self, services: Services) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_State(services))
        labels = ("route", "method", "status")
        self._requests = Counter(
            "adapter_http_requests", "Requests by route template", labels, registry=self.registry
        )
        self._seconds = Counter(
            "adapter_http_request_seconds", "Seconds spent on them", labels, registry=self.registry
        )
        self._children: dict[Key, tuple[Counter, Counter]] = {}

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answer."""
        key = (route, method if method in _METHODS else "other", status)
        found = self._children.get(key) or self._made(key)
        found[0].inc()
        found[1].inc(seconds)

    def _made(self, key: Key) -> tuple[Counter, Counter]:
        labels = (key[0], key[1], str(key[2]))
        pair = (self._requests.labels(*labels), self._seconds.labels(*labels))
        return self._children.setdefault(key, pair)


def metrics(call: Call) -> Answer:
    """Return the metrics of this process."""
    return answers.raw(generate_latest(call.shared.registry), media=MEDIA)


ROUTES: Final = (
    Route(
        method="GET",
        path="/metrics",
        view=metrics,
        summary="Metrics for Prometheus",
        answers=Answers(media="text/plain", texts={200: "Metrics"}),
        access=Access(action="read", kind="operations", interaction=None),
    ),
)
