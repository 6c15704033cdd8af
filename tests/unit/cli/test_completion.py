"""Completion in the shell."""

import shutil
import subprocess

import pytest

from profiles_management.cli.completion import SCRIPTS
from profiles_management.cli.main import main
from profiles_management.cli.session import Session

CONTEXTS = """\
apiVersion: v1
kind: Config
contexts:
- {name: kubernetes-admin@test, context: {cluster: a, user: a}}
- {name: "arn:aws:eks:one", context: {cluster: a, user: a}}
- {name: "a\\tb", context: {cluster: a, user: a}}
"""
FILE = """\
profiles:
- name: web
  owner: {kind: User, name: olga@example.com}
  contributors: [{name: ann@example.com, role: edit}]
"""


@pytest.fixture
def complete(api, capsys, monkeypatch):
    """Return the candidates for the last word of a line."""

    def candidates(*words, connect=None):
        monkeypatch.setenv("_PROFILES_MANAGEMENT_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", " ".join(("profiles-management", *words)))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        session = Session(connect=connect or (lambda *_, **__: api.client()))
        monkeypatch.setattr("sys.stdin", None)
        with pytest.raises(SystemExit) as ended:
            main([], session)
        monkeypatch.delenv("_PROFILES_MANAGEMENT_COMPLETE")
        out, err = capsys.readouterr()
        assert (ended.value.code, err) == (0, "")
        return out.split("\n")[:-1] if out.strip() else []

    return candidates


def test_commands_options_and_choices_are_completed(complete):
    assert complete("off") == ["offboard"]
    assert complete("plan", "--allow") == ["--allow-kubeflow", "--allow-key"]
    assert complete("plan", "--output", "j") == ["json"]
    assert complete("help", "list") == ["list-stale"]
    assert complete("completion", "") == ["bash", "zsh", "fish"]


def test_contexts_come_from_the_kubeconfig_and_nothing_is_sent(complete, here, api, monkeypatch):
    (here / "config").write_text(CONTEXTS)
    (here / "other").write_text(CONTEXTS.replace("@test", "@other"))
    monkeypatch.setenv("KUBECONFIG", str(here / "config"))

    assert complete("plan", "--context", "''") == ["arn:aws:eks:one", "kubernetes-admin@test"]
    assert complete("access", "--context=kube") == ["kubernetes-admin@test"]
    assert complete("plan", "--kubeconfig", "other", "--context", "kube") == [
        "kubernetes-admin@other"
    ]
    assert api.log == []


def test_people_and_profiles_come_from_the_document_on_the_line(complete, here, api):
    (here / "teams").mkdir()
    (here / "teams" / "web.yaml").write_text(FILE)

    assert complete("offboard", "-f", "teams", "a") == ["ann@example.com"]
    assert complete("offboard", "-f", "teams", "--new-owner", "o") == ["olga@example.com"]
    assert api.log == []


def test_people_come_from_every_document_on_the_line_that_can_be_read(complete, here, api):
    (here / "web.yaml").write_text(FILE)
    (here / "teams.yaml").write_text(
        "profiles: [{name: ml, contributors: [{name: al@example.com, role: view}]}]"
    )
    (here / "broken.yaml").write_text("profiles: [")

    untrusted = ("--untrusted", "x=teams.yaml", "--untrusted", "absent.yaml")

    assert complete("offboard", "-f", "web.yaml,broken.yaml", *untrusted, "a") == [
        "al@example.com",
        "ann@example.com",
    ]
    assert complete("access", *untrusted, "--profile", "m") == ["ml"]
    assert api.log == []


def test_people_and_profiles_come_from_the_cluster_where_the_line_has_no_document(
    complete, run, controller
):
    run("apply", "-", stdin=FILE)

    assert complete("access", "--person", "''") == ["ann@example.com", "olga@example.com"]
    assert complete("access", "--profile", "w") == ["web"]
    assert complete("offboard", "ann") == ["ann@example.com"]


def test_people_come_from_the_folder_of_manifests(complete, folder):
    folder("apply", "-", stdin=FILE)

    assert complete("access", "--directory", "manifests", "--person", "a") == ["ann@example.com"]


def test_where_something_cannot_be_read_nothing_is_offered_and_nothing_is_printed(
    complete, here, api, monkeypatch
):
    (here / "broken.yaml").write_text("profiles: [")
    monkeypatch.setenv("KUBECONFIG", str(here / "broken.yaml"))

    assert complete("plan", "--context", "''") == []
    assert complete("offboard", "-f", "broken.yaml", "a") == []
    assert complete("offboard", "-f", "absent.yaml", "a") == []
    assert complete("access", "--directory", "absent", "--person", "a") == []


def test_a_cluster_that_does_not_answer_is_asked_once_and_not_for_long(complete):
    patience = []

    def connect(*_, timeout):
        patience.append(timeout)
        raise TimeoutError

    assert complete("access", "--person", "a", connect=connect) == []
    assert patience == [2.0]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_printed(run, shell):
    ran = run("completion", shell)

    assert (ran.code, ran.out) == (0, SCRIPTS[shell].lstrip())
    assert "_PROFILES_MANAGEMENT_COMPLETE=complete_" + shell in ran.out


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("profiles-management access --person ann", "<ann@example.com>"),
        ("profiles-management access --person ann@", "<example.com>"),
        ("profiles-management plan --context=arn:aws:", "<eks>"),
        ("profiles-management access --person data", "<data\\ scientists>"),
        ("profiles-management access ", "<3:\\ profiles-management\\ access\\ >"),
    ],
)
def test_in_bash_names_with_at_signs_and_colons_are_completed_once(line, offered):
    program = """
    profiles-management() {
        case "$COMP_WORDS" in
            *data) echo "data scientists" ;;
            *ann*) echo ann@example.com ;;
            *arn*) echo arn:aws:eks ;;
            *) printf '%s: %s\\n' "$((COMP_CWORD + 1))" "$COMP_WORDS" ;;
        esac
    }
    """
    ask = f"""
    COMP_LINE='{line}' COMP_POINT={len(line)}
    _profiles_management profiles-management
    printf '<%s>' "${{COMPREPLY[@]}}"
    """

    ran = subprocess.run(  # noqa: S603
        ["bash", "-c", program + SCRIPTS["bash"] + ask],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout == offered
