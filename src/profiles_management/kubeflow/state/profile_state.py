"""The state of one profile of the document: whether we may change it, and what comes first."""

from dataclasses import dataclass

from profiles_management.kubeflow.objects.document_people import owner_of
from profiles_management.kubeflow.objects.plan_terms import State
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import profile_refusals
from profiles_management.kubeflow.state.observed import (
    NamespaceSeen,
    Observed,
    OwnerObject,
    ProfileSeen,
)
from profiles_management.kubeflow.state.ownership import (
    is_protected,
    may_change_owner,
    may_name_owner,
    may_take,
)
from profiles_management.pmr.classes import Profile
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Condition, ObjectRef, Pending, Person


@dataclass(frozen=True, slots=True)
class ProfileState:
    """What exists of a profile that we may change, and what is missing.

    Attributes:
        profile: the Profile, None where it has to be created (always None in standalone mode).
        namespace: the Namespace, None where it has to be created.
        needs_mark: whether our mark has to be set.
        needs_annotation: whether the namespace's annotation has to be changed to name the owner.
        changes_owner: whether `spec.owner` has to be changed.
        previous_owner: the person who is still bound as the owner, None where that is the
            document's owner or nobody.
        ready: what must hold before contributors' objects are created, None where it holds.
        needs_wake: whether the profile controller has to be woken for the namespace, which it does
            not watch.
    """

    profile: ProfileSeen | None
    namespace: NamespaceSeen | None
    needs_mark: bool = False
    needs_annotation: bool = False
    changes_owner: bool = False
    previous_owner: Person | None = None
    ready: Condition | None = None
    needs_wake: bool = False

    @property
    def keeps_owner(self) -> bool:
        """Whether the document's owner is the owner already: by the Profile and its RoleBinding."""
        return self.previous_owner is None and not self.changes_owner

    @property
    def is_owner_settled(self) -> bool:
        """Whether the owner stays, and everything names the owner that the controller looks at."""
        return self.keeps_owner and not self.needs_annotation

    @property
    def owner_of_profile(self) -> Person | None:
        """The owner whom the Profile names until this run changes it; None where it stays."""
        if self.profile is None or not self.changes_owner:
            return None
        return self.profile.owner


Result = ProfileState | Problem | Pending


def profile_state(profile: Profile, observed: Observed, settings: Settings) -> Result:
    """Return the state of a profile of the document.

    Returns:
        A ProfileState where we may change it, a Problem where it is not ours to change, a Pending
        where it is being deleted.
    """
    if is_protected(profile.name, observed, settings):
        return profile_refusals.protected(profile.name)
    namespace = observed.namespaces.get(profile.name)
    if settings.standalone:
        return _standalone(profile, namespace, observed, settings)
    return _with_controller(profile, namespace, observed, settings)


def namespace_ready(name: str, owner: str) -> Condition:
    """Return the condition under which contributors' objects can be created in a namespace."""
    return Condition(ObjectRef("Namespace", "", name), State.READY, owner)


def woken_for(namespace: NamespaceSeen) -> str:
    """Return the value of naming.TOUCHED that records the namespace a controller was woken for."""
    return f"{namespace.uid} {namespace.version}"


def why_new(state: ProfileState) -> str:
    """Return why an existing profile becomes the document's in this run, '' if it already was."""
    previous_owner = state.previous_owner or state.owner_of_profile
    if previous_owner is not None:
        return f"belonged to {previous_owner.kind_and_name} and gets another owner"
    return "is adopted" if state.needs_mark else ""


# standalone mode


def _standalone(
    profile: Profile, namespace: NamespaceSeen | None, observed: Observed, settings: Settings
) -> Result:
    owner = profile.owner.name
    if namespace is None:
        ready = namespace_ready(profile.name, owner)
        return ProfileState(None, None, needs_mark=True, needs_annotation=True, ready=ready)
    if namespace.deleting:
        return Pending(profile.name, f"namespace {namespace.name} is being deleted")
    if problem := _refused_namespace(profile, namespace, observed, settings):
        return problem
    binding = observed.owner_bindings.get(profile.name)
    return ProfileState(
        None,
        namespace,
        needs_mark=namespace.mark != settings.instance,
        needs_annotation=namespace.owner != owner,
        previous_owner=_other_subject(binding, owner_of(profile)),
    )


def _refused_namespace(
    profile: Profile, namespace: NamespaceSeen, observed: Observed, settings: Settings
) -> Problem | None:
    """Return why standalone mode does not manage a namespace that exists, None where it does."""
    if namespace.mark:
        return profile_refusals.other_instance(profile.name, namespace.mark, settings)
    if problem := profile_refusals.kubeflow_namespace(namespace, observed, settings):
        return problem
    if may_take(profile, namespace):
        return None
    return profile_refusals.not_ours(profile, namespace)


# with a profile controller


