"""Reviews: who confirms that an access is still needed, and by when."""

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
    publish,
)

from user_manager.domain.errors import Forbidden, Invalid, NotFound, Precondition
from user_manager.domain.vocabulary import Scope
from user_manager.models import Access, Module
from user_manager.selectors.accesses import AccessFilter, list_accesses
from user_manager.selectors.paging import PageRequest
from user_manager.selectors.reviews import list_reviews, overdue_by_module
from user_manager.services.ending import Removal, revoke_access
from user_manager.services.modules import ModuleValues, put_module
from user_manager.services.reviewing import review

pytestmark = pytest.mark.usefixtures("people")
DAY = timedelta(days=1)
OVERDUE = AccessFilter(is_review_overdue=True)


@pytest.fixture
def reviewed_system():
    return make_system(review_days=90)


@pytest.fixture
def held(reviewed_system):
    return give(ANN, SYSTEM_MODULE)


def set_review_days(days, now=NOW):
    put_module(by(OLGA, now=now), SYSTEM_MODULE, ModuleValues(review_days=days))


def overdue(now):
    """Return the ids of the accesses that nobody reviewed in time."""
    return [row.id for row in list_accesses(by(ROOT, now=now), OVERDUE, PageRequest()).items]


# when a review is due


def test_a_review_is_due_so_many_days_after_the_approval(reviewed_system):
    access = approve(ask(ANN, SYSTEM_MODULE), by(OLGA, now=NOW + DAY))
    assert (access.reviewed_at, access.review_due) == (None, NOW + 91 * DAY)


def test_the_founders_access_is_reviewed_too(reviewed_system):
    assert Access.objects.get().review_due == NOW + 90 * DAY


def test_what_was_not_approved_is_never_reviewed(reviewed_system):
    assert ask(ANN, SYSTEM_MODULE).review_due is None
    assert deny(ask(BOB, SYSTEM_MODULE), by(OLGA)).review_due is None


def test_where_the_module_has_no_review_days_no_review_is_due(profile):
    assert give(ANN, PROFILE).review_due is None


@pytest.mark.parametrize("days", [0, 3_651])
def test_review_days_are_from_1_to_3650(days):
    with pytest.raises(Invalid):
        ModuleValues(review_days=days)


def test_other_review_days_count_from_the_last_review_or_the_approval(held):
    never = give(BOB, SYSTEM_MODULE)
    review(by(OLGA, now=NOW + 10 * DAY), held.id)
    set_review_days(30)
    assert fresh(held).review_due == NOW + 40 * DAY
    assert fresh(never).review_due == NOW + 30 * DAY
    set_review_days(None)
    assert fresh(held).review_due is None
    set_review_days(5)
    assert fresh(held).review_due == NOW + 15 * DAY
    assert events(module=SYSTEM_MODULE).count("module_changed") == 3


def test_new_review_days_change_no_other_module_and_nothing_that_has_ended(held):
    other = give(ANN, make_system("other", review_days=90).id)
    revoke_access(by(ANN), held.id, Removal())
    set_review_days(30)
    assert fresh(other).review_due == NOW + 90 * DAY
    assert fresh(held).review_due == NOW + 90 * DAY


def test_other_values_of_the_module_move_no_review(held):
    review(by(OLGA, now=NOW + DAY), held.id)
    put_module(by(OLGA), SYSTEM_MODULE, ModuleValues(title="CRM", review_days=90))
    assert fresh(held).review_due == NOW + 91 * DAY


def test_a_renewal_begins_again(reviewed_system):
    give(ANN, SYSTEM_MODULE, until=NOW + 200 * DAY)
    renewed = give(ANN, SYSTEM_MODULE, until=NOW + 300 * DAY, now=NOW + 10 * DAY)
    assert (renewed.reviewed_at, renewed.review_due) == (None, NOW + 100 * DAY)


# overdue


def test_a_review_is_overdue_at_its_second_and_nothing_ends(held):
    due = NOW + 90 * DAY
    assert held.id not in overdue(due - timedelta(seconds=1))
    assert held.id in overdue(due)
    assert overdue_by_module(Module.objects.all(), due) == {SYSTEM_MODULE: 2}
    assert fresh(held).state == "APPROVED"
    review(by(OLGA, now=due), held.id)
    assert held.id not in overdue(due)


