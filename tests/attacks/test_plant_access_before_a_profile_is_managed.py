"""A user creates a Profile with our labels and plants access before a document names it."""

import pytest
from engine.build import document, profile
from engine.looking import codes, roles_in, short
from engine.world import World

from profiles_management import BrakeError, Settings
from profiles_management.reconcile.plan import Phase, Reason
from scenarios.foreign import account, binding, kfam_notes, person, policy, put, rule

EVE, MALLORY = "eve@example.com", "mallory@example.com"
OUR_MARKS = {
    "app.kubernetes.io/managed-by": "profiles-management",
    "profiles-management.io/instance": "default",
}
REVOKE = Settings(foreign="revoke", allow_revocations=True)
COPY = {"hnc.x-k8s.io/inherited-from": "org"}


@pytest.fixture
def world():
    return World()


@pytest.fixture
def strict():
    """A cluster, and an engine with `foreign: revoke`."""
    return World(REVOKE)


def forged(world, *planted, labels=OUR_MARKS, owner=EVE):
    """Create a Profile as KFAM does, with labels of a managed one, and plant objects in it."""
    spec = {"owner": {"kind": "User", "name": owner, "apiGroup": "rbac.authorization.k8s.io"}}
    body = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "metadata": {"name": "ml", "labels": labels},
    }
    world.api.call("POST", world.api.path("Profile"), {**body, "spec": spec}, manager="kfam")
    put(world.api, *planted)


def people_in(world):
    """Return whom RoleBindings bind, without the accounts of the profile controller."""
    return {
        short(subject["name"])
        for found in world.api.objects("RoleBinding", "ml")
        for subject in found.get("subjects", ())
        if not subject["name"].startswith("default-")
    }


def is_there(world, kind, name):
    return world.api.get(kind, "ml", name) is not None


# what is reported


def test_the_hand_over_says_who_owned_it_and_what_access_stays(world):
    forged(world, binding("x", person(MALLORY), role="kubeflow-admin"), policy("y", rule(MALLORY)))

    warnings = world.apply(document(profile())).plan.warnings

    assert codes(warnings) == ["handed-over", "unmanaged-access", "unmanaged-access"]
    assert str(warnings[0]) == (
        "Profile/ml: the profile belonged to User eve@example.com and gets another owner, and objects that are not managed "
        "still give 2 role assignments. Check: profiles-management access --profile ml. Once it is managed, --foreign revoke "
        "removes them. [handed-over]"
    )
    assert warnings[1].what.startswith("mallory@example.com also")


def test_an_adoption_says_what_access_stays(world):
    forged(world, binding("x", person(MALLORY)), labels={}, owner="owner@example.com")

    first, second = world.apply(document(profile())).plan.warnings

    assert (
        first.what
        == "the profile is adopted, and objects that are not managed still give 1 role assignment"
    )
    assert second.what == "mallory@example.com also has edit by RoleBinding x, which is not managed"


def test_whom_the_owner_of_before_still_is_by_another_binding_is_named_first(world):
    forged(world, binding("a", person(MALLORY)), binding("b", person(EVE)))

    warnings = world.apply(document(profile())).plan.warnings

    assert (
        warnings[1].what == "eve@example.com still has edit by RoleBinding b, which is not managed"
    )


def test_a_profile_that_changes_hands_without_any_other_access_is_not_warned_of(world):
    world.apply(document(profile()))

    assert world.apply(document(profile(owner="new"))).plan.warnings == ()


# what is taken away

PLANTED = {
    "a user": binding("x", person(MALLORY), role="kubeflow-admin"),
    "a group": binding("x", person("evils", "Group")),
    "everybody": binding("x", person("system:authenticated", "Group")),
    "anybody": binding("x", person("system:anonymous")),
    "several": binding("x", person(MALLORY), person("yan@example.com"), person("evils", "Group")),
    "another ClusterRole": binding("x", person(MALLORY), role="cluster-admin"),
    "a Role": binding("x", person(MALLORY), role="pods", kind="Role"),
    "with a finalizer": binding(
        "x", person(MALLORY), role="cluster-admin", finalizers=["example.com/keep"]
    ),
    "a contributor's name": binding(
        "user-mallory-example-com-clusterrole-edit", person(MALLORY), role="pods"
    ),
    "annotations of a contributor": binding(
        "x", person(MALLORY), role="cluster-admin", notes=kfam_notes(MALLORY, "edit")
    ),
}


@pytest.mark.parametrize("body", PLANTED.values(), ids=PLANTED.keys())
def test_what_was_planted_goes_with_the_hand_over(strict, body):
    forged(strict, body)

    report = strict.apply(document(profile(ann="edit")))

    assert people_in(strict) == {"owner", "ann"}
    assert report.plan.warnings == ()
    assert not [
        change
        for change in report.plan.changes
        if change.phase is not Phase.REVOKE and change.source is None
    ]


