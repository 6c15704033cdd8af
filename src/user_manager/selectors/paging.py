"""Pages of lists. A cursor is the place after a row, so that rows that are added change nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from user_manager.domain.errors import Invalid
from user_manager.domain.times import EARLIEST, END_OF_TIMES

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")

DEFAULT_LIMIT: Final = 50


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is wanted.

    Attributes:
        limit: the most rows.
        cursor: `next` of the page before; None for the first page.
    """

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A part of a list.

    Attributes:
        next: the cursor of the next page; None if this is the last one.
    """

    items: tuple[Item, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a list is sorted by.

    Attributes:
        read: the value in a cursor as the database needs it. It raises ValueError or TypeError.
    """

    name: str
    read: Callable[[object], object]
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list. Together the columns are unique.

    Attributes:
        name: what cursors of this order begin with.
    """

    name: str
    columns: tuple[Column, ...]

    def page(self, rows: QuerySet[Row], request: PageRequest) -> Page[Row]:
        """Return a page of rows.

        Raises:
            Invalid: the cursor is not one of this order.
        """
        found = list(self.following(rows, request.cursor)[: request.limit + 1])
        shown = tuple(found[: request.limit])
        is_last = len(found) <= request.limit
        return Page(shown, None if is_last else self.cursor_after(shown[-1]))

    def following(self, rows: QuerySet[Row], cursor: str | None) -> QuerySet[Row]:
        """Return the rows after a cursor, sorted; all rows without one.

        Raises:
            Invalid: the cursor is not one of this order.
        """
        if cursor is not None:
            rows = rows.filter(self._after(self._values(cursor)))
        return rows.order_by(*(f"-{c.name}" if c.is_descending else c.name for c in self.columns))

    def cursor_after(self, row: Model) -> str:
        """Return the cursor of what follows a row."""
        values = [getattr(row, column.name) for column in self.columns]
        return write_cursor(self.name, values)

    def _values(self, cursor: str) -> list[Any]:
        name, values = read_cursor(cursor)
        if name != self.name or len(values) != len(self.columns):
            raise bad_cursor()
        try:
            return [c.read(value) for c, value in zip(self.columns, values, strict=True)]
        except (ValueError, TypeError):
            raise bad_cursor() from None

    def _after(self, values: Sequence[Any]) -> Q:
        """Return the condition for rows after these values, column by column."""
        condition = Q()
        equal = Q()
        for column, value in zip(self.columns, values, strict=True):
            comparison = "lt" if column.is_descending else "gt"
            condition |= equal & Q(**{f"{column.name}__{comparison}": value})
            equal &= Q(**{column.name: value})
        return condition


def write_cursor(name: str, values: Sequence[Any]) -> str:
    """Return a cursor."""
    text = json.dumps([name, *values], default=datetime.isoformat, ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[str, list[Any]]:
    """Return name and values of a cursor.

    Raises:
        Invalid: it is not a cursor.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        name, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise bad_cursor() from None
    if not isinstance(name, str):
        raise bad_cursor()
    return name, values


def bad_cursor() -> Invalid:
    """Return the error for a cursor that this list did not give."""
    return Invalid.at("cursor", "is not a `next` of this list")


def _read_time(value: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError("a time is a text")
    time = datetime.fromisoformat(value)
    if time.utcoffset() is None or not EARLIEST <= time < END_OF_TIMES:
        raise ValueError("a time of a cursor has an offset, and databases can hold it")
    return time


def _read_text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError("an id is a printable text")
    return value


def _read_number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise TypeError("a number of an event is a whole number")
    return value


BY_ID: Final = Order("id", (Column("id", _read_text),))
NEWEST_FIRST: Final = Order(
    "newest", (Column("requested_at", _read_time, is_descending=True), Column("id", _read_text))
)
BY_NAME: Final = Order("name", (Column("name", _read_text),))
BY_SEQ: Final = Order("seq", (Column("seq", _read_number),))
LATEST_FIRST: Final = Order("latest", (Column("seq", _read_number, is_descending=True),))
BY_REVIEW: Final = Order("review", (Column("review_due", _read_time), Column("id", _read_text)))
BY_PERSON: Final = Order("person", (Column("kind", _read_text), Column("name", _read_text)))
