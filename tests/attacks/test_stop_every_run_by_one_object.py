"""One object, of a namespace admin or by KFAM, that no run can read or that takes all memory.

The API server of the tests takes no such objects, so they are planted in its answers. The real one
takes them: tests/integration/attacks.
"""

import json
import tracemalloc

import httpx2
import pytest
from engine.build import contributor, document, profile
from engine.looking import roles_in
from engine.world import World
from lightkube import Client

from profiles_management import ClusterError, Settings, export_pmr, list_access
from profiles_management.kubeflow.cluster import http
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.kubeflow.objects import naming, policies, stored_json
from profiles_management.kubeflow.state import unread_objects

pytestmark = pytest.mark.usefixtures("no_logging")

DEEP = [1_500, 200_000]
PLURALS = [
    "profiles",
    "namespaces",
    "rolebindings",
    "authorizationpolicies",
    "resourcequotas",
    "limitranges",
]
PLUGIN = {"kind": "AwsIamForServiceAccount", "spec": {"awsIamRole": "arn:x"}}
QUOTA = {"hard": {"cpu": "1"}}


@pytest.fixture
def world():
    return World()


def nested(depth):
    """Return JSON of mappings in mappings."""
    return b'{"a":' * depth + b"{}" + b"}" * depth


def plant(world, plural, *texts):
    """Put other texts for some in every list of a kind."""

    def handler(request):
        response = world.api.transport.handle_request(request)
        if request.method != "GET" or not request.url.path.endswith("/" + plural):
            return response
        content = response.read()
        for old, new in texts:
            items = content.index(b'"items":[')
            assert old in content[items:], f"{old!r} is not in the list of {plural}"
            content = content[:items] + content[items:].replace(old, new, 1)
        headers = {"Content-Type": "application/json"}
        return httpx2.Response(response.status_code, headers=headers, content=content)

    world.client = Client(config=world.api.client().config, transport=httpx2.MockTransport(handler))


def contributors(world):
    """Return who contributes to ml, by RoleBinding."""
    return {who: role for who, role in roles_in(world.api).items() if who != "owner"}


def problems(plan):
    """Return the refusals and warnings of a plan as text."""
    return [str(problem) for problem in (*plan.refused, *plan.warnings)]


def uncompared(why):
    """Return the warning about the plugins of ml."""
    what = f"Profile/ml: spec.plugins {why}, so plugins are not compared and stay unchanged"
    return f"{what}. Check it with kubectl, and replace it. [unreadable]"


# depth


@pytest.mark.parametrize("depth", DEEP)
@pytest.mark.parametrize("place", [b'"metadata":{', b'"managedFields":['])
@pytest.mark.parametrize("plural", PLURALS)
def test_a_field_that_nobody_reads_may_have_any_depth(world, plural, place, depth):
    pmr = document(
        profile(
            ann="edit",
            fields={"resources": QUOTA, "limitRange": {"limits": [{"type": "Container"}]}},
        )
    )
    world.apply(pmr)
    planted = b'"deep":%s,' if place == b'"metadata":{' else b'{"fieldsV1":%s},'
    plant(world, plural, (place, place + planted % nested(depth)))

    plan = world.plan(pmr)

    assert (plan.changes, problems(plan)) == ((), [])


@pytest.mark.parametrize("depth", [stored_json.DEEPEST, *DEEP])
def test_plugins_of_a_profile_of_nobody_may_have_any_depth(world, depth):
    world.apply(document(profile("ml", ann="edit"), profile("of-mallory")))
    plant(
        world,
        "profiles",
        (b'"spec":{', b'"spec":{"plugins":[{"kind":"X","spec":' + nested(depth) + b"}],"),
    )

    plan = world.plan(document(profile("ml"), profile("of-mallory")))

    assert [str(change.person) for change in plan.changes] == ["ann@example.com"]
    assert problems(plan) == []


