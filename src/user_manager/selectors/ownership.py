"""Who decides in a module: OWNERs, and the owner of the profile in the catalogue."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from user_manager.domain.access_types import OWNER_MASKS
from user_manager.domain.vocabulary import AccessState
from user_manager.models import Access, Module


def current(now: datetime) -> Q:
    """Return the condition for an access that is approved and not over at a time."""
    return Q(state=AccessState.APPROVED) & not_over(now)


def not_over(now: datetime) -> Q:
    """Return the condition for what has no end, or one after a time."""
    return Q(until__isnull=True) | Q(until__gt=now)


def open_requests(now: datetime) -> Q:
    """Return the condition for a request that waits for a decision at a time."""
    return Q(state=AccessState.PENDING, pending_until__gt=now)


def over(now: datetime) -> Q:
    """Return the condition for what the clock has ended, while its stored state does not say so."""
    undecided = Q(state=AccessState.PENDING, pending_until__lte=now)
    return undecided | Q(state=AccessState.APPROVED, until__lte=now)


def owner_accesses_of_all(now: datetime) -> QuerySet[Access]:
    """Return the OWNER accesses to all modules."""
    return Access.objects.filter(current(now), types__in=OWNER_MASKS, user__active=True)


def owner_accesses(module_id: str, now: datetime) -> QuerySet[Access]:
    """Return the OWNER accesses to a module."""
    return owner_accesses_of_all(now).filter(module_id=module_id)


def is_catalogue_owner(user_id: str, module: Module) -> bool:
    """Return whether the catalogue names a person as the owner of a profile."""
    return module.in_catalogue and (module.owner_kind, module.owner_name) == ("User", user_id)


def is_owner(user_id: str | None, module: Module, now: datetime) -> bool:
    """Return whether a person decides in a module. None is nobody."""
    if user_id is None:
        return False
    if is_catalogue_owner(user_id, module):
        return True
    return owner_accesses(module.id, now).filter(user_id=user_id).exists()


def owners_among(user_ids: Collection[str], module: Module, now: datetime) -> set[str]:
    """Return those of some active people who decide in a module."""
    granted = owner_accesses(module.id, now).filter(user__in=user_ids)
    catalogued = {user_id for user_id in user_ids if is_catalogue_owner(user_id, module)}
    return catalogued | set(granted.values_list("user_id", flat=True))


def owned_modules(user_id: str, now: datetime) -> QuerySet[Module]:
    """Return the modules in which a person decides, by id."""
    return Module.objects.filter(owned_by([user_id], now)).order_by("id")


def owned_by(user_ids: list[str] | QuerySet[Any, Any], now: datetime) -> Q:
    """Return the condition for modules in which one of some people decides.

    Args:
        user_ids: the ids of the people, or the query that has them.
    """
    granted = Access.objects.filter(current(now), user_id__in=user_ids, types__in=OWNER_MASKS)
    catalogued = Q(in_catalogue=True, owner_kind="User", owner_name__in=user_ids)
    return catalogued | Q(id__in=granted.values("module"))


def modules_with_owner(module_ids: Iterable[str], now: datetime) -> set[str]:
    """Return the ids of those modules in which somebody other than administrators decides."""
    ids = list(module_ids)
    granted = owner_accesses_of_all(now).filter(module_id__in=ids)
    catalogued = Module.objects.filter(id__in=ids, in_catalogue=True, owner_kind="User")
    return {*granted.values_list("module_id", flat=True), *catalogued.values_list("id", flat=True)}
