"""Sources of tests with a given document."""

from dataclasses import dataclass, field

from profiles_management.pmr import ProfilesError, ProfilesManagementRepresentation
from profiles_management.sources import Document, Reading, SourceReport


@dataclass
class FixedSource:
    """A source that gives one document, or fails with one error, and keeps its reports."""

    name: str
    gives: ProfilesManagementRepresentation | ProfilesError
    revision: str = ""
    label: str = ""
    is_configured: bool = True
    is_trusted: bool = True
    wants_catalogue: bool = False
    reports: list[SourceReport] = field(default_factory=list)

    def __post_init__(self):
        self.label = self.label or self.name

    def read(self, rules):
        if isinstance(self.gives, ProfilesError):
            raise self.gives
        return Document(self.gives, self.revision)

    def answer(self, report):
        self.reports.append(report)


def reading(name, gives, **more):
    """Return a source after reading: with a document, or with its error."""
    source = FixedSource(name, gives, **more)
    if isinstance(gives, ProfilesError):
        return Reading(source, error=gives)
    return Reading(source, Document(gives, source.revision))
