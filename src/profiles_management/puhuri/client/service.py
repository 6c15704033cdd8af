"""What every service has: a connection, and until when its requests are tried."""

from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec

from profiles_management.pmr.portal_values import uuid as checked_uuid
from profiles_management.puhuri.client.answers import Answer
from profiles_management.puhuri.client.errors import Conflict, NotAllowed, PuhuriAway, Refused
from profiles_management.puhuri.client.generations import Generation
from profiles_management.puhuri.client.models import Uuid
from profiles_management.puhuri.client.portal_connection import PAGE_SIZE, Connection
from profiles_management.puhuri.client.portal_request import Params, Request
from profiles_management.puhuri.client.wire import Sent

M = TypeVar("M")
R = TypeVar("R", bound="ListedRow")

_READINGS: Final = 3  # of a list whose rows move meanwhile


class Session(Protocol):
    """A connection, the generation of its server, and a deadline."""

    @property
    def connection(self) -> Connection:
        """The connection."""
        ...

    @property
    def generation(self) -> Generation:
        """What the server can do."""
        ...

    @property
    def deadline(self) -> float:
        """The reading of the monotonic clock after which nothing is sent again."""
        ...

    def check_time(self) -> None:
        """Check that a list may still be read; see Client."""


@dataclass(frozen=True, slots=True)
class Service:
    """Operations on one kind of object.

    Each operation raises a kind of PuhuriError: NotAllowed where the token may not do it, NotFound
    where an object is not there, Refused where the server refuses the request as it is, Conflict
    where something changed meanwhile, PuhuriAway where the server does not answer until the
    deadline, and UnreadableAnswer where it is not a portal that answers.
    """

    session: Session

    def url(self, collection: str, uuid: str) -> str:
        """Return the URL of an object, which the API takes where one object refers to another."""
        return f"{self.session.connection.url}/api/{collection}/{uuid}/"

    def get_answer(self, path: str, params: Params = (), *, what: str) -> Answer:
        """Return the answer to a GET."""
        request = Request("GET", path, params, what=what)
        return self.session.connection.send(request, deadline=self.session.deadline)

    def write(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        what: str,
        is_repeatable: bool,
    ) -> Answer:
        """Send a write; see Request."""
        request = Request(method, path, (), body, what, is_repeatable)
        return self.session.connection.send(request, deadline=self.session.deadline)

    def rows(self, path: str, params: Params, kind: type[R], *, what: str) -> Iterator[R]:
        """Yield the rows of a list, page by page; only their fields are asked for.

        Raises:
            Conflict: the list changes whenever it is read.
            PuhuriAway: see `Session.check_time`.
        """
        return (row for _, row in self._rows(path, params, kind, what))

    def objects(self, path: str, params: Params, kind: type["Row[M]"], *, what: str) -> Iterator[M]:
        """Yield what the rows of a list stand for; see `rows`.

        Raises:
            Conflict: the list changes whenever it is read.
            UnreadableAnswer: a row cannot be understood.
        """
        for page, row in self._rows(path, params, kind, what):
            yield to_model(page, row)

    def _rows(
        self, path: str, params: Params, kind: type[R], what: str
    ) -> Iterator[tuple[Answer, R]]:
        """Yield each row of a list once, with its page.

        Rows that come or go move others to another page, and the list of a customer's people has
        no order that two pages are sure to share. So it is read again until one reading has exactly
        as many rows as the server counts: without its row, a project or a grant would be made a
        second time. A row that comes meanwhile is counted by the pages after it.
        """
        request = Request("GET", path, [*field_params(kind), *params], what=what)
        known: set[Hashable] = set()
        for _ in range(_READINGS):
            rows: set[Hashable] = set()
            count = 0
            for page in self.session.connection.pages(request, deadline=self._deadline):
                self.session.check_time()
                count = max(count, page.total or 0)
                for row in _of_page(page, kind):
                    rows.add(row.key)
                    if row.key not in known:
                        known.add(row.key)
                        yield page, row
            if len(rows) == count:
                return
        raise Conflict(f"The portal did not {what}: it changes while it is read. Try again later.")

    def _deadline(self) -> float:
        return self.session.deadline

    def object(self, path: str, uuid: str, kind: type["Row[M]"], *, what: str) -> M:
        """Return what the row of a uuid stands for.

        Args:
            path: that of the list.

        Raises:
            UnreadableAnswer: it cannot be understood, or is about something else.
        """
        uuid = checked_uuid(uuid)
        answer = self.get_answer(f"{path}{uuid}/", field_params(kind), what=what)
        row = answer.read(kind)
        if row.uuid != uuid:
            raise answer.unreadable("another object than was asked for")
        return to_model(answer, row)


class _AbstractStruct(msgspec.StructMeta, ABCMeta):
    """The metaclass of a msgspec class with abstract methods."""


class ListedRow(Sent, frozen=True, kw_only=True, metaclass=_AbstractStruct):
    """A row of a list as the server sends it; its fields are those that are asked for."""

    @property
    @abstractmethod
    def key(self) -> Hashable:
        """What tells it from the other rows of the list."""


class Row(ListedRow, Generic[M], frozen=True, kw_only=True):
    """A row that stands for an object of the models."""

    uuid: Uuid

    @property
    def key(self) -> Hashable:
        """What tells it from the other rows of the list."""
        return self.uuid

    @abstractmethod
    def model(self) -> M:
        """Return what it stands for.

        Raises:
            ValueError: it cannot be understood. The message has no value of the row, which may
                repeat a secret.
        """


def _of_page(page: Answer, kind: type[R]) -> list[R]:
    """Return the rows of a page.

    Raises:
        UnreadableAnswer: it has other rows, or more than were asked for.
    """
    rows: list[R] = page.read(list[kind])  # type: ignore[valid-type]
    if len(rows) > PAGE_SIZE:
        raise page.unreadable(f"a page of {len(rows):,} rows, where {PAGE_SIZE} were asked for")
    return rows


def to_model(answer: Answer, row: Row[M]) -> M:
    """Return what a row of an answer stands for.

    Raises:
        UnreadableAnswer: it cannot be understood.
    """
    try:
        return row.model()
    except ValueError as error:
        raise answer.unreadable(str(error)) from None


def in_known_state(rows: Iterator[M], state: str | None, states: type[StrEnum]) -> Iterator[M]:
    """Yield rows that are filtered by a state; none where the server is older than the state.

    Raises:
        Refused: the filter is not a state of any server, among others.
    """
    try:
        yield from rows
    except Refused as refusal:
        if "state" not in refusal.fields or state not in set(states):
            raise


def look_up_again(away: PuhuriAway, look_up: Callable[[], M | None]) -> M:
    """Return what a write made that has no answer.

    Args:
        away: the error of the write.
        look_up: returns what was made, None for nothing.

    Raises:
        PuhuriAway: `away`, where the write was not carried out, or this cannot be found out now.
    """
    if away.unanswered:
        with suppress(PuhuriAway, NotAllowed):
            made = look_up()
            if made is not None:
                return made
    raise away from None


def set_fields(row: msgspec.Struct, **names: str) -> dict[str, Any]:
    """Return the fields of a row that are not null, by the names that a model has for them.

    Args:
        names: the name in the model, where it is another one.
    """
    fields = ((name, getattr(row, name)) for name in row.__struct_fields__)
    return {names.get(name, name): value for name, value in fields if value is not None}


def field_params(row: type[msgspec.Struct]) -> Params:
    """Return the parameters that ask for the fields of a row only: `field`, once for each."""
    return [("field", field.encode_name) for field in msgspec.structs.fields(row)]
