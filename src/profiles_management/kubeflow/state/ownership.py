"""Whose a profile is: whether we may touch it, and what has to happen first."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from profiles_management.kubeflow.objects import policy_rules
from profiles_management.kubeflow.objects.builders import owner_of
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import (
    MarkedObject,
    NamespaceSeen,
    Observed,
    OwnerObject,
    ProfileSeen,
)
from profiles_management.pmr import names as pmr_names
from profiles_management.pmr.classes import Profile
from profiles_management.pmr.people import UserKind
from profiles_management.pmr.problems import Problem, Where
from profiles_management.pmr.rules import fits
from profiles_management.reconcile.plan import Condition, ObjectRef, Pending, Person, State


@dataclass(frozen=True, slots=True)
class ProfileState:
    """What stands of a profile that we may touch.

    Attributes:
        profile: the Profile, None where it is to be made (always None in standalone mode).
        namespace: the Namespace, None where it is to be made.
        mark: whether our mark is still to be set.
        annotate: whether the namespace's annotation has to be changed to name the owner.
        hand_over: whether `spec.owner` has to be changed.
        before: who is still bound as the owner, None where that is the document's owner or nobody.
        ready: what contributors' objects have to wait for, None where nothing is in their way.
        asleep: whether the profile controller has to be woken for the namespace, which it does not
            watch.
    """

    profile: ProfileSeen | None
    namespace: NamespaceSeen | None
    mark: bool = False
    annotate: bool = False
    hand_over: bool = False
    before: Person | None = None
    ready: Condition | None = None
    asleep: bool = False


def refusal(name: str, code: str, what: str, remedy: str, *, nameless: str = "") -> Problem:
    """Return a problem that concerns one profile alone; `nameless` as `Problem` has it."""
    return Problem(code, what, Where.of_profile(name), remedy, nameless=nameless)


def anchors(observed: Observed, settings: Settings) -> Mapping[str, MarkedObject]:
    """Return the object that has the marks of each profile."""
    return observed.namespaces if settings.standalone else observed.profiles


def has_our_mark(name: str, observed: Observed, settings: Settings) -> bool:
    """Return whether a profile has the mark of this instance."""
    anchor = anchors(observed, settings).get(name)
    return anchor is not None and anchor.mark == settings.instance


def is_protected(name: str, observed: Observed, settings: Settings) -> bool:
    """Return whether a namespace is never touched, whatever a document or a setting says.

    These are also the namespace that we run in, where a profile would give its people our own
    ServiceAccount, and those of the gateway and the Pipelines UI, which act for everybody.
    """
    if fits(name, settings.protected_namespaces) or pmr_names.is_reserved(name):
        return True
    return name in (observed.own_namespace, settings.own_namespace) or name in _places_of(
        settings.principals
    )


@lru_cache(maxsize=8)
def _places_of(principals: tuple[str, ...]) -> frozenset[str]:
    return frozenset(policy_rules.place_of(principal)[0] for principal in principals)


def ready(name: str, owner: str) -> Condition:
    """Return the condition under which contributors' objects can go into a profile's namespace."""
    return Condition(ObjectRef("Namespace", "", name), State.READY, owner)


def footing(
    profile: Profile, observed: Observed, settings: Settings
) -> ProfileState | Problem | Pending:
    """Say where a profile of the document stands.

    Returns:
        A Footing where we may go on, a Problem where it is not ours to touch, a Pending where it is
        being deleted.
    """
    if is_protected(profile.name, observed, settings):
        return refusal(
            profile.name,
            "protected",
            f"namespace {profile.name} is protected",
            "Choose another name for the profile.",
        )
    if settings.standalone:
        return _standalone(profile, observed, settings)
    return _kubeflow(profile, observed, settings)


def _standalone(
    profile: Profile, observed: Observed, settings: Settings
) -> ProfileState | Problem | Pending:
    owner, space = profile.owner.name, observed.namespaces.get(profile.name)
    if space is None:
        return ProfileState(None, None, mark=True, annotate=True, ready=ready(profile.name, owner))
    if space.deleting:
        return Pending(profile.name, f"namespace {space.name} is being deleted")
    if problem := _foreign_mark(profile.name, space.mark, settings):
        return problem
    if not space.mark and (problem := _of_kubeflow(profile.name, space, observed, settings)):
        return problem
    if not space.mark and not _may_take(profile, space):
        return _not_ours(profile, space)
    before = _bound_other_than(owner_of(profile), observed.owner_bindings.get(profile.name))
    return ProfileState(
        None,
        space,
        mark=space.mark != settings.instance,
        annotate=space.owner != owner,
        before=before,
    )


def _kubeflow(
    profile: Profile, observed: Observed, settings: Settings
) -> ProfileState | Problem | Pending:
    seen, space = observed.profiles.get(profile.name), observed.namespaces.get(profile.name)
    if seen is not None and seen.deleting:
        return Pending(profile.name, f"Profile {seen.name} is being deleted")
    if space is not None and space.deleting:
        return Pending(profile.name, f"namespace {space.name} is being deleted")
    is_ours = seen is not None and seen.mark == settings.instance
    if (
        space is not None
        and not is_ours
        and (problem := _foreign_mark(profile.name, space.mark, settings))
    ):
        return problem  # another installation in standalone mode
    if seen is None:
        return _without_profile(profile, space)
    if problem := _foreign_mark(profile.name, seen.mark, settings):
        return problem
    return _with_profile(profile, seen, space, observed, settings)


def _without_profile(
    profile: Profile, space: NamespaceSeen | None
) -> ProfileState | Problem | Pending:
    wait = ready(profile.name, profile.owner.name)
    if space is None:
        return ProfileState(None, None, mark=True, ready=wait)
    ours, annotated = _may_take(profile, space), space.owner == profile.owner.name
    if space.owned_by and not (ours and annotated):
        return Pending(
            profile.name, f"namespace {space.name} still belongs to a Profile that is gone"
        )
    if not ours:
        return _not_ours(profile, space)
    return ProfileState(None, space, mark=True, annotate=not annotated, ready=wait)


def _may_take(profile: Profile, space: NamespaceSeen) -> bool:
    """Whether an unmarked namespace without a Profile is the document's owner's.

    Its annotation bears a bare name, so that it proves nothing about a Group or a ServiceAccount.
    """
    if space.owner == profile.owner.name:
        return profile.adopt or profile.owner.kind is UserKind.USER
    return profile.adopt and not space.owner


def _with_profile(
    profile: Profile,
    seen: ProfileSeen,
    space: NamespaceSeen | None,
    observed: Observed,
    settings: Settings,
) -> ProfileState | Problem | Pending:
    wanted = owner_of(profile)
    same = seen.owner == wanted and seen.owner_namespace == (profile.owner.namespace or "")
    if not seen.mark and not same and not profile.adopt:
        return _owned_by_another(profile, seen.owner)
    is_named = space is not None and space.owner == wanted.name
    annotate = space is not None and not is_named
    if space is not None and annotate and not _may_annotate(profile, seen, space, observed):
        return _not_ours(profile, space)
    bound = observed.owner_bindings.get(profile.name)
    return ProfileState(
        seen,
        space,
        mark=seen.mark != settings.instance,
        annotate=annotate,
        hand_over=not same,
        before=_owner_of_before(wanted, seen, bound, same=same),
        ready=None if is_named else ready(profile.name, wanted.name),
        asleep=_is_asleep(seen, space, observed, annotate=annotate, same=same),
    )


def _may_annotate(
    profile: Profile, seen: ProfileSeen, space: NamespaceSeen, observed: Observed
) -> bool:
    """Whether a namespace that does not name the owner may be made to."""
    return belongs(seen, space, observed) or (profile.adopt and not space.owner)


def _is_asleep(
    seen: ProfileSeen,
    space: NamespaceSeen | None,
    observed: Observed,
    *,
    annotate: bool,
    same: bool,
) -> bool:
    """Whether the profile controller does not see that it may begin: it watches only namespaces that it made."""
    if space is None or "Namespace" not in observed.holds:
        return False
    if annotate:
        return same or not space.owned_by
    begun = (
        seen.complete or seen.name in observed.owner_bindings or seen.touched.startswith(space.uid)
    )
    return same and not begun and not space.owned_by


def woken_for(space: NamespaceSeen) -> str:
    """Return the value of names.TOUCHED that records for which namespace the profile controller was woken."""
    return f"{space.uid} {space.version}"


def _bound_other_than(wanted: Person, bound: OwnerObject | None) -> Person | None:
    return bound.subject if bound is not None and bound.subject != wanted else None


def _owner_of_before(
    wanted: Person, seen: ProfileSeen, bound: OwnerObject | None, *, same: bool
) -> Person | None:
    """Return who is still bound as the owner, or else whom the Profile names.

    Whom somebody bound behind the profile controller's back never was the owner.

    Args:
        same: whether the Profile names the owner of the document.
    """
    before = _bound_other_than(wanted, bound)
    is_controlled = bound is not None and bound.controlled_by == seen.name
    if before is not None and (is_controlled or before == seen.owner):
        return before
    return None if same else seen.owner


def new_here(footing: ProfileState) -> str:
    """Return what makes an existing profile the document's in this run, '' where it is that already."""
    seen = footing.profile
    before = footing.before or (seen.owner if seen is not None and footing.hand_over else None)
    if before is not None:
        return f"belonged to {before.kind_and_name} and changes hands"
    return "is adopted" if footing.mark else ""


