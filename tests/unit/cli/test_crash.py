"""A bug ends the command with a traceback, which contains no credential."""

import subprocess
import sys

import pytest

SECRET = "zq9-s3cr3t"
_BUG = """
import sys
sys.path[:0] = {path}
sys.argv = ["profiles-management", "schema"]
from profiles_management import cli
from profiles_management.cli import main
def broken(*_): raise KeyError({said!r})
main.main = broken
cli.entry()
"""


def crash(said: str, **environment: str) -> str:
    code = _BUG.format(path=sys.path, said=said)
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
    )
    assert ended.returncode == 1
    return ended.stdout + ended.stderr


def test_it_says_where_the_bug_is():
    printed = crash("a plain word")

    assert "Traceback (most recent call last)" in printed
    assert "in broken" in printed
    assert "KeyError: 'a plain word'" in printed


@pytest.mark.parametrize(
    "said",
    [
        f"https://ann:{SECRET}@git.example.com/x.git",
        f"Authorization: Bearer {SECRET}",
        f"token={SECRET}",
        SECRET,
        f"{'x' * 100_000} {SECRET}",
    ],
)
def test_no_credential_is_in_it(said):
    assert SECRET not in crash(said, PROFILES_MANAGEMENT_GIT_TOKEN=SECRET)
