"""The outbox of notices: written with the decision, sent later, so that sending blocks nothing."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """A notice that waits to be sent, or was sent.

    Attributes:
        kind: a `domain.vocabulary.NoticeKind`.
        payload: what is sent, before it gets the form of the receiver.
        sent_at: when the receiver took it; None while it waits.
        given_up_at: when the last attempt failed.
    """

    kind = models.CharField(max_length=16)
    access = models.CharField(max_length=64)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["access", "kind"],
                condition=Q(kind="ending"),
                name="notice_ending_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="notice_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.access}"
