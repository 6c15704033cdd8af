"""`puhuri export`: what a portal has as a document, which `puhuri plan` takes."""

import pytest
import yaml
from portal_documents import CUSTOMER, TRAINING, document
from puhuri.exports import MANAGER, project

from profiles_management.pmr import documents
from puhuri_server.sample import cuid

ARGUMENTS = ("--customer", CUSTOMER, "--instance", "test")


@pytest.fixture
def export(puhuri):
    return lambda *arguments: puhuri("export", *ARGUMENTS, *arguments)


def test_an_export_of_what_was_applied_plans_nothing(puhuri, export, portal):
    text = document(("bo", "edit"), ("cleo", "view"), allocations=[TRAINING], end_date="2199-12-31")
    puhuri("apply", text=text)
    portal.world.execute(portal.world.orders[0])

    ran = export()

    assert ran.code == 0
    assert ran.err == f"note: Portal: {portal.url}, customer {CUSTOMER}\n"
    assert puhuri("plan", "--exit-code", text=ran.out).last == "No changes. 1 profile matches."


@pytest.mark.parametrize("is_uuid", [False, True])
def test_an_export_calls_the_customer_as_the_option_does(puhuri, portal, is_uuid):
    customer = next(one for one in portal.world.customers if one.name == CUSTOMER)
    given = customer.uuid if is_uuid else CUSTOMER

    ran = puhuri("export", "--customer", given, "--instance", "test")

    assert yaml.safe_load(ran.out)["puhuri"] == {"customer": given}


def test_an_export_is_shown_as_it_is_written(export, puhuri, portal, keeps):
    puhuri("apply", text=document(("bo", "edit"), description="R&D", allocations=[TRAINING]))
    project(portal.world, "Quantum \x1b[31msoup", ("bo", "PROJECT.MEMBER"))
    project(portal.world, "kube-system", ("bo", MANAGER))

    ran = export("--quota", "gpu_k_hours=requests.nvidia.com/gpu", "--prefix", "hpc-")

    keeps("puhuri-export.txt", ran.out + ran.err.replace(portal.url, "http://127.0.0.1:8080"))


def test_an_export_of_a_part_of_the_projects_says_so(export, portal):
    allocator = portal.world.user_named("allocator")
    made = project(portal.world, "Soup", ("ada", MANAGER))
    for grant in portal.world.active_grants(made.customer, allocator):
        grant.is_active = False
    portal.world.grant(allocator, made, MANAGER)

    ran = export()

    assert ran.code == 0
    assert ran.out.startswith("# The owner of the token has no role in the customer")
    assert "[incomplete]" in ran.err


def test_json_is_the_same_document(export, portal):
    project(portal.world, "Soup", ("ada", MANAGER))

    assert export("-o", "json").data["profiles"] == [
        {
            "name": "soup",
            "owner": {"kind": "User", "name": cuid("ada")},
            "puhuri": {"name": "Soup", "adopt": portal.world.projects[0].uuid},
        }
    ]
    assert documents.loads(export().out).has_profile("soup")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--instance", "lab"), "Missing option '--customer': name it, or set PUHURI_CUSTOMER."),
        (("--customer", CUSTOMER), "--instance is missing or 'default'"),
        ((*ARGUMENTS, "--owner", "*"), "--owner is not valid"),
        ((*ARGUMENTS, "--quota", "gpu"), "names no component and resource"),
        ((*ARGUMENTS, "--role", "view=PROJECT.ADMIN"), "edit and view are the same role"),
        (("--customer", "No such", "--instance", "lab"), "The portal has no customer"),
    ],
)
def test_what_is_missing_or_wrong_is_named(puhuri, arguments, message):
    ran = puhuri("export", *arguments)

    assert (ran.code, ran.out) == (1, "")
    assert message in ran.err


def test_options_can_be_variables(puhuri, portal, monkeypatch):
    project(portal.world, "Soup", ("bo", "PROJECT.MEMBER"))
    for name, value in (
        ("PUHURI_CUSTOMER", CUSTOMER),
        ("PUHURI_PREFIX", "hpc-"),
        ("PUHURI_OWNER", cuid("ada")),
        ("PUHURI_QUOTA", "gpu_k_hours=requests.nvidia.com/gpu"),
        ("PROFILES_MANAGEMENT_INSTANCE", "lab"),
    ):
        monkeypatch.setenv(name, value)

    pmr = documents.loads(puhuri("export").out)

    profile = pmr.profiles["hpc-soup"]
    assert profile.owner.name == cuid("ada")
    assert profile.resources.hard == {"requests.nvidia.com/gpu": "0"}
