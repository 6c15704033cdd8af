"""Reading JSON bodies: size, media type, and what JSON leaves open."""

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from django.http import HttpRequest
from django.http.request import RawPostDataException, UnreadablePostError

from user_manager.domain.errors import Malformed, TooLarge, Unsupported

MEBIBYTE = 1024 * 1024
_AS_JSON = "Send the body with Content-Type application/json."


@dataclass(frozen=True, slots=True)
class BodyRule:
    """What the body of an operation may be.

    Attributes:
        required: whether there has to be one.
        limit: the most bytes.
    """

    required: bool = True
    limit: int = MEBIBYTE


def check_size(request: HttpRequest, limit: int) -> None:
    """Check the announced size of a body before anything of it is read.

    Raises:
        TooLarge: it is larger than the limit.
    """
    size = request.META.get("CONTENT_LENGTH") or "0"
    if size.isdecimal() and int(size[:20]) > limit:
        raise TooLarge(f"The body has {size[:20]} bytes, at most {limit:,} are allowed.")


def read_json(request: HttpRequest, rule: BodyRule) -> dict[str, Any] | None:
    """Return the mapping in a body; None if there is no body, and none is required.

    Raises:
        Unsupported: the body is of another media type.
        Malformed: it is not a mapping in JSON of UTF-8, a key is there twice, a number has no JSON
            form, or its size is not announced.
    """
    body = _body(request)
    if body or (rule.required and request.content_type):
        _check_media_type(request)
    if not body and not rule.required:
        return None
    return _mapping_of(body)


def _body(request: HttpRequest) -> bytes:
    if "Transfer-Encoding" in request.headers:
        raise Malformed("Send the body with Content-Length, not in chunks.")
    try:
        return request.body
    except UnreadablePostError:
        raise Malformed("The connection ended before the body.") from None
    except RawPostDataException:  # the check of a CSRF token has read a form with parts
        raise Unsupported(_AS_JSON) from None


def _mapping_of(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(
            body.decode(), object_pairs_hook=_without_repeated_keys, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError):
        raise Malformed("The body must be a JSON object in UTF-8, without repeated keys.") from None
    if not isinstance(value, dict):
        raise Malformed("The body must be a JSON object.")
    return value


def _check_media_type(request: HttpRequest) -> None:
    charset = (request.content_params or {}).get("charset", "utf-8")
    if request.content_type != "application/json" or charset.lower() != "utf-8":
        raise Unsupported(_AS_JSON)


def _without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ValueError("a key is there twice")
    return mapping


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