@pytest.mark.parametrize("body", PLANTED.values(), ids=PLANTED.keys())
def test_what_is_planted_later_goes_with_the_next_run_and_once(strict, body):
    pmr = document(profile(ann="edit"))
    strict.apply(pmr)
    put(strict.api, body)

    assert strict.apply(pmr).exit_code == 0

    assert people_in(strict) == {"owner", "ann"}
    assert not strict.plan(pmr).changes


OPEN = {
    "for a person": policy("y", rule(MALLORY)),
    "for everybody": policy("y", {}),
    "for the gateway": policy("y", {"from": [{"source": {"namespaces": ["istio-system"]}}]}),
    "for a group": policy("y", rule("evils", key="request.auth.claims[groups]")),
    "for some names": policy("y", rule("*@example.com")),
    "with a finalizer": policy("y", rule(MALLORY), finalizers=["example.com/keep"]),
}


@pytest.mark.parametrize("body", OPEN.values(), ids=OPEN.keys())
def test_policies_that_let_people_in_go_too(strict, body):
    pmr = document(profile())
    strict.apply(pmr)
    put(strict.api, body)

    strict.apply(pmr)

    found = strict.api.get("AuthorizationPolicy", "ml", "y")
    assert found is None or not found["spec"].get("rules")
    assert not strict.plan(pmr).changes


STAYS = {
    "an account": binding("x", account("robot", "ci"), role="cluster-admin"),
    "an account as a user": binding("x", person("system:serviceaccount:ci:robot")),
    "the accounts of a namespace": binding("x", person("system:serviceaccounts:ci", "Group")),
    "a part of Kubernetes": binding("x", person("system:kube-scheduler")),
    "a copy": binding("x", person(MALLORY), labels=COPY),
    "a policy for programs": policy(
        "x", {"from": [{"source": {"namespaces": ["knative-serving"]}}]}
    ),
    "a policy that denies": policy("x", rule(MALLORY), action="DENY"),
    "a copied policy": policy("x", {}, labels=COPY),
}


@pytest.mark.parametrize("body", STAYS.values(), ids=STAYS.keys())
def test_what_programs_and_other_controllers_need_stays(strict, body):
    pmr = document(profile(ann="edit"))
    strict.apply(pmr)
    put(strict.api, body)
    before = strict.api.snapshot()

    strict.apply(pmr)

    assert strict.api.snapshot() == before


@pytest.mark.parametrize(
    ("body", "access"),
    [
        (
            binding("x", person(MALLORY), labels=COPY),
            "mallory@example.com also has edit by RoleBinding x",
        ),
        (
            binding("x", person("evils", "Group"), labels=COPY),
            "evils (Group) also has edit by RoleBinding x",
        ),
        (
            policy("x", rule(MALLORY), labels=COPY),
            "mallory@example.com also passes the mesh by AuthorizationPolicy x",
        ),
    ],
)
def test_who_keeps_access_by_an_apparent_copy_is_reported_by_every_run(strict, body, access):
    pmr = document(profile(ann="edit"))
    strict.apply(pmr)
    put(strict.api, body)

    for _ in range(2):
        (warning,) = strict.apply(pmr).plan.warnings
        assert warning.what == f"{access}, which is not managed"
        assert warning.remedy.startswith("Another controller copies it into the namespace")


def test_a_copy_for_programs_is_not_reported(strict):
    pmr = document(profile(ann="edit"))
    strict.apply(pmr)
    put(strict.api, binding("x", account("robot", "ci"), labels=COPY))

    assert strict.apply(pmr).plan.warnings == ()


def test_of_a_binding_for_people_and_programs_the_programs_stay(strict):
    pmr = document(profile())
    strict.apply(pmr)
    robots = [account("robot", "ci"), account("own")]
    put(strict.api, binding("x", person(MALLORY), *robots, person("evils", "Group"), role="view"))

    (change,) = strict.apply(pmr).plan.changes

    assert change.reason is Reason.UNLISTED
    assert [(field.path, field.before) for field in change.fields] == [
        ("subjects", [MALLORY, "evils (Group)"])
    ]
    assert strict.api.get("RoleBinding", "ml", "x")["subjects"] == robots
    assert not strict.plan(pmr).changes


def test_of_a_policy_for_people_and_programs_the_rules_for_programs_stay(strict):
    pmr = document(profile())
    strict.apply(pmr)
    programs = {"from": [{"source": {"namespaces": ["knative-serving"]}}]}
    put(strict.api, policy("y", rule(MALLORY), programs, {}))

    strict.apply(pmr)

    assert strict.api.get("AuthorizationPolicy", "ml", "y")["spec"]["rules"] == [programs]
    assert not strict.plan(pmr).changes


@pytest.mark.parametrize(
    "crowd", [account, lambda name: person(f"system:serviceaccount:ci:{name}")]
)
def test_nobody_hides_behind_a_thousand_accounts(strict, crowd):
    pmr = document(profile())
    strict.apply(pmr)
    put(
        strict.api, binding("x", *(crowd(f"a{number}") for number in range(1_000)), person(MALLORY))
    )

    strict.apply(pmr)

    assert short(MALLORY) not in people_in(strict)


