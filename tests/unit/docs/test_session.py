"""The recorded session of the tutorial matches the output of its commands."""

import re

from tutorial_session import PAGE, SESSION, recorded

TEXT = SESSION.read_text()


def test_the_session_is_current() -> None:
    assert recorded() == TEXT, "run: make session"


def test_every_command_of_the_tutorial_is_in_the_session_in_its_order() -> None:
    page = re.findall(r"^    (profiles-management .*)$", PAGE.read_text(), re.MULTILINE)

    assert re.findall(r"^\$ (profiles-management .*)$", TEXT, re.MULTILINE) == page


def test_the_session_fits_a_terminal_and_goes_as_the_tutorial_says() -> None:
    assert [line for line in TEXT.splitlines() if len(line) > 80] == []
    for outcome in (
        "pmr.yaml is valid",
        "3 gained access",
        "No changes",
        "write: contributors",
        "1 lost access",
    ):
        assert outcome in TEXT
    assert "matches nobody" in TEXT
