"""Section "The cluster's side" and the rows "Cluster" and "PMR" of the contract: effects."""

from datetime import timedelta

import pytest
from service_world import (
    ANN,
    BOB,
    NOW,
    PROFILE,
    ROOT,
    answer,
    by,
    by_system,
    by_token,
    catalogue,
    effect_of,
    events,
    fresh,
    give,
    listed,
    make_profile,
    make_user,
    publish,
)

from user_manager.domain.access_types import parse_types
from user_manager.domain.cluster_answer import parse_answer
from user_manager.domain.errors import Forbidden, Precondition
from user_manager.domain.pmr_document import LeftOut, PmrDocument
from user_manager.domain.vocabulary import Scope
from user_manager.models import Access, ClusterState, Module, PublishedRevision
from user_manager.services import publishing
from user_manager.services.answering import take_answer
from user_manager.services.ending import Removal, revoke_access
from user_manager.services.sweeping import sweep

pytestmark = pytest.mark.usefixtures("profile")
DAY = timedelta(days=1)


def test_only_the_scope_cluster_gives_answers_and_gets_the_document():
    for call in (by(ROOT), by_token(Scope.READ, Scope.USERS, Scope.AUDIT)):
        with pytest.raises(Forbidden):
            take_answer(call, parse_answer({"revision": "", "problem": "x"}))
        with pytest.raises(Forbidden):
            publishing.publish_document(call)


def test_before_any_answer_the_effect_is_unknown_and_then_waiting():
    first = give(ANN, PROFILE)
    assert first.effect == "unknown"
    answer(publish())
    assert effect_of(first) == ("waiting", "")
    assert give(BOB, PROFILE).effect == "waiting"


def test_an_answer_without_a_revision_says_that_a_cluster_is_there():
    access = give(ANN, PROFILE)
    answer("", problem="the document was not read")
    assert effect_of(access) == ("waiting", "")


def test_an_access_that_the_first_answer_does_not_hold_waits_too():
    revision = publish()
    access = give(ANN, PROFILE)
    answer(revision, applied=[PROFILE])
    assert effect_of(access) == ("waiting", "")


def test_an_answer_speaks_of_the_revision_that_it_names():
    early = give(ANN, PROFILE)
    revision = publish()
    late = give(BOB, PROFILE)
    answer(revision, applied=[PROFILE])
    assert fresh(early).effect == "in_effect"
    assert fresh(early).applied_at == NOW
    assert fresh(late).effect == "waiting"


def test_a_late_answer_about_an_older_revision_does_not_end_what_was_approved_since():
    old = publish()
    access = give(ANN, PROFILE)
    answer(publish(), applied=[PROFILE])
    answer(old)
    assert effect_of(access) == ("in_effect", "")


def test_an_answer_that_is_sent_again_puts_nothing_into_effect_that_its_revision_lacks():
    access = give(ANN, PROFILE)
    catalogue()
    without_the_profile = publish()
    for _ in range(2):  # the second time it is in the catalogue already
        answer(without_the_profile, applied=[PROFILE], catalogue=[listed()])
        assert effect_of(access) == ("waiting", "")
    answer(publish(), applied=[PROFILE], catalogue=[listed()])
    assert effect_of(access) == ("in_effect", "")


def test_an_unknown_revision_is_a_precondition_and_nothing_is_taken():
    access = give(ANN, PROFILE)
    with pytest.raises(Precondition):
        answer("0123456789abcdef", applied=[PROFILE], catalogue=[listed("new")])
    assert fresh(access).effect == "unknown"
    assert not Module.objects.filter(id="new").exists()
    assert ClusterState.objects.get().answered_at is None


@pytest.mark.parametrize("key", ["pending", "failed"])
def test_pending_and_failed_give_waiting_with_the_reason(key):
    access = give(ANN, PROFILE)
    answer(publish(), **{key: {PROFILE: "no namespace yet"}})
    assert effect_of(access) == ("waiting", "no namespace yet")


def test_a_refused_access_has_the_reason_and_an_event():
    access = give(ANN, PROFILE)
    other = give(BOB, PROFILE)
    refusal = {"profile": PROFILE, "name": ANN, "reason": "ml is not open"}
    answer(publish(), applied=[PROFILE], refused=[refusal])
    assert effect_of(access) == ("refused", "ml is not open")
    assert events(access=access.id)[-1] == "refused"
    assert effect_of(other) == ("in_effect", "")


def test_a_long_reason_is_cut_and_the_same_answer_again_writes_nothing():
    access = give(ANN, PROFILE)
    revision = publish()
    answer(revision, failed={PROFILE: "x" * 2000})
    before = events()
    answer(revision, failed={PROFILE: "x" * 2000})
    assert len(fresh(access).effect_detail) == 300
    assert events() == before


def test_what_was_in_effect_and_is_revoked_is_ending_until_the_cluster_answered():
    access = give(ANN, PROFILE)
    answer(publish(), applied=[PROFILE])
    revoke_access(by(ANN), access.id, Removal())
    assert effect_of(access) == ("ending", "")
    answer(publish())
    assert effect_of(access) == ("ended", "")
    assert events(access=access.id) == ["requested", "approved", "in_effect", "revoked", "ended"]


