"""What happened, for auditors. Rows are added, and never changed but for pseudonyms."""

from typing import ClassVar

from django.db import models

from user_manager.domain.vocabulary import EventKind
from user_manager.models.user import ID_LENGTH


class Event(models.Model):
    """Something that happened. The columns hold ids, not keys: an event outlives its objects.

    Attributes:
        seq: rises in the order of commits, see `services.transaction`.
        detail: what the kind does not say, such as a role; no reasons and no comments.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=24, choices=[(kind.value, kind.value) for kind in EventKind])
    access = models.CharField(max_length=64, null=True)
    user = models.CharField(max_length=ID_LENGTH, null=True)
    module = models.CharField(max_length=63, null=True)
    actor = models.CharField(max_length=ID_LENGTH + len("token:"))
    acting_for = models.CharField(max_length=ID_LENGTH, null=True)
    detail = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["access", "seq"], name="event_access"),
            models.Index(fields=["user", "seq"], name="event_user"),
            models.Index(fields=["module", "seq"], name="event_module"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class EventCounter(models.Model):
    """The number of the last event. One row, whose lock puts commits in order."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)
