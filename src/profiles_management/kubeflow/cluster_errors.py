"""Errors of a cluster: the kinds of a target's errors that callers of this library catch."""

from collections.abc import Iterator
from typing import ClassVar

from profiles_management.reconcile.target_errors import (
    TargetAway,
    TargetError,
    TargetForbidden,
    TargetKindMissing,
)


class ClusterError(TargetError):
    """The cluster did not do what was asked.

    Errors of the public functions have a note that names it.
    """

    code: ClassVar[str] = "cluster"


class NoCluster(ClusterError):
    """Nothing says which cluster is meant."""

    code: ClassVar[str] = "no-cluster"


class MissingKind(ClusterError, TargetKindMissing):
    """A kind that is needed is not installed in the cluster, such as Profile."""

    code: ClassVar[str] = "missing-kind"


class Forbidden(ClusterError, TargetForbidden):
    """A permission is missing, or the cluster refuses the credentials."""

    code: ClassVar[str] = "forbidden"


class ClusterAway(ClusterError, TargetAway):
    """The cluster did not answer within the deadline."""

    code: ClassVar[str] = "cluster-away"

    name = "cluster"


def reason_of(error: Exception, otherwise: str) -> str:
    """Return why the system refuses a call, such as `permission denied`.

    Args:
        error: the error of the call.
        otherwise: the reason for an error that is not the system's.
    """
    return (getattr(error, "strerror", None) or otherwise).lower()


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and the errors that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
