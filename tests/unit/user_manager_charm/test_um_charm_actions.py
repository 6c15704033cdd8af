"""The actions about administrators."""

import pytest
from ops import testing


@pytest.fixture
def running(unit):
    unit.ready()
    return unit


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_an_administrator_is_added_and_removed_by_the_command(running, verb):
    results = running.act(f"{verb}-administrator", user="ann@example.com")

    assert running.commands == [["user-manager", "administrator", verb, "--", "ann@example.com"]]
    assert results == {"user": "ann@example.com"}


def test_a_name_that_begins_with_a_dash_is_no_option(running):
    running.act("add-administrator", user="--help")

    assert running.commands == [["user-manager", "administrator", "add", "--", "--help"]]


def test_administrators_are_listed(running):
    running.printed["administrator list"] = "ann@example.com\nroot@example.com\n"

    assert running.act("list-administrators") == {
        "administrators": "ann@example.com\nroot@example.com"
    }


def test_the_command_gets_the_settings(running):
    running.act("list-administrators")

    (executed,) = running.context.exec_history["user-manager"]
    assert executed.environment == running.environment


def test_an_action_fails_with_what_the_command_prints(running):
    running.failing["administrator add"] = "The user does not exist.\n"

    with pytest.raises(testing.ActionFailed) as failed:
        running.act("add-administrator", user="nobody")
    assert failed.value.message == "The user does not exist."


def test_an_action_fails_with_an_option_that_is_wrong(running):
    running.configure(trusted_proxies="proxy")

    with pytest.raises(testing.ActionFailed, match="option trusted-proxies"):
        running.act("list-administrators")


@pytest.mark.parametrize("user", ["", "x" * 254])
def test_a_name_that_nobody_can_have_is_refused(running, user):
    with pytest.raises(testing.ActionFailed):
        running.act("add-administrator", user=user)
    assert running.commands == []
