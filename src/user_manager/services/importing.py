"""Adding many users at once: all of them, or none."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.db import IntegrityError

from user_manager.domain.call import Call
from user_manager.domain.errors import FieldError, Invalid
from user_manager.domain.identifiers import user_key
from user_manager.domain.permissions import may_manage_users
from user_manager.domain.user_lists import UserRow
from user_manager.domain.vocabulary import EventKind, Role
from user_manager.models import User, UserRole
from user_manager.services.locks import lock_users
from user_manager.services.transaction import Recorder, recording
from user_manager.services.users import contradiction

_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class ImportCount:
    """How many users of a list are new, and how many existed."""

    new: int
    existing: int


def import_users(call: Call, rows: Sequence[UserRow]) -> ImportCount:
    """Create the users of a list and add their roles. Roles that they have besides stay.

    Raises:
        Forbidden: the caller does not manage users.
        Invalid: rows contradict what exists; all of them are listed, and nothing is changed.
    """
    may_manage_users(call.caller)
    try:
        return _import(call, rows)
    except IntegrityError:  # somebody created one of them at the same moment
        return _import(call, rows)


def _import(call: Call, rows: Sequence[UserRow]) -> ImportCount:
    with recording(call) as recorder:
        existing = _locked(rows)
        errors = [
            FieldError(f"line {row.line}", what)
            for row in rows
            for what in _contradictions(row, existing.get(user_key(row.user_id)))
        ]
        if errors:
            first = errors[0]
            detail = f"{first.path}: {first.what} ({len(errors):,} errors in the file)"
            raise Invalid(detail, errors)
        new = [row for row in rows if user_key(row.user_id) not in existing]
        _create(new, recorder)
        _name(rows, existing, recorder)
        _add_roles(rows, recorder)
        return ImportCount(len(new), len(rows) - len(new))


def _locked(rows: Sequence[UserRow]) -> dict[str, User]:
    """Return the users that exist, locked, by their keys."""
    ids: list[str] = []
    for keys in _batches(user_key(row.user_id) for row in rows):
        ids += User.objects.filter(key__in=keys).values_list("id", flat=True)
    users: dict[str, User] = {}
    for batch in _batches(sorted(ids)):
        users |= {user.key: user for user in lock_users(batch).values()}
    return users


def _contradictions(row: UserRow, user: User | None) -> Iterator[str]:
    """Yield what is wrong with a row, in the light of the user who exists."""
    if user is None:
        return
    error = contradiction(user, row.user_id, row.name)
    if error is not None:
        yield error.detail
    elif row.roles and not user.active:
        yield f"The user {user.id} is deactivated. Activate the user first."


def _create(rows: Iterable[UserRow], recorder: Recorder) -> None:
    users = [
        User(
            id=row.user_id,
            key=user_key(row.user_id),
            name=row.name,
            created_at=recorder.call.now,
        )
        for row in rows
    ]
    User.objects.bulk_create(users)
    for user in users:
        recorder.record(EventKind.USER_CREATED, user=user.id)


def _name(rows: Iterable[UserRow], existing: dict[str, User], recorder: Recorder) -> None:
    """Give users whom a sign-in created their names."""
    named = []
    for row in rows:
        user = existing.get(user_key(row.user_id))
        if user is None or not user.signed_in:
            continue
        if user.name != row.name:
            recorder.record(EventKind.USER_RENAMED, user=user.id)
        user.name = row.name
        user.signed_in = False
        named.append(user)
    User.objects.bulk_update(named, ["name", "signed_in"], batch_size=_BATCH)


def _add_roles(rows: Sequence[UserRow], recorder: Recorder) -> None:
    held: set[tuple[str, int]] = set()
    for ids in _batches(row.user_id for row in rows if row.roles):
        held |= {*UserRole.objects.filter(user__in=ids).values_list("user_id", "role")}
    added = [
        (row.user_id, role) for row in rows for role in row.roles if (row.user_id, role) not in held
    ]
    UserRole.objects.bulk_create(UserRole(user_id=user_id, role=role) for user_id, role in added)
    for user_id, role in added:
        recorder.record(EventKind.ROLE_ADDED, user=user_id, detail={"role": Role(role).name})


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    """Yield ids in parts that a database takes in one query."""
    rest = iter(ids)
    while batch := list(islice(rest, _BATCH)):
        yield batch
