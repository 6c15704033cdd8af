"""What scripts that run our make targets rely on."""

import re
import shlex
from pathlib import Path

MAKEFILE = Path(__file__).parents[3] / "Makefile"


def test_the_control_plane_replaces_its_shell_so_that_sigterm_ends_it():
    recipe = re.search(r"^cluster:.*\n((?:\t.*\n)+)", MAKEFILE.read_text(), re.MULTILINE)
    assert recipe is not None
    (command,) = recipe[1].splitlines()
    words = shlex.split(command.strip().lstrip("@"), comments=True)
    program = [word for word in words if not re.match(r"\w+=", word)]
    assert program[0] == "exec"
    assert program[1:] == ["$(VENV)/python", "-m", "integration.cluster"]
