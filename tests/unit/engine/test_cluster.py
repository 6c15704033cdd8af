"""The API server: reads, retries, messages, and what is never printed."""

import httpx2
import pytest
from lightkube import Client

from engine.build import document
from engine.looking import codes, roles_in, sent
from engine.still import Still
from engine.world import World
from memory_api import (
    Answer,
    Kfam,
    MemoryApi,
    Refusal,
    always,
    fail_nth_write,
    forbid,
    gone_mid_list,
    injury,
    once,
)
from profiles_management import (
    ClusterAway,
    ClusterError,
    Forbidden,
    MissingKind,
    ProfilesError,
    Settings,
    create_or_update_profiles,
    open_target,
    plan_profiles,
)
from profiles_management.reconcile.describe import report_data
from profiles_management.reconcile.report import Result

LISTS = 6
ROLES = 3


def reads(request):
    return not request.writes


def answering(code, body=b"", **headers):
    """Return a fault that answers like a proxy: no Status, perhaps no content type."""
    return lambda request, act: Answer(code, body, headers)


# what is read


def test_a_look_costs_one_list_a_kind_and_one_get_a_role(world, profile):
    world.api.log.clear()

    world.plan(document(profile()))

    assert len(world.api.log) == LISTS + ROLES
    assert {one.namespace for one in world.api.log} == {""}


def test_a_look_at_many_profiles_costs_no_more(world, profile):
    pmr = document(*(profile(f"p{index}", ann="edit", bob="view") for index in range(50)))
    world.apply(pmr)
    world.api.log.clear()

    world.apply(pmr)

    assert len(world.api.log) == LISTS + ROLES <= 12


def test_a_further_page_is_one_request_more(world, profile):
    pmr = document(*(profile(f"p{index}") for index in range(10)))
    world.apply(pmr)
    world.api.log.clear()

    world.plan(pmr, page_size=4)

    profiles = [one for one in world.api.log if one.resource == "profiles"]
    assert len(profiles) == 3
    assert {one.query["limit"] for one in profiles} == {"4"}


def test_a_first_apply_sends_no_more_writes_than_objects_and_one_per_profile(world, profile):
    pmr = document(*(profile(f"p{index}", ann="edit", bob="view", cpu="1") for index in range(5)))

    world.apply(pmr)

    assert len(world.api.writes) <= 5 * (1 + 2 * 2) + 5


def test_a_list_whose_pages_grew_too_old_starts_again(world, profile):
    pmr = document(*(profile(f"p{index}", ann="edit") for index in range(6)))
    world.apply(pmr)
    world.api.faults.append(gone_mid_list(resource="rolebindings"))

    assert not world.plan(pmr, page_size=2).changes


@pytest.mark.parametrize("kind", ["429", "500", "503", "reset_before", "reset_after", "cut_body"])
def test_a_read_that_fails_once_is_tried_again(world, profile, kind):
    world.api.faults.append(once(injury(kind), reads))

    assert world.apply(document(profile(ann="edit"))).exit_code == 0


@pytest.mark.parametrize("kind", ["429", "500", "503", "reset_before"])
def test_a_cluster_that_never_answers_is_reported_and_nothing_was_written(world, profile, kind):
    world.api.faults.append(always(injury(kind), reads))

    with pytest.raises(ClusterAway, match="does not answer"):
        world.apply(document(profile()))

    assert not world.api.writes
    assert world.ticks.slept <= 2 * Settings().request_timeout * (LISTS + 1)


def test_policies_are_read_in_istios_stable_version(world, profile):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)

    assert {one.version for one in world.api.log if one.resource == "authorizationpolicies"} == {
        "v1"
    }


# what is missing or forbidden


@pytest.mark.parametrize(
    ("kind", "plural"), [("Profile", "profiles"), ("AuthorizationPolicy", "authorizationpolicies")]
)
def test_a_kind_that_is_not_installed_is_named_with_what_to_do(profile, kind, plural):
    kinds = {
        "Profile",
        "Namespace",
        "RoleBinding",
        "AuthorizationPolicy",
        "ResourceQuota",
        "LimitRange",
        "ClusterRole",
    }
    api = MemoryApi(kinds=kinds - {kind})

    with pytest.raises(MissingKind, match=rf"does not know {plural}\.") as missing:
        plan_profiles(document(profile()), target=api.client())

    assert missing.value.remedy.startswith("Install Kubeflow")
    assert not api.writes


@pytest.mark.parametrize(
    "plural",
    [
        "profiles",
        "namespaces",
        "rolebindings",
        "authorizationpolicies",
        "resourcequotas",
        "limitranges",
    ],
)
def test_a_list_that_is_forbidden_names_verb_and_resource_and_what_to_grant(world, profile, plural):
    world.api.faults.append(forbid("list", plural))

    with pytest.raises(Forbidden, match=rf"Not allowed to list {plural}") as refused:
        world.apply(document(profile()))

    assert refused.value.remedy.startswith("Grant that verb")
    assert len(str(refused.value)) < 500
    assert not world.api.writes


