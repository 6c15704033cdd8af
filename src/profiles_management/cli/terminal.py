"""Output to the terminal or a pipe: lines, data, a progress bar, a question."""

import contextlib
import io
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from profiles_management.pmr import yaml_text
from profiles_management.reconcile.folding import folded
from profiles_management.reconcile.lines import Line, Segment, Tone, line, plain, printable
from profiles_management.reconcile.waiting import Waiting, Watcher

_COLOURS = {
    Tone.PLAIN: "",
    Tone.HEADING: "bold",
    Tone.ADD: "green",
    Tone.CHANGE: "yellow",
    Tone.REPLACE: "magenta",
    Tone.REMOVE: "red",
    Tone.ERROR: "bold red",
    Tone.WAIT: "cyan",
    Tone.FAINT: "dim",
}
_DIFF = {"+": Tone.ADD, "-": Tone.REMOVE, "@": Tone.WAIT}
_NARROWEST = 40
# seconds: what is waited for longer is shown where no bar can be
_FIRST_LINE, _NEXT_LINE = 10.0, 30.0


class Terminal:
    """The output of the process; on a terminal with colours, unless NO_COLOR is set, and folded."""

    def show(self, lines: Iterable[Line]) -> None:
        """Print lines as the result."""
        _print(lines, sys.stdout)

    def complain(self, lines: Iterable[Line]) -> None:
        """Print lines to standard error, apart from the result."""
        _print(lines, sys.stderr)

    def data(self, value: Any, form: str) -> None:  # noqa: ANN401 - any data
        """Print data as `json` or `yaml`, in ASCII: what would steer a terminal is escaped."""
        if form == "yaml":
            text = yaml_text.dump(json.loads(json.dumps(value, default=str)), only_ascii=True)
        else:
            text = json.dumps(value, indent=2, default=str) + "\n"
        _write(text, sys.stdout)

    def document(self, text: str) -> None:
        """Print a document as it is; on a terminal with what would steer it escaped."""
        if sys.stdout.isatty():
            text = "".join(f"{printable(part)}\n" for part in text.splitlines())
        _write(text, sys.stdout)

    def diff(self, text: str) -> None:
        """Print a unified diff; on a terminal in colours, with control characters escaped.

        Its lines are not folded: a reader may copy them.
        """
        if not sys.stdout.isatty():
            _write(text, sys.stdout)
            return
        lines = text.removesuffix("\n").split("\n")
        _colour(
            (line(Segment(printable(each), _DIFF.get(each[:1], Tone.PLAIN))) for each in lines),
            sys.stdout,
        )

    def file(self, text: str) -> None:
        """Print the text of a file in UTF-8; it must be printable except for line ends."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        _write(text, sys.stdout)

    def is_interactive(self) -> bool:
        """Return whether a user can be asked."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def confirms(self, question: str) -> bool:
        """Ask on standard error, and return whether the answer is yes; the end of the input is no.

        Nothing is written to standard output, which may be a file: typer.confirm and input() write
        a blank there.
        """
        _write(f"{question} [y/N]: ", sys.stderr)
        answer = sys.stdin.readline()
        if not answer:
            _write("\n", sys.stderr)
        return answer.strip().casefold() in ("y", "yes")

    @contextlib.contextmanager
    def waiting(self, doing: str) -> Iterator[None]:
        """Show on standard error that something is under way, where that is a terminal."""
        console = Console(stderr=True)
        with console.status(doing) if console.is_terminal else contextlib.nullcontext():
            yield

    @contextlib.contextmanager
    def progress(self, doing: str) -> Iterator[Watcher]:
        """Show progress on standard error; yields the watcher of the run.

        On a terminal it is a bar; elsewhere a line from time to time, only while the run waits.
        """
        console = Console(stderr=True)
        if not console.is_terminal:
            yield Lines(self)
            return
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(20),
            MofNCompleteColumn(),
        )
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
            yield Bar(progress, doing)


class Bar:
    """A bar on a terminal."""

    def __init__(self, progress: Progress, doing: str) -> None:
        self._progress = progress
        self._task = progress.add_task(doing, total=None)
        self._rest: TaskID | None = None

    def __call__(self, done: int, of: int) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=done, total=of)

    def waiting(self, waiting: Waiting) -> None:
        """Show a second line."""
        if self._rest is None:
            self._rest = self._progress.add_task("", total=waiting.of)
        self._progress.update(self._rest, description=waiting.short, completed=waiting.done)


class Lines:
    """Lines in a pipe or the log of a job."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._due = _FIRST_LINE

    def __call__(self, done: int, of: int) -> None:
        """Print nothing: changes of our own are quick."""

    def waiting(self, waiting: Waiting) -> None:
        """Print a line when the last was a while ago."""
        if waiting.elapsed >= self._due:
            self._due = waiting.elapsed + _NEXT_LINE
            self._terminal.complain(
                [line(Segment("note: ", Tone.FAINT), f"{waiting}.", hang=len("note: "))]
            )


def _print(lines: Iterable[Line], stream: TextIO) -> None:
    if not stream.isatty():
        _write(plain(lines), stream)
        return
    width = max(_NARROWEST, shutil.get_terminal_size().columns)
    _colour(chain.from_iterable(folded(line, width) for line in lines), stream)


def _colour(lines: Iterable[Line], stream: TextIO) -> None:
    colours = dict.fromkeys(Tone, "") if os.environ.get("NO_COLOR") else _COLOURS
    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)
    with console.capture() as captured:
        for line in lines:
            console.print(Text.assemble(*((text, colours[tone]) for text, tone in line.segments)))
    _write(captured.get(), stream)


def _write(text: str, stream: TextIO) -> None:
    """Write and flush. If the pipe was closed, as by `head`, the rest is dropped without an error.

    Raises:
        OSError: it cannot be written, as on a full disk. The rest in the stream is dropped, or the
            interpreter would try again at its end and set the exit code.
    """
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):
            raise
