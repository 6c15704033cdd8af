"""The answer to a source as JSON data. A relation and an HTTP request carry the same. Pure."""

from datetime import UTC, datetime
from typing import Any

from profiles_management.sources.source import (
    CatalogueContributor,
    CatalogueProfile,
    RefusedPerson,
    SourceReport,
    State,
)

Data = dict[str, Any]


def answer_data(report: SourceReport) -> Data:
    """Return a report as the mapping that the author of the document gets.

    The keys are `revision`, `applied`, `pending`, `failed`, `refused` and `problem`, and
    `catalogue` if the report has one. docs/reference/relation.md describes them.
    """
    data: Data = {
        "revision": report.revision,
        "applied": sorted(_reasons(report, "applied")),
        "pending": _reasons(report, "pending"),
        "failed": _reasons(report, "failed"),
        "refused": [*map(_refused, report.refused)],
        "problem": report.problem,
    }
    if report.catalogue is not None:
        data["catalogue"] = [*map(_profile, report.catalogue)]
    return data


def _reasons(report: SourceReport, state: State) -> dict[str, str]:
    return {
        name: reason
        for name, (profile_state, reason) in sorted(report.profiles.items())
        if profile_state == state
    }


def _refused(person: RefusedPerson) -> Data:
    return {"profile": person.profile, "name": person.name, "reason": person.reason}


def _profile(profile: CatalogueProfile) -> Data:
    return {
        "name": profile.name,
        "owner": {"kind": profile.owner_kind.value, "name": profile.owner_name},
        "open": True,
        "contributors": [*map(_contributor, profile.contributors)],
    }


def _contributor(contributor: CatalogueContributor) -> Data:
    return {
        "kind": contributor.kind.value,
        "name": contributor.name,
        "role": contributor.role.value,
        "until": None if contributor.until is None else _time(contributor.until),
        "source": contributor.source,
    }


def _time(time: datetime) -> str:
    """Return a time in RFC 3339, in UTC and whole seconds."""
    seconds = time.astimezone(UTC).isoformat(timespec="seconds")  # strftime cuts short years
    return seconds.replace("+00:00", "Z")