def test_what_ends_before_its_review_is_never_overdue(reviewed_system):
    access = give(ANN, SYSTEM_MODULE, until=NOW + 90 * DAY)
    assert access.id not in overdue(NOW + 90 * DAY)
    listed = list_reviews(reviewed_system, PageRequest(), NOW)
    assert access.id not in [row.id for row in listed.items]


def test_everybody_sees_only_those_overdue_accesses_that_they_may_see(held):
    call = by(ANN, now=NOW + 90 * DAY)
    assert [row.id for row in list_accesses(call, OVERDUE, PageRequest()).items] == [held.id]


def test_the_list_of_a_module_begins_with_what_is_due_first(held):
    later = give(BOB, SYSTEM_MODULE)
    review(by(OLGA, now=NOW + DAY), held.id)
    founder = Access.objects.get(user=OLGA)
    rows = list_reviews(Module.objects.get(), PageRequest(), NOW).items
    assert [row.id for row in rows] == [*sorted([later.id, founder.id]), held.id]


# reviewing


@pytest.mark.parametrize("person", [OLGA, ROOT])
def test_an_owner_or_an_administrator_reviews(person, held):
    now = NOW + 80 * DAY
    access = review(by(person, now=now), held.id)
    assert (access.reviewed_at, access.review_due) == (now, now + 90 * DAY)
    assert (access.state, access.decided_at) == ("APPROVED", NOW)
    event = last_event()
    assert (event.kind, event.actor, event.access, event.at) == ("reviewed", person, held.id, now)


def test_the_owner_of_the_profile_in_the_catalogue_reviews(profile):
    Module.objects.update(review_days=90)
    access = give(ANN, PROFILE)
    assert review(by(OLGA), access.id).reviewed_at == NOW


def test_the_document_for_the_cluster_stays_the_same(profile):
    Module.objects.update(review_days=90)
    access = give(ANN, PROFILE)
    before = publish()
    review(by(OLGA), access.id)
    assert publish() == before


def test_acting_for_an_owner_records_both(held):
    review(acting_for(OLGA), held.id)
    assert (last_event().actor, last_event().acting_for) == ("token:robot", OLGA)


@pytest.mark.parametrize("person", [OLGA, ROOT])
def test_nobody_reviews_their_own_access(person, reviewed_system):
    give(BOB, SYSTEM_MODULE, "OWNER")
    own = Access.objects.filter(user=person).first() or give(ROOT, SYSTEM_MODULE, by_whom=OLGA)
    with pytest.raises(Forbidden, match="Nobody can review their own access"):
        review(by(person, break_glass=True), own.id)
    assert review(by(BOB), own.id).reviewed_at == NOW


def test_a_member_reviews_nothing_and_a_stranger_sees_nothing(held):
    with pytest.raises(Forbidden):
        review(by(ANN), held.id)
    for stranger in (EVE, BOB):
        with pytest.raises(NotFound):
            review(by(stranger), held.id)
    with pytest.raises(NotFound):
        review(by(ROOT), "nothing")
    assert "reviewed" not in events()


def test_a_service_account_without_acting_for_reviews_nothing(held):
    with pytest.raises(Forbidden):
        review(by_token(*Scope), held.id)


def test_what_is_not_approved_or_has_ended_is_not_reviewed(reviewed_system):
    asked = ask(ANN, SYSTEM_MODULE)
    with pytest.raises(Precondition, match="PENDING"):
        review(by(OLGA), asked.id)
    revoked = revoke_access(by(OLGA), give(BOB, SYSTEM_MODULE).id, Removal())
    with pytest.raises(Precondition, match="REVOKED"):
        review(by(OLGA), revoked.id)


def test_what_the_clock_has_ended_is_not_reviewed_and_that_stays_written(reviewed_system):
    over = give(ANN, SYSTEM_MODULE, until=NOW + DAY)
    with pytest.raises(Precondition, match="EXPIRED"):
        review(by(OLGA, now=NOW + DAY), over.id)
    assert (fresh(over).state, last_event().kind) == ("EXPIRED", "expired")


def test_where_nothing_is_reviewed_a_review_is_refused(profile):
    access = give(ANN, PROFILE)
    with pytest.raises(Precondition, match="`review_days`"):
        review(by(OLGA), access.id)
    assert "reviewed" not in events()
