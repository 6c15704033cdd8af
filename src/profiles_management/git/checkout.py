"""Reading the document of a Git repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from profiles_management.git import address as addresses
from profiles_management.git import revision, tree
from profiles_management.git.budget import Budget
from profiles_management.git.git_source import GitSource
from profiles_management.pmr import extras, file_set
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import GitError
from profiles_management.pmr.redaction import redacted
from profiles_management.pmr.rules import Rules
from profiles_management.reconcile.clock import SYSTEM, Clock
from profiles_management.reconcile.retry import Passing, Retry
from profiles_management.sources import Document

if TYPE_CHECKING:
    from profiles_management.git import remote

_SHOWN = 8  # digits of a commit in messages
_EXTRA = {"cryptography", "dulwich", "paramiko"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of a document at a commit. With it, the next reading fetches only what changed.

    Attributes:
        commit: the 40 digits of the commit.
        tip: the id that the revision named: the commit, or a tag that leads to it.
        path: the path of the source.
        files: the content of each file by its path.
    """

    commit: str
    tip: str
    path: str
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def named(self) -> dict[str, bytes]:
        """The content of each file by PATH@COMMIT, its name in problems. COMMIT has 8 digits."""
        return {f"{path}@{self.commit[:_SHOWN]}": data for path, data in self.files.items()}


@dataclass(frozen=True, slots=True)
class Checkout:
    """A document from a repository, with the snapshot that it was read from."""

    pmr: ProfilesManagementRepresentation
    snapshot: Snapshot

    @property
    def commit(self) -> str:
        """The 40 digits of the commit."""
        return self.snapshot.commit


@dataclass(frozen=True, slots=True)
class Repository:
    """The source `git`: a document in a repository.

    It may add contributors to profiles of other sources.
    """

    source: GitSource
    name: str = "git"
    is_configured: bool = True
    is_trusted: bool = True

    @property
    def label(self) -> str:
        """The URL, without credentials."""
        return redacted(self.source.url)

    def read(self, rules: Rules) -> Document:
        """Return the document. For errors see `load`."""
        checkout = load(self.source, rules=rules, additions=True)
        return Document(checkout.pmr, checkout.commit)


def load(
    source: GitSource,
    *,
    rules: Rules,
    additions: bool = False,
    known: Snapshot | None = None,
    clock: Clock = SYSTEM,
) -> Checkout:
    """Read the document of a source. Nothing is written to disk, and no program is run.

    Args:
        source: the document, with credentials and limits.
        rules: the rules of this installation.
        additions: whether the document may add contributors to profiles of other documents.
        known: the snapshot of an earlier reading. It is used again if the revision has not changed.
        clock: the clock for the deadline and for waits between attempts.

    Raises:
        GitError: the repository cannot be read. The message is one line with the URL and without
            secrets. Failures that can pass by themselves were retried until the deadline.
        DocumentError: the document is not valid. Problems name files as PATH@COMMIT, with 8 digits
            of the commit.
    """
    snapshot = fetch(source, known=known, clock=clock)
    return Checkout(file_set.document(snapshot.named, rules=rules, additions=additions), snapshot)


def fetch(source: GitSource, *, known: Snapshot | None = None, clock: Clock = SYSTEM) -> Snapshot:
    """Read the files of a source without parsing them. For arguments and errors see `load`."""
    address = addresses.parse(source.url)
    revision.references(source.revision)
    tree.check_path(source.path)
    if known is not None and known.path != source.path:
        known = None
    try:
        return _snapshot(source, address, known, clock)
    except GitError as error:
        raise GitError(error.reason, address=str(address), passing=error.passing) from None


def _snapshot(
    source: GitSource, address: addresses.Address, known: Snapshot | None, clock: Clock
) -> Snapshot:
    """Return the known snapshot if the remote still has its tip, else a new one."""
    fetched = _fetched(source, address, known.tip if known is not None else "", clock)
    if fetched.objects is None and known is not None:
        return known
    objects = fetched.objects or {}
    commit = tree.commit_of(objects, fetched.tip)
    files = tree.files(objects, commit, source.path)
    return Snapshot(commit, fetched.tip, source.path, files)


def _fetched(
    source: GitSource, address: addresses.Address, known_tip: str, clock: Clock
) -> remote.Fetched:
    """Fetch the objects of a revision, with further attempts after failures that can pass."""
    try:
        from profiles_management.git import remote  # noqa: PLC0415 - needs the extra, and time
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _EXTRA:
            raise
        raise GitError(f"Reading from Git needs {missing}. {extras.install('git')}") from None
    budget = Budget(clock.monotonic, source.deadline, source.limit)

    def attempt() -> remote.Fetched:
        budget.restart()
        return remote.fetch(source, address, known_tip, budget)

    try:
        return Retry(clock)(attempt, deadline=budget.deadline)
    except Passing as error:
        raise GitError(str(error), passing=True) from None
