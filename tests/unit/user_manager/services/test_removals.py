"""Sections "RemoveAccess" and "Last OWNER" of the contract, and who may take access away."""

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
    by_token,
    deny,
    events,
    fresh,
    give,
    last_event,
    make_system,
)

from user_manager.domain.access_types import parse_types, sorted_names
from user_manager.domain.errors import Forbidden, Invalid, NotFound, Precondition
from user_manager.domain.vocabulary import Scope
from user_manager.models import Access, Module
from user_manager.services.ending import Removal, revoke_access, revoke_in_module
from user_manager.services.users import change_user

pytestmark = pytest.mark.usefixtures("system", "profile")
DAY = timedelta(days=1)
ALL = Removal()


def only(*types):
    return Removal(parse_types(types))


@pytest.fixture
def held(system):
    return give(ANN, SYSTEM_MODULE, "READ", "WRITE")


@pytest.fixture
def asked(system):
    return ask(ANN, SYSTEM_MODULE)


def owner_access(person=OLGA, module=SYSTEM_MODULE):
    return Access.objects.get(user=person, module=module, state="APPROVED")


# who may


@pytest.mark.parametrize("person", [ANN, OLGA, ROOT])
def test_the_user_an_owner_and_an_administrator_end_an_access(person, held):
    access = revoke_access(by(person), held.id, Removal(comment="done"))
    assert (access.state, access.ended_by, access.ended_at) == ("REVOKED", person, NOW)
    assert access.comment == "done"
    assert events(access=held.id)[-1] == "revoked"


@pytest.mark.parametrize("person", [ANN, OLGA, ROOT])
def test_on_a_pending_one_it_withdraws(person, asked):
    access = revoke_in_module(by(person), ANN, SYSTEM_MODULE, ALL)
    assert (access.id, access.state, access.ended_by) == (asked.id, "WITHDRAWN", person)
    assert events(access=asked.id) == ["requested", "withdrawn"]


def test_a_stranger_finds_nothing(held):
    for end in (
        lambda: revoke_access(by(EVE), held.id, ALL),
        lambda: revoke_in_module(by(EVE), ANN, SYSTEM_MODULE, ALL),
        lambda: revoke_in_module(by_token(Scope.USERS), ANN, SYSTEM_MODULE, ALL),
        lambda: revoke_in_module(by(ROOT), ANN, "nothing", ALL),
    ):
        with pytest.raises(NotFound):
            end()


def test_a_service_account_that_only_reads_is_forbidden(held):
    with pytest.raises(Forbidden):
        revoke_access(by_token(Scope.READ), held.id, ALL)


def test_requested_by_may_withdraw_and_a_retry_is_as_the_first_time():
    make_system("other", owner=BOB)
    access = ask(ANN, "other", call=by(ROOT))
    as_requester = by(ROOT, administrator=False)
    first = revoke_access(as_requester, access.id, ALL)
    again = revoke_access(by(ROOT, administrator=False, now=NOW + DAY), access.id, ALL)
    assert (first.state, again.state, again.ended_at) == ("WITHDRAWN", "WITHDRAWN", NOW)
    assert events(access=access.id) == ["requested", "withdrawn"]


def test_requested_by_may_not_end_what_was_approved():
    make_system("other", owner=BOB)
    access = approve(ask(ANN, "other", call=by(ROOT)), by(BOB))
    with pytest.raises(Forbidden):
        revoke_access(by(ROOT, administrator=False), access.id, ALL)


def test_requested_by_withdraws_by_module_and_does_not_reach_the_access_they_cannot_see():
    access = give(ANN, SYSTEM_MODULE)
    request = ask(ANN, SYSTEM_MODULE, "WRITE", call=by(ROOT))
    ended = revoke_in_module(by(ROOT, administrator=False), ANN, SYSTEM_MODULE, ALL)
    assert (ended.id, ended.state, fresh(access).state) == (request.id, "WITHDRAWN", "APPROVED")


