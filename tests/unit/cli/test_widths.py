"""The output of commands on terminals of 50, 80 and 120 columns."""

import re
import sys

import pytest

from profiles_management.reconcile.lines import cells

MANY = """\
profiles:
- name: data-engineers
  owner: {kind: User, name: olga.of.the.platform@example.com}
  contributors:
  - {name: bart@example.com, role: edit, until: 2027-01-31}
  - {name: analysts, kind: Group, role: view}
  - {name: somebody.with.a.very.long.name.of.the.research.department@example.com, role: view}
  - {name: 李雷@example.com, role: admin}
  resources:
    hard: {requests.nvidia.com/gpu: "4", limits.memory: 64Gi}
"""


@pytest.fixture
def on_terminal(run, monkeypatch):
    """Run the command on a terminal without colours, with this number of columns."""

    def command(width, *arguments, **more):
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setenv("NO_COLOR", "1")
        with monkeypatch.context() as patched:
            patched.setattr(sys.stdout, "isatty", lambda: True)
            return run(*arguments, **more)

    return command


@pytest.mark.parametrize("width", [50, 80, 120])
def test_tables_are_as_wide_as_the_terminal_and_no_word_is_cut(
    run, on_terminal, controller, here, keeps, width
):
    (here / "many.yaml").write_text(MANY)
    commands = [
        ("plan", "many.yaml"),
        ("apply", "many.yaml"),
        ("access",),
        ("list-stale", "none.yaml"),
        (
            "offboard",
            "olga.of.the.platform@example.com",
            "many.yaml",
            "--new-owner",
            "bart@example.com",
        ),
    ]
    (here / "none.yaml").write_text("profiles: []\n")

    shown = [(" ".join(command), on_terminal(width, *command).out) for command in commands]

    tables = [out.partition("\n--- ")[0] for _, out in shown]  # the lines of a diff stay whole
    wide = {line for out in tables for line in out.splitlines() if cells(line) > width}
    # a word that is wider than the terminal stays whole
    assert all(" " not in line.strip() for line in wide)
    assert "somebody.with.a.very.long.name.of.the.research.department@example.com" in shown[0][1]
    keeps(f"terminal-{width}.txt", "".join(f"$ {command}\n{out}\n" for command, out in shown))


def test_a_pipe_gets_the_rows_whole(run, controller, here):
    (here / "many.yaml").write_text(MANY)
    run("apply", "many.yaml")

    rows = [re.split(r"  +", line) for line in run("access").out.splitlines()]

    assert ["data-engineers", "bart@example.com", "edit", "2027-01-31"] in [row[:4] for row in rows]
