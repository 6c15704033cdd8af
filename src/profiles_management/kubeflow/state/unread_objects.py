"""Limits on how much of a cluster's objects is looked at, and the warnings beyond them. Pure."""

from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from profiles_management.kubeflow.state.observed import ForeignObject
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.plan import Person

MOST_PEOPLE: Final = 1000
"""How many people of one object are kept."""

MOST_PROBLEMS: Final = 20
"""How many problems with objects of one cluster are reported one by one."""

Foreign = TypeVar("Foreign", bound=ForeignObject)
T = TypeVar("T")


def of_object(kind: str, name: str, namespace: str, what: str) -> Problem:
    """Return a problem with one object; `what` continues its kind and name, and names nobody."""
    place = f"{namespace}/{name}" if namespace else name
    remedy = "Check it with kubectl, and delete it."
    nameless = f"a {kind} in {namespace} {what}" if namespace else f"a {kind} {what}"
    return Problem(
        "unreadable",
        f"{kind} {place} {what}",
        Where(path=f"{kind}/{place}"),
        remedy,
        nameless=nameless,
        names_place=True,
    )


def some(subjects: Sequence[T] | None) -> Sequence[T]:
    """Return no more subjects than are kept.

    That there are several is enough to restore the right one.
    """
    return (subjects or ())[:MOST_PEOPLE]


def limited(giving: Foreign, namespace: str) -> tuple[Foreign, list[Problem]]:
    """Return an object with MOST_PEOPLE people at most, and the problem that it has more."""
    if len(giving.people) <= MOST_PEOPLE:
        return giving, []
    what = f"names {len(giving.people):,} people, of whom only {MOST_PEOPLE:,} are checked"
    problem = of_object(giving.kind, giving.name, namespace, what)
    people = sorted(giving.people, key=_is_program)  # nobody hides behind a thousand accounts
    return msgspec.structs.replace(giving, people=tuple(people[:MOST_PEOPLE])), [problem]


def _is_program(person: Person) -> bool:
    return person.kind == "ServiceAccount" or person.name.startswith("system:")


def bounded(problems: Sequence[Problem]) -> Sequence[Problem]:
    """Return the first problems with objects, and how many more there are."""
    if len(problems) <= MOST_PROBLEMS:
        return problems
    what = f"{len(problems) - MOST_PROBLEMS:,} more objects have such problems"
    return [
        *problems[:MOST_PROBLEMS],
        Problem("unreadable", what, Where(), "Delete those above, and run again."),
    ]
