"""What commands talk to: the clock, the targets and the terminal. A test hands in its own."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from lightkube import Client

from profiles_management import git
from profiles_management.cli import formats
from profiles_management.cli.document_options import GitOptions
from profiles_management.cli.local_files import STDIN, Contents
from profiles_management.cli.options import TargetOptions
from profiles_management.cli.signals import Signals
from profiles_management.cli.terminal import Terminal
from profiles_management.git import address
from profiles_management.git.location import AddressError
from profiles_management.kubeflow.cluster.kubeconfig import connect
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.kubeflow.target_description import TargetDescription
from profiles_management.kubeflow.targets import Target, open_target
from profiles_management.pmr import documents, file_set
from profiles_management.pmr.boundary import source_boundary
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.convert import Conversion, convert
from profiles_management.pmr.problems import (
    BrakeError,
    DocumentError,
    GitError,
    Problem,
    ProfilesError,
    StoppedError,
    UnknownProfile,
    Where,
)
from profiles_management.pmr.rules import Rules
from profiles_management.reconcile.clock import SYSTEM, Clock
from profiles_management.reconcile.describe import Data, problem_data
from profiles_management.reconcile.diagnostics import problem_lines, warning_lines
from profiles_management.reconcile.lines import Line, Segment, Tone, line, printable
from profiles_management.reconcile.markdown import problems_markdown
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.waiting import Watcher

_MOST_NAMES = 3


@dataclass(slots=True)
class Session:
    """The world of one command.

    Attributes:
        connect: returns a client for a kubeconfig and a context, each None for the default.
        names: what the document was asked for by.
    """

    clock: Clock = SYSTEM
    connect: Callable[..., Client] = connect
    terminal: Terminal = field(default_factory=Terminal)
    signals: Signals = field(default_factory=Signals)
    names: tuple[str, ...] = field(default=(), init=False)
    _commits: dict[str, str] = field(default_factory=dict, init=False)
    _target: TargetDescription | None = field(default=None, init=False)

    def target(
        self, options: TargetOptions, *, existing: bool = False, plan_only: bool = False
    ) -> Target:
        """Return the target that is meant.

        Args:
            existing: whether a folder has to be there already.
            plan_only: whether it is only read.

        Raises:
            ClusterError: there is none.
        """
        if options.directory is None:
            client = self.connect(options.kubeconfig, options.context)
            target = open_target(client, clock=self.clock, plan_only=plan_only)
        elif existing and not options.directory.is_dir():
            raise ClusterError(f"There is no folder {options.directory}.")
        else:
            target = open_target(options.directory, clock=self.clock)
        self._target = target.description
        return target

    def document(
        self, names: Sequence[str], options: GitOptions, rules: Rules
    ) -> ProfilesManagementRepresentation:
        """Return the one document that files, folders, standard input and Git URLs are together.

        The commit of each Git URL is printed.

        Raises:
            ProfilesError: something cannot be read, or is not valid.
        """
        contents = self.contents(names, options)
        with source_boundary(self.documents):
            return file_set.document(contents, rules=rules)

    def contents(self, names: Sequence[str], options: GitOptions) -> Mapping[str, bytes]:
        """Return the bytes of each file of a document, by what problems call the file.

        Raises:
            ProfilesError: something cannot be read.
        """
        self.names = tuple(names)
        contents, problems = Contents(), list[Problem]()
        for name in names:
            try:
                with source_boundary(documents.name_of(name)):
                    self._read(contents, name, options)
            except DocumentError as error:
                problems += error.problems
        if problems:
            raise DocumentError(problems)
        return contents.files

    def _read(self, contents: Contents, name: str, options: GitOptions) -> None:
        if not address.is_location(name):
            is_file = os.path.exists(name)  # noqa: PTH110 - Path raises where a name is too long
            if address.looks_like_repository(name) and not is_file:
                raise _as_written_here(address.not_a_location(name))
            contents.read(name)
            return
        try:
            source = options.source(address.location(name))
        except AddressError as error:
            raise _as_written_here(error) from None
        with self.terminal.waiting("Reading from Git"):
            snapshot = git.fetch(source, clock=self.clock)
        self._commits[name] = snapshot.commit
        for file, data in snapshot.named.items():
            contents.add(file, data)
        which = f"{name} is" if len(self.names) > 1 else "The document is that of"
        self.note(f"{which} commit {snapshot.commit}.")

    @property
    def documents(self) -> str:
        """What was asked for, in words for a message: no name in it holds a credential."""
        names = self._shown_names
        return ", ".join(names) if len(names) <= _MOST_NAMES else f"{len(names):,} files"

    @property
    def document_data(self) -> Data:
        """Return what was asked for as data: in one text, and each name."""
        return {"document": ", ".join(self._shown_names), "documents": self._shown_names}

    @property
    def _shown_names(self) -> list[str]:
        return [self._shown(name) for name in self.names]

    def _shown(self, name: str) -> str:
        """Return a name without credentials; a URL that was read has none, because one that does is refused."""
        if name == STDIN:
            return "standard input"
        return name if name in self._commits else address.shown(name)

    def converted(self, file: str, rules: Rules) -> Conversion:
        """Return a document of github-profiles-automator as one of ours.

        Raises:
            ProfilesError: it cannot be read or converted.
        """
        if address.is_location(file) or address.looks_like_repository(file):
            raise GitError("convert reads a file. Clone the repository, and name the file in it.")
        self.names = (file,)
        with source_boundary(self.documents):
            return convert(documents.content(file), name=documents.name_of(file), rules=rules)

    @contextmanager
    def changing(self, doing: str) -> Iterator[Watcher]:
        """Show how far changes are; from now on a signal lets those in flight finish, and the report is printed."""
        self.signals.hold()
        with self.terminal.progress(doing) as progress:
            yield progress

    def show(self, output: str, lines: list[Line], data: Data, *, listing: bool = False) -> None:
        """Print a result in the form that was asked for, with the target and the commit of the document.

        Args:
            listing: whether the text is a list for other programs, so that the target goes to
                standard error.
        """
        if output != "text":
            self.terminal.data(self._origins() | data, output)
        elif listing:
            self.note_target()
            self.terminal.show(lines)
        else:
            self.terminal.show([*self.heading(), *lines])

    def heading(self) -> list[Line]:
        """Return which cluster or folder it is, as the first lines of a text."""
        return [] if self._target is None else [_named(self._target), line()]

    def show_file(self, text: str) -> None:
        """Print a result that is a file of its own, and the target to standard error."""
        self.note_target()
        self.terminal.file(text)

    @property
    def description(self) -> TargetDescription | None:
        """Which cluster or folder the command reads, None before it was opened."""
        return self._target

    def note_target(self) -> None:
        """Print to standard error which cluster or folder it is."""
        if self._target is not None:
            self.note(str(self._target))

    def _origins(self) -> Data:
        target: Data = {} if self._target is None else {"target": self._target.data()}
        documents = {"documents": self._shown_names} if self.names else {}
        return target | documents | _commit_data(self._commits)

    def error(self, message: str) -> None:
        """Print one error to standard error."""
        told = [printable(one) for one in message.splitlines()] or [""]
        head = line(Segment("error: ", Tone.ERROR), told[0], hang=len("error: "))
        self.terminal.complain([head, *(line(one, hang=4) for one in told[1:])])

    def note(self, message: str) -> None:
        """Print something worth knowing to standard error."""
        self.terminal.complain(
            [line(Segment("note: ", Tone.FAINT), printable(message), hang=len("note: "))]
        )

    def problems(
        self, problems: Sequence[Problem], warnings: Sequence[Problem], output: str
    ) -> None:
        """Print errors and warnings in a form of `formats.PROBLEMS`, as the result."""
        self.terminal.file(formats.PROBLEMS[output](problems, warnings))

    def fail(self, error: ProfilesError, *, output: str, more: Data | None = None) -> int:
        """Print an error in the form that was asked for, and return its exit code.

        Args:
            more: what the data holds besides the errors.
        """
        warnings = error.warnings if isinstance(error, DocumentError) else ()
        target = str(self._target or "") if isinstance(error, ClusterError | UnknownProfile) else ""
        if output in formats.PROBLEMS:
            self.problems(_problems(error), warnings, output)
        elif output == "markdown":
            self.terminal.file(problems_markdown(_problems(error), warnings, target=target))
        elif output in ("json", "yaml"):
            self.terminal.data(self._origins() | _failure_data(error, more or {}), output)
        elif isinstance(error, DocumentError):
            problems = problem_lines(error.problems, document=self.documents)
            self.terminal.complain([*warning_lines(warnings), *problems])
        else:
            self.error("\n".join(part for part in (str(error), _remedy(error), target) if part))
        return error.exit_code


def _commit_data(commits: Mapping[str, str]) -> Data:
    if not commits:
        return {}
    data: Data = {"commits": dict(commits)}
    if len(commits) == 1:
        data["commit"] = next(iter(commits.values()))
    return data


def _named(target: TargetDescription) -> Line:
    label = f"{target.label}: "
    return line(Segment(label, Tone.FAINT), printable(target.details), hang=len(label))


def _failure_data(error: ProfilesError, more: Data) -> Data:
    """Return what the data of a command hold, with an error after those that they have."""
    errors = [*more.get("errors", ()), *map(problem_data, _problems(error))]
    if not isinstance(error, DocumentError):
        return more | {"errors": errors}
    return more | {
        "errors": errors,
        "warnings": [problem_data(warning) for warning in error.warnings],
    }


def _problems(error: ProfilesError) -> tuple[Problem, ...]:
    if isinstance(error, DocumentError):
        return error.problems
    code = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__.removesuffix("Error")).lower()
    return (Problem(code, str(error), Where(), _remedy(error)),)


def _as_written_here(error: AddressError) -> GitError:
    """Return an error whose remedy is what to write on the command line."""
    return GitError(error.written(str(error.instead)))


def _remedy(error: ProfilesError) -> str:
    if isinstance(error, ClusterError):
        return error.remedy
    if not isinstance(error, StoppedError):
        return ""
    halts = error.report.plan.halts if isinstance(error.report, Report) else ()
    if not isinstance(error, BrakeError):
        return "\n".join(halt.remedy for halt in halts)
    revocations = "Look at it with plan; allow it with apply --allow-revocations."
    return "\n".join(
        [revocations, *(f"Also stopped: {halt.what}. {halt.remedy}" for halt in halts)]
    )
