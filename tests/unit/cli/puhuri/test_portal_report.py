"""`puhuri report`: what projects used of their allocations, from a portal of each generation."""

from datetime import date

import pytest
from portal_documents import CUSTOMER

from memory_api import forbid
from parsed_page import Page
from puhuri_server.demo import demo_world
from puhuri_server.records import Project, Resource
from puhuri_server.sample import ALLOCATOR_TOKEN
from puhuri_server.usages import report_usage
from puhuri_server.world import Version

FORMS = ("text", "json", "yaml", "csv", "html")
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture(params=list(Version), ids=str)
def filled(portal, request):
    """A portal with an allocation of ours, and with one of a customer that the token cannot see."""
    world = demo_world(request.param)
    world.usages = []
    (allocation,) = world.resources
    hidden = _hidden(world)
    for resource, amount in ((allocation, 12), (hidden, 4242424)):
        for month in (OCTOBER, NOVEMBER):
            report_usage(world, resource, resource.offering.components[0], amount, month=month)
    portal.reset(world)
    return portal


def _hidden(world):
    (customer,) = (one for one in world.customers if one.name == "Hidden Customer")
    project = Project(
        uuid=world.new_uuid(), name="Secret", customer=customer, created=world.moment()
    )
    resource = Resource(
        uuid=world.new_uuid(),
        name="theirs",
        project=project,
        offering=world.offerings[0],
        plan=None,
        limits={},
        created=world.moment(),
        attributes={},
    )
    world.projects.append(project)
    world.resources.append(resource)
    return resource


def test_the_usage_of_a_month_is_shown_with_that_in_all(puhuri, filled):
    ran = puhuri("report", "--customer", CUSTOMER, "-o", "json")

    (customer,) = ran.data["customers"]
    (project,) = customer["projects"]
    (allocation,) = project["allocations"]
    cpu = allocation["components"][0]
    assert (ran.code, ran.data["period"]) == (0, {"from": "2026-11", "to": "2026-11"})
    assert ran.data["target"]["customer"] == CUSTOMER
    assert (project["name"], project["members"]) == ("Climate models", 1)
    assert (cpu["type"], cpu["limit"]) == ("cpu_k_hours", 1000)
    assert (cpu["used"], cpu["used_in_all"], cpu["share"]) == (12, 24, 0.024)


@pytest.mark.parametrize("output", FORMS)
def test_nothing_of_others_is_shown_and_nothing_is_written(puhuri, filled, output):
    filled.requests.clear()

    ran = puhuri("report", "--output", output)

    assert ran.code == 0
    assert "4242424" not in ran.out
    assert "Secret" not in ran.out
    assert "Climate models" in ran.out
    assert {sent.method for sent in filled.requests} == {"GET"}
    assert ALLOCATOR_TOKEN not in ran.out + ran.err


@pytest.mark.parametrize(
    ("options", "period", "used"),
    [
        ((), ("2026-11", "2026-11"), 1),
        (("--month", "2026-10"), ("2026-10", "2026-10"), 1),
        (("--from", "2026-10"), ("2026-10", "2026-11"), 2),
        (("--from", "2026-09", "--to", "2026-10"), ("2026-09", "2026-10"), 1),
        (("--month", "2026-08"), ("2026-08", "2026-08"), 0),
    ],
)
def test_the_period_is_a_month_or_from_one_to_another(puhuri, filled, options, period, used):
    data = puhuri("report", *options, "-o", "json").data

    (cpu, *_) = data["customers"][0]["totals"]
    assert tuple(data["period"].values()) == period
    assert cpu["used"] == used * 12


def test_a_report_ends_with_the_current_month(puhuri, filled):
    ran = puhuri("report", "--from", "2026-10", "--to", "2026-12", "-o", "json")

    assert tuple(ran.data["period"].values()) == ("2026-10", "2026-11")
    assert "note: The report ends with 2026-11, the current month." in ran.err


def test_a_page_says_of_which_portal_and_customer_it_is(puhuri, filled):
    ran = puhuri("report", "--customer", CUSTOMER, "-o", "html")

    shown = " ".join(Page(ran.out).text)
    assert ran.out.startswith("<!doctype html>")
    assert filled.url in shown
    assert f"Customer {CUSTOMER}" in " ".join(shown.split())
    assert "2026-11-01 12:00 UTC" in shown


def test_an_offering_that_the_token_cannot_see_leaves_its_names_out(puhuri, filled):
    filled.world.offerings[0].shared = False
    filled.world.offerings[0].state = "Draft"

    (cpu, *_) = puhuri("report", "-o", "json").data["customers"][0]["totals"]

    assert cpu["used"] > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--month", "soon"), '--month: "soon" is not a month such as 2027-01.'),
        (("--month", "0001-01"), '--month: "0001-01" is not a month'),
        (("--month", "2026-10", "--to", "2026-11"), "--month: it cannot be combined with --from"),
        (("--to", "2026-11"), "--to: it needs --from."),
        (("--from", "2026-10", "--to", "2026-09"), "--from: the first month is after the last"),
        (("--from", "2026-12"), "--from: 2026-12 is after the current month, 2026-11."),
        (("--month", "2030-01"), "--month: 2030-01 is after the current month, 2026-11."),
        (("--from", "\x1b"), '--from: "\\x1b" is not a month'),
        (("--customer", "Nobody"), "The portal has no customer with the name Nobody"),
    ],
)
def test_a_wrong_option_is_refused_with_what_to_write(puhuri, portal, arguments, message):
    ran = puhuri("report", *arguments)

    assert (ran.code, ran.out) == (1, "")
    assert message in ran.err


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[{}]", b"[3]", b'[{"uuid": "../x"}]'])
def test_whatever_answers_instead_of_a_portal_is_one_message(puhuri, nonsense, body):
    nonsense(200, body)

    ran = puhuri("report", "-o", "csv")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: ")