@pytest.mark.parametrize("key", ["pending", "failed"])
def test_it_stays_ending_where_people_of_this_source_are_still_there(key):
    access = give(ANN, PROFILE)
    answer(publish(), applied=[PROFILE])
    revoke_access(by(ANN), access.id, Removal())
    answer(publish(), **{key: {PROFILE: "over the limit of revocations"}})
    assert effect_of(access) == ("ending", "over the limit of revocations")


def test_an_answer_to_a_revision_that_still_holds_it_does_not_end_it():
    access = give(ANN, PROFILE)
    revision = publish()
    revoke_access(by(ANN), access.id, Removal())
    answer(revision, applied=[PROFILE])
    assert fresh(access).effect == "ending"


def test_what_the_clock_ended_is_ended_by_an_answer_to_a_document_of_after_that():
    access = give(ANN, PROFILE, until=NOW + DAY)
    early = publish()
    answer(early, applied=[PROFILE])
    answer(early, NOW + 2 * DAY, applied=[PROFILE])  # the cluster still has it
    assert (fresh(access).state, fresh(access).effect) == ("EXPIRED", "ending")
    answer(publish(NOW + 2 * DAY), NOW + 2 * DAY)
    assert fresh(access).effect == "ended"
    sweep(by_system(NOW + 3 * DAY))
    assert fresh(access).effect == "ended"
    assert events(access=access.id) == ["requested", "approved", "in_effect", "expired", "ended"]


def test_after_a_reduction_the_effect_is_waiting_until_answered():
    access = give(ANN, PROFILE, "READ", "WRITE")
    answer(publish(), applied=[PROFILE])
    revoke_access(by(ANN), access.id, Removal(parse_types(["WRITE"])))
    assert effect_of(access) == ("waiting", "")
    answer(publish(), applied=[PROFILE])
    assert effect_of(access) == ("in_effect", "")


def test_a_reduction_that_leaves_the_document_as_it_is_does_not_wait_for_ever():
    access = give(ANN, PROFILE, "OWNER", "WRITE")  # both are edit in the cluster
    revision = publish()
    answer(revision, applied=[PROFILE])
    revoke_access(by(ANN), access.id, Removal(parse_types(["OWNER"])))
    answer(revision, applied=[PROFILE])  # speaks of the document before the reduction
    assert effect_of(access) == ("waiting", "")
    assert publish() == revision  # answered with 304
    answer(revision, applied=[PROFILE])
    assert effect_of(access) == ("in_effect", "")


def leave_out(monkeypatch, access: Access, reason: str = "too many contributors") -> None:
    """Let the document be one that cannot have an access."""
    whole = publishing.cluster_document(NOW)
    left_out = (LeftOut(access.module_id, access.user_id, reason),)
    monkeypatch.setattr(
        publishing,
        "cluster_document",
        lambda now: PmrDocument(whole.body, whole.revision, left_out),
    )


def test_what_does_not_pass_is_left_out_with_effect_refused(monkeypatch):
    access = give(ANN, PROFILE)
    other = give(BOB, PROFILE)
    leave_out(monkeypatch, access)
    revision = publish()
    assert effect_of(access) == ("refused", "too many contributors")
    answer(revision, applied=[PROFILE])
    assert effect_of(access) == ("refused", "too many contributors")
    assert effect_of(other) == ("in_effect", "")
    publish()
    assert events(access=access.id) == ["requested", "approved", "refused"]


def test_answers_for_many_accesses_take_a_bounded_number_of_queries(
    django_assert_max_num_queries,
):
    people = [f"user{number}@example.com" for number in range(300)]
    insert_accesses(people, [PROFILE])
    revision = publish()
    with django_assert_max_num_queries(20):
        answer(revision, applied=[PROFILE], catalogue=[listed()])
    assert Access.objects.filter(effect="in_effect").count() == len(people)
    with django_assert_max_num_queries(16):
        answer(revision, applied=[PROFILE], catalogue=[listed()])


def test_a_catalogue_of_many_profiles_takes_a_bounded_number_of_queries(
    django_assert_max_num_queries,
):
    names = [f"team-{number}" for number in range(300)]
    with django_assert_max_num_queries(24):
        catalogue(*map(listed, names))
    with django_assert_max_num_queries(24):
        catalogue()  # all of them leave
    with django_assert_max_num_queries(24):
        catalogue(*map(listed, names))


def insert_accesses(people: list[str], modules: list[str]) -> None:
    """Insert approved accesses of many people."""
    for person in people:
        make_user(person)
    Access.objects.bulk_create(
        Access(
            id=f"{module}.{number}",
            user_id=person,
            module_id=module,
            types=1,
            asked_types=1,
            state="APPROVED",
            effect="waiting",
            requested_by=person,
            requested_at=NOW,
            pending_until=NOW,
            decided_at=NOW,
        )
        for module in modules
        for number, person in enumerate(people)
    )


def test_every_published_revision_is_kept_once():
    make_profile("other")
    assert publish() == publish(NOW + DAY)
    assert PublishedRevision.objects.count() == 1
