"""A run as OTLP JSON: metrics, logs without names of people, and a trace. Pure.

Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding (64-bit integers are text,
ids are hex).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from profiles_charm.figures import Figure
from profiles_charm.portal_run import PORTAL
from profiles_charm.run import Run
from profiles_charm.status_text import error_text, nameless_text, summary
from profiles_management import ProfilesError, Report

Data = dict[str, Any]
Resource = Mapping[str, str]

# The paths of OTLP over HTTP, by the names of the relation for metrics, logs and traces.
PATHS = {"metrics": "/v1/metrics", "logs": "/v1/logs", "traces": "/v1/traces"}
# Log lines of one run. The report has all of them.
MOST = 50

_SCOPE = {"name": "profiles-management"}
_INFO, _ERROR = (9, "INFO"), (17, "ERROR")  # SeverityNumber of the specification's logs data model
_INTERNAL, _OK, _FAILED = 1, 1, 2  # SpanKind and Status.StatusCode


def metrics(figures: Iterable[Figure], resource: Resource, now: datetime) -> Data:
    """Return figures as gauges: one for each name, with a point for each of its labels."""
    by_name = groupby(figures, key=lambda figure: figure.name)
    gauges = [_gauge(list(points), _nano(now)) for _, points in by_name]
    return {
        "resourceMetrics": [
            {
                "resource": _resource(resource),
                "scopeMetrics": [{"scope": _SCOPE, "metrics": gauges}],
            }
        ]
    }


def logs(run: Run, resource: Resource) -> Data:
    """Return the result of a run in one line, and a line for each error; at most `MOST`."""
    lines = [_line(text, severity, _nano(run.now)) for text, severity in _lines(run)]
    records = [{"scope": _SCOPE, "logRecords": lines[:MOST]}]
    return {"resourceLogs": [{"resource": _resource(resource), "scopeLogs": records}]}


def traces(run: Run, resource: Resource, name: str) -> Data:
    """Return a trace with one span, the run. Its ids are hashes of the place and the moment."""
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
                {
                    "timeUnixNano": nano,
                    "asDouble": point.value,
                    "attributes": _attributes(point.labels),
                }
                for point in points
            ]
        },
    }


def _lines(run: Run) -> Iterator[tuple[str, tuple[int, str]]]:
    yield _first(run), _INFO if run.is_good else _ERROR
    for error in _errors(run):
        yield error, _ERROR


def _errors(run: Run) -> Iterator[str]:
    """Yield what cannot be read, what was refused and what failed, without names of people."""
    for reading in run.frozen:
        if reading.error is not None:
            yield f"{reading.name} cannot be read: {nameless_text(reading.error)}"
    if isinstance(run.outcome, Report):
        yield from _report_errors(run.outcome)
    if run.portal is not None:
        yield from (f"{PORTAL}: {error}" for error in _portal_errors(run.portal.outcome))


def _portal_errors(outcome: Report | ProfilesError) -> Iterator[str]:
    if isinstance(outcome, Report):
        yield from _report_errors(outcome)
    else:
        yield nameless_text(outcome)


def _report_errors(report: Report) -> Iterator[str]:
    for problem in report.plan.refused:
        yield f"{problem.where.profile}: {problem.what_nameless}"
    for outcome in report.failed:
        yield f"{outcome.change.profile}: {outcome.why_nameless}"


def _first(run: Run) -> str:
    if isinstance(run.outcome, Report):
        return summary(run, run.outcome)
    return error_text(run.outcome)


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
    """Return a moment in nanoseconds since 1970; a moment has microseconds."""
    return str(int(moment.timestamp() * 1_000_000) * 1000)


def _id(digits: int, resource: Resource, run: Run) -> str:
    seed = "\n".join((str(digits), *resource.values(), _nano(run.now)))
    return hashlib.sha256(seed.encode()).hexdigest()[:digits]
