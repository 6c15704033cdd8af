"""A deputy decides for an absent OWNER, and may do nothing else."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
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
    make_user,
    order,
)

from user_manager.domain.errors import Forbidden, Invalid, NotFound, Precondition
from user_manager.domain.vocabulary import Scope
from user_manager.models import Absence, Access, Event, Module, Notice, User
from user_manager.selectors.absences import read_absence
from user_manager.selectors.accesses import AccessFilter, list_accesses, to_decide
from user_manager.selectors.events import list_access_events
from user_manager.selectors.paging import PageRequest
from user_manager.selectors.visibility import visible_access
from user_manager.services import deciding
from user_manager.services.absences import name_deputy, remove_deputy
from user_manager.services.ending import Removal, revoke_access, revoke_in_module
from user_manager.services.modules import ModuleValues, put_module
from user_manager.services.requesting import add_access
from user_manager.services.users import change_user

pytestmark = pytest.mark.usefixtures("system", "profile")
DAY = timedelta(days=1)
END = NOW + 10 * DAY
PAGE = PageRequest(50)


def away(person: str = OLGA, deputy: str = BOB, until=END, call=None) -> Absence:
    return name_deputy(call or by(person), person, deputy, until)


@pytest.fixture
def bob_decides(system: Module, profile: Module) -> None:
    """Bob decides for Olga, who owns everything."""
    away()


@pytest.fixture
def asked() -> Access:
    return ask(ANN, SYSTEM_MODULE, "WRITE")


def to_be_decided_by(person: str, **call) -> set[str]:
    rows = Access.objects.filter(to_decide(by(person, **call)))
    return set(rows.values_list("id", flat=True))


def listed(call, **wanted) -> set[str]:
    return {row.id for row in list_accesses(call, AccessFilter(**wanted), PAGE).items}


# what a deputy decides


@pytest.mark.usefixtures("bob_decides")
@pytest.mark.parametrize("module", [PROFILE, SYSTEM_MODULE])
@pytest.mark.parametrize(("decision", "state"), [(approve, "APPROVED"), (deny, "DENIED")])
def test_a_deputy_decides_what_an_owner_decides_and_both_are_recorded(module, decision, state):
    asked = ask(ANN, module)
    assert to_be_decided_by(BOB) == {asked.id}
    access = decision(asked, by(BOB))
    stored = fresh(access)
    assert (stored.state, stored.decided_by, stored.acting_for) == (state, BOB, OLGA)
    assert (last_event().actor, last_event().acting_for) == (BOB, OLGA)


@pytest.mark.usefixtures("bob_decides")
def test_an_access_that_is_replaced_ends_by_the_deputy_for_the_owner():
    held = give(ANN, SYSTEM_MODULE)
    approve(ask(ANN, SYSTEM_MODULE, "WRITE"), by(BOB))
    assert (fresh(held).ended_by, fresh(held).acting_for) == (BOB, OLGA)


@pytest.mark.usefixtures("bob_decides")
def test_the_own_right_comes_first(asked):
    give(BOB, SYSTEM_MODULE, "OWNER")
    assert approve(asked, by(BOB)).acting_for is None
    decided = approve(ask(ANN, PROFILE), by(BOB, administrator=True))
    assert (decided.decided_by, decided.acting_for) == (BOB, None)


def test_who_stands_in_for_two_owners_decides_for_the_first_by_id(asked):
    give(EVE, SYSTEM_MODULE, "OWNER")
    for owner in (OLGA, EVE):
        away(owner)
    assert approve(asked, by(BOB)).acting_for == EVE


def test_who_stands_in_for_two_decides_for_the_one_who_owns_the_module():
    make_system("another", owner=ANN)
    away(ANN)
    away(OLGA)
    assert approve(ask(EVE, SYSTEM_MODULE), by(BOB)).acting_for == OLGA


def test_who_stands_in_for_two_decides_no_request_of_one_for_the_other():
    make_system("another", owner=ANN)
    away(ANN)
    away(OLGA)
    request = ask(ANN, SYSTEM_MODULE)
    assert to_be_decided_by(BOB) == set()
    with pytest.raises(NotFound):
        approve(request, by(BOB))


@pytest.mark.usefixtures("bob_decides")
@pytest.mark.parametrize("decision", [approve, deny])
def test_the_same_decision_again_is_as_the_first_time(decision, asked):
    decision(asked, by(BOB))
    before = events()
    assert decision(asked, by(BOB)).decided_by == BOB
    with pytest.raises(Precondition):  # the absent person is somebody else
        decision(asked, by(OLGA))
    give(BOB, SYSTEM_MODULE, "OWNER", by_whom=OLGA)
    before = events()
    assert decision(asked, by(BOB)).acting_for == OLGA
    assert events() == before


def test_a_service_account_that_acts_for_a_deputy_is_none(asked):
    away()
    assert listed(acting_for(BOB), is_to_decide=True) == set()
    with pytest.raises(NotFound):
        approve(asked, acting_for(BOB))
    with pytest.raises(Forbidden):  # it acts for somebody who sees the request
        approve(ask(EVE, SYSTEM_MODULE), acting_for(EVE))


# what a deputy sees


@pytest.mark.usefixtures("bob_decides")
def test_a_deputy_sees_open_requests_and_own_decisions_and_no_more(asked):
    held = give(EVE, SYSTEM_MODULE)
    refused = deny(ask(EVE, PROFILE), by(OLGA))
    others = make_system("of-ann", owner=ANN)
    elsewhere = ask(EVE, others.id)
    assert listed(by(BOB)) == {asked.id}
    assert visible_access(by(BOB), asked.id) == asked
    assert [row.kind for row in list_access_events(by(BOB), asked.id, PAGE).items] == ["requested"]
    for hidden in (held, refused, elsewhere):
        with pytest.raises(NotFound):
            visible_access(by(BOB), hidden.id)
        with pytest.raises(NotFound):
            list_access_events(by(BOB), hidden.id, PAGE)
    approve(asked, by(BOB))
    assert listed(by(BOB)) == {asked.id}
    assert visible_access(by(BOB), asked.id).state == "APPROVED"


@pytest.mark.usefixtures("bob_decides")
def test_a_request_that_nobody_decided_in_time_is_hidden_from_a_deputy(asked):
    late = by(BOB, now=asked.pending_until)
    name_deputy(by(OLGA, now=asked.pending_until), OLGA, BOB, asked.pending_until + DAY)
    assert listed(late) == set()
    with pytest.raises(NotFound):
        approve(asked, late)


# what a deputy may not do


@pytest.mark.usefixtures("bob_decides")
def test_a_deputy_ends_no_access_and_withdraws_no_request(asked):
    with pytest.raises(Forbidden):
        revoke_access(by(BOB), asked.id, Removal())
    with pytest.raises(Forbidden):
        revoke_in_module(by(BOB), ANN, SYSTEM_MODULE, Removal())
    approve(asked, by(BOB))
    with pytest.raises(Forbidden):
        revoke_access(by(BOB), asked.id, Removal())
    with pytest.raises(NotFound):
        revoke_access(by(BOB), give(EVE, SYSTEM_MODULE).id, Removal())


@pytest.mark.usefixtures("bob_decides")
def test_a_deputy_adds_nobody_and_changes_no_module():
    with pytest.raises((Forbidden, NotFound)):
        add_access(by(BOB), order(EVE, SYSTEM_MODULE, approve=True))
    with pytest.raises(Forbidden):
        add_access(by(BOB), order(BOB, SYSTEM_MODULE, approve=True))
    with pytest.raises(Forbidden):
        put_module(by(BOB), SYSTEM_MODULE, ModuleValues(title="Mine"))


@pytest.mark.usefixtures("bob_decides")
def test_the_deputy_of_a_deputy_decides_nothing_for_the_first(asked):
    with pytest.raises(Precondition):  # Bob owns nothing himself
        away(BOB, EVE)
    make_system("of-bob", owner=BOB)
    away(BOB, EVE)
    own = ask(ANN, "of-bob")
    assert to_be_decided_by(EVE) == {own.id}
    with pytest.raises(NotFound):
        approve(asked, by(EVE))
    assert approve(own, by(EVE)).acting_for == BOB


def test_two_who_stand_in_for_each_other_decide_no_request_of_either():
    give(BOB, SYSTEM_MODULE, "OWNER")
    away(OLGA, BOB)
    away(BOB, OLGA)
    with pytest.raises(Forbidden):
        approve(ask(BOB, PROFILE), by(BOB))


def test_rights_of_an_administrator_do_not_pass_on(asked):
    make_system("of-root", owner=ROOT)
    away(ROOT, BOB)
    with pytest.raises(NotFound):
        approve(asked, by(BOB))
    assert to_be_decided_by(BOB) == set()


@pytest.mark.usefixtures("bob_decides")
@pytest.mark.parametrize("four_eyes", [False, True])
@pytest.mark.parametrize("decision", [approve, deny])
def test_nobody_decides_their_own_request_by_a_deputy_or_as_one(decision, four_eyes):
    make_system("of-eve", owner=EVE)
    give(OLGA, "of-eve", "OWNER", by_whom=EVE, until=NOW + DAY)
    own, of_olga = ask(BOB, SYSTEM_MODULE), ask(OLGA, "of-eve", "OWNER")
    assert to_be_decided_by(BOB, four_eyes=four_eyes) == set()
    with pytest.raises(Forbidden):
        decision(own, by(BOB, four_eyes=four_eyes))
    with pytest.raises(NotFound):
        decision(of_olga, by(BOB, four_eyes=four_eyes))


def test_with_four_eyes_neither_deputy_nor_owner_may_have_asked():
    by_olga = ask(ANN, SYSTEM_MODULE, call=by(OLGA))
    held = give(BOB, SYSTEM_MODULE, "OWNER")
    by_bob = ask(EVE, SYSTEM_MODULE, call=by(BOB))
    revoke_access(by(OLGA), held.id, Removal())
    away()
    assert to_be_decided_by(BOB, four_eyes=True) == set()
    with pytest.raises(NotFound):
        approve(by_olga, by(BOB, four_eyes=True))
    with pytest.raises(Forbidden):  # who asked sees it
        approve(by_bob, by(BOB, four_eyes=True))
    assert to_be_decided_by(BOB) == {by_olga.id, by_bob.id}
    assert {approve(access, by(BOB)).acting_for for access in (by_olga, by_bob)} == {OLGA}


@pytest.mark.parametrize("four_eyes", [False, True])
def test_the_list_to_decide_has_exactly_what_a_person_may_decide(four_eyes):
    for module, owner in (("of-ann", ANN), ("of-eve", EVE)):
        make_system(module, owner=owner)
        for person in (ANN, BOB, EVE, OLGA):
            if person != owner:
                ask(person, module, call=by(owner if person == BOB else person))
    for person in (ANN, BOB, EVE):
        ask(person, SYSTEM_MODULE)
        ask(person, PROFILE, call=by(OLGA))
    for person, deputy in ((OLGA, BOB), (ANN, BOB), (EVE, OLGA)):
        away(person, deputy)
    for person in (ANN, BOB, EVE, OLGA, ROOT):
        call = by(person, four_eyes=four_eyes)
        decided = {row.id for row in Access.objects.filter(state="PENDING") if decides(call, row)}
        assert to_be_decided_by(person, four_eyes=four_eyes) == decided
        assert listed(call, is_to_decide=True) == decided


def decides(call, access: Access) -> bool:
    """Return whether somebody may decide a request; nothing is changed."""
    try:
        with transaction.atomic():
            deny(access, call)
            transaction.set_rollback(True)
    except (Forbidden, NotFound):
        return False
    return True


# the end of the right


def replaced() -> None:
    away(OLGA, EVE)


def removed_by_the_owner() -> None:
    remove_deputy(by(OLGA), OLGA)


def removed_by_an_administrator() -> None:
    remove_deputy(by(ROOT), OLGA)


def deputy_deactivated() -> None:
    change_user(by(ROOT), BOB, active=False)


def owner_deactivated() -> None:
    change_user(by(ROOT), OLGA, active=False, force=True)


def owner_is_none_any_more() -> None:
    give(EVE, SYSTEM_MODULE, "OWNER")
    revoke_in_module(by(EVE), OLGA, SYSTEM_MODULE, Removal())
    Module.objects.filter(id=PROFILE).update(owner_name=EVE)


ENDS = [
    replaced,
    removed_by_the_owner,
    removed_by_an_administrator,
    deputy_deactivated,
    owner_deactivated,
    owner_is_none_any_more,
]


@pytest.mark.usefixtures("bob_decides")
@pytest.mark.parametrize("module", [PROFILE, SYSTEM_MODULE])
@pytest.mark.parametrize("end", ENDS)
def test_the_right_is_gone_at_once(end, module):
    request, decided = ask(ANN, module), approve(ask(EVE, module), by(BOB))
    assert to_be_decided_by(BOB) == {request.id}
    end()
    assert to_be_decided_by(BOB) == set()
    for access in (request, decided):
        with pytest.raises(NotFound):
            approve(access, by(BOB))
    assert fresh(request).state == "PENDING"


@pytest.mark.usefixtures("bob_decides")
def test_the_right_ends_at_its_second_without_any_sweep(asked):
    assert to_be_decided_by(BOB, now=END - timedelta(seconds=1)) == {asked.id}
    assert to_be_decided_by(BOB, now=END) == set()
    with pytest.raises(NotFound):
        approve(asked, by(BOB, now=END))
    assert read_absence(by(OLGA, now=END), OLGA) is None


@pytest.mark.usefixtures("bob_decides")
@pytest.mark.parametrize("end", ENDS)
def test_who_loses_the_right_after_the_request_was_found_does_not_decide_it(
    end, asked, monkeypatch
):
    def end_once(*_: object) -> None:
        monkeypatch.undo()
        end()

    monkeypatch.setattr(deciding, "write_end_of", end_once)
    with pytest.raises(Forbidden):
        approve(asked, by(BOB))
    assert fresh(asked).state == "PENDING"


@pytest.mark.usefixtures("bob_decides")
def test_somebody_who_is_active_again_is_no_deputy_and_has_none():
    for person in (BOB, OLGA):
        away()
        change_user(by(ROOT), person, active=False, force=True)
        change_user(by(ROOT), person, active=True)
        assert not Absence.objects.exists()
        assert events(user=OLGA)[-1 if person == BOB else -3] == "deputy_removed"


# naming and removing


def test_naming_changing_and_removing_a_deputy_are_events():
    away()
    away()  # the same again
    away(deputy=EVE, until=END + DAY, call=by(ROOT))
    assert read_absence(by(OLGA), OLGA).deputy_id == EVE
    remove_deputy(by(OLGA), OLGA)
    remove_deputy(by(OLGA), OLGA)
    rows = Event.objects.filter(kind__startswith="deputy_").order_by("seq")
    assert [(row.kind, row.user, row.actor, row.detail) for row in rows] == [
        ("deputy_named", OLGA, OLGA, {"deputy": BOB, "until": "2026-06-11T12:00:00Z"}),
        ("deputy_named", OLGA, ROOT, {"deputy": EVE, "until": "2026-06-12T12:00:00Z"}),
        ("deputy_removed", OLGA, OLGA, {"deputy": EVE}),
    ]


def test_an_absence_that_is_over_is_replaced_or_removed_without_an_event_of_its_end():
    away()
    remove_deputy(by(OLGA, now=END), OLGA)
    away()
    name_deputy(by(OLGA, now=END), OLGA, BOB, END + DAY)
    assert events(user=OLGA, kind__startswith="deputy_") == ["deputy_named"] * 3


@pytest.mark.parametrize(
    ("deputy", "until", "error"),
    [
        (OLGA, END, Invalid),
        ("", END, Invalid),
        ("token:robot", END, Invalid),
        (BOB, NOW, Invalid),
        (BOB, NOW + timedelta(days=90, seconds=1), Invalid),
        ("unknown@example.com", END, NotFound),
        ("gone@example.com", END, Precondition),
    ],
)
def test_a_deputy_is_another_active_user_for_at_most_90_days(deputy, until, error):
    make_user("gone@example.com", active=False)
    for call in (by(OLGA), by(ROOT)):
        with pytest.raises(error):
            away(deputy=deputy, until=until, call=call)
    assert not Absence.objects.exists()
    assert away(until=NOW + timedelta(days=90)).deputy_id == BOB


def test_who_decides_nothing_or_is_deactivated_has_no_deputy():
    with pytest.raises(Precondition, match="nothing to decide"):
        away(ANN)
    User.objects.filter(id=OLGA).update(active=False)
    with pytest.raises(Precondition, match="deactivated"):
        away(call=by(ROOT))


@pytest.mark.parametrize("deputy", [BOB, "nobody@example.com", "former@example.com"])
def test_who_decides_nothing_does_not_learn_who_else_is_a_user(deputy):
    make_user("former@example.com")
    User.objects.filter(id="former@example.com").update(active=False)
    with pytest.raises(Precondition, match="owns no module"):
        away(ANN, deputy)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (by(EVE), NotFound),
        (by(BOB), NotFound),  # the deputy
        (by(ANN), Forbidden),  # she owns a module to which Olga has access
        (by_token(Scope.USERS), Forbidden),
        (by_token(Scope.READ), Forbidden),
        (by_token(Scope.AUDIT, Scope.CLUSTER, Scope.ACT_FOR), NotFound),
        (acting_for(ROOT), NotFound),
    ],
)
def test_others_neither_see_nor_change_who_the_deputy_is(call, error):
    make_system("of-ann", owner=ANN)
    give(OLGA, "of-ann")
    away()
    for verb in (
        lambda: read_absence(call, OLGA),
        lambda: away(deputy=EVE, call=call),
        lambda: remove_deputy(call, OLGA),
    ):
        with pytest.raises(error):
            verb()
    assert Absence.objects.get().deputy_id == BOB


@pytest.mark.parametrize("call", [by(OLGA), by(ROOT), acting_for(OLGA), by_system()])
def test_the_absent_person_and_administrators_name_and_remove_the_deputy(call):
    away(call=call)
    assert read_absence(call, OLGA).deputy_id == BOB
    remove_deputy(call, OLGA)
    assert read_absence(call, OLGA) is None


# who is told


def test_notices_name_deputies_where_they_may_decide():
    def deciders(person: str) -> list[str]:
        ask(person, SYSTEM_MODULE, call=by(person, notices=True))
        return Notice.objects.latest("id").payload["deciders"]

    make_system("of-ann", owner=ANN)
    give(EVE, SYSTEM_MODULE, "OWNER")
    away(OLGA, BOB)
    away(EVE, ANN)
    away(ANN, BOB)
    assert deciders(ROOT) == [ANN, BOB, EVE, OLGA]
    assert deciders(BOB) == [ANN, EVE, OLGA]
    assert deciders(ANN) == [EVE, OLGA]  # Bob is also her own deputy


# queries


@pytest.mark.usefixtures("bob_decides")
@pytest.mark.parametrize("module", [SYSTEM_MODULE, PROFILE])
def test_a_decision_of_a_deputy_takes_at_most_17_queries(module):
    request = ask(ANN, module)
    with CaptureQueriesContext(connection) as captured:
        approve(request, by(BOB))
    assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) <= 17
