"""What one person has: accesses, and what the cluster's catalogue says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from user_manager.domain.call import Call
from user_manager.models import Access, CatalogueContributor, Module
from user_manager.selectors.ownership import current, not_over, open_requests
from user_manager.selectors.paging import NEWEST_FIRST, Page, PageRequest


def open_accesses(call: Call) -> QuerySet[Access]:
    """Return what the caller has and has asked for, newest first."""
    shown = _own(call).filter(current(call.now) | open_requests(call.now))
    return shown.order_by("-requested_at", "id")


def past_accesses(call: Call, page: PageRequest) -> Page[Access]:
    """Return what the caller had, and requests that nobody approved, newest first.

    Raises:
        Invalid: the cursor is wrong.
    """
    past = _own(call).exclude(current(call.now) | open_requests(call.now))
    return NEWEST_FIRST.page(past, page)


def _own(call: Call) -> QuerySet[Access]:
    own = Access.objects.filter(user_id=call.caller.require_person())
    return own.select_related("module")


@dataclass(frozen=True, slots=True)
class OwnAccess:
    """What a person has and has asked for in one module; None for nothing."""

    held: Access | None = None
    pending: Access | None = None


def own_accesses_in(user_id: str, module_ids: Iterable[str], now: datetime) -> dict[str, OwnAccess]:
    """Return what a person has in modules, by the ids of those where there is something."""
    accesses = Access.objects.filter(
        current(now) | open_requests(now), user_id=user_id, module_id__in=list(module_ids)
    )
    own: dict[str, OwnAccess] = {}
    for access in accesses:
        others = own.get(access.module_id, OwnAccess())
        is_held = access.decided_at is not None
        held = access if is_held else others.held
        own[access.module_id] = OwnAccess(held, others.pending if is_held else access)
    return own


def given_by_catalogue(user_id: str, now: datetime) -> QuerySet[CatalogueContributor]:
    """Return what other sources of the cluster give to a person."""
    rows = CatalogueContributor.objects.filter(not_over(now), kind="User", name=user_id)
    return rows.select_related("module").order_by("module_id", "source")


def owned_by_catalogue(user_id: str) -> QuerySet[Module]:
    """Return the profiles whose owner in the catalogue a person is."""
    return Module.objects.filter(in_catalogue=True, owner_kind="User", owner_name=user_id).order_by(
        "id"
    )
