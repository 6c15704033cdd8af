"""Contributors: grants, revocations, role changes, corrections, and foreign objects unchanged."""

import pytest

from engine.build import contributor, document
from engine.looking import let_in, names_of, roles_in, steps
from engine.world import World
from memory_api import Kfam
from profiles_management import Settings
from profiles_management.kubeflow.objects.plan_terms import KubeflowReason
from profiles_management.reconcile.plan import Phase, Reason

BINDING = "user-ann-example-com-clusterrole-edit"
RBAC = "rbac.authorization.k8s.io"


def edited(world, kind, change, name=BINDING):
    """Change an object behind everybody's back."""
    one = world.api.get(kind, "ml", name)
    change(one)
    world.api.put(one)


def foreign_binding(name, annotations=None, *, subjects=("zed@example.com",), role="kubeflow-edit"):
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": "ml", "annotations": annotations or {}},
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": RBAC, "kind": "User", "name": one} for one in subjects],
    }


def foreign_policy(name, annotations=None, spec=None):
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": name, "namespace": "ml", "annotations": annotations or {}},
        "spec": spec or {},
    }


# from nothing, and back


def test_contributors_get_a_role_and_pass_the_mesh(world, profile):
    world.apply(document(profile(ann="edit", bob="view", cid="admin")))

    assert roles_in(world.api) == {"owner": "admin", "ann": "edit", "bob": "view", "cid": "admin"}
    assert let_in(world.api) == ["ann", "bob", "cid"]


def test_applying_again_changes_nothing_and_writes_nothing(world, profile):
    pmr = document(profile(ann="edit", bob="view", cpu="1"))
    world.apply(pmr)
    world.api.log.clear()

    report = world.apply(pmr)

    assert not report.plan.changes
    assert not world.api.writes


def test_somebody_who_left_the_document_loses_role_and_mesh(world, profile):
    world.apply(document(profile(ann="edit", bob="view")))

    world.apply(document(profile(bob="view")))

    assert roles_in(world.api) == {"owner": "admin", "bob": "view"}
    assert let_in(world.api) == ["bob"]


def test_access_is_taken_away_before_it_is_given(world, profile):
    world.apply(document(profile(ann="edit"), profile("data", ann="edit", dan="view")))
    world.api.log.clear()

    plan = world.apply(document(profile(bob="edit"), profile("data", ann="edit", dan="edit"))).plan

    assert [change.phase for change in plan.changes] == [Phase.REVOKE, Phase.SWITCH, Phase.GRANT]
    assert [(one.method, one.namespace) for one in world.api.writes] == [
        ("DELETE", "ml"), ("DELETE", "ml"),
        ("DELETE", "data"), ("POST", "data"), ("POST", "data"), ("DELETE", "data"),
        ("POST", "ml"), ("POST", "ml"),
    ]  # fmt: skip


def test_a_person_who_is_revoked_goes_in_one_step_with_role_and_policy(world, profile):
    world.apply(document(profile(ann="edit")))

    plan = world.plan(document(profile()))

    assert steps(plan) == ["- ann edit→"]
    assert [(write.verb, write.target.kind) for write in plan.changes[0].writes] == [
        ("delete", "RoleBinding"),
        ("delete", "AuthorizationPolicy"),
    ]


# role changes


def test_a_role_change_is_one_replacement_of_four_writes_back_to_back(world, profile):
    world.apply(document(profile(ann="edit")))

    (change,) = world.plan(document(profile(ann="view"))).changes

    assert (str(change.action), change.before, change.after, change.reason) == (
        "-/+",
        "edit",
        "view",
        Reason.ROLE_CHANGED,
    )
    assert [(write.verb, write.target.kind) for write in change.writes] == [
        ("delete", "RoleBinding"),
        ("create", "RoleBinding"),
        ("create", "AuthorizationPolicy"),
        ("delete", "AuthorizationPolicy"),
    ]


def test_a_role_change_never_leaves_both_roles_nor_none_longer_than_one_request(world, profile):
    world.apply(document(profile(ann="edit")))
    held = []
    world.api.after.append(
        lambda request: held.append(names_of(world.api, "RoleBinding")) if request.writes else None
    )

    world.apply(document(profile(ann="view")))

    assert held == [[], *[["user-ann-example-com-clusterrole-view"]] * 3]


