"""Role assignments: who has which role in which profile, as the target has it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from profiles_management.kubeflow.access.person_search import MOST_SIMILAR
from profiles_management.kubeflow.objects import naming, policies
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_state import (
    ROLES,
    PersonAccess,
    access_by_person,
    bound_people,
    contributor_state,
)
from profiles_management.kubeflow.state.observed import (
    UNSEEN_ROLES,
    Binding,
    MarkedObject,
    Observed,
    Policy,
)
from profiles_management.kubeflow.state.ownership import is_terminating
from profiles_management.kubeflow.state.unmanaged_access import foreign_objects
from profiles_management.kubeflow.state.unread_objects import bounded
from profiles_management.pmr.names import nearest, quoted
from profiles_management.pmr.problems import Problem, UnknownProfile
from profiles_management.reconcile.plan import Person


@dataclass(frozen=True, slots=True, order=True)
class AccessEntry:
    """One role of one person in one profile.

    Attributes:
        role: admin, edit or view; the name of another ClusterRole, as `ClusterRole/edit` where it
            has the name of a role; '' for a person whom only an AuthorizationPolicy lets in.
        until: when the access ends, '' for never.
        owner: whether the person has the role as the owner.
        managed: whether a document gives or ends the access: its profile, or its object, has a
            managed-by label. False for RoleBindings that were created for another purpose, and in
            profiles that no document created or adopted.
        deleting: whether the namespace is being deleted. Access stays until it is gone.
        source: the source of the entry in the document, '' where none is recorded.
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
    """Return the role assignments, sorted by profile and person.

    Args:
        observed: the state of the target.
        settings: the settings of the installation.
        profile: the only profile to read, None for all.

    Raises:
        UnknownProfile: there is no profile of that name.
    """
    names = _listed(observed, settings)
    if profile is not None:
        names = (_known(profile, names),)
    assignments: list[AccessEntry] = []
    for name in names:
        assignments += _entries(name, observed, settings)
    return tuple(sorted(assignments))


def unread(
    observed: Observed, settings: Settings, profile: str | None = None
) -> tuple[Problem, ...]:
    """Return the objects that could not be read; the entries do not contain their access.

    Args:
        observed: the state of the target.
        settings: the settings of the installation.
        profile: only the objects of this profile, and those whose namespace is unknown.
    """
    anywhere = [problem for problem in observed.unreadable if problem.code != UNSEEN_ROLES]
    if profile is not None:
        return (*anywhere, *bounded(observed.unread.get(profile, ())))
    profiles = sorted(_listed(observed, settings))
    inside = chain.from_iterable(observed.unread.get(name, ()) for name in profiles)
    return (*anywhere, *bounded([*inside]))


def _entries(name: str, observed: Observed, settings: Settings) -> Iterator[AccessEntry]:
    """Yield the role assignments in one profile; access in a namespace in deletion is marked."""
    by_owner = _owner(name, observed)
    by_contributors = _contributors(name, observed, settings)
    by_others = _unmanaged(name, observed)
    deleting = is_terminating(name, observed)
    for entry in chain(by_owner, by_contributors, by_others):
        yield replace(entry, deleting=deleting)


# which profiles


def _known(profile: str, profiles: Sequence[str]) -> str:
    """Return a profile that exists; raise UnknownProfile for another name."""
    if profile in profiles:
        return profile
    raise UnknownProfile(f"There is no profile {quoted(profile)}.{_hint(profile, profiles)}")


def _hint(profile: str, profiles: Sequence[str]) -> str:
    if not profiles:
        return " No profiles exist. A cluster without Kubeflow needs the setting standalone."
    similar = nearest(profile, profiles, most=len(profiles))
    if not similar:
        return ""
    names = [*map(quoted, similar[:MOST_SIMILAR])]
    if len(similar) > MOST_SIMILAR:
        names.append(f"one of {len(similar) - MOST_SIMILAR:,} more")
    *others, last = names
    if not others:
        return f" Did you mean {last}?"
    return f" Did you mean {', '.join(others)} or {last}?"


def _listed(observed: Observed, settings: Settings) -> tuple[str, ...]:
    """Return the profiles, and the namespaces of deleted Profiles that still exist."""
    if settings.standalone:
        return tuple(observed.namespaces)
    remaining = (name for name in observed.namespaces if _was_profile(name, observed))
    return (*observed.profiles, *remaining)


