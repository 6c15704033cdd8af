"""The recorded session of each tutorial matches the output of its commands."""

import gc
import re

import pytest

from tutorial_session import TUTORIALS

OUTCOMES = {
    "command.md": (
        "pmr.yaml is valid",
        "3 gained access",
        "No changes",
        "write: contributors",
        "1 lost access",
        "matches nobody",
    ),
    "portal.md": (
        "3 gained access. 1 pending.",
        "No changes",
        "1 role assignment ends, 1 role becomes weaker",
        "1 lost access",
        "limits.gpu_k_hours            20 → 40",
        "confirm: 1 allocation is terminated.",
    ),
}


@pytest.fixture(params=TUTORIALS, ids=lambda tutorial: tutorial.page.stem)
def tutorial(request):
    return request.param


def test_the_session_is_current(tutorial) -> None:
    # the garbage collector runs after each command: only over what the commands created
    gc.collect()
    gc.freeze()
    assert tutorial.recorded() == tutorial.session.read_text(), "run: make session"


def test_every_command_of_the_tutorial_is_in_the_session_in_its_order(tutorial) -> None:
    page = re.findall(r"^    (profiles-management .*)$", tutorial.page.read_text(), re.MULTILINE)

    commands = re.findall(
        r"^\$ (profiles-management .*)$", tutorial.session.read_text(), re.MULTILINE
    )
    assert commands == page


def test_the_session_fits_a_terminal_and_goes_as_the_tutorial_says(tutorial) -> None:
    text = tutorial.session.read_text()

    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert [outcome for outcome in OUTCOMES[tutorial.page.name] if outcome not in text] == []
