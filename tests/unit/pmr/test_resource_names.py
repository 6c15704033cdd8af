"""Names of resources in a quota: those that count nothing get a warning with a valid remedy."""

import contextlib
import re
import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles_management.pmr import DocumentError, loads
from profiles_management.pmr.amounts import amount_error, amount_warning
from profiles_management.pmr.known_resources import GROUPS_OF
from profiles_management.pmr.remedies import pairs_in
from profiles_management.pmr.resource_errors import name_error, name_warning
from profiles_management.pmr.resource_suggestions import suggested_name
from profiles_management.pmr.resources import is_container_resource, suggested_container_resource

COUNT = (
    "cpu", "requests.memory", "limits.ephemeral-storage", "pods", "services.nodeports", "requests.storage",
    "hugepages-2Mi", "requests.hugepages-1Gi", "hugepages-64Ki", "count/pods", "count/deployments.apps",
    "count/notebooks.kubeflow.org", "count/jobs.batch.volcano.sh", "count/services.serving.knative.dev",
    "count/widgets.example.com", "requests.nvidia.com/gpu", "requests.nvidia.com/mig-1g.5gb",
    "requests.nvidia.com/gpu.shared", "requests.example.com/Chip_9",
    "gold.storageclass.storage.k8s.io/requests.storage",
    "gold.storageclass.storage.k8s.io/persistentvolumeclaims", "fast.deviceclass.resource.k8s.io/devices",
    "requests.deviceclass.resource.kubernetes.io/fast", "count/resourceclaims.resource.k8s.io",
)  # fmt: skip
SIDES = ("", "request", "requests", "req", "limit", "limits", "Requests", "LIMITS")
THINGS = (
    "gpu", "gpus", "GPU", "nvidia.com/gpu", "nvidia/gpu", "amd.com/gpus", "cpu", "CPUs", "cores", "mem", "memory",
    "Memory", "memry", "storage", "ephemeralStorage", "pods", "pod", "pvc", "secret", "deployments", "notebook",
    "count/notebooks", "count/apps/v1/deployments", "hugepages-2MB", "load-balancers", "npu", "foo", "jobs.apps",
)  # fmt: skip
BETWEEN = (".", "", "_", "-", "/", " ")
WRITTEN = sorted({f"{side}{mark}{thing}" for side, mark, thing in product(SIDES, BETWEEN, THINGS)})


def remedies(finding):
    """Return the suggestion of a finding."""
    return re.findall(r"write: (\S+?)(?=,|$)", finding.remedy)


@pytest.mark.parametrize("name", COUNT)
def test_a_name_by_which_kubernetes_counts_passes_without_a_word(name):
    assert (name_error(name), name_warning(name)) == (None, None)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_remedy_says_to_write_counts(name):
    finding = name_error(name) or name_warning(name)

    for remedy in remedies(finding) if finding else ():
        assert remedy != name
        assert (name_error(remedy), name_warning(remedy)) == (None, None)


@pytest.mark.parametrize("name", [one for one in WRITTEN if "gpu" in one.lower()])
def test_a_gpu_never_becomes_a_cpu(name):
    finding = name_error(name) or name_warning(name)

    assert finding is None or all("gpu" in remedy for remedy in remedies(finding))


@pytest.mark.parametrize(
    "name", ["npu", "npus", "requests.npus", "limits.xpus", "fpga", "dpus", "speed"]
)
def test_a_word_that_only_looks_like_another_gets_no_remedy(name):
    assert remedies(name_error(name)) == []


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_container_is_said_to_ask_for_it_may_ask_for(name):
    better = suggested_container_resource(name)

    assert not better or is_container_resource(better)


@given(st.text("0123456789kKmMgGiIbBeE. ,", min_size=1, max_size=8))
def test_an_amount_that_a_remedy_says_to_write_is_one(text):
    for name in ("memory", "cpu", "requests.storage"):
        finding = amount_error(name, text) or amount_warning(name, text)
        for amount in re.findall(r'"([^"]+)"', finding.remedy) if finding else ():
            assert amount_error(name, amount) is None


@pytest.mark.parametrize(("plural", "group"), GROUPS_OF.items())
def test_every_known_kind_of_object_is_known_in_the_singular_and_without_its_group(plural, group):
    right = f"count/{plural}.{group}".rstrip(".")

    assert name_error(right) is None
    for written in (
        f"count/{plural}",
        f"count/{plural[:-1]}",
        f"Count/{plural}",
        f"counts/{plural}.{group}",
    ):
        if written != right and plural[:-1] not in (
            "ingresse",
            "networkpolicie",
            "authorizationpolicie",
        ):
            assert suggested_name(written) == right


def test_a_remedy_looks_at_no_more_than_eighty_characters():
    assert pairs_in("limits.cpu = 1, " * 5) == ['limits.cpu: "1"'] * 5
    assert pairs_in("limits.cpu = 1, " * 6) == []
    assert suggested_name("requests." + "gpu" * 30) == ""


@pytest.mark.parametrize(
    "amount", ["9" * 200 + "GB", "1" + " " * 200 + "GB", "1" + "0" * 90 + "gb"]
)
def test_the_beginning_of_a_long_amount_is_never_what_a_remedy_says_to_write(amount):
    finding = amount_error("memory", amount)

    assert (
        finding.remedy
        == 'write a number with a suffix of Kubernetes, such as "500m", "4" or "16Gi"'
    )


HOSTILE = ("a", "a.", "1", "a=b", "a=b ", "a: ", " ", "@", "a@", "limits.", "a/", "-")


@pytest.mark.parametrize("length", [78, 900, 300_000])
@pytest.mark.parametrize("part", HOSTILE)
@pytest.mark.parametrize(
    "place",
    [
        'resources: {hard: {"%": 1, "count/%": 1, "requests.%/gpu": 1, "%/gpu": 1, "hugepages-%": 1}}',
        'resources: {hard: {cpu: "%", memory: "1%", pods: "%Gi"}}',
        'resources: {hard: "%"}',
        'resources: "%"',
        'contributors: "%"',
        'contributors: ["%"]',
        'limitRange: {limits: [{type: Container, max: {"%": "%"}}, {type: "%"}]}',
        'plugins: [{kind: "%", spec: {"%": 1}}, {kind: WorkloadIdentity, spec: {"%": "%"}}]',
    ],
)
def test_a_hostile_text_is_judged_at_once(place, part, length):
    began = time.process_time()
    for end in ("", "!", "\\n"):
        text = part * (length // len(part)) + end
        with contextlib.suppress(DocumentError):
            loads(
                "profiles: [{name: ml, owner: {kind: User, name: a@x.org}, "
                + place.replace("%", text)
                + "}]"
            )

    assert time.process_time() - began < 5


def test_a_quota_with_very_many_names_is_judged_at_once():
    hard = ", ".join(f"requests.example.com/q{index}: {index}" for index in range(20_000))
    began = time.process_time()

    loads(
        f"profiles: [{{name: ml, owner: {{kind: User, name: a@x.org}}, resources: {{hard: {{{hard}}}}}}}]"
    )

    assert time.process_time() - began < 10