def _was_profile(name: str, observed: Observed) -> bool:
    """Whether a namespace has no Profile, and had one before."""
    if name in observed.profiles:
        return False
    namespace = observed.namespaces[name]
    # The profile controller leaves its label on the namespace.
    if namespace.labels.get(naming.PART_OF) == naming.KUBEFLOW_PROFILE:
        return True
    if name in observed.closed:
        return True
    # A namespace in deletion may have lost its label.
    return namespace.deleting and (bool(namespace.owned_by) or name in observed.bindings)


# owners


def _owner(name: str, observed: Observed) -> Iterator[AccessEntry]:
    """Yield the owner as the owner's RoleBinding binds them, or as the Profile declares them.

    Other people in that RoleBinding are among the unmanaged ones.
    """
    marked = _marked(name, observed)
    source = marked.source if marked is not None else ""
    managed = _is_managed(name, observed)
    for person, role in _owners_with_role(name, observed):
        yield AccessEntry(name, person, role, owner=True, managed=managed, source=source)


def _owners_with_role(name: str, observed: Observed) -> Iterator[tuple[Person, str]]:
    binding = observed.owner_bindings.get(name)
    if binding is None:
        owner = observed.declared_owner(name)
        if owner is not None:
            yield owner, "admin"
        return
    others = _bound_with_owner(name, observed)
    role = _shown(binding.granted)
    for qualified, person in zip(binding.people_in(name), binding.people, strict=True):
        if qualified not in others:
            yield person, role


def _is_managed(name: str, observed: Observed) -> bool:
    """Whether an installation created or adopted a profile: this one, or another one."""
    marked = _marked(name, observed)
    return marked is not None and bool(marked.mark)


def _marked(name: str, observed: Observed) -> MarkedObject | None:
    return observed.profiles.get(name) or observed.namespaces.get(name)


def _bound_with_owner(name: str, observed: Observed) -> frozenset[Person]:
    """Return the people whom the owner's RoleBinding binds without being the owner."""
    for binding in observed.foreign.get(name, ()):
        if binding.name == naming.OWNER_BINDING:
            return frozenset(binding.people)
    return frozenset()


# contributors, and people with unmanaged access


def _contributors(name: str, observed: Observed, settings: Settings) -> Iterator[AccessEntry]:
    is_profile_managed = _is_managed(name, observed)
    for person, access in access_by_person(contributor_state(name, observed)).items():
        is_managed = is_profile_managed or any(item.mark for item in access.objects)
        for entry in _contributor(name, person, access, settings):
            yield replace(entry, managed=is_managed)


def _contributor(
    name: str, person: Person, access: PersonAccess, settings: Settings
) -> Iterator[AccessEntry]:
    for binding in access.bindings:
        yield from _of_binding(name, binding)
    if not access.bindings and person.name:
        yield _let_in(name, person, access.policies[0])
    for policy in access.policies:
        # Somebody may have changed the policy to let in others.
        for other in {*policies.people_let_in(policy.spec, settings)} - {person}:
            yield _let_in(name, other, policy)


def _of_binding(name: str, binding: Binding) -> Iterator[AccessEntry]:
    role = _shown(binding.granted)
    for person in bound_people(binding):
        yield AccessEntry(name, person, role, binding.until, source=binding.source)


def _let_in(name: str, person: Person, policy: Policy) -> AccessEntry:
    """Return the entry of a person whom only a policy lets in."""
    return AccessEntry(name, person, "", policy.until, source=policy.source)


def _unmanaged(name: str, observed: Observed) -> Iterator[AccessEntry]:
    """Yield who has access by unmanaged objects, except the namespace's own ServiceAccounts."""
    for item in foreign_objects(name, observed):
        for person in item.people:
            if not _runs_in(name, person):
                yield AccessEntry(name, person, _shown(item.role), managed=False)


def _runs_in(name: str, person: Person) -> bool:
    """Whether a person is a ServiceAccount of a namespace, written as `NAMESPACE:NAME`."""
    return person.kind == "ServiceAccount" and person.name.startswith(f"{name}:")


def _shown(role: str) -> str:
    """Return a role by its name; a ClusterRole that is named like a role keeps its prefix."""
    name = role.removeprefix("ClusterRole/")
    if name in ROLES:
        return role
    return name
