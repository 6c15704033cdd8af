"""The form of each setting: invalid values are refused with name and remedy."""

from dataclasses import fields

import pytest

from profiles_management import CHARMED, UPSTREAM, Settings, SettingsError

GATEWAY = "cluster.local/ns/istio-system/sa/gateway"
LONG = "a" * 64


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        # entries of any list
        ("principals", (f'"{GATEWAY}"',), "quotation marks or brackets"),
        ("principals", (f'["{GATEWAY}"]',), "quotation marks or brackets"),
        ("principals", (f"{GATEWAY},{GATEWAY}",), "white space or a comma"),
        ("principals", (f"{GATEWAY} {GATEWAY}",), "white space or a comma"),
        ("principals", ("",), "has an empty entry"),
        ("principals", GATEWAY, "Give a list"),
        ("principals", (None,), "has an empty entry"),
        ("protected_namespaces", "ml", "Give a list"),
        ("protected_namespaces", frozenset({"\u2018ml\u2019"}), "quotation marks or brackets"),
        ("protected_namespaces", frozenset({"{ml}"}), "quotation marks or brackets"),
        ("allowed_keys", {"a.example.com/b": "x"}, "Give a list"),
        # principals
        ("principals", (f"spiffe://{GATEWAY}",), f"an entry with a scheme: .* Write: {GATEWAY}"),
        ("principals", (f"https://{GATEWAY}",), f"an entry with a scheme: .* Write: {GATEWAY}"),
        (
            "principals",
            ("gateway",),
            "is not a principal: .* Write: TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT",
        ),
        ("principals", ("istio-system/gateway",), "not a principal"),
        ("principals", ("system:serviceaccount:istio-system:gateway",), "not a principal"),
        ("principals", ("cluster.local/ns/istio-system",), "not a principal"),
        ("principals", (f"/{GATEWAY}",), "not a principal"),
        ("principals", (f"{GATEWAY}/",), "not a principal"),
        ("principals", (GATEWAY.upper(),), f"is not a principal: .* Write: {GATEWAY}"),
        ("principals", ("*",), "lets too many workloads"),
        ("principals", ("cluster.local/*",), "lets too many workloads"),
        ("principals", ("cluster.local/ns/*/sa/gateway",), "lets too many workloads"),
        ("principals", (), "is empty. Name at least the ingress gateway"),
        ("additional_principals", ("gateway",), "not a principal"),
        # headers and claims
        ("userid_header", "x:", "Write: x"),
        ("userid_header", "request.headers[x-user]", "Write: x-user"),
        ("userid_header", '"x-user"', "Write: x-user"),
        ("userid_header", "x user", "Use letters, digits, - and _."),
        ("userid_header", "x-user, y-user", "Use letters, digits, - and _."),
        ("userid_header", "é", "Use letters, digits, - and _."),
        ("userid_header", None, "Give text"),
        ("userid_prefix", "*", "wildcard"),
        ("userid_prefix", '"accounts:"', "has quotation marks"),
        ("userid_prefix", " accounts:", "begins with white space"),
        ("userid_prefix", "accounts:\n", "cannot be seen"),
        ("groups_claim", "", "is empty"),
        ("groups_claim", "realm_access.roles", "nested claim"),
        ("groups_claim", "realm_access[roles]", "nested claim"),
        ("groups_claim", "[realm_access][roles]", "nested claim"),
        ("groups_claim", "realm_access][roles", "nested claim"),
        ("groups_claim", "request.auth.claims[groups]", "Write: groups"),
        ("groups_claim", '"groups"', "not the name of a claim"),
        ("groups_claim", "groups, roles", "not the name of a claim"),
        ("groups_claim", "*", "not the name of a claim"),
        ("groups_claim", ("groups",), "Give text"),
        # names
        ("waypoint", "ns/waypoint", "in the namespace of each profile"),
        ("waypoint", "Waypoint", "not the name of a Gateway"),
        ("waypoint", "way_point", "not the name of a Gateway"),
        ("instance", "a b", "not the value of a label"),
        ("instance", LONG, "not the value of a label"),
        ("take_over", "a,b", "not the value of a label"),
        ("take_over", "default", "is this installation itself"),
        ("protected_namespaces", frozenset({"ML"}), "Write: ml"),
        ("protected_namespaces", frozenset({"Team-*"}), "Write: team-\\*"),
        ("protected_namespaces", frozenset({"ml_dev"}), "no name of a namespace matches"),
        ("protected_namespaces", frozenset({"team-.*"}), "no name of a namespace matches"),
        ("protected_namespaces", frozenset({"-ml"}), "no name of a namespace matches"),
        ("protected_namespaces", frozenset({LONG}), "no name of a namespace matches"),
        ("allowed_keys", frozenset({"owner"}), "reserved for this program"),
        ("allowed_keys", frozenset({"profiles-management.io/source"}), "reserved for this program"),
        ("allowed_keys", frozenset({"a/b/c"}), "not a key"),
        ("allowed_keys", frozenset({"key=value"}), "not a key"),
        ("roles", {"admin": "a/b", "edit": "e", "view": "v"}, "no ClusterRole has"),
        ("roles", {"admin": "", "edit": "e", "view": "v"}, "no ClusterRole has"),
        ("roles", {"admin": "a", "edit": "a", "view": "v"}, "names one ClusterRole for two roles"),
        ("roles", {"Admin": "a", "edit": "e", "view": "v"}, "must name a ClusterRole for each"),
        ("roles", "admin=a", "must name a ClusterRole for each"),
        # numbers
        ("brake_share", "0.5", "Give a share"),
        ("brake_share", 50, "Give a share"),
        ("brake_share", float("nan"), "Give a share"),
        ("brake_share", True, "Give a share"),
        ("brake_minimum", 1.5, "whole number"),
        ("brake_minimum", "5", "whole number"),
        ("writers", 100_000, "from 1 to 256"),
        ("writers", True, "from 1 to 256"),
        ("page_size", 2_000_000, "from 1 to 1,000,000"),
        ("deadline", float("inf"), "Give seconds from 0"),
        ("deadline", float("nan"), "Give seconds from 0"),
        ("deadline", 10**400, "Give seconds from 0"),
        ("deadline", "30", "Give seconds from 0"),
        ("request_timeout", float("nan"), "Give seconds above 0"),
        ("request_timeout", 1e300, "at most 3,600"),
        # choices
        ("unlisted", "Keep", "Give revoke or keep"),
        ("stale", ["ours"], "Give ours, all or off"),
        ("events", None, "Give off, counts or names"),
        ("standalone", "yes", "Give True or False"),
    ],
)
def test_what_means_nothing_is_refused_with_its_name_and_a_remedy(setting, value, said):
    with pytest.raises(SettingsError, match=rf"^{setting} .*{said}") as refused:
        Settings(**{setting: value})

    assert refused.value.setting == setting
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (
            "principals",
            (
                GATEWAY,
                "td_1/ns/a/sa/b.c",
                "*/ns/a/sa/b",
                "cluster.local/ns/a/sa/*",
                "x/ns/a/sa/gateway-*",
            ),
        ),
        ("additional_principals", [GATEWAY]),
        ("principals", [GATEWAY]),
        ("userid_header", "X-Auth-Request_Email"),
        ("userid_prefix", "accounts.google.com:"),
        ("userid_prefix", "accounts: "),
        ("groups_claim", "cognito:groups"),
        ("groups_claim", "https://example.com/groups"),
        ("waypoint", "my.waypoint-1"),
        ("instance", "Blue_1"),
        ("take_over", "other"),
        ("protected_namespaces", frozenset({"m*", "*", "?l", "team-*-prod", "ml"})),
        (
            "allowed_keys",
            frozenset({"*", "pod-security.kubernetes.io/*", "istio-injection", "*.k8s.io/*"}),
        ),
        ("roles", {"admin": "my:admin", "edit": "Edit_1", "view": "v.w"}),
        ("brake_share", 1),
        ("deadline", None),
        ("deadline", 0),
        ("request_timeout", 0.5),
        ("writers", 256),
    ],
)
def test_what_means_something_is_taken(setting, value):
    settings = Settings(**{setting: value})

    assert getattr(settings, setting) == value
    assert hash(settings.gateways)


def test_every_setting_has_a_form_and_the_presets_have_it():
    for preset in (UPSTREAM, CHARMED):
        assert (
            Settings(**{field.name: getattr(preset, field.name) for field in fields(Settings)})
            == preset
        )