@pytest.mark.parametrize("depth", [stored_json.DEEPEST, *DEEP])
def test_plugins_that_are_too_deep_are_refused_by_name_and_everything_else_goes_on(world, depth):
    wanted = {"fields": {"plugins": [PLUGIN]}}
    world.apply(document(profile("ml", **wanted, ann="edit"), profile("web", ann="edit")))
    plant(
        world,
        "profiles",
        (b'"plugins":[', b'"plugins":[{"kind":"X","spec":' + nested(depth) + b"},"),
    )

    report = world.apply(document(profile("ml", **wanted, bob="view"), profile("web")))

    assert problems(report.plan) == [
        uncompared(f"is nested deeper than {stored_json.DEEPEST} levels")
    ]
    assert contributors(world) == {"bob": "view"}
    assert (report.failed, report.pending) == ((), ())


def test_who_is_past_until_loses_access_in_a_profile_with_deep_plugins(world):
    world.apply(document(profile("ml", ann="edit")))
    plant(
        world,
        "profiles",
        (b'"spec":{', b'"spec":{"plugins":[{"kind":"X","spec":' + nested(5_000) + b"}],"),
    )

    world.apply(document(profile("ml", contributors=[contributor("ann", until="2026-01-01")])))

    assert contributors(world) == {}


def test_access_and_export_go_on(world):
    world.apply(document(profile("ml", fields={"plugins": [PLUGIN]}, ann="edit"), profile("web")))
    plant(
        world,
        "profiles",
        (b'"plugins":[', b'"plugins":[{"kind":"X","spec":' + nested(5_000) + b"},"),
    )

    exported = export_pmr(target=Cluster(world.client))

    assert {str(entry.person) for entry in list_access(target=Cluster(world.client))} >= {
        "ann@example.com"
    }
    assert [*exported.pmr.profiles] == ["ml", "web"]
    assert "plugins left out: it is nested deeper" in str(exported.notes)


# size


def test_plugins_that_nobody_compares_take_no_memory(world):
    wide = b"[" + b'{"kind":"X","spec":{}},' * 20_000 + b'{"kind":"Y"}]'
    pmr = document(*(profile(f"p{number}") for number in range(10)))
    world.apply(pmr)
    texts = [(b'"spec":{"owner"', b'"spec":{"plugins":' + wide + b',"owner"')] * 10
    plant(world, "profiles", *texts)
    world.plan(pmr)
    tracemalloc.start()
    try:
        seen = Cluster(world.client).observe(world.settings)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(seen.profiles) == 10
    assert kept < len(wide)  # the list is freed, with the fields that are not compared
    assert peak < 40 * len(wide)  # four times the list, which is in the test's server and in ours


def test_plugins_that_are_too_large_are_refused_by_name(world):
    pmr = document(profile("ml", fields={"plugins": [PLUGIN]}))
    world.apply(pmr)
    plant(world, "profiles", (b'"plugins":[', b'"plugins":[' + b'{"kind":"X","spec":{}},' * 50_000))

    plan = world.plan(pmr)

    assert plan.changes == ()
    assert problems(plan) == [uncompared(f"has more than {stored_json.LARGEST:,} bytes")]


MANY_AMOUNTS = b",".join(b'"count/k%d.example.com":"1"' % number for number in range(30_000)) + b","


@pytest.mark.parametrize(
    ("plural", "what"),
    [("profiles", "spec.resourceQuotaSpec"), ("resourcequotas", "ResourceQuota kf-resource-quota")],
)
def test_quotas_of_thousands_of_keys_are_refused_by_name_and_people_go_on(world, plural, what):
    wanted = {"fields": {"resources": QUOTA}}
    world.apply(document(profile("ml", **wanted, ann="edit")))
    plant(world, plural, (b'"hard":{', b'"hard":{' + MANY_AMOUNTS))

    report = world.apply(document(profile("ml", **wanted)))

    (problem,) = report.plan.warnings
    assert str(problem).startswith(
        f"Profile/ml: {what} has more than {stored_json.LARGEST:,} bytes, so resources are not"
    )
    assert contributors(world) == {}


def test_a_limit_range_of_thousands_of_entries_is_refused_by_name(world):
    pmr = document(
        profile(
            "ml",
            fields={"limitRange": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}},
        )
    )
    world.apply(pmr)
    plant(
        world,
        "limitranges",
        (b'"limits":[', b'"limits":[' + b'{"type":"Pod","max":{"cpu":"1"}},' * 5_000),
    )

    plan = world.plan(pmr)

    assert plan.changes == ()
    assert "LimitRange profiles-management has more than" in problems(plan)[0]