def test_credentials_that_are_not_accepted_are_reported(world, profile):
    world.api.faults.append(
        always(lambda request, act: Refusal(401, "Unauthorized", "Unauthorized").answer())
    )

    with pytest.raises(Forbidden, match="does not accept the credentials") as refused:
        world.apply(document(profile()))

    assert refused.value.remedy.startswith("Log in again")


def test_the_error_of_a_request_without_credentials_does_not_name_permissions(world, profile):
    message = 'profiles.kubeflow.org is forbidden: User "system:anonymous" cannot list resource "profiles"'
    world.api.faults.append(
        always(lambda request, act: Refusal(403, "Forbidden", message).answer(), reads)
    )

    with pytest.raises(Forbidden, match="sees no credentials") as raised:
        world.plan(document(profile()))

    assert raised.value.remedy.startswith("Add a token")


NOT_AN_API_SERVER = {
    "a web server": answering(404, b"<html><h1>Not Found</h1></html>", content_type="text/html"),
    "an API server below another path": answering(
        404, b"404 page not found\n", content_type="text/plain"
    ),
}


@pytest.mark.parametrize("answer", NOT_AN_API_SERVER.values(), ids=NOT_AN_API_SERVER.keys())
def test_an_address_at_which_there_is_no_api_server_is_not_taken_for_a_cluster_without_kubeflow(
    world, profile, answer
):
    world.api.faults.append(always(answer, reads))

    with pytest.raises(ClusterError, match="not from a Kubernetes API server"):
        world.plan(document(profile()))


def test_a_cluster_role_that_does_not_exist_is_a_warning(world, profile):
    world.api.remove("ClusterRole", None, "kubeflow-edit")

    report = world.apply(document(profile(ann="edit")))

    assert codes(report.plan.warnings) == ["missing-cluster-role"]
    assert "kubeflow-edit" in report.plan.warnings[0].what
    assert report.exit_code == 0