@pytest.mark.parametrize("fixture", ["held", "asked"])
def test_acting_for_somebody_keeps_the_token_and_the_person(fixture, request):
    access = request.getfixturevalue(fixture)
    revoke_access(acting_for(ANN), access.id, ALL)
    ended = fresh(access)
    assert (ended.ended_by, ended.acting_for) == ("token:robot", ANN)
    assert (last_event().actor, last_event().acting_for) == ("token:robot", ANN)


def test_a_replaced_access_is_ended_by_the_decider_who_acts_for_somebody(held):
    approve(ask(ANN, SYSTEM_MODULE, "OWNER"), acting_for(OLGA))
    assert (fresh(held).ended_by, fresh(held).acting_for) == ("token:robot", OLGA)


# which one, and which types


def test_by_module_it_is_the_approved_one_before_the_pending_one(held):
    request = ask(ANN, SYSTEM_MODULE, "OWNER")
    assert revoke_in_module(by(ANN), ANN, SYSTEM_MODULE, ALL).id == held.id
    assert fresh(request).state == "PENDING"
    assert revoke_in_module(by(ANN), ANN, SYSTEM_MODULE, ALL).id == request.id


def test_by_module_an_approved_one_that_is_over_does_not_hide_the_pending_one():
    over = give(ANN, SYSTEM_MODULE, until=NOW + DAY)
    request = ask(ANN, SYSTEM_MODULE, "WRITE", call=by(ANN, now=NOW + timedelta(hours=1)))
    at = NOW + 2 * DAY
    ended = revoke_in_module(by(ANN, now=at), ANN, SYSTEM_MODULE, ALL)
    assert (ended.id, ended.state) == (request.id, "WITHDRAWN")
    assert (fresh(over).state, fresh(over).ended_at) == ("EXPIRED", NOW + DAY)


def test_by_module_the_newest_that_has_ended_stays_unchanged():
    deny(ask(ANN, SYSTEM_MODULE), by(OLGA))
    newest = deny(ask(ANN, SYSTEM_MODULE, call=by(ANN, now=NOW + DAY)), by(OLGA, now=NOW + DAY))
    before = events()
    access = revoke_in_module(by(ANN, now=NOW + DAY), ANN, SYSTEM_MODULE, ALL)
    assert (access.id, access.state, events()) == (newest.id, "DENIED", before)


def test_ending_again_is_as_the_first_time(held):
    revoke_access(by(ANN), held.id, ALL)
    again = revoke_access(by(OLGA, now=NOW + DAY), held.id, Removal(comment="again"))
    assert (again.state, again.ended_by, again.ended_at, again.comment) == ("REVOKED", ANN, NOW, "")


def test_some_types_reduce_and_types_that_are_not_held_are_ignored(held):
    access = revoke_access(by(ANN), held.id, only("WRITE", "OWNER"))
    assert (access.state, access.types) == ("APPROVED", 1)
    event = last_event()
    assert (event.kind, event.detail) == ("reduced", {"removed": ["WRITE"]})
    before = events()
    revoke_access(by(ANN), held.id, only("OWNER"))
    assert events() == before


def test_removed_types_are_in_the_order_of_the_proto():
    give(BOB, SYSTEM_MODULE, "OWNER")
    access = give(ANN, SYSTEM_MODULE, "READ", "WRITE", "OWNER")
    revoke_access(by(ANN), access.id, only("OWNER", "WRITE"))
    names = last_event().detail["removed"]
    assert names == sorted_names(parse_types(names)) == ["WRITE", "OWNER"]


def test_none_left_is_revoked(held):
    assert revoke_access(by(ANN), held.id, only("WRITE", "READ")).state == "REVOKED"


def test_a_pending_one_is_withdrawn_whole(asked):
    assert revoke_access(by(ANN), asked.id, only("OWNER")).state == "WITHDRAWN"


def test_a_comment_that_does_not_fit_is_invalid():
    with pytest.raises(Invalid):
        Removal(comment="x" * 2001)


def test_an_access_that_is_over_is_written_before_it_is_ended_again():
    access = give(ANN, SYSTEM_MODULE, until=NOW + DAY)
    ended = revoke_access(by(ANN, now=NOW + DAY), access.id, ALL)
    assert (ended.state, ended.ended_by) == ("EXPIRED", None)


