"""Asking for access, for oneself or for somebody else."""

from dataclasses import dataclass, field

from django.db import IntegrityError

from user_manager.domain.access_permissions import may_decide, may_request_for
from user_manager.domain.access_types import AccessTypes, from_mask, holds, to_mask
from user_manager.domain.call import Call
from user_manager.domain.errors import Exists, NotFound, Precondition, TooMany
from user_manager.domain.identifiers import (
    check_access_id,
    check_module_id,
    check_text,
    check_user_id,
)
from user_manager.domain.limits import (
    AskedTime,
    check_asked,
    end_of_asked,
    end_of_request,
    ends_later,
    shortest_limit,
)
from user_manager.domain.vocabulary import AccessState, EventKind, NoticeKind
from user_manager.models import Access, Module, User
from user_manager.selectors.ownership import is_owner, open_requests
from user_manager.selectors.visibility import can_see_user
from user_manager.services.access_ids import new_access_id
from user_manager.services.catalogue_people import refuse_listed
from user_manager.services.deciding import Decision, apply_decision, check_open
from user_manager.services.expiry import write_end_of, write_expired
from user_manager.services.locks import lock_module, lock_open_accesses, lock_users
from user_manager.services.notices import notify
from user_manager.services.transaction import Recorder, recording


@dataclass(frozen=True, slots=True)
class AccessOrder:
    """What is asked for.

    Attributes:
        access_id: the id that the client chose; None for one of ours.
        asked: for how long.
        approve: decide it in the same transaction.

    Raises:
        Invalid: an id or the reason does not fit.
    """

    user_id: str
    module_id: str
    types: AccessTypes
    access_id: str | None = None
    reason: str = ""
    asked: AskedTime = field(default_factory=AskedTime)
    approve: bool = False

    def __post_init__(self) -> None:
        check_user_id(self.user_id, "user")
        check_module_id(self.module_id, "module")
        check_text(self.reason)
        if self.access_id is not None:
            check_access_id(self.access_id)


def add_access(call: Call, order: AccessOrder) -> tuple[Access, bool]:
    """Ask for access.

    Returns:
        the access, and whether it is new: the same id with the same order gives the first one.

    Raises:
        Invalid: the end is past or longer than allowed.
        NotFound: the user or the module does not exist, or the caller may not see the user.
        Forbidden: the caller may not ask for this person, or not decide at once.
        Exists: the id is used, a request is open, or the types are held already.
        Precondition: user or module is deactivated, or a reason is missing.
        TooMany: too many requests of the caller are open.
    """
    if not _is_used(order.access_id):  # the end of a first one may be past by now
        check_asked(order.asked, limit=None, now=call.now)
    requested_by = call.caller.require_person()
    write_end_of(call, order.user_id, order.module_id)
    with recording(call) as recorder:
        users = lock_users([order.user_id, requested_by])
        user = users.get(order.user_id)
        module = lock_module(order.module_id)
        owns_module = is_owner(requested_by, module, call.now)
        if user is None or not (owns_module or can_see_user(call, user.id)):
            raise NotFound("The user {user} was not found.", user=order.user_id)
        may_request_for(call.caller, subject=user.id, owns_module=owns_module)
        if order.approve:
            _may_approve(order, requested_by, owns_module=owns_module, call=call)
        first = _first_answer(order)
        if first is not None:
            return first, False
        accesses = write_expired(lock_open_accesses(user.id, module.id), recorder)
        _check(order, user, module, accesses, recorder)
        access = _create(order, requested_by, recorder)
        if order.approve:
            apply_decision(access, module, Decision(approve=True), recorder)
        return access, True


def _may_approve(order: AccessOrder, requested_by: str, *, owns_module: bool, call: Call) -> None:
    may_decide(
        call.caller,
        subject=order.user_id,
        requested_by=requested_by,
        owns_module=owns_module,
        break_glass=call.policy.break_glass,
        four_eyes=call.policy.four_eyes,
        comment="",
    )


def _is_used(access_id: str | None) -> bool:
    return access_id is not None and Access.objects.filter(id=access_id).exists()


def _first_answer(order: AccessOrder) -> Access | None:
    """Return the access that the same order made before.

    Raises:
        Exists: the id was used for another order.
    """
    if order.access_id is None:
        return None
    access = Access.objects.filter(id=order.access_id).first()
    if access is None:
        return None
    if _order_of(access) == order:
        return access
    raise _id_is_used(access.id)


def _id_is_used(access_id: str) -> Exists:
    return Exists("The id {access} is used for another request.", access_id, access=access_id)


def _order_of(access: Access) -> AccessOrder:
    """Return the order that made an access.

    Only one that approves is decided at the same time, and by who asked.
    """
    is_decided_at_once = access.decided_at == access.requested_at
    deciders = (access.decided_by, access.acting_for)
    return AccessOrder(
        user_id=access.user_id,
        module_id=access.module_id,
        types=from_mask(access.asked_types),
        access_id=access.id,
        reason=access.reason,
        asked=AskedTime(access.duration, access.asked_until),
        approve=is_decided_at_once and access.requested_by in deciders,
    )


def _check(
    order: AccessOrder, user: User, module: Module, accesses: list[Access], recorder: Recorder
) -> None:
    """Check what the state of user, module and other accesses allows."""
    call = recorder.call
    limit = shortest_limit(module.max_duration, call.policy.longest_duration)
    check_asked(order.asked, limit=limit, now=call.now)
    check_open(user, module)
    refuse_listed(user.id, order.types, module, recorder)
    if not order.reason.strip() and (module.reason_required or call.policy.reason_required):
        raise Precondition("A request for {module} needs a reason.", module=module.id)
    for access in accesses:
        if access.state == AccessState.PENDING:
            raise Exists("The request {access} is open.", access.id, access=access.id)
        end = end_of_asked(order.asked, limit=limit, now=call.now)
        is_held = holds(from_mask(access.types), order.types)
        if is_held and not ends_later(end, access.until):
            raise Exists(
                "{user} holds this already in {module}.",
                access.id,
                user=user.id,
                module=module.id,
            )


def _create(order: AccessOrder, requested_by: str, recorder: Recorder) -> Access:
    call = recorder.call
    open_count = Access.objects.filter(open_requests(call.now), requested_by=requested_by).count()
    if open_count >= call.policy.open_requests and not order.approve:
        raise TooMany(
            "{user} has {count} open requests. Wait for decisions.",
            user=requested_by,
            count=open_count,
        )
    mask = to_mask(order.types)
    access = Access(
        id=order.access_id or new_access_id(),
        user_id=order.user_id,
        module_id=order.module_id,
        types=mask,
        asked_types=mask,
        state=AccessState.PENDING,
        reason=order.reason,
        duration=order.asked.duration,
        asked_until=order.asked.until,
        requested_by=requested_by,
        requested_at=call.now,
        pending_until=end_of_request(order.asked, now=call.now, pending=call.policy.pending_period),
    )
    try:
        access.save(force_insert=True)
    except IntegrityError:  # at the same moment somebody else used the id for another user
        raise _id_is_used(access.id) from None
    recorder.record(EventKind.REQUESTED, access=access)
    if not order.approve:
        notify(NoticeKind.REQUESTED, access, recorder)
    return access
