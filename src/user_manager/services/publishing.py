"""Giving the document to the cluster."""

from user_manager.domain.call import Call
from user_manager.domain.permissions import may_speak_for_cluster
from user_manager.domain.pmr_document import PmrDocument
from user_manager.models import EventCounter, PublishedRevision
from user_manager.selectors.exported import cluster_document


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
        defaults={"last_event": last_event, "published_at": call.now},
    )
    return document
