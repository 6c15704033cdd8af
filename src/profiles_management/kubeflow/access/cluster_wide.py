"""ClusterRoleBindings of people, which give access to every namespace. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Person

_PEOPLE = ("User", "Group")
# the label of the bindings that Kubernetes creates itself
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
    """Every ClusterRoleBinding of a user or group, and the objects that could not be read."""

    entries: tuple[ClusterWideEntry, ...] = ()
    unread: tuple[Problem, ...] = ()


def gathered(bindings: Iterable[Any], unread: Iterable[Problem] = ()) -> ClusterWide:
    """Return the access of users and groups.

    The bindings to system groups that Kubernetes creates itself are left out.

    Args:
        bindings: the ClusterRoleBindings, as slim classes.
        unread: the bindings that could not be read.
    """
    people = set(chain.from_iterable(map(_entries, bindings)))
    return ClusterWide(tuple(sorted(people)), tuple(unread))


def of_people(wide: ClusterWide, people: Collection[Person]) -> tuple[ClusterWideEntry, ...]:
    """Return the entries of some people."""
    return tuple(entry for entry in wide.entries if entry.person in people)


def _entries(binding: Any) -> Iterator[ClusterWideEntry]:  # noqa: ANN401 - a slim class
    """Yield the users and groups of a ClusterRoleBinding, except those of Kubernetes' defaults."""
    key, value = _DEFAULTS
    is_default = (binding.metadata.labels or {}).get(key) == value
    for subject in binding.subjects or ():
        person = Person(subject.kind, subject.name)
        if person.kind in _PEOPLE and not (is_default and person.name.startswith(_SYSTEM)):
            yield ClusterWideEntry(binding.metadata.name, binding.role_ref.name, person)
