"""Filters of lists: sent to the server, and applied to what it answers. Pure.

No server refuses a parameter that it does not know, and it ignores an empty one. So every filter is
applied to the rows again, as far as they have what it is about.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from profiles_management.pmr.portal_values import uuid
from profiles_management.puhuri.client.portal_request import Params, flat

M = TypeVar("M")
Matches = Callable[[Any, Any], bool]
"""Whether an object has a value of a filter."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for.

    Attributes:
        param: its name in the API.
        value: None for no filter.
        matches: whether an object has the value.
    """

    param: str
    value: Any
    matches: Matches


def asked(filters: Iterable[Filter]) -> Params:
    """Return the parameters that ask for what the filters accept."""
    return flat({one.param: one.value for one in filters})


def filtered(objects: Iterable[M], filters: Iterable[Filter]) -> Iterator[M]:
    """Yield the objects that all filters accept."""
    active = [one for one in filters if one.value is not None]
    for found in objects:
        if all(one.matches(found, one.value) for one in active):
            yield found


def same(field: str) -> Matches:
    """Return whether a field is a value, letter by letter."""
    return lambda found, wanted: bool(getattr(found, field) == wanted)


def part(field: str) -> Matches:
    """Return whether a field has a part, small and capital letters alike, as servers compare."""
    return lambda found, wanted: wanted.casefold() in getattr(found, field).casefold()


def unseen(_found: object, _wanted: object) -> bool:
    """Accept every object, because none has what the filter is about."""
    return True


def filter_uuid(text: str | None) -> str | None:
    """Return the uuid of a filter, None for no filter.

    Raises:
        ValueError: it is no uuid.
    """
    return None if text is None else uuid(text)
