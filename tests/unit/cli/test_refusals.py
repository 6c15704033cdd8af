"""Errors of the command: one message, no traceback, exit code 1."""

import inspect
import os
from typing import get_args

import pytest

from profiles_management.cli.program import app
from profiles_management.cli.usage_errors import NUMBERS

FOUR = (
    ('limits.cpu: "1"', 'limits.cpu = "1"'),
    ("  contributors:\n  - name: kimonas", "  contributers:\n  - name: kimonas"),
    ("name: data-engineers", "name: Data Engineers"),
    ("bart@canonical.com\n    role: edit", "bart@canonical.com\n    role: editor"),
)
SECRET = "hunter2-token"
CONFIG = """\
apiVersion: v1
kind: Config
current-context: here
clusters: [{{name: c, cluster: {{server: "{server}"}}}}]
contexts: [{{name: here, context: {{cluster: c, user: u}}}}, {{name: odd, context: {{cluster: c, user: nobody}}}}]
users: [{{name: u, user: {{token: {secret}}}}}]
"""


@pytest.fixture
def config(here):
    """Write a kubeconfig and return its path."""

    def write(text=CONFIG, server="https://127.0.0.1:1"):
        path = here / "config"
        path.write_text(text.format(server=server, secret=SECRET) if text is CONFIG else text)
        return path

    return write


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("https://git.example.com/a.git", "git+https://git.example.com/a.git"),
        ("ssh://git@git.example.com/a.git", "git+ssh://git@git.example.com/a.git"),
        ("git@git.example.com:a.git", "git+ssh://git@git.example.com/a.git"),
        (
            "https://github.com/o/a/blob/main/pmr.yaml",
            "git+https://github.com/o/a@main#path=pmr.yaml",
        ),
        ("git+https://ann:s3cret@git.example.com/a.git@v1", "git+https://git.example.com/a.git@v1"),
        ("git+ssh://git@git.example.com:o/a.git", "git+ssh://git@git.example.com/o/a.git"),
    ],
)
def test_the_url_of_a_repository_that_is_not_accepted_is_refused_with_what_to_write(
    run, name, instead
):
    ran = run("validate", name)

    assert (ran.code, ran.out) == (1, "")
    assert " ".join(ran.err.split()).endswith(f"Write: {instead}")
    assert "s3cret" not in ran.err


def test_what_is_on_the_web_and_in_no_repository_is_refused(run):
    ran = run("validate", "https://intranet.example.com/pmr.yaml", "--output", "json")

    assert [(one["code"], one["what"]) for one in ran.data["errors"]] == [
        (
            "git",
            (
                "A document comes from a file, from standard input, or from a Git repository over https or ssh. "
                "Write it as git+https://HOST/REPOSITORY@REVISION#path=PATH."
            ),
        )
    ]


def test_a_file_that_is_called_like_a_repository_is_read(run, here):
    (here / "github.com").mkdir()
    (here / "github.com" / "p.git").write_text("profiles: []\n")

    assert run("validate", "github.com/p.git").code == 0


def test_every_mistake_of_a_document_is_shown_at_once(folder, here, sample, keeps):
    (here / "four.yaml").write_text(sample(*FOUR))

    ran = folder("apply", "four.yaml")

    assert (ran.code, ran.out, (here / "manifests").exists()) == (1, "", False)
    keeps("four-mistakes.txt", ran.err)


