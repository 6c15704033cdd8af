"""Reading every source and merging what was read. A source that fails never stops another one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from profiles_management.pmr.boundary import source_boundary
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.merging import SourceDocument, merge
from profiles_management.pmr.problems import DocumentError, ProfilesError
from profiles_management.pmr.rules import Rules
from profiles_management.sources.source import Document, Source


@dataclass(frozen=True, slots=True)
class Reading:
    """One source as it was read in this run.

    Attributes:
        document: its document; None if it could not be read or is not configured.
        error: why it could not be read; None if it could, or is not configured.
    """

    source: Source
    document: Document | None = None
    error: ProfilesError | None = None

    @property
    def name(self) -> str:
        """The source's name."""
        return self.source.name

    @property
    def pmr(self) -> ProfilesManagementRepresentation | None:
        """The source's document, None if there is none that could be used."""
        if self.document is None:
            return None
        return self.document.pmr

    @property
    def revision(self) -> str:
        """What the source calls this version of its document, '' if there is no document."""
        if self.document is None:
            return ""
        return self.document.revision

    @property
    def problem(self) -> str:
        """Why it could not be read, '' if it could or is not configured."""
        if self.error is None:
            return ""
        return str(self.error)

    @property
    def is_frozen(self) -> bool:
        """Whether what was made for the source stays unchanged: it is configured and unreadable."""
        return self.source.is_configured and self.document is None


@dataclass(frozen=True, slots=True)
class Gathered:
    """What all sources say together, and each as it was read."""

    pmr: ProfilesManagementRepresentation
    readings: tuple[Reading, ...]

    @property
    def is_configured(self) -> bool:
        """Whether any source is configured."""
        return any(reading.source.is_configured for reading in self.readings)

    @property
    def frozen(self) -> tuple[Reading, ...]:
        """The sources that are configured and cannot be used."""
        return tuple(reading for reading in self.readings if reading.is_frozen)


def read_each(sources: Iterable[Source], rules: Rules) -> tuple[Reading, ...]:
    """Read every source that is configured. Nothing that a document holds raises here.

    Args:
        rules: what the installation allows.
    """
    return tuple(_read(source, rules) for source in sources)


def _read(source: Source, rules: Rules) -> Reading:
    if not source.is_configured:
        return Reading(source)
    try:
        with source_boundary(source.name):
            return Reading(source, source.read(rules))
    except ProfilesError as error:
        return Reading(source, error=error)


def merged(
    readings: Iterable[Reading],
    *,
    own: ProfilesManagementRepresentation | None = None,
    withdrawn: Collection[str] = frozenset(),
) -> ProfilesManagementRepresentation:
    """Return the documents of all sources as one; see `profiles_management.pmr.merge`.

    Args:
        own: the document of the administrator, which no object records as its source.
        withdrawn: names of sources that were taken away on purpose.

    Raises:
        ValueError: two sources have one name.
    """
    documents = [_as_document(reading) for reading in readings]
    return merge(documents, own=own, withdrawn=withdrawn)


def _as_document(reading: Reading) -> SourceDocument:
    return SourceDocument(reading.name, reading.pmr, _why(reading), reading.source.is_trusted)


def _why(reading: Reading) -> str:
    """Return why there is no document, on one line without a full stop.

    The problems of a document are not repeated: commands and statuses show them.
    """
    if isinstance(reading.error, DocumentError):
        number = len(reading.error.problems)
        return f"its document has {number:,} {'error' if number == 1 else 'errors'}"
    return reading.problem.partition("\n")[0].rstrip(".")