SUBJECT = b'{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"u%d@example.com"}'
SUBJECTS = b",".join(SUBJECT % number for number in range(20_000)) + b","


def test_a_binding_of_ours_with_thousands_of_subjects_is_put_right(world):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    ours = _subjects_after(world, "user-ann-example-com-clusterrole-edit")
    plant(world, "rolebindings", (ours, ours + SUBJECTS))

    (change,) = world.plan(pmr).changes

    (write,) = change.writes
    assert [subject["name"] for subject in json.loads(write.body)["subjects"]] == [
        "ann@example.com"
    ]
    assert len(change.fields[0].before) <= unread_objects.MOST_PEOPLE


def test_a_binding_of_ours_with_thousands_of_subjects_is_revoked(world):
    world.apply(document(profile(ann="edit")))
    ours = _subjects_after(world, "user-ann-example-com-clusterrole-edit")
    plant(world, "rolebindings", (ours, ours + SUBJECTS))

    world.apply(document(profile()))

    assert contributors(world) == {}


def test_a_foreign_binding_with_thousands_of_subjects_is_reported_and_a_thousand_are_listed(world):
    world.apply(document(profile(ann="edit")))
    world.api.put(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "planted", "namespace": "ml"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "kubeflow-edit",
            },
            "subjects": json.loads(b"[" + SUBJECTS[:-1] + b"]"),
        }
    )

    plan = world.plan(document(profile(ann="edit")))

    assert (
        "RoleBinding/ml/planted: RoleBinding ml/planted names 20,000 people, of whom only 1,000 are checked. "
        "Check it with kubectl, and delete it. [unreadable]"
    ) in problems(plan)
    assert len(list_access(target=Cluster(world.client))) < 1_100


def test_a_policy_of_ours_with_thousands_of_rules_is_put_right(world):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    (policy,) = [
        one
        for one in world.api.objects("AuthorizationPolicy", "ml")
        if one["metadata"].get("labels")
    ]
    policy["spec"]["rules"] = [
        {"from": [{"source": {"namespaces": [f"n{number}"]}}]} for number in range(5_000)
    ]
    policy["spec"]["action"] = "DENY"
    world.api.put(policy)

    world.apply(pmr)

    assert world.plan(pmr).changes == ()
    assert (
        "action"
        not in world.api.get("AuthorizationPolicy", "ml", policy["metadata"]["name"])["spec"]
    )


def _subjects_after(world, name):
    """Return the text in a list of RoleBindings with which the subjects of one begin."""
    text = world.api.transport.handle_request(
        httpx2.Request("GET", "http://x/apis/rbac.authorization.k8s.io/v1/rolebindings")
    ).read()
    start = text.index(b'"name":"%s"' % name.encode())
    end = text.index(b'"subjects":[', start) + len(b'"subjects":[')
    return text[start:end]


def test_an_object_of_a_namespace_that_no_document_names_is_not_reported(world):
    world.apply(document(profile(ann="edit"), profile("of-mallory")))
    metadata = {"name": "planted", "namespace": "of-mallory"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "kubeflow-edit"}
    subjects = json.loads(b"[" + SUBJECTS[:-1] + b"]")
    kind = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding"}
    world.api.put({**kind, "metadata": metadata, "roleRef": role, "subjects": subjects})

    plan = world.plan(document(profile(ann="edit")), stale="off")

    assert problems(plan) == []


# types


@pytest.mark.parametrize(
    "value", [b"true", b"3", b'"x"', b"{}", b"[1]", b"[null]", b"[[]]", b"1e999", b"9" * 5_000]
)
def test_plugins_of_another_type_are_refused_by_name(world, value):
    pmr = document(profile("ml", fields={"plugins": [PLUGIN]}))
    world.apply(pmr)
    plant(world, "profiles", (b'"plugins":[', b'"plugins":' + value + b',"were":['))

    plan = world.plan(pmr)
    export_pmr(target=Cluster(world.client))

    assert plan.changes == ()
    assert problems(plan)[0].startswith("Profile/ml: spec.plugins ")


