"""Section "PMR" of the contract: who is in the document for the cluster."""

import hashlib
import json
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
    approve,
    ask,
    by,
    by_token,
    deny,
    give,
    make_profile,
)

from user_manager.domain.vocabulary import Scope
from user_manager.models import Access, Module, PublishedRevision, User
from user_manager.services.ending import Removal, revoke_access
from user_manager.services.publishing import forget_old_revisions, publish_document

pytestmark = pytest.mark.usefixtures("system", "profile")
DAY = timedelta(days=1)


def document(now=NOW):
    return publish_document(by_token(Scope.CLUSTER, now=now))


def profiles(now=NOW):
    return json.loads(document(now).body)["profiles"]


def people(now=NOW):
    return [person["name"] for profile in profiles(now) for person in profile["contributors"]]


def test_without_accesses_the_document_has_no_profiles():
    assert document().body == b'{"profiles":[]}'


def test_the_document_is_sorted_and_has_the_role_and_the_end_of_each():
    make_profile("a-team")
    give(BOB, PROFILE, "WRITE")
    give(ANN, PROFILE, until=NOW.replace(microsecond=0) + DAY)
    give(EVE, "a-team", "OWNER", "READ")
    assert profiles() == [
        {"name": "a-team", "contributors": [{"name": EVE, "role": "edit"}]},
        {
            "name": "ml",
            "contributors": [
                {"name": ANN, "role": "view", "until": "2026-06-02T12:00:00Z"},
                {"name": BOB, "role": "edit"},
            ],
        },
    ]


def test_the_revision_is_that_of_exactly_these_bytes():
    give(ANN, PROFILE)
    published = document()
    assert published.revision == hashlib.sha256(published.body).hexdigest()[:16]
    assert b" " not in published.body


def test_only_what_is_approved_is_in_it():
    give(ANN, PROFILE)
    revoke_access(by(ANN), Access.objects.get(user=ANN).id, Removal())
    ask(BOB, PROFILE)
    deny(ask(EVE, PROFILE), by(OLGA))
    assert people() == []


def test_what_is_over_is_not_in_it_from_that_second_without_a_sweep():
    end = NOW.replace(microsecond=0) + DAY
    give(ANN, PROFILE, until=end)
    assert people(end - timedelta(microseconds=1)) == [ANN]
    assert people(end) == []


def test_external_modules_are_not_in_it():
    give(ANN, SYSTEM_MODULE)
    assert people() == []


def test_profiles_that_left_the_catalogue_and_deactivated_users_are_not_in_it():
    give(ANN, PROFILE)
    Module.objects.update(in_catalogue=False)
    assert people() == []
    Module.objects.filter(id=PROFILE).update(in_catalogue=True)
    User.objects.filter(id=ANN).update(active=False)
    assert people() == []


def test_a_profile_that_is_closed_since_the_approval_stays_for_the_cluster_to_refuse():
    give(ANN, PROFILE)
    Module.objects.filter(id=PROFILE).update(is_open=False)
    assert people() == [ANN]


def test_a_person_has_one_role_in_a_profile_after_an_upgrade():
    give(ANN, PROFILE)
    approve(ask(ANN, PROFILE, "WRITE"), by(OLGA))
    assert profiles()[0]["contributors"] == [{"name": ANN, "role": "edit"}]


def test_each_published_revision_keeps_the_last_event_in_it():
    first = document().revision
    give(ANN, PROFILE, by_whom=ROOT)
    second = document().revision
    kept = dict(PublishedRevision.objects.values_list("revision", "last_event"))
    assert kept[second] == kept[first] + 2


def test_the_sweep_forgets_revisions_that_the_cluster_has_not_been_given_for_90_days():
    old = document().revision
    give(ANN, PROFILE)
    new = document(NOW + DAY).revision
    forget_old_revisions(NOW + 90 * DAY)
    assert set(PublishedRevision.objects.values_list("revision", flat=True)) == {old, new}
    forget_old_revisions(NOW + 91 * DAY)
    assert set(PublishedRevision.objects.values_list("revision", flat=True)) == {new}
