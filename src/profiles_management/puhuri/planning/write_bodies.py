"""The bodies of writes: what the target needs to send them. Pure.

A project that is made in the same run has no uuid yet: its writes name the backend_id, and the
target knows the uuid by then.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from profiles_management.puhuri.client.models import Quantity


class ProjectBody(msgspec.Struct, frozen=True, kw_only=True):
    """A project to make, to change or to delete. `fields` are those that are sent."""

    backend_id: str
    uuid: str = ""
    customer: str = ""
    fields: Mapping[str, str | None] = {}


class MemberBody(msgspec.Struct, frozen=True, kw_only=True):
    """A role of a person in a project.

    Attributes:
        user: the uuid of the person, '' where the portal has to look the CUID up.
        until: in ISO 8601, None for never.
    """

    backend_id: str
    role: str
    cuid: str = ""
    user: str = ""
    until: str | None = None


class AllocationBody(msgspec.Struct, frozen=True, kw_only=True):
    """An allocation to order, with other limits or to end."""

    backend_id: str
    uuid: str = ""
    name: str = ""
    offering: str = ""
    plan_url: str = ""
    limits: Mapping[str, Quantity] = {}
    attributes: Mapping[str, Any] = {}
    accepts_terms: bool = False


def encoded(body: msgspec.Struct) -> bytes:
    """Return a body as a write has it."""
    return msgspec.json.encode(body)
