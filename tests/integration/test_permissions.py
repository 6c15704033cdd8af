"""The engine needs every verb that `profiles-management rbac` prints, and no other."""

import contextlib
import json

import pytest

from integration.cluster import permissions
from integration.cluster.waiting import wait_for
from integration.people import person
from memory_api.status import Refusal
from profiles_management import Forbidden, ProfilesError, Settings
from profiles_management.cli.main import main
from profiles_management.kubeflow.access.cluster_wide import ClusterWideEntry
from profiles_management.kubeflow.engine import list_cluster_wide
from profiles_management.kubeflow.objects.naming import ADOPTABLE
from profiles_management.reconcile.plan import Person

KUBEFLOW, STANDALONE = Settings(), Settings(standalone=True, allow_kubeflow=True)
COUNTED = ("pods", "serviceaccounts")  # of an adopted namespace, to report its content
LIMITS = {"limitRange": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}}
OTHER_LIMITS = {"limitRange": {"limits": [{"type": "Container", "default": {"cpu": "2"}}]}}


def lived(engine, profile, server):
    """Run the engine through every kind of change of a profile; yield the errors on the way."""
    stages = [
        profile(ann="edit", bob="edit", cpu="1", more=LIMITS),
        profile(ann="view", cpu="2", more={**OTHER_LIMITS, "labels": {"team": "red"}}),
        profile(owner=person("nina"), ann="view"),
    ]
    for stage in stages:
        yield from said(engine.apply, stage)
    with contextlib.suppress(Refusal):  # if it was not created, an error was yielded already
        rules = {"spec": {"rules": [{}]}}
        server.patch(
            "AuthorizationPolicy", stages[0].name, "user-ann-example-com-clusterrole-view", rules
        )
    yield from said(engine.apply, stages[2])
    # the writes are sent; the run does not wait for their effect
    yield from said(engine.delete_stale, deadline=0.0)


def said(act, *given, deadline=10.0):
    try:
        report = act(*given, deadline=deadline)
    except ProfilesError as error:
        return [str(error)]
    return [
        *report.errors,
        *(str(one) for one in report.plan.warnings if one.code == "unseen-cluster-roles"),
    ]


def each(settings, **extent):
    """Return the verbs of a ClusterRole one by one, for a test each."""
    mode = "standalone" if settings.standalone else "kubeflow"
    needed = (one for one in permissions.granted(settings, **extent) if one.resource not in COUNTED)
    return [pytest.param(settings, one, id=f"{mode}: {one}") for one in needed]


def but(settings, missing, **extent):
    return [one for one in permissions.granted(settings, **extent) if one != missing]


def named(missing, complaints):
    wanted = "bind" if missing.verb == "bind" else str(missing)
    return any(wanted in one for one in complaints)


def test_what_the_command_prints_is_what_these_tests_grant(capsys):
    assert main(["rbac", "--with-delete", "--output", "json"]) == 0

    printed = json.loads(capsys.readouterr().out)["rules"]

    verbs = {(rule["resources"][0], verb) for rule in printed for verb in rule["verbs"]}
    assert verbs == {(one.resource, one.verb) for one in permissions.granted(with_delete=True)}


@pytest.mark.parametrize("settings", [KUBEFLOW, STANDALONE], ids=["kubeflow", "standalone"])
def test_it_is_enough(engine_with, profile, server, settings):
    engine = engine_with(
        permissions.granted(settings, with_delete=True),
        standalone=settings.standalone,
        allow_kubeflow=settings.allow_kubeflow,
    )

    assert list(lived(engine, profile, server)) == []


@pytest.mark.parametrize(
    ("settings", "missing"), each(KUBEFLOW, with_delete=True) + each(STANDALONE, with_delete=True)
)
def test_whichever_verb_is_missing_is_named(engine_with, profile, server, settings, missing):
    engine = engine_with(
        but(settings, missing, with_delete=True),
        standalone=settings.standalone,
        allow_kubeflow=settings.allow_kubeflow,
    )

    complaints = list(lived(engine, profile, server))

    assert named(missing, complaints), complaints