@pytest.mark.parametrize(
    "value",
    [
        b"[]",
        b"3",
        b'{"hard":[]}',
        b'{"hard":{"cpu":[]}}',
        b'{"scopes":[[]]}',
        b'{"scopeSelector":[]}',
        b'{"hard":true}',
    ],
)
@pytest.mark.parametrize("plural", ["profiles", "resourcequotas"])
def test_quotas_of_another_type_are_refused_by_name(world, plural, value):
    pmr = document(profile("ml", fields={"resources": QUOTA}))
    world.apply(pmr)
    field = b'"resourceQuotaSpec":' if plural == "profiles" else b'"spec":'
    plant(world, plural, (field, field + value + b',"was":'))

    plan = world.plan(pmr)
    export_pmr(target=Cluster(world.client))

    assert plan.changes == ()
    assert (
        "does not have the form that Kubernetes writes, so resources are not compared"
        in problems(plan)[0]
    )


@pytest.mark.parametrize(
    "spec", [b"oversized", b"[]", b"3", b'{"rules":[3]}', b'{"rules":"x"}', b"\xff", b"{" * 9_000]
)
def test_a_policy_of_another_type_lets_nobody_in_once_it_is_corrected(spec):
    assert policies.patch_for_only({"ann@example.com"}, spec, Settings())["rules"] == []
    assert policies.rules_without(spec, lambda _: True, Settings()) == []


# many


@pytest.mark.parametrize("size", [5, 100])
def test_a_page_that_is_too_large_is_asked_for_in_parts(world, monkeypatch, size):
    pmr = document(*(profile(f"p{number}", ann="edit") for number in range(30)))
    world.apply(pmr)
    monkeypatch.setattr(http, "LARGEST", 20_000)

    assert world.plan(pmr, page_size=size).changes == ()


def test_one_object_larger_than_any_is_one_message(world, monkeypatch):
    world.apply(document(profile()))
    monkeypatch.setattr(http, "LARGEST", 200)

    with pytest.raises(ClusterError, match=r"An answer of the cluster has more than 200 bytes\."):
        world.plan(document(profile()))


def test_problems_with_hundreds_of_objects_are_reported_in_a_few_lines(world):
    world.apply(document(profile()))
    for number in range(60):
        world.api.put(
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "RoleBinding",
                "metadata": {"name": f"planted-{number}", "namespace": "ml"},
                "roleRef": {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "ClusterRole",
                    "name": "view",
                },
                "subjects": json.loads(
                    b"[" + b",".join(SUBJECT % who for who in range(1_001)) + b"]"
                ),
            }
        )

    warnings = [
        problem
        for problem in world.plan(document(profile())).warnings
        if problem.code == "unreadable"
    ]

    assert len(warnings) == unread_objects.MOST_PROBLEMS + 1
    assert warnings[-1].what == "40 more objects have such problems"


@pytest.mark.parametrize("end", [2, 30, 400, 4_000])
def test_a_list_that_was_cut_off_is_not_taken_for_a_whole_one(world, end):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)

    def handler(request):
        response = world.api.transport.handle_request(request)
        content = response.read()
        cut = content[:-end] if request.url.path.endswith("/rolebindings") else content
        return httpx2.Response(
            response.status_code, headers={"Content-Type": "application/json"}, content=cut
        )

    world.client = Client(config=world.api.client().config, transport=httpx2.MockTransport(handler))

    with pytest.raises(ClusterError, match="cannot be read"):
        world.plan(pmr)


@pytest.mark.parametrize(
    "since", ["9999-12-31T23:59:59Z", "2999-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59"]
)
def test_a_time_that_somebody_wrote_on_a_profile_neither_stops_a_run_nor_keeps_it_from_correcting(
    world, since
):
    pmr = document(profile(cpu="4"))
    world.apply(pmr)
    seen = world.api.get("Profile", None, "ml")
    seen["metadata"]["annotations"] |= {
        naming.TOUCHED: f"missing since {since}",
        naming.WOKEN: since,
    }
    world.api.put(seen)
    world.api.remove("ResourceQuota", "ml", naming.QUOTA)

    world.apply(pmr)

    assert world.api.get("ResourceQuota", "ml", naming.QUOTA)["spec"]["hard"] == {"limits.cpu": "4"}
