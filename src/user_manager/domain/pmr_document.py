"""The document for the cluster: a PMR of additions, canonical JSON, with its revision."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class ClusterAccess:
    """An approved and unexpired access of an active user to a profile of the catalogue.

    Attributes:
        profile: the name of the profile.
        user: the id of the user.
        role: the role in the cluster, from `access_types.cluster_role`.
        until: the end; None without an end.
    """

    profile: str
    user: str
    role: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An access that the document cannot have.

    Attributes:
        profile: the name of the profile.
        user: the id of the user.
        reason: why, for people.
    """

    profile: str
    user: str
    reason: str


@dataclass(frozen=True, slots=True)
class PmrDocument:
    """A valid document.

    Attributes:
        body: the canonical JSON: UTF-8, sorted keys, no spaces.
        revision: sixteen hexadecimal digits of the SHA-256 of the body.
        left_out: the accesses that are not in it.
    """

    body: bytes
    revision: str
    left_out: tuple[LeftOut, ...]


def pmr_document(accesses: Iterable[ClusterAccess]) -> PmrDocument:
    """Return the document of these accesses; what a PMR cannot have is left out."""
    raise NotImplementedError
