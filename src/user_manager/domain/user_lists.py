"""Lists of users as CSV and JSON: all errors of a file at once, each with its line.

CSV has the columns `id`, `name` and `roles`, with `;` between roles. JSON is a list of mappings
with these keys, in which `roles` is a list. `roles` may be left out.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from user_manager.domain.errors import FieldError, Invalid
from user_manager.domain.identifiers import check_user_id, check_user_name, user_key
from user_manager.domain.spreadsheet_cells import csv_text, from_cell
from user_manager.domain.vocabulary import Role

MOST_ROWS: Final = 100_000
COLUMNS: Final = ("id", "name", "roles")
_REQUIRED: Final = {"id", "name"}
_SEPARATOR: Final = ";"
_SPACE: Final = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user of a file.

    Attributes:
        line: the line in which the row begins.
        user_id: the id.
        name: the name.
        roles: the roles, in the order of the proto.
    """

    line: int
    user_id: str
    name: str
    roles: tuple[Role, ...]


def read_csv(text: str) -> list[UserRow]:
    """Return the users of a CSV file.

    Raises:
        Invalid: the file has errors; each has its line, as in `line 3, id`.
    """
    checks = _RowChecks()
    rows = _numbered_rows(text)
    try:
        columns = _columns(next(rows, (1, []))[1])
        for line, cells in rows:
            if len(cells) == len(columns):
                values = dict(zip(columns, map(from_cell, cells), strict=True))
                checks.add(line, {**values, "roles": _role_names(values.get("roles", ""))})
            else:
                what = f"has {len(cells)} cells, the first line has {len(columns)}"
                checks.errors.append(FieldError(f"line {line}", what))
    except Invalid as refused:  # the header, or the rest is no CSV
        checks.errors += refused.errors
    return checks.result()


def read_json(text: str) -> list[UserRow]:
    """Return the users of a JSON file.

    Raises:
        Invalid: the file has errors; each has its line, as in `line 3, id`.
    """
    checks = _RowChecks()
    for line, item in _located_items(text):
        if not isinstance(item, dict) or not _REQUIRED <= item.keys() <= {*COLUMNS}:
            what = "must be a mapping with id, name and, if wanted, roles"
            checks.errors.append(FieldError(f"line {line}", what))
        else:
            checks.add(line, {"roles": [], **item})
    return checks.result()


def write_csv(users: Iterable[tuple[str, str, Sequence[str]]]) -> str:
    """Return users as CSV that `read_csv` reads and that runs no formula in a spreadsheet.

    Args:
        users: id, name and names of roles of each.
    """
    return csv_text(
        COLUMNS, ((user_id, name, _SEPARATOR.join(roles)) for user_id, name, roles in users)
    )


def write_json(users: Iterable[tuple[str, str, Sequence[str]]]) -> str:
    """Return users as JSON that `read_json` reads; see `write_csv`."""
    items = [dict(zip(COLUMNS, user, strict=True)) for user in users]
    return json.dumps(items, indent=2, ensure_ascii=False) + "\n"


class _RowChecks:
    """Collects the users of a file, and what is wrong with them."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []
        self._rows: list[UserRow] = []
        self._lines: dict[str, int] = {}

    def add(self, line: int, values: Mapping[str, object]) -> None:
        """Check a row with a value for each column, and add it if it is valid."""
        count = len(self.errors)
        user_id = self._text(line, "id", values)
        name = self._text(line, "name", values)
        roles = self._roles(line, values["roles"])
        if len(self.errors) == count:
            self._rows.append(UserRow(line, user_id, name, roles))

    def result(self) -> list[UserRow]:
        """Return the users.

        Raises:
            Invalid: something is wrong, or there are too many users.
        """
        if len(self._rows) > MOST_ROWS:
            raise Invalid("The file has more than {limit:,} users. Split it.", limit=MOST_ROWS)
        if self.errors:
            first = self.errors[0]
            detail = f"{first.path}: {first.what} ({len(self.errors):,} errors in the file)"
            raise Invalid(detail, self.errors)
        return self._rows

    def _text(self, line: int, column: str, values: Mapping[str, object]) -> str:
        path, value = f"line {line}, {column}", values[column]
        if not isinstance(value, str):
            self.errors.append(FieldError(path, "must be a text"))
            return ""
        try:
            if column == "name":
                return check_user_name(value, path)
            return self._unique(line, check_user_id(value, path))
        except Invalid as refused:
            self.errors += refused.errors
            return ""

    def _unique(self, line: int, user_id: str) -> str:
        first = self._lines.setdefault(user_key(user_id), line)
        if first != line:
            what = f"is the id of line {first}, or differs only in case or in Unicode form"
            raise Invalid.at(f"line {line}, id", what)
        return user_id

    def _roles(self, line: int, names: object) -> tuple[Role, ...]:
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self.errors.append(FieldError(f"line {line}, roles", "must be a list of texts"))
            return ()
        known = [name for name in names if name in Role.__members__]
        if len(known) < len(names):
            what = f"must be of {', '.join(Role.__members__)}"
            self.errors.append(FieldError(f"line {line}, roles", what))
        return tuple(sorted({Role[name] for name in known}))


def _columns(header: Sequence[str]) -> list[str]:
    """Return the columns that the first line of a CSV file names.

    Raises:
        Invalid: it is not such a line.
    """
    columns = [cell.strip().casefold() for cell in header]
    if len({*columns}) < len(columns) or not _REQUIRED <= {*columns} <= {*COLUMNS}:
        what = f"must name the columns, separated by commas: {','.join(COLUMNS)}"
        raise Invalid.at("line 1", what)
    return columns


def _numbered_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, each with the line in which it begins.

    Raises:
        Invalid: the rest is not CSV.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise Invalid.at(f"line {line}", "is not CSV: {error}", error=error) from None


def _role_names(cell: str) -> list[str]:
    names = (name.strip() for name in cell.split(_SEPARATOR))
    return [name for name in names if name]


def _located_items(text: str) -> Iterator[tuple[int, object]]:
    """Yield the items of a JSON list, each with the line in which it begins.

    Raises:
        Invalid: this is not JSON, or not a list.
    """
    try:
        items = json.loads(text)
    except json.JSONDecodeError as error:
        raise Invalid.at(f"line {error.lineno}", "is not JSON: {error}", error=error.msg) from None
    except (ValueError, RecursionError):
        raise Invalid.at("line 1", "is not JSON of users") from None
    if not isinstance(items, list):
        raise Invalid.at("line 1", "must be a list")
    decoder, line, known = json.JSONDecoder(), 1, 0
    at = text.find("[") + 1
    for item in items:
        start = _after_space(text, at)
        line, known = line + text.count("\n", known, start), start
        yield line, item
        _, end = decoder.raw_decode(text, start)
        at = _after_space(text, end) + 1  # after the comma


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return at if match is None else match.end()
