"""Section "AddAccess" of the contract, and who may ask."""

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
    events,
    fresh,
    give,
    last_event,
    make_system,
    make_user,
    order,
)

from user_manager.domain.errors import Exists, Forbidden, Invalid, NotFound, Precondition, TooMany
from user_manager.domain.identifiers import LONGEST_TEXT
from user_manager.domain.vocabulary import Scope
from user_manager.models import Access, CatalogueContributor, User
from user_manager.services.ending import Removal, revoke_access
from user_manager.services.modules import ModuleValues, put_module

pytestmark = pytest.mark.usefixtures("system", "profile")
DAY = timedelta(days=1)
MONTH = timedelta(days=30)


# who may


def test_everybody_asks_for_oneself():
    access = ask(ANN, SYSTEM_MODULE, "WRITE", "READ", reason="training")
    assert (access.state, access.effect, access.until) == ("PENDING", "none", None)
    assert (access.requested_by, access.decided_by) == (ANN, None)


@pytest.mark.parametrize("person", [OLGA, ROOT])
def test_an_owner_or_an_administrator_asks_for_somebody_else_and_is_kept(person):
    assert ask(ANN, SYSTEM_MODULE, call=by(person)).requested_by == person


def test_the_owner_of_a_profile_in_the_catalogue_asks_for_somebody_else():
    assert ask(ANN, PROFILE, call=by(OLGA)).requested_by == OLGA


def test_somebody_whom_the_caller_cannot_see_is_not_there():
    with pytest.raises(NotFound):
        ask(BOB, SYSTEM_MODULE, call=by(EVE))
    with pytest.raises(NotFound):
        ask("nobody@example.com", SYSTEM_MODULE, call=by(ROOT))


def test_who_sees_a_person_and_may_not_ask_for_them_is_forbidden():
    make_system("other", owner=EVE)
    ask(BOB, "other")
    with pytest.raises(Forbidden):
        ask(BOB, SYSTEM_MODULE, call=by(EVE))


def test_a_service_account_asks_only_for_whom_it_acts():
    with pytest.raises(Forbidden):
        ask(ANN, SYSTEM_MODULE, call=by_token(Scope.READ, Scope.USERS))
    access = ask(ANN, SYSTEM_MODULE, call=acting_for(ANN))
    assert access.requested_by == ANN
    event = last_event()
    assert (event.kind, event.actor, event.acting_for) == ("requested", "token:robot", ANN)


def test_acting_for_an_administrator_gives_no_rights_of_an_administrator():
    with pytest.raises(NotFound):
        ask(ANN, SYSTEM_MODULE, call=acting_for(ROOT))


def test_an_owner_adds_somebody_else_and_decides_it_at_once():
    access = ask(ANN, SYSTEM_MODULE, call=by(OLGA), approve=True)
    assert (access.state, access.decided_by, access.requested_by) == ("APPROVED", OLGA, OLGA)
    assert events(access=access.id) == ["requested", "approved"]


@pytest.mark.parametrize(
    ("call", "person"), [(by(ANN), ANN), (by(OLGA, four_eyes=True), ANN), (by(ROOT), ROOT)]
)
def test_who_may_not_decide_adds_nothing_with_approve(call, person):
    before = events()
    with pytest.raises(Forbidden):
        ask(person, SYSTEM_MODULE, call=call, approve=True)
    assert events() == before


# checks


@pytest.mark.parametrize(
    "values",
    [
        {"until": NOW},
        {"until": NOW + DAY, "duration": DAY},
        {"reason": "x" * (LONGEST_TEXT + 1)},
        {"reason": "nul \0"},
        {"reason": "lone \ud800"},
        {"access_id": "no spaces"},
        {"access_id": ".."},
        {"access_id": "x" * 65},
    ],
)
def test_a_value_that_does_not_fit_is_invalid(values):
    with pytest.raises(Invalid):
        ask(ANN, SYSTEM_MODULE, **values)


@pytest.mark.parametrize(("user", "module"), [("\0", SYSTEM_MODULE), (ANN, "\0"), (ANN, "No")])
def test_an_id_that_cannot_be_one_is_invalid(user, module):
    with pytest.raises(Invalid):
        order(user, module)


def test_a_past_end_is_invalid_before_anything_is_looked_up():
    with pytest.raises(Invalid):
        ask("nobody@example.com", "nothing", until=NOW - DAY, call=by(EVE))


def test_an_unknown_module_is_not_there():
    with pytest.raises(NotFound):
        ask(ANN, "nothing")


def test_a_deactivated_user_gets_nothing():
    User.objects.filter(id=ANN).update(active=False)
    with pytest.raises(Precondition):
        ask(ANN, SYSTEM_MODULE, call=by(ROOT))


def test_a_module_that_cannot_be_asked_for_is_a_precondition():
    put_module(by(OLGA), SYSTEM_MODULE, ModuleValues(requestable=False))
    with pytest.raises(Precondition):
        ask(ANN, SYSTEM_MODULE)


