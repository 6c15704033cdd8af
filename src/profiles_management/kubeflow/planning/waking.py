"""Owner's objects that somebody deleted: the profile controller is woken to make them again. Pure.

The controller does not see that an object is gone whose ownerReference was removed before. It
compares everything when its Profile changes, so an annotation of the Profile wakes it, and records
since when: for an hour nothing is written again while the controller is not running.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from profiles_management.kubeflow.objects import merge_patch, naming
from profiles_management.kubeflow.objects.document_people import timestamp
from profiles_management.kubeflow.objects.plan_terms import KubeflowReason, State
from profiles_management.kubeflow.planning.context import ProfileContext
from profiles_management.kubeflow.state.observed import Observed, ProfileSeen
from profiles_management.reconcile.clock import read_moment
from profiles_management.reconcile.plan import (
    Action,
    Change,
    Condition,
    ObjectRef,
    Person,
    Phase,
    Write,
)

_AGAIN = timedelta(hours=1)


def missing(context: ProfileContext) -> list[ObjectRef]:
    """Return the owner's objects that the profile controller made once and does not see to be gone.

    None of them where it has something to do anyway, or was woken for them within the last hour.
    """
    profile = context.state.profile
    if profile is None:
        return []
    objects = list(_missing(profile.name, context.observed))
    if not objects:
        return []
    return objects if _sees_nothing_to_do(profile, context) else []


def _missing(name: str, observed: Observed) -> Iterator[ObjectRef]:
    """Yield the owner's missing objects in the order in which the controller creates them."""
    if name not in observed.owner_policies:
        yield ObjectRef("AuthorizationPolicy", name, naming.OWNER_POLICY)
    if name not in observed.owner_bindings:
        yield ObjectRef("RoleBinding", name, naming.OWNER_BINDING)


def _sees_nothing_to_do(profile: ProfileSeen, context: ProfileContext) -> bool:
    """Whether the profile controller was through with a profile, and nothing wakes it."""
    if context.state.namespace is None or not context.holds("Namespace"):
        return False
    if not profile.complete or not context.state.is_owner_settled:
        return False
    return not is_recent(profile.woken, context.now)


def changes(name: str, owner: Person, missing: list[ObjectRef], now: datetime) -> Iterator[Change]:
    """Yield what wakes the profile controller, and what removes the record afterwards."""
    if not missing:
        return
    conditions = tuple(_created(ref, owner) for ref in missing)
    yield Change(
        Phase.SWITCH,
        name,
        missing[0],
        Action.CREATE,
        KubeflowReason.INCOMPLETE,
        writes=(_recorded(name, timestamp(now)), _recorded(name, None, conditions[-1])),
        settled=conditions,
    )


def _recorded(name: str, since: str | None, after: Condition | None = None) -> Write:
    """Return the patch that records since when the controller is to make the objects again."""
    change = {"metadata": {"annotations": {naming.WOKEN: since}}}
    return merge_patch.patch(ObjectRef("Profile", "", name), change, after=after)


def _created(ref: ObjectRef, owner: Person) -> Condition:
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
