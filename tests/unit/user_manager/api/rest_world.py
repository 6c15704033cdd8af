"""People, modules and accesses for the tests of REST."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from user_manager.domain.access_types import to_mask
from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM
from user_manager.domain.identifiers import user_key
from user_manager.domain.policy import Policy
from user_manager.domain.vocabulary import AccessType, Scope
from user_manager.models import Absence, Access, CatalogueContributor, Event, Module, User
from user_manager.services.tokens import create_token

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)

ANN = "ann@example.com"  # asks and has access
BOB = "bob@example.com"
OLGA = "olga@example.com"  # owns the profile ml in the catalogue
OSCAR = "oscar@example.com"  # an OWNER by an access here
ROOT = "root@example.com"  # an administrator
SVEN = "sven@example.com"  # a stranger

USERS = "/api/v1/users"
ACCESSES = "/api/v1/accesses"
MODULES = "/api/v1/modules"


def user(user_id: str, **values: Any) -> User:
    """Return a user, who is made if there is none."""
    known = User.objects.filter(id=user_id).first()
    if known is not None:
        return known
    return User.objects.create(id=user_id, **(_values_of(user_id) | values))


def _values_of(user_id: str) -> dict[str, Any]:
    return {"key": user_key(user_id), "name": user_id.partition("@")[0], "created_at": NOW}


def people() -> None:
    User.objects.bulk_create(
        User(id=user_id, **_values_of(user_id)) for user_id in (ANN, BOB, OLGA, OSCAR, ROOT, SVEN)
    )


def profile(name: str = "ml", owner: str = OLGA, **values: Any) -> Module:
    """Return a profile of the catalogue."""
    defaults = {"kind": "profile", "in_catalogue": True, "owner_kind": "User", "owner_name": owner}
    return Module.objects.create(id=name, **(defaults | values))


def external(name: str = "dwh", owner: str | None = OSCAR, **values: Any) -> Module:
    """Return an external module with an OWNER."""
    module = Module.objects.create(id=name, kind="external", **values)
    if owner is not None:
        granted(owner, name, ["OWNER"], access_id=f"{name}-owner")
    return module


def contributor(profile_id: str, name: str, role: str = "view", **values: Any) -> None:
    """List somebody in a profile of the catalogue."""
    defaults = {"kind": "User", "source": "config"}
    CatalogueContributor.objects.create(
        module_id=profile_id, name=name, role=role, **(defaults | values)
    )


def requested(user_id: str, module: str, types: Iterable[str] = ("READ",), **values: Any) -> Access:
    """Return a request that waits for a decision."""
    mask = to_mask(frozenset(AccessType[name] for name in types))
    access_id = values.pop("access_id", f"{module}-{user_id.partition('@')[0]}")
    defaults = {
        "state": "PENDING",
        "types": mask,
        "asked_types": mask,
        "requested_by": user_id,
        "requested_at": NOW - DAY,
        "pending_until": NOW + 13 * DAY,
    }
    return Access.objects.create(
        id=access_id, user=user(user_id), module_id=module, **(defaults | values)
    )


def granted(user_id: str, module: str, types: Iterable[str] = ("READ",), **values: Any) -> Access:
    """Return an approved access."""
    is_profile = Module.objects.get(id=module).kind == "profile"
    defaults = {
        "state": "APPROVED",
        "decided_by": OLGA,
        "decided_at": NOW - DAY,
        "effect": "in_effect" if is_profile else "none",
    }
    return requested(user_id, module, types, **(defaults | values))


def ended(user_id: str, module: str, types: Iterable[str] = ("READ",), **values: Any) -> Access:
    """Return a revoked access."""
    is_profile = Module.objects.get(id=module).kind == "profile"
    defaults = {
        "state": "REVOKED",
        "ended_at": NOW - DAY,
        "ended_by": OLGA,
        "effect": "ending" if is_profile else "none",
    }
    return granted(user_id, module, types, **(defaults | values))


def absent(person: str, deputy: str, until: datetime = NOW + 10 * DAY) -> None:
    """Let a deputy decide for somebody."""
    Absence.objects.create(person=user(person), deputy=user(deputy), until=until)


def token(*scopes: str, name: str = "robot") -> str:
    """Return the token of a new service account."""
    call = Call(SYSTEM, NOW, Policy())
    return create_token(call, name, [Scope(scope) for scope in scopes])


def kinds(**values: Any) -> list[str]:
    """Return the kinds of the events, in their order."""
    return list(Event.objects.filter(**values).order_by("seq").values_list("kind", flat=True))
