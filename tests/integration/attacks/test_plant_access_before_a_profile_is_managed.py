"""A user creates a Profile with our labels and plants access before a document names it."""

import pytest

from integration.cluster import permissions
from integration.cluster.waiting import wait_for
from integration.people import person

EVE, RBAC = person("eve"), "rbac.authorization.k8s.io"
KUBEFLOW_UI = "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"


@pytest.fixture
def strict(engine_with):
    """An engine with `foreign: revoke`, confined by the policies for it."""
    return engine_with(permissions.granted(), foreign="revoke")


@pytest.fixture
def forged(server, name):
    """Create a Profile of eve with our labels, and a RoleBinding and a policy for zoe in it."""

    def make(instance):
        marks = {
            "app.kubernetes.io/managed-by": "profiles-management",
            "profiles-management.io/instance": instance,
        }
        owner = {"kind": "User", "name": EVE, "apiGroup": RBAC}
        body = {
            "apiVersion": "kubeflow.org/v1",
            "kind": "Profile",
            "metadata": {"name": name, "labels": marks},
        }
        server.create({**body, "spec": {"owner": owner}})
        wait_for(
            "the profile", lambda: "finalizers" in server.get("Profile", None, name)["metadata"]
        )
        plant()

    def plant():
        metadata = {"name": "planted", "namespace": name}
        zoe = {"kind": "User", "name": person("zoe"), "apiGroup": RBAC}
        robot = {"kind": "ServiceAccount", "name": "robot", "namespace": "kubeflow"}
        role = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "kubeflow-admin"}
        server.create(
            {
                "apiVersion": f"{RBAC}/v1",
                "kind": "RoleBinding",
                "metadata": metadata,
                "roleRef": role,
                "subjects": [zoe, robot],
            }
        )
        rules = [{"from": [{"source": {"principals": [KUBEFLOW_UI]}}]}]
        server.create(
            {
                "apiVersion": "security.istio.io/v1",
                "kind": "AuthorizationPolicy",
                "metadata": metadata,
                "spec": {"rules": rules},
            }
        )

    return make


def test_the_hand_over_says_what_stays(engine, profile, forged, roles, name):
    forged(engine.settings.instance)

    report = engine.apply(profile())

    codes = [warning.code for warning in report.plan.warnings]
    assert codes == ["handed-over", "unmanaged-access", "unmanaged-access", "unmanaged-access"]
    assert report.plan.warnings[0].what.startswith(
        f"the profile belonged to User {EVE} and gets another owner"
    )
    roles(name, zoe="admin", eve="", olga="admin")


def test_with_revoke_it_goes_in_the_same_run_and_programs_keep_what_they_need(
    strict, profile, forged, server, roles, name
):
    forged(strict.settings.instance)
    roles(name, zoe="admin")

    report = strict.apply(profile(ann="edit"))

    assert report.exit_code == 0, report.errors
    roles(name, zoe="", eve="", olga="admin", ann="edit")
    assert [one["name"] for one in server.get("RoleBinding", name, "planted")["subjects"]] == [
        "robot"
    ]
    assert server.get("AuthorizationPolicy", name, "planted") is None
    strict.wait_until_it_matches(profile(ann="edit"))
