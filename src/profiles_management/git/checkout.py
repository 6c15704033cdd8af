"""A PMR from a repository: the one function that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from profiles_management.git import address as addresses
from profiles_management.git import revision, tree
from profiles_management.git.budget import Budget
from profiles_management.git.source import GitSource
from profiles_management.pmr import extras, file_set
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import GitError
from profiles_management.pmr.redaction import redacted
from profiles_management.pmr.rules import Rules
from profiles_management.reconcile.clock import SYSTEM, Clock
from profiles_management.reconcile.retry import Passing, Retry
from profiles_management.sources import Document

_SHOWN = 8
_EXTRA = {"cryptography", "dulwich", "httpcore2", "paramiko"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was read of a repository. A caller that keeps it saves the next reading everything but one question.

    Attributes:
        commit: its 40 digits.
        tip: what the revision named: the commit, or a tag that leads to it.
        path: the path that was asked for.
        files: the bytes of each file, by its path.
    """

    commit: str
    tip: str
    path: str
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def named(self) -> dict[str, bytes]:
        """The bytes of each file by what problems call it: PATH@COMMIT, with 8 digits of the commit."""
        return {f"{path}@{self.commit[:_SHOWN]}": data for path, data in self.files.items()}


@dataclass(frozen=True, slots=True)
class Checkout:
    """A document of a repository, and where it stood."""

    pmr: ProfilesManagementRepresentation
    snapshot: Snapshot

    @property
    def commit(self) -> str:
        """The commit in force, its 40 digits."""
        return self.snapshot.commit


@dataclass(frozen=True, slots=True)
class Repository:
    """The source `git`: the document of a repository. It may add contributors to other sources' profiles."""

    source: GitSource
    name: str = "git"
    is_configured: bool = True
    is_trusted: bool = True

    @property
    def label(self) -> str:
        """The URL, without credentials."""
        return redacted(self.source.url)

    def read(self, rules: Rules) -> Document:
        """Return the document; see `load` for what is raised."""
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
    """Read the document that a source means. Nothing is written anywhere, and nothing of the repository is run.

    Args:
        source: which document, and what to get at it with.
        rules: what this installation allows.
        additions: whether the document is one of several, and may add contributors to profiles of
            the others.
        known: what was read before. If the revision is still the same commit, only that is asked
            and this is used.
        clock: what the deadline is measured with, and waits are waited.

    Raises:
        GitError: it cannot be read; one line, with the URL and without a secret. What can pass by
            itself was tried again until the deadline.
        DocumentError: the document is not valid. Files are called PATH@COMMIT, with 8 digits of the
            commit.
    """
    snapshot = fetch(source, known=known, clock=clock)
    return Checkout(file_set.document(snapshot.named, rules=rules, additions=additions), snapshot)


def fetch(source: GitSource, *, known: Snapshot | None = None, clock: Clock = SYSTEM) -> Snapshot:
    """Read the files that a source means, and do not look into them. See `load`."""
    address = addresses.parse(source.url)
    revision.references(source.revision)
    tree.check_path(source.path)
    try:
        return _fetched(
            source, address, known if known and known.path == source.path else None, clock
        )
    except GitError as error:
        raise GitError(error.reason, address=str(address), passing=error.passing) from None


def _fetched(
    source: GitSource, address: addresses.Address, known: Snapshot | None, clock: Clock
) -> Snapshot:
    try:
        from profiles_management.git import remote  # noqa: PLC0415 - needs the extra, and half a second
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _EXTRA:
            raise
        raise GitError(f"Reading from Git needs {missing}. {extras.install('git')}") from None
    budget = Budget(clock.monotonic, source.deadline, source.limit)

    def attempt() -> remote.Fetched:
        budget.anew()
        return remote.fetch(source, address, known.tip if known else "", budget)

    try:
        fetched = Retry(clock)(attempt, deadline=budget.deadline)
    except Passing as error:
        raise GitError(str(error), passing=True) from None
    if fetched.objects is None and known is not None:
        return known
    commit = tree.commit_of(fetched.objects or {}, fetched.tip)
    found = tree.files(fetched.objects or {}, commit, source.path)
    return Snapshot(commit, fetched.tip, source.path, found)
