"""A namespace admin adds others to the owner's objects, unnoticed by the profile controller."""

import pytest
from engine.build import document, profile
from engine.looking import codes, roles_in, short
from engine.world import World

from memory_api import Killed, fail_nth_write
from memory_api.controller import PRINCIPALS
from profiles_management import BrakeError, Settings, export_pmr, list_access
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.kubeflow.objects import policy_rules
from profiles_management.reconcile.plan import Phase
from scenarios.foreign import account, kfam_notes, person, rule

BINDING, POLICY = (
    ("RoleBinding", "namespaceAdmin"),
    ("AuthorizationPolicy", "ns-owner-access-istio"),
)
EVE = "eve@example.com"
OWNER = "owner@example.com"


@pytest.fixture
def world():
    return World()


def get(world, which):
    kind, name = which
    return world.api.get(kind, "ml", name)


def change(world, which, edit):
    """Remove an object's ownerReference, so that the profile controller misses it, then edit it."""
    body = get(world, which)
    body["metadata"].pop("ownerReferences", None)
    world.api.put(body)
    edit(body)
    world.api.put(body)


def stop(world):
    world.controller.stops_before = "namespace"


def reference(body):
    (owner,) = body["metadata"]["ownerReferences"]
    return owner["apiVersion"].partition("/")[0], owner["kind"], owner["name"], owner["controller"]


def accesses(world):
    target = Cluster(world.client, clock=world.ticks.clock)
    return {(short(entry.person.name), entry.role) for entry in list_access(target=target)}


# RoleBinding


def add(*subjects):
    return lambda body: body["subjects"].extend(subjects)


def replace_with(*subjects):
    return lambda body: body.update(subjects=list(subjects))


def annotated(edit, **notes):
    """Edit an object and its annotations."""

    def both(body):
        edit(body)
        body["metadata"]["annotations"] = notes

    return both


def labelled(edit, **metadata):
    def both(body):
        edit(body)
        body["metadata"].update(metadata)

    return both


HIDDEN_BINDINGS = {
    "in addition to the owner": add(person(EVE)),
    "a group": add(person("eve", "Group")),
    "an account of another namespace": add(account("eve", "evil")),
    "in place of the owner": replace_with(person(EVE)),
    "a group of the owner's name": replace_with(person(OWNER, "Group"), person(EVE)),
    "without annotations": annotated(add(person(EVE))),
    "annotated with the other name": annotated(add(person(EVE)), **kfam_notes(EVE, "admin")),
    "in place of the owner and annotated": annotated(
        replace_with(person(EVE)), **kfam_notes(EVE, "admin")
    ),
    "with the label of a copy": labelled(
        add(person(EVE)), labels={"hnc.x-k8s.io/inherited-from": "org"}
    ),
    "controlled by something else": labelled(
        add(person(EVE)),
        ownerReferences=[
            {"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": "1", "controller": True}
        ],
    ),
    "controlled by a Profile of another group": labelled(
        add(person(EVE)),
        ownerReferences=[
            {
                "apiVersion": "evil.io/v1",
                "kind": "Profile",
                "name": "ml",
                "uid": "1",
                "controller": True,
            }
        ],
    ),
    "with a finalizer": labelled(add(person(EVE)), finalizers=["example.com/keep"]),
    "with our marks": labelled(
        add(person(EVE)),
        labels={
            "app.kubernetes.io/managed-by": "profiles-management",
            "profiles-management.io/instance": "default",
        },
    ),
}


@pytest.mark.parametrize("controller", ["running", "stopped"])
@pytest.mark.parametrize("edit", HIDDEN_BINDINGS.values(), ids=HIDDEN_BINDINGS.keys())
def test_whom_somebody_binds_with_the_owner_is_removed_and_the_controller_sees_the_binding_again(
    world, edit, controller
):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    before = get(world, BINDING)
    if controller == "stopped":
        stop(world)
    change(world, BINDING, edit)

    report = world.apply(pmr)

    after = get(world, BINDING)
    assert report.exit_code == 0
    assert report.plan.access.lost >= 1
    assert after["subjects"] == before["subjects"]
    assert reference(after) == reference(before)
    assert {key: after["metadata"]["annotations"][key] for key in ("user", "role")} == kfam_notes(
        OWNER, "admin"
    )
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}
    assert not world.plan(pmr).changes


def test_the_names_are_in_the_plan_and_the_access_goes_before_anything_is_granted(world):
    world.apply(document(profile()))
    change(world, BINDING, add(person(EVE)))

    first, *_ = world.plan(document(profile(ann="edit"))).changes

    assert (first.phase, str(first.target)) == (Phase.REVOKE, "RoleBinding ml/namespaceAdmin")
    assert [(field.path, field.before, field.after) for field in first.fields] == [
        ("subjects", [OWNER, EVE], [OWNER]),
        ("ownerReferences", None, "Profile ml"),
    ]


