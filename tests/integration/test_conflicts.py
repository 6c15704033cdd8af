"""Somebody else writes at the same moment: it is seen, nothing of theirs is overwritten, the next run settles it."""

import pytest

from integration.cluster.waiting import wait_for
from integration.engine import Meddled
from integration.people import person
from profiles_management import create_or_update_profiles
from profiles_management.pmr.classes import ProfilesManagementRepresentation

BINDING = "user-ann-example-com-clusterrole-edit"


@pytest.fixture
def apply_while(engine):
    """Apply a document while somebody does something just before the first write; return the report."""

    def apply(profile, meddle):
        document = ProfilesManagementRepresentation([profile])
        return create_or_update_profiles(document, target=Meddled(engine.client, meddle), settings=engine.settings)

    return apply


def applied(engine, wanted):
    engine.apply(wanted)
    wait_for("an empty plan", lambda: engine.matches(wanted))


def test_a_binding_changed_meanwhile_is_not_deleted(engine, profile, server, apply_while, role, name):
    applied(engine, profile(ann="edit"))
    change = {"metadata": {"annotations": {"example.com/note": "mine"}}}

    report = apply_while(profile(), lambda: server.patch("RoleBinding", name, BINDING, change))

    assert report.exit_code == 4
    assert "changed by somebody else" in report.pending[0].what
    assert role("ann", name) == "edit"
    assert engine.apply(profile()).exit_code == 0
    assert role("ann", name) == ""


def test_a_quota_changed_meanwhile_is_seen(engine, profile, server, apply_while, name):
    applied(engine, profile(cpu="1"))
    theirs = {"spec": {"resourceQuotaSpec": {"hard": {"limits.cpu": "9"}}}}

    report = apply_while(profile(cpu="2"), lambda: server.patch("Profile", None, name, theirs))

    assert report.exit_code == 4
    assert server.get("Profile", None, name)["spec"]["resourceQuotaSpec"] == {"hard": {"limits.cpu": "9"}}
    applied(engine, profile(cpu="2"))


def test_an_owner_changed_meanwhile_is_seen(engine, profile, server, apply_while, name):
    applied(engine, profile())
    theirs = {"spec": {"owner": {"kind": "User", "name": person("eve")}}}

    report = apply_while(profile(owner=person("nina")), lambda: server.patch("Profile", None, name, theirs))

    assert report.exit_code == 4
    assert server.get("Profile", None, name)["spec"]["owner"]["name"] == person("eve")
    applied(engine, profile(owner=person("nina")))


def test_what_is_gone_meanwhile_is_revoked(engine, profile, dashboard, apply_while, role, name):
    applied(engine, profile(ann="edit", bob="edit"))

    report = apply_while(profile(bob="edit"), lambda: dashboard.remove(name, person("ann"), "edit", by=person("olga")))

    assert report.exit_code == 0, report.errors
    assert (role("ann", name), role("bob", name)) == ("", "edit")


def test_what_is_there_meanwhile_is_adopted_by_the_next_run(engine, profile, dashboard, apply_while, role, name):
    applied(engine, profile())

    report = apply_while(profile(ann="edit"), lambda: dashboard.add(name, person("ann"), "edit", by=person("olga")))

    assert report.exit_code == 4
    applied(engine, profile(ann="edit"))
    assert role("ann", name) == "edit"


def test_another_profiles_conflict_holds_nobody_up(engine, profile, server, role, name):
    one, other = profile("-one", ann="edit"), profile("-other", ann="edit")
    applied_both = [one, other]
    engine.apply(*applied_both)
    document = ProfilesManagementRepresentation([profile("-one", bob="view"), profile("-other", bob="view")])
    note = {"metadata": {"annotations": {"example.com/note": "mine"}}}
    meddled = Meddled(engine.client, lambda: server.patch("RoleBinding", one.name, BINDING, note))

    report = create_or_update_profiles(document, target=meddled, settings=engine.settings)

    assert report.exit_code == 4
    assert [role(who, other.name) for who in ("ann", "bob")] == ["", "view"]
    assert [role(who, one.name) for who in ("ann", "bob")] == ["edit", ""]  # nothing is granted before it is revoked
