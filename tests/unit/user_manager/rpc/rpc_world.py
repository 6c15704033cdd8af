"""People, modules and accesses for the tests of RPCs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contract_client import Metadata

from user_manager.domain.access_types import to_mask
from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM
from user_manager.domain.identifiers import user_key
from user_manager.domain.policy import Policy
from user_manager.domain.vocabulary import AccessState, AccessType, Scope
from user_manager.models import Access, Module, User
from user_manager.services.tokens import create_token

NOW = datetime(2026, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)
READ, WRITE, OWNER = (int(access_type) for access_type in AccessType)

ANN = "ann@example.com"
BOB = "bob@example.com"
OLGA = "olga@example.com"  # OWNER of the external module
PAUL = "paul@example.com"  # owner of the profile in the catalogue
ROOT = "root@example.com"  # administrator by the setting
MODULE = "warehouse"
PROFILE = "ml"


def as_user(user_id: str, **options: str | bytes) -> Metadata:
    """Return the metadata of a person behind the proxy, with options such as `x_duration`."""
    entries: Metadata = [("kubeflow-userid", user_id)]
    return entries + [(name.replace("_", "-"), value) for name, value in options.items()]


def as_token(token: str, **options: str | bytes) -> Metadata:
    """Return the metadata of a service account."""
    entries: Metadata = [("authorization", f"Bearer {token}")]
    return entries + [(name.replace("_", "-"), value) for name, value in options.items()]


def service_account(*scopes: Scope, name: str = "robot") -> str:
    """Create a service account, and return its token."""
    return create_token(Call(SYSTEM, NOW, Policy()), name, scopes)


def user(user_id: str, **values: Any) -> User:
    defaults = {"key": user_key(user_id), "name": user_id, "created_at": NOW}
    return User.objects.create(id=user_id, **defaults | values)


def access(user_id: str, module: str, *types: int, **values: Any) -> Access:
    """Create an access; approved unless a state is given."""
    mask = to_mask(frozenset(AccessType(number) for number in types))
    state = values.get("state", AccessState.APPROVED)
    times = {"decided_at": NOW} if state in {AccessState.APPROVED, AccessState.DENIED} else {}
    defaults: dict[str, Any] = {
        "id": f"{user_id.split('@', maxsplit=1)[0]}-{module}",
        "types": mask,
        "asked_types": mask,
        "state": state,
        "requested_by": user_id,
        "requested_at": NOW,
        "pending_until": NOW + timedelta(days=14),
    }
    return Access.objects.create(user_id=user_id, module_id=module, **defaults | times | values)


def request(user_id: str = ANN, module: str = MODULE, *types: int, **values: Any) -> Access:
    """Create a request that waits for a decision."""
    return access(user_id, module, *(types or (READ,)), state=AccessState.PENDING, **values)


def world() -> None:
    """Create two modules with their owners, and people without access."""
    for user_id in (ANN, BOB, OLGA, PAUL, ROOT):
        user(user_id)
    Module.objects.create(id=MODULE, kind="external")
    Module.objects.create(
        id=PROFILE, kind="profile", in_catalogue=True, owner_kind="User", owner_name=PAUL
    )
    access(OLGA, MODULE, OWNER)
