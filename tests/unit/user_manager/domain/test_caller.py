"""The caller: who acts, and whose rights are judged."""

import pytest

from user_manager.domain.caller import SYSTEM, Caller
from user_manager.domain.errors import Forbidden, Invalid
from user_manager.domain.identifiers import check_user_id
from user_manager.domain.vocabulary import Scope

ACTING = Caller(token="etl", scopes=frozenset(Scope), acting_for="ann")


def test_a_person_acts_with_their_own_rights():
    ann = Caller(user_id="ann")

    assert (ann.actor, ann.person) == ("ann", "ann")


def test_a_service_account_acts_under_its_name_and_for_nobody():
    token = Caller(token="etl", scopes=frozenset({Scope.READ}))

    assert (token.actor, token.person) == ("token:etl", None)
    assert token.has(Scope.READ)
    assert not token.has(Scope.USERS)


def test_acting_for_somebody_is_judged_by_that_person_and_gives_no_scope():
    assert (ACTING.actor, ACTING.person) == ("token:etl", "ann")
    assert not any(ACTING.has(scope) for scope in Scope)
    assert not ACTING.is_administrator


def test_a_deputy_keeps_their_own_rights_and_both_are_recorded():
    deputy = Caller(user_id="dan", deputy_of="olga")

    assert (deputy.actor, deputy.person, deputy.on_behalf_of) == ("dan", "dan", "olga")
    assert (ACTING.on_behalf_of, Caller(user_id="ann").on_behalf_of) == ("ann", None)


def test_this_program_is_an_administrator_and_no_person():
    assert SYSTEM.is_administrator
    assert SYSTEM.person is None


@pytest.mark.parametrize("actor", [SYSTEM.actor, ACTING.actor])
def test_no_person_has_the_name_of_another_kind_of_actor(actor):
    with pytest.raises(Invalid):
        check_user_id(actor)


@pytest.mark.parametrize("caller", [SYSTEM, Caller(token="etl")])
def test_what_needs_a_person_is_refused_without_one(caller):
    with pytest.raises(Forbidden, match="x-acting-for"):
        caller.require_person()


@pytest.mark.parametrize(
    "attributes",
    [
        {"user_id": "ann", "scopes": frozenset({Scope.READ})},
        {"user_id": "ann", "acting_for": "bob"},
        {"user_id": "ann", "token": "etl"},
        {"user_id": "ann", "is_administrator": True, "deputy_of": "bob"},
        {"deputy_of": "bob"},
        {
            "token": "etl",
            "scopes": frozenset({Scope.ACT_FOR}),
            "acting_for": "ann",
            "deputy_of": "bob",
        },
        {"token": "etl", "is_administrator": True},
        {"token": "etl", "acting_for": "ann"},
        {"token": "etl", "scopes": frozenset({Scope.READ}), "acting_for": "ann"},
    ],
)
def test_a_caller_that_contradicts_itself_cannot_be_made(attributes):
    with pytest.raises(ValueError, match=r"scope|neither"):
        Caller(**attributes)