def test_a_role_change_never_shuts_the_mesh(world, profile):
    world.apply(document(profile(ann="edit")))
    passing = []
    world.api.after.append(lambda request: passing.append("ann" in let_in(world.api)))

    world.apply(document(profile(ann="view")))

    assert all(passing)


def test_a_second_role_that_somebody_added_is_revoked_first(world, profile):
    world.apply(document(profile(ann="edit")))
    Kfam(world.api).add("ml", "ann@example.com", "admin")

    report = world.apply(document(profile(ann="edit")))

    assert report.plan.changes[0].phase is Phase.REVOKE
    assert report.plan.changes[0].reason is Reason.EXTRA_ROLE
    assert names_of(world.api, "RoleBinding") == [BINDING]
    assert names_of(world.api, "AuthorizationPolicy") == [BINDING]


def test_of_two_wrong_roles_the_weaker_one_stays_until_the_right_one_comes(world, profile):
    world.apply(document(profile()))
    for role in ("admin", "view"):
        Kfam(world.api).add("ml", "ann@example.com", role)

    plan = world.apply(document(profile(ann="edit"))).plan

    assert [(change.reason, change.before) for change in plan.changes] == [
        (Reason.EXTRA_ROLE, "admin"),
        (Reason.ROLE_CHANGED, "view"),
    ]
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


# halves


@pytest.mark.parametrize("kind", ["RoleBinding", "AuthorizationPolicy"])
def test_a_half_pair_is_made_whole(world, profile, kind):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    world.api.remove(kind, "ml", BINDING)

    report = world.apply(pmr)

    assert [change.reason for change in report.plan.changes] == [KubeflowReason.INCOMPLETE]
    assert world.api.get(kind, "ml", BINDING)
    assert not world.plan(pmr).changes


@pytest.mark.parametrize("kind", ["RoleBinding", "AuthorizationPolicy"])
def test_half_a_pair_of_somebody_who_is_not_in_the_document_goes(world, profile, kind):
    world.apply(document(profile(ann="edit")))
    world.api.remove(kind, "ml", BINDING)

    world.apply(document(profile()))

    assert names_of(world.api, "RoleBinding") == names_of(world.api, "AuthorizationPolicy") == []


def test_a_half_pair_of_another_role_becomes_a_whole_one_of_the_right_role(world, profile):
    world.apply(document(profile(ann="edit")))
    world.api.remove("RoleBinding", "ml", BINDING)

    world.apply(document(profile(ann="view")))

    right = ["user-ann-example-com-clusterrole-view"]
    assert names_of(world.api, "RoleBinding") == names_of(world.api, "AuthorizationPolicy") == right


# drift


def bound_elsewhere(one):
    one["roleRef"]["name"] = "kubeflow-admin"


def bound_to_a_role(one):
    one["roleRef"]["kind"] = "Role"


def with_two_subjects(one):
    one["subjects"].append({"apiGroup": RBAC, "kind": "User", "name": "zed@example.com"})


def without_subjects(one):
    one["subjects"] = []


def with_another_subject(one):
    one["subjects"][0]["name"] = "zed@example.com"


def with_a_group_as_subject(one):
    one["subjects"][0]["kind"] = "Group"


def with_annotation_of_another_role(one):
    one["metadata"]["annotations"]["role"] = "admin"


def with_annotation_of_another_user(one):
    one["metadata"]["annotations"]["user"] = "zed@example.com"


def without_annotations(one):
    del one["metadata"]["annotations"]


def without_marks(one):
    del one["metadata"]["labels"]


def with_an_end(one):
    one["metadata"]["annotations"]["profiles-management.io/until"] = "2030-01-01T00:00:00Z"


BINDING_DRIFTS = [
    bound_elsewhere,
    bound_to_a_role,
    with_two_subjects,
    without_subjects,
    with_another_subject,
    with_a_group_as_subject,
    with_annotation_of_another_role,
    with_annotation_of_another_user,
    without_annotations,
    without_marks,
    with_an_end,
]


