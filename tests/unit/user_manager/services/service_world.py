"""People, modules and calls for the tests of the verbs. State is made by the verbs themselves."""

from datetime import UTC, datetime
from typing import Any

from user_manager.domain.access_types import parse_types
from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM, Caller
from user_manager.domain.cluster_answer import parse_answer
from user_manager.domain.identifiers import user_key
from user_manager.domain.limits import AskedTime
from user_manager.domain.policy import Policy
from user_manager.domain.vocabulary import Role, Scope
from user_manager.models import Access, Event, Module, User, UserRole
from user_manager.services.answering import take_answer
from user_manager.services.deciding import Decision, decide
from user_manager.services.modules import ModuleValues, put_module
from user_manager.services.publishing import publish_document
from user_manager.services.requesting import AccessOrder, add_access

NOW = datetime(2026, 6, 1, 12, 0, 0, 250_000, tzinfo=UTC)
ANN = "ann@example.com"
BOB = "bob@example.com"
EVE = "eve@example.com"  # a stranger
OLGA = "olga@example.com"  # owns everything
ROOT = "root@example.com"  # administrator

PROFILE = "ml"
SYSTEM_MODULE = "crm"


def by(
    person: str, *, now: datetime = NOW, administrator: bool | None = None, **policy: Any
) -> Call:
    """Return the call of a person. ROOT is an administrator."""
    is_administrator = person == ROOT if administrator is None else administrator
    return Call(Caller(user_id=person, is_administrator=is_administrator), now, Policy(**policy))


def by_token(*scopes: Scope, acting_for: str | None = None, now: datetime = NOW) -> Call:
    """Return the call of the service account `robot`."""
    caller = Caller(token="robot", scopes=frozenset(scopes), acting_for=acting_for)
    return Call(caller, now, Policy())


def by_system(now: datetime = NOW) -> Call:
    return Call(SYSTEM, now, Policy())


def acting_for(person: str, now: datetime = NOW) -> Call:
    return by_token(Scope.ACT_FOR, acting_for=person, now=now)


def make_user(user_id: str, *roles: Role, **values: Any) -> User:
    defaults = {"key": user_key(user_id), "name": user_id, "created_at": NOW} | values
    user, _ = User.objects.get_or_create(id=user_id, defaults=defaults)
    for role in roles:
        UserRole.objects.create(user=user, role=role)
    return user


def make_people() -> None:
    for person in (ANN, BOB, EVE, OLGA, ROOT):
        make_user(person)


def make_profile(name: str = PROFILE, owner: str = OLGA, **values: Any) -> Module:
    listed = {"in_catalogue": True, "owner_kind": "User", "owner_name": owner}
    return Module.objects.create(id=name, kind="profile", **(listed | values))


def make_system(name: str = SYSTEM_MODULE, owner: str = OLGA, **values: Any) -> Module:
    """Register an external module. The owner has the role for it."""
    UserRole.objects.get_or_create(user_id=owner, role=Role.CREATE_EXT_DATAMODULE)
    module, _ = put_module(by(owner), name, ModuleValues(**values))
    return module


def order(user: str, module: str, *types: str, **values: Any) -> AccessOrder:
    """Return an order of READ, or of other types; `duration` and `until` are the asked time."""
    asked = AskedTime(values.pop("duration", None), values.pop("until", None))
    return AccessOrder(user, module, parse_types(types or ("READ",)), asked=asked, **values)


def ask(user: str, module: str, *types: str, call: Call | None = None, **values: Any) -> Access:
    """Ask for access, for oneself unless a call of somebody else is given."""
    access, _ = add_access(call or by(user), order(user, module, *types, **values))
    return access


def give(
    user: str, module: str, *types: str, now: datetime = NOW, by_whom: str = ROOT, **values: Any
) -> Access:
    """Ask for access and approve it."""
    access = ask(user, module, *types, call=by(user, now=now), **values)
    return decide(by(by_whom, now=now), access.id, Decision(approve=True))


def approve(access: Access, call: Call, **values: Any) -> Access:
    return decide(call, access.id, Decision(approve=True, **values))


def deny(access: Access, call: Call, **values: Any) -> Access:
    return decide(call, access.id, Decision(approve=False, **values))


def publish(now: datetime = NOW) -> str:
    """Give the document to the cluster, and return its revision."""
    return publish_document(by_token(Scope.CLUSTER, now=now)).revision


def listed(name: str = PROFILE, owner: str = OLGA, **values: Any) -> dict[str, Any]:
    """Return a profile of a catalogue."""
    return {"name": name, "owner": {"kind": "User", "name": owner}, "open": True} | values


def answer(revision: str, now: datetime = NOW, **values: Any) -> None:
    """Take an answer of the cluster."""
    take_answer(by_token(Scope.CLUSTER, now=now), parse_answer({"revision": revision} | values))


def catalogue(*profiles: dict[str, Any], now: datetime = NOW) -> None:
    """Take an answer with a catalogue, which speaks of no revision."""
    answer("", now, problem="not applied yet", catalogue=list(profiles))


def fresh(access: Access) -> Access:
    return Access.objects.get(id=access.id)


def effect_of(access: Access) -> tuple[str, str]:
    row = fresh(access)
    return row.effect, row.effect_detail


def events(**wanted: Any) -> list[str]:
    """Return the kinds of events in order."""
    return list(Event.objects.filter(**wanted).order_by("seq").values_list("kind", flat=True))


def last_event() -> Event:
    return Event.objects.order_by("-seq")[0]
