"""Who may do what where: everybody with a role in a profile, as the cluster has it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from profiles_management.kubeflow.objects import naming, policies
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_state import (
    ROLES,
    PersonAccess,
    access_by_person,
    bound_people,
    contributor_state,
)
from profiles_management.kubeflow.state.observed import UNSEEN_ROLES, NamespaceSeen, Observed
from profiles_management.kubeflow.state.ownership import is_terminating
from profiles_management.kubeflow.state.unread_objects import bounded
from profiles_management.pmr.names import near, quoted
from profiles_management.pmr.problems import Problem, UnknownProfile
from profiles_management.reconcile.plan import Person


@dataclass(frozen=True, slots=True, order=True)
class AccessEntry:
    """One role of one person in one profile.

    Attributes:
        role: admin, edit or view; the name of another ClusterRole, as `ClusterRole/edit` where that
            is the name of a role; '' for one who passes the mesh alone.
        until: when it ends, '' for never.
        owner: whether they have it as the owner.
        managed: whether a document says so; False for a RoleBinding that somebody made for another
            purpose.
        deleting: whether the namespace is being deleted, where access stays for as long as the
            namespace does.
        source: the source of the document that gave it, '' where none is recorded.
    """

    profile: str
    person: Person
    role: str
    until: str = ""
    owner: bool = False
    managed: bool = True
    deleting: bool = False
    source: str = ""


def entries(
    observed: Observed, settings: Settings, profile: str | None = None
) -> tuple[AccessEntry, ...]:
    """Return who has which role where, and until when, sorted by profile and person.

    Args:
        profile: look at this one only.

    Raises:
        UnknownProfile: it is not there.
    """
    places = _listed(observed, settings)
    if profile is not None:
        places = (_known(profile, places),)
    found: list[AccessEntry] = []
    for name in places:
        entries = _entries(name, observed, settings)
        found += _marked(entries) if is_terminating(name, observed) else entries
    return tuple(sorted(found))


def unread(
    observed: Observed, settings: Settings, profile: str | None = None
) -> tuple[Problem, ...]:
    """Return what could not be read, or only in part; who has access by it is not among the entries.

    Args:
        profile: only what is of this one, or of an unknown place.
    """
    somewhere = [problem for problem in observed.unreadable if problem.code != UNSEEN_ROLES]
    places = _listed(observed, settings) if profile is None else (profile,)
    found = [problem for place in sorted(places) for problem in observed.unread.get(place, ())]
    return (*somewhere, *bounded(found))


def _entries(name: str, observed: Observed, settings: Settings) -> Iterator[AccessEntry]:
    yield from _owner(name, observed)
    for person, held in access_by_person(contributor_state(name, observed)).items():
        yield from _contributor(name, person, held, settings)
    yield from _foreign(name, observed)


def _marked(entries: Iterable[AccessEntry]) -> Iterator[AccessEntry]:
    """Yield entries as those of a namespace that is being deleted."""
    return (replace(entry, deleting=True) for entry in entries)


def _known(profile: str, places: Sequence[str]) -> str:
    if profile in places:
        return profile
    meant = near(profile, places)
    hint = f" Did you mean {quoted(meant)}?" if meant is not None else ""
    if not places:
        hint = " There is none at all; a cluster without Kubeflow needs the setting standalone."
    raise UnknownProfile(f"There is no profile {quoted(profile)}.{hint}")


def _listed(observed: Observed, settings: Settings) -> tuple[str, ...]:
    return tuple(observed.namespaces if settings.standalone else _places(observed))


def _places(observed: Observed) -> Iterator[str]:
    """Yield every profile, and every namespace that was kept, or is not gone yet, after its Profile was deleted."""
    yield from observed.profiles
    for name, space in observed.namespaces.items():
        if name not in observed.profiles and _was_profile(space, observed):
            yield name


def _was_profile(space: NamespaceSeen, observed: Observed) -> bool:
    # The profile controller leaves its label on the namespace.
    has_mark = (
        space.name in observed.closed or space.labels.get(naming.PART_OF) == naming.KUBEFLOW_PROFILE
    )
    return has_mark or (
        space.deleting and (bool(space.owned_by) or space.name in observed.bindings)
    )


def _owner(name: str, observed: Observed) -> Iterator[AccessEntry]:
    """Yield the owner as the owner's RoleBinding binds them; others whom it binds are among what is not managed."""
    seen, owned = observed.profiles.get(name), observed.owner_bindings.get(name)
    anchor = seen or observed.namespaces.get(name)
    source = anchor.source if anchor is not None else ""
    if owned is None:
        if seen is not None and seen.owner is not None:
            yield AccessEntry(name, seen.owner, "admin", owner=True, source=source)
        return
    shared = [
        binding
        for binding in observed.foreign.get(name, ())
        if binding.name == naming.OWNER_BINDING
    ]
    others = {person for binding in shared for person in binding.people}
    for whole, person in zip(owned.people_in(name), owned.people, strict=True):
        if whole not in others:
            yield AccessEntry(name, person, _shown(owned.granted), owner=True, source=source)


def _contributor(
    name: str, person: Person, held: PersonAccess, settings: Settings
) -> Iterator[AccessEntry]:
    for binding in held.bindings:
        for subject in bound_people(binding):
            yield AccessEntry(
                name, subject, _shown(binding.granted), binding.until, source=binding.source
            )
    if not held.bindings and person.name:
        policy = held.policies[0]
        yield AccessEntry(name, person, "", policy.until, source=policy.source)
    for policy in held.policies:  # somebody may have edited it
        for other in policies.people_let_in(policy.spec, settings):
            if other != person:
                yield AccessEntry(name, other, "", policy.until, source=policy.source)


def _foreign(name: str, observed: Observed) -> Iterator[AccessEntry]:
    """Yield who has access by objects that are not managed, but for what runs in the namespace itself."""
    for binding in observed.foreign.get(name, ()):
        for person in binding.people:
            if person.kind != "ServiceAccount" or not person.name.startswith(f"{name}:"):
                yield AccessEntry(name, person, _shown(binding.role), managed=False)
    for policy in observed.foreign_policies.get(name, ()):
        for person in policy.people:
            yield AccessEntry(name, person, "", managed=False)


def _shown(role: str) -> str:
    name = role.removeprefix("ClusterRole/")
    return role if name in ROLES else name  # a ClusterRole named `edit` is not the role edit
