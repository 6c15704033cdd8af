"""The progress of a run on a terminal."""

import io

import pytest
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn

from profiles_management.cli.terminal import Bar
from profiles_management.reconcile.waiting import Waiting, Watcher


@pytest.fixture
def shown():
    """Return the lines of a bar after these steps: `shown((3, 40), Waiting(...))`."""

    def lines(*steps):
        console = Console(file=io.StringIO(), width=80)
        columns = (TextColumn("{task.description}"), MofNCompleteColumn())
        progress = Progress(*columns, console=console, auto_refresh=False)
        bar = Bar(progress, "Applying")
        assert isinstance(bar, Watcher)
        for step in steps:
            if isinstance(step, Waiting):
                bar.waiting(step)
            else:
                bar(*step)
        with console.capture() as captured:
            console.print(progress.get_renderable())
        return [" ".join(line.split()) for line in captured.get().splitlines()]

    return lines


def test_changes_that_are_through_are_counted(shown):
    assert shown((3, 40)) == ["Applying 3/40"]


def test_a_second_line_counts_what_is_waited_for(shown):
    steps = ((20, 40), Waiting(0, 20, 1, 299), Waiting(5, 20, 2, 298))

    assert shown(*steps) == ["Applying 20/40", "Waiting (2.5 per second, 6 s left) 5/20"]
