"""Section "Decision" of the contract, and who decides."""

from datetime import timedelta

import pytest
from service_world import (
    ANN,
    BOB,
    EVE,
    NOW,
    OLGA,
    PROFILE,
    ROOT,
    SYSTEM_MODULE,
    acting_for,
    approve,
    ask,
    by,
    by_system,
    by_token,
    deny,
    events,
    fresh,
    give,
    last_event,
    make_system,
)

from user_manager.domain.errors import Exists, Forbidden, Invalid, NotFound, Precondition
from user_manager.domain.vocabulary import Scope
from user_manager.models import CatalogueContributor, Event, Module, User
from user_manager.services.deciding import Decision, decide
from user_manager.services.ending import Removal, revoke_access
from user_manager.services.modules import ModuleValues, put_module

pytestmark = pytest.mark.usefixtures("system", "profile")
DAY = timedelta(days=1)


@pytest.fixture
def asked(system):
    return ask(ANN, SYSTEM_MODULE, "WRITE", duration=10 * DAY)


@pytest.mark.parametrize("person", [OLGA, ROOT])
def test_an_owner_or_an_administrator_decides(person, asked):
    access = approve(asked, by(person, now=NOW + DAY), comment="welcome")
    assert (access.state, access.decided_by, access.comment) == ("APPROVED", person, "welcome")
    assert access.until == (NOW + 11 * DAY).replace(microsecond=0)


def test_the_owner_of_the_profile_in_the_catalogue_decides_the_first_request():
    assert approve(ask(ANN, PROFILE), by(OLGA)).state == "APPROVED"


def test_an_owner_by_an_approved_access_decides():
    give(BOB, PROFILE, "OWNER")
    assert approve(ask(ANN, PROFILE), by(BOB)).state == "APPROVED"


@pytest.mark.parametrize("types", [["READ"], ["WRITE"], ["READ", "WRITE"]])
def test_who_has_access_but_is_no_owner_decides_nothing(types):
    give(BOB, SYSTEM_MODULE, *types)
    with pytest.raises(NotFound):
        approve(ask(ANN, SYSTEM_MODULE), by(BOB))


def test_an_owner_whose_access_is_over_decides_nothing(asked):
    give(BOB, SYSTEM_MODULE, "OWNER", until=NOW + DAY)
    with pytest.raises(NotFound):
        approve(asked, by(BOB, now=NOW + DAY))


def test_an_owner_of_another_module_does_not_see_the_request(asked):
    make_system("other", owner=EVE)
    with pytest.raises(NotFound):
        approve(asked, by(EVE))
    with pytest.raises(NotFound):
        decide(by(ROOT), "nothing", Decision(approve=True))


@pytest.mark.parametrize("decision", [approve, deny])
def test_nobody_decides_their_own_request(decision):
    give(BOB, SYSTEM_MODULE, "OWNER")
    for person in (ANN, ROOT):
        with pytest.raises(Forbidden):
            decision(ask(person, SYSTEM_MODULE), by(person))
    with pytest.raises(Forbidden):  # an OWNER who renews
        approve(ask(BOB, PROFILE), by(BOB, administrator=True))


def test_requested_by_decides_but_with_four_eyes():
    access = ask(ANN, SYSTEM_MODULE, call=by(OLGA))
    with pytest.raises(Forbidden):
        approve(access, by(OLGA, four_eyes=True))
    assert approve(access, by(OLGA)).state == "APPROVED"


def test_breaking_the_glass_needs_the_setting_an_administrator_and_a_comment():
    access = ask(ROOT, SYSTEM_MODULE)
    for call, comment in [
        (by(ROOT), "a long comment"),
        (by(ROOT, break_glass=True), "too short"),
        (by(ROOT, break_glass=True), " " * 20),
        (by(ROOT, break_glass=True, administrator=False), "a long comment"),
    ]:
        with pytest.raises(Forbidden):
            approve(access, call, comment=comment)
    approve(access, by(ROOT, break_glass=True), comment="production is down")
    event = last_event()
    assert (event.kind, event.detail) == ("approved", {"break_glass": True})
    assert "production" not in str(list(Event.objects.values_list("detail", flat=True)))


def test_an_ordinary_approval_breaks_no_glass(asked):
    approve(asked, by(ROOT, break_glass=True), comment="a long comment")
    assert last_event().detail is None


def test_a_service_account_without_acting_for_decides_nothing(asked):
    with pytest.raises(Forbidden):
        approve(asked, by_token(Scope.READ))
    with pytest.raises(NotFound):
        approve(asked, by_token(Scope.USERS, Scope.AUDIT, Scope.CLUSTER, Scope.ACT_FOR))
    with pytest.raises(Forbidden):
        approve(asked, by_system())


def test_acting_for_an_owner_decides_and_both_are_kept(asked):
    access = approve(asked, acting_for(OLGA))
    assert (access.decided_by, access.acting_for) == ("token:robot", OLGA)
    assert (last_event().actor, last_event().acting_for) == ("token:robot", OLGA)


def test_acting_for_an_administrator_decides_nothing(asked):
    with pytest.raises(NotFound):
        approve(asked, acting_for(ROOT))


