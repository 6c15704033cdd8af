"""The state of one profile of the document.

Whether we may change it, and what has to be done first.
"""

from dataclasses import dataclass

from profiles_management.kubeflow.objects.builders import owner_of
from profiles_management.kubeflow.objects.plan_terms import State
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import (
    NamespaceSeen,
    Observed,
    OwnerObject,
    ProfileSeen,
)
from profiles_management.kubeflow.state.ownership import belongs, is_protected, refusal
from profiles_management.pmr.classes import Profile
from profiles_management.pmr.people import UserKind
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
    def is_owner_settled(self) -> bool:
        """Whether the owner stays, and everything names the owner that the controller looks at."""
        if self.needs_annotation or self.changes_owner:
            return False
        return self.previous_owner is None

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
        return refusal(
            profile.name,
            "protected",
            f"namespace {profile.name} is protected",
            "Choose another name for the profile.",
            names_nobody=True,
        )
    namespace = observed.namespaces.get(profile.name)
    if settings.standalone:
        return _standalone(profile, namespace, observed, settings)
    return _with_controller(profile, namespace, observed, settings)


def namespace_ready(name: str, owner: str) -> Condition:
    """Return the condition under which contributors' objects can be created."""
    return Condition(ObjectRef("Namespace", "", name), State.READY, owner)


def woken_for(namespace: NamespaceSeen) -> str:
    """Return the value of naming.TOUCHED, which names the namespace we woke the controller for."""
    return f"{namespace.uid} {namespace.version}"


def why_new(state: ProfileState) -> str:
    """Return why an existing profile becomes the document's in this run, '' if it was."""
    previous_owner = state.previous_owner or state.owner_of_profile
    if previous_owner is not None:
        return f"belonged to {previous_owner.kind_and_name} and changes hands"
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
    if problem := _other_instance(profile.name, namespace.mark, settings):
        return problem
    if not namespace.mark:
        if problem := _kubeflow_namespace(profile.name, namespace, observed, settings):
            return problem
        if not _may_take(profile, namespace):
            return _not_ours(profile, namespace)
    binding = observed.owner_bindings.get(profile.name)
    return ProfileState(
        None,
        namespace,
        needs_mark=namespace.mark != settings.instance,
        needs_annotation=namespace.owner != owner,
        previous_owner=_other_subject(binding, owner_of(profile)),
    )


def _kubeflow_namespace(
    name: str, namespace: NamespaceSeen, observed: Observed, settings: Settings
) -> Problem | None:
    """Return why standalone mode does not manage a namespace of a Profile."""
    if problem := _other_instance(name, observed.profile_marks.get(name, ""), settings):
        return problem
    if not namespace.owned_by or settings.allow_kubeflow:
        return None
    return refusal(
        name,
        "kubeflow-namespace",
        f"namespace {name} belongs to Kubeflow's Profile {namespace.owned_by}",
        "Manage it without --standalone, or pass --allow-kubeflow.",
    )


# with a profile controller


def _with_controller(
    profile: Profile, namespace: NamespaceSeen | None, observed: Observed, settings: Settings
) -> Result:
    existing = observed.profiles.get(profile.name)
    if existing is not None and existing.deleting:
        return Pending(profile.name, f"Profile {existing.name} is being deleted")
    if namespace is not None and namespace.deleting:
        return Pending(profile.name, f"namespace {namespace.name} is being deleted")
    is_ours = existing is not None and existing.mark == settings.instance
    # Another installation may manage the namespace in standalone mode.
    standalone_mark = "" if namespace is None or is_ours else namespace.mark
    if problem := _other_instance(profile.name, standalone_mark, settings):
        return problem
    if existing is None:
        return _without_profile(profile, namespace)
    if problem := _other_instance(profile.name, existing.mark, settings):
        return problem
    return _existing_profile(profile, existing, namespace, observed, settings)


