"""A namespace of somebody else is refused for that profile only, and stays unchanged."""

import pytest

from integration.cluster.confinement import ADOPTABLE_LABEL
from integration.cluster.waiting import wait_for
from integration.people import OLGA, person

EVE = person("eve")


@pytest.fixture
def namespace(server, name):
    """Create the namespace by hand: `namespace(owner=...)`."""

    def make(owner="", **metadata):
        annotations = {"annotations": {"owner": owner}} if owner else {}
        metadata = {"name": name, "labels": ADOPTABLE_LABEL, **annotations, **metadata}
        server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        data = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "data", "namespace": name},
        }
        server.call("POST", f"/api/v1/namespaces/{name}/configmaps", data)

    return make


@pytest.fixture
def data(server, name):
    """The data of that namespace; fails where they are gone."""
    return lambda: server.call("GET", f"/api/v1/namespaces/{name}/configmaps/data")["metadata"][
        "uid"
    ]


@pytest.fixture
def theirs(server, name):
    """Create a Profile by hand, with an owner."""

    def make(owner):
        subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": owner}
        head = {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": name}}
        server.create({**head, "spec": {"owner": subject}})
        wait_for(
            "the profile", lambda: "finalizers" in server.get("Profile", None, name)["metadata"]
        )

    return make


def codes(report):
    return [problem.code for problem in report.plan.refused]


def test_a_namespace_of_somebody_else_is_refused_and_the_others_are_done(
    engine, profile, namespace, server, roles, name
):
    namespace(owner=EVE)
    before = server.get("Namespace", None, name)

    report = engine.apply(profile(ann="edit"), profile("-other", ann="edit"))

    assert (codes(report), report.exit_code) == (["foreign-namespace"], 1)
    roles(name, ann="")
    roles(f"{name}-other", ann="edit")
    assert server.get("Namespace", None, name) == before
    assert server.get("Profile", None, name) is None


def test_a_namespace_of_somebody_else_is_refused_even_with_adopt(engine, profile, namespace):
    namespace(owner=EVE)

    assert codes(engine.apply(profile(more={"adopt": True}))) == ["foreign-namespace"]


def test_a_namespace_without_an_owner_is_refused(engine, profile, namespace, server, name):
    namespace()

    report = engine.apply(profile())

    assert codes(report) == ["unowned-namespace"]
    assert "adopt: true" in report.errors[0]
    assert server.get("Profile", None, name) is None


def test_a_namespace_without_an_owner_is_taken_over_with_its_data(
    engine, profile, namespace, data, roles, name
):
    namespace()
    before = data()
    ml = profile(ann="edit", more={"adopt": True})

    report = engine.apply(ml)

    assert report.exit_code == 0, report.errors
    engine.wait_until_it_matches(ml)
    assert data() == before
    roles(name, olga="admin")
    roles(name, ann="edit")


def test_a_namespace_that_no_administrator_labelled_is_not_taken_over(
    engine, profile, namespace, server, name
):
    namespace(labels={})

    report = engine.apply(profile(more={"adopt": True}), profile("-other", ann="edit"))

    assert report.exit_code == 1
    assert "label it profiles-management.io/adoptable=true" in report.errors[0]
    assert server.get("Profile", None, name) is None
    assert server.get("Profile", None, f"{name}-other") is not None


def test_a_namespace_whose_owner_the_document_names_needs_no_leave(
    engine, profile, namespace, roles, name
):
    namespace(owner=OLGA)

    engine.apply(profile(ann="edit"))

    roles(name, ann="edit")


def test_a_profile_of_the_owner_that_the_document_names_is_adopted(
    engine, profile, theirs, server, name
):
    theirs(OLGA)

    report = engine.apply(profile())

    assert report.exit_code == 0, report.errors
    assert server.get("Profile", None, name)["metadata"]["labels"]["app.kubernetes.io/managed-by"]
    assert engine.matches(profile())


def test_a_profile_of_another_owner_is_refused(engine, profile, theirs, roles, name):
    theirs(EVE)

    assert codes(engine.apply(profile(ann="edit"))) == ["owned-by-another"]
    roles(name, ann="", eve="admin")


def test_a_profile_of_another_owner_is_taken_over_where_the_document_says_so(
    engine, profile, theirs, roles, name
):
    theirs(EVE)
    ml = profile(ann="edit", more={"adopt": True})

    report = engine.apply(ml)

    assert report.exit_code == 0, report.errors
    engine.wait_until_it_matches(ml)
    roles(name, olga="admin", ann="edit", eve="")


def test_a_profile_of_another_instance_is_refused_until_it_is_taken_over(
    engine, profile, roles, name
):
    engine.settle(profile(ann="edit"), instance="another")

    assert codes(engine.apply(profile(bob="edit"))) == ["other-instance"]
    roles(name, bob="")

    engine.apply(profile(bob="edit"), take_over="another")
    roles(name, ann="", bob="edit")


def test_a_profile_that_is_being_deleted_is_pending(engine, profile, server, name):
    engine.settle(profile())
    server.patch(
        "Profile",
        None,
        name,
        {"metadata": {"finalizers": ["profile-finalizer", "example.com/hold"]}},
    )
    server.delete("Profile", None, name)

    report = engine.apply(profile(ann="edit"), deadline=0.0)

    assert (report.exit_code, [one.profile for one in report.pending]) == (4, [name])

    def held():
        return server.get("Profile", None, name)["metadata"]["finalizers"]

    wait_for("the controller to be through", lambda: held() == ["example.com/hold"])
    server.patch("Profile", None, name, {"metadata": {"finalizers": None}})
    wait_for("the namespace to go", lambda: server.get("Namespace", None, name) is None)
    engine.apply(profile(ann="edit"))
    assert engine.matches(profile(ann="edit"))
