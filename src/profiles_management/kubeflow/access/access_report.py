"""The report of who has access: the role assignments that were asked for, counted, and what it does not cover. Pure."""

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
    """Who has which role where, as far as it was asked for.

    Attributes:
        entries: the role assignments.
        general: where one person was asked for, what groups and patterns give them that include
            everybody.
        cluster_wide: the ClusterRoleBindings of these people, None where they were not read.
        person: the text that names who was asked for, '' for everybody.
        found: the people whom that text means, of those who have access.
        profile: the profile that was asked for, '' for all.
        similar: where nobody was found, other names that may have been meant.
        profiles: how many profiles there are in what was looked at.
        at: the moment of the report, with a zone.
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
        for entry in sorted(
            self.entries, key=lambda entry: (entry.person.name, entry.person.kind, entry)
        ):
            groups.setdefault(entry.person, []).append(entry)
        return groups

    @property
    def people(self) -> Mapping[Person, int]:
        """How many profiles each person has access to; 0 for somebody who has a ClusterRoleBinding alone."""
        counts = {
            person: len({entry.profile for entry in held})
            for person, held in self.by_person.items()
        }
        return {
            person: counts.get(person, 0)
            for person in sorted({*counts, *self.found}, key=lambda one: one[::-1])
        }

    @property
    def not_covered(self) -> tuple[str, ...]:
        """What gives access and is not in this report."""
        first = (_CLUSTER_WIDE,) if self.cluster_wide is None else ()
        return (*first, *NEVER_COVERED)

    def is_expired(self, entry: AccessEntry) -> bool:
        """Return whether an entry should have ended by now."""
        return has_come(entry.until, self.at)


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
    """Return the report that was asked for.

    Args:
        entries: all entries, or those of one profile.
        at: the moment of the report, with a zone.
        person: a name or a part of one, see person_search.
        profile: the profile that the entries are of.
        cluster_wide: the ClusterRoleBindings of everybody, None where they were not read.
        document: people whose ClusterRoleBindings count although they have no role in a profile.
        unread: what could not be read where the entries are from.
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
    return _of_person(everything, person.strip(), people, cluster_wide) if person else everything


def _of_person(
    everything: AccessReport,
    person: str,
    people: frozenset[Person],
    cluster_wide: ClusterWide | None,
) -> AccessReport:
    """Return a report with what one text means alone."""
    bound = (
        frozenset(entry.person for entry in cluster_wide.entries)
        if cluster_wide is not None
        else frozenset()
    )
    result = search(person, people | bound)
    narrowed = replace(
        everything,
        entries=tuple(entry for entry in everything.entries if entry.person in result.people),
        general=tuple(entry for entry in everything.entries if entry.person in result.general),
        person=person,
        found=result.people,
        similar=result.similar,
    )
    if cluster_wide is None:
        return narrowed
    return replace(
        narrowed, cluster_wide=wide_access.of_people(cluster_wide, result.people | result.general)
    )