def _without_profile(profile: Profile, namespace: NamespaceSeen | None) -> Result:
    ready = namespace_ready(profile.name, profile.owner.name)
    if namespace is None:
        return ProfileState(None, None, needs_mark=True, ready=ready)
    is_ours = _may_take(profile, namespace)
    needs_annotation = namespace.owner != profile.owner.name
    if namespace.owned_by and (needs_annotation or not is_ours):
        what = f"namespace {namespace.name} still belongs to a Profile that is gone"
        return Pending(profile.name, what)
    if not is_ours:
        return _not_ours(profile, namespace)
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
    if changes_owner and not existing.mark and not profile.adopt:
        return _owned_by_another(profile, existing.owner)
    is_annotated = namespace is not None and namespace.owner == owner.name
    needs_annotation = namespace is not None and not is_annotated
    if namespace is not None and not _may_name_owner(profile, existing, namespace, observed):
        return _not_ours(profile, namespace)
    previous_owner = _previous_owner(owner, existing, observed)
    if previous_owner is None and changes_owner:
        previous_owner = existing.owner
    return ProfileState(
        existing,
        namespace,
        needs_mark=existing.mark != settings.instance,
        needs_annotation=needs_annotation,
        changes_owner=changes_owner,
        previous_owner=previous_owner,
        ready=None if is_annotated else namespace_ready(profile.name, owner.name),
        needs_wake=_needs_wake(existing, namespace, observed, owner, changes_owner=changes_owner),
    )


def _names_owner(existing: ProfileSeen, profile: Profile, owner: Person) -> bool:
    """Whether a Profile names the document's owner; a ServiceAccount's namespace counts too."""
    if existing.owner != owner:
        return False
    return existing.owner_namespace == (profile.owner.namespace or "")


def _previous_owner(owner: Person, existing: ProfileSeen, observed: Observed) -> Person | None:
    """Return who is still bound as the owner, None where that is the owner or nobody.

    A person whom somebody bound without the profile controller seeing it never was the owner.
    """
    binding = observed.owner_bindings.get(existing.name)
    bound = _other_subject(binding, owner)
    is_controlled = binding is not None and binding.controlled_by == existing.name
    return bound if is_controlled or bound == existing.owner else None


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


# who may take what


def _may_take(profile: Profile, namespace: NamespaceSeen) -> bool:
    """Whether an unmarked namespace without a Profile belongs to the document's owner.

    Its annotation is a name without a kind, so it proves nothing about a Group or a ServiceAccount.
    """
    if namespace.owner == profile.owner.name:
        return profile.adopt or profile.owner.kind is UserKind.USER
    return profile.adopt and not namespace.owner


def _may_name_owner(
    profile: Profile, existing: ProfileSeen, namespace: NamespaceSeen, observed: Observed
) -> bool:
    """Whether the annotation of a namespace names the owner, or may be changed to."""
    if namespace.owner == profile.owner.name or belongs(existing, namespace, observed):
        return True
    return profile.adopt and not namespace.owner


def _other_subject(binding: OwnerObject | None, owner: Person) -> Person | None:
    """Return the only subject of an owner's RoleBinding, None where that is the owner."""
    if binding is None or binding.subject == owner:
        return None
    return binding.subject


# refusals


def _other_instance(name: str, mark: str, settings: Settings) -> Problem | None:
    if mark in ("", settings.instance, settings.take_over):
        return None
    return refusal(
        name,
        "other-instance",
        f"{name} is managed by the instance {mark!r}",
        f"Remove it from one of the two documents, or move it here with --take-over {mark}.",
        names_nobody=True,
    )


def _owned_by_another(profile: Profile, owner: Person | None) -> Problem:
    existing_owner = owner.kind_and_name if owner else "nobody"
    wanted = owner_of(profile).kind_and_name
    return refusal(
        profile.name,
        "owned-by-another",
        f"Profile {profile.name} exists and belongs to {existing_owner}",
        f"Write that owner in the document, or `adopt: true` to make {wanted} the owner.",
        nameless=f"Profile {profile.name} exists and belongs to somebody else",
    )


def _not_ours(profile: Profile, namespace: NamespaceSeen) -> Problem:
    if namespace.owner == profile.owner.name:
        return refusal(
            profile.name,
            "unproven-owner",
            f"namespace {namespace.name} names {namespace.owner} as its owner, "
            f"and not whether that is a {profile.owner.kind}",
            "Write `adopt: true` in the profile if it is, or choose another name.",
            nameless=f"namespace {namespace.name} does not prove who owns it",
        )
    if namespace.owner:
        return refusal(
            profile.name,
            "foreign-namespace",
            f"namespace {namespace.name} belongs to {namespace.owner}",
            "Choose another name, or have it handed over first.",
            nameless=f"namespace {namespace.name} belongs to somebody else",
        )
    return refusal(
        profile.name,
        "unowned-namespace",
        f"namespace {namespace.name} exists and has no owner",
        "Write `adopt: true` in the profile to take it over, or choose another name.",
        names_nobody=True,
    )
