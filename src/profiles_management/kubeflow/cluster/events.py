"""What a run did to each profile, as Kubernetes Events, which `kubectl describe profile` shows.

One Event for each profile and kind of happening, at most `MOST` for each run. Events are in the
namespace `default`, where more people may read than in a profile, so they name nobody unless
`settings.events` is `names`.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from itertools import groupby, starmap
from typing import Any, NamedTuple

from msgspec import structs

from profiles_management.kubeflow.objects import builders, document_people, naming
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.people import ContributorRole
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.lines import count, printable
from profiles_management.reconcile.plan import (
    Action,
    Change,
    FieldKind,
    Reason,
)
from profiles_management.reconcile.report import Outcome, Report, Result
from profiles_management.reconcile.rows import day, limit_changes, previous_owner

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
    """What an Event is about; what asks for somebody's attention comes first.

    The value is the Event's `reason`.
    """

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
        """Whether it is a state that each run finds again, not something that was done once."""
        return self in (Happening.REFUSED, Happening.FAILED)


class Event(NamedTuple):
    """One Event about a profile; `message` is at most `LONGEST` bytes."""

    profile: str
    happening: Happening
    message: str


class _Fact(NamedTuple):
    """One thing that happened: to which profile, to whom ('' for nobody), and what."""

    profile: str
    happening: Happening
    who: str
    what: str


def of(report: Report, settings: Settings) -> tuple[Event, ...]:
    """Return the Events of a run: what asks for attention first, then by profile.

    At most `MOST`.
    """
    is_named = settings.events == "names"
    facts = sorted(_facts(report, named=is_named), key=_place)
    events = [
        Event(profile, happening, _cut(_message(happening, list(group), named=is_named)))
        for (happening, profile), group in groupby(facts, key=_happening_and_profile)
    ]
    if len(events) <= MOST:
        return tuple(events)
    shown, left = events[: MOST - 1], events[MOST - 1 :]
    message = f"{count(len(left), 'event')} of this run left out"
    return (*shown, Event(left[0].profile, Happening.LEFT_OUT, message))


def _place(fact: _Fact) -> tuple[int, str]:
    return list(Happening).index(fact.happening), fact.profile


def _happening_and_profile(fact: _Fact) -> tuple[Happening, str]:
    return fact.happening, fact.profile


def body(event: Event, uid: str, settings: Settings, now: datetime) -> dict[str, Any]:
    """Return an Event of the core API, which is the one that `kubectl describe` looks for.

    What lasts has a name made of what it says, so that the API server keeps it once, however many
    runs find it, until it forgets it (after an hour, by default) and is told again.

    Args:
        uid: of the Profile, or in standalone mode of the Namespace; `kubectl describe` shows no
            Event without it.
        now: the moment of the run.
    """
    moment = document_people.timestamp(now)
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


# what happened


def _facts(report: Report, *, named: bool) -> Iterator[_Fact]:
    for problem in report.plan.refused:
        yield _Fact(problem.where.profile, Happening.REFUSED, "", _refusal(problem, named=named))
    for outcome in report.outcomes:
        if outcome.result is Result.FAILED:
            failure = _failure(outcome, named=named)
            yield _Fact(outcome.change.profile, Happening.FAILED, "", failure)
        elif _is_written(outcome):
            yield from _facts_of(outcome.change, named=named)


def _is_written(outcome: Outcome) -> bool:
    """Whether all of a change was written; that a controller still works on it is no news."""
    is_late = outcome.result is Result.PENDING and outcome.sent == len(outcome.change.writes)
    return outcome.result is Result.DONE or is_late


def _facts_of(change: Change, *, named: bool) -> Iterator[_Fact]:
    if change.person is not None:
        happened = _happening_to(change)
        role = _role(change if named else _with_public_roles(change), happened)
        yield _Fact(change.profile, happened, str(change.person), role)
    elif happening := _happening_of_owner(change):
        yield from _facts_of_owner(change, happening)
    else:
        for what in limit_changes(change):
            yield _Fact(change.profile, Happening.QUOTA_CHANGED, "", what)


def _facts_of_owner(change: Change, happening: Happening) -> Iterator[_Fact]:
    reason = str(change.reason)
    if change.reason is Reason.WANTED:
        reason = "new profile"
    for field in change.fields:
        if field.kind is FieldKind.OWNER:
            who = f"{field.after}{previous_owner(field)}"
            yield _Fact(change.profile, happening, who, reason)


def _happening_of_owner(change: Change) -> Happening | None:
    """Return what a change that is not about one person does to the owner, None for nothing."""
    if change.reason is Reason.OWNER_CHANGED:
        return Happening.OWNER_CHANGED
    if change.action is Action.CREATE and change.target.kind in ("Profile", "Namespace"):
        return Happening.CREATED
    return None


def _happening_to(change: Change) -> Happening:
    if change.action is Action.CREATE:
        return Happening.GRANTED
    if change.action is Action.DELETE and change.reason is not Reason.EXTRA_ROLE:
        return Happening.REVOKED
    if change.before != change.after:
        return Happening.ROLE_CHANGED
    return Happening.MENDED


def _with_public_roles(change: Change) -> Change:
    """Return a change without roles that others named: such a name may be that of a person."""
    before, after = map(_public_role, (change.before, change.after))
    return structs.replace(change, before=before, after=after)


def _public_role(role: str) -> str:
    return role if role in ("", *ContributorRole) else "another role"


def _role(change: Change, happening: Happening) -> str:
    """Return what happened to a person's role."""
    otherwise = {
        Happening.REVOKED: f"{change.before}, {change.reason}",
        Happening.ROLE_CHANGED: f"{change.before} → {change.after}",
        Happening.MENDED: f"{change.after}, {change.reason}",
    }
    return otherwise.get(happening) or _granted(change)


