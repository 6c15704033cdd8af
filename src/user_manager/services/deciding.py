"""Approving and refusing requests."""

from dataclasses import dataclass, replace
from datetime import datetime

from user_manager.domain.access_permissions import is_break_glass, may_decide
from user_manager.domain.access_types import from_mask
from user_manager.domain.call import Call
from user_manager.domain.caller import TOKEN_PREFIX
from user_manager.domain.errors import Invalid, Precondition
from user_manager.domain.identifiers import check_text
from user_manager.domain.limits import AskedTime, check_asked, end_at_approval, shortest_limit
from user_manager.domain.reviews import next_review
from user_manager.domain.vocabulary import (
    AccessState,
    AccessType,
    Effect,
    EventKind,
    ModuleKind,
    NoticeKind,
)
from user_manager.models import Access, ClusterState, Module, User
from user_manager.selectors.ownership import is_owner
from user_manager.selectors.visibility import visible_access
from user_manager.services.absences import absent_owner
from user_manager.services.catalogue_people import refuse_listed
from user_manager.services.ending import end_approved
from user_manager.services.expiry import write_end_of, write_expired
from user_manager.services.last_owner import keep_an_owner
from user_manager.services.locks import lock_module, lock_open_accesses, lock_user
from user_manager.services.notices import notify
from user_manager.services.transaction import Recorder, recording


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on a request.

    Attributes:
        until: an earlier end than what was asked for; None for what was asked for.

    Raises:
        Invalid: the comment does not fit, or a refusal has an end.
    """

    approve: bool
    comment: str = ""
    until: datetime | None = None

    def __post_init__(self) -> None:
        check_text(self.comment, path="comment")
        if self.until is not None and not self.approve:
            raise Invalid.at("until", "a refusal has no end")


def decide(call: Call, access_id: str, decision: Decision) -> Access:
    """Approve or refuse a request. The same decision by the same person again changes nothing.

    Raises:
        Invalid: `until` is past, or is later than what was asked for.
        NotFound: the request does not exist, or the caller may not see it.
        Forbidden: the caller may see it, but not decide.
        Precondition: it is decided otherwise, or the user or the module is deactivated.
    """
    check_asked(AskedTime(until=decision.until), limit=None, now=call.now)
    known = visible_access(call, access_id)
    write_end_of(call, known.user_id, known.module_id)
    with recording(call) as recorder:
        user = lock_user(known.user_id)
        module = lock_module(known.module_id)
        accesses = lock_open_accesses(user.id, module.id)
        open_accesses = {access.id: access for access in write_expired(accesses, recorder)}
        access = open_accesses.get(known.id) or Access.objects.get(id=known.id)
        recorder.call = _call_with_right(access, module, decision, call)
        if _is_same_again(access, decision, call):
            return access
        _check_state(access, user, module, decision, recorder)
        apply_decision(access, module, decision, recorder)
        return access


def _call_with_right(access: Access, module: Module, decision: Decision, call: Call) -> Call:
    """Return the call as it is recorded: in the caller's own right, else as somebody's deputy.

    Raises:
        Forbidden: the caller may not decide.
    """
    owns_module = is_owner(call.caller.person, module, call.now)
    absent = None
    if not (owns_module or call.caller.is_administrator):
        absent = absent_owner(access, module, call)
    may_decide(
        call.caller,
        subject=access.user_id,
        requested_by=access.requested_by,
        owns_module=owns_module or absent is not None,
        break_glass=call.policy.break_glass,
        four_eyes=call.policy.four_eyes,
        comment=decision.comment,
    )
    return call if absent is None else replace(call, caller=replace(call.caller, deputy_of=absent))


def _is_same_again(access: Access, decision: Decision, call: Call) -> bool:
    wanted = AccessState.APPROVED if decision.approve else AccessState.DENIED
    is_same = access.state == wanted and decision.until in {None, access.until}
    return is_same and _decider(access) == call.caller.person


def _decider(access: Access) -> str | None:
    """Return the person who decided, also behind a service account. A deputy decides themselves."""
    by_token = access.decided_by is not None and access.decided_by.startswith(TOKEN_PREFIX)
    return access.acting_for if by_token else access.decided_by


def _check_state(
    access: Access, user: User, module: Module, decision: Decision, recorder: Recorder
) -> None:
    if access.state != AccessState.PENDING:
        raise Precondition("The request is {state} already.", state=access.state)
    if not decision.approve:
        return
    check_open(user, module)
    refuse_listed(user.id, from_mask(access.types), module, recorder)


def check_open(user: User, module: Module) -> None:
    """Refuse an access that nobody can get now.

    Raises:
        Precondition: the user or the module is deactivated, or the profile is in no catalogue.
    """
    if not user.active:
        raise Precondition("The user {user} is deactivated.", user=user.id)
    if module.kind == ModuleKind.PROFILE and not module.in_catalogue:
        raise Precondition(
            "The profile {module} is not in the catalogue of the cluster.",
            module=module.id,
        )
    if not module.is_open:
        raise Precondition(
            "The profile {module} is not open: its document does not allow it.",
            module=module.id,
        )
    if not module.requestable:
        raise Precondition("Nobody can ask for {module} at the moment.", module=module.id)


def apply_decision(access: Access, module: Module, decision: Decision, recorder: Recorder) -> None:
    """Write a decision on a locked request.

    Raises:
        Invalid: `until` is past, or later than what was asked for.
        Precondition: the access replaces the last OWNER's of an external module.
    """
    caller = recorder.call.caller
    access.decided_by = caller.actor
    access.acting_for = caller.on_behalf_of
    access.decided_at = recorder.call.now
    access.comment = decision.comment
    if decision.approve:
        _approve(access, module, decision, recorder)
    else:
        access.state = AccessState.DENIED
        access.save()
        recorder.record(EventKind.DENIED, access=access)
    notify(NoticeKind.DECIDED, access, recorder)


def _approve(access: Access, module: Module, decision: Decision, recorder: Recorder) -> None:
    call = recorder.call
    access.until = end_at_approval(
        AskedTime(access.duration, access.asked_until),
        decided=decision.until,
        limit=shortest_limit(module.max_duration, call.policy.longest_duration),
        now=call.now,
    )
    _replace_held(access, module, recorder)
    access.state = AccessState.APPROVED
    access.effect = first_effect(module)
    access.review_due = next_review(module.review_days, now=call.now)
    access.save()
    broke_glass = is_break_glass(call.caller, subject=access.user_id)
    detail = {"break_glass": True} if broke_glass else None
    recorder.record(EventKind.APPROVED, access=access, detail=detail)


def first_effect(module: Module) -> Effect:
    """Return the effect of an access to a module before any cluster has answered for it."""
    if module.kind == ModuleKind.EXTERNAL:
        return Effect.NONE
    answered = ClusterState.objects.filter(answered_at__isnull=False).exists()
    return Effect.WAITING if answered else Effect.UNKNOWN


def _replace_held(access: Access, module: Module, recorder: Recorder) -> None:
    """End the access that the person holds, since a person holds one access to a module."""
    held = Access.objects.filter(
        user_id=access.user_id, module_id=access.module_id, state=AccessState.APPROVED
    ).first()
    if held is None:
        return
    if AccessType.OWNER not in from_mask(access.types):
        keep_an_owner(held, module, recorder)
    end_approved(held, recorder, replaced_by=access.id)