def _with_controller(
    profile: Profile, namespace: NamespaceSeen | None, observed: Observed, settings: Settings
) -> Result:
    existing = observed.profiles.get(profile.name)
    if pending := _deletion(profile.name, existing, namespace):
        return pending
    if problem := _managed_elsewhere(profile.name, existing, namespace, settings):
        return problem
    if existing is None:
        return _without_profile(profile, namespace)
    return _existing_profile(profile, existing, namespace, observed, settings)


def _deletion(
    name: str, existing: ProfileSeen | None, namespace: NamespaceSeen | None
) -> Pending | None:
    """Return that a Profile or its namespace is being deleted, None where neither is."""
    if existing is not None and existing.deleting:
        return Pending(name, f"Profile {name} is being deleted")
    if namespace is not None and namespace.deleting:
        return Pending(name, f"namespace {name} is being deleted")
    return None


def _managed_elsewhere(
    name: str, existing: ProfileSeen | None, namespace: NamespaceSeen | None, settings: Settings
) -> Problem | None:
    """Return why another installation has a profile, None where none has.

    A Profile with our mark is ours. Otherwise another installation may manage the namespace in
    standalone mode, where the marks are on the Namespace.
    """
    if existing is not None and existing.mark == settings.instance:
        return None
    for marked in (namespace, existing):
        mark = "" if marked is None else marked.mark
        if problem := profile_refusals.other_instance(name, mark, settings):
            return problem
    return None


def _without_profile(profile: Profile, namespace: NamespaceSeen | None) -> Result:
    ready = namespace_ready(profile.name, profile.owner.name)
    if namespace is None:
        return ProfileState(None, None, needs_mark=True, ready=ready)
    is_ours = may_take(profile, namespace)
    needs_annotation = namespace.owner != profile.owner.name
    if namespace.owned_by and (needs_annotation or not is_ours):
        what = f"namespace {namespace.name} still belongs to a Profile that is gone"
        return Pending(profile.name, what)
    if not is_ours:
        return profile_refusals.not_ours(profile, namespace)
    return ProfileState(
        None, namespace, needs_mark=True, needs_annotation=needs_annotation, ready=ready
    )


def _existing_profile(
    profile: Profile,
    existing: ProfileSeen,
    namespace: NamespaceSeen | None,
    observed: Observed,
    settings: Settings,
) -> Result:
    owner = owner_of(profile)
    changes_owner = not _names_owner(existing, profile, owner)
    if changes_owner and not may_change_owner(profile, existing):
        return profile_refusals.owned_by_another(profile, existing.owner)
    if namespace is not None and not may_name_owner(profile, existing, namespace, observed):
        return profile_refusals.not_ours(profile, namespace)
    names_owner = namespace is not None and namespace.owner == owner.name
    return ProfileState(
        existing,
        namespace,
        needs_mark=existing.mark != settings.instance,
        needs_annotation=namespace is not None and not names_owner,
        changes_owner=changes_owner,
        previous_owner=_previous_owner(owner, existing, observed, changes_owner=changes_owner),
        ready=None if names_owner else namespace_ready(profile.name, owner.name),
        needs_wake=_needs_wake(existing, namespace, observed, owner, changes_owner=changes_owner),
    )


def _names_owner(existing: ProfileSeen, profile: Profile, owner: Person) -> bool:
    """Whether a Profile names the document's owner; a ServiceAccount's namespace counts too."""
    if existing.owner != owner:
        return False
    return existing.owner_namespace == (profile.owner.namespace or "")


def _previous_owner(
    owner: Person, existing: ProfileSeen, observed: Observed, *, changes_owner: bool
) -> Person | None:
    """Return the person who loses the ownership by this run, None where nobody does.

    That is who is still bound as the owner; a person whom somebody bound without the profile
    controller seeing it never was the owner. Otherwise it is whom the Profile names, if this run
    changes that.
    """
    binding = observed.owner_bindings.get(existing.name)
    bound = _other_subject(binding, owner)
    is_controlled = binding is not None and binding.controlled_by == existing.name
    if bound is not None and (is_controlled or bound == existing.owner):
        return bound
    return existing.owner if changes_owner else None


def _needs_wake(
    existing: ProfileSeen,
    namespace: NamespaceSeen | None,
    observed: Observed,
    owner: Person,
    *,
    changes_owner: bool,
) -> bool:
    """Whether the profile controller does not see that it can begin.

    It watches only namespaces that it created.
    """
    if namespace is None or "Namespace" not in observed.holds:
        return False
    if namespace.owner != owner.name:
        return not changes_owner or not namespace.owned_by
    if changes_owner or namespace.owned_by:
        return False
    return not _has_begun(existing, namespace, observed)


def _has_begun(existing: ProfileSeen, namespace: NamespaceSeen, observed: Observed) -> bool:
    """Whether the profile controller worked on a Profile, or was woken for its namespace."""
    return (
        existing.complete
        or existing.name in observed.owner_bindings
        or existing.touched.startswith(namespace.uid)
    )


def _other_subject(binding: OwnerObject | None, owner: Person) -> Person | None:
    """Return the only subject of an owner's RoleBinding, None where that is the owner."""
    if binding is None or binding.subject == owner:
        return None
    return binding.subject
