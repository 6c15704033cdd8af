"""`rbac`: the permissions of the account, and the policies that confine it."""

import pytest

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
        (("--admission-policy", "--plan-only", *ACCOUNT), "only plans"),
        (("--admission-policy", "--service-account", "profiles-management"), "write NAMESPACE:NAME"),
        (("--admission-policy", "--service-account", "kubeflow/x"), "write NAMESPACE:NAME"),
        (("--admission-policy", "--service-account", ":x"), "write NAMESPACE:NAME"),
        (("--admission-policy", "--service-account", "a:b:c"), "write NAMESPACE:NAME"),
        (("--admission-policy", "--service-account", "a:it's"), "write NAMESPACE:NAME"),
        (("--service-account", "a"), "write NAMESPACE:NAME"),
        (ACCOUNT, "is for --admission-policy"),
    ],
)
def test_what_is_missing_or_wrong_is_named(run, given, said):
    ran = run("rbac", *given)

    assert ran.code != 0
    assert ran.out == ""
    assert said in " ".join(ran.err.split())