# quotas of a cluster


@pytest.fixture
def quota(api, filled, monkeypatch):
    """A cluster with the profile of the project, and with a quota of another one."""
    monkeypatch.setenv("PROFILES_MANAGEMENT_INSTANCE", "lab")
    (project,) = (one for one in filled.world.projects if one.name == "Climate models")
    project.backend_id = "lab/climate"
    for name, used in (("climate", "5"), ("secret-others", "4242424")):
        api.put(
            {
                "apiVersion": "v1",
                "kind": "ResourceQuota",
                "metadata": {"name": "kf-resource-quota", "namespace": name},
                "status": {"hard": {"pods": "20"}, "used": {"pods": used}},
            }
        )


@pytest.mark.usefixtures("quota")
@pytest.mark.parametrize("output", FORMS)
def test_the_quotas_of_a_profile_are_shown_with_its_project(puhuri, output):
    ran = puhuri("report", "-o", output)

    assert ran.code == 0
    assert "kf-resource-quota" in ran.out
    assert "secret-others" not in ran.out
    assert "4242424" not in ran.out


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("output", FORMS)
def test_notes_are_in_every_form_and_next_to_a_table_on_standard_error(puhuri, api, output):
    api.faults.append(forbid("list", "resourcequotas"))

    ran = puhuri("report", "-o", output)

    place = ran.err if output == "csv" else ran.out
    assert "Quotas of a cluster are left out." in place


@pytest.mark.usefixtures("quota")
def test_quotas_are_data_with_the_cluster_that_they_are_of(puhuri):
    data = puhuri("report", "-o", "json").data

    (project,) = data["customers"][0]["projects"]
    assert data["cluster"]["context"] == "memory"
    assert data["target"]["kind"] == "portal"
    assert (data["notes"], project["profile"]) == ([], "climate")
    assert project["quotas"] == [
        {
            "name": "kf-resource-quota",
            "resources": [{"name": "pods", "hard": "20", "used": "5", "share": 0.25}],
        }
    ]


@pytest.mark.usefixtures("quota")
@pytest.mark.parametrize(
    ("prefix", "options"),
    [
        ("hpc-", ["--prefix", "hpc-"]),
        ("", ["--instance", "default"]),
        ("", ["--portal-is-source"]),
    ],
)
def test_of_a_portal_that_is_a_source_the_projects_name_the_profiles(
    puhuri, filled, api, prefix, options
):
    (project,) = (one for one in filled.world.projects if one.name == "Climate models")
    project.backend_id = ""
    quota = api.get("ResourceQuota", "climate", "kf-resource-quota")
    quota["metadata"]["namespace"] = f"{prefix}climate-models"
    api.put(quota)

    (row,) = puhuri("report", *options, "-o", "json").data["customers"][0]["projects"]

    assert row["profile"] == f"{prefix}climate-models"
    assert row["quotas"][0]["resources"][0]["used"] == "5"


@pytest.mark.usefixtures("quota")
def test_the_cluster_can_be_left_out(puhuri, api):
    ran = puhuri("report", "--no-cluster")

    assert (ran.code, api.log) == (0, [])
    assert "note: " not in ran.out


@pytest.mark.usefixtures("quota")
def test_without_a_cluster_the_report_says_so(puhuri):
    ran = puhuri("report", real=True)

    assert ran.code == 0
    told = " ".join(ran.out.split())
    assert (
        "note: Quotas of a cluster are left out. No cluster is configured. "
        "Set KUBECONFIG, pass --kubeconfig, or pass --no-cluster."
    ) in told
    assert "Climate models" in ran.out


@pytest.mark.usefixtures("quota")
def test_a_context_without_a_kubeconfig_is_an_error_with_options_of_this_command(puhuri):
    ran = puhuri("report", "--context", "lab", real=True)

    assert (ran.code, ran.out) == (1, "")
    assert "Set KUBECONFIG, pass --kubeconfig, or pass --no-cluster." in ran.err
    assert "--directory" not in ran.err


@pytest.mark.usefixtures("quota")
def test_a_cluster_that_does_not_answer_or_refuses_ends_no_report(puhuri, api):
    api.faults.append(forbid("list", "resourcequotas"))

    notes = puhuri("report", "-o", "json").data["notes"]

    assert notes[0].startswith(
        "Quotas of a cluster are left out. Not allowed to list resourcequotas."
    )


@pytest.mark.usefixtures("quota")
def test_a_cluster_that_was_named_has_to_answer(puhuri, api):
    api.faults.append(forbid("list", "resourcequotas"))

    ran = puhuri("report", "--context", "lab")

    assert (ran.code, ran.out) == (1, "")
    assert "Not allowed to list resourcequotas" in ran.err
    assert "Cluster: context memory" in ran.err
