"""Goal of the attack: a file of another author is read with the administrator's trust.

It then adopts profiles, and has names that no pattern of the administrator allows.
"""

import os

import pytest

from profiles_management import git
from profiles_management.cli.main import main

ENTRY = "profiles:\n- name: {}\n  owner: {{kind: User, name: {}@example.com}}\n"
EVIL = ENTRY.format("kubeflow-team", "eve") + "  adopt: true\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of the administrator, in which another author may write one file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "d").mkdir()
    (tmp_path / "d/pmr.yaml").write_text(ENTRY.format("ml", "ann"))
    (tmp_path / "d/teams.yaml").write_text(EVIL)
    (tmp_path / "link.yaml").symlink_to("d/teams.yaml")
    (tmp_path / "linked").symlink_to("d")
    os.link("d/teams.yaml", tmp_path / "hard.yaml")
    return tmp_path


@pytest.fixture
def run(capsys):
    """Run a command; return the exit code and everything that it printed."""

    def run(*arguments):
        code = main(arguments)
        return code, "".join(capsys.readouterr())

    return run


PATHS = [
    "d/teams.yaml",
    "./d//teams.yaml",
    "{here}/d/teams.yaml",
    "link.yaml",
    "linked/teams.yaml",
    "hard.yaml",
    "d",
    "linked",
    "teams=d/teams.yaml",
]


@pytest.mark.parametrize("path", PATHS)
def test_be_in_a_folder_of_the_administrator(run, folder, path):
    untrusted = ("--untrusted", path.format(here=folder))

    code, text = run("apply", "d", *untrusted, "--untrusted-profiles", "team-*", "--directory", "o")

    assert (code, (folder / "o").exists()) == (1, False)
    assert "of FILE d. A file can be in one document only: name it once." in text
    assert f"--untrusted {untrusted[1].removeprefix('teams=')}: " in text


@pytest.mark.parametrize("path", ["d/teams.yaml", "link.yaml", "hard.yaml"])
def test_be_named_by_the_administrator_in_another_way(run, folder, path):
    code, text = run(
        "apply", "d/pmr.yaml", path, "--untrusted", "d/teams.yaml", "--directory", "o", "-o", "json"
    )

    assert (code, (folder / "o").exists()) == (1, False)
    assert f"of FILE {path}." in text


def test_be_what_standard_input_is(run, folder, monkeypatch):
    with (folder / "d/teams.yaml").open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)

        code, text = run("plan", "-", "--untrusted", "d/teams.yaml", "--directory", "o")

    assert (code, "d/teams.yaml is also <stdin> of FILE -." in text) == (1, True)


@pytest.mark.parametrize("command", ["validate", "plan", "list-stale", "delete-stale"])
def test_be_read_by_any_command(run, folder, command):
    (folder / "o").mkdir()
    target = () if command == "validate" else ("--directory", "o")

    code, text = run(command, "d", "--untrusted", "link.yaml", *target)

    assert (code, "link.yaml is also d/teams.yaml of FILE d." in text) == (1, True)


def test_be_a_part_of_two_documents_that_are_not_trusted(run):
    code, text = run(
        "validate", "d/pmr.yaml", "--untrusted", "d/teams.yaml", "--untrusted", "hard.yaml"
    )

    assert code == 1
    assert "hard.yaml is also d/teams.yaml of --untrusted d/teams.yaml." in text


def test_be_in_a_repository_of_the_administrator(run, monkeypatch):
    """The administrator names the top folder of a commit, and the author a file in it."""
    files = {"pmr.yaml": b"profiles: []\n", "teams.yaml": EVIL.encode()}

    def fetch(source, **_):
        wanted = {path: data for path, data in files.items() if source.path in ("", path)}
        return git.Snapshot("a" * 40, "a" * 40, source.path, wanted)

    monkeypatch.setattr(git, "fetch", fetch)
    trusted, untrusted = "git+https://h/p.git@main", "git+https://h/p@v1#path=teams.yaml"

    code, text = run("plan", trusted, "--untrusted", untrusted, "--directory", "o")

    assert (code, f"teams.yaml is also teams.yaml of FILE {trusted}." in text) == (1, True)


def test_two_files_of_one_text_are_two_files(run, folder):
    (folder / "copy.yaml").write_text(EVIL.replace("  adopt: true\n", ""))

    code, _ = run("validate", "d/pmr.yaml", "--untrusted", "copy.yaml")

    assert code == 0
