"""Our warnings about names in a quota agree with which of them the quota controller counts."""

import pytest

from integration.cluster.waiting import wait_for
from profiles_management.pmr.resource_errors import name_error, name_warning

COUNTED = (
    "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory",
    "requests.ephemeral-storage", "limits.ephemeral-storage", "pods", "services", "secrets", "configmaps",
    "persistentvolumeclaims", "replicationcontrollers", "resourcequotas", "services.nodeports",
    "services.loadbalancers", "requests.storage", "hugepages-2Mi", "requests.hugepages-1Gi", "count/pods",
    "count/services", "count/endpoints", "count/limitranges", "count/podtemplates", "count/serviceaccounts",
    "count/deployments.apps", "count/statefulsets.apps", "count/jobs.batch", "count/cronjobs.batch",
    "count/horizontalpodautoscalers.autoscaling", "count/poddisruptionbudgets.policy",
    "count/leases.coordination.k8s.io", "count/endpointslices.discovery.k8s.io", "count/ingresses.networking.k8s.io",
    "count/roles.rbac.authorization.k8s.io",
    "count/resourceclaims.resource.k8s.io", "count/authorizationpolicies.security.istio.io", "requests.nvidia.com/gpu",
    "requests.nvidia.com/mig-1g.5gb", "gold.storageclass.storage.k8s.io/requests.storage",
    "gold.storageclass.storage.k8s.io/persistentvolumeclaims", "fast.deviceclass.resource.k8s.io/devices",
    "requests.deviceclass.resource.kubernetes.io/fast",
)  # fmt: skip
DEAD = (
    "nvidia.com/gpu", "limits.nvidia.com/gpu", "request.nvidia.com/gpu", "nvidia/gpu", "limits.requests.nvidia.com/gpu",
    "count/deployments", "count/notebooks", "count/pod", "count/deployment.apps", "count/jobs.apps",
    "count/deployments.extensions", "count/deployments.v1.apps", "count/Deployments.apps", "count/widgets", "count/cpu",
    "count/events", "count/events.events.k8s.io", "count/namespaces", "count/nodes", "count/services.nodeports",
    "gold.storageclass.storage.kubernetes.io/requests.storage", "gold.storageclass.storage.k8s.io/limits.storage",
    "gold.storage.k8s.io/requests.storage", "fast.deviceclass.resource.kubernetes.io/devices",
    "kubernetes.io/batch-cpu", "requests.kubernetes.io/batch-cpu", "foo.k8s.io/bar",
)  # fmt: skip


@pytest.fixture
def reported(server, name):
    """Create a quota with these names and return those whose usage Kubernetes reports."""
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def make(*names):
        head = {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "names", "namespace": name},
        }
        server.create({**head, "spec": {"hard": dict.fromkeys(names, "1")}})
        status = wait_for(
            "a status",
            lambda: server.get("ResourceQuota", name, "names").get("status", {}).get("used"),
        )
        return set(status)

    return make


def test_what_passes_without_a_word_is_counted_and_the_rest_is_not(reported):
    names = (*COUNTED, *DEAD)

    used = reported(*names)

    assert used == set(COUNTED)
    assert {name for name in names if not (name_error(name) or name_warning(name))} == used
