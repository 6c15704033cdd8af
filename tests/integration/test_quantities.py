"""Amounts are written as the API server prints them, so it stores each one unchanged."""

import pytest

from integration.cluster import permissions
from integration.cluster.waiting import wait_for
from profiles_management import Settings, create_or_update_profiles
from profiles_management.pmr import quantities
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from scenarios.quantities import written

MANY = written(400)
AMOUNTS = {f"requests.example.com/q{index}": text for index, text in enumerate(MANY)}
LIMITS = {"type": "PersistentVolumeClaim", "max": {**AMOUNTS, "storage": "1.00001Ki"}}


def printed(amounts, exponent):
    return {name: quantities.canonical(text, exponent) for name, text in amounts.items()}


@pytest.fixture
def all_of_them(profile):
    """A profile with every amount in its quota and in its LimitRange."""
    return profile(more={"resources": {"hard": AMOUNTS}, "limitRange": {"limits": [LIMITS]}})


def test_the_server_stores_every_amount_as_it_was_written(engine, all_of_them, server, name):
    engine.settle(all_of_them)

    in_profile = server.get("Profile", None, name)["spec"]["resourceQuotaSpec"]["hard"]
    in_quota = server.get("ResourceQuota", name, "kf-resource-quota")["spec"]["hard"]
    (in_limits,) = server.get("LimitRange", name, "profiles-management")["spec"]["limits"]
    assert in_profile == printed(AMOUNTS, quantities.NANO)
    assert in_quota == printed(AMOUNTS, quantities.MILLI)
    assert in_limits["max"] == printed(LIMITS["max"], quantities.MILLI)


def test_a_standalone_quota_is_stored_as_it_was_written(engine_with, all_of_them, server, name):
    standalone = Settings(standalone=True, allow_kubeflow=True)
    plain = engine_with(permissions.granted(standalone), standalone=True, allow_kubeflow=True)

    plain.apply(all_of_them)

    assert plain.matches(all_of_them)
    in_quota = server.get("ResourceQuota", name, "kf-resource-quota")["spec"]["hard"]
    assert in_quota == printed(AMOUNTS, quantities.MILLI)


def test_the_server_prints_an_amount_as_we_do(server, name):
    """The server gets the values of the document, without our conversion."""
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    kept = {key: text for key, text in AMOUNTS.items() if not _is_lost(text)}
    head = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "raw", "namespace": name},
    }

    server.create({**head, "spec": {"hard": kept}})

    assert server.get("ResourceQuota", name, "raw")["spec"]["hard"] == printed(
        kept, quantities.MILLI
    )


def _is_lost(text):
    """Return whether Kubernetes prints an amount without its suffix, such as 1000E."""
    return abs(quantities.parse(text)) >= 10**21 and "e" in quantities.canonical(text)


def test_kubectl_finds_no_difference_between_a_folder_and_the_cluster(
    engine, all_of_them, server, kubectl, tmp_path
):
    document = ProfilesManagementRepresentation([all_of_them])
    create_or_update_profiles(document, target=tmp_path, settings=engine.settings)
    name = all_of_them.name
    # the namespace comes after the Profile
    kubectl("apply", "-R", "-f", str(tmp_path), check=False)
    wait_for("the profile", lambda: "finalizers" in server.get("Profile", None, name)["metadata"])
    kubectl("apply", "-R", "-f", str(tmp_path))
    wait_for("the quota", lambda: server.get("ResourceQuota", name, "kf-resource-quota"))

    assert kubectl("diff", "-R", "-f", str(tmp_path)) == ""
