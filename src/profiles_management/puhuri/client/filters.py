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


def query_params(filters: Iterable[Filter]) -> Params:
    """Return the parameters that ask for what the filters accept."""
    return flat({query.param: query.value for query in filters})


def filtered(objects: Iterable[M], filters: Iterable[Filter]) -> Iterator[M]:
    """Yield the objects that all filters accept."""
    active = [query for query in filters if query.value is not None]
    for model in objects:
        if all(query.matches(model, query.value) for query in active):
            yield model


def same(field: str) -> Matches:
    """Return whether a field is a value, letter by letter."""
    return lambda model, value: bool(getattr(model, field) == value)


def part(field: str) -> Matches:
    """Return whether a field has a part, small and capital letters alike, as servers compare."""
    return lambda model, value: value.casefold() in getattr(model, field).casefold()


def accept_all(_model: object, _value: object) -> bool:
    """Accept every object, because none has what the filter is about."""
    return True


def filter_uuid(text: str | None) -> str | None:
    """Return the uuid of a filter, None for no filter.

    Raises:
        ValueError: it is not a uuid.
    """
    return None if text is None else uuid(text)
