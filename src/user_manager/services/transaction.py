"""The transaction of a verb, with the events that it records."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from user_manager.domain.call import Call
from user_manager.domain.caller import Caller
from user_manager.domain.vocabulary import EventKind
from user_manager.models import Access, Event, EventCounter, Notice

ACCESS_CHANGES = frozenset(
    {EventKind.APPROVED, EventKind.REDUCED, EventKind.REVOKED, EventKind.EXPIRED}
)
"""Events after which the document for the cluster may be another one."""

accesses_changed = Signal()
"""Sent after the commit of a transaction with such an event."""

requests_decided = Signal()
"""Sent after the commit of a transaction with decisions; `decisions` are the kinds of events."""


@dataclass(slots=True)
class Recorder:
    """Collects the events of one transaction, and the notices about them."""

    call: Call
    events: list[Event] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def record(
        self,
        kind: EventKind,
        *,
        user: str | None = None,
        module: str | None = None,
        access: Access | None = None,
        detail: Mapping[str, Any] | None = None,
        at: datetime | None = None,
        caller: Caller | None = None,
    ) -> None:
        """Record that something happened.

        Args:
            access: an access, from which user and module are taken.
            detail: what the kind does not say, as JSON.
            at: when; now if it is not given.
            caller: who did it; the caller of the verb if it is not given.
        """
        caller = caller or self.call.caller
        event = Event(
            at=at or self.call.now,
            kind=kind,
            user=user,
            module=module,
            actor=caller.actor,
            acting_for=caller.on_behalf_of,
            detail=detail,
        )
        if access is not None:
            event.access = access.id
            event.user = access.user_id
            event.module = access.module_id
        self.events.append(event)

    def write(self) -> None:
        """Write the notices, and the events with their numbers.

        The counter's row stays locked until the commit, so that numbers rise in the order of
        commits, and nobody who reads on after the last number misses an event.
        """
        Notice.objects.bulk_create(self.notices)
        if not self.events:
            return
        counter = EventCounter.objects.select_for_update().get()
        for number, event in enumerate(self.events, start=counter.last + 1):
            event.seq = number
        EventCounter.objects.update(last=counter.last + len(self.events))
        Event.objects.bulk_create(self.events)


@contextmanager
def recording(call: Call) -> Iterator[Recorder]:
    """Run a block in one transaction, and write the events that it records at its end.

    An error in the block undoes all of it.
    """
    with transaction.atomic():
        recorder = Recorder(call)
        yield recorder
        recorder.write()
        if any(event.kind in ACCESS_CHANGES for event in recorder.events):
            transaction.on_commit(lambda: accesses_changed.send(None), robust=True)
        decisions = [event.kind for event in recorder.events if _is_decision(event)]
        if decisions:
            transaction.on_commit(
                lambda: requests_decided.send(None, decisions=decisions), robust=True
            )


def _is_decision(event: Event) -> bool:
    """Return whether somebody decided a request: nobody decides the access of a founder."""
    is_founder = bool(event.detail and event.detail.get("founder"))
    return event.kind in {EventKind.APPROVED, EventKind.DENIED} and not is_founder
