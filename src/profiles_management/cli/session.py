"""What commands talk to: the clock, the targets and the terminal. A test hands in its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from lightkube import Client

from profiles_management.cli import formats
from profiles_management.cli.document_options import GitOptions
from profiles_management.cli.error_data import failure_data, problems_in, problems_of, remedy_of
from profiles_management.cli.file_reader import FileReader
from profiles_management.cli.options import TargetOptions
from profiles_management.cli.signals import Signals
from profiles_management.cli.source_options import SourceReader, UntrustedOptions
from profiles_management.cli.terminal import Terminal
from profiles_management.cli.untrusted_files import OPTION
from profiles_management.git import address
from profiles_management.kubeflow.cluster.kubeconfig import connect
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.target_description import TargetDescription as KubeflowTarget
from profiles_management.kubeflow.targets import Target, open_target
from profiles_management.pmr import documents, file_set
from profiles_management.pmr.boundary import source_boundary
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.convert import Conversion, convert
from profiles_management.pmr.merging import alone
from profiles_management.pmr.problems import (
    DocumentError,
    GitError,
    Problem,
    ProfilesError,
    StoppedError,
    UnknownProfile,
)
from profiles_management.pmr.rules import Rules
from profiles_management.reconcile.clock import SYSTEM, Clock
from profiles_management.reconcile.describe import Data, problem_data
from profiles_management.reconcile.diagnostics import problem_lines, warning_lines
from profiles_management.reconcile.lines import Line, Segment, Tone, line, printable
from profiles_management.reconcile.markdown import problems_markdown
from profiles_management.reconcile.target import TargetDescription
from profiles_management.reconcile.target_errors import TargetError
from profiles_management.reconcile.waiting import Watcher
from profiles_management.sources import Gathered, Reading, Source, merged, read_each

_MOST_NAMES = 3
_OF_TARGET = (TargetError, UnknownProfile, StoppedError)


@dataclass(slots=True)
class Session:
    """The world of one command.

    Attributes:
        connect: returns a client for a kubeconfig and a context, each None for the default.
        names: what the documents were asked for by.
        files: reads the documents.
        gathered: the documents of all sources, None if there are none but the administrator's.
        unread: documents that are not trusted, and that could not be read or are not valid.
        unanswered: sources that could not be told what became of their document.
        opened: which target the command reads, None before it was opened.
    """

    clock: Clock = SYSTEM
    connect: Callable[..., Client] = connect
    terminal: Terminal = field(default_factory=Terminal)
    signals: Signals = field(default_factory=Signals)
    names: tuple[str, ...] = field(default=(), init=False)
    files: FileReader = field(init=False)
    gathered: Gathered | None = field(default=None, init=False)
    unread: tuple[Reading, ...] = field(default=(), init=False)
    unanswered: tuple[Reading, ...] = field(default=(), init=False)
    opened: TargetDescription | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.files = FileReader(self.clock, self.terminal, self.note)

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
        self.opened = target.description
        return target

    def document(
        self, given: UntrustedOptions, git: GitOptions, settings: Settings, *, every: bool = False
    ) -> ProfilesManagementRepresentation:
        """Return the document of the administrator, merged with those that are not trusted.

        A document that is not trusted and cannot be read is reported, and the command goes on: what
        was made for it stays unchanged. The command then ends with exit code 1.

        Args:
            every: whether the command needs every document.

        Raises:
            ProfilesError: the document of the administrator cannot be read or is not valid; with
                `every`, any of them.
        """
        self.names = given.all_names
        sources = given.sources(self.source_reader(git), settings)
        withdrawn = given.withdrawn_names(sources)
        own = self.own_document(given.names, git, settings.rules)
        if not given.is_merged:
            return alone(own)
        readings = read_each(sources, settings.rules)
        self.unread = tuple(reading for reading in readings if reading.is_frozen)
        if every and self.unread:
            raise DocumentError(problems_in(self.unread))
        for reading in self.unread:
            self.report_source(reading, f"What was made for {reading.name} stays unchanged.")
        pmr = merged(readings, own=own, withdrawn=withdrawn)
        pmr.origins = replace(pmr.origins, withdrawn=withdrawn)
        self.gathered = Gathered(pmr, readings)
        return pmr

    def own_document(
        self, names: Sequence[str], git: GitOptions, rules: Rules
    ) -> ProfilesManagementRepresentation:
        """Return the one document that files, folders, standard input and Git URLs are together.

        Raises:
            ProfilesError: something cannot be read, or is not valid.
        """
        self.names = self.names or tuple(names)
        contents = self.files.contents(names, git, are_all=len(self.names) == len(names))
        with source_boundary(self.documents):
            return file_set.document(contents, rules=rules)

    def source_reader(self, git: GitOptions) -> SourceReader:
        """Return what reads the documents that are not trusted."""
        contents = partial(self.files.contents, options=git, are_all=False, option=OPTION)
        return SourceReader(contents, self.clock, self.note, self.terminal.waiting)

    @contextmanager
    def continuing_without(self, source: Source, then: str) -> Iterator[None]:
        """Report a document that cannot be read or is not valid; the command ends with 1.

        Args:
            then: a sentence on what follows for the document.
        """
        try:
            with source_boundary(source.name):
                yield
        except ProfilesError as error:
            reading = Reading(source, error=error)
            self.unread += (reading,)
            self.report_source(reading, then)

    def ended(self, code: int) -> int:
        """Return the exit code of a command that came to its end with `code`."""
        return 1 if self.unread or self.unanswered else code

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
        return [self.files.shown(name) for name in self.names]

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
        """Show the progress of changes.

        After a signal, running ones finish and the report is printed.
        """
        self.signals.hold()
        with self.terminal.progress(doing) as progress:
            yield progress

    def show(self, output: str, lines: list[Line], data: Data, *, listing: bool = False) -> None:
        """Print a result in the requested form, with the target and the commit of the document.

        Args:
            listing: whether the text is a list for other programs, so that the target goes to
                standard error.
        """
        if output != "text":
            self.terminal.data(self._origins() | self._with_sources(data), output)
        elif listing:
            self.note_target()
            self.terminal.show(lines)
        else:
            self.terminal.show([*self.heading(), *lines])

    def _with_sources(self, data: Data) -> Data:
        """Return the data of a command, with what is wrong with sources that are not trusted."""
        wrong = [*map(problem_data, problems_in((*self.unread, *self.unanswered)))]
        return data | {"errors": [*wrong, *data.get("errors", ())]} if wrong else data

    def report_source(self, reading: Reading, then: str) -> None:
        """Print what is wrong with a source that is not trusted, and what follows."""
        problems = problems_in([reading])
        self.terminal.complain(problem_lines(problems, document=reading.source.label, then=then))

    def heading(self) -> list[Line]:
        """Return which target it is, as the first lines of a text."""
        if self.opened is None:
            return []
        return [_named(self.opened), line()]

    def show_file(self, text: str) -> None:
        """Print a result that is a file of its own, and the target to standard error."""
        self.note_target()
        self.terminal.file(text)

    @property
    def description(self) -> KubeflowTarget | None:
        """Which cluster or folder the command reads, None before it was opened."""
        return self.opened if isinstance(self.opened, KubeflowTarget) else None

    def note_target(self) -> None:
        """Print to standard error which target it is."""
        if self.opened is not None:
            self.note(str(self.opened))

    def _origins(self) -> Data:
        origins: Data = {}
        if self.opened is not None:
            origins["target"] = self.opened.data()
        if self.names:
            origins["documents"] = self._shown_names
        return origins | _commit_data(self.files.commits)

    def error(self, message: str) -> None:
        """Print one error to standard error."""
        first, *rest = map(printable, message.splitlines() or [""])
        head = line(Segment("error: ", Tone.ERROR), first, hang=len("error: "))
        self.terminal.complain([head, *(line(text, hang=4) for text in rest)])

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
        target = str(self.opened or "") if isinstance(error, _OF_TARGET) else ""
        if output in formats.PROBLEMS:
            self.problems(problems_of(error), warnings, output)
        elif output == "markdown":
            self.terminal.file(problems_markdown(problems_of(error), warnings, target=target))
        elif output in ("json", "yaml"):
            self.terminal.data(self._origins() | failure_data(error, more or {}), output)
        elif isinstance(error, DocumentError):
            problems = problem_lines(error.problems, document=self.documents)
            self.terminal.complain([*warning_lines(warnings), *problems])
        else:
            self.error("\n".join(part for part in (str(error), remedy_of(error), target) if part))
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
