"""Naming a deputy who decides for an absent OWNER, and removing this right."""

from datetime import datetime

from django.db.models import Q

from user_manager.domain.access_permissions import may_decide_as_deputy
from user_manager.domain.call import Call
from user_manager.domain.errors import Invalid, NotFound, Precondition
from user_manager.domain.identifiers import check_user_id
from user_manager.domain.limits import check_absence
from user_manager.domain.times import format_time
from user_manager.domain.vocabulary import EventKind
from user_manager.models import Absence, Access, Module, User
from user_manager.selectors.absences import check_arranges
from user_manager.selectors.deputies import covered_absences
from user_manager.selectors.ownership import owned_modules, owners_among
from user_manager.services.locks import lock_absences, lock_user, lock_users
from user_manager.services.transaction import Recorder, recording


def name_deputy(call: Call, user_id: str, deputy_id: str, until: datetime) -> Absence:
    """Name the deputy of a user, in place of an earlier one. The same again changes nothing.

    Raises:
        Invalid: the deputy is the user, or `until` is past or too far away.
        NotFound: the user or the deputy does not exist, or the caller may not know of the user.
        Forbidden: the caller is neither the user nor an administrator.
        Precondition: one of both is deactivated, or the user decides nothing.
    """
    check_user_id(deputy_id, "deputy")
    if deputy_id == user_id:
        raise Invalid.at("deputy", "must be somebody else")
    check_absence(until, now=call.now)
    with recording(call) as recorder:
        users = lock_users([user_id, deputy_id])
        check_arranges(call, user_id)
        _check_active(user_id, users)
        # before the deputy is looked at: who decides nothing may not know who else is there
        if not owned_modules(user_id, call.now).exists():
            raise Precondition("{user} owns no module: there is nothing to decide.", user=user_id)
        _check_active(deputy_id, users)
        absence = Absence(person_id=user_id, deputy_id=deputy_id, until=until)
        same = Absence.objects.filter(person=user_id, deputy=deputy_id, until=until)
        if not same.exists():
            absence.save()
            detail = {"deputy": deputy_id, "until": format_time(until)}
            recorder.record(EventKind.DEPUTY_NAMED, user=user_id, detail=detail)
        return absence


def _check_active(user_id: str, users: dict[str, User]) -> None:
    if user_id not in users:
        raise NotFound("The user {user} was not found.", user=user_id)
    if not users[user_id].active:
        raise Precondition("The user {user} is deactivated.", user=user_id)


def remove_deputy(call: Call, user_id: str) -> None:
    """Take the right to decide for a user away from their deputy, if there is one.

    Raises:
        NotFound: the user does not exist, or the caller may not know of the user.
        Forbidden: the caller is neither the user nor an administrator.
    """
    with recording(call) as recorder:
        lock_user(user_id)
        check_arranges(call, user_id)
        _end(Q(person=user_id), recorder)


def end_absences_with(user: User, recorder: Recorder) -> None:
    """End the absence of a locked user, and every absence in which they are the deputy."""
    _end(Q(person=user) | Q(deputy=user), recorder)


def _end(condition: Q, recorder: Recorder) -> None:
    for absence in lock_absences(Absence.objects.filter(condition)):
        if absence.until > recorder.call.now:  # else the clock has ended it
            detail = {"deputy": absence.deputy_id}
            recorder.record(EventKind.DEPUTY_REMOVED, user=absence.person_id, detail=detail)
        absence.delete()


def absent_owner(access: Access, module: Module, call: Call) -> str | None:
    """Return the id of the OWNER as whose deputy the caller may decide a request; None for nobody.

    The absences stay locked until the decision is written, so that nobody decides after the right
    was removed.
    """
    absent = [absence.person_id for absence in lock_absences(covered_absences(call))]
    if not absent or call.caller.user_id is None:
        return None
    is_allowed = may_decide_as_deputy(
        deputy=call.caller.user_id,
        absent=absent,
        subject=access.user_id,
        requested_by=access.requested_by,
        four_eyes=call.policy.four_eyes,
    )
    return min(owners_among(absent, module, call.now), default=None) if is_allowed else None
