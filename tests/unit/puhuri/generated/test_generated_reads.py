"""Lists and objects with our client and with the generated one."""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from profiles_management.puhuri.client.credentials import Password
from puhuri.client.portal_use import PASSWORD
from puhuri.generated.generated_portal import KINDS, UNKNOWN, Kind, filled, named
from puhuri_server.sample import ALLOCATOR_TOKEN

# as our client has the filters, and as the schema has them where it has others
LISTS = [
    ("customers", {}, {}),
    ("customers", {"name": "COMM"}, {}),
    ("customers", {"name_exact": "Research Community"}, {}),
    ("customers", {"abbreviation": "nr"}, {}),
    ("customers", {"query": "research"}, {}),
    ("projects", {}, {}),
    ("projects", {"name": "SOUP"}, {}),
    ("projects", {"name_exact": "Web"}, {}),
    ("projects", {"description": "hot"}, {}),
    ("projects", {"backend_id": "lab/soup"}, {}),
    ("projects", {"customer": "@other"}, {"customer": ["@other"]}),
    ("projects", {"customer_name": "community"}, {}),
    ("projects", {"abbreviation": "nra"}, {"customer_abbreviation": "nra"}),
    ("offerings", {}, {}),
    ("offerings", {"name": "lumi"}, {}),
    ("offerings", {"name_exact": "Site agent Slurm"}, {}),
    ("offerings", {"state": "Active"}, {"state": ["Active"]}),
    ("offerings", {"shared": True}, {}),
    ("offerings", {"type": "Marketplace.Slurm"}, {"type_": ["Marketplace.Slurm"]}),
    ("offerings", {"customer": "@provider"}, {"customer_uuid": "@provider"}),
    ("allocations", {}, {}),
    ("allocations", {"name": "TRAIN"}, {}),
    ("allocations", {"name_exact": "site"}, {}),
    ("allocations", {"project": "@soup"}, {"project_uuid": "@soup"}),
    ("allocations", {"customer": "@other"}, {"customer_uuid": "@other"}),
    ("allocations", {"offering": "@offering"}, {"offering_uuid": ["@offering"]}),
    ("allocations", {"state": "OK"}, {"state": ["OK"]}),
    ("allocations", {"backend_id": "slurm-1"}, {}),
    ("orders", {}, {}),
    ("orders", {"project": "@soup"}, {"project_uuid": "@soup"}),
    ("orders", {"customer": "@customer"}, {"customer_uuid": "@customer"}),
    ("orders", {"offering": "@offering"}, {"offering_uuid": "@offering"}),
    ("orders", {"allocation": "@training"}, {"resource_uuid": "@training"}),
    ("orders", {"state": "pending-consumer"}, {"state": ["pending-consumer"]}),
    ("orders", {"type": "Create"}, {"type_": ["Create"]}),
    ("usage", {}, {}),
    ("usage", {"allocation": "@training"}, {"resource_uuid": "@training"}),
    ("usage", {"project": "@web"}, {"project_uuid": "@web"}),
    ("usage", {"customer": "@customer"}, {"customer_uuid": "@customer"}),
    ("usage", {"offering": "@offering"}, {"offering_uuid": "@offering"}),
    ("usage", {"type": "gpu_k_hours"}, {"type_": "gpu_k_hours"}),
    ("usage", {"date_after": date(2026, 11, 1)}, {}),
    ("usage", {"date_before": date(2026, 10, 31)}, {}),
    ("usage", {"billing_period": date(2026, 10, 1)}, {}),
]


@pytest.mark.parametrize(("kind", "ours", "theirs"), LISTS, ids=str)
def test_a_list_is_the_same(server, version, generated, kind, ours, theirs):
    use, ids = filled(server, version)
    asked = {name: named(value, ids) for name, value in ours.items()}
    params = {name: named(value, ids) for name, value in (theirs or ours).items()}
    shape = KINDS[kind]

    found = [shape.ours(row) for row in getattr(use.allocator, kind).find(**asked)]
    with generated.Generated(server.url, ALLOCATOR_TOKEN) as client:
        rows = client(shape.operation, **generated.typed(shape.operation, params))
    listed = [shape.theirs(row) for row in rows]

    assert found
    by_uuid = {generated.plain(row["uuid"]): generated.plain(row) for row in listed}
    assert {row["uuid"]: generated.plain(row) for row in found} == by_uuid
    use.close()


# one object


@pytest.mark.parametrize(
    ("kind", "operation", "name"),
    [
        ("customers", "customers/customers_retrieve", "@customer"),
        ("projects", "projects/projects_retrieve", "@soup"),
        (
            "offerings",
            "marketplace_public_offerings/marketplace_public_offerings_retrieve",
            "@offering",
        ),
        ("allocations", "marketplace_resources/marketplace_resources_retrieve", "@training"),
        ("orders", "marketplace_orders/marketplace_orders_retrieve", "@new"),
    ],
)
def test_one_object_is_the_same(server, version, generated, kind, operation, name):
    use, ids = filled(server, version)
    with generated.Generated(server.url, ALLOCATOR_TOKEN) as client:
        theirs = KINDS[kind].theirs(client(operation, ids[name]))
    ours = KINDS[kind].ours(getattr(use.allocator, kind).get(ids[name]))
    assert generated.plain(ours) == generated.plain(theirs)
    use.close()