@pytest.mark.parametrize("settings", [KUBEFLOW, STANDALONE], ids=["kubeflow", "standalone"])
def test_planning_takes_what_is_printed_for_planning(engine_with, profile, settings):
    full = engine_with(
        permissions.granted(settings),
        standalone=settings.standalone,
        allow_kubeflow=settings.allow_kubeflow,
    )
    planner = engine_with(
        permissions.granted(settings, plan_only=True),
        standalone=settings.standalone,
        allow_kubeflow=settings.allow_kubeflow,
    )
    ml = profile(ann="edit", cpu="1")
    full.apply(ml)

    planner.wait_until_it_matches(ml)

    found = planner.plan(profile(bob="view"))
    assert len(found.changes) > 1
    assert found.warnings == ()
    assert planner.export().pmr.has_profile(ml.name)


@pytest.mark.parametrize(
    ("settings", "missing"), each(KUBEFLOW, plan_only=True) + each(STANDALONE, plan_only=True)
)
def test_whichever_verb_planning_is_missing_is_named(engine_with, profile, settings, missing):
    planner = engine_with(
        but(settings, missing, plan_only=True),
        standalone=settings.standalone,
        allow_kubeflow=settings.allow_kubeflow,
    )

    try:
        complaints = [str(one) for one in planner.plan(profile(ann="edit")).warnings]
    except Forbidden as error:
        complaints = [str(error)]

    assert named(missing, complaints), complaints


@pytest.mark.parametrize("is_granted", [True, False])
def test_cluster_wide_access_takes_one_more_verb_that_is_named(
    engine_with, server, name, is_granted
):
    user = f"{name}@example.com"  # others of these tests have no access that they do not expect
    server.create(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "view",
            },
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
        }
    )
    engine = engine_with(permissions.granted(plan_only=True, with_cluster_wide=is_granted))

    if is_granted:
        found = list_cluster_wide(target=engine.client).entries
        assert ClusterWideEntry(name, "view", Person("User", user)) in found
        assert not any(entry.binding == "system:discovery" for entry in found)
    else:
        with pytest.raises(Forbidden, match="Not allowed to list clusterrolebindings") as refused:
            list_cluster_wide(target=engine.client)
        assert "rbac --with-cluster-wide" in refused.value.remedy


@pytest.mark.parametrize(
    "missing", [(), *((resource,) for resource in COUNTED)], ids=["all", *COUNTED]
)
def test_what_is_in_an_adopted_namespace_is_said_or_why_not(
    engine_with, profile, server, name, missing
):
    labels = {"labels": {ADOPTABLE: "true"}}
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **labels}})
    for account in ("one", "two"):
        metadata = {"name": account, "namespace": name}
        server.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    wait_for("the default account", lambda: len(server.objects("ServiceAccount", name)) == 3)
    engine = engine_with(one for one in permissions.granted() if one.resource not in missing)

    report = engine.apply(profile(ann="edit", more={"adopt": True}))

    said = (
        f"unknown: Not allowed to list {missing[0]}"
        if missing
        else "with 0 pods and 3 ServiceAccounts"
    )
    (warning,) = report.plan.warnings
    assert said in warning.what
    assert report.exit_code == 0, report.errors


def test_without_bind_it_is_said_in_one_short_message(engine_with, profile):
    engine = engine_with(one for one in permissions.granted() if one.verb != "bind")

    report = engine.apply(profile(ann="edit"))

    assert report.exit_code == 1
    assert all(len(one) < 600 for one in report.errors), report.errors


def test_an_account_without_permissions_gets_an_error(engine_with, profile):
    with pytest.raises(Forbidden, match="list"):
        engine_with(()).plan(profile())
