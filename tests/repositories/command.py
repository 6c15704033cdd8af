"""The command with a document in Git."""

import pytest

from profiles_management.cli.main import main
from profiles_management.cli.session import Session
from repositories.reading import IMPATIENT


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Run the command in an empty folder and environment; return exit code, output and errors."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def command(*arguments, **variables):
        for name, value in variables.items():
            monkeypatch.setenv(f"PROFILES_MANAGEMENT_GIT_{name}", str(value))
        code = main(list(map(str, arguments)), Session(IMPATIENT))
        return code, *capsys.readouterr()

    return command
