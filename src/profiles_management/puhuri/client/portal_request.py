"""A request to a server, and its parameters. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Params = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        path: from `/api/` on, with the slash at its end: without it, a server redirects and loses
            the body.
        what: what it does, for messages, such as `create a project`.
        is_repeatable: whether carrying it out twice does no harm.
    """

    method: str
    path: str
    params: Params = ()
    body: object = field(default=None, repr=False)
    what: str = ""
    is_repeatable: bool = True


def flat(params: Mapping[str, object]) -> Params:
    """Return parameters as pairs, without those that are None; a list is repeated."""
    return [(name, text) for name, value in params.items() for text in _values(value)]


def _values(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list | tuple | frozenset):
        return [str(part) for part in value]
    return [str(value).lower() if isinstance(value, bool) else str(value)]
