"""What was published to the cluster, and what it answered."""

from django.db import models


class PublishedRevision(models.Model):
    """A document that was given to the cluster.

    Attributes:
        revision: sixteen hexadecimal digits, see `domain.pmr_document`.
        last_event: the number of the last event that the document contains.
        left_out: accesses that no document can have: profile, user and reason of each.
    """

    revision = models.CharField(primary_key=True, max_length=16)
    last_event = models.BigIntegerField()
    left_out = models.JSONField(default=list)
    published_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.revision


class ClusterState(models.Model):
    """The last answer of the cluster. One row.

    Attributes:
        problem: why the whole document could not be used; '' if it could.
        catalogue_at: when the last catalogue came; None if none came.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    revision = models.CharField(max_length=16, blank=True)
    problem = models.CharField(max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True)
    catalogue_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.revision
