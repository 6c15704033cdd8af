"""`puhuri customers`, `projects` and so on: what a portal has, by the filters of its API."""

import csv
import re
from datetime import UTC, datetime

import pytest
from portal_documents import CUSTOMER, TRAINING, document

from puhuri_server.sample import ALLOCATOR_TOKEN, cuid
from puhuri_server.usages import report_usage

LISTS = ("customers", "projects", "members", "offerings", "allocations", "orders", "usage")


@pytest.fixture
def filled(puhuri, portal):
    """A portal with a project, its people, and an allocation that was approved."""
    section = {"description": "R&D", "end_date": "2199-01-01", "allocations": [TRAINING]}
    assert puhuri("apply", text=document(**section)).code == 4
    # ada is known before bo, in every run
    assert puhuri("apply", text=document(("bo", "edit"), **section)).code == 4
    (order,) = portal.world.orders
    portal.world.execute(order)
    return portal


def rows(ran, name):
    assert ran.code == 0, ran.err
    return ran.data[name]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("output", ["text", "json", "yaml", "csv"])
def test_each_list_is_shown_in_each_form_and_sends_no_write(puhuri, filled, name, output):
    filled.requests.clear()
    ran = puhuri(name, "--output", output)

    assert ran.code == 0
    assert {sent.method for sent in filled.requests} == {"GET"}
    assert ALLOCATOR_TOKEN not in ran.out + ran.err


def test_the_tables_are_as_people_see_them(puhuri, filled, keeps):
    shown = "\n".join(puhuri(name).out for name in LISTS)

    uuids_hidden = re.sub(r"\b[0-9a-f]{32}\b", "0" * 32, shown)
    keeps("puhuri-lists.txt", re.sub(r"\S+Z\b", "2026-11-01T12:00:00Z", uuids_hidden))


def test_a_table_names_its_portal_apart_from_the_list(puhuri, filled):
    ran = puhuri("customers")

    assert ran.err == f"note: Portal: {filled.url}\n"
    assert ran.out.splitlines()[0].split() == ["name", "abbreviation", "uuid"]


def test_data_have_every_field_and_the_portal(puhuri, filled):
    ran = puhuri("allocations", "-o", "json")

    assert ran.data["target"] == {"kind": "portal", "server": filled.url, "customer": ""}
    (allocation,) = rows(ran, "allocations")
    assert allocation["limits"] == {"cpu_k_hours": 10, "gb_k_hours": 1, "gpu_k_hours": 5}
    assert (allocation["name"], allocation["offering_name"]) == ("training", "LUMI regular")


def test_a_csv_has_a_header_and_no_formula(puhuri, filled):
    filled.world.projects[0].name = "=1+1"

    head, row = puhuri("projects", "-o", "csv").out.splitlines()

    assert head == "name,backend_id,customer,end_date,uuid"
    assert row.startswith("'=1+1,test/quantum,National Research Allocator,2199-01-01,")


@pytest.mark.parametrize("option", ["--project", "--project-url"])
def test_members_of_a_project_have_its_name_beside_its_uuid(puhuri, filled, option):
    (project,) = filled.world.projects
    url = f"{filled.url}/api/projects/{project.uuid}/"

    ran = puhuri("members", option, url if option == "--project-url" else project.uuid)

    for line in ran.out.splitlines()[1:]:
        assert line.split()[0] == "Quantum"
        assert line.split()[-1] == project.uuid


def test_a_role_that_ended_is_marked_until_the_daily_clean_up(puhuri, filled):
    (project,) = filled.world.projects
    grant = next(grant for grant in project.grants if grant.user.username == cuid("bo"))
    grant.expiration_time = datetime(2020, 1, 31, tzinfo=UTC)

    for options in [(), ("--project", project.uuid)]:
        members = csv.DictReader(puhuri("members", *options, "-o", "csv").out.splitlines())
        states = {member["username"]: (member["until"], member["state"]) for member in members}
        assert states == {cuid("ada"): ("", "active"), cuid("bo"): ("2020-01-31", "ended")}


@pytest.mark.parametrize("output", ["text", "csv", "json", "yaml"])
def test_names_from_the_portal_cannot_steer_a_terminal(puhuri, filled, output):
    filled.world.projects[0].name = "\x1b]0;owned\x07\u202e"

    out = puhuri("projects", "-o", output).out

    assert "owned" in out
    assert out.replace("\n", "").replace("\r", "").isprintable()


def test_nothing_found_is_said(puhuri, portal):
    assert puhuri("projects").out == "No projects found.\n"
    assert rows(puhuri("projects", "-o", "json"), "projects") == []


