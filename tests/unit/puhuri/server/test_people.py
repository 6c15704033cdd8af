"""Logging in, and people of the identity registry."""

from datetime import timedelta

import pytest

from puhuri.server.asking import GRANTS, Person
from puhuri.server.generations import generations
from puhuri_server.http_types import Request
from puhuri_server.sample import cuid
from puhuri_server.world import Version

PASSWORD = "password of allocator"


def log_in(portal, password=PASSWORD):
    body = f'{{"username": "allocator", "password": "{password}"}}'.encode()
    headers = {"content-type": "application/json"}
    reply = portal.routes.answer(
        portal.world, Request("POST", "/api-auth/password/", headers, body)
    )
    return reply.status, reply.body


def look_up(portal, text):
    answer = portal.allocator.ask("POST", "remote-eduteams/", {"cuid": text})
    return answer.status, answer.body


def test_the_same_token_is_given_again(portal):
    token = {"token": portal.allocator.token}

    assert log_in(portal) == log_in(portal) == (200, token)


def test_four_wrong_passwords_lock_an_account_for_ten_minutes(portal):
    wrong = [log_in(portal, "wrong") for _ in range(4)]

    assert wrong == [(401, {"detail": "Invalid username/password."})] * 4
    assert log_in(portal) == (401, {"detail": "Username is locked out. Try in 10 minutes."})
    portal.later(minutes=9)
    assert log_in(portal)[0] == 401
    portal.later(minutes=2)
    assert log_in(portal)[0] == 200


def test_a_token_goes_on_while_its_account_is_locked(portal):
    for _ in range(4):
        log_in(portal, "wrong")

    assert portal.allocator.get("users/me/").status == 200


def test_a_token_that_is_idle_expires_and_the_next_is_another(portal):
    user = portal.world.user_of_token(portal.allocator.token)
    user.token_lifetime = timedelta(seconds=60)
    for _ in range(3):
        portal.later(seconds=50)
        assert portal.allocator.get("projects/").status == 200
    portal.later(seconds=61)

    answer = portal.allocator.get("projects/")

    assert (answer.status, answer.body) == (401, {"detail": "Token has expired."})
    _, body = log_in(portal)
    assert Person(portal, body["token"]).get("projects/").status == 200
    assert portal.allocator.get("projects/").body == {"detail": "Invalid token."}


def test_a_cuid_makes_a_user_and_then_finds_it(portal):
    assert look_up(portal, cuid("ada")) == look_up(portal, f"  {cuid('ada')} ")
    assert look_up(portal, cuid("ada"))[0] == 200


@generations(*GRANTS)
def test_who_left_the_registry_is_found_once_and_deactivated(portal):
    project, user = portal.project(), portal.user()
    portal.allocator.add_member(project, user)
    del portal.world.registry.people[cuid("ada")]

    assert look_up(portal, cuid("ada")) == (200, {"uuid": user})
    assert look_up(portal, cuid("ada")) == (
        404,
        {"detail": f"User {cuid('ada')} has not been found"},
    )
    members = portal.allocator.get(f"projects/{project}/list_users/").body
    assert members == []
    for action in ("add_user", "delete_user", "update_user"):
        body = {"user": user, "role": "PROJECT.MEMBER"}
        answer = portal.allocator.ask("POST", f"projects/{project}/{action}/", body)
        assert (answer.status, answer.body) == (400, {"user": ["User is not found."]})


@generations(*GRANTS)
def test_who_is_back_in_the_registry_has_the_old_roles_again(portal):
    project, user = portal.project(), portal.user()
    portal.allocator.add_member(project, user)
    name = portal.world.registry.people.pop(cuid("ada"))
    look_up(portal, cuid("ada"))
    portal.world.registry.people[cuid("ada")] = name

    assert look_up(portal, cuid("ada")) == (200, {"uuid": user})
    (member,) = portal.allocator.get(f"projects/{project}/list_users/").body
    assert member["user_uuid"] == user


@generations(*GRANTS)
@pytest.mark.parametrize(
    ("text", "status"),
    [("nobody@x", 404), ("../../token", 404), ("", 400), ("a" * 257, 400), (None, 400)],
)
def test_a_cuid_that_is_not_found(portal, text, status):
    assert look_up(portal, text)[0] == status


@generations(*GRANTS)
def test_a_registry_that_does_not_answer_is_a_400(portal):
    portal.world.registry.failure = "Unable to get access token."

    assert look_up(portal, cuid("ada")) == (400, {"detail": "Unable to get access token."})


@generations(*GRANTS)
def test_a_person_without_a_name_is_a_crash(portal):
    portal.world.registry.people["nameless@x"] = ""

    assert look_up(portal, "nameless@x")[0] == 500


@generations(Version.A)
def test_in_2021_a_failed_look_up_is_a_401_without_a_word_about_the_token(portal):
    words = {"detail": "Eduteams error: Unable to get user info."}

    assert look_up(portal, "nobody@x") == (401, words)
    portal.world.registry.failure = "away"
    assert look_up(portal, cuid("ada")) == (401, words)


@generations(Version.A)
def test_in_2021_the_registry_is_not_asked_for_whom_the_portal_knows(portal):
    user = portal.user()
    del portal.world.registry.people[cuid("ada")]

    assert look_up(portal, cuid("ada")) == look_up(portal, cuid("ada")) == (200, {"uuid": user})