def test_a_contributor_who_is_bound_with_the_owner_keeps_the_role_of_the_document_and_loses_nothing_that_counts(
    world,
):
    pmr = document(profile(eve="edit"))
    world.apply(pmr)
    change(world, BINDING, add(person(EVE)))

    report = world.apply(pmr)

    assert report.plan.access.lost == 0
    assert roles_in(world.api) == {"owner": "admin", "eve": "edit"}


def test_an_owners_binding_that_changes_again_and_again_is_still_corrected(world):
    pmr = document(profile())
    world.apply(pmr)
    change(world, BINDING, add(person(EVE)))

    def touch(request):
        if request.method == "GET" and request.resource == "rolebindings":
            body = get(world, BINDING)
            body["metadata"].setdefault("labels", {})["touched"] = str(len(world.api.log))
            world.api.put(body)

    world.api.after.append(touch)

    assert world.apply(pmr).exit_code == 0
    assert roles_in(world.api) == {"owner": "admin"}


def test_many_of_them_stop_their_own_group_at_the_brake_and_nothing_else():
    world = World(Settings())
    world.apply(document(profile(ann="edit", bob="edit")))
    change(world, BINDING, add(*(person(f"p{number}@example.com") for number in range(6))))

    with pytest.raises(BrakeError) as stopped:
        world.apply(document(profile(bob="edit")))

    assert (stopped.value.lost, stopped.value.before) == (6, 6)
    assert len(get(world, BINDING)["subjects"]) == 7
    assert "ann" not in roles_in(world.api)
    assert world.apply(document(profile(bob="edit")), allow_revocations=True).exit_code == 0
    assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}


def test_access_and_export_show_everybody_who_is_bound(world):
    world.apply(document(profile()))
    edit = annotated(
        add(person(EVE), person("evils", "Group"), account("robot", "evil")),
        **kfam_notes(EVE, "admin"),
    )
    change(world, BINDING, edit)

    assert accesses(world) == {(who, "admin") for who in ("owner", "eve", "evils", "evil:robot")}
    notes = [note.what for note in export_pmr(target=world.client).notes]
    for who in (EVE, "evils (Group)", "system:serviceaccount:evil:robot"):
        assert any(
            note.startswith(f"{who} also has admin by RoleBinding namespaceAdmin") for note in notes
        )


def test_a_lost_reference_alone_is_set_again(world):
    pmr = document(profile())
    world.apply(pmr)
    for which in (BINDING, POLICY):
        change(world, which, lambda body: None)

    (drift,) = world.apply(pmr).plan.changes

    paths = [field.path for field in drift.fields if field.path != "owner"]
    assert paths == ["namespaceAdmin.ownerReferences", "ns-owner-access-istio.ownerReferences"]
    assert [reference(get(world, which)) for which in (BINDING, POLICY)] == [
        ("kubeflow.org", "Profile", "ml", True)
    ] * 2
    assert not world.plan(pmr).changes


@pytest.mark.parametrize("which", [BINDING, POLICY], ids=["RoleBinding", "AuthorizationPolicy"])
def test_what_was_deleted_behind_the_controllers_back_is_made_again(world, which):
    pmr = document(profile(cpu="1"))
    world.apply(pmr)
    change(world, which, lambda body: None)
    kind, name = which
    world.api.remove(kind, "ml", name)

    report = world.apply(pmr)

    assert report.exit_code == 0
    assert reference(get(world, which)) == ("kubeflow.org", "Profile", "ml", True)
    assert not world.plan(pmr).changes
    world.api.log.clear()
    world.apply(pmr)
    assert not world.api.writes


def test_while_the_controller_is_down_it_is_woken_once_an_hour_for_what_was_deleted(world):
    pmr = document(profile())
    world.apply(pmr)
    change(world, POLICY, lambda body: None)
    world.api.remove("AuthorizationPolicy", "ml", "ns-owner-access-istio")
    stop(world)
    world.api.log.clear()

    reports = [world.apply(pmr, deadline=0) for _ in range(3)]

    assert len(world.api.writes) == 1
    assert [report.exit_code for report in reports] == [4, 4, 4]


def test_a_profile_that_changes_hands_keeps_nobody_by_the_binding_of_the_owner_of_before(world):
    world.apply(document(profile()))
    change(world, BINDING, add(person(EVE)))

    report = world.apply(document(profile(owner="new")))

    assert report.exit_code == 0
    assert roles_in(world.api) == {"new": "admin"}
    assert not world.plan(document(profile(owner="new"))).changes


