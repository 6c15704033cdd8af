"""The command as a process: pipes, terminals, a missing extra, the demo. Each test is slow."""

import os
import pty
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SAMPLE = str(ROOT / "examples" / "pmr.yaml")
COMMAND = [sys.executable, "-m", "profiles_management"]


@pytest.fixture
def environment(here):
    """The environment of a process that runs this tree."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("PROFILES_MANAGEMENT_")
    }
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "TERM": "xterm-256color", "PYTHONWARNINGS": ""}


@pytest.fixture
def process(environment):
    """Run a shell line in which `pm` is the command."""

    def run(line, **more):
        script = f'pm() {{ {" ".join(COMMAND)} "$@"; }}; {line}'
        return started(["/bin/sh", "-c", script], {**environment, **more})

    return run


def started(arguments, environment):
    """Run a process to its end, with nothing on its standard input."""
    return subprocess.run(  # noqa: S603 - Python, and our own command
        arguments,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def on_a_terminal(arguments, environment):
    """Run the command with all streams on a terminal of 80 columns; return what it showed."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, *arguments], env=environment, stdin=follower, stdout=follower, stderr=follower
    )
    os.close(follower)
    seen = b""
    with suppress(OSError):  # Linux reports the end of a terminal as an error
        while chunk := os.read(leader, 4096):
            seen += chunk
    process.wait()
    os.close(leader)
    return seen.decode()


def test_a_reader_of_the_first_line_gets_it_without_other_output(process):
    ran = process(f"(pm plan {SAMPLE} --directory manifests; echo $? >&2) | head -1")

    assert (ran.stdout, ran.stderr) == ("Folder: manifests\n", "0\n")


def test_a_full_disk_is_an_error(process):
    ran = process(f"pm plan {SAMPLE} --directory manifests > /dev/full")

    assert (ran.returncode, ran.stderr) == (1, "error: No space left on device\n")


def test_a_terminal_gets_colours(environment):
    assert "\x1b[32m  +    \x1b[0m" in on_a_terminal(
        ["plan", SAMPLE, "--directory", "manifests"], environment
    )


def test_no_color_means_none(environment):
    seen = on_a_terminal(
        ["plan", SAMPLE, "--directory", "manifests"], {**environment, "NO_COLOR": "1"}
    )

    assert "\x1b[32m" not in seen
    assert "  +    admin@canonical.com    owner       new profile" in seen


def test_without_the_extra_it_says_how_to_install_it(environment):
    script = "import sys; sys.modules['typer'] = None; from profiles_management.cli import entry; entry()"

    ran = started([sys.executable, "-c", script], environment)

    assert (ran.returncode, ran.stderr) == (
        1,
        "error: the command needs typer. In a clone of this repository, run: pip install '.[cli]'\n",
    )


def test_without_the_extra_for_git_it_says_how_to_install_it(environment):
    script = """
        import sys
        sys.modules["dulwich"] = sys.modules["paramiko"] = None
        from profiles_management.cli import entry
        entry()
    """
    url = "https://git.example.com/profiles.git"

    ran = started(
        [sys.executable, "-c", textwrap.dedent(script), "validate", f"git+{url}"], environment
    )

    what = (
        "Reading from Git needs dulwich. In a clone of this repository, run: pip install '.[git]'"
    )
    assert (ran.returncode, ran.stderr) == (1, f"error: {url}: {what}\n")


def test_the_demo_runs_without_a_cluster_and_without_questions(environment, here):
    demo = [sys.executable, str(ROOT / "examples" / "demo.py")]

    ran = started(demo, {**environment, "KUBECONFIG": "absent", "TMPDIR": str(here)})

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "No changes. 2 profiles match." in ran.stdout
    assert "  -/+  andreea@canonical.com  view → edit  role changed" in ran.stdout
    assert "4 errors in mistakes.yaml. Nothing was sent." in ran.stdout