# the last OWNER


@pytest.mark.parametrize("removal", [ALL, only("OWNER")])
@pytest.mark.parametrize("person", [OLGA, ROOT])
def test_the_last_owner_of_an_external_module_cannot_go(removal, person):
    with pytest.raises(Precondition):
        revoke_in_module(by(person), OLGA, SYSTEM_MODULE, removal)
    assert owner_access().types == 4


def test_one_of_two_owners_goes_and_the_other_stays():
    give(ANN, SYSTEM_MODULE, "OWNER")
    revoke_in_module(by(OLGA), OLGA, SYSTEM_MODULE, ALL)
    with pytest.raises(Precondition):
        revoke_in_module(by(ANN), ANN, SYSTEM_MODULE, ALL)


def test_an_owner_whose_time_is_over_does_not_count():
    give(ANN, SYSTEM_MODULE, "OWNER", until=NOW + DAY)
    with pytest.raises(Precondition):
        revoke_in_module(by(OLGA, now=NOW + DAY), OLGA, SYSTEM_MODULE, ALL)


def test_a_replacement_without_owner_keeps_the_last_owner():
    give(ANN, SYSTEM_MODULE, "OWNER", until=NOW + 3 * DAY)
    now = NOW + DAY
    revoke_in_module(by(OLGA, now=now), OLGA, SYSTEM_MODULE, ALL)
    renewal = ask(ANN, SYSTEM_MODULE, call=by(ANN, now=now))  # READ without an end
    with pytest.raises(Precondition):
        approve(renewal, by(ROOT, now=now))
    assert fresh(renewal).state == "PENDING"


def test_a_profiles_own_owner_stands_in_for_profiles():
    access = give(ANN, PROFILE, "OWNER")
    assert revoke_access(by(ANN), access.id, ALL).state == "REVOKED"
    assert Module.objects.get(id=PROFILE).owner_name == OLGA


def test_an_owners_end_may_leave_a_module_without_one_and_administrators_decide():
    give(ANN, SYSTEM_MODULE, "OWNER", until=NOW + DAY)
    revoke_in_module(by(OLGA), OLGA, SYSTEM_MODULE, ALL)
    at = NOW + 2 * DAY
    access = ask(BOB, SYSTEM_MODULE, "OWNER", call=by(BOB, now=at))
    assert approve(access, by(ROOT, now=at)).state == "APPROVED"


def test_deactivating_the_last_owner_lists_the_modules():
    make_system("another")
    with pytest.raises(Precondition, match="another, crm"):
        change_user(by(ROOT), OLGA, active=False)
    assert owner_access().state == "APPROVED"


def test_force_by_an_administrator_deactivates_the_last_owner():
    change_user(by(ROOT), OLGA, active=False, force=True)
    assert not Access.objects.filter(module=SYSTEM_MODULE, state="APPROVED").exists()


@pytest.mark.parametrize("call", [by_token(Scope.USERS), by(OLGA)])
def test_force_by_anybody_else_is_forbidden(call):
    with pytest.raises(Forbidden):
        change_user(call, OLGA, active=False, force=True)


def test_deactivating_revokes_all_accesses_and_withdraws_requests(held):
    request = ask(ANN, PROFILE)
    over = give(ANN, "old", until=NOW + DAY) if make_system("old") else None
    at = NOW + 2 * DAY
    user = change_user(by_token(Scope.USERS, now=at), ANN, active=False)
    states = [fresh(access).state for access in (held, request, over)]
    assert (user.active, states) == (False, ["REVOKED", "WITHDRAWN", "EXPIRED"])
    assert events(user=ANN)[-1] == "user_deactivated"
    assert fresh(held).ended_by == "token:robot"


def test_activating_gives_nothing_back(held):
    change_user(by(ROOT), ANN, active=False)
    change_user(by(ROOT), ANN, active=True)
    assert fresh(held).state == "REVOKED"
    assert events(user=ANN)[-1] == "user_activated"
