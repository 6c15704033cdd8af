"""Users change or recreate their own RoleBinding all the time to keep it, on a real API server.

The attacker acts between our read and each of our writes, so speed does not matter here.
"""

import contextlib

import pytest

from integration.people import person
from memory_api.status import Refusal

ANN = "user-ann-example-com-clusterrole-edit"
_RESOURCES = {"rolebindings": "RoleBinding", "authorizationpolicies": "AuthorizationPolicy"}


@pytest.fixture
def attack(engine, server, name):
    """Act on one object right before each of our writes to it."""
    hooks = engine.client._client._client.event_hooks["request"]
    installed = []

    def install(act, times=1000):
        calls = []

        def hook(request):
            parts = request.url.path.split("/")
            concerns = request.method in ("DELETE", "PATCH") and name in parts and parts[-1] == ANN
            if not concerns or len(calls) >= times:
                return
            calls.append(request)
            kind = _RESOURCES[parts[-2]]
            obj = server.get(kind, name, ANN)
            if obj is not None:
                act(server, kind, obj, len(calls))

        hooks.append(hook)
        installed.append(hook)

    yield install
    for hook in installed:
        hooks.remove(hook)


def _patch(server, kind, obj, change):
    server.patch(kind, obj["metadata"]["namespace"], ANN, change)


def touch(server, kind, obj, number):
    _patch(server, kind, obj, {"metadata": {"annotations": {"example.com/n": str(number)}}})


def add_a_finalizer(server, kind, obj, number):
    if "deletionTimestamp" not in obj["metadata"]:
        _patch(server, kind, obj, {"metadata": {"finalizers": [f"example.com/n{number}"]}})


def take_our_marks_off(server, kind, obj, number):
    _patch(server, kind, obj, {"metadata": {"labels": None, "annotations": None}})
    touch(server, kind, obj, number)


def name_somebody_else(server, kind, obj, number):
    _patch(server, kind, obj, {"metadata": {"annotations": {"user": person(f"zoe{number}")}}})


def look_like_a_copy(server, kind, obj, number):
    _patch(
        server,
        kind,
        obj,
        {"metadata": {"labels": {"hnc.x-k8s.io/inherited-from": f"parent{number}"}}},
    )


def add_somebody(server, kind, obj, number):
    if kind == "RoleBinding":
        zoe = {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "User",
            "name": person(f"zoe{number}"),
        }
        _patch(server, kind, obj, {"subjects": [*obj.get("subjects", []), zoe]})


def make_it_again(server, kind, obj, _):
    with contextlib.suppress(Refusal):
        server.delete(kind, obj["metadata"]["namespace"], ANN)
    kept = {key: obj["metadata"][key] for key in ("name", "namespace", "labels", "annotations")}
    server.create(
        {**{key: value for key, value in obj.items() if key != "status"}, "metadata": kept}
    )


@pytest.mark.parametrize(
    "act", [touch, add_a_finalizer, name_somebody_else, look_like_a_copy, add_somebody]
)
def test_changing_the_object_before_every_write_keeps_nothing(
    engine, profile, attack, roles, name, act
):
    engine.settle(profile(ann="edit", bob="edit"))
    attack(act)

    report = engine.apply(profile(li="edit"))

    assert report.exit_code == 0, [*report.errors, *report.pending]
    roles(name, ann="", bob="", li="edit")


def test_an_object_without_our_marks_is_reported_where_the_admission_policy_protects_it(
    engine, profile, attack, name, role
):
    engine.settle(profile(ann="edit"))
    attack(take_our_marks_off)

    report = engine.apply(profile())

    assert report.exit_code == 1
    assert ANN in report.errors[0]
    assert role("ann", name) == "edit"


def test_a_weaker_role_cannot_be_put_off(engine, profile, attack, roles, name):
    engine.settle(profile(ann="edit"))
    attack(touch)

    assert engine.apply(profile(ann="view")).exit_code == 0
    roles(name, ann="view")


def test_an_object_that_is_made_again_before_every_write_holds_up_nothing_but_grants(
    engine, profile, attack, server, roles, name
):
    engine.settle(profile(ann="edit", bob="edit", li="admin"))
    attack(make_it_again)

    report = engine.apply(profile(li="view", zoe="edit", cpu="2"))

    assert report.exit_code == 4
    assert "before each of 4 attempts" in report.pending[0].what
    roles(name, ann="edit", bob="", li="view", zoe="")
    assert server.get("Profile", None, name)["spec"]["resourceQuotaSpec"]["hard"] == {
        "limits.cpu": "2"
    }


def test_once_the_attacker_pauses_the_same_run_revokes_and_grants(
    engine, profile, attack, roles, name
):
    engine.settle(profile(ann="edit"))
    attack(make_it_again, times=6)

    assert engine.apply(profile(zoe="edit")).exit_code == 0
    roles(name, ann="", zoe="edit")


@pytest.mark.parametrize("kind", ["RoleBinding", "AuthorizationPolicy"])
def test_what_the_server_answers_to_guards_is_what_the_one_in_memory_answers(
    engine, profile, server, name, kind
):
    engine.settle(profile(ann="edit"))
    other = "00000000-0000-4000-8000-000000000000"

    codes = []
    for change in ({"metadata": {"uid": other}}, {"metadata": {"resourceVersion": "1"}}):
        with pytest.raises(Refusal) as refused:
            server.patch(kind, name, ANN, change)
        codes.append(refused.value.code)
    for guard in ({"uid": other}, {"resourceVersion": "1"}):
        with pytest.raises(Refusal) as refused:
            server.delete(kind, name, ANN, preconditions=guard)
        codes.append(refused.value.code)

    assert codes == [422, 409, 409, 409]


@pytest.mark.parametrize("kind", ["RoleBinding", "AuthorizationPolicy"])
def test_a_deletion_that_a_finalizer_holds_up_is_answered_with_the_object(
    engine, profile, server, name, kind
):
    engine.settle(profile(ann="edit"))
    server.patch(kind, name, ANN, {"metadata": {"finalizers": ["example.com/keep"]}})

    answer = server.call("DELETE", server.path(kind, name, ANN))

    assert answer["kind"] == kind
    assert answer["metadata"]["deletionTimestamp"]
    server.patch(kind, name, ANN, {"metadata": {"finalizers": None}})
