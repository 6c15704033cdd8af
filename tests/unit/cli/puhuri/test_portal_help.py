"""The help of the group `puhuri`, and what mistakes in its command lines are answered with."""

import pytest
from portal_documents import document

from profiles_management.cli.examples import EXAMPLES
from profiles_management.puhuri.portal_settings import PuhuriSettings

EXAMPLES_OF_PORTAL = sorted(
    {
        arguments
        for name, every in EXAMPLES.items()
        for _, arguments in every
        if name.startswith("puhuri ")
    }
)


@pytest.mark.parametrize("arguments", EXAMPLES_OF_PORTAL)
def test_every_example_of_the_help_runs(run, portal, here, arguments):
    (here / "pmr.yaml").write_text(document())
    portal.world.customers[-1].name = "Physics"
    portal.world.grant(portal.world.users[1], portal.world.customers[-1], "CUSTOMER.OWNER")

    assert run(*arguments.partition(" > ")[0].split()).code == 0


def test_the_group_lists_its_commands_and_says_how_to_see_more(run):
    shown = run("puhuri")

    assert (shown.code, shown.err) == (0, "")
    assert shown.out == run("puhuri", "--help").out == run("help", "puhuri").out
    assert shown.out.splitlines()[-1] == (
        "Examples and options of a command: profiles-management help puhuri COMMAND"
    )
    commands = [line.split()[0] for line in shown.out.splitlines() if line.startswith("  ")]
    assert commands[0] == "plan"
    assert {"apply", "customers", "usage"} < {*commands}


def test_the_help_of_a_command_is_reached_in_two_ways(run):
    assert run("help", "puhuri", "apply").out == run("puhuri", "apply", "--help").out


def test_the_help_is_that_of_the_settings(run):
    text = " ".join(run("puhuri", "apply", "--help").out.split())

    for name in ("customer", "people", "roles", "allow_terminations"):
        setting = PuhuriSettings.__dataclass_fields__[name]
        assert setting.metadata["text"].removesuffix(".") in text


@pytest.mark.parametrize("command", ["plan", "apply", "export", "projects"])
def test_the_help_has_no_words_of_clusters(run, command):
    text = " ".join(run("puhuri", command, "--help").out.split())

    assert "API server" not in text
    assert "gateway" not in text


def test_the_help_of_an_export_has_no_document(run):
    text = " ".join(run("puhuri", "export", "--help").out.split())

    assert "Customer whose projects are printed, by uuid or exact name (required)." in text
    assert "the document's" not in text


@pytest.mark.parametrize("command", ["plan", "apply", "export"])
def test_the_help_says_that_the_installation_is_required(run, command):
    text = " ".join(run("puhuri", command, "--help").out.split())

    assert "take each other's projects for their own (required)." in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("puhuri", "plna"), "No such command 'plna'. Did you mean 'plan'?"),
        (("help", "puhuri", "plna"), "No such command 'plna'. Did you mean 'plan'?"),
        (
            ("puhuri", "--people", "email", "plan"),
            (
                "No such option: --people. Write it after the command: "
                "it is an option of export, plan and apply."
            ),
        ),
        (
            ("puhuri", "plan", "--preset", "auto"),
            (
                "No such option: --preset. It is an option of export, access, plan, diff, apply, "
                "list-stale, delete-stale, offboard and rbac."
            ),
        ),
        (
            ("plan", "--people", "email"),
            (
                "No such option: --people. It is an option of puhuri export, puhuri plan and "
                "puhuri apply."
            ),
        ),
        (("puhuri", "plan"), "Missing argument 'FILE'."),
    ],
)
def test_a_mistake_is_answered_with_the_command_that_was_meant(run, arguments, message):
    ran = run(*arguments)

    assert (ran.code, ran.err.splitlines()[0]) == (1, f"error: {message}")


def test_the_verbosity_may_come_before_the_command(run, portal, here):
    (here / "pmr.yaml").write_text(document())

    ran = run("-v6", "puhuri", "plan", "pmr.yaml", "--instance", "test")

    assert ran.code == 0
    assert "GET" in ran.err
