"""The help of each command, and the messages about mistyped command lines."""

import pytest

from memory_api import ProfileController
from profiles_management.cli.examples import EXAMPLES
from profiles_management.cli.program import app
from profiles_management.cli.setting_options import ApplyOptions
from profiles_management.kubeflow.settings import declarations
from profiles_management.reconcile.lines import cells

OF_PLANS = {"--unlisted", "--brake-share", "--brake-minimum", "--waypoint"}
OF_WRITES = {"--writers"}
OF_STALE = {"--stale", "--take-over"}
OF_USERS = {"--userid-header", "--userid-prefix", "--groups-claim"}


def shown(run, command):
    """Return the words of a command's help."""
    ran = run(command, "--help")
    assert ran.code == 0
    return set(ran.out.replace(",", " ").split())


@pytest.mark.parametrize(
    ("command", "there", "absent"),
    [
        ("validate", {"--protect", "--allow-key"}, {"--preset", "--context", *OF_PLANS, *OF_STALE}),
        (
            "access",
            {"--preset", "--role", *OF_USERS},
            {"--protect", "--instance", *OF_PLANS, *OF_STALE, *OF_WRITES},
        ),
        (
            "export",
            {"--preset", "--allow-key", "--instance"},
            {*OF_PLANS, *OF_STALE, *OF_WRITES, "--events"},
        ),
        ("list-stale", {"--preset", *OF_STALE}, {*OF_PLANS, *OF_WRITES, "--events", "--foreign"}),
        ("delete-stale", {*OF_STALE, *OF_WRITES, "--yes"}, {*OF_PLANS, "--events", "--foreign"}),
        (
            "rbac",
            {"--preset", "--foreign", "--protect"},
            {*OF_PLANS, *OF_WRITES, *OF_USERS, "--context"},
        ),
        ("apply", {*OF_PLANS, *OF_STALE, *OF_WRITES, *OF_USERS, "--events", "--foreign"}, set()),
        ("plan", {*OF_PLANS, *OF_STALE, *OF_USERS, "--foreign"}, {*OF_WRITES, "--events"}),
        ("diff", {*OF_PLANS, *OF_STALE, *OF_USERS, "--foreign"}, {*OF_WRITES, "--events"}),
    ],
)
def test_the_help_of_a_command_shows_the_settings_that_mean_something_there(
    run, command, there, absent
):
    words = shown(run, command)

    assert there <= words
    assert not absent & words


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan", "--outptu", "json"), "No such option: --outptu. Did you mean --output?"),
        (
            ("access", "--brake-share", "1"),
            "No such option: --brake-share. It is an option of plan, diff and apply.",
        ),
        (("validate", "pmr.yaml", "--xyzzy"), "No such option: --xyzzy."),
        (
            ("access", "-n", "kubeflow"),
            "No such option: -n. A profile is not in a namespace. Each profile has its own.",
        ),
        (
            ("apply", "-R"),
            "No such option: -R. Folders in a folder are not read. Name each folder.",
        ),
        (
            ("--take-over", "x", "list-stale"),
            (
                "No such option: --take-over. Write it after the command: "
                "it is an option of plan, diff, apply, list-stale, delete-stale and rbac."
            ),
        ),
        (
            ("plan", ""),
            "FILE is empty. Name a file, a folder, a URL in Git, or - for standard input.",
        ),
        (("plna", "pmr.yaml"), "No such command 'plna'. Did you mean 'plan'?"),
    ],
)
def test_an_unknown_option_or_command_is_answered_with_the_one_that_was_meant(run, arguments, said):
    ran = run(*arguments)

    assert (ran.code, ran.err.splitlines()[0]) == (1, f"error: {said}")


def test_events_of_a_folder_are_said_to_have_no_effect(folder):
    ran = folder("apply", "pmr.yaml", "--events", "counts")

    assert ran.code == 0
    assert (
        ran.err
        == "note: --events has no effect with --directory: a folder has no Kubernetes Events.\n"
    )


