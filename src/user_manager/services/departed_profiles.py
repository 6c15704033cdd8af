"""Profiles that left the cluster's catalogue: their accesses wait, and end after some time."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from user_manager.domain.call import Call
from user_manager.domain.vocabulary import AccessState, Effect
from user_manager.models import Access, Module
from user_manager.services.effects import Outcome, set_effects
from user_manager.services.ending import end_approved
from user_manager.services.expiry import write_expired
from user_manager.services.locks import lock_modules
from user_manager.services.transaction import Recorder, recording

_KEPT_FOR: Final = timedelta(days=30)


def end_departed(call: Call) -> int:
    """End the accesses to profiles that have been in no catalogue for 30 days.

    Returns:
        how many accesses ended.
    """
    departed = Module.objects.filter(left_catalogue_at__lte=call.now - _KEPT_FOR)
    with_access = departed.filter(accesses__state=AccessState.APPROVED)
    module_ids = list(with_access.values_list("id", flat=True).distinct())
    if not module_ids:
        return 0
    with recording(call) as recorder:
        locked = lock_modules(module_ids).values()
        still_away = [module.id for module in locked if is_given_up(module, call.now)]
        return end_accesses(still_away, recorder)


def is_given_up(module: Module, now: datetime) -> bool:
    """Return whether a profile has been in no catalogue for so long that its accesses end."""
    left_at = module.left_catalogue_at
    return left_at is not None and left_at <= now - _KEPT_FOR


def end_accesses(module_ids: Collection[str], recorder: Recorder) -> int:
    """End all accesses to locked modules, and return how many."""
    accesses = write_expired(_approved(module_ids), recorder)
    for access in accesses:
        end_approved(access, recorder)
    return len(accesses)


def refuse_accesses(module_ids: Collection[str], recorder: Recorder) -> None:
    """Say of all accesses to locked modules that the cluster does not give them."""
    refused = Outcome(Effect.REFUSED, "The profile is not in the catalogue of the cluster.")
    approved = write_expired(_approved(module_ids), recorder)
    set_effects(((access, refused) for access in approved), recorder)


def await_accesses(module_ids: Collection[str], recorder: Recorder) -> None:
    """Say of all accesses to locked modules that the cluster has not applied them yet."""
    approved = write_expired(_approved(module_ids), recorder)
    set_effects(((access, Outcome(Effect.WAITING)) for access in approved), recorder)


def _approved(module_ids: Collection[str]) -> QuerySet[Access]:
    rows = Access.objects.filter(module__in=module_ids, state=AccessState.APPROVED)
    return rows.select_for_update(of=("self",)).order_by("id")
