"""Revocation of a contributor: the changes that delete a person's RoleBindings and policies."""

from collections.abc import Iterator, Sequence

from profiles_management.kubeflow.planning.contributor_objects import deletions, object_ref
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_end import ended, is_lasting
from profiles_management.kubeflow.state.access_state import (
    ContributorState,
    PersonAccess,
    is_spent,
    strongest,
)
from profiles_management.kubeflow.state.observed import Binding, Policy
from profiles_management.reconcile.plan import (
    OWNER,
    AccessMove,
    Action,
    Change,
    FieldDiff,
    FieldKind,
    Person,
    Phase,
    Reason,
)


def revocations(
    person: Person, access: PersonAccess, state: ContributorState, settings: Settings
) -> Iterator[Change]:
    """Yield the changes that take all access from a person.

    | person                               | changes                                             |
    |--------------------------------------|-----------------------------------------------------|
    | the owner, or expired by a document  | one                                                 |
    | nothing of ours has ended            | one                                                 |
    | everything of ours has ended         | one                                                 |
    | a part of ours has ended             | two: nothing can delay what ended, the brake of the |
    |                                      | plan can delay the rest                             |
    """
    items = _in_order(access)
    ended_names = _ended_names(access, state, settings)
    is_expired = person in state.expired
    if is_expired or person == state.owner or not is_lasting(access, ended_names):
        has_ended = is_expired or bool(ended_names)
        reason = Reason.EXPIRED if has_ended else _why_not_listed(access)
        yield from _revocation(person, items, reason, state)
        return
    ended_items = [item for item in items if item.name in ended_names]
    lasting_items = [item for item in items if item.name not in ended_names]
    yield from _revocation(person, ended_items, Reason.EXPIRED, state)
    yield from _revocation(person, lasting_items, _why_not_listed(access), state)


def _ended_names(access: PersonAccess, state: ContributorState, settings: Settings) -> set[str]:
    """Return the names of the objects that have ended; none where no time is looked at."""
    if state.now is None:
        return set()
    return ended(access, settings, state.now)


def _in_order(access: PersonAccess) -> list[Binding | Policy]:
    """Return the objects that give access.

    Those with a mark go last: the rest would count as somebody else's.
    """
    items = [item for item in access.objects if not is_spent(item)]
    return sorted(items, key=lambda item: bool(item.mark))


def _why_not_listed(access: PersonAccess) -> Reason:
    return Reason.LEFT_DOCUMENT if access.is_managed else Reason.UNLISTED


def _revocation(
    person: Person, items: Sequence[Binding | Policy], reason: Reason, state: ContributorState
) -> Iterator[Change]:
    """Yield the change that deletes some objects of a person, if there are any."""
    if not items:
        return
    if person == state.owner:
        yield _owner_revocation(person, items, reason, state)
    else:
        yield _deletion(person, items, reason, state)


def _owner_revocation(
    owner: Person, items: Sequence[Binding | Policy], reason: Reason, state: ContributorState
) -> Change:
    """Return the change that deletes contributor's objects of the owner.

    Until the owner is bound as the owner, they are all the access that the owner has, and stay.
    Once that is so, what ended is revoked like any other access that ended.
    """
    if state.owner_bound is None and reason is Reason.EXPIRED:
        return _deletion(owner, items, reason, state)
    until = next((item.until for item in items if item.until), None)
    fields = () if until is None else (FieldDiff(FieldKind.UNTIL, "until", until, None),)
    return _deletion(owner, items, Reason.BECAME_OWNER, state, fields)


def _deletion(
    person: Person,
    items: Sequence[Binding | Policy],
    reason: Reason,
    state: ContributorState,
    fields: tuple[FieldDiff, ...] = (),
) -> Change:
    after = state.owner_bound if person == state.owner else None
    role = strongest(item.granted for item in items if isinstance(item, Binding))
    before = role or items[0].role
    is_owner = reason is Reason.BECAME_OWNER
    move = AccessMove(person, before, OWNER if is_owner else "", counted=bool(role))
    return Change(
        Phase.REVOKE if after is None else Phase.SWITCH,
        state.name,
        object_ref(state, items[0]),
        Action.DELETE,
        reason,
        person=person,
        before=before,
        moves=(move,),
        fields=fields,
        writes=tuple(deletions(state, person, items, after)),
    )
