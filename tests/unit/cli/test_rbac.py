"""`rbac`: the permissions of the account, and the policies that confine it."""

import re

import pytest

from memory_api import ProfileController, forbid

ACCOUNT = ("--service-account", "kubeflow:profiles-management")


def test_the_permissions_are_printed_by_default(run):
    assert run("rbac", "--output", "json").data["kind"] == "ClusterRole"


def test_the_policies_of_an_account_are_printed_with_the_settings_of_its_runs(run):
    ran = run("rbac", "--admission-policy", *ACCOUNT, "--protect", "secret-*", "--output", "json")

    assert ran.code == 0
    assert {one["kind"] for one in ran.data["items"]} == {
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    }
    assert "system:serviceaccount:kubeflow:profiles-management" in ran.out
    assert "secret-.*" in ran.out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--admission-policy",), "needs --service-account NAMESPACE:NAME"),
        (("--admission-policy", "--plan-only", *ACCOUNT), "cannot be combined with --plan-only"),
        (
            ("--admission-policy", "--service-account", "profiles-management"),
            "Write NAMESPACE:NAME",
        ),
        (("--admission-policy", "--service-account", "kubeflow/x"), "Write NAMESPACE:NAME"),
        (("--admission-policy", "--service-account", ":x"), "Write NAMESPACE:NAME"),
        (("--admission-policy", "--service-account", "a:b:c"), "Write NAMESPACE:NAME"),
        (("--admission-policy", "--service-account", "a:it's"), "Write NAMESPACE:NAME"),
        (("--service-account", "a"), "Write NAMESPACE:NAME"),
        (ACCOUNT, "it needs --admission-policy"),
    ],
)
def test_what_is_missing_or_wrong_is_named(run, given, said):
    ran = run("rbac", *given)

    assert ran.code != 0
    assert ran.out == ""
    assert said in " ".join(ran.err.split())


REMEDY = re.compile(r"`profiles-management (rbac[^`]*)` prints")


@pytest.mark.parametrize(
    ("missing", "command", "printed"),
    [
        ("list profiles", "plan pmr.yaml", "rbac --plan-only"),
        ("list rolebindings", "access", "rbac --plan-only"),
        ("list namespaces", "export --standalone", "rbac --standalone --plan-only"),
        ("list profiles", "apply pmr.yaml", "rbac"),
        ("create profiles", "apply pmr.yaml", "rbac"),
        (
            "create namespaces",
            "apply pmr.yaml --standalone --allow-kubeflow",
            "rbac --standalone --allow-kubeflow",
        ),
        ("delete profiles", "delete-stale nobody.yaml --yes", "rbac --with-delete"),
        (
            "delete namespaces",
            "delete-stale nobody.yaml --yes --standalone --allow-kubeflow",
            "rbac --standalone --allow-kubeflow --with-delete",
        ),
        ("create events", "apply pmr.yaml --events counts", "rbac --with-events"),
        ("get clusterroles", "plan pmr.yaml", "rbac --plan-only"),
        (
            "get clusterroles",
            "plan pmr.yaml --role admin=a,edit=b,view=c",
            "rbac --role admin=a,edit=b,view=c --plan-only",
        ),
    ],
)
def test_a_missing_permission_is_named_with_the_rbac_that_has_it(
    run, api, here, missing, command, printed
):
    ProfileController(api)
    (here / "nobody.yaml").write_text("profiles: []\n")
    if command.startswith("delete-stale"):
        run("apply", "pmr.yaml", *command.removeprefix("delete-stale nobody.yaml --yes").split())
    verb, resource = missing.split()
    api.faults.append(forbid(verb, resource))

    ran = run(*command.split())

    [remedy] = set(REMEDY.findall(" ".join((ran.out + ran.err).split())))
    assert remedy == printed
    rules = run(*remedy.split(), "--output", "json").data["rules"]
    assert any(resource in rule["resources"] and verb in rule["verbs"] for rule in rules)