def test_a_policy_that_names_more_people_than_are_looked_at_goes_as_a_whole(strict):
    pmr = document(profile())
    strict.apply(pmr)
    put(strict.api, policy("y", *(rule(f"p{number}@example.com") for number in range(1_200))))

    strict.apply(pmr)

    assert not is_there(strict, "AuthorizationPolicy", "y")


@pytest.mark.parametrize("name", ["default-editor", "default-viewer"])
def test_whom_somebody_binds_with_an_account_of_the_profile_controller_goes_and_the_account_stays(
    strict, name
):
    pmr = document(profile())
    strict.apply(pmr)
    body = strict.api.get("RoleBinding", "ml", name)
    before = body["subjects"]
    body["metadata"].pop("ownerReferences")
    strict.api.put(body)
    strict.api.put({**body, "subjects": [*before, person(MALLORY)]})

    strict.apply(pmr)

    assert strict.api.get("RoleBinding", "ml", name)["subjects"] == before
    assert not strict.plan(pmr).changes


@pytest.mark.parametrize("name", ["default-editor", "default-viewer"])
def test_who_is_bound_with_an_account_of_the_profile_controller_is_always_reported(world, name):
    pmr = document(profile())
    world.apply(pmr)
    body = world.api.get("RoleBinding", "ml", name)
    body["metadata"].pop("ownerReferences")
    world.api.put(body)
    world.api.put({**body, "subjects": [*body["subjects"], person(MALLORY)]})

    assert codes(world.plan(pmr).warnings) == ["unknown-binding"]


def test_keeping_is_the_default(world):
    pmr = document(profile())
    world.apply(pmr)
    put(world.api, binding("x", person(MALLORY)), policy("y", {}))

    world.apply(pmr)

    assert is_there(world, "RoleBinding", "x")
    assert is_there(world, "AuthorizationPolicy", "y")


# when


@pytest.mark.parametrize("adopt", [False, True])
def test_a_profile_that_is_adopted_keeps_it_unless_the_document_says_adopt(strict, adopt):
    forged(strict, binding("x", person(MALLORY)), labels={}, owner="owner@example.com")
    pmr = document(profile(fields={"adopt": adopt}))

    warnings = strict.apply(pmr).plan.warnings

    assert is_there(strict, "RoleBinding", "x") is not adopt
    assert ("handed-over" in codes(warnings)) is not adopt


def test_a_profile_that_left_the_document_keeps_its_owner_alone(strict):
    strict.apply(document(profile(ann="edit")))
    put(strict.api, binding("x", person(MALLORY)))

    strict.apply(document())

    assert people_in(strict) == {"owner"}


def test_a_profile_that_is_refused_or_not_ours_is_left_alone(strict):
    forged(strict, binding("x", person(MALLORY)), labels={})
    before = strict.api.snapshot()

    strict.apply(document(profile()))
    strict.apply(document())

    assert strict.api.snapshot() == before


def test_without_a_profile_controller_it_goes_too():
    plain = World(Settings(standalone=True, foreign="revoke", allow_revocations=True))
    pmr = document(profile(ann="edit"))
    plain.apply(pmr)
    put(plain.api, binding("x", person(MALLORY)), policy("y", {}))

    plain.apply(pmr)

    assert people_in(plain) == {"owner", "ann"}
    assert not plain.plan(pmr).changes


# the brake


def test_many_of_them_stop_their_own_group_at_the_brake_and_nothing_else():
    world = World(Settings(foreign="revoke"))
    world.apply(document(profile(ann="edit", bob="edit")))
    put(world.api, binding("x", *(person(f"p{number}@example.com") for number in range(9))))

    with pytest.raises(BrakeError) as stopped:
        world.apply(document(profile(bob="edit")))

    assert (stopped.value.lost, stopped.value.before) == (9, 9)
    assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}
    assert is_there(world, "RoleBinding", "x")


def test_who_keeps_a_role_by_the_document_does_not_count(strict):
    pmr = document(profile(ann="edit"))
    strict.apply(pmr)
    put(strict.api, binding("x", person("ann@example.com"), person(MALLORY), role="kubeflow-admin"))

    plan = strict.plan(pmr)

    assert (plan.access.lost, len(plan.changes)) == (1, 1)
    assert {source.source: source.lost for source in plan.sources}[None] == 1


def test_a_binding_that_changes_again_and_again_is_still_revoked(strict):
    pmr = document(profile())
    strict.apply(pmr)
    put(strict.api, binding("x", person(MALLORY)))

    def touch(request):
        body = strict.api.get("RoleBinding", "ml", "x")
        if body is not None and request.method == "GET":
            body["metadata"].setdefault("labels", {})["touched"] = str(len(strict.api.log))
            strict.api.put(body)

    strict.api.after.append(touch)

    assert strict.apply(pmr).exit_code == 0
    assert people_in(strict) == {"owner"}
