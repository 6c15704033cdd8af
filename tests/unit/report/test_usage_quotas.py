"""Which quotas a usage report shows with a project, and how much of them is used."""

from decimal import Decimal

import pytest
from portal_samples import cluster, facts, project, quota, reported

from profiles_management.report.usage.usage_tables import usage_data


def row(*projects, **more):
    (customer,) = reported(facts(projects=projects), **more).customers
    return customer.projects[0]


def resource(hard, used):
    ours = project(backend_id="lab/quantum")
    shown = row(ours, cluster=cluster(quantum=quota(memory=(hard, used))))
    return shown.quotas[0].resources[0]


def test_a_project_has_the_quotas_of_the_profile_that_its_backend_id_names():
    ours = project(backend_id="lab/quantum")
    both = cluster(quantum=quota(pods=("10", "3")), other=quota(pods=("4", "4")))

    shown = row(ours, cluster=both)

    assert shown.profile.name == "quantum"
    assert [part.used for part in shown.quotas[0].resources] == ["3"]


@pytest.mark.parametrize("backend_id", ["", "quantum", "other/quantum", "lab", "labor/quantum"])
def test_a_project_of_another_installation_has_no_profile(backend_id):
    shown = row(project(backend_id=backend_id), cluster=cluster(quantum=quota(pods=("1", "1"))))

    assert shown.profile is None
    assert shown.quotas == ()


@pytest.mark.parametrize("prefix", ["", "hpc-"])
def test_of_a_source_a_project_has_the_profile_that_the_source_makes_of_it(prefix):
    spaces = {f"{prefix}quantum-soup": quota(pods=("10", "3"))}

    shown = row(project("Quantum Soup!"), cluster=cluster(is_source=True, prefix=prefix, **spaces))

    assert shown.profile.name == f"{prefix}quantum-soup"
    assert shown.quotas[0].resources[0].used == "3"


def test_of_a_source_a_project_without_quotas_may_have_no_profile_in_this_cluster():
    shown = row(project("Soup"), cluster=cluster(is_source=True, web=quota(pods=("10", "3"))))

    assert shown.profile is None


def test_of_a_source_only_the_oldest_project_of_a_name_has_the_profile():
    oldest, newer = project("Soup"), project("soup")
    others = project("Lab", backend_id="lab/soup")

    (customer,) = reported(
        facts(projects=[oldest, newer, others]),
        cluster=cluster(is_source=True, prefix="hpc-", **{"hpc-soup": quota(pods=("10", "3"))}),
    ).customers

    names = {one.project.name: one.profile and one.profile.name for one in customer.projects}
    assert names == {"Soup": "hpc-soup", "soup": None, "Lab": "soup"}


def test_without_an_installation_no_backend_id_names_a_profile():
    spaces = {"soup": quota(), "hpc-soup": quota()}
    ours = project("Soup", backend_id="/soup")

    shown = row(ours, cluster=cluster(instance="", is_source=True, prefix="hpc-", **spaces))

    assert shown.profile.name == "hpc-soup"


def test_without_a_cluster_no_project_has_a_profile():
    assert row(project(backend_id="lab/quantum")).profile is None
    assert usage_data(reported(facts()))["cluster"] is None


@pytest.mark.parametrize(
    ("hard", "used", "share"),
    [
        ("4", "1", "0.25"),
        ("1Gi", "512Mi", "0.5"),
        ("2", "500m", "0.25"),
        ("2k", "3000", "1.5"),
        ("0", "0", None),
        ("", "", None),
        ("4", "", None),
        ("many", "1", None),
        ("1e90", "1", None),
    ],
)
def test_a_share_is_counted_from_quantities(hard, used, share):
    expected = None if share is None else Decimal(share)

    assert resource(hard, used).share == expected
