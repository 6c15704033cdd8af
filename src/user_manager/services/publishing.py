"""Giving the document to the cluster."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from user_manager.domain.call import Call
from user_manager.domain.permissions import may_speak_for_cluster
from user_manager.domain.pmr_document import LeftOut, PmrDocument
from user_manager.domain.vocabulary import Effect
from user_manager.models import Access, EventCounter, PublishedRevision
from user_manager.selectors.exported import cluster_document
from user_manager.selectors.ownership import current
from user_manager.services.effects import Outcome, set_effects
from user_manager.services.transaction import recording

_KEPT_FOR: Final = timedelta(days=90)


def publish_document(call: Call) -> PmrDocument:
    """Return the document of now, and keep which events it contains.

    Raises:
        Forbidden: the caller does not speak for the cluster.
    """
    may_speak_for_cluster(call.caller)
    # The counter is read first: the document may contain more than the number says, never less.
    last_event = EventCounter.objects.get().last
    document = cluster_document(call.now)
    PublishedRevision.objects.update_or_create(
        revision=document.revision,
        defaults={
            "last_event": last_event,
            "published_at": call.now,
            "left_out": [list(access) for access in document.left_out],
        },
    )
    if document.left_out:
        _refuse(document.left_out, call)
    return document


def forget_old_revisions(now: datetime) -> None:
    """Delete revisions that the cluster has not been given for 90 days, and will not answer."""
    PublishedRevision.objects.filter(published_at__lt=now - _KEPT_FOR).delete()


def _refuse(left_out: Sequence[LeftOut], call: Call) -> None:
    """Say of accesses that no document can have them."""
    reasons = {(access.profile, access.user): access.reason for access in left_out}
    profiles = {access.profile for access in left_out}
    rows = Access.objects.filter(current(call.now), module__in=profiles)
    with recording(call) as recorder:
        accesses = rows.select_for_update(of=("self",)).order_by("id")
        outcomes = (
            (access, Outcome(Effect.REFUSED, reasons[access.module_id, access.user_id]))
            for access in accesses
            if (access.module_id, access.user_id) in reasons
        )
        set_effects(outcomes, recorder)