@pytest.mark.parametrize("drift", BINDING_DRIFTS)
def test_a_role_binding_that_was_edited_is_corrected(world, profile, drift):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    whole = world.api.snapshot()
    edited(world, "RoleBinding", drift)

    world.apply(pmr)

    assert world.api.snapshot() == whole
    assert not world.plan(pmr).changes


@pytest.mark.parametrize("drift", BINDING_DRIFTS)
def test_others_in_an_edited_role_binding_lose_it_when_its_person_leaves(world, profile, drift):
    world.apply(document(profile(ann="edit")))
    edited(world, "RoleBinding", drift)

    world.apply(document(profile()))

    assert names_of(world.api, "RoleBinding") == []


def with_other_principals(one):
    one["spec"]["rules"][0]["from"][0]["source"]["principals"] = ["cluster.local/ns/x/sa/evil"]


def with_another_header(one):
    one["spec"]["rules"][0]["when"][0]["key"] = "request.headers[x-user]"


def with_another_value(one):
    one["spec"]["rules"][0]["when"][0]["values"].append("zed@example.com")


def with_an_extra_rule(one):
    one["spec"]["rules"].append({})


def with_an_action(one):
    one["spec"]["action"] = "DENY"


def with_a_target(one):
    one["spec"]["targetRefs"] = [
        {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "waypoint"}
    ]


def with_a_selector(one):
    one["spec"]["selector"] = {"matchLabels": {"app": "x"}}


def without_rules(one):
    one["spec"] = {}


@pytest.mark.parametrize(
    "drift",
    [
        with_other_principals,
        with_another_header,
        with_another_value,
        with_an_extra_rule,
        with_an_action,
        with_a_target,
        with_a_selector,
        without_rules,
        with_annotation_of_another_role,
        with_annotation_of_another_user,
        without_annotations,
        without_marks,
        with_an_end,
    ],
)
def test_a_policy_that_was_edited_is_corrected(world, profile, drift):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    whole = world.api.snapshot()
    edited(world, "AuthorizationPolicy", drift)

    world.apply(pmr)

    assert world.api.snapshot() == whole
    assert not world.plan(pmr).changes


def test_principals_in_another_order_are_no_drift(world, profile):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    edited(
        world,
        "AuthorizationPolicy",
        lambda one: one["spec"]["rules"][0]["from"][0]["source"]["principals"].reverse(),
    )

    assert not world.plan(pmr).changes


def test_an_action_that_is_the_default_is_no_drift(world, profile):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    edited(world, "AuthorizationPolicy", lambda one: one["spec"].update(action="ALLOW"))

    assert not world.plan(pmr).changes


def test_another_mesh_in_the_settings_is_written_to_every_policy(world, profile):
    pmr = document(profile(ann="edit", bob="view"))
    world.apply(pmr)

    world.apply(pmr, waypoint="waypoint")

    assert all(
        world.api.get("AuthorizationPolicy", "ml", name)["spec"]["targetRefs"]
        for name in names_of(world.api, "AuthorizationPolicy")
    )
    assert world.plan(pmr).changes
    assert not world.plan(pmr, waypoint="waypoint").changes


def test_labels_that_others_put_on_our_objects_stay(world, profile):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    edited(world, "RoleBinding", lambda one: one["metadata"]["labels"].update(team="red"))

    world.apply(pmr)

    assert world.api.get("RoleBinding", "ml", BINDING)["metadata"]["labels"]["team"] == "red"
    assert not world.plan(pmr).changes


# what others made


def test_who_was_added_in_the_dashboard_and_is_in_the_document_is_adopted(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "ann@example.com", "edit")

    plan = world.apply(document(profile(ann="edit"))).plan

    assert [change.reason for change in plan.changes] == [Reason.ADOPTED]
    assert {write.verb for write in plan.changes[0].writes} == {"patch"}
    assert not world.plan(document(profile(ann="edit"))).changes


def test_who_was_added_in_the_dashboard_and_is_not_in_the_document_is_revoked(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "zed@example.com", "edit")

    plan = world.apply(document(profile())).plan

    assert [change.reason for change in plan.changes] == [Reason.UNLISTED]
    assert roles_in(world.api) == {"owner": "admin"}