def test_where_cluster_roles_may_not_be_read_they_are_taken_to_exist_and_the_verb_is_named(
    world, profile
):
    world.api.faults.append(forbid("get", "clusterroles"))

    report = world.apply(document(profile()))

    assert report.exit_code == 0
    assert codes(report.plan.warnings) == ["unseen-cluster-roles"]
    assert "not allowed to get clusterroles" in report.plan.warnings[0].what


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """An environment that points at no cluster."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_no_cluster_in_the_environment_is_reported_with_a_remedy(bare):
    with pytest.raises(ClusterError, match=r"No cluster is configured. Set KUBECONFIG"):
        open_target()


def test_a_kubeconfig_that_is_not_there_is_named(bare, tmp_path):
    bare.setenv("KUBECONFIG", str(tmp_path / "none"))

    with pytest.raises(ClusterError, match=r"kubeconfig .*none cannot be used: no such file"):
        open_target()


def test_a_lightkube_client_is_taken_as_a_cluster(world, profile):
    assert isinstance(world.client, Client)
    assert create_or_update_profiles(document(profile()), target=world.client).exit_code == 0


# writes that fail


@pytest.mark.parametrize("kind", ["429", "500", "503", "reset_before", "reset_after", "cut_body"])
@pytest.mark.parametrize("index", [1, 2, 3])
def test_a_write_that_fails_once_is_tried_again(world, profile, kind, index):
    world.api.faults.append(fail_nth_write(index, kind))

    report = world.apply(document(profile(ann="edit")))

    assert report.exit_code == 0
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


@pytest.mark.parametrize("kind", ["reset_after", "cut_body", "500"])
def test_a_deletion_whose_answer_was_lost_is_done(world, profile, kind):
    world.apply(document(profile(ann="edit")))
    world.api.faults.append(fail_nth_write(1, kind))

    report = world.apply(document(profile()))

    assert report.exit_code == 0
    assert roles_in(world.api) == {"owner": "admin"}


@pytest.mark.parametrize("kind", ["reset_after", "cut_body"])
def test_a_patch_whose_answer_was_lost_is_settled_by_the_next_run(world, profile, kind):
    world.apply(document(profile(cpu="1")))
    world.api.faults.append(fail_nth_write(1, kind))

    first = world.apply(document(profile(cpu="2")))
    second = world.apply(document(profile(cpu="2")))

    assert first.exit_code in (0, 4)
    assert second.exit_code == 0
    assert not world.plan(document(profile(cpu="2"))).changes


def test_retry_after_is_honoured(world, profile):
    def busy(request, act):
        return Refusal(429, "TooManyRequests", "later", headers={"Retry-After": "37"}).answer()

    world.api.faults.append(once(busy, lambda request: request.writes))

    report = world.apply(document(profile()))

    assert report.exit_code == 0
    assert world.ticks.slept >= 37


def test_retry_after_beyond_the_deadline_is_not_waited_for(world, profile):
    def busy(request, act):
        return Refusal(429, "TooManyRequests", "later", headers={"Retry-After": "3600"}).answer()

    world.api.faults.append(always(busy, lambda request: request.writes))

    report = world.apply(document(profile()), deadline=30)

    assert report.exit_code == 1
    assert world.ticks.slept <= 30


@pytest.mark.parametrize("asked", ["soon", "nan", "inf", "-5", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_an_odd_retry_after_is_survived(world, profile, asked):
    def busy(request, act):
        return Refusal(429, "TooManyRequests", "later", headers={"Retry-After": asked}).answer()

    world.api.faults.append(once(busy, lambda request: request.writes))

    assert world.apply(document(profile()), deadline=30).exit_code in (0, 1)


def test_a_refusal_is_not_tried_again(world, profile):
    world.api.faults.append(always(injury("422"), lambda request: request.writes))

    report = world.apply(document(profile()))

    assert report.exit_code == 1
    assert len(world.api.writes) == 1
    assert world.ticks.slept == 0


def test_a_write_that_is_forbidden_says_what_to_grant(world, profile):
    world.api.faults.append(forbid("create", "profiles"))

    report = world.apply(document(profile()))

    (failure,) = report.failed
    assert "Not allowed to create profiles" in failure.why
    assert failure.remedy.startswith("Grant that verb")
    assert failure.remedy in report.errors[0]
    assert report_data(report)["errors"][0]["remedy"] == failure.remedy


def test_without_the_verb_bind_the_message_is_short_and_names_it(world, profile):
    words = (
        'rolebindings "x" is forbidden: user "sa" is attempting to grant RBAC permissions not currently held: '
        + "{x}" * 2600
    )

    def refuse(request, act):
        return Refusal(403, "Forbidden", words).answer()

    world.api.faults.append(
        always(refuse, lambda request: request.resource == "rolebindings" and request.writes)
    )

    report = world.apply(document(profile(ann="edit")))

    assert len(report.errors[0]) < 700
    assert "bind" in report.errors[0]
    assert "`profiles-management rbac` prints all that is needed" in report.errors[0]


def test_a_namespace_that_is_deleted_meanwhile_is_pending(profile):
    world = World(api=MemoryApi(hold_namespaces=True))
    world.apply(document(profile()))
    cluster = Still(open_target(world.client), world.settings)
    world.api.call("DELETE", world.api.path("Namespace", None, "ml"))

    report = create_or_update_profiles(
        document(profile(ann="edit")), target=cluster, settings=world.settings
    )

    assert report.exit_code == 4
    assert "namespace ml is gone or being deleted" in report.pending[0].what


@pytest.mark.parametrize(
    ("code", "body", "headers"),
    [
        (502, b"", {}),
        (502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"}),
        (502, b"", {"Content-Type": "application/json"}),
        (503, b"[]", {"Content-Type": "application/json"}),
        (500, b'"oops"', {"Content-Type": "application/json"}),
        (500, b'{"details": {"causes": 5}}', {"Content-Type": "application/json"}),
        (429, b"slow down", {"Content-Type": "text/plain"}),
    ],
)
@pytest.mark.parametrize("concerns", [reads, lambda request: request.writes])
def test_what_a_proxy_answers_once_is_survived(world, profile, code, body, headers, concerns):
    world.api.faults.append(once(answering(code, body, **headers), concerns))

    assert world.apply(document(profile(ann="edit"))).exit_code == 0


@pytest.mark.parametrize(
    "headers", [{}, {"Content-Type": "application/json"}, {"Content-Type": "text/html"}]
)
def test_what_a_proxy_refuses_is_reported_in_one_line(world, profile, headers):
    world.api.faults.append(
        always(
            answering(403, b"<html>\n<b>no</b>\n</html>", **headers), lambda request: request.writes
        )
    )

    report = world.apply(document(profile()))

    assert report.exit_code == 1
    assert "\n" not in report.errors[0]


def test_an_answer_that_is_no_json_is_no_crash(world, profile):
    world.api.faults.append(
        always(answering(200, b"<html>", **{"Content-Type": "text/html"}), reads)
    )

    with pytest.raises(ProfilesError, match="cannot be read"):
        world.apply(document(profile()))


def test_no_message_ever_tells_a_token(world, profile):
    secret = "memory"  # what the client of the memory API logs in with

    def echo(request, act):
        assert request.headers["authorization"] == f"Bearer {secret}"
        raise httpx2.ConnectError("no route to host")

    world.api.faults.append(always(echo))

    with pytest.raises(ClusterAway) as away:
        world.apply(document(profile()))

    assert secret not in str(away.value)


# two writers at once


def meanwhile(world, change):
    """Act between the reads and the writes of a run."""
    done = []

    def fault(request, act):
        if request.writes and not done:
            done.append(True)
            change()
        return act()

    world.api.faults.append(fault)


def test_somebody_who_changes_what_we_revoke_loses_it_in_the_same_run(world, profile):
    world.apply(document(profile(ann="edit")))
    name = "user-ann-example-com-clusterrole-edit"
    body = {"metadata": {"labels": {"touched": "yes"}}}
    path = world.api.path("RoleBinding", "ml", name)
    meanwhile(
        world,
        lambda: world.api.call("PATCH", path, body, content_type="application/merge-patch+json"),
    )

    report = world.apply(document(profile()))

    assert report.exit_code == 0
    assert roles_in(world.api) == {"owner": "admin"}


def test_somebody_who_changes_the_profile_meanwhile_is_not_overwritten(world, profile):
    world.apply(document(profile(cpu="1")))
    body = {"spec": {"resourceQuotaSpec": {"hard": {"pods": "7"}}}}
    path = world.api.path("Profile", None, "ml")
    meanwhile(
        world,
        lambda: world.api.call("PATCH", path, body, content_type="application/merge-patch+json"),
    )

    first = world.apply(document(profile(cpu="2")))

    assert first.exit_code == 4
    assert world.api.get("Profile", None, "ml")["spec"]["resourceQuotaSpec"] == {
        "hard": {"limits.cpu": "1", "pods": "7"}
    }


def test_somebody_who_makes_the_same_object_first_is_settled_by_the_next_run(world, profile):
    world.apply(document(profile()))
    meanwhile(world, lambda: Kfam(world.api).add("ml", "ann@example.com", "edit"))

    first = world.apply(document(profile(ann="edit")))
    second = world.apply(document(profile(ann="edit")))

    assert first.exit_code == 4
    assert second.exit_code == 0
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


def test_every_patch_and_deletion_of_what_was_read_is_locked_to_it(world, profile):
    world.apply(document(profile(ann="edit", cpu="1")))
    world.api.log.clear()

    world.apply(document(profile(bob="edit", cpu="2")))

    assert sent(world.api)[:3] == [
        "DELETE rolebindings user-ann-example-com-clusterrole-edit",
        "DELETE authorizationpolicies user-ann-example-com-clusterrole-edit",
        "PATCH profiles ml",
    ]
    for request in world.api.writes[:2]:
        assert request.body["preconditions"]["resourceVersion"]
    assert world.api.writes[2].body["metadata"]["resourceVersion"]


def test_a_document_that_is_not_valid_sends_no_request(world, profile):
    pmr = document(profile(ann="edit"))
    people = pmr.profiles["ml"].contributors
    people.append(people[0])

    with pytest.raises(ProfilesError, match="listed twice"):
        world.apply(pmr)

    assert not world.api.log


def test_all_failures_end_in_errors_of_ours(world, profile):
    world.api.faults.append(
        always(answering(418, b"teapot", **{"Content-Type": "text/plain"}), reads)
    )

    with pytest.raises(ProfilesError, match="418 teapot"):
        world.apply(document(profile()))


def test_one_profiles_failure_is_its_own(world, profile):
    world.api.faults.append(
        always(injury("422"), lambda request: request.writes and request.namespace == "bad")
    )

    report = world.apply(document(profile("bad", ann="edit"), profile(ann="edit")))

    assert {name: result for name, (result, _) in report.profiles().items()} == {
        "bad": Result.FAILED,
        "ml": Result.DONE,
    }
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


def test_what_a_policy_refuses_is_reported_with_its_whole_reason(world, profile):
    policy = "rolebindings.profiles-management.kubeflow.profiles-management.io"
    reason = "profiles-management writes to namespaces of profiles only; to adopt this one, label it x=true"
    words = f"ValidatingAdmissionPolicy '{policy}' with binding '{policy}' denied request: {reason}"

    def deny(request, act):
        return Refusal(
            403, "Forbidden", f'rolebindings "{"x" * 60}" is forbidden: {words}'
        ).answer()

    world.api.faults.append(
        always(deny, lambda request: request.writes and request.resource == "rolebindings")
    )

    (error,) = world.apply(document(profile(ann="edit"))).errors

    assert error.endswith(
        f"create rolebindings: 403 ValidatingAdmissionPolicy '{policy}': {reason}"
    )
