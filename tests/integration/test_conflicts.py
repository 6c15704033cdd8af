"""Others write at the same moment: nothing of theirs is lost, and the next run finishes."""

import pytest

from integration.engine import Meddled
from integration.people import person
from profiles_management import create_or_update_profiles
from profiles_management.pmr.classes import ProfilesManagementRepresentation

BINDING = "user-ann-example-com-clusterrole-edit"


@pytest.fixture
def apply_while(engine):
    """Apply a document while somebody acts just before the first write; return the report."""

    def apply(profile, meddle):
        document = ProfilesManagementRepresentation([profile])
        return create_or_update_profiles(
            document, target=Meddled(engine.client, meddle), settings=engine.settings
        )

    return apply


def test_a_binding_changed_meanwhile_is_deleted_in_the_same_run(
    engine, profile, server, apply_while, roles, name
):
    engine.settle(profile(ann="edit"))
    change = {"metadata": {"annotations": {"example.com/note": "mine"}}}

    report = apply_while(profile(), lambda: server.patch("RoleBinding", name, BINDING, change))

    assert report.exit_code == 0, report.errors
    roles(name, ann="")


def test_a_quota_changed_meanwhile_is_seen(engine, profile, server, apply_while, name):
    engine.settle(profile(cpu="1"))
    theirs = {"spec": {"resourceQuotaSpec": {"hard": {"limits.cpu": "9"}}}}

    report = apply_while(profile(cpu="2"), lambda: server.patch("Profile", None, name, theirs))

    assert report.exit_code == 4
    assert server.get("Profile", None, name)["spec"]["resourceQuotaSpec"] == {
        "hard": {"limits.cpu": "9"}
    }
    engine.settle(profile(cpu="2"))


def test_an_owner_changed_meanwhile_is_seen(engine, profile, server, apply_while, name):
    engine.settle(profile())
    theirs = {"spec": {"owner": {"kind": "User", "name": person("eve")}}}

    report = apply_while(
        profile(owner=person("nina")), lambda: server.patch("Profile", None, name, theirs)
    )

    assert report.exit_code == 4
    assert server.get("Profile", None, name)["spec"]["owner"]["name"] == person("eve")
    engine.settle(profile(owner=person("nina")))


@pytest.mark.parametrize("kind", ["Profile", "Namespace"])
def test_what_the_controller_writes_meanwhile_is_settled_in_the_same_run(
    engine, profile, server, apply_while, name, kind
):
    engine.settle(profile(cpu="1"))
    wanted = profile(cpu="2", more={"labels": {"example.com/team": "a"}}, ann="edit")
    seen = {"metadata": {"annotations": {"example.com/seen": "now"}}}

    report = apply_while(wanted, lambda: server.patch(kind, None, name, seen))

    assert report.exit_code == 0, (report.errors, report.pending)
    engine.wait_until_it_matches(wanted)


def test_what_is_gone_meanwhile_is_revoked(engine, profile, dashboard, apply_while, roles, name):
    engine.settle(profile(ann="edit", bob="edit"))

    report = apply_while(
        profile(bob="edit"),
        lambda: dashboard.remove(name, person("ann"), "edit", by=person("olga")),
    )

    assert report.exit_code == 0, report.errors
    roles(name, ann="", bob="edit")


def test_what_is_there_meanwhile_is_adopted_by_the_next_run(
    engine, profile, dashboard, apply_while, roles, name
):
    engine.settle(profile())

    report = apply_while(
        profile(ann="edit"), lambda: dashboard.add(name, person("ann"), "edit", by=person("olga"))
    )

    assert report.exit_code == 4
    engine.settle(profile(ann="edit"))
    roles(name, ann="edit")


def test_another_profiles_conflict_holds_nobody_up(engine, profile, dashboard, roles, name):
    one, other = profile("-one", ann="edit"), profile("-other", ann="edit")
    applied_both = [one, other]
    engine.apply(*applied_both)
    document = ProfilesManagementRepresentation(
        [profile("-one", bob="view"), profile("-other", bob="view")]
    )
    meddled = Meddled(
        engine.client, lambda: dashboard.add(one.name, person("bob"), "view", by=person("olga"))
    )

    report = create_or_update_profiles(document, target=meddled, settings=engine.settings)

    assert report.exit_code == 4
    assert "was created by somebody else" in report.pending[0].what
    roles(other.name, ann="", bob="view")
    roles(one.name, ann="", bob="view")