def test_mistakes_are_data_too(folder, here, sample):
    (here / "four.yaml").write_text(sample(*FOUR))

    ran = folder("plan", "four.yaml", "--output", "json")

    assert (ran.code, ran.err, len(ran.data["errors"])) == (1, "", 4)
    assert ran.data["errors"][0] == {
        "code": "not-a-mapping",
        "what": '"hard" must be a mapping, this is text',
        "remedy": 'write: limits.cpu: "1"',
        "file": "four.yaml",
        "line": 8,
        "column": 7,
        "path": "profiles[0].resources.hard",
        "profile": "",
    }


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent.yaml", None, "error[unreadable]: no such file or directory"),
        ("pmr.yaml/profiles", None, "error[unreadable]: not a directory"),
        ("latin.yaml", b"profiles: [\xe9]", "error[not-utf-8]: the byte 0xE9 is not UTF-8"),
        ("empty.yaml", b"", "error[empty-document]: the document is empty"),
    ],
)
def test_a_file_that_is_not_a_document_is_reported_in_a_line(run, here, name, content, said):
    if content is not None:
        (here / name).write_bytes(content)

    ran = run("validate", name)

    assert (ran.code, ran.err.splitlines()[0]) == (1, said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan",), "Missing argument 'FILE'."),
        (("completion",), "Missing argument 'SHELL'. Choose from: bash, zsh, fish"),
        (("plna", "x"), "No such command 'plna'. Did you mean 'plan'?"),
        (("plan", "pmr.yaml", "--unheard-of"), "No such option: --unheard-of."),
        (
            ("plan", "pmr.yaml", "--directory", "x", "--context", "y"),
            "--directory cannot be combined with --kubeconfig or --context.",
        ),
        (
            ("plan", "pmr.yaml", "--at", "soon"),
            (
                'Invalid value for --at: "soon" is neither a date nor a time. Write a date such as 2027-01-31, '
                "or a time with zone such as 2027-01-31T18:00:00Z."
            ),
        ),
        (
            ("plan", "pmr.yaml", "--at", "2027-01-31T18:00"),
            "Invalid value for --at: a time needs a zone. Write: 2027-01-31T18:00:00Z.",
        ),
        (
            ("plan", "pmr.yaml", "--foreign", "Revoke"),
            "Invalid value for '--foreign': 'Revoke' is not one of 'keep', 'revoke'.",
        ),
        (
            ("plan", "pmr.yaml", "--directory", "pmr.yaml"),
            "Invalid value for '--directory': dir 'pmr.yaml' is a file.",
        ),
    ],
)
def test_a_slip_in_the_command_line_ends_with_1_and_says_where_help_is(run, arguments, said):
    ran = run(*arguments)

    first, second = ran.err.splitlines()
    assert (ran.code, first) == (1, f"error: {said}")
    assert second.startswith("See: profiles-management")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--brake-share", "3"), "--brake-share is 3. Give a share from 0 to 1, such as 0.5."),
        (("--writers", "100000"), "--writers is 100000. Give a whole number from 1 to 256."),
        (
            ("--protect", "ML"),
            '--protect has an entry that no name of a namespace matches: "ML". Write: ml',
        ),
        (("--userid-header", "x:"), '--userid-header is not the name of a header: "x:". Write: x'),
    ],
)
def test_a_setting_that_cannot_be_is_named_as_the_option_is(folder, given, said):
    ran = folder("plan", "pmr.yaml", *given)

    assert (ran.code, ran.err) == (1, f"error: {said}\n")


@pytest.mark.parametrize("given", [("--protect", ""), ("--principal", " , "), ("--role", "")])
def test_a_list_without_an_entry_is_refused(folder, given):
    ran = folder("plan", "pmr.yaml", *given)

    assert (ran.code, "it is empty. Name an entry, or omit the option." in ran.err) == (1, True)


def number_options():
    """Every option of every command whose value is a number, as (command, option)."""
    for command in app.registered_commands:
        for name, parameter in inspect.signature(command.callback).parameters.items():
            kinds = get_args(parameter.annotation)  # int, or int | None, and the option
            if {int, float} & {*kinds, *(part for kind in kinds for part in get_args(kind))}:
                yield command.name, f"--{name.replace('_', '-')}"


@pytest.mark.parametrize(("command", "option"), [*number_options()])
def test_a_word_in_place_of_a_number_is_refused_with_what_the_option_takes(run, command, option):
    ran = run(command, option, "x")

    refusal = f'error: {option} is "x". Give {NUMBERS[option]}.'
    assert (ran.code, ran.err) == (1, f"{refusal}\nSee: profiles-management {command} --help\n")


@pytest.mark.parametrize("timeout", ["nan", "inf", "-1", "1e9"])
def test_a_timeout_that_never_ends_is_refused(folder, here, timeout):
    ran = folder("apply", "pmr.yaml", "--timeout", timeout)

    assert (ran.code, (here / "manifests").exists(), "timeout" in ran.err) == (1, False, True)


@pytest.mark.parametrize("command", [("access",), ("export",), ("list-stale", "pmr.yaml")])
def test_reading_a_folder_that_is_not_there_is_an_error(folder, command):
    assert folder(*command).err == "error: There is no folder manifests.\n"


def test_a_folder_that_cannot_be_written_is_reported_for_each_profile(run, here, keeps):
    (here / "taken").write_text("not a folder")

    ran = run("apply", "pmr.yaml", "--directory", "taken/below")

    assert ran.code == 1
    keeps("read-only.txt", ran.out)


