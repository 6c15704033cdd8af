"""Owner's objects that somebody deleted: the profile controller is woken to make them again. Pure.

The controller does not see that an object is gone whose ownerReference was removed before. It
compares everything when its Profile changes, so an annotation of the Profile wakes it, and records
since when: for an hour nothing is written again while the controller is not running.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from profiles_management.kubeflow.objects import merge_patch, naming
from profiles_management.kubeflow.objects.builders import timestamp
from profiles_management.kubeflow.objects.plan_terms import KubeflowReason, State
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.kubeflow.state.profile_state import ProfileState
from profiles_management.reconcile.clock import read_moment
from profiles_management.reconcile.plan import (
    Action,
    Change,
    Condition,
    ObjectRef,
    Person,
    Phase,
)

_AGAIN = timedelta(hours=1)


def gone(footing: ProfileState, observed: Observed, now: datetime) -> list[ObjectRef]:
    """Return the owner's objects that the profile controller made once and does not see to be gone.

    None of them where it has something to do anyway, or was woken for them within the last hour.
    """
    seen, space = footing.profile, footing.namespace
    # nearly all
    if seen is None or (
        seen.name in observed.owner_policies and seen.name in observed.owner_bindings
    ):
        return []
    if space is None or not seen.complete or "Namespace" not in observed.holds:
        return []
    is_busy = (
        footing.needs_annotation or footing.changes_owner or footing.previous_owner is not None
    )
    if is_busy or is_recent(seen.woken, now):
        return []
    return list(_missing(seen.name, observed))


def changes(name: str, owner: Person, missing: list[ObjectRef], now: datetime) -> Iterator[Change]:
    """Yield what wakes the profile controller and, once it has made the objects, forgets that it was woken."""
    if not missing:
        return
    profile = ObjectRef("Profile", "", name)
    conditions = tuple(_there(ref, owner) for ref in missing)
    yield Change(
        Phase.SWITCH,
        name,
        missing[0],
        Action.CREATE,
        KubeflowReason.INCOMPLETE,
        writes=(
            merge_patch.patch(
                profile, {"metadata": {"annotations": {naming.WOKEN: timestamp(now)}}}
            ),
            merge_patch.patch(
                profile, {"metadata": {"annotations": {naming.WOKEN: None}}}, after=conditions[-1]
            ),
        ),
        settled=conditions,
    )


def _missing(name: str, observed: Observed) -> Iterator[ObjectRef]:
    if name not in observed.owner_policies:
        yield ObjectRef("AuthorizationPolicy", name, naming.OWNER_POLICY)
    if name not in observed.owner_bindings:  # which the controller makes last
        yield ObjectRef("RoleBinding", name, naming.OWNER_BINDING)


def _there(ref: ObjectRef, owner: Person) -> Condition:
    if ref.kind == "RoleBinding":
        return Condition(ref, State.BOUND, str(owner))
    return Condition(ref, State.THERE)


def is_recent(since: str, now: datetime) -> bool:
    """Return whether the profile controller was woken at a recorded time, and may still be coming.

    Args:
        since: what an annotation says. Anybody may have written it; one that is no time, or is yet
            to come, is none.
        now: with a zone.
    """
    begun = read_moment(since)
    return begun is not None and begun <= now < begun + _AGAIN
