"""No content of a cluster or of a databag makes a hook or an action raise."""

import json
import random
from dataclasses import replace

import pytest
from ops import ActiveStatus, BlockedStatus, MaintenanceStatus, WaitingStatus, testing

from profiles_charm import results
from profiles_management.kubeflow.objects import naming

ODD = (
    "", " ", "portal", "relation", "relation:", "relation:profiles", "relation:profiles:a:b", "a:b:c:d", "::", "\n",
    "a\nb", "\x1b[31m", "🙂", "é", "x" * 3000, "null", "[]", "{}", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "2027-01-31", "2027-02-30", "True", "1e400",
    "https://[::1", "http://", "'", '"', "%s{0}", "../..",
)  # fmt: skip
ANY_JSON = (
    None, True, 0, -1.5, "text", [], [None], [[]], [{}], [1, "a"], {}, {"config": 1}, {"config": None},
    {"config": "2026-01-01"}, {"config": "2026-01-01T12:00:00"}, {"config": "0001-01-01T00:00:00+14:00"},
    {"config": ["x"]}, {"a": {"b": []}}, "\ud800", ["\ud800"], {"\ud800": "2026-01-01T00:00:00Z"},
)  # fmt: skip
TEXTS = (*map(json.dumps, ANY_JSON), "[" * 100_000, "{", "NaN", "1" * 5000)
ENDPOINTS = ("service-mesh", "send-otlp", "charm-tracing", "receive-ca-cert", "grafana-dashboard")
KEYS = ("mesh_type", "labels", "endpoints", "receivers", "certificates", "version")
ACTIONS = (
    "plan",
    "sync-now",
    "list-stale-profiles",
    "export-pmr",
    "list-access",
    "delete-stale-profiles",
)
PLAN = ("plan",)
STATUSES = (ActiveStatus, BlockedStatus, WaitingStatus, MaintenanceStatus)


def looked_at(world, actions=PLAN):
    """Run an event and actions; return the status after the event."""
    status = world.see().unit_status
    for name in actions:
        params = {"confirm": True} if name == "delete-stale-profiles" else {}
        try:
            world.act(name, **params)
        except testing.ActionFailed as failed:
            world.state = failed.state
    assert isinstance(status, STATUSES)
    assert status.message.isprintable()
    return status


def put_oddities(api, rng):
    """Put objects into the cluster whose texts are odd, as far as Kubernetes takes them."""
    for number in range(4):
        name = f"odd-{number}"
        notes = {
            naming.SOURCE: rng.choice(ODD),
            naming.SETS: rng.choice(ODD),
            naming.KEYS: rng.choice(ODD),
        }
        marks = {
            naming.MANAGED_BY: naming.MANAGER,
            naming.INSTANCE: rng.choice(("default", "other", "")),
        }
        owner = rng.choice(
            (
                {"kind": "User", "name": rng.choice(ODD)},
                {"kind": rng.choice(ODD), "name": "x"},
                None,
            )
        )
        meta = {"name": name, "annotations": notes, "labels": marks}
        spec = {"owner": owner} if owner else {}
        api.put(
            {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": meta, "spec": spec}
        )
        space = {"name": name, "annotations": {**notes, "owner": rng.choice(ODD)}, "labels": marks}
        api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": space})
        put_contributor(api, rng, name, marks)


def put_contributor(api, rng, namespace, marks):
    notes = {key: rng.choice(ODD) for key in ("user", "role", naming.UNTIL, naming.SOURCE)}
    name = rng.choice(("user-ann-example-com-clusterrole-edit", "namespaceAdmin", "something"))
    meta = {"name": name, "namespace": namespace, "annotations": notes, "labels": marks}
    subject = {"kind": rng.choice(("User", "Group", "Foo")), "name": rng.choice(ODD)}
    role = {
        "kind": rng.choice(("ClusterRole", "Role")),
        "name": rng.choice(("kubeflow-edit", *ODD)),
    }
    group = "rbac.authorization.k8s.io"
    api.put(
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": meta,
            "roleRef": {"apiGroup": group, **role},
            "subjects": [{"apiGroup": group, **subject}],
        }
    )
    spec = rng.choice(
        (
            {},
            {"rules": []},
            {"rules": [{}]},
            {"rules": None},
            {"rules": [{"from": None, "when": None}]},
        )
    )
    api.put(
        {
            "apiVersion": "security.istio.io/v1",
            "kind": "AuthorizationPolicy",
            "metadata": meta,
            "spec": spec,
        }
    )


@pytest.mark.parametrize("seed", range(16))
def test_whatever_the_cluster_holds_a_status_and_every_action_answer(seed, world, api, document):
    put_oddities(api, random.Random(seed))
    world.configure(pmr=document(ml=1))
    if seed % 2:
        world.relate("teams", "profiles: [{nonsense: 1}]")

    looked_at(world, ACTIONS)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("key", ["since", "seen"])
def test_whatever_the_peers_remember_a_status_and_a_plan_answer(key, text, world, document):
    world.state = replace(
        world.state, relations={testing.PeerRelation("peers", local_app_data={key: text})}
    )
    world.configure(pmr="profiles: nonsense")
    world.relate("teams", document(ml=1))

    status = looked_at(world)

    assert status.message.startswith("pmr line 1: ")


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_whatever_a_related_application_says_a_status_and_a_plan_answer(text, world, document):
    databag = dict.fromkeys(KEYS, text)
    related = [
        testing.Relation(name, remote_app_name="other", remote_app_data=databag)
        for name in ENDPOINTS
    ]
    world.state = replace(world.state, relations={*world.state.relations, *related})
    world.configure(pmr=document(ml=1))

    assert looked_at(world) == ActiveStatus("1 profile, 1 contributor")


def test_a_text_that_no_utf_8_holds_is_escaped_in_an_answer():
    answer = results.of_list("errors", [{"file": "\udcff.yaml"}])["errors"]

    assert answer == '[{"file": "\\udcff.yaml"}]'
    assert json.loads(answer) == [{"file": "\udcff.yaml"}]


@pytest.mark.parametrize("name", ODD[:12], ids=range(12))
def test_a_source_with_an_unknown_name_is_shown_in_the_status(name, world, api, document):
    world.configure(pmr=document(ml=1))
    world.see()
    profile = api.get("Profile", None, "ml")
    profile["metadata"]["annotations"][naming.SOURCE] = name
    api.put(profile)
    world.relate("teams", None)
    world.configure(pmr="")

    status = world.see().unit_status

    assert status.message.startswith("relation profiles of teams: nothing is published yet; ")
    assert status.message.isprintable()
