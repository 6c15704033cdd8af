"""People who look at pages, and what they have and ask for."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from user_manager.domain.access_types import parse_types
from user_manager.domain.call import Call
from user_manager.domain.caller import Caller
from user_manager.domain.limits import AskedTime
from user_manager.domain.policy import Policy
from user_manager.models import Access, Administrator, Module, User
from user_manager.services.deciding import Decision, decide
from user_manager.services.requesting import AccessOrder, add_access
from user_manager.services.users import sign_in

ANN = "ann@example.com"
BEN = "ben@example.com"
OLGA = "olga@example.com"
ROOT = "root@example.com"
STRANGER = "stranger@example.com"


def browser(person: str, **headers: str) -> Client:
    """The browser of somebody whom the proxy signed in."""
    return Client(headers={"kubeflow-userid": person, **headers})


def call_of(person: str, *, ago: timedelta = timedelta()) -> Call:
    administers = Administrator.objects.filter(user=person).exists()
    caller = Caller(user_id=person, is_administrator=administers)
    return Call(caller, datetime.now(UTC) - ago, Policy())


def person(user_id: str, name: str | None = None) -> User:
    return sign_in(call_of(user_id), user_id, name or user_id)


def administrator(user_id: str = ROOT) -> User:
    user = person(user_id)
    Administrator.objects.create(user=user, added_at=datetime.now(UTC))
    return user


def profile(module_id: str = "ml", owner: str = OLGA, **values: Any) -> Module:
    return Module.objects.create(
        id=module_id,
        kind="profile",
        in_catalogue=True,
        owner_kind="User",
        owner_name=owner,
        **values,
    )


def ask(
    user: str = ANN,
    module: str = "ml",
    level: str = "READ",
    *,
    reason: str = "",
    days: int | None = None,
    ago: timedelta = timedelta(),
) -> Access:
    person(user)
    asked = AskedTime(None if days is None else timedelta(days=days))
    order = AccessOrder(user, module, parse_types([level]), reason=reason, asked=asked)
    return add_access(call_of(user, ago=ago), order)[0]


def grant(user: str = ANN, module: str = "ml", level: str = "READ", **more: Any) -> Access:
    access = ask(user, module, level, **more)
    owner = person(Module.objects.get(id=module).owner_name)
    return decide(call_of(owner.id), access.id, Decision(approve=True))
