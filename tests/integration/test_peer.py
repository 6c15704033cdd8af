"""Moving from github-profiles-automator: its objects are exported, adopted, renamed and revoked."""

import pytest
import yaml

from integration.cluster.waiting import wait_for
from integration.dashboard import Listed
from integration.peer import Peer, name_of
from integration.people import OLGA, person
from profiles_management.kubeflow.objects.naming import kfam_name
from profiles_management.pmr import loads
from profiles_management.pmr.convert import convert
from profiles_management.reconcile.plan import Person, Reason

ROLES = {"kimonas": "admin", "ann": "edit", "bob": "view"}


@pytest.fixture
def theirs(server, name):
    """A profile of their document, created in the cluster by their rules."""
    profile = {
        "name": name,
        "owner": {"kind": "User", "name": OLGA},
        "resources": {"hard": {"limits.cpu": "2"}},
        "contributors": [{"name": person(who), "role": role} for who, role in ROLES.items()],
    }
    Peer(server).make(profile)
    wait_for("the owner's binding", lambda: server.get("RoleBinding", name, "namespaceAdmin"))
    return profile


@pytest.fixture
def exported(engine):
    """The exported profile of a name, read again from its YAML."""
    return lambda name: loads(engine.export().to_yaml()).profiles[name]


def names_in(server, kind, space):
    """Return the names of the contributors' objects of a kind."""
    found = (one["metadata"] for one in server.objects(kind, space))
    owners = ("namespaceAdmin", "ns-owner-access-istio")
    return sorted(
        metadata["name"]
        for metadata in found
        if "role" in metadata.get("annotations", {}) and metadata["name"] not in owners
    )


def test_their_objects_have_their_names(server, theirs):
    assert names_in(server, "RoleBinding", theirs["name"]) == [
        "ann-example-com-edit",
        "bob-example-com-view",
        "kimonas-example-com-admin",
    ]
    assert name_of("kimonas@canonical.com", "admin") == "kimonas-canonical-com-admin"


def test_their_contributors_are_exported(exported, theirs):
    found = exported(theirs["name"])

    people = {one.name: one.role.value for one in found.contributors}
    assert people == {person(who): role for who, role in ROLES.items()}
    assert found.resources.to_spec() == theirs["resources"]


def test_a_plan_of_the_export_renames_and_marks_and_nothing_else(engine, exported, theirs):
    plan = engine.plan(exported(theirs["name"]))

    assert not plan.refused
    assert {change.reason for change in plan.changes} == {Reason.ADOPTED, Reason.RENAMED}
    assert (plan.access.lost, plan.access.gained) == (0, 0)


def test_an_apply_renames_their_objects_and_everybody_keeps_their_role(
    engine, exported, theirs, server, roles, dashboard
):
    space = theirs["name"]
    before = dashboard.contributors(namespace=space)
    found = exported(space)

    report = engine.apply(found)

    assert report.exit_code == 0, report.errors
    wanted = sorted(kfam_name(Person("User", person(who)), role) for who, role in ROLES.items())
    assert names_in(server, "RoleBinding", space) == wanted
    assert names_in(server, "AuthorizationPolicy", space) == wanted
    roles(space, {"olga": "admin", **ROLES})
    assert dashboard.contributors(namespace=space) == before
    assert engine.matches(found)


def test_who_leaves_the_document_loses_what_they_made(
    engine, exported, theirs, server, roles, dashboard
):
    space = theirs["name"]
    found = exported(space)
    found.contributors = [one for one in found.contributors if one.name != person("kimonas")]

    plan = engine.plan(found)
    report = engine.apply(found)

    assert [one.person.name for one in plan.changes if one.reason is Reason.UNLISTED] == [
        person("kimonas")
    ]
    assert report.exit_code == 0, report.errors
    roles(space, kimonas="", ann="edit", bob="view")
    listed = dashboard.contributors(namespace=space)
    assert Listed(space, person("kimonas"), "admin") not in listed
    assert name_of(person("kimonas"), "admin") not in names_in(server, "AuthorizationPolicy", space)


def test_a_profile_of_theirs_that_is_closed_keeps_nobody_inside(
    deleter, exported, theirs, server, roles
):
    space = theirs["name"]
    found = exported(space)
    found.contributors = []
    deleter.settle(found)
    Peer(server).make(theirs)  # both charms ran for a while

    report = deleter.delete_stale(keep_data=True)

    assert report.exit_code == 0, report.errors
    roles(space, olga="", kimonas="", ann="", bob="")


def test_their_document_is_converted_and_changes_nobodys_role(engine, server, name, roles):
    profile = {
        "name": name,
        "owner": {"kind": "User", "name": OLGA},
        "resources": {"hard": {"requests.memory": "1Gi"}},
        "contributors": [
            {"name": OLGA, "role": "admin"},
            {"name": person("ann"), "role": "view"},
            {"name": person("ann"), "role": "edit"},
            {"name": person("bob"), "role": "view"},
        ],
    }
    Peer(server).make(profile)
    people = {"olga": "admin", "ann": "edit", "bob": "view"}
    roles(name, people)
    text = convert(yaml.safe_dump({"profiles": [profile]}, sort_keys=False)).text
    ours = loads(text).profiles[name]

    report = engine.apply(ours)

    assert report.exit_code == 0, report.errors
    assert report.plan.access.lost == report.plan.access.gained == 0
    roles(name, people)
    assert engine.matches(ours)


def test_an_owner_who_differs_is_changed_where_the_document_says_adopt(
    engine, theirs, exported, roles
):
    found = exported(theirs["name"])
    found.owner.name = person("nina")

    refused = engine.apply(found)
    found.adopt = True
    wait_for("the owner", lambda: engine.apply(found).exit_code == 0)

    assert [problem.code for problem in refused.plan.refused] == ["owned-by-another"]
    roles(theirs["name"], {"nina": "admin", "olga": "", **ROLES})
