"""A user and a namespace admin write objects that no decoder accepts, or that take all memory."""

import contextlib
import tracemalloc

import pytest

from integration.people import person
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.kubeflow.objects import stored_json
from profiles_management.kubeflow.state import unread_objects

DEPTH = 1_500
DEEP = b'{"a":' * DEPTH + b"{}" + b"}" * DEPTH
DEEP_PLUGINS = b'[{"kind":"Mallory","spec":' + DEEP + b"}]"
WIDE_PLUGINS = b"[" + b'{"kind":"Mallory","spec":{}},' * 40_000 + b'{"kind":"Mallory"}]'  # 1.2 MB
PLUGIN = {"kind": "AwsIamForServiceAccount", "spec": {"awsIamRole": "arn:x"}}
RBAC = "rbac.authorization.k8s.io"


@pytest.fixture
def write(server):
    """Send JSON as text: Python's own encoder fails at such a depth."""

    def send(method, path, text):
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        answer = server._http.request(method, path, content=text, headers={"Content-Type": kind})
        assert answer.is_success, answer.text[:300]

    return send


@pytest.fixture
def planted(server, stand_ins, write, name):
    """Plant plugins in Profiles for a while; the stand-in controller could not read them either."""

    @contextlib.contextmanager
    def plugins(text, *suffixes):
        paths = [server.path("Profile", None, f"{name}{suffix}") for suffix in suffixes]
        with stand_ins.no_controller():
            for path in paths:
                write("PATCH", path, b'{"spec":{"plugins":' + text + b"}}")
            try:
                yield
            finally:
                for path in paths:
                    write("PATCH", path, b'{"spec":{"plugins":[]}}')

    return plugins


@pytest.fixture
def mallorys(server, name):
    """Create a Profile that no document names, as any user can through KFAM."""

    def make(suffix):
        metadata = {"name": f"{name}{suffix}"}
        owner = {"kind": "User", "name": person("mallory")}
        body = {
            "apiVersion": "kubeflow.org/v1",
            "kind": "Profile",
            "metadata": metadata,
            "spec": {"owner": owner},
        }
        server.create(body)
        return suffix

    return make


def test_plugins_of_any_depth_in_a_profile_of_nobody_change_nothing(
    engine, profile, roles, planted, mallorys, name
):
    engine.settle(profile(ann="edit", bob="edit"))

    with planted(DEEP_PLUGINS, mallorys("-of-mallory")):
        report = engine.apply(profile(ann="edit"))

    assert (report.failed, report.plan.refused, report.plan.warnings) == ((), (), ())
    roles(name, ann="edit", bob="")


def test_plugins_that_are_too_deep_are_refused_by_name_and_revocation_goes_on(
    engine, profile, roles, planted, name
):
    more = {"plugins": [PLUGIN]}
    engine.settle(profile(ann="edit", bob="edit", more=more), profile("-web", ann="edit"))

    with planted(DEEP_PLUGINS, ""):
        report = engine.apply(profile(ann="edit", more=more), profile("-web"))

    (problem,) = report.plan.warnings
    assert str(problem).startswith(
        f"Profile/{name}: spec.plugins is nested deeper than {stored_json.DEEPEST} levels"
    )
    assert report.failed == ()
    roles(name, ann="edit", bob="")
    roles(f"{name}-web", ann="")


def test_megabytes_of_plugins_that_nobody_compares_take_no_memory(
    engine, profile, planted, mallorys
):
    engine.settle(profile())
    many = [mallorys(f"-{number}") for number in range(8)]

    with planted(WIDE_PLUGINS, *many):
        tracemalloc.start()
        try:
            Cluster(engine.client).observe(engine.settings)
            kept, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert kept < len(WIDE_PLUGINS)
    assert peak < 4 * len(many) * len(WIDE_PLUGINS)  # it was 30 MiB for each


def test_managed_fields_of_any_depth_in_a_binding_of_ones_own_change_nothing(
    engine, profile, roles, server, write, name
):
    engine.settle(profile(ann="edit", bob="edit"))
    path = server.path("RoleBinding", name, "user-bob-example-com-clusterrole-edit")
    entry = b'{"manager":"mallory","operation":"Update","apiVersion":"rbac.authorization.k8s.io/v1","fieldsType":"FieldsV1"'
    write(
        "PATCH", path, b'{"metadata":{"managedFields":[' + entry + b',"fieldsV1":' + DEEP + b"}]}}"
    )

    report = engine.apply(profile(ann="edit"))

    assert report.failed == ()
    roles(name, ann="edit", bob="")


def test_a_binding_with_thousands_of_subjects_is_revoked_and_reported(
    engine, profile, roles, server, name
):
    engine.settle(profile(ann="edit", bob="edit"))
    subjects = [
        {"apiGroup": RBAC, "kind": "User", "name": person(f"u{number}")} for number in range(15_000)
    ]
    for who in ("ann", "bob"):
        bound = [{"apiGroup": RBAC, "kind": "User", "name": person(who)}, *subjects]
        server.patch(
            "RoleBinding", name, f"user-{who}-example-com-clusterrole-edit", {"subjects": bound}
        )
    metadata = {"name": "planted", "namespace": name}
    role = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "kubeflow-view"}
    kind = {"apiVersion": f"{RBAC}/v1", "kind": "RoleBinding"}
    server.create({**kind, "metadata": metadata, "roleRef": role, "subjects": subjects})

    report = engine.apply(profile(ann="edit"))

    assert (
        f"RoleBinding {name}/planted names 15,000 people, of whom only {unread_objects.MOST_PEOPLE:,} are checked"
        in {problem.what for problem in report.plan.warnings}
    )
    roles(name, ann="edit", bob="", olga="admin", u3="view")
    bound = server.get("RoleBinding", name, "user-ann-example-com-clusterrole-edit")["subjects"]
    assert [subject["name"] for subject in bound] == [person("ann")]


def test_a_quota_of_thousands_of_keys_is_refused_by_name_and_people_go_on(
    engine, profile, roles, server, stand_ins, name
):
    engine.settle(profile(ann="edit", cpu="1"))
    hard = {f"count/k{number}.example.com": "1" for number in range(10_000)}

    with stand_ins.no_controller():
        server.patch("Profile", None, name, {"spec": {"resourceQuotaSpec": {"hard": hard}}})
        report = engine.apply(profile(cpu="1"))
        server.patch("Profile", None, name, {"spec": {"resourceQuotaSpec": None}})

    (problem,) = report.plan.warnings
    assert problem.what.startswith(
        f"spec.resourceQuotaSpec has more than {stored_json.LARGEST:,} bytes"
    )
    roles(name, ann="")
