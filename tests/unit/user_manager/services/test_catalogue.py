"""Row "Cluster" of the contract: profiles that come, change, leave and come back."""

from datetime import timedelta

import pytest
from service_world import (
    ANN,
    BOB,
    NOW,
    OLGA,
    PROFILE,
    answer,
    by_system,
    catalogue,
    effect_of,
    events,
    fresh,
    give,
    listed,
    publish,
)

from user_manager.models import Module
from user_manager.services.sweeping import sweep

pytestmark = pytest.mark.usefixtures("profile")
DAY = timedelta(days=1)


def test_a_new_name_in_the_catalogue_is_a_profile():
    catalogue(listed("new", OLGA), listed())
    module = Module.objects.get(id="new")
    assert (module.kind, module.in_catalogue, module.owner_name) == ("profile", True, OLGA)
    assert events(module="new") == ["module_created"]


def test_only_an_absent_catalogue_keeps_the_last_one():
    answer(publish())
    assert Module.objects.get(id=PROFILE).in_catalogue
    answer(publish(), catalogue=[])
    assert not Module.objects.get(id=PROFILE).in_catalogue


def test_a_profile_that_left_has_refused_accesses_that_are_not_exported():
    access = give(ANN, PROFILE)
    whole = publish()
    answer(whole, applied=[PROFILE], catalogue=[])
    assert effect_of(access) == ("refused", "The profile is not in the catalogue of the cluster.")
    assert fresh(access).state == "APPROVED"
    assert publish() != whole
    answer(whole, applied=[PROFILE])
    assert fresh(access).effect == "refused"


def test_a_profile_that_comes_back_gives_its_accesses_again_when_the_cluster_answers():
    access = give(ANN, PROFILE)
    answer(publish(), applied=[PROFILE], catalogue=[])
    answer(publish(), catalogue=[listed()])
    assert effect_of(access) == ("waiting", "")
    answer(publish(), applied=[PROFILE])
    assert effect_of(access) == ("in_effect", "")


def test_a_profile_absent_for_30_days_ends_its_accesses_as_revoked():
    access = give(ANN, PROFILE)
    answer(publish(), applied=[PROFILE], catalogue=[])
    assert sweep(by_system(NOW + 30 * DAY - timedelta(seconds=1))) == 0
    assert sweep(by_system(NOW + 30 * DAY)) == 1
    assert (fresh(access).state, fresh(access).effect) == ("REVOKED", "ending")
    assert fresh(access).ended_by == "system:user-manager"
    answer(publish(NOW + 31 * DAY), NOW + 31 * DAY)
    assert events(access=access.id)[-2:] == ["revoked", "ended"]


def test_a_profile_that_comes_back_after_30_days_ends_its_accesses_without_a_sweep():
    access = give(ANN, PROFILE)
    catalogue()
    catalogue(listed(), now=NOW + 30 * DAY)
    assert fresh(access).state == "REVOKED"


def test_a_profile_that_comes_back_with_another_owner_ends_its_accesses_as_revoked():
    access = give(ANN, PROFILE)
    catalogue()
    catalogue(listed(owner=BOB), now=NOW + DAY)
    assert (fresh(access).state, fresh(access).ended_by) == ("REVOKED", "token:robot")
    assert events(access=access.id)[-1] == "revoked"


def test_a_profile_that_changes_its_owner_in_place_keeps_its_accesses():
    access = give(ANN, PROFILE)
    catalogue(listed(owner=BOB))
    assert fresh(access).state == "APPROVED"
    assert events(module=PROFILE)[-1] == "module_changed"
