"""A closed terminal: output that cannot be printed does not change the exit code."""

import errno
import signal

import pytest
import typer

from profiles_management.cli.main import main
from profiles_management.cli.session import Session
from profiles_management.cli.terminal import Terminal

LESS = """\
profiles:
- name: ml-engineers
  owner: {kind: User, name: admin@canonical.com}
"""


class GoneTerminal(Terminal):
    """A terminal that closes at the question, with a signal or (0) without."""

    def __init__(self, number=0):
        self.number = number
        self.is_gone = False

    def is_interactive(self):
        return True

    def confirms(self, question):
        self.session.signals.received = self.number
        self.is_gone = True
        raise typer.Abort

    def complain(self, lines):
        if self.is_gone:
            raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGHUP, 129), (0, 1)])
def test_a_question_on_a_terminal_that_is_gone_ends_with_the_code_of_the_signal(
    run, api, controller, here, number, code
):
    run("apply", "pmr.yaml")
    (here / "less.yaml").write_text(LESS)
    before = len(api.writes)
    terminal = GoneTerminal(number)
    terminal.session = Session(connect=lambda *_, **__: api.client(), terminal=terminal)

    assert main(["apply", "less.yaml"], terminal.session) == code
    assert len(api.writes) == before