def test_a_stale_profile_keeps_its_owner_alone(world):
    world.apply(document(profile(ann="edit")))
    change(world, BINDING, add(person(EVE)))
    change(world, POLICY, lambda body: body["spec"]["rules"].append(rule(EVE)))

    world.apply(document())

    assert roles_in(world.api) == {"owner": "admin"}
    assert get(world, POLICY)["spec"]["rules"][-1] != rule(EVE)
    assert not world.plan(document()).changes


# AuthorizationPolicy

OTHER_GATEWAY = "cluster.local/ns/gateways/sa/gateway"


def with_rule(added):
    return lambda body: body["spec"]["rules"].append(added)


def with_value(name):
    return lambda body: body["spec"]["rules"][0]["when"][0]["values"].append(name)


def with_spec(**fields):
    return lambda body: body["spec"].update(fields)


OPENED_POLICIES = {
    "a further name": with_value(EVE),
    "any name": with_value("*"),
    "a rule for another": with_rule(rule(EVE)),
    "a rule for another through another gateway": with_rule(rule(EVE, principals=[OTHER_GATEWAY])),
    "a rule for another from a namespace": with_rule(
        {**rule(EVE), "from": [{"source": {"namespaces": ["evil"]}}]},
    ),
    "a rule for a group": with_rule(rule("evils", key="request.auth.claims[groups]")),
    "a rule for everybody": with_rule({}),
    "a rule of nothing": with_rule(None),
    "a rule for the gateway": with_rule({"from": [{"source": {"principals": [PRINCIPALS[0]]}}]}),
    "only a rule for everybody": with_spec(rules=[{}]),
    "only another": with_spec(rules=[rule(EVE)]),
    "only some workloads": with_spec(selector={"matchLabels": {"app": "none"}}),
    "denying": with_spec(action="DENY"),
    "auditing": with_spec(action="AUDIT"),
    "annotated with the other name": annotated(with_rule(rule(EVE)), **kfam_notes(EVE, "admin")),
    "without annotations": annotated(with_rule(rule(EVE))),
    "with the label of a copy": labelled(
        with_rule({}), labels={"hnc.x-k8s.io/inherited-from": "org"}
    ),
}


@pytest.mark.parametrize("edit", OPENED_POLICIES.values(), ids=OPENED_POLICIES.keys())
def test_a_policy_that_lets_others_in_is_written_again_by_the_controller(world, edit):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    before = get(world, POLICY)
    change(world, POLICY, edit)

    report = world.apply(pmr)

    after = get(world, POLICY)
    assert (report.exit_code, report.plan.warnings) == (0, ())
    assert after["spec"] == before["spec"]
    assert reference(after) == reference(before)
    assert not world.plan(pmr).changes


@pytest.mark.parametrize("edit", OPENED_POLICIES.values(), ids=OPENED_POLICIES.keys())
def test_a_policy_that_lets_others_in_is_closed_while_the_controller_is_down_and_is_there_at_every_moment(
    world, edit
):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    kept = get(world, POLICY)["spec"]["rules"]
    stop(world)
    change(world, POLICY, edit)
    there = []
    world.api.after.append(lambda request: there.append(get(world, POLICY) is not None))

    assert world.apply(pmr).exit_code == 0

    spec = get(world, POLICY)["spec"]
    assert all(there)
    assert set(spec) == {"rules"}
    assert all(found in kept for found in spec["rules"])
    assert not world.plan(pmr).changes


def test_the_names_whom_a_policy_lets_in_are_in_the_plan(world):
    world.apply(document(profile()))
    change(world, POLICY, with_rule(rule(EVE)))

    (found,) = world.plan(document(profile())).changes

    assert found.phase is Phase.REVOKE
    assert [(field.path, field.before, field.after) for field in found.fields][:1] == [
        ("lets in", [EVE, OWNER], [OWNER])
    ]


WRITTEN_BY_CONTROLLERS = {
    "before gateways were checked": [{"when": rule(OWNER)["when"]}],
    "another gateway": [rule(OWNER, principals=[OTHER_GATEWAY, PRINCIPALS[1]])],
    "without rules for programs": [rule(OWNER)],
    "a rule for Knative": [
        rule(OWNER),
        {"from": [{"source": {"namespaces": ["knative-serving"]}}]},
    ],
    "a rule for Prometheus": [rule(OWNER), {"to": [{"operation": {"ports": ["15020"]}}]}],
    "another header": [rule(OWNER, key="request.headers[x-goog-authenticated-user-email]")],
    "a prefix": [rule("accounts.google.com:" + OWNER)],
}


