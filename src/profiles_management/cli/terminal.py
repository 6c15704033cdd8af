"""What reaches the terminal or the pipe: lines coloured or plain, data, a progress bar, a question."""

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from profiles_management.pmr import yaml_text
from profiles_management.reconcile.lines import Line, Tone, folded, plain, printable

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
_NARROWEST = 40


class Terminal:
    """The two streams of the process. On a terminal text has colours (but for NO_COLOR) and is folded to its width."""

    def show(self, lines: Iterable[Line]) -> None:
        """Print lines as the result."""
        _print(lines, sys.stdout)

    def complain(self, lines: Iterable[Line]) -> None:
        """Print lines beside the result, to standard error."""
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
            text = "".join(f"{printable(one)}\n" for one in text.splitlines())
        _write(text, sys.stdout)

    def is_interactive(self) -> bool:
        """Return whether somebody is there to be asked."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def confirms(self, question: str) -> bool:
        """Ask, and return whether the answer is yes; no answer is no."""
        return typer.confirm(question, err=True)

    @contextlib.contextmanager
    def waiting(self, doing: str) -> Iterator[None]:
        """Show on standard error that something is under way, where that is a terminal."""
        console = Console(stderr=True)
        with console.status(doing) if console.is_terminal else contextlib.nullcontext():
            yield

    @contextlib.contextmanager
    def progress(self, doing: str) -> Iterator[Callable[[int, int], None]]:
        """Show a bar on standard error while something runs, where that is a terminal; yields what moves it."""
        columns = (SpinnerColumn(), TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("", total=None)
            yield lambda done, of: progress.update(task, completed=done, total=of)


def _print(lines: Iterable[Line], stream: TextIO) -> None:
    if not stream.isatty():
        _write(plain(lines), stream)
        return
    colours = dict.fromkeys(Tone, "") if os.environ.get("NO_COLOR") else _COLOURS
    width = max(_NARROWEST, shutil.get_terminal_size().columns)
    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)
    with console.capture() as captured:
        for line in lines:
            for part in folded(line, width):
                console.print(Text.assemble(*((text, colours[tone]) for text, tone in part.segments)))
    _write(captured.get(), stream)


def _write(text: str, stream: TextIO) -> None:
    """Write and flush. Whoever closed the pipe, as `head` does, wants no more: the rest goes nowhere, and no error.

    Raises:
        OSError: it cannot be written, as on a full disk. What is left in the stream goes nowhere, or the interpreter
            would try again at its end and choose the exit code itself.
    """
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):
            raise
