"""Accesses: first a request, then a grant, then history, with one id for life."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from user_manager.domain.vocabulary import AccessState, Effect
from user_manager.models.module import Module
from user_manager.models.user import ID_LENGTH, User

# names and not members, so that migrations do not refer to code that may change
_STATES = [(state.value, state.value) for state in AccessState]
_EFFECTS = [(effect.value, effect.value) for effect in Effect]
_DECIDED = Q(decided_at__isnull=False)
_ENDED = Q(ended_at__isnull=False)
_TIMES = (
    Q(state=AccessState.PENDING.value, until__isnull=True) & ~_DECIDED & ~_ENDED
    | Q(state=AccessState.APPROVED.value) & _DECIDED & ~_ENDED
    | Q(state=AccessState.DENIED.value, until__isnull=True) & _DECIDED & ~_ENDED
    | Q(state=AccessState.WITHDRAWN.value, until__isnull=True) & ~_DECIDED & _ENDED
    | Q(state=AccessState.REVOKED.value) & _DECIDED & _ENDED
    | Q(state=AccessState.EXPIRED.value) & _ENDED
)
_REVIEWED = Q(reviewed_at__isnull=False) | Q(review_due__isnull=False)
_WAS_APPROVED = _DECIDED & ~Q(state=AccessState.DENIED.value)
_ACTOR_LENGTH = ID_LENGTH + len("token:")


class Access(models.Model):
    """What a person asked for, has or had in a module.

    The stored state may lag behind the clock: `domain.access_clock` says what it is now.

    Attributes:
        types: a bit for each access type, see `domain.access_types`.
        asked_types: the same as it was asked for; `types` may have been reduced since.
        duration: how long it was asked for, counted from the approval.
        asked_until: until when it was asked for; None where a duration or nothing was given.
        until: when an approved one ends; None while it is pending, and for one without an end.
        pending_until: when the request expires if nobody decides.
        reviewed_at: when somebody last confirmed that it is still needed.
        review_due: by when somebody has to confirm it again; None for never.
    """

    id = models.CharField(primary_key=True, max_length=64)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="accesses")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="accesses")
    types = models.PositiveSmallIntegerField()
    asked_types = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=_STATES)
    effect = models.CharField(max_length=9, choices=_EFFECTS, default="none")
    effect_detail = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=2000, blank=True)
    duration = models.DurationField(null=True)
    asked_until = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    requested_by = models.CharField(max_length=ID_LENGTH)
    requested_at = models.DateTimeField()
    pending_until = models.DateTimeField()
    decided_by = models.CharField(max_length=_ACTOR_LENGTH, null=True)
    acting_for = models.CharField(max_length=ID_LENGTH, null=True)
    decided_at = models.DateTimeField(null=True)
    comment = models.CharField(max_length=2000, blank=True)
    ended_by = models.CharField(max_length=_ACTOR_LENGTH, null=True)
    ended_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    review_due = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "module"],
                condition=Q(state=AccessState.PENDING.value),
                name="access_one_pending",
            ),
            models.UniqueConstraint(
                fields=["user", "module"],
                condition=Q(state=AccessState.APPROVED.value),
                name="access_one_approved",
            ),
            models.CheckConstraint(condition=Q(types__gte=1, types__lte=7), name="access_types"),
            models.CheckConstraint(
                condition=Q(effect__in=[effect.value for effect in Effect]), name="access_effect"
            ),
            models.CheckConstraint(condition=_TIMES, name="access_state_and_times"),
            models.CheckConstraint(condition=~_REVIEWED | _WAS_APPROVED, name="access_reviewed"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-requested_at", "id"], name="access_newest"),
            models.Index(fields=["module", "state", "-requested_at"], name="access_module"),
            models.Index(fields=["user", "state", "-requested_at"], name="access_user"),
            models.Index(
                fields=["until"], condition=Q(state=AccessState.APPROVED.value), name="access_until"
            ),
            models.Index(
                fields=["pending_until"],
                condition=Q(state=AccessState.PENDING.value),
                name="access_pending_until",
            ),
            models.Index(
                fields=["review_due"],
                condition=Q(state=AccessState.APPROVED.value, review_due__isnull=False),
                name="access_review_due",
            ),
            models.Index(
                fields=["requested_by"],
                condition=Q(state=AccessState.PENDING.value),
                name="access_open_requests",
            ),
        ]

    def __str__(self) -> str:
        return self.id
