"""Adding many users at once: all of them, or none."""

from collections.abc import Sequence
from dataclasses import dataclass

from user_manager.domain.call import Call
from user_manager.domain.errors import Exists, FieldError, Invalid, Precondition
from user_manager.domain.user_lists import UserRow
from user_manager.services.transaction import recording
from user_manager.services.users import add_role, create_user


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
    new = 0
    errors = []
    with recording(call):
        for row in rows:
            try:
                new += _import(call, row)
            except (Exists, Precondition) as error:
                errors.append(FieldError(f"line {row.line}", error.detail))
        if errors:
            first = errors[0]
            detail = f"{first.path}: {first.what} ({len(errors):,} errors in the file)"
            raise Invalid(detail, errors)
    return ImportCount(new, len(rows) - new)


def _import(call: Call, row: UserRow) -> bool:
    _, is_new = create_user(call, row.user_id, row.name)
    for role in row.roles:
        add_role(call, row.user_id, role)
    return is_new
