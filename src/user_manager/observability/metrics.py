"""Metrics of requests and of the state in the database, for Prometheus.

Counters are kept by each process; with several, prometheus_client adds them up from files in
PROMETHEUS_MULTIPROC_DIR. What the database knows is asked when the metrics are read.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Min, Q
from django.dispatch import receiver
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from user_manager.domain.vocabulary import AccessState, Effect, ModuleKind
from user_manager.identity import clock
from user_manager.models import Access, CatalogueConflict, ClusterState, Module, Notice
from user_manager.selectors.ownership import (
    current,
    open_requests,
    over,
    owner_accesses_of_all,
)
from user_manager.selectors.reviews import review_overdue
from user_manager.services.sending import WAITING
from user_manager.services.transaction import requests_decided

REQUESTS = Counter(
    "user_manager_requests_total",
    "Answered requests.",
    ["api", "route", "status"],
)
REQUEST_SECONDS = Histogram(
    "user_manager_request_seconds",
    "Time to answer a request, in seconds.",
    ["api"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
DECISIONS = Counter("user_manager_decisions_total", "Decided requests.", ["decision"])


@receiver(requests_decided)
def _count_decisions(decisions: Iterable[str], **_: object) -> None:
    for decision in decisions:
        DECISIONS.labels(decision).inc()


class DatabaseCollector(Collector):
    """Reads gauges from the database."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges of now."""
        now = clock.now()
        yield from _request_gauges(now)
        yield from _effect_gauges(now)
        yield from _attention_gauges(now)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"user_manager_{name}", text, value=value)


def _seconds_since(time: datetime | None, now: datetime) -> float:
    return 0.0 if time is None else max(0.0, (now - time).total_seconds())


def _request_gauges(now: datetime) -> Iterator[GaugeMetricFamily]:
    pending = Access.objects.filter(open_requests(now))
    oldest = pending.aggregate(oldest=Min("requested_at"))["oldest"]
    yield _gauge("pending_requests", "Requests that wait for a decision.", pending.count())
    yield _gauge(
        "oldest_pending_request_seconds",
        "Age of the oldest request that waits for a decision, in seconds.",
        _seconds_since(oldest, now),
    )


def _effect_gauges(now: datetime) -> Iterator[GaugeMetricFamily]:
    approved = Access.objects.filter(current(now), module__kind=ModuleKind.PROFILE)
    waiting = approved.filter(effect__in=[Effect.WAITING, Effect.UNKNOWN])
    oldest = waiting.aggregate(oldest=Min("decided_at"))["oldest"]
    yield _gauge("accesses_not_in_effect", "Approved, and not applied yet.", waiting.count())
    yield _gauge(
        "effect_lag_seconds",
        "Age of the oldest approval that the cluster has not applied, in seconds.",
        _seconds_since(oldest, now),
    )
    is_over = over(now) & Q(state=AccessState.APPROVED, module__kind=ModuleKind.PROFILE)
    ending = Access.objects.filter(Q(effect=Effect.ENDING) | is_over)
    yield _gauge("accesses_ending", "Ended, and not yet removed in the cluster.", ending.count())
    answered = ClusterState.objects.values_list("answered_at", flat=True).first()
    yield _gauge(
        "cluster_answer_age_seconds",
        "Time since the last answer of the cluster, in seconds; 0 without one.",
        _seconds_since(answered, now),
    )


def _attention_gauges(now: datetime) -> Iterator[GaugeMetricFamily]:
    yield _gauge(
        "catalogue_conflicts",
        "Profiles of the catalogue whose names external modules have.",
        CatalogueConflict.objects.count(),
    )
    external = Module.objects.filter(kind=ModuleKind.EXTERNAL)
    owned = owner_accesses_of_all(now).values("module")
    yield _gauge(
        "modules_without_owner",
        "External modules in which only administrators decide.",
        external.exclude(id__in=owned).count(),
    )
    yield _gauge(
        "reviews_overdue",
        "Accesses that nobody reviewed in time.",
        Access.objects.filter(review_overdue(now)).count(),
    )
    waiting = Notice.objects.filter(WAITING)
    yield _gauge("notices_waiting", "Notices that were not sent yet.", waiting.count())
