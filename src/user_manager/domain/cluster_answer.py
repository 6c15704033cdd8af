"""What the cluster made of a document: the body of `PUT /api/v1/cluster`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RefusedAccess:
    """An access of the document that the cluster does not give: profile, user and why."""

    profile: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Person:
    """The owner of a profile: `kind` is User, Group or ServiceAccount."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class CatalogueContributor:
    """A contributor of a profile that another source lists.

    Attributes:
        kind: User or Group.
        name: the name in the cluster.
        role: admin, edit or view.
        until: the end; None without an end.
        source: the name of the source.
    """

    kind: str
    name: str
    role: str
    until: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class CatalogueProfile:
    """A profile of the cluster: whether it is open to be asked for, and who has a role in it."""

    name: str
    owner: Person
    open: bool
    contributors: tuple[CatalogueContributor, ...]


@dataclass(frozen=True, slots=True)
class ClusterAnswer:
    """What became of a revision of the document.

    Attributes:
        revision: the revision; '' only with a problem.
        applied: the profiles that are as the revision says.
        pending: profiles that are not yet, each with the reason.
        failed: profiles that failed, each with the reason.
        refused: accesses that the cluster does not give.
        problem: why the whole document was not taken; '' if it was.
        catalogue: all profiles of the cluster; None if the last catalogue stays.
    """

    revision: str
    applied: frozenset[str]
    pending: Mapping[str, str]
    failed: Mapping[str, str]
    refused: tuple[RefusedAccess, ...]
    problem: str
    catalogue: tuple[CatalogueProfile, ...] | None


def parse_answer(body: object) -> ClusterAnswer:
    """Return the answer in a body that was read from JSON.

    Raises:
        Malformed: it is not a mapping.
        Invalid: values do not fit; all of them are listed.
    """
    raise NotImplementedError
