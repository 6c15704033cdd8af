"""The rows of a service that has run for years.

Each user holds one access to an external system and has two that ended. The first 10,000 hold one
to a profile besides. Every tenth user waits for a decision of the owner of a profile.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection, transaction

from user_manager.models import Access, EventCounter, Module, User, UserRole
from user_manager_load.names import IN_PROFILES, asked_id, modules_of, user_id

_WRITE = 0b010
_BATCH = 2000
_PAST = datetime(2026, 1, 1, tzinfo=UTC)
_FUTURE = datetime(2090, 1, 1, tzinfo=UTC)
# a million rows are written by the database itself, which is ten times faster
_EVENT_ROWS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
INSERT INTO user_manager_event (seq, at, kind, access, "user", module, actor, acting_for, detail)
SELECT i, '2026-02-01 00:00:00+00', 'requested', 'past-' || (1 + i % {users}),
       'user-' || (1 + i % {users}) || '@example.com', 'system-1', 'somebody', NULL, NULL FROM n"""


def fill(users: int, events: int) -> None:
    """Write the rows.

    Args:
        users: at least 100.
        events: how many events.
    """
    with transaction.atomic():
        _write(User, _users(users))
        _write(UserRole, (_role(number) for number in range(1, users + 1)))
        _write(Module, _modules(modules_of(users)))
        _write_accesses(users)
        with connection.cursor() as cursor:
            cursor.execute(_EVENT_ROWS.format(count=events, users=users))
        EventCounter.objects.update(last=events)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _write(model: Any, rows: Iterator[Any]) -> None:
    while batch := list(islice(rows, _BATCH)):
        model.objects.bulk_create(batch)


def _users(count: int) -> Iterator[Any]:
    for number in range(1, count + 1):
        name = user_id(number)
        yield User(id=name, key=name, name=f"User {number}", created_at=_PAST)


def _role(number: int) -> Any:
    return UserRole(user_id=user_id(number), role=number % 4)


def _modules(count: int) -> Iterator[Any]:
    for number in range(1, count + 1):
        yield Module(id=f"system-{number}", kind="external")
        yield Module(
            id=f"profile-{number}",
            kind="profile",
            in_catalogue=True,
            owner_kind="User",
            owner_name=user_id(number),
        )


def _write_accesses(users: int) -> None:
    count = modules_of(users)
    everybody = range(1, users + 1)
    decided = {"decided_by": "somebody", "decided_at": _PAST}
    held = {"state": "APPROVED", "effect": "none", **decided}
    ended = {"state": "REVOKED", "ended_by": "somebody", "ended_at": _PAST, **decided}

    def rows(name: str, numbers: Iterable[int], module: str, **values: Any) -> Iterator[Any]:
        for number in numbers:
            yield Access(
                id=f"{name}-{number}",
                user_id=user_id(number),
                module_id=f"{module}-{1 + number % count}",
                types=_WRITE,
                asked_types=_WRITE,
                reason="work",
                requested_by=user_id(number),
                requested_at=_PAST + timedelta(seconds=number),
                **{"pending_until": _FUTURE, **values},
            )

    _write(Access, rows("held", everybody, "system", **held))
    for name in ("past", "older"):
        _write(Access, rows(name, everybody, "system", **ended))
    in_profiles = range(1, min(users, IN_PROFILES) + 1)
    _write(Access, rows("given", in_profiles, "profile", **held | {"effect": "in_effect"}))
    _write(Access, _requests(users, rows))


def _requests(users: int, rows: Any) -> Iterator[Any]:
    """Yield the requests; each asks the owner of a profile for the level OWNER."""
    count = modules_of(users)
    for access in rows("asked", range(10, users + 1, 10), "profile", state="PENDING"):
        number = int(access.id.rpartition("-")[2]) // 10
        access.id = asked_id(number)
        access.module_id = f"profile-{1 + number % count}"
        access.types = access.asked_types = 0b100
        yield access
