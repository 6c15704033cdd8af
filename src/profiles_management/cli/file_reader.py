"""Reading what FILE names on the command line: files, folders, standard input and URLs in Git."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import typer

from profiles_management import git
from profiles_management.cli.document_options import GitOptions
from profiles_management.cli.puhuri.customer_address import CustomerAddress
from profiles_management.cli.terminal import Terminal
from profiles_management.git import address
from profiles_management.git.location import AddressError
from profiles_management.pmr import documents
from profiles_management.pmr.boundary import source_boundary
from profiles_management.pmr.origins import RESEARCH_PORTAL
from profiles_management.pmr.problems import DocumentError, GitError, Problem
from profiles_management.reconcile.clock import Clock
from profiles_management.sources.local_files import STDIN, Contents, FileId


@dataclass(slots=True)
class FileReader:
    """Reads the FILEs of one command.

    Attributes:
        note: prints something worth knowing.
        commits: the commit of each URL in Git that was read.
    """

    clock: Clock
    terminal: Terminal
    note: Callable[[str], None]
    commits: dict[str, str] = field(default_factory=dict, init=False)
    # by the id of each file that was read: its name, and how its document was given
    _claims: dict[FileId, tuple[str, str]] = field(default_factory=dict, init=False)

    def contents(
        self,
        names: Sequence[str],
        options: GitOptions,
        *,
        are_all: bool = True,
        option: str = "FILE",
    ) -> Mapping[str, bytes]:
        """Return the bytes of each file of one document, by what problems call the file.

        The commit of each Git URL is printed.

        Args:
            are_all: whether these are all FILEs of the command.
            option: the option that gives these names.

        Raises:
            ProfilesError: something cannot be read.
            typer.BadParameter: another document of the command has one of these files.
        """
        contents, problems = Contents(), list[Problem]()
        is_alone = are_all and len(names) == 1
        for name in names:
            try:
                with source_boundary(documents.name_of(name)):
                    contents.claim = partial(self._claim, f"{option} {address.shown(name)}")
                    self._read(contents, name, options, is_alone=is_alone)
            except DocumentError as error:
                problems += error.problems
        if problems:
            raise DocumentError(problems)
        return contents.files

    def _read(self, contents: Contents, name: str, options: GitOptions, *, is_alone: bool) -> None:
        if address.is_location(name):
            self._read_from_git(contents, name, options, is_alone=is_alone)
            return
        refuse_repository(name)
        contents.read(name)

    def _read_from_git(
        self, contents: Contents, name: str, options: GitOptions, *, is_alone: bool
    ) -> None:
        try:
            source = options.source(address.location(name))
        except AddressError as error:
            raise as_written_here(error) from None
        with self.terminal.waiting("Reading from Git"):
            snapshot = git.fetch(source, clock=self.clock)
        self.commits[name] = snapshot.commit
        for file, data in snapshot.named.items():
            contents.add(file, data)
        for path in snapshot.files:
            contents.claim((snapshot.commit, path), path)
        subject = "The document is that of" if is_alone else f"{name} is"
        self.note(f"{subject} commit {snapshot.commit}.")

    def _claim(self, given: str, file: FileId, name: str) -> None:
        """Refuse a file that another document of the command has: it would have the trust of both.

        Raises:
            typer.BadParameter: another one has it. As an error of usage it ends the command, and
                not only the reading of one source.
        """
        if file in self._claims:
            first_name, first_given = self._claims[file]
            what = f"{name} is also {first_name} of {first_given}."
            remedy = "A file can be in one document only: name it once."
            raise typer.BadParameter(f"{what} {remedy}", param_hint=given)
        self._claims[file] = name, given

    def shown(self, name: str) -> str:
        """Return the name of a FILE without credentials.

        A URL that was read has none, because one that does is refused.
        """
        if name == STDIN:
            return "standard input"
        if name.startswith(RESEARCH_PORTAL):
            return _shown_portal(name)
        return name if name in self.commits else address.shown(name)


def refuse_repository(name: str) -> None:
    """Refuse a FILE that looks like a repository in another form than the command takes.

    Raises:
        GitError: it is no file, folder or location in Git. The message contains no credential.
    """
    if name.startswith(RESEARCH_PORTAL):
        what = f"a research portal is not trusted. Write --untrusted {_shown_portal(name)}."
        raise typer.BadParameter(what, param_hint="FILE")
    if address.is_location(name) or not address.looks_like_repository(name):
        return
    if not os.path.exists(name):  # noqa: PTH110 - Path raises where a name is too long
        raise as_written_here(address.not_a_location(name))


def _shown_portal(text: str) -> str:
    """Return `puhuri:CUSTOMER@URL` in its usual form, and what is not valid without its content."""
    try:
        return str(CustomerAddress.of(text))
    except ValueError:
        return f"{RESEARCH_PORTAL}CUSTOMER@URL"


def as_written_here(error: AddressError) -> GitError:
    """Return an error whose remedy is what to write on the command line."""
    return GitError(error.written(str(error.instead)))