# clusters


def test_without_a_cluster_it_says_how_to_name_one(run):
    assert run("plan", "pmr.yaml", real=True).err == (
        "error: No cluster is configured. Set KUBECONFIG, or name a kubeconfig or a folder "
        "(--kubeconfig, --directory).\n"
    )


@pytest.mark.parametrize(
    "content",
    [
        f"users: [{{name: {SECRET}\n  : [",
        f"clusters: {SECRET}",
        f"- {SECRET}",
        f"clusters: [{{name: c, cluster: {{server: [{SECRET}]}}}}]\ncontexts: []",
        (
            f"clusters: [{{name: c, cluster: {{certificate-authority-data: {SECRET}}}}}]\n"
            "contexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x"
        ),
        "",
    ],
)
def test_a_broken_kubeconfig_is_named_and_nothing_of_it_is_repeated(run, config, content):
    ran = run("plan", "pmr.yaml", "--kubeconfig", config(content), real=True)

    assert ran.code == 1
    assert SECRET not in ran.err
    assert ran.err.count("\n") == 1
    assert str(config(content)) in ran.err


def test_a_kubeconfig_that_is_not_there_is_named(run, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", "absent")

    said = run("plan", "pmr.yaml", real=True).err

    assert said == (
        "error: The kubeconfig absent cannot be used: no such file or directory.\n"
        "Name another one with --kubeconfig or KUBECONFIG.\n"
    )


def test_several_kubeconfigs_become_one(run, config, here, monkeypatch):
    whole = config()
    (here / "first").write_text("current-context: odd\n")
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join([str(here / "first"), str(whole)]))

    assert "The context 'odd' in the kubeconfig" in run("plan", "pmr.yaml", real=True).err


def test_an_unknown_context_is_reported_with_the_existing_ones(run, config):
    ran = run("plan", "pmr.yaml", "--kubeconfig", config(), "--context", "there", real=True)

    assert (
        ran.err == f"error: The kubeconfig {config()} has no context 'there'. It has: here, odd.\n"
    )


def test_a_context_whose_user_is_missing_is_reported(run, config):
    ran = run("plan", "pmr.yaml", "--kubeconfig", config(), "--context", "odd", real=True)

    assert "names a cluster or user that is not in it" in ran.err


def test_a_cluster_that_refuses_connections_is_reported(run, config):
    ran = run("plan", "pmr.yaml", "--kubeconfig", config(), real=True)

    assert (ran.code, ran.err.count("error:")) == (1, 1)
    assert ran.err.startswith("error: The cluster does not answer")
    assert SECRET not in ran.err


def test_a_comment_says_which_cluster_does_not_answer(run, config):
    ran = run("plan", "pmr.yaml", "--kubeconfig", config(), "--output", "markdown", real=True)

    assert (ran.code, ran.err) == (1, "")
    assert ran.out.splitlines()[2].startswith("`Cluster: context here, server https://")
    assert ran.out.count("Cluster: ") == 1


def test_a_cluster_error_is_data_too(run, config):
    ran = run("plan", "pmr.yaml", "--kubeconfig", config(), "--output", "json", real=True)

    assert [error["code"] for error in ran.data["errors"]] == ["cluster-away"]


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("UNLISTED", "no plan", "Invalid value for {}: 'no plan' is not one of"),
        ("BRAKE_SHARE", "x", '{} is "x". Give a share'),
        ("BRAKE_SHARE", "50", "{} is 50. Give a share"),
        ("STANDALONE", "50", '{} is "50". Give true or false.'),
        ("ROLE", "editor=x", 'Invalid value for {}: "editor" is not a role. Write admin=x or'),
    ],
)
def test_a_wrong_value_in_the_environment_names_the_variable(
    folder, monkeypatch, name, value, wrong
):
    variable = f"PROFILES_MANAGEMENT_{name}"
    monkeypatch.setenv(variable, value)

    ran = folder("plan", "pmr.yaml")

    assert (ran.code, ran.err.startswith(f"error: {wrong.format(variable)}")) == (1, True)


def test_a_wrong_value_of_an_option_names_the_option_whatever_the_environment_has(
    folder, monkeypatch
):
    monkeypatch.setenv("PROFILES_MANAGEMENT_BRAKE_SHARE", "0.1")

    assert folder("plan", "pmr.yaml", "--brake-share", "50").err == (
        "error: --brake-share is 50. Give a share from 0 to 1, such as 0.5.\n"
    )