def test_plans_and_components_are_the_same(server, version, generated):
    use, ids = filled(server, version)
    path = "marketplace_public_offerings/marketplace_public_offerings"
    with generated.Generated(server.url, ALLOCATOR_TOKEN) as client:
        theirs = client(f"{path}_retrieve", ids["@offering"])
        listed = client(f"{path}_plans_list", ids["@offering"])
    ours = use.offering()

    plan = Kind("", "uuid name url archived")
    component = Kind(
        "",
        "type=type_ name measured_unit billing_type min_value max_value default_limit"
        " limit_period is_boolean",
    )
    plain = generated.plain
    assert plain([plan.ours(row) for row in ours.plans]) == plain(
        [plan.theirs(row) for row in theirs.plans]
    )
    assert plain([plan.ours(row) for row in ours.plans]) == plain(
        [plan.theirs(row) for row in listed]
    )
    assert plain([component.ours(row) for row in ours.components]) == plain(
        [component.theirs(row) for row in theirs.components]
    )
    use.close()


def test_members_of_a_project_are_the_same(server, version, generated):
    use, ids = filled(server, version)
    grant = Kind(
        "",
        "user_uuid role=role_name username=user_username full_name=user_full_name email=user_email"
        " expiration_time created",
    )
    with generated.Generated(server.url, ALLOCATOR_TOKEN) as client:
        rows = client("projects/projects_list_users_list", ids["@soup"])
    theirs = [generated.plain(grant.theirs(row)) for row in rows]
    ours = [
        generated.plain(grant.ours(row)) for row in use.allocator.members.find(project=ids["@soup"])
    ]
    assert len(ours) == 2
    assert ours == theirs
    use.close()


def test_members_of_a_customer_are_the_same(server, version, generated):
    use, ids = filled(server, version)
    with generated.Generated(server.url, ALLOCATOR_TOKEN) as client:
        rows = client("customers/customers_users_list", ids["@customer"])
    theirs = {
        (row.username, project.uuid, project.role_name, project.expiration_time)
        for row in rows
        for project in row.projects
    }
    ours = {
        (grant.username, grant.project_uuid, grant.role, grant.expiration_time)
        for grant in use.allocator.members.of_customer(ids["@customer"])
    }
    assert len(ours) == 2
    assert ours == theirs
    use.close()


def test_amounts_of_usage_are_the_same(server, version, generated):
    use, _ = filled(server, version)
    with generated.Generated(server.url, ALLOCATOR_TOKEN) as client:
        rows = client("marketplace_component_usages/marketplace_component_usages_list")
    theirs = {row.uuid.hex: float(row.usage) for row in rows}
    assert {row.uuid: float(row.usage) for row in use.allocator.usage.find()} == theirs
    use.close()


def test_the_owner_of_the_token_and_the_token_of_a_password_are_the_same(
    server, version, generated
):
    use, _ = filled(server, version)
    with generated.Generated(server.url, ALLOCATOR_TOKEN) as client:
        theirs = client("users/users_me_retrieve")
        token = client.log_in("allocator", PASSWORD)
    ours = use.client(Password("allocator", PASSWORD)).users.me()
    assert (ours.uuid, ours.username) == (theirs.uuid.hex, theirs.username)
    assert token == ALLOCATOR_TOKEN
    use.close()


# what our client asks for, against the schema

OPERATIONS = {
    "/api/users/me/": "users/users_me_retrieve",
    "/api/customers/": "customers/customers_list",
    "/api/customers/{uuid}/users/": "customers/customers_users_list",
    "/api/projects/": "projects/projects_list",
    "/api/projects/{uuid}/list_users/": "projects/projects_list_users_list",
    **{f"/api/{KINDS[kind].operation.split('/')[0].replace('_', '-')}/": KINDS[kind].operation
       for kind in ("offerings", "allocations", "orders", "usage")},
}  # fmt: skip
UUID = re.compile(r"[0-9a-f]{32}")


def test_every_parameter_of_our_lists_is_in_the_schema(server, version, generated):
    """A name that a portal does not know is ignored without a word."""
    use, ids = filled(server, version)
    for kind, ours, _ in LISTS:
        asked = {name: named(value, ids) for name, value in ours.items()}
        list(getattr(use.allocator, kind).find(**asked))
    list(use.allocator.offerings.find(category=UNKNOWN))
    list(use.allocator.members.find(project=ids["@soup"], user=ids["@ada"]))
    list(use.allocator.members.of_customer(ids["@customer"]))
    use.allocator.users.me()
    use.close()

    asked = {}
    for sent in server.requests:
        operation = OPERATIONS.get(UUID.sub("{uuid}", sent.path))
        asked.setdefault(operation, set()).update(
            generated.unknown(operation, parse_qs(urlsplit(sent.target).query)) if operation else ()
        )
    assert asked == {operation: set() for operation in OPERATIONS.values()}
