"""What a source is: a name, how far it is trusted, and a function that reads its document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal, NamedTuple, Protocol, runtime_checkable

from profiles_management.pmr.classes import (
    ContributorRole,
    ProfilesManagementRepresentation,
    UserKind,
)
from profiles_management.pmr.problems import ProfilesError
from profiles_management.pmr.rules import Rules

State = Literal["applied", "pending", "failed"]
ProfileState = tuple[State, str]
"""How far a profile came, and why it is not applied."""


class NothingToRead(ProfilesError):
    """A source has no document yet; `passing` if somebody else is about to change that."""

    code: ClassVar[str] = "nothing-to-read"

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


@dataclass(frozen=True, slots=True)
class Document:
    """A document as a source gave it.

    Attributes:
        revision: what the source calls this version, such as a commit; '' if it has no name.
    """

    pmr: ProfilesManagementRepresentation
    revision: str = ""


class Source(Protocol):
    """A place that a document comes from. docs/explanation/sources.md says how they are merged."""

    @property
    def name(self) -> str:
        """What identifies it. Every object that is made for it records this name.

        It never changes, because another name is another source. '' is for the document of the
        administrator, which is not recorded.
        """

    @property
    def label(self) -> str:
        """What people call it, such as `relation profiles of github-profiles`."""

    @property
    def is_configured(self) -> bool:
        """Whether somebody set it up. A source that nobody set up is not read, and is no error."""

    @property
    def is_trusted(self) -> bool:
        """Whether it may define profiles that exist already."""

    def read(self, rules: Rules) -> Document:
        """Return its document.

        Args:
            rules: what the installation allows; a source that is not trusted restricts them.

        Raises:
            ProfilesError: there is no document, or it is not valid. Everything that was made for
                the source stays unchanged until the document can be read.
        """


class RefusedPerson(NamedTuple):
    """A person of a source's document who gets no access, although the rest of it is applied.

    Attributes:
        name: as the document has it.
        reason: one line, which says nothing of other sources and their people.
    """

    profile: str
    name: str
    reason: str


class CatalogueContributor(NamedTuple):
    """A contributor of another source in an open profile.

    Attributes:
        until: the end of the access, in UTC; None for never.
        source: the name of the source; `config` for the document of the administrator.
    """

    kind: UserKind
    name: str
    role: ContributorRole
    until: datetime | None
    source: str


class CatalogueProfile(NamedTuple):
    """An open profile, to which a source may add contributors."""

    name: str
    owner_kind: UserKind
    owner_name: str
    contributors: tuple[CatalogueContributor, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What became of one source's document. Only the catalogue names anything of other sources.

    Attributes:
        profiles: by name, the state of each profile that the document defines or adds to, and of
            each other one in which people of the source could not be revoked yet.
        problem: why the document could not be used; '' if it could.
        revision: the revision of the document, '' if it has none.
        refused: people of the document who get no access, sorted.
        catalogue: the open profiles of all sources, sorted. None if the source does not want them,
            or if they are not known: a source could not be read, or several define one profile.
    """

    profiles: Mapping[str, ProfileState] = field(default_factory=dict)
    problem: str = ""
    revision: str = ""
    refused: tuple[RefusedPerson, ...] = ()
    catalogue: tuple[CatalogueProfile, ...] | None = None


@runtime_checkable
class AnsweringSource(Source, Protocol):
    """A source that wants to know what became of its document."""

    @property
    def wants_catalogue(self) -> bool:
        """Whether its reports have the catalogue, which names people of other sources."""

    def answer(self, report: SourceReport) -> None:
        """Pass a report on to the author of the document."""
