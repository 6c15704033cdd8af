"""What a source is: a name, how far it is trusted, and a function that reads its document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol, runtime_checkable

from profiles_management.pmr.classes import ProfilesManagementRepresentation
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


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What became of one source's document. It names no person and no profile of other sources.

    Attributes:
        profiles: the state of each profile that the document defines or adds to, by its name.
        problem: why the document could not be used; '' if it could.
    """

    profiles: Mapping[str, ProfileState] = field(default_factory=dict)
    problem: str = ""


@runtime_checkable
class AnsweringSource(Source, Protocol):
    """A source that wants to know what became of its document."""

    def answer(self, report: SourceReport) -> None:
        """Pass a report on to the author of the document."""
