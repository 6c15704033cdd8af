"""A run as OpenTelemetry's JSON: its figures, what it has to say without names of people, and how long it took. Pure.

Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding (64-bit integers are text,
ids are hex).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from profiles_charm.figures import Figure
from profiles_charm.run import Run
from profiles_charm.status_text import error_text, summary
from profiles_management import Report
from profiles_management.reconcile import nameless

Data = dict[str, Any]
Resource = Mapping[str, str]

# The paths of OTLP over HTTP, by the names that the relation gives to what an endpoint takes.
PATHS = {"metrics": "/v1/metrics", "logs": "/v1/logs", "traces": "/v1/traces"}
# Lines that one run sends: more than anybody reads; the report has them all.
MOST = 50

_SCOPE = {"name": "profiles-management"}
_INFO, _ERROR = (9, "INFO"), (17, "ERROR")  # SeverityNumber of the specification's logs data model
_INTERNAL, _OK, _FAILED = 1, 1, 2  # SpanKind and Status.StatusCode


def metrics(figures: Iterable[Figure], resource: Resource, now: datetime) -> Data:
    """Return figures as gauges, each name once with a point for each of its labels."""
    told = [
        _gauge(list(points), _nano(now)) for _, points in groupby(figures, key=lambda one: one.name)
    ]
    return {
        "resourceMetrics": [
            {"resource": _resource(resource), "scopeMetrics": [{"scope": _SCOPE, "metrics": told}]}
        ]
    }


def logs(run: Run, resource: Resource) -> Data:
    """Return what a run came to in one line, and a line for each thing that is wrong; at most `MOST`."""
    lines = [_line(text, severity, _nano(run.now)) for text, severity in _lines(run)]
    records = [{"scope": _SCOPE, "logRecords": lines[:MOST]}]
    return {"resourceLogs": [{"resource": _resource(resource), "scopeLogs": records}]}


def traces(run: Run, resource: Resource, name: str) -> Data:
    """Return a trace of one span: the run; its ids are made of where and when it was, so that no two are alike."""
    end = run.now.timestamp()
    span = {
        "traceId": _id(32, resource, run),
        "spanId": _id(16, resource, run),
        "name": name,
        "kind": _INTERNAL,
        "startTimeUnixNano": str(int((end - run.seconds) * 1_000_000) * 1000),
        "endTimeUnixNano": _nano(run.now),
        "attributes": _attributes({"requests": str(run.requests), "result": _first(run)}),
        "status": {"code": _OK if run.is_good else _FAILED},
    }
    return {
        "resourceSpans": [
            {"resource": _resource(resource), "scopeSpans": [{"scope": _SCOPE, "spans": [span]}]}
        ]
    }


def _gauge(points: list[Figure], nano: str) -> Data:
    first = points[0]
    return {
        "name": first.name,
        "description": first.description,
        **({"unit": first.unit} if first.unit else {}),
        "gauge": {
            "dataPoints": [
                {"timeUnixNano": nano, "asDouble": one.value, "attributes": _attributes(one.labels)}
                for one in points
            ]
        },
    }


def _lines(run: Run) -> Iterator[tuple[str, tuple[int, str]]]:
    yield _first(run), _INFO if run.is_good else _ERROR
    for read in run.gathered.frozen if run.gathered is not None else ():
        yield (
            f"{read.name} cannot be read: {error_text(read.error)}"
            if read.error
            else f"{read.name} is frozen",
            _ERROR,
        )
    if isinstance(run.outcome, Report):
        yield from ((error, _ERROR) for error in _errors(run.outcome))


def _errors(report: Report) -> Iterator[str]:
    """Yield what was refused and what failed, without names of people."""
    for problem in report.plan.refused:
        yield f"{problem.where.profile}: {nameless.problem(problem)}"
    for outcome in report.failed:
        yield f"{outcome.change.profile}: {nameless.outcome(outcome)}"


def _first(run: Run) -> str:
    return summary(run, run.outcome) if isinstance(run.outcome, Report) else error_text(run.outcome)


def _line(text: str, severity: tuple[int, str], nano: str) -> Data:
    number, word = severity
    return {
        "timeUnixNano": nano,
        "observedTimeUnixNano": nano,
        "severityNumber": number,
        "severityText": word,
        "body": {"stringValue": text},
    }


def _resource(resource: Resource) -> Data:
    return {"attributes": _attributes(resource)}


def _attributes(values: Mapping[str, str]) -> list[Data]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]


def _nano(moment: datetime) -> str:
    """Return a moment in nanoseconds since 1970, exact to the microsecond that a moment has."""
    return str(int(moment.timestamp() * 1_000_000) * 1000)


def _id(digits: int, resource: Resource, run: Run) -> str:
    seed = "\n".join((str(digits), *resource.values(), _nano(run.now)))
    return hashlib.sha256(seed.encode()).hexdigest()[:digits]
