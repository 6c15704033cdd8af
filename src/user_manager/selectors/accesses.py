"""Lists of accesses, filtered by what they are at the time of the call."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from user_manager.domain.access_permissions import may_list_accesses
from user_manager.domain.call import Call
from user_manager.domain.vocabulary import AccessState, Effect
from user_manager.models import Access
from user_manager.selectors.deputies import decided_as_deputy
from user_manager.selectors.ownership import current, open_requests, over, owned_modules
from user_manager.selectors.paging import NEWEST_FIRST, Page, PageRequest
from user_manager.selectors.reviews import review_overdue
from user_manager.selectors.visibility import visible_accesses


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """Which accesses are wanted. None is all.

    Attributes:
        is_to_decide: only requests that the caller may decide now.
        is_review_overdue: only accesses that nobody reviewed in time.
    """

    user_id: str | None = None
    module_id: str | None = None
    state: AccessState | None = None
    effect: Effect | None = None
    is_to_decide: bool = False
    is_review_overdue: bool = False


def list_accesses(call: Call, wanted: AccessFilter, page: PageRequest) -> Page[Access]:
    """Return accesses that the caller may see, newest first.

    Raises:
        Forbidden: the caller is a service account that may not.
        Invalid: the cursor is wrong.
    """
    may_list_accesses(call.caller)
    # a person who decides a request sees it
    accesses = Access.objects.all() if wanted.is_to_decide else visible_accesses(call)
    if wanted.user_id is not None:
        accesses = accesses.filter(user_id=wanted.user_id)
    if wanted.module_id is not None:
        accesses = accesses.filter(module_id=wanted.module_id)
    if wanted.state is not None:
        accesses = accesses.filter(in_state(wanted.state, call.now))
    if wanted.effect is not None:
        accesses = accesses.filter(with_effect(wanted.effect, call.now))
    if wanted.is_to_decide:
        accesses = accesses.filter(to_decide(call))
    if wanted.is_review_overdue:
        accesses = accesses.filter(review_overdue(call.now))
    return NEWEST_FIRST.page(accesses, page)


def in_state(state: AccessState, now: datetime) -> Q:
    """Return the condition for a state by the clock, see `access_clock.clock_end`."""
    match state:
        case AccessState.PENDING:
            return open_requests(now)
        case AccessState.APPROVED:
            return current(now)
        case AccessState.EXPIRED:
            return Q(state=state) | over(now)
        case _:
            return Q(state=state)


def with_effect(effect: Effect, now: datetime) -> Q:
    """Return the condition of `access_clock.effect_at`, for the database."""
    match effect:
        case Effect.NONE | Effect.ENDED:
            return Q(effect=effect)
        case Effect.ENDING:
            return ~Q(effect__in=[Effect.NONE, Effect.ENDED]) & ~current(now)
        case _:
            return Q(effect=effect) & current(now)


def to_decide(call: Call) -> Q:
    """Return the condition of `access_permissions.may_decide`, for the database.

    They are those that the caller decides in their own right, and those as a deputy.

    Raises:
        Forbidden: the caller is a service account that acts for nobody.
    """
    person = call.caller.require_person()
    condition = open_requests(call.now)
    if not call.caller.is_administrator:
        owned = owned_modules(person, call.now).order_by()
        condition &= Q(module__in=owned) | decided_as_deputy(call)
    if not (call.caller.is_administrator and call.policy.break_glass):
        condition &= ~Q(user=person)
    if call.policy.four_eyes:
        condition &= ~Q(requested_by=person) | Q(user=person)
    return condition