@pytest.mark.parametrize("closed", [{"is_open": False}, {"in_catalogue": False}])
def test_a_profile_that_is_closed_or_in_no_catalogue_is_a_precondition(closed, profile):
    type(profile).objects.filter(id=profile.id).update(**closed)
    with pytest.raises(Precondition):
        ask(ANN, PROFILE)


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_required_reason_that_is_missing_is_a_precondition(reason):
    with pytest.raises(Precondition):
        ask(ANN, SYSTEM_MODULE, reason=reason, call=by(ANN, reason_required=True))
    put_module(by(OLGA), SYSTEM_MODULE, ModuleValues(reason_required=True))
    with pytest.raises(Precondition):
        ask(ANN, SYSTEM_MODULE, reason=reason)


def test_more_than_the_limit_is_invalid_and_without_a_time_the_limit_counts_from_approval():
    put_module(by(OLGA), SYSTEM_MODULE, ModuleValues(max_duration=10 * DAY))
    for values in ({"duration": 11 * DAY}, {"until": NOW + 11 * DAY}):
        with pytest.raises(Invalid):
            ask(ANN, SYSTEM_MODULE, **values)
    access = approve(ask(ANN, SYSTEM_MODULE), by(OLGA, now=NOW + DAY))
    assert access.until == (NOW + 11 * DAY).replace(microsecond=0)
    with pytest.raises(Invalid):
        ask(BOB, SYSTEM_MODULE, duration=6 * DAY, call=by(BOB, longest_duration=5 * DAY))


def test_open_requests_of_one_person_are_limited_by_who_asked():
    for number in range(2):
        make_system(f"other-{number}")
        ask(ANN, f"other-{number}", call=by(OLGA, open_requests=2))
    with pytest.raises(TooMany) as refused:
        ask(BOB, SYSTEM_MODULE, call=by(OLGA, open_requests=2))
    assert refused.value.retry_after
    assert ask(BOB, SYSTEM_MODULE, call=by(OLGA, open_requests=2), approve=True)
    assert ask(ANN, SYSTEM_MODULE, call=by(ANN, open_requests=2))


def test_requests_that_are_over_do_not_count():
    make_system("other")
    ask(ANN, "other")
    assert ask(ANN, SYSTEM_MODULE, call=by(ANN, now=NOW + 14 * DAY, open_requests=1))


def test_whom_the_catalogue_names_as_owner_holds_it_already_and_nothing_has_an_id():
    with pytest.raises(Exists) as refused:
        ask(OLGA, PROFILE)
    assert refused.value.existing_id is None


@pytest.mark.parametrize("role", ["edit", "admin"])
def test_a_contributor_with_the_same_or_a_higher_role_has_it_already(role, profile):
    contributor(profile, role)
    with pytest.raises(Exists) as refused:
        ask(ANN, PROFILE, "WRITE")
    assert refused.value.existing_id is None


def test_a_contributor_with_a_lower_role_is_told_the_source(profile):
    contributor(profile, "view")
    with pytest.raises(Precondition, match="config"):
        ask(ANN, PROFILE, "WRITE")


def test_a_contributor_whose_time_is_over_may_ask(profile):
    contributor(profile, "edit", until=NOW)
    assert ask(ANN, PROFILE, "WRITE")


def contributor(module, role, until=None):
    CatalogueContributor.objects.create(
        module=module, kind="User", name=ANN, role=role, until=until, source="config"
    )


def test_an_end_by_the_clock_is_written_before_the_next_request():
    old = ask(ANN, SYSTEM_MODULE)
    new = ask(ANN, SYSTEM_MODULE, call=by(ANN, now=NOW + 14 * DAY))
    assert (fresh(old).state, fresh(new).state) == ("EXPIRED", "PENDING")
    assert fresh(old).ended_at == (NOW + 14 * DAY).replace(microsecond=0)


def test_an_end_by_the_clock_stays_written_where_the_next_request_is_refused():
    old = give(ANN, SYSTEM_MODULE, until=NOW + DAY)
    with pytest.raises(Precondition):
        ask(ANN, SYSTEM_MODULE, call=by(ANN, now=NOW + DAY, reason_required=True))
    assert (fresh(old).state, events(access=old.id)[-1]) == ("EXPIRED", "expired")


def test_ids_of_the_server_are_uuids_in_lower_case():
    assert ask(ANN, SYSTEM_MODULE).id.count("-") == 4
    assert Access.objects.exclude(id__regex="^[0-9a-f-]{36}$").count() == 0


def test_who_withdrew_may_ask_again():
    first = ask(ANN, SYSTEM_MODULE)
    revoke_access(by(ANN), first.id, Removal())
    assert ask(ANN, SYSTEM_MODULE).id != first.id


def test_an_owner_sees_nothing_of_people_who_are_nowhere_but_may_add_them():
    make_user("new@example.com")
    assert ask("new@example.com", SYSTEM_MODULE, call=by(OLGA))
