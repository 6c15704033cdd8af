"""Profiles that left the cluster's catalogue: their accesses wait, and end after some time."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.db.models import QuerySet

from user_manager.domain.call import Call
from user_manager.domain.vocabulary import AccessState, Effect
from user_manager.models import Access, Module
from user_manager.services.effects import set_effect
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
        still_away = [module.id for module in locked if not module.in_catalogue]
        return end_accesses(still_away, recorder)


def end_accesses(module_ids: Collection[str], recorder: Recorder) -> int:
    """End all accesses to locked modules, and return how many."""
    accesses = write_expired(_approved(module_ids), recorder)
    for access in accesses:
        end_approved(access, recorder)
    return len(accesses)


def refuse_accesses(module_ids: Collection[str], recorder: Recorder) -> None:
    """Say of all accesses to locked modules that the cluster does not give them."""
    for access in _approved(module_ids):
        reason = f"{access.module_id} is not in the catalogue of the cluster"
        set_effect(access, Effect.REFUSED, reason, recorder)


def await_accesses(module_ids: Collection[str], recorder: Recorder) -> None:
    """Say of all accesses to locked modules that the cluster has not applied them yet."""
    for access in _approved(module_ids):
        set_effect(access, Effect.WAITING, "", recorder)


def _approved(module_ids: Collection[str]) -> QuerySet[Access]:
    rows = Access.objects.filter(module__in=module_ids, state=AccessState.APPROVED)
    return rows.select_for_update(of=("self",)).order_by("id")
