"""The sources `file:NAME`: documents in files, folders or Git that somebody else writes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from profiles_management.pmr import file_set
from profiles_management.pmr.origins import FILE
from profiles_management.pmr.rules import Rules
from profiles_management.sources.source import Document
from profiles_management.sources.trust import Trust


@dataclass(frozen=True, slots=True)
class FileSource:
    """A document that is not the administrator's, in one or more files.

    Attributes:
        identity: what identifies it in every run: a name, or its path or URL without the revision.
        label: what people call it.
        contents: returns the bytes of each file, by what problems call the file.
        trust: what the document may do.
    """

    identity: str
    label: str
    contents: Callable[[], Mapping[str, bytes]]
    trust: Trust
    is_configured: bool = True

    @property
    def name(self) -> str:
        """The source's name, such as `file:teams.yaml`."""
        return f"{FILE}{self.identity}"

    @property
    def is_trusted(self) -> bool:
        """Whether it may define profiles that exist already."""
        return self.trust.is_full

    def read(self, rules: Rules) -> Document:
        """Return the document, read with the trust that the administrator gives it.

        Raises:
            ProfilesError: something cannot be read, or is not valid.
        """
        restricted = self.trust.restrict(rules)
        return Document(file_set.document(self.contents(), rules=restricted, additions=True))
