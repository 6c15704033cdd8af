"""What every service has: a connection, and until when its requests are tried."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from profiles_management.puhuri.client.answers import Answer
from profiles_management.puhuri.client.generations import Generation
from profiles_management.puhuri.client.models import Uuid
from profiles_management.puhuri.client.portal_connection import Connection, Params, Request

T = TypeVar("T")
M = TypeVar("M")


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


@dataclass(frozen=True, slots=True)
class Service:
    """Operations on one kind of object."""

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

    def rows(self, path: str, params: Params, kind: type[T], *, what: str) -> Iterator[T]:
        """Yield the rows of a list, page by page."""
        request = Request("GET", path, params, what=what)
        for page in self.session.connection.pages(request, deadline=self.session.deadline):
            yield from page.read(list[kind])  # type: ignore[valid-type]

    def objects(self, path: str, params: Params, kind: type["Row[M]"], *, what: str) -> Iterator[M]:
        """Yield what the rows of a list stand for, page by page; only their fields are asked for.

        Raises:
            UnreadableAnswer: a row cannot be understood.
        """
        request = Request("GET", path, [*slim(kind), *params], what=what)
        for page in self.session.connection.pages(request, deadline=self.session.deadline):
            for row in page.read(list[kind]):  # type: ignore[valid-type]
                yield understood(page, row)

    def object(self, path: str, kind: type["Row[M]"], *, what: str) -> M:
        """Return what the row at a path stands for."""
        answer = self.get_answer(path, slim(kind), what=what)
        return understood(answer, answer.read(kind))


class Row(msgspec.Struct, Generic[M], frozen=True, kw_only=True):
    """A row as the server sends it; its fields are those that are asked for."""

    uuid: Uuid

    def model(self) -> M:
        """Return what it stands for.

        Raises:
            ValueError: it cannot be understood.
        """
        raise NotImplementedError


def understood(answer: Answer, row: Row[M]) -> M:
    """Return what a row of an answer stands for.

    Raises:
        UnreadableAnswer: it cannot be understood.
    """
    try:
        return row.model()
    except ValueError as error:
        raise answer.unreadable(str(error)) from None


def present(row: msgspec.Struct, **names: str) -> dict[str, Any]:
    """Return the fields of a row that are not null, by the names that a model has for them.

    Args:
        names: the name in the model, where it is another one.
    """
    fields = ((name, getattr(row, name)) for name in row.__struct_fields__)
    return {names.get(name, name): value for name, value in fields if value is not None}


def slim(row: type[msgspec.Struct]) -> Params:
    """Return the parameters that ask for the fields of a row only: `field`, once for each."""
    return [("field", field.encode_name) for field in msgspec.structs.fields(row)]
