"""What a run did to each profile, as Kubernetes Events, so that `kubectl describe profile` tells the story.

One Event a profile and kind of happening, at most `MOST` a run. Events lie in the namespace
`default`, where more people may read than in a profile, so nobody is named in them unless
`settings.events` is `names`.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from itertools import groupby
from typing import Any, NamedTuple

from profiles_management.kubeflow.objects import builders, naming
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile import nameless
from profiles_management.reconcile.lines import count, printable
from profiles_management.reconcile.plan import Action, Change, Reason
from profiles_management.reconcile.report import Outcome, Report, Result
from profiles_management.reconcile.rows import day, rows

# More than anybody reads of one run, and sent one after the other in well under a second.
MOST = 50
# In bytes, as much as a note of events.k8s.io holds. Source: kubernetes,
# pkg/apis/core/validation/events.go.
LONGEST = 1024
# An Event about what is cluster-wide has to be in this namespace. Source: the same file,
# legacyValidateEvent.
NAMESPACE = "default"

_DIGITS = 10
_AROUND = 60  # bytes for how many there are before a list, and how many more after it


class Happening(Enum):
    """What an Event is about; what asks for somebody's attention comes first. The value is the Event's `reason`."""

    REFUSED = "Refused"
    FAILED = "Failed"
    REVOKED = "Revoked"
    OWNER_CHANGED = "OwnerChanged"
    ROLE_CHANGED = "RoleChanged"
    MENDED = "Mended"
    GRANTED = "Granted"
    CREATED = "Created"
    QUOTA_CHANGED = "QuotaChanged"
    LEFT_OUT = "LeftOut"

    @property
    def lasts(self) -> bool:
        """Whether it is a state that each run finds anew, rather than something that was done once."""
        return self in (Happening.REFUSED, Happening.FAILED)


class Event(NamedTuple):
    """One Event about a profile; `message` is at most `LONGEST` bytes."""

    profile: str
    happening: Happening
    message: str


class _Told(NamedTuple):
    """One thing to tell: whose, '' for nobody's, and what."""

    profile: str
    happening: Happening
    who: str
    what: str


def of(report: Report, settings: Settings) -> tuple[Event, ...]:
    """Return what is to be told of a run: what asks for attention first, then by profile; at most `MOST`."""
    named = settings.events == "names"
    order = list(Happening)
    told = sorted(
        _told(report, named=named), key=lambda one: (order.index(one.happening), one.profile)
    )
    found = [
        Event(profile, happening, _cut(_message(happening, list(group), named=named)))
        for (happening, profile), group in groupby(
            told, key=lambda one: (one.happening, one.profile)
        )
    ]
    if len(found) <= MOST:
        return tuple(found)
    shown, left = found[: MOST - 1], found[MOST - 1 :]
    return (
        *shown,
        Event(
            left[0].profile, Happening.LEFT_OUT, f"{count(len(left), 'event')} of this run left out"
        ),
    )


def body(event: Event, uid: str, settings: Settings, now: datetime) -> dict[str, Any]:
    """Return an Event of the core API, which is the one that `kubectl describe` looks for.

    What lasts has a name made of what it says, so that the API server keeps it once, however many
    runs find it, until it forgets it (after an hour, by default) and is told again.

    Args:
        uid: of the Profile, or in standalone mode of the Namespace; `kubectl describe` shows no
            Event without it.
        now: the moment of the run.
    """
    moment = builders.timestamp(now)
    kind = "Namespace" if settings.standalone else "Profile"
    said = (uid, event.happening.value, event.message, "" if event.happening.lasts else moment)
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()[:_DIGITS]
    name = f"{event.profile}.{event.happening.value.lower()}.{digest}"
    return {
        **builders.named("Event", name, NAMESPACE, labels=builders.marks(settings)),
        "involvedObject": {
            "apiVersion": builders.API_VERSIONS[kind],
            "kind": kind,
            "name": event.profile,
            "uid": uid,
        },
        "type": "Warning" if event.happening.lasts else "Normal",
        "reason": event.happening.value,
        "message": event.message,
        "source": {"component": naming.MANAGER},
        "reportingComponent": naming.MANAGER,
        "reportingInstance": settings.instance,
        "firstTimestamp": moment,
        "lastTimestamp": moment,
        "count": 1,
    }


# what is told


def _told(report: Report, *, named: bool) -> Iterator[_Told]:
    for problem in report.plan.refused:
        yield _Told(problem.where.profile, Happening.REFUSED, "", _refusal(problem, named=named))
    for outcome in report.outcomes:
        change = outcome.change
        if outcome.result is Result.FAILED:
            yield _Told(change.profile, Happening.FAILED, "", _failure(outcome, named=named))
        elif _is_done(outcome) and (happening := _happening(change)) is not None:
            yield from _happened(change, happening)