@pytest.mark.parametrize(
    ("name", "options", "number"),
    [
        ("customers", ("--name", "research"), 2),
        ("customers", ("--name-exact", CUSTOMER), 1),
        ("customers", ("--abbreviation", "com"), 1),
        ("customers", ("--query", "comm"), 1),
        ("projects", ("--name", "quant"), 1),
        ("projects", ("--name-exact", "quant"), 0),
        ("projects", ("--description", "r&amp;d"), 1),
        ("projects", ("--backend-id", "test/quantum"), 1),
        ("projects", ("--backend-id", "quantum"), 0),
        ("projects", ("--customer", CUSTOMER), 1),
        ("projects", ("--customer", "Research Community"), 0),
        ("projects", ("--customer-name", "national"), 1),
        ("projects", ("--abbreviation", "COMM"), 0),
        ("members", ("--full-name", "ada"), 1),
        ("members", ("--username", cuid("bo")), 1),
        ("members", ("--role", "PROJECT.MANAGER"), 1),
        ("members", ("--customer", CUSTOMER), 2),
        ("offerings", ("--name", "lumi"), 1),
        ("offerings", ("--name-exact", "LUMI regular", "--state", "Active", "--shared"), 1),
        ("offerings", ("--type", "Marketplace.Slurm"), 1),
        ("offerings", ("--state", "Paused"), 0),
        ("allocations", ("--name", "train", "--state", "OK", "--customer", CUSTOMER), 1),
        ("allocations", ("--state", "Terminated"), 0),
        ("orders", ("--type", "Create", "--state", "done"), 1),
        ("orders", ("--type", "Terminate"), 0),
    ],
)
def test_the_filters_of_the_portal_are_options(puhuri, filled, name, options, number):
    assert len(rows(puhuri(name, *options, "-o", "json"), name)) == number


def test_objects_are_filtered_by_uuid_and_by_url(puhuri, filled):
    (project,), (resource,) = filled.world.projects, filled.world.resources
    user = next(user for user in filled.world.users if user.username == cuid("bo"))
    url = f"{filled.url}/api"

    def count(name, *options):
        return len(rows(puhuri(name, *options, "-o", "json"), name))

    assert count("members", "--project", project.uuid) == 2
    assert count("members", "--project-url", f"{url}/projects/{project.uuid}/") == 2
    assert count("members", "--user", user.uuid) == 1
    assert count("members", "--user-url", f"{url}/users/{user.uuid}/") == 1
    assert (
        count("allocations", "--project", project.uuid, "--offering", resource.offering.uuid) == 1
    )
    assert count("orders", "--allocation", resource.uuid) == 1
    assert count("orders", "--allocation", "0" * 32) == 0
    assert count("offerings", "--provider", resource.offering.provider.uuid) == 3


def test_the_variable_of_the_customer_is_a_filter_too(puhuri, filled, monkeypatch):
    monkeypatch.setenv("PUHURI_CUSTOMER", "Research Community")

    assert rows(puhuri("projects", "-o", "json"), "projects") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("members", "--project", "x"), '--project: "x" is not a uuid.'),
        (("members", "--project-url", "https://x"), '"https://x" is not the URL of an object'),
        (("offerings", "--provider", "\x1b"), '--provider: "\\x1b" is not a uuid.'),
        (("usage", "--date-after", "soon"), '--date-after: "soon" is not a date such as'),
        (("usage", "--billing-period", "2027"), '"2027" is not a month such as 2027-01.'),
        (("usage", "--billing-period", "2027-01-31"), '"2027-01-31" is not a month'),
        (("orders", "--state", "waiting"), "Invalid value for '--state': 'waiting' is not one of"),
        (("projects", "--customer", "Nobody"), "The portal has no customer with the name Nobody"),
    ],
)
def test_a_wrong_filter_is_refused_with_what_to_write(puhuri, portal, arguments, message):
    ran = puhuri(*arguments)

    assert (ran.code, ran.out) == (1, "")
    assert message in ran.err


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[{}]", b"[3]", b'[{"uuid": "../x"}]'])
def test_whatever_answers_instead_of_a_portal_is_one_message(puhuri, nonsense, name, body):
    nonsense(200, body)

    ran = puhuri(name, "-o", "csv")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: ")
    assert ran.err.replace("\n", "").isprintable()


def test_usage_is_that_of_a_month(puhuri, filled):
    (resource,) = filled.world.resources
    gpu = next(part for part in resource.offering.components if part.type == "gpu_k_hours")
    for day in ("2026-09-30", "2026-10-31"):
        moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
        report_usage(filled.world, resource, gpu, "2.5", moment=moment)

    (record,) = rows(puhuri("usage", "--billing-period", "2026-10", "-o", "json"), "usage")
    after = rows(puhuri("usage", "--date-after", "2026-10-01", "-o", "json"), "usage")

    assert (record["type"], record["usage"]) == ("gpu_k_hours", 2.5)
    assert len(after) == 1