def test_a_setting_keeps_who_was_added_in_the_dashboard(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "zed@example.com", "edit")

    plan = world.apply(document(profile(ann="edit")), unlisted="keep").plan

    assert steps(plan) == ["+ ann →edit"]
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit", "zed": "edit"}


def test_that_setting_does_not_keep_whom_we_made_ourselves(world, profile):
    world.apply(document(profile(ann="edit")))

    world.apply(document(profile()), unlisted="keep")

    assert roles_in(world.api) == {"owner": "admin"}


def test_somebody_who_is_kept_keeps_the_name_too(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "a-b@x.com", "edit")
    before = world.api.get("RoleBinding", "ml", "user-a-b-x-com-clusterrole-edit")

    world.apply(document(profile(contributors=[contributor("a.b@x.com")])), unlisted="keep")

    assert world.api.get("RoleBinding", "ml", "user-a-b-x-com-clusterrole-edit") == before
    assert roles_in(world.api) == {"owner": "admin", "a-b@x.com": "edit", "a.b@x.com": "edit"}


def test_a_role_binding_without_annotations_under_a_name_of_kfam_is_foreign_and_in_the_way(
    world, profile
):
    world.apply(document(profile()))
    world.api.put(foreign_binding(BINDING))
    before = world.api.get("RoleBinding", "ml", BINDING)

    report = world.apply(document(profile(ann="edit")))

    assert report.exit_code == 0
    assert world.api.get("RoleBinding", "ml", BINDING) == before
    assert roles_in(world.api)["ann"] == "edit"
    assert not world.plan(document(profile(ann="edit"))).changes


def test_a_policy_without_annotations_under_a_name_of_kfam_is_foreign_and_in_the_way(
    world, profile
):
    world.apply(document(profile()))
    world.api.put(foreign_policy(BINDING))
    before = world.api.get("AuthorizationPolicy", "ml", BINDING)

    world.apply(document(profile(ann="edit")))

    assert world.api.get("AuthorizationPolicy", "ml", BINDING) == before
    assert "ann" in let_in(world.api)


@pytest.mark.parametrize("subjects", [(), ("zed@example.com", "yan@example.com")])
def test_an_unlisted_role_binding_without_exactly_one_subject_is_revoked_too(
    world, profile, subjects
):
    world.apply(document(profile()))
    name = "user-zed-example-com-clusterrole-edit"
    world.api.put(
        foreign_binding(name, {"user": "zed@example.com", "role": "edit"}, subjects=subjects)
    )

    world.apply(document(profile()))

    assert names_of(world.api, "RoleBinding") == []
    # one without exactly one subject breaks the dashboard for everybody
    assert Kfam(world.api).list("ml")


def test_default_editor_and_viewer_are_the_controllers_and_stay(world, profile):
    world.apply(document(profile()))

    assert {one["metadata"]["name"] for one in world.api.objects("RoleBinding", "ml")} == {
        "default-editor", "default-viewer", "namespaceAdmin",
    }  # fmt: skip


def test_somebody_who_is_a_user_and_a_group_of_one_name_has_both(world, profile):
    pmr = document(
        profile(contributors=[contributor("x@x.com"), contributor("x@x.com", "view", kind="Group")])
    )

    world.apply(pmr)

    assert names_of(world.api, "RoleBinding") == [
        "group-x-x-com-clusterrole-view",
        "user-x-x-com-clusterrole-edit",
    ]
    assert not world.plan(pmr).changes


def test_a_group_that_left_is_revoked_and_the_user_of_that_name_stays(world, profile):
    world.apply(
        document(
            profile(
                contributors=[contributor("x@x.com"), contributor("x@x.com", "view", kind="Group")]
            )
        )
    )

    plan = world.apply(document(profile(contributors=[contributor("x@x.com")]))).plan

    assert [change.person.kind for change in plan.changes] == ["Group"]
    assert names_of(world.api, "RoleBinding") == ["user-x-x-com-clusterrole-edit"]


def test_a_name_that_differs_in_letter_case_alone_is_said_to(world, profile):
    world.apply(document(profile(ann="edit")))

    (warning,) = world.plan(
        document(profile(contributors=[contributor("Ann@Example.com")]))
    ).warnings

    assert (warning.code, warning.what) == (
        "letter-case",
        "ann@example.com loses access, and Ann@Example.com in the document differs only in letter case",
    )


