"""From a portal to a cluster: its projects become a document, and the document becomes access."""

import json

import pytest
from puhuri.exports import ADMIN, MANAGER, MEMBER, allocate, project
from puhuri.runs import CUSTOMER

from integration.cluster.waiting import wait_for
from profiles_management.cli.main import main
from profiles_management.cli.session import Session
from puhuri_server.sample import ALLOCATOR_TOKEN, cuid, sample_world
from puhuri_server.server import serving
from puhuri_server.usages import report_usage

ADA, BO, CLEO, EVE = map(cuid, ("ada", "bo", "cleo", "eve"))
QUOTA = "cpu_k_hours=limits.cpu"
_PENDING = 4


@pytest.fixture
def portal(name, monkeypatch):
    """A portal where Ada manages a project, Bo and Cleo work in it, and 3 of 8 CPUs are used."""
    world = sample_world()
    made = project(world, name, ("ada", MANAGER), ("bo", ADMIN), ("cleo", MEMBER))
    allocation = allocate(world, made, cpu_k_hours=8)
    report_usage(world, allocation, allocation.offering.components[0], 3)
    with serving(world) as portal:
        monkeypatch.setenv("PUHURI_URL", portal.url)
        monkeypatch.setenv("PUHURI_TOKEN", ALLOCATOR_TOKEN)
        monkeypatch.setenv("PUHURI_CUSTOMER", CUSTOMER)
        yield portal


@pytest.fixture
def run(engine, name, monkeypatch, capsys, tmp_path):
    """Run the command in an empty folder, and return its exit code and its output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROFILES_MANAGEMENT_INSTANCE", name)

    def run(*arguments):
        code = main([*arguments], Session(connect=lambda *_, **__: engine.client))
        out, errors = capsys.readouterr()
        assert code in (0, _PENDING), out + errors
        return code, out

    return run


@pytest.fixture
def synchronize(run, tmp_path):
    """Export the portal and apply the document to the cluster until nothing is pending."""

    def synchronize():
        _, document = run("puhuri", "export", "--quota", QUOTA)
        (tmp_path / "pmr.yaml").write_text(document, encoding="utf-8")
        apply = ("apply", "pmr.yaml", "--preset", "upstream", "--allow-revocations")
        wait_for("a run that is through", lambda: run(*apply)[0] != _PENDING)

    return synchronize


@pytest.fixture
def quota(server, name):
    """Return a field of the quota's status, such as `used`."""

    def amounts(field):
        found = server.get("ResourceQuota", name, "kf-resource-quota") or {}
        return found.get("status", {}).get(field, {})

    return amounts


def _pod(name):
    """Return a pod that uses two CPUs of a quota. No node is there to run it."""
    container = {
        "name": "work",
        "image": "registry.invalid/work",
        "resources": {"limits": {"cpu": "2"}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "work", "namespace": name},
        "spec": {"containers": [container]},
    }


def test_people_of_a_portal_work_in_the_cluster_and_the_report_has_both_sides(
    portal, synchronize, run, roles, server, quota, name
):
    synchronize()
    roles(name, {ADA: "admin", BO: "edit", CLEO: "view", EVE: ""})

    wait_for("the quota", lambda: quota("hard") == {"limits.cpu": "8"})
    server.create(_pod(name))
    wait_for("the use", lambda: quota("used") == {"limits.cpu": "2"})

    _, report = run("puhuri", "report", "--portal-is-source", "--output", "json")
    (customer,) = json.loads(report)["customers"]
    (reported,) = customer["projects"]
    (allocation,) = reported["allocations"]
    used = {part["type"]: (part["limit"], part["used"]) for part in allocation["components"]}
    assert (reported["name"], reported["members"]) == (name, 3)
    assert used["cpu_k_hours"] == (8, 3)
    assert reported["profile"] == name
    assert reported["quotas"] == [
        {
            "name": "kf-resource-quota",
            "resources": [{"name": "limits.cpu", "hard": "8", "used": "2", "share": 0.25}],
        }
    ]


def test_who_leaves_a_project_of_the_portal_loses_access_to_the_cluster(
    portal, synchronize, roles, name
):
    synchronize()
    roles(name, {BO: "edit", CLEO: "view"})

    portal.change(_without_bo)
    synchronize()

    roles(name, {ADA: "admin", BO: "", CLEO: "view"})


def _without_bo(world):
    for grant in world.grants:
        grant.is_active = grant.is_active and grant.user.username != BO