def _is_done(outcome: Outcome) -> bool:
    """Whether all of a change was written; that a controller still works on it tells nobody anything."""
    late = outcome.result is Result.PENDING and outcome.sent == len(outcome.change.writes)
    return outcome.result is Result.DONE or late


def _happening(change: Change) -> Happening | None:
    if change.person is not None:
        return _happening_to(change)
    if change.reason is Reason.OWNER_CHANGED:
        return Happening.OWNER_CHANGED
    if change.action is Action.CREATE and change.target.kind in ("Profile", "Namespace"):
        return Happening.CREATED
    return Happening.QUOTA_CHANGED if any(_limits(change)) else None


def _happening_to(change: Change) -> Happening:
    if change.action is Action.CREATE:
        return Happening.GRANTED
    if change.action is Action.DELETE and change.reason is not Reason.EXTRA_ROLE:
        return Happening.REVOKED
    return Happening.ROLE_CHANGED if change.before != change.after else Happening.MENDED


def _happened(change: Change, happening: Happening) -> Iterator[_Told]:
    who = str(change.person or "")
    if happening is Happening.QUOTA_CHANGED:
        for what in _limits(change):
            yield _Told(change.profile, happening, "", what)
    elif happening in (Happening.CREATED, Happening.OWNER_CHANGED):
        yield from _owners(change, happening)
    else:
        yield _Told(change.profile, happening, who, _role(change, happening))


def _owners(change: Change, happening: Happening) -> Iterator[_Told]:
    what = "new profile" if change.reason is Reason.WANTED else str(change.reason)
    for field in change.fields:
        if field.path == "owner":
            was = (
                f", was {field.before}"
                if field.before is not None and field.before != field.after
                else ""
            )
            yield _Told(change.profile, happening, f"{field.after}{was}", what)


def _role(change: Change, happening: Happening) -> str:
    if happening is Happening.REVOKED:
        return f"{change.before}, {change.reason}"
    if happening is Happening.ROLE_CHANGED:
        return f"{change.before} → {change.after}"
    until = f" until {day(change.until)}" if change.until else ""
    return (
        f"{change.after}{until}"
        if happening is Happening.GRANTED
        else f"{change.after}, {change.reason}"
    )


def _limits(change: Change) -> Iterator[str]:
    """What became of the quota and the LimitRange; nothing where the change is about something else."""
    if change.target.kind in ("Profile", "ResourceQuota", "LimitRange"):
        for row in rows(change):
            if row.name.strip() in ("quota", "limitRange") and row.detail:
                yield f"{row.name.strip()} {row.detail} {row.said}"


# in words


def _message(happening: Happening, told: Sequence[_Told], *, named: bool) -> str:
    if happening in (Happening.CREATED, Happening.OWNER_CHANGED):
        one = told[0]
        return f"{one.what}: {one.who}" if named else one.what
    if not told[0].who:
        return _listed(Counter(one.what for one in told))
    if named:
        return _fitted([f"{printable(one.who)}: {one.what}" for one in told])
    return f"{count(len(told), 'contributor')}: {_listed(Counter(one.what for one in told))}"


def _listed(numbers: Mapping[str, int]) -> str:
    return _fitted(
        [f"{what} ({number:,})" if number > 1 else what for what, number in numbers.items()]
    )


def _fitted(parts: Iterable[str]) -> str:
    """Return parts on one line as far as they fit, and how many more there are."""
    shown, *more = parts
    while more and len(f"{shown}; {more[0]}".encode()) <= LONGEST - _AROUND:
        shown = f"{shown}; {more.pop(0)}"
    return f"{shown}; and {len(more):,} more" if more else shown


def _cut(text: str) -> str:
    if len(text.encode()) <= LONGEST:
        return text
    return text.encode()[: LONGEST - len("…".encode())].decode(errors="ignore") + "…"


def _refusal(problem: Problem, *, named: bool) -> str:
    if named or nameless.is_free(problem):
        return printable(f"{problem.what}. {problem.remedy} [{problem.code}]")
    return f"{problem.code}: the report of the run says whose it is and what to do"


def _failure(outcome: Outcome, *, named: bool) -> str:
    """Say what went wrong: without names only what was asked of the server and the code of its answer."""
    if named:
        return printable(f"{outcome.change.target}: {outcome.why}")
    return nameless.outcome(outcome)