def _granted(change: Change) -> str:
    if not change.until:
        return str(change.after)
    return f"{change.after} until {day(change.until)}"


# in words


def _message(happening: Happening, facts: Sequence[_Fact], *, named: bool) -> str:
    first = facts[0]
    is_about_owner = happening in (Happening.CREATED, Happening.OWNER_CHANGED)
    if is_about_owner and named:
        return f"{first.what}: {first.who}"
    if is_about_owner:
        return first.what
    if not first.who:
        return _counted(facts)
    if named:
        return _fitted([f"{printable(fact.who)}: {fact.what}" for fact in facts])
    return f"{count(len(facts), 'contributor')}: {_counted(facts)}"


def _counted(facts: Iterable[_Fact]) -> str:
    """Return what happened, each once, with how often."""
    numbers = Counter(fact.what for fact in facts)
    return _fitted(starmap(_times, numbers.items()))


def _times(what: str, number: int) -> str:
    if number == 1:
        return what
    return f"{what} ({number:,})"


def _fitted(parts: Iterable[str]) -> str:
    """Return parts on one line as far as they fit, and how many more there are."""
    shown, *more = parts
    while more and len(f"{shown}; {more[0]}".encode()) <= LONGEST - _AROUND:
        shown = f"{shown}; {more.pop(0)}"
    if not more:
        return shown
    return f"{shown}; and {len(more):,} more"


def _cut(text: str) -> str:
    if len(text.encode()) <= LONGEST:
        return text
    return text.encode()[: LONGEST - len("…".encode())].decode(errors="ignore") + "…"


def _refusal(problem: Problem, *, named: bool) -> str:
    if named or problem.names_nobody:
        return printable(f"{problem.what}. {problem.remedy} [{problem.code}]")
    return f"{problem.code}: the report of the run has the owner and the remedy"


def _failure(outcome: Outcome, *, named: bool) -> str:
    """Say what went wrong.

    Without names only what was asked of the server and the code of its answer.
    """
    if named:
        return printable(f"{outcome.change.target}: {outcome.why}")
    return outcome.why_nameless
