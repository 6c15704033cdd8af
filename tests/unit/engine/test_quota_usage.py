"""What namespaces use of their quotas, read from a cluster."""

import msgspec
import pytest

from memory_api import forbid
from profiles_management import ClusterError, Forbidden
from profiles_management.kubeflow.engine import list_quotas
from profiles_management.kubeflow.observation.slim_classes import ResourceQuota
from profiles_management.kubeflow.quota_usage import QuotaResource, QuotaUsage, gathered


def stored(namespace, name="kf-resource-quota", spec=None, status=None):
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec or {},
        "status": status or {},
    }


def decoded(**content):
    quota = {"metadata": {"name": "limits", "namespace": "ml"}, **content}
    return msgspec.json.decode(msgspec.json.encode(quota), type=ResourceQuota)


def test_the_counts_of_the_controller_are_read_with_one_request(world):
    counted = {"hard": {"pods": "4"}, "used": {"pods": "3"}}
    world.api.put(stored("ml", spec={"hard": {"pods": "9"}}, status=counted))
    world.api.put(stored("web", "second"))
    world.api.put(stored("web", "first"))
    world.api.log.clear()

    quotas = list_quotas(target=world.client).by_namespace

    assert quotas["ml"] == [QuotaUsage("kf-resource-quota", (QuotaResource("pods", "4", "3"),))]
    assert [quota.name for quota in quotas["web"]] == ["first", "second"]
    assert [request.method for request in world.api.log] == ["GET"]


@pytest.mark.parametrize("status", [None, {}, {"hard": None, "used": None}])
def test_before_the_controller_has_counted_the_spec_says_what_is_allowed(status):
    quota = decoded(spec={"hard": {"pods": "4", "cpu": 2}}, status=status)

    ((usage,),) = gathered([quota]).by_namespace.values()

    assert usage.resources == (QuotaResource("cpu", "2", ""), QuotaResource("pods", "4", ""))


@pytest.mark.parametrize(
    "status", [[], {"used": [1]}, {"hard": {"pods": {}}}, {"used": {"pods": "1" * 70_000}}, "x"]
)
def test_a_status_of_another_form_is_a_problem_and_hides_no_other_quota(status):
    usages = gathered([decoded(status=status), decoded(status={"hard": {"pods": "1"}})])

    assert [problem.where.path for problem in usages.unread] == ["ResourceQuota/ml/limits"]
    assert usages.by_namespace["ml"][0].resources == (QuotaResource("pods", "1", ""),)


def test_a_missing_permission_is_named(world):
    world.api.faults.append(forbid("list", "resourcequotas"))

    with pytest.raises(Forbidden, match="list resourcequotas"):
        list_quotas(target=world.client)


def test_a_folder_has_no_counts(tmp_path):
    with pytest.raises(ClusterError, match="name a cluster"):
        list_quotas(target=tmp_path)