def is_ours_to_close(name: str, observed: Observed, settings: Settings) -> bool:
    """Return whether a stale profile's namespace is its own, so that its contributors are ours to revoke."""
    space = observed.namespaces.get(name)
    if space is None:
        return False
    seen = observed.profiles.get(name)
    return settings.standalone or (seen is not None and belongs(seen, space, observed))


def is_our_profile(name: str, observed: Observed, settings: Settings) -> bool:
    """Return whether a profile has our mark and its namespace is its own."""
    return has_our_mark(name, observed, settings) and is_ours_to_close(name, observed, settings)


def is_begun(observed: Observed, settings: Settings) -> bool:
    """Return whether this installation, or the one that it takes over, manages namespaces in standalone mode."""
    instances = {settings.instance, settings.take_over} - {""}
    return any(space.mark in instances for space in observed.namespaces.values())


def belongs(seen: ProfileSeen, space: NamespaceSeen, observed: Observed) -> bool:
    """Return whether the controller has once accepted a namespace as the Profile's own, no matter who owned it then."""
    if space.owned_by == seen.name or (seen.owner is not None and space.owner == seen.owner.name):
        return True
    bound = observed.owner_bindings.get(seen.name)
    return bound is not None and bound.owned_by == seen.name


def _foreign_mark(name: str, mark: str, settings: Settings) -> Problem | None:
    if not mark or mark == settings.instance or (settings.take_over and mark == settings.take_over):
        return None
    return refusal(
        name,
        "other-instance",
        f"{name} is managed by the instance {mark!r}",
        f"Remove it from one of the two documents, or move it here with --take-over {mark}.",
    )