def test_acting_for_the_person_who_gets_it_decides_nothing(asked):
    with pytest.raises(Forbidden):
        approve(asked, acting_for(ANN))


@pytest.mark.parametrize("decision", [approve, deny])
def test_the_same_person_deciding_the_same_again_is_as_the_first_time(decision, asked):
    first = decision(asked, by(OLGA))
    before = events()
    again = decision(asked, by(OLGA, now=NOW + DAY))
    assert (again.state, again.decided_at) == (first.state, first.decided_at)
    assert events() == before


@pytest.mark.parametrize(
    ("first", "second"), [(by(OLGA), acting_for(OLGA)), (acting_for(OLGA), by(OLGA))]
)
def test_a_person_is_the_same_behind_a_service_account(first, second, asked):
    decided = approve(asked, first)
    before = events()
    again = approve(asked, second)
    assert (again.decided_by, again.acting_for) == (decided.decided_by, decided.acting_for)
    assert events() == before
    with pytest.raises(Precondition):
        approve(asked, by(ROOT))


def test_the_same_end_again_is_as_the_first_time_and_another_end_is_not(asked):
    approve(asked, by(OLGA), until=NOW.replace(microsecond=0) + 2 * DAY)
    assert approve(asked, by(OLGA), until=NOW.replace(microsecond=0) + 2 * DAY)
    with pytest.raises(Precondition):
        approve(asked, by(OLGA), until=NOW + 3 * DAY)


@pytest.mark.parametrize(("first", "second"), [(approve, deny), (deny, approve)])
def test_anything_else_on_a_decided_one_is_a_precondition(first, second, asked):
    first(asked, by(OLGA))
    with pytest.raises(Precondition):
        second(asked, by(OLGA))
    with pytest.raises(Precondition):
        first(asked, by(ROOT))  # the same by somebody else


def test_the_same_again_holds_only_while_the_state_is_the_one_decided(asked):
    approve(asked, by(OLGA))
    revoke_access(by(ANN), asked.id, Removal())
    with pytest.raises(Precondition):
        approve(asked, by(OLGA))


def test_what_is_withdrawn_is_a_precondition(asked):
    revoke_access(by(ANN), asked.id, Removal())
    with pytest.raises(Precondition):
        approve(asked, by(OLGA))


def test_until_may_shorten_and_never_prolong(asked):
    with pytest.raises(Invalid):
        approve(asked, by(OLGA), until=NOW + 11 * DAY)
    assert approve(asked, by(OLGA), until=NOW + DAY).until == NOW + DAY


def test_until_in_the_past_or_with_a_denial_is_invalid(asked):
    with pytest.raises(Invalid):
        approve(asked, by(OLGA), until=NOW)
    with pytest.raises(Invalid):
        Decision(approve=False, until=NOW + DAY)


def test_a_comment_with_control_characters_or_too_long_is_invalid():
    for comment in ("\0", "x" * 2001):
        with pytest.raises(Invalid):
            Decision(approve=True, comment=comment)


def test_a_module_or_a_user_that_is_deactivated_is_a_precondition_for_an_approval(asked):
    put_module(by(OLGA), SYSTEM_MODULE, ModuleValues(requestable=False))
    with pytest.raises(Precondition):
        approve(asked, by(OLGA))
    put_module(by(OLGA), SYSTEM_MODULE, ModuleValues())
    User.objects.filter(id=ANN).update(active=False)
    with pytest.raises(Precondition):
        approve(asked, by(OLGA))


def test_what_cannot_be_asked_for_any_more_can_be_denied(asked):
    put_module(by(OLGA), SYSTEM_MODULE, ModuleValues(requestable=False))
    assert deny(asked, by(OLGA)).state == "DENIED"


def test_a_profile_that_is_not_in_the_catalogue_is_a_precondition():
    access = ask(ANN, PROFILE)
    Module.objects.filter(id=PROFILE).update(in_catalogue=False)
    with pytest.raises(Precondition):
        approve(access, by(ROOT))


def test_whom_another_source_lists_since_the_request_is_not_approved(profile):
    access = ask(ANN, PROFILE)
    CatalogueContributor.objects.create(module=profile, kind="User", name=ANN, role="admin")
    with pytest.raises(Exists):
        approve(access, by(OLGA))


def test_a_limit_that_was_reduced_since_the_request_holds(asked):
    put_module(by(OLGA), SYSTEM_MODULE, ModuleValues(max_duration=2 * DAY))
    assert approve(asked, by(OLGA)).until == (NOW + 2 * DAY).replace(microsecond=0)


def test_a_decision_on_a_request_that_is_over_leaves_its_event(asked):
    with pytest.raises(Precondition):
        approve(asked, by(OLGA, now=NOW + 14 * DAY))
    assert (fresh(asked).state, events(access=asked.id)) == ("EXPIRED", ["requested", "expired"])


def test_a_denial_keeps_no_end(asked):
    access = deny(asked, by(OLGA), comment="ask for READ")
    assert (access.state, access.until, access.comment) == ("DENIED", None, "ask for READ")
