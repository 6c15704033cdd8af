"""ClusterRoleBindings of people: access to every namespace, which no document gives. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Person

_PEOPLE = ("User", "Group")
# what every cluster has from the beginning
_DEFAULTS = ("kubernetes.io/bootstrapping", "rbac-defaults")
_SYSTEM = "system:"


@dataclass(frozen=True, slots=True, order=True)
class ClusterWideEntry:
    """A ClusterRole that a user or group has in every namespace.

    Attributes:
        binding: the name of the ClusterRoleBinding.
        role: the name of the ClusterRole.
    """

    binding: str
    role: str
    person: Person


@dataclass(frozen=True, slots=True)
class ClusterWide:
    """Every ClusterRoleBinding of a user or group, and what could not be read of the list."""

    entries: tuple[ClusterWideEntry, ...] = ()
    unread: tuple[Problem, ...] = ()


def gathered(bindings: Iterable[Any], unread: Iterable[Problem] = ()) -> ClusterWide:
    """Return the access of users and groups; bindings are those of slim.ClusterRoleBinding.

    The bindings to system groups that Kubernetes creates itself are left out.
    """
    return ClusterWide(tuple(sorted(set(_entries(bindings)))), tuple(unread))


def of_people(wide: ClusterWide, people: Collection[Person]) -> tuple[ClusterWideEntry, ...]:
    """Return the entries of some people."""
    return tuple(entry for entry in wide.entries if entry.person in people)


def _entries(bindings: Iterable[Any]) -> Iterator[ClusterWideEntry]:
    for binding in bindings:
        for subject in binding.subjects or ():
            if subject.kind in _PEOPLE and not _is_default(binding, subject.name):
                person = Person(subject.kind, subject.name)
                yield ClusterWideEntry(binding.metadata.name, binding.role_ref.name, person)


def _is_default(binding: Any, name: str) -> bool:  # noqa: ANN401 - a slim.ClusterRoleBinding
    key, value = _DEFAULTS
    return name.startswith(_SYSTEM) and (binding.metadata.labels or {}).get(key) == value
