"""The access report: the requested role assignments, and what the report does not cover. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from profiles_management.kubeflow.access import cluster_wide as wide_access
from profiles_management.kubeflow.access.cluster_wide import ClusterWide, ClusterWideEntry
from profiles_management.kubeflow.access.person_search import SIGNED_IN, search
from profiles_management.kubeflow.access.role_assignments import AccessEntry
from profiles_management.kubeflow.state.access_end import has_come
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Person

_CLUSTER_WIDE = "ClusterRoleBindings (the command lists them with --cluster-wide)"
NEVER_COVERED = (
    "RoleBindings outside of profiles",
    "the members of groups",
    "a profile's own ServiceAccounts",
    "other gateways",
)


@dataclass(frozen=True, slots=True)
class AccessReport:
    """The requested role assignments.

    Attributes:
        entries: the role assignments.
        at: the moment of the report, with a zone.
        general: in a report on one person, the role assignments of groups and patterns that include
            everybody.
        cluster_wide: the ClusterRoleBindings of these people, None where they were not read.
        person: the text that names the requested person, '' for everybody.
        found: the people with access whom that text means.
        profile: the requested profile, '' for all.
        similar: where nobody was found, other names that may have been meant.
        profiles: how many profiles were read.
        unread: objects that could not be read.
    """

    entries: tuple[AccessEntry, ...]
    at: datetime
    general: tuple[AccessEntry, ...] = ()
    cluster_wide: tuple[ClusterWideEntry, ...] | None = None
    person: str = ""
    found: frozenset[Person] = frozenset()
    profile: str = ""
    similar: tuple[str, ...] = ()
    profiles: int = 0
    unread: tuple[Problem, ...] = ()

    @property
    def by_person(self) -> Mapping[Person, Sequence[AccessEntry]]:
        """The entries of each person, sorted by name."""
        groups: dict[Person, list[AccessEntry]] = {}
        for entry in sorted(self.entries, key=lambda entry: (_by_name(entry.person), entry)):
            groups.setdefault(entry.person, []).append(entry)
        return groups

    @property
    def people(self) -> Mapping[Person, int]:
        """The number of profiles of each person; 0 for people with ClusterRoleBindings only."""
        profiles: dict[Person, set[str]] = {person: set() for person in self.found}
        for entry in self.entries:
            profiles.setdefault(entry.person, set()).add(entry.profile)
        return {person: len(profiles[person]) for person in sorted(profiles, key=_by_name)}

    @property
    def checks_anything(self) -> bool:
        """Whether there is a profile, one was requested, or ClusterRoleBindings were read."""
        return bool(self.profiles or self.profile or self.cluster_wide is not None)

    @property
    def scope(self) -> str:
        """The requested profile in words."""
        return self.profile or "any profile"

    def of(self, people: Collection[Person]) -> tuple[AccessEntry, ...]:
        """Return the entries of some people."""
        return tuple(entry for entry in self.entries if entry.person in people)

    @property
    def not_covered(self) -> tuple[str, ...]:
        """Kinds of access that are not in this report."""
        if self.cluster_wide is None:
            return (_CLUSTER_WIDE, *NEVER_COVERED)
        return NEVER_COVERED

    def is_expired(self, entry: AccessEntry) -> bool:
        """Return whether an entry should have ended by now."""
        return has_come(entry.until, self.at)


def _by_name(person: Person) -> tuple[str, str]:
    return person.name, person.kind


def report(
    entries: Sequence[AccessEntry],
    *,
    at: datetime,
    person: str = "",
    profile: str = "",
    cluster_wide: ClusterWide | None = None,
    document: Collection[Person] = (),
    unread: Sequence[Problem] = (),
) -> AccessReport:
    """Return a report on everybody or one person.

    Args:
        entries: all role assignments, or those of one profile.
        at: the moment of the report, with a zone.
        person: a name or a part of it, see person_search.
        profile: the profile of the entries, '' for all.
        cluster_wide: the ClusterRoleBindings of everybody, None where they were not read.
        document: people whose ClusterRoleBindings count although they have no role in a profile.
        unread: objects of the target that could not be read.
    """
    profiles = len({entry.profile for entry in entries})
    people = frozenset(entry.person for entry in entries)
    everything = AccessReport(
        tuple(entries), at, profile=profile, profiles=profiles, unread=tuple(unread)
    )
    if cluster_wide is not None:
        bindings = wide_access.of_people(cluster_wide, people | SIGNED_IN | frozenset(document))
        everything = replace(
            everything, cluster_wide=bindings, unread=(*unread, *cluster_wide.unread)
        )
    if not person:
        return everything
    return _of_person(everything, person.strip(), people, cluster_wide)


def _of_person(
    everything: AccessReport,
    person: str,
    people: frozenset[Person],
    cluster_wide: ClusterWide | None,
) -> AccessReport:
    """Return a report on the people whom a text means."""
    if cluster_wide is not None:
        people |= {entry.person for entry in cluster_wide.entries}
    result = search(person, people)
    narrowed = replace(
        everything,
        entries=everything.of(result.people),
        general=everything.of(result.general),
        person=person,
        found=result.people,
        similar=result.similar,
    )
    if cluster_wide is None:
        return narrowed
    return replace(
        narrowed, cluster_wide=wide_access.of_people(cluster_wide, result.people | result.general)
    )
