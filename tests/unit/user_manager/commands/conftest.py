"""What the tests of the command share."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from user_manager.commands import program
from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM
from user_manager.domain.policy import Policy
from user_manager.identity import clock

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@pytest.fixture
def system_call() -> Call:
    return Call(SYSTEM, NOW, Policy())


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Return what runs the program with arguments."""
    monkeypatch.setattr(clock, "now", lambda: NOW)

    def run_command(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["user-manager", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            program.run()
        captured = capsys.readouterr()
        return Done(int(ended.value.code or 0), captured.out, captured.err)

    return run_command