def _of_kubeflow(
    name: str, space: NamespaceSeen, observed: Observed, settings: Settings
) -> Problem | None:
    """Return why standalone mode leaves a namespace of a Profile alone."""
    if problem := _foreign_mark(name, observed.profile_marks.get(name, ""), settings):
        return problem
    if not space.owned_by or settings.allow_kubeflow:
        return None
    return refusal(
        name,
        "kubeflow-namespace",
        f"namespace {name} belongs to Kubeflow's Profile {space.owned_by}",
        "Manage it without --standalone, or pass --allow-kubeflow.",
    )


def _owned_by_another(profile: Profile, owner: Person | None) -> Problem:
    return refusal(
        profile.name,
        "owned-by-another",
        f"Profile {profile.name} exists and belongs to {owner.kind_and_name if owner else 'nobody'}",
        f"Write that owner in the document, or `adopt: true` to make {owner_of(profile).kind_and_name} the owner.",
        nameless=f"Profile {profile.name} exists and belongs to somebody else",
    )


def _not_ours(profile: Profile, space: NamespaceSeen) -> Problem:
    if space.owner == profile.owner.name:
        return refusal(
            profile.name,
            "unproven-owner",
            f"namespace {space.name} names {space.owner} as its owner, and not whether that is a {profile.owner.kind}",
            "Write `adopt: true` in the profile if it is, or choose another name.",
            nameless=f"namespace {space.name} does not prove who owns it",
        )
    if space.owner:
        return refusal(
            profile.name,
            "foreign-namespace",
            f"namespace {space.name} belongs to {space.owner}",
            "Choose another name, or have it handed over first.",
            nameless=f"namespace {space.name} belongs to somebody else",
        )
    return refusal(
        profile.name,
        "unowned-namespace",
        f"namespace {space.name} exists and has no owner",
        "Write `adopt: true` in the profile to take it over, or choose another name.",
    )
