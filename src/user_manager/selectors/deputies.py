"""What a deputy sees and decides for absent OWNERs.

It is what these people decide in their own right: an administrator's rights do not pass on, and
what somebody may do as a deputy does not pass on to their own deputy.
"""

from datetime import datetime

from django.db.models import Q, QuerySet

from user_manager.domain.call import Call
from user_manager.models import Absence, Access, Module
from user_manager.selectors.ownership import open_requests, owned_by


def current_absences(now: datetime) -> QuerySet[Absence]:
    """Return the absences that are not over. Nobody in them is deactivated, which ends them."""
    return Absence.objects.filter(until__gt=now)


def covered_absences(call: Call) -> QuerySet[Absence]:
    """Return the absences in which the caller is the deputy.

    A service account is nobody's deputy, even if it acts for one.
    """
    if call.caller.user_id is None:
        return Absence.objects.none()
    return current_absences(call.now).filter(deputy=call.caller.user_id)


def decided_as_deputy(call: Call) -> Q:
    """Return the condition of `access_permissions.may_decide_as_deputy`, for the database."""
    absent = covered_absences(call).values("person")
    condition = Q(module__in=Module.objects.filter(owned_by(absent, call.now)))
    condition &= ~Q(user__in=absent)
    if call.policy.four_eyes:
        condition &= ~Q(requested_by__in=absent)
    return condition


def seen_as_deputy(call: Call) -> Q:
    """Return the condition for accesses that the caller sees as a deputy.

    They are open requests, and what the caller decided as a deputy.
    """
    absent = covered_absences(call).values("person")
    own_decision = Q(decided_by=call.caller.user_id, acting_for__in=absent)
    return decided_as_deputy(call) & (open_requests(call.now) | own_decision)


def sees_as_deputy(call: Call, access: Access) -> bool:
    """Return whether the caller sees an access as a deputy."""
    return Access.objects.filter(seen_as_deputy(call), id=access.id).exists()
