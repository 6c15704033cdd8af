"""What one asks access to: Kubeflow profiles and other systems."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from user_manager.domain.reviews import LONGEST_REVIEW_DAYS
from user_manager.domain.vocabulary import ModuleKind


class Module(models.Model):
    """A profile of the catalogue, or an external system.

    Attributes:
        id: a DNS-1123 label.
        max_duration: the limit for an access, from its approval; None for none.
        requestable: whether one may ask for it. False is called deactivated in the contract.
        review_days: how often somebody confirms that an access is still needed; None for never.
        is_open: whether the cluster's document lets additions into the profile.
        in_catalogue: whether the last catalogue has the profile; False for external modules.
        owner_kind, owner_name: the owner of the profile in the catalogue.
        left_catalogue_at: since when the profile is missing in the catalogue.
    """

    id = models.CharField(primary_key=True, max_length=63)
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.name) for kind in ModuleKind])
    title = models.CharField(max_length=253, blank=True)
    description = models.CharField(max_length=2000, blank=True)
    max_duration = models.DurationField(null=True)
    reason_required = models.BooleanField(default=False)
    requestable = models.BooleanField(default=True)
    review_days = models.PositiveSmallIntegerField(null=True)
    is_open = models.BooleanField(default=True)
    in_catalogue = models.BooleanField(default=False)
    owner_kind = models.CharField(max_length=16, blank=True)
    owner_name = models.CharField(max_length=512, blank=True)
    left_catalogue_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ModuleKind]), name="module_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=ModuleKind.PROFILE.value)
                | Q(in_catalogue=False, owner_kind="", owner_name=""),
                name="module_external_has_no_owner",
            ),
            models.CheckConstraint(
                condition=Q(review_days__isnull=True)
                | Q(review_days__gte=1, review_days__lte=LONGEST_REVIEW_DAYS),
                name="module_review_days",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["owner_kind", "owner_name"], name="module_owner")]

    def __str__(self) -> str:
        return self.id

    @property
    def can_be_requested(self) -> bool:
        """Whether one may ask: nobody closed it, and the cluster has it and lets people in."""
        is_there = self.kind == ModuleKind.EXTERNAL or self.in_catalogue
        return self.requestable and self.is_open and is_there
