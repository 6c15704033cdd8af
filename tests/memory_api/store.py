"""The storage: one table for each kind, every object as the bytes on the wire."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec


class Record(msgspec.Struct, frozen=True, gc=False):
    """One stored object. `body` is its JSON without the first brace, kind and apiVersion."""

    body: bytes
    version: int
    uid: str


class View(NamedTuple):
    """A table at one moment; it never changes."""

    keys: list[str]
    records: Mapping[str, Record]
    version: int

    def count(self, prefix: str = "") -> int:
        """Return one more than the place of the last key that begins with the prefix."""
        return bisect_left(self.keys, prefix + "\U0010ffff") if prefix else len(self.keys)

    def position(self, key: str) -> int:
        """Return the place of a key."""
        return bisect_left(self.keys, key)

    def after(self, start: str, prefix: str = "") -> Iterator[tuple[str, Record]]:
        """Yield the records from `start` on with this prefix, in the server's order."""
        for index in range(bisect_left(self.keys, max(start, prefix)), len(self.keys)):
            key = self.keys[index]
            if not key.startswith(prefix):
                return
            yield key, self.records[key]


class Table:
    """The objects of one kind by `namespace/name` or `name`; copied when a view is in use."""

    def __init__(self, records: dict[str, Record] | None = None) -> None:
        self._records = records if records is not None else {}
        self._view: View | None = None

    def __len__(self) -> int:
        return len(self._records)

    def get(self, key: str) -> Record | None:
        """Return a record, or None."""
        return self._records.get(key)

    def put(self, key: str, record: Record) -> None:
        """Keep a record under its key."""
        self._own()[key] = record

    def remove(self, key: str) -> None:
        """Forget a record."""
        del self._own()[key]

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys that begin with a prefix, in the server's order."""
        return sorted(key for key in self._records if key.startswith(prefix))

    def view(self, version: int) -> View:
        """Return the present table; free of cost until somebody writes."""
        if self._view is None:
            self._view = View(sorted(self._records), self._records, version)
        return self._view

    def copy(self) -> Table:
        """Return a separate table with the same records."""
        twin = Table(self._records)
        twin._view = self.view(0)
        return twin

    def _own(self) -> dict[str, Record]:
        if self._view is not None:
            self._records, self._view = dict(self._records), None
        return self._records
