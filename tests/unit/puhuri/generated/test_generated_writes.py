"""Writes with our client and with the generated one: what they leave, and how they are refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from json import JSONDecodeError
from typing import Any

import pytest

from profiles_management.puhuri.client.errors import PuhuriError
from puhuri.client.portal_use import ADMIN, MANAGER, MEMBER
from puhuri.generated.generated_portal import KINDS, UNKNOWN, UNTIL, Ids, filled, state
from puhuri_server.sample import ALLOCATOR_TOKEN, PROVIDER_TOKEN, cuid

DASHED = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Write:
    """The same write with both clients; each returns what the portal answers, as plain values.

    Attributes:
        ours: takes our client and the uuids.
        theirs: the same with the generated client.
        token: of whom.
    """

    ours: Callable[[Any, Ids], Any]
    theirs: Callable[[Any, Ids], Any]
    token: str = ALLOCATOR_TOKEN


def role(action: str, user: str, name: str, **more: str) -> Callable[[Any, Ids], None]:
    """Return the call of the generated client that changes a role in the project soup."""
    kind = {"add": "Create", "update": "Update", "delete": "Delete"}[action]

    def call(client: Any, ids: Ids) -> None:
        fields = {"user": ids[user], "role": name, **more}
        body = (f"UserRole{kind}Request", fields)
        client(f"projects/projects_{action}_user", ids["@soup"], body=body)

    return call


def shown(kind: str, row: Any) -> dict[str, object]:
    """Return the fields of an object that both clients have."""
    return KINDS[kind].theirs(row) if hasattr(row, "to_dict") else KINDS[kind].ours(row)


def decision(action: str, order: str, body: str = "", token: str = ALLOCATOR_TOKEN) -> Write:
    """Return a decision about an order."""
    more = {"body": (body, {})} if body else {}

    def theirs(client: Any, ids: Ids) -> None:
        with suppress(JSONDecodeError):  # 7.0.7 answers nothing, which a client of 8.1 cannot read
            client(f"marketplace_orders/marketplace_orders_{action}", ids[order], **more)

    return Write(lambda client, ids: getattr(client.orders, action)(ids[order]), theirs, token)


RESOURCES = "marketplace_resources/marketplace_resources_"
WRITES = {
    "create a project": Write(
        lambda client, ids: shown(
            "projects",
            client.projects.create(
                customer=ids["@customer"],
                name=" Climate ",
                description="R&D <b>bold</b><script>x</script>",
                backend_id="lab/climate",
                end_date=date(2027, 6, 30),
            ),
        ),
        lambda client, ids: shown(
            "projects",
            client(
                "projects/projects_create",
                body=(
                    "ProjectRequest",
                    {
                        "customer": ids["@customer-url"],
                        "name": " Climate ",
                        "description": "R&D <b>bold</b><script>x</script>",
                        "backend_id": "lab/climate",
                        "end_date": "2027-06-30",
                    },
                ),
            ),
        ),
    ),
    "change a project": Write(
        lambda client, ids: shown(
            "projects",
            client.projects.update(ids["@web"], name="Site", description="new", end_date=None),
        ),
        lambda client, ids: shown(
            "projects",
            client(
                "projects/projects_partial_update",
                ids["@web"],
                body=(
                    "PatchedProjectRequest",
                    {"name": "Site", "description": "new", "end_date": None},
                ),
            ),
        ),
    ),
    "delete a project": Write(
        lambda client, ids: client.projects.delete(ids["@empty"]),
        lambda client, ids: client("projects/projects_destroy", ids["@empty"]) and None,
    ),
    "look up a CUID": Write(
        lambda client, ids: client.users.by_cuid(cuid("flo")),
        lambda client, ids: (
            client(
                "remote_eduteams/remote_eduteams",
                body=("RemoteEduteamsRequestRequest", {"cuid": cuid("flo")}),
            ).uuid
        ),
    ),
    "add a member": Write(
        lambda client, ids: client.members.add(ids["@soup"], ids["@eve"], MEMBER),
        role("add", "@eve", MEMBER),
    ),
    "add a member until": Write(
        lambda client, ids: client.members.add(ids["@soup"], ids["@eve"], ADMIN, UNTIL),
        role("add", "@eve", ADMIN, expiration_time="2027-01-31T13:00:00+01:00"),
    ),
    "change the end of a member": Write(
        lambda client, ids: client.members.set_expiry(ids["@soup"], ids["@ada"], MANAGER, UNTIL),
        role("update", "@ada", MANAGER, expiration_time="2027-01-31T12:00:00Z"),
    ),
    "take the end of a member away": Write(
        lambda client, ids: client.members.set_expiry(ids["@soup"], ids["@bo"], MEMBER, None),
        role("update", "@bo", MEMBER),
    ),
    "remove a member": Write(
        lambda client, ids: client.members.remove(ids["@soup"], ids["@bo"], MEMBER),
        role("delete", "@bo", MEMBER),
    ),
    "order an allocation": Write(
        lambda client, ids: shown(
            "orders",
            client.allocations.create(
                project=ids["@soup"],
                offering=ids["@offering"],
                plan_url=ids["@plan-url"],
                name="second",
                limits={"cpu_k_hours": 2, "gpu_k_hours": 1},
                attributes={"purpose": "weather"},
                accepts_terms=True,
            ),
        ),
        lambda client, ids: shown(
            "orders",
            client(
                "marketplace_orders/marketplace_orders_create",
                body=(
                    "OrderCreateRequest",
                    {
                        "project": ids["@soup-url"],
                        "offering": ids["@offering-url"],
                        "plan": ids["@plan-url"],
                        "attributes": {"purpose": "weather", "name": "second"},
                        "limits": {"cpu_k_hours": 2, "gpu_k_hours": 1},
                        "accepting_terms_of_service": True,
                    },
                ),
            ),
        ),
    ),
    "change limits": Write(
        lambda client, ids: client.allocations.set_limits(ids["@training"], {"cpu_k_hours": 20}),
        lambda client, ids: (
            client(
                f"{RESOURCES}update_limits",
                ids["@training"],
                body=("ResourceUpdateLimitsRequest", {"limits": {"cpu_k_hours": 20}}),
            ).order_uuid
        ),
    ),
    "terminate": Write(
        lambda client, ids: client.allocations.terminate(ids["@training"]),
        lambda client, ids: (
            client(
                f"{RESOURCES}terminate",
                ids["@training"],
                body=("ResourceTerminateRequest", {"attributes": {}}),
            ).order_uuid
        ),
    ),
    "approve for the customer": decision("approve_by_consumer", "@asked"),
    "reject for the customer": decision("reject_by_consumer", "@asked", "OrderErrorDetailsRequest"),
    "approve for the provider": decision(
        "approve_by_provider", "@new", "OrderApproveByProviderRequest", PROVIDER_TOKEN
    ),
    "reject for the provider": decision(
        "reject_by_provider", "@new", "OrderProviderRejectionRequest", PROVIDER_TOKEN
    ),
    "cancel": decision("cancel", "@new"),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_leaves_the_same_portal(server, version, generated, name):
    write = WRITES[name]
    use, ids = filled(server, version)
    before = state(use.world)
    ours = write.ours(use.allocator if write.token == ALLOCATOR_TOKEN else use.provider, ids)
    sent = [(one.method, one.path) for one in server.requests if one.method != "GET"]
    after = state(use.world)
    use.close()

    use, ids = filled(server, version)
    assert state(use.world) == before
    with generated.Generated(server.url, write.token) as client:
        theirs = write.theirs(client, ids)
    use.close()

    assert generated.plain(ours) == generated.plain(theirs)
    assert state(use.world) == after != before
    assert [(one.method, dashless(one.path)) for one in server.requests] == sent


def dashless(path: str) -> str:
    """Return a path with its uuid as our client writes it."""
    return DASHED.sub(lambda found: found[0].replace("-", ""), path)


REFUSALS = {
    "a project without a name": Write(
        lambda client, ids: client.projects.create(customer=ids["@customer"], name=""),
        lambda client, ids: client(
            "projects/projects_create",
            body=("ProjectRequest", {"customer": ids["@customer-url"], "name": ""}),
        ),
    ),
    "a project that is not there": Write(
        lambda client, ids: client.projects.get(UNKNOWN),
        lambda client, ids: client("projects/projects_retrieve", UNKNOWN),
    ),
    "a project with an allocation": Write(
        lambda client, ids: client.projects.delete(ids["@soup"]),
        lambda client, ids: client("projects/projects_destroy", ids["@soup"]),
    ),
    "a role again": Write(
        lambda client, ids: client.members.add(ids["@soup"], ids["@ada"], MANAGER),
        role("add", "@ada", MANAGER),
    ),
    "a second open order": Write(
        lambda client, ids: [client.allocations.terminate(ids["@training"]) for _ in range(2)],
        lambda client, ids: [
            client(f"{RESOURCES}terminate", ids["@training"], body=("ResourceTerminateRequest", {}))
            for _ in range(2)
        ],
    ),
    "a decision of somebody else": decision(
        "approve_by_provider", "@new", "OrderApproveByProviderRequest"
    ),
    "a decision too early": decision("approve_by_consumer", "@new"),
    "a CUID that nobody has": Write(
        lambda client, ids: client.users.by_cuid(cuid("zoe")),
        lambda client, ids: client(
            "remote_eduteams/remote_eduteams",
            body=("RemoteEduteamsRequestRequest", {"cuid": cuid("zoe")}),
        ),
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_has_the_same_status_and_words(server, version, generated, name):
    use, ids = filled(server, version)
    with pytest.raises(PuhuriError) as ours:
        REFUSALS[name].ours(use.allocator, ids)
    use.close()

    use, ids = filled(server, version)
    with generated.Generated(server.url, ALLOCATOR_TOKEN) as client:
        with suppress(generated.Refusal):
            REFUSALS[name].theirs(client, ids)
        answer = client.response
    use.close()

    assert ours.value.status == answer.status_code
    for words in generated.texts(answer.content):
        assert words.rstrip(".") in str(ours.value)
