"""What the help of each command shows, and what slips in the command line are answered with."""

import pytest

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
        ("access", {"--preset", "--role", *OF_USERS}, {"--protect", "--instance", *OF_PLANS, *OF_STALE, *OF_WRITES}),
        ("export", {"--preset", "--allow-key", "--instance"}, {*OF_PLANS, *OF_STALE, *OF_WRITES, "--events"}),
        ("list-stale", {"--preset", *OF_STALE}, {*OF_PLANS, *OF_WRITES, "--events", "--foreign"}),
        ("delete-stale", {*OF_STALE, *OF_WRITES, "--yes"}, {*OF_PLANS, "--events", "--foreign"}),
        ("rbac", {"--preset", "--foreign", "--protect"}, {*OF_PLANS, *OF_WRITES, *OF_USERS, "--context"}),
        ("apply", {*OF_PLANS, *OF_STALE, *OF_WRITES, *OF_USERS, "--events", "--foreign"}, set()),
        ("plan", {*OF_PLANS, *OF_STALE, *OF_USERS, "--foreign"}, set()),
    ],
)
def test_the_help_of_a_command_shows_the_settings_that_mean_something_there(run, command, there, absent):
    words = shown(run, command)

    assert there <= words
    assert not absent & words


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan", "--outptu", "json"), "No such option: --outptu. Did you mean --output?"),
        (("access", "--brake-share", "1"), "No such option: --brake-share. It is an option of plan and apply."),
        (("validate", "pmr.yaml", "--xyzzy"), "No such option: --xyzzy."),
        (("plna", "pmr.yaml"), "No such command 'plna'. Did you mean 'plan'?"),
    ],
)
def test_an_unknown_option_or_command_is_answered_with_the_one_that_was_meant(run, arguments, said):
    ran = run(*arguments)

    assert (ran.code, ran.err.splitlines()[0]) == (1, f"error: {said}")


def test_events_of_a_folder_are_said_to_have_no_effect(folder):
    ran = folder("apply", "pmr.yaml", "--events", "counts")

    assert ran.code == 0
    assert ran.err == "note: --events has no effect with --directory: a folder has no Kubernetes Events.\n"
