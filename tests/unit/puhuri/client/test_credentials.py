"""Who the client is: a token, or a name and a password that get one whenever it is over."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from profiles_management.puhuri.client.credentials import Password, Token
from profiles_management.puhuri.client.errors import (
    NotAllowed,
    NotFound,
    PuhuriAway,
    UnknownCuid,
    UnreadableAnswer,
)
from profiles_management.puhuri.client.token_keeper import TokenKeeper
from puhuri.client.portal_use import MEMBER, PASSWORD, names
from puhuri.server.generations import generations
from puhuri_server.sample import ALLOCATOR_TOKEN, cuid
from puhuri_server.server import Fault
from puhuri_server.world import Version

LOG_IN = "/api-auth/password/"
HOUR = 3600


@pytest.fixture
def by_password(portal):
    """Return a client with a password whose tokens expire when they are idle for an hour."""
    user = portal.world.user_named("allocator")
    user.token_lifetime = timedelta(hours=1)
    return portal.client(Password("allocator", PASSWORD))


def log_ins(portal):
    return len(portal.sent("POST", LOG_IN))


def test_a_ready_token_needs_no_password(portal):
    assert portal.client(Token(ALLOCATOR_TOKEN)).users.me().username == "allocator"
    assert log_ins(portal) == 0


def test_a_password_gets_a_token_once(portal, by_password):
    for _ in range(3):
        assert by_password.users.me().username == "allocator"
    assert log_ins(portal) == 1


def test_threads_that_begin_together_get_one_token(portal, by_password):
    with ThreadPoolExecutor(4) as pool:
        users = [*pool.map(lambda _number: by_password.users.me().username, range(8))]
    assert users == ["allocator"] * 8
    assert log_ins(portal) == 1


def test_nothing_is_sent_before_it_is_needed(portal, by_password):
    assert portal.portal.requests == []


def test_a_token_that_expired_is_renewed_and_the_request_repeated(portal, by_password):
    by_password.users.me()
    old = portal.world.user_named("allocator").token
    portal.time.elapsed += 2 * HOUR

    assert by_password.users.me().username == "allocator"
    assert portal.world.user_named("allocator").token != old
    assert log_ins(portal) == 2


def test_a_token_that_was_replaced_is_renewed_too(portal, by_password):
    by_password.users.me()
    portal.world.user_named("allocator").token = "replaced-in-the-browser"
    assert by_password.users.me().username == "allocator"
    assert log_ins(portal) == 2


def test_threads_whose_token_expired_get_one_new_token(portal, by_password):
    by_password.users.me()
    portal.time.elapsed += 2 * HOUR
    with ThreadPoolExecutor(4) as pool:
        users = [*pool.map(lambda _number: by_password.users.me().username, range(8))]
    assert users == ["allocator"] * 8
    assert log_ins(portal) == 2


def test_a_write_with_a_token_that_expired_is_made_once(portal, by_password):
    by_password.users.me()
    portal.time.elapsed += 2 * HOUR
    by_password.projects.create(customer=portal.customer, name="Quantum")
    assert names(portal.world.projects) == ["Quantum"]


def test_a_token_is_renewed_once_for_a_request(portal, by_password):
    by_password.users.me()
    portal.world.user_named("allocator").token_lifetime = timedelta(seconds=-1)
    with pytest.raises(NotAllowed, match="Token has expired"):
        by_password.users.me()
    assert log_ins(portal) == 2


def test_a_ready_token_that_expired_is_an_error_with_what_to_do(portal):
    client = portal.client(Token(ALLOCATOR_TOKEN))
    portal.world.user_named("allocator").token_is_over = True
    with pytest.raises(NotAllowed, match="Token has expired") as error:
        client.users.me()
    assert "new token" in error.value.remedy
    assert error.value.status == 401
    assert len(portal.portal.requests) == 1


def test_a_token_that_is_none_is_an_error(portal):
    with pytest.raises(NotAllowed, match="Invalid token"):
        portal.client(Token("x" * 40)).users.me()


def test_somebody_who_was_deactivated_is_not_renewed(portal, by_password):
    by_password.users.me()
    portal.world.user_named("allocator").is_active = False
    with pytest.raises(NotAllowed, match="User inactive or deleted"):
        by_password.users.me()
    assert log_ins(portal) == 1


@generations(Version.A)
def test_a_cuid_that_is_not_found_in_2021_is_no_reason_for_a_new_token(portal, by_password):
    with pytest.raises(UnknownCuid):
        by_password.users.by_cuid(cuid("zoe"))
    assert log_ins(portal) == 1


# passwords that are refused


def test_a_wrong_password_is_sent_once_and_never_locks_the_name(portal):
    client = portal.client(Password("allocator", "wrong"))
    for _ in range(10):
        with pytest.raises(NotAllowed, match=r"Log in: .*Invalid username/password"):
            client.users.me()
    assert log_ins(portal) == 1
    assert portal.world.user_named("allocator").failed_logins == 1


def test_a_wrong_password_is_sent_once_by_threads_too(portal):
    client = portal.client(Password("allocator", "wrong"))

    def is_refused(_number):
        with pytest.raises(NotAllowed):
            client.users.me()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(is_refused, range(8)))
    assert log_ins(portal) == 1


def test_a_locked_name_is_told_in_the_words_of_the_portal(portal, by_password):
    for _ in range(4):
        with pytest.raises(NotAllowed):
            portal.client(Password("allocator", "wrong")).users.me()
    with pytest.raises(NotAllowed, match=r"locked out\. Try in 10 minutes"):
        by_password.users.me()

    portal.time.elapsed += 600
    assert portal.client(Password("allocator", PASSWORD)).users.me().username == "allocator"


def test_a_password_that_changed_meanwhile_is_an_error(portal, by_password):
    by_password.users.me()
    portal.time.elapsed += 2 * HOUR
    portal.world.user_named("allocator").password = "changed"
    for _ in range(5):
        with pytest.raises(NotAllowed, match="Invalid username/password"):
            by_password.users.me()
    assert log_ins(portal) == 2


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.UNANSWERED, Fault.ERROR, Fault.BUSY])
def test_a_log_in_without_an_answer_is_sent_again(portal, by_password, fault):
    portal.break_once("POST", LOG_IN, fault)
    assert by_password.users.me().username == "allocator"


def test_a_portal_that_is_away_is_no_refusal_of_the_password(portal, by_password):
    portal.portal.fault = lambda _number, _sent: Fault.ERROR
    with pytest.raises(PuhuriAway, match="did not log in"):
        by_password.users.me()
    portal.portal.fault = lambda _number, _sent: None
    assert by_password.users.me().username == "allocator"


def test_a_log_in_that_is_refused_for_another_reason_is_that_error(portal, by_password):
    portal.break_once("POST", LOG_IN, *[portal.reply(404, {"detail": "No log in here."})] * 2)
    for _ in range(2):
        with pytest.raises(NotFound, match="No log in here"):
            by_password.users.me()
    assert by_password.users.me().username == "allocator"


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX-Evil: 1", "é"])
def test_a_token_of_the_portal_that_fits_in_no_header_is_unreadable(portal, by_password, token):
    portal.break_once("POST", LOG_IN, portal.reply(200, {"token": token}))
    with pytest.raises(UnreadableAnswer, match="does not fit in a header"):
        by_password.users.me()
    assert len(portal.portal.requests) == 1


@pytest.mark.parametrize("password", ["a", "uid", "Quantum", "Research", "ada", "0"])
def test_a_password_that_is_a_common_word_changes_no_data(portal, password):
    portal.world.user_named("allocator").password = password
    client = portal.client(Password("allocator", password))
    portal.allocator.members.add(portal.project(), portal.user(), MEMBER)
    for kind in ("customers", "projects", "members", "offerings"):
        assert [*getattr(client, kind).find()] == [*getattr(portal.allocator, kind).find()]
    assert client.users.me() == portal.allocator.users.me()


def test_a_text_that_reads_like_an_expired_token_is_none(portal, by_password):
    project = portal.project(description="Token has expired. Invalid token.")
    assert "expired" in by_password.projects.get(project).description
    assert log_ins(portal) == 1


# what cannot be a token


@pytest.mark.parametrize("text", ["", " ", "a b", "a\n", "a\r\nX: y", "é", "a\0"])
def test_a_text_that_fits_in_no_header_is_no_token(text):
    with pytest.raises(ValueError, match="the token is empty, or has blanks") as error:
        Token(text)
    assert not text.strip() or text not in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        'said: pä"ss\\word',
        json.dumps({"detail": 'pä"ss\\word'}),
        json.dumps({"detail": 'pä"ss\\word'}, ensure_ascii=False),
    ],
    ids=["text", "ASCII", "JSON"],
)
def test_a_password_is_hidden_in_each_form_that_an_answer_can_have(content):
    keeper = TokenKeeper(Password("allocator", 'pä"ss\\word'))
    hidden = keeper.without_secrets(content.encode()).decode()
    assert "***" in hidden
    assert "ss" not in hidden
