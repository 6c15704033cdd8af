"""The printed policies that confine our account. tests/integration/attacks shows that they hold."""

import pytest

from profiles_management import Settings
from profiles_management.kubeflow.permissions import admission, cel
from profiles_management.kubeflow.permissions.cluster_role import cluster_role
from profiles_management.kubeflow.permissions.confinement import Account

ACCOUNT = Account("kubeflow", "profiles-management")
MODES = [Settings(), Settings(standalone=True)]


def printed(settings=MODES[0], **extent):
    return admission.policies(ACCOUNT, settings, **extent)["items"]


def specs(settings=MODES[0], **extent):
    """Return the spec of each policy, by the resource that it looks at."""
    found = [
        one["spec"]
        for one in printed(settings, **extent)
        if one["kind"] == "ValidatingAdmissionPolicy"
    ]
    return {one["matchConstraints"]["resourceRules"][0]["resources"][0]: one for one in found}


def text_of(settings=MODES[0], **extent):
    return "\n".join(
        rule["expression"]
        for spec in specs(settings, **extent).values()
        for rule in spec["validations"]
    )


@pytest.mark.parametrize("settings", MODES, ids=["kubeflow", "standalone"])
def test_whatever_the_account_may_write_a_policy_looks_at(settings):
    role = cluster_role(settings, with_delete=True)
    written = {
        rule["resources"][0]
        for rule in role["rules"]
        if {"create", "patch", "delete"} & set(rule["verbs"])
    }

    assert specs(settings).keys() == written


@pytest.mark.parametrize("settings", MODES, ids=["kubeflow", "standalone"])
def test_each_policy_looks_at_our_account_alone_and_refuses_what_it_cannot_judge(settings):
    ours = "request.userInfo.username == 'system:serviceaccount:kubeflow:profiles-management'"

    for spec in specs(settings).values():
        assert [one["expression"] for one in spec["matchConditions"]] == [ours]
        assert spec["failurePolicy"] == "Fail"
        assert spec["matchConstraints"]["resourceRules"][0]["operations"] == [
            "CREATE",
            "UPDATE",
            "DELETE",
        ]


def test_each_policy_is_in_force():
    policies, bindings = printed()[::2], printed()[1::2]

    for policy, binding in zip(policies, bindings, strict=True):
        assert binding["spec"] == {
            "policyName": policy["metadata"]["name"],
            "validationActions": ["Deny"],
        }


def test_two_accounts_have_policies_of_their_own():
    other = admission.policies(Account("kubeflow", "another"), Settings())["items"]

    names = [
        one["metadata"]["name"]
        for one in (*printed(), *other)
        if one["kind"] == "ValidatingAdmissionPolicy"
    ]
    assert len(set(names)) == len(names)


def test_what_settings_say_is_what_the_policies_know():
    settings = Settings(
        roles={"admin": "team-lead", "edit": "team:edit", "view": "größe"},
        protected_namespaces=frozenset({"team-?-*"}),
        allowed_keys=frozenset({"pod-security.kubernetes.io/*"}),
        instance="mine",
        take_over="theirs",
    )

    text = text_of(settings)

    assert "['größe', 'team-lead', 'team:edit']" in text
    assert "team-.-.*" in text
    assert r"key.matches('^(pod-security\\.kubernetes\\.io/.*)$')" in text
    assert "in ['mine']" in text
    assert "in ['mine', 'theirs']" in text


def test_the_namespaces_of_gateways_and_our_own_are_protected():
    settings = Settings(principals=("cluster.local/ns/mesh/sa/gateway",), own_namespace="jobs")

    protected = specs(settings)["rolebindings"]["validations"][0]["expression"]

    assert (
        protected
        == "!request.namespace.matches('^(default|istio-system|jobs|kube-.*|kubeflow|mesh)$')"
    )


@pytest.mark.parametrize("settings", MODES, ids=["kubeflow", "standalone"])
def test_nothing_is_deleted_unless_it_is_asked_for(settings):
    anchor = "namespaces" if settings.standalone else "profiles"

    def deletion(**extent):
        rules = specs(settings, **extent)[anchor]["validations"]
        return next(rule["expression"] for rule in rules if "deletes stale" in rule["message"])

    assert deletion() == "!(request.operation == 'DELETE') || false"
    assert "variables.labelsBefore" in deletion(with_delete=True)


@pytest.mark.parametrize(
    ("pattern", "expression"),
    [
        ("ml", "ml"),
        ("team-*", "team-.*"),
        ("a?c", "a.c"),
        ("kubernetes.io/*", r"kubernetes\\.io/.*"),
    ],
)
def test_a_pattern_of_a_setting_is_a_regular_expression(pattern, expression):
    assert cel.fits("x", [pattern]) == f"x.matches('^({expression})$')"


def test_no_pattern_fits_nothing():
    assert cel.fits("x", []) == "false"


@pytest.mark.parametrize("value", ["it's", 'say "hi"', "back\\slash", "größe"])
def test_no_name_ends_its_literal(value):
    literal = cel.text(value)

    inner = literal[1:-1].replace("\\\\", "").replace("\\'", "")
    assert literal[0] == literal[-1] == "'"
    assert "'" not in inner


def test_names_of_any_account_fit_and_differ():
    long = [Account("n" * 63, "a" * 252 + end) for end in "xy"]
    found = [
        item["metadata"]["name"]
        for one in long
        for item in admission.policies(one, MODES[0])["items"]
    ]

    assert {len(name) for name in found} == {253}
    assert len(set(found)) == len(found) // 2  # a policy and its binding have one name