def test_a_name_that_differs_in_unicode_form_alone_is_said_to(world, profile):
    world.apply(document(profile(contributors=[contributor("jose\u0301@example.com")])))

    plan = world.plan(document(profile(contributors=[contributor("jos\u00e9@example.com")])))

    assert "unicode-form" in [warning.code for warning in plan.warnings]


def test_an_owner_whose_name_differs_from_a_contributors_in_letter_case_alone_is_said_to(
    world, profile
):
    world.apply(document(profile(ann="edit")))

    plan = world.plan(document(profile(owner="Ann@Example.com")))

    assert "letter-case" in [warning.code for warning in plan.warnings]


# what is ending


def terminating(one):
    one["metadata"]["deletionTimestamp"] = "2026-11-01T00:00:00Z"
    one["metadata"]["finalizers"] = ["example.com/slow"]


@pytest.mark.parametrize("kind", ["RoleBinding", "AuthorizationPolicy"])
def test_nobody_waits_for_an_object_in_deletion_another_name_serves_meanwhile(world, profile, kind):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    edited(world, kind, terminating)

    first = world.apply(pmr)
    access = roles_in(world.api)["ann"], let_in(world.api)
    world.api.remove(kind, "ml", BINDING)
    world.apply(pmr)

    assert first.exit_code == 0
    assert access == ("edit", ["ann"])
    assert (
        names_of(world.api, "RoleBinding")
        == names_of(world.api, "AuthorizationPolicy")
        == [BINDING]
    )
    assert not world.plan(pmr).changes


def test_what_a_finalizer_keeps_in_deletion_is_emptied_and_not_deleted_again(world, profile):
    world.apply(document(profile(ann="edit")))
    for kind in ("RoleBinding", "AuthorizationPolicy"):
        edited(world, kind, terminating)

    world.apply(document(profile()))

    assert "subjects" not in world.api.get("RoleBinding", "ml", BINDING)
    assert world.api.get("AuthorizationPolicy", "ml", BINDING)["spec"] == {}
    assert [write.method for write in world.api.writes[-2:]] == ["PATCH", "PATCH"]
    assert not world.plan(document(profile())).changes


def finalized(one):
    one["metadata"]["finalizers"] = ["example.com/keep"]


def test_a_finalizer_of_ones_own_does_not_keep_the_access(world, profile):
    world.apply(document(profile(ann="edit")))
    edited(world, "RoleBinding", finalized)

    world.apply(document(profile()))

    assert "subjects" not in world.api.get("RoleBinding", "ml", BINDING)


def test_planted_policies_do_not_pull_the_brake(world, profile):
    world.apply(document(profile(ann="edit", bob="edit", li="view")))
    for number in range(20):
        Kfam(world.api).add("ml", f"ghost{number}@example.com", "view")
        world.api.remove("RoleBinding", "ml", f"user-ghost{number}-example-com-clusterrole-view")

    assert world.plan(document(profile(bob="edit", li="view"))).access.lost == 1


def test_a_binding_whose_labels_were_removed_is_reported(world, profile):
    world.apply(document(profile(ann="edit")))
    edited(
        world,
        "RoleBinding",
        lambda one: (one["metadata"].pop("labels"), one["metadata"].pop("annotations")),
    )

    plan = world.plan(document(profile()))

    assert [problem.what for problem in plan.warnings] == [
        f"ann@example.com still has edit by RoleBinding {BINDING}, which is not managed"
    ]


def test_a_policy_of_one_that_was_edited_is_no_other_gateway(world, profile):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    edited(world, "AuthorizationPolicy", with_other_principals)

    assert not world.plan(pmr).warnings


def test_what_waits_is_made_in_the_same_run_once_it_is_gone(profile):
    world = World(Settings(allow_revocations=True))
    world.apply(document(profile(ann="edit")))
    edited(world, "RoleBinding", terminating)
    world.ticks.meanwhile = lambda: world.api.remove("RoleBinding", "ml", BINDING)

    report = world.apply(document(profile(ann="edit")))

    assert report.exit_code == 0
    assert roles_in(world.api)["ann"] == "edit"