@pytest.mark.parametrize("width", [50, 60, 80, 120])
def test_help_is_within_the_terminal_and_cuts_no_name_of_an_option(run, monkeypatch, width, keeps):
    monkeypatch.setenv("COLUMNS", str(width))

    ran = run("apply", "--help")

    assert max(map(cells, ran.out.splitlines())) <= width
    assert {"--additional-principal", "--git-ssh-key-file", "--allow-revocations"} <= set(
        ran.out.split()
    )
    if width != 60:
        keeps(f"help-{width}.txt", run("validate", "--help").out)


@pytest.mark.parametrize(
    ("arguments", "like"),
    [
        (("help",), ("--help",)),
        (("help", "plan"), ("plan", "--help")),
        (("help", "list-stale"), ("list-stale", "-h")),
        ((), ("--help",)),
        (("version",), ("--version",)),
        (("-v",), ("--version",)),
        (("-V",), ("--version",)),
    ],
)
def test_help_and_version_are_commands_too(run, arguments, like):
    ran = run(*arguments)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.rstrip() == run(*like).out.rstrip()


def test_help_for_a_command_that_is_not_there_names_the_near_one(run):
    ran = run("help", "delet-stale")

    assert (ran.code, ran.err.splitlines()[0]) == (
        1,
        "error: No such command 'delet-stale'. Did you mean 'delete-stale', 'list-stale'?",
    )


def names_of(commands, path=""):
    """Yield the words that call each command, those of groups too."""
    for command in commands.registered_commands:
        yield f"{path}{command.name}"
    for group in commands.registered_groups:
        yield from names_of(group.typer_instance, f"{path}{group.name} ")


def test_every_command_has_examples_in_its_help(run):
    names = {*names_of(app)}

    assert names == EXAMPLES.keys()
    for name in names:
        out = run(*name.split(), "--help").out
        assert all(f"  profiles-management {arguments}\n" in out for _, arguments in EXAMPLES[name])


@pytest.mark.parametrize(
    "arguments",
    sorted(
        {
            arguments
            for name, every in EXAMPLES.items()
            for _, arguments in every
            if not name.startswith("puhuri ")  # see test_portal_help.py
        }
    ),
)
def test_every_example_of_the_help_runs(run, api, here, arguments):
    ProfileController(api)
    owner = "owner: {kind: User, name: olga@example.com}"
    person = "contributors: [{name: ann@example.com, role: edit}]"
    for path, name in {"pmr.yaml": "ml", "base.yaml": "base", "teams/a.yaml": "web"}.items():
        (here / path).parent.mkdir(exist_ok=True)
        (here / path).write_text(f"profiles:\n- name: {name}\n  {owner}\n  {person}\n")
    (here / "old.yaml").write_text(f"profiles:\n- name: ml\n  {owner}\n")
    run("apply", "pmr.yaml")
    command = arguments.partition(" > ")[0].partition(" | ")[0].split()

    ran = run(*command)

    assert ran.code == (2 if "--exit-code" in command and "pmr.yaml" not in command else 0), ran.err


def test_an_option_without_its_value_leads_to_the_help_of_the_command(run):
    assert run("validate", "-f").err.splitlines() == [
        "error: Option '-f' requires an argument.",
        "See: profiles-management validate --help",
    ]


def test_the_settings_of_an_apply_can_be_planned(run):
    assert run("plan", "pmr.yaml", "--writers", "4", "--events", "counts").code == 0


@pytest.mark.parametrize("name", [name for name in ApplyOptions.names if name != "preset"])
def test_the_help_of_an_option_is_what_its_setting_is_declared_as(run, name):
    setting = declarations()[name]

    text = " ".join(run("apply", "--help").out.split())

    assert setting.text.removesuffix(".") in text
    if isinstance(setting.default, (str, int, float)) and setting.default:
        shown = f'"{setting.default}"' if setting.type is str else setting.default
        assert f"(default {shown})" in text
