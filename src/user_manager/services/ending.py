"""Taking access away: by the person, an OWNER or an administrator, whole or in part."""

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from user_manager.domain.access_permissions import may_revoke
from user_manager.domain.access_types import AccessTypes, from_mask, sorted_names, to_mask
from user_manager.domain.call import Call
from user_manager.domain.errors import NotFound, Precondition
from user_manager.domain.identifiers import check_text
from user_manager.domain.vocabulary import (
    AccessState,
    AccessType,
    Effect,
    EventKind,
    ModuleKind,
    NoticeKind,
)
from user_manager.models import Access, Module, User
from user_manager.selectors.ownership import is_owner
from user_manager.selectors.visibility import visible_access, visible_accesses
from user_manager.services.expiry import write_end_of, write_expired
from user_manager.services.last_owner import keep_an_owner, last_owner_of
from user_manager.services.locks import (
    lock_module,
    lock_modules,
    lock_open_accesses,
    lock_user,
)
from user_manager.services.notices import notify
from user_manager.services.transaction import Recorder, recording

_ORDER: Final = {AccessState.APPROVED.value: 0, AccessState.PENDING.value: 1}


@dataclass(frozen=True, slots=True)
class Removal:
    """What is taken away.

    Attributes:
        types: these; None for all. Types that are not held are ignored.
        comment: kept with the access if it is not empty.

    Raises:
        Invalid: the comment is too long, or has control characters.
    """

    types: AccessTypes | None = None
    comment: str = ""

    def __post_init__(self) -> None:
        check_text(self.comment, path="comment")


def revoke_access(call: Call, access_id: str, removal: Removal) -> Access:
    """End an access or a part of it, or withdraw a request. What has ended stays as it is.

    Raises:
        NotFound: the access does not exist, or the caller may not see it.
        Forbidden: the caller may see it, but not end it.
        Precondition: it is the last OWNER's of an external module.
    """
    access = visible_access(call, access_id)
    same = Access.objects.filter(id=access_id)
    return _end_one_of(same, access.user_id, access.module_id, removal, call)


def revoke_in_module(call: Call, user_id: str, module_id: str, removal: Removal) -> Access:
    """Do the same with the access of a person to a module.

    It is the approved one, else the pending one, else the newest that has ended, which stays.

    Raises:
        NotFound: there is none, or the caller may not see it.
        Forbidden: the caller may see it, but not end it.
        Precondition: it is the last OWNER's of an external module.
    """
    visible = visible_accesses(call).filter(user_id=user_id, module_id=module_id)
    if not visible.exists():
        raise NotFound("The access was not found.")
    return _end_one_of(visible, user_id, module_id, removal, call)


def _end_one_of(
    accesses: QuerySet[Access], user_id: str, module_id: str, removal: Removal, call: Call
) -> Access:
    """End the first of accesses of a user to a module, which are read when nobody changes them."""
    write_end_of(call, user_id, module_id)
    with recording(call) as recorder:
        lock_user(user_id)
        module = lock_module(module_id)
        write_expired(lock_open_accesses(user_id, module_id), recorder)
        newest_first = list(accesses.order_by("-requested_at", "id"))
        if not newest_first:  # the caller does not see them any more
            raise NotFound("The access was not found.")
        access = min(newest_first, key=lambda row: _ORDER.get(row.state, len(_ORDER)))
        may_revoke(
            call.caller,
            subject=access.user_id,
            requested_by=access.requested_by,
            is_pending=access.decided_at is None,  # withdrawing again changes nothing
            owns_module=is_owner(call.caller.person, module, call.now),
        )
        _remove(access, module, removal, recorder)
        return access


def _remove(access: Access, module: Module, removal: Removal, recorder: Recorder) -> None:
    match access.state:
        case AccessState.PENDING:
            withdraw(access, removal.comment, recorder)
        case AccessState.APPROVED:
            _reduce(access, module, removal, recorder)


def withdraw(access: Access, comment: str, recorder: Recorder) -> None:
    """Withdraw a locked request."""
    access.state = AccessState.WITHDRAWN
    access.ended_at = recorder.call.now
    _set_ended_by(access, recorder.call)
    access.comment = comment or access.comment
    access.save(update_fields=["state", "ended_at", "ended_by", "acting_for", "comment"])
    recorder.record(EventKind.WITHDRAWN, access=access)


def _set_ended_by(access: Access, call: Call) -> None:
    """Set who ended an access; the person of `acting_for` may be another than at the decision."""
    access.ended_by = call.caller.actor
    access.acting_for = call.caller.on_behalf_of or access.acting_for


def _reduce(access: Access, module: Module, removal: Removal, recorder: Recorder) -> None:
    held = from_mask(access.types)
    removed = held if removal.types is None else held & removal.types
    remaining = held - removed
    if not removed:
        return
    if AccessType.OWNER in removed:
        keep_an_owner(access, module, recorder)
    if not remaining:
        end_approved(access, recorder, comment=removal.comment)
        return
    access.types = to_mask(remaining)
    access.comment = removal.comment or access.comment
    if module.kind == ModuleKind.PROFILE:
        access.effect = Effect.WAITING
        access.effect_detail = ""
    access.save(update_fields=["types", "comment", "effect", "effect_detail"])
    detail = {"removed": sorted_names(removed)}
    recorder.record(EventKind.REDUCED, access=access, detail=detail)


def end_approved(
    access: Access, recorder: Recorder, *, comment: str = "", replaced_by: str | None = None
) -> None:
    """End a locked grant.

    Args:
        comment: kept with the access if it is not empty.
        replaced_by: the id of the access that takes its place; None for nothing.
    """
    access.state = AccessState.REVOKED
    access.ended_at = recorder.call.now
    _set_ended_by(access, recorder.call)
    access.comment = comment or access.comment
    if access.effect != Effect.NONE:
        access.effect = Effect.ENDING
        access.effect_detail = ""
    access.save()
    detail = None if replaced_by is None else {"replaced_by": replaced_by}
    recorder.record(EventKind.REVOKED, access=access, detail=detail)
    if access.effect == Effect.NONE and replaced_by is None:  # no cluster says when it has ended
        notify(NoticeKind.ENDED, access, recorder)


def end_everything(user: User, recorder: Recorder, *, force: bool) -> None:
    """Revoke every grant and withdraw every request of a locked user.

    Args:
        force: also where the user is the last OWNER of an external module.

    Raises:
        Precondition: the user is the last OWNER of modules, which the message names.
    """
    states = [AccessState.PENDING, AccessState.APPROVED]
    own = Access.objects.filter(user=user, state__in=states)
    modules = lock_modules(own.values_list("module_id", flat=True))
    accesses = write_expired(own.select_for_update().order_by("id"), recorder)
    approved = [access for access in accesses if access.state == AccessState.APPROVED]
    if not force:
        _refuse_last_owner(user, last_owner_of(approved, modules, recorder))
    for access in accesses:
        if access.state == AccessState.PENDING:
            withdraw(access, "", recorder)
        else:
            end_approved(access, recorder)


def _refuse_last_owner(user: User, module_ids: list[str]) -> None:
    if module_ids:
        raise Precondition(
            "{user} is the last OWNER of {modules}. Make somebody else OWNER there first.",
            user=user.id,
            modules=", ".join(module_ids),
        )