@pytest.mark.parametrize(
    "rules", WRITTEN_BY_CONTROLLERS.values(), ids=WRITTEN_BY_CONTROLLERS.keys()
)
def test_what_other_versions_of_the_controller_write_stays(world, rules):
    pmr = document(profile())
    world.apply(pmr)
    stop(world)
    body = get(world, POLICY)
    body["spec"] = {"action": "ALLOW", "rules": [*rules, *body["spec"]["rules"][1:]]}
    world.api.put(body)

    assert not world.plan(pmr).changes


@pytest.mark.parametrize("index", [1, 2, 3])
@pytest.mark.parametrize("when", ["kill_before", "kill_after"])
def test_a_run_that_died_in_between_is_finished_by_the_next(world, index, when):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    change(world, BINDING, add(person(EVE)))
    change(world, POLICY, with_rule({}))
    changed = document(profile())
    world.api.faults.append(fail_nth_write(index, when))
    with pytest.raises(Killed):
        world.apply(changed)
    world.api.faults.clear()

    assert world.apply(changed).exit_code == 0

    assert roles_in(world.api) == {"owner": "admin"}
    assert {} not in get(world, POLICY)["spec"]["rules"]
    assert not world.plan(changed).changes


def test_thousands_of_gateways_and_rules_do_not_make_a_run_wait(world, monkeypatch):
    world.apply(document(profile()))
    gateways = [f"cluster.local/ns/n{number}/sa/gateway" for number in range(3_000)]
    closed = [{"from": [{"source": {"principals": [f"n{number}"]}}]} for number in range(3_000)]
    change(world, POLICY, with_spec(rules=[rule(OWNER, principals=gateways), *closed]))
    compared = []
    matches = policy_rules.matches

    def counted(pattern, text):
        compared.append(pattern)
        return matches(pattern, text)

    monkeypatch.setattr(policy_rules, "matches", counted)

    world.plan(document(profile()))

    assert len(compared) < 100_000


# without a profile controller


@pytest.mark.parametrize("edit", HIDDEN_BINDINGS.values(), ids=HIDDEN_BINDINGS.keys())
def test_without_a_controller_the_binding_is_corrected_too(edit):
    world, pmr = (
        World(Settings(standalone=True, allow_revocations=True)),
        document(profile(ann="edit")),
    )
    world.apply(pmr)
    before = get(world, BINDING)["subjects"]
    change(world, BINDING, edit)

    assert world.apply(pmr).exit_code == 0

    assert get(world, BINDING)["subjects"] == before
    assert not world.plan(pmr).changes


@pytest.mark.parametrize("edit", OPENED_POLICIES.values(), ids=OPENED_POLICIES.keys())
def test_without_a_controller_the_policy_is_corrected_too(edit):
    world, pmr = (
        World(Settings(standalone=True, allow_revocations=True)),
        document(profile(ann="edit")),
    )
    world.apply(pmr)
    before = get(world, POLICY)["spec"]
    change(world, POLICY, edit)

    assert world.apply(pmr).exit_code == 0

    assert get(world, POLICY)["spec"] == before
    assert not world.plan(pmr).changes


# foreign policies


def test_a_foreign_policy_that_lets_everybody_in_is_warned_of(world):
    world.apply(document(profile()))
    body = get(world, POLICY)
    body["metadata"] = {"name": "open", "namespace": "ml"}
    world.api.put({**body, "spec": {"rules": [{}]}})

    warnings = world.plan(document(profile())).warnings

    assert codes(warnings) == ["unmanaged-access"]
    assert "anybody also passes the mesh by AuthorizationPolicy open" in warnings[0].what


# an object of the other kind under their names


def planted(world):
    """Bind eve by a RoleBinding that has the name of the owner's policy."""
    body = get(world, BINDING)
    body["metadata"] = {"name": POLICY[1], "namespace": "ml"}
    body["subjects"] = [person(EVE)]
    world.api.put(body)


def test_a_rolebinding_with_the_name_of_the_owners_policy_is_no_object_of_the_owner(world):
    world.apply(document(profile()))
    planted(world)

    plan = world.plan(document(profile()))

    assert not plan.changes
    (warning,) = plan.warnings
    assert warning.what == f"RoleBinding {POLICY[1]} gives admin to {EVE}, and is not managed"
    assert ("eve", "admin") in accesses(world)


def test_such_a_rolebinding_goes_where_access_that_is_not_managed_does(world):
    world.apply(document(profile()))
    planted(world)

    world.apply(document(profile()), foreign="revoke")

    assert world.api.get("RoleBinding", "ml", POLICY[1]) is None
    assert not world.plan(document(profile()), foreign="revoke").changes
