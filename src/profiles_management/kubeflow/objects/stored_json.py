"""JSON from objects of others: kept as text, and parsed only where planning compares it. Pure.

A user who may create a Profile can give it a megabyte of plugins of any depth. So a field that is
not compared is not parsed, and a field that is compared has limits.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

LARGEST: Final = 64 * 1024
"""How many bytes of one field are compared."""

DEEPEST: Final = 32
"""How many levels of lists and mappings one field may have."""

NOTHING: Final = msgspec.Raw(b"null")

_OVERSIZED: Final = b"oversized"  # replaces a larger field; it is not JSON
_BRACKET: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_STEPS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


# The shapes that planning relies on. A CRD may allow any shape, and so may a server that is not
# Kubernetes.

_Amounts = dict[str, str | int | float] | None


class _Term(msgspec.Struct, rename="camel"):
    scope_name: str = ""
    operator: str = ""
    values: list[str] | None = None


class _Selector(msgspec.Struct, rename="camel"):
    match_expressions: list[_Term] | None = None


class _Quota(msgspec.Struct, rename="camel"):
    hard: _Amounts = None
    scopes: list[str] | None = None
    scope_selector: _Selector | None = None


class _QuotaStatus(msgspec.Struct, rename="camel"):
    hard: _Amounts = None
    used: _Amounts = None


class _Limit(msgspec.Struct, rename="camel"):
    type: str = ""
    max: _Amounts = None
    min: _Amounts = None
    default: _Amounts = None
    default_request: _Amounts = None
    max_limit_request_ratio: _Amounts = None


class _Limits(msgspec.Struct, rename="camel"):
    limits: list[_Limit] | None = None


QUOTA: Final = msgspec.json.Decoder(_Quota | None)
QUOTA_STATUS: Final = msgspec.json.Decoder(_QuotaStatus | None)
LIMITS: Final = msgspec.json.Decoder(_Limits | None)
PLUGINS: Final = msgspec.json.Decoder(list[dict[str, Any]] | None)


class Unreadable(Exception):
    """A field is too large, too deep, or not JSON; its text continues the field's name."""


def kept(field: msgspec.Raw) -> bytes:
    """Return a copy of a field's JSON, so that the page that it came in can be freed."""
    if len(field) > LARGEST:
        return _OVERSIZED
    return bytes(field)


def parsed(field: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return a field as data.

    Args:
        field: as `kept` returned it.

    Raises:
        Unreadable: it is larger than LARGEST, nested deeper than DEEPEST, or cannot be decoded.
    """
    if field == _OVERSIZED:
        raise Unreadable(f"has more than {LARGEST:,} bytes")
    if is_deep(field):
        raise Unreadable(f"is nested deeper than {DEEPEST} levels")
    try:
        return msgspec.json.decode(field or b"null")
    except (msgspec.MsgspecError, ValueError):
        raise Unreadable("contains data that cannot be decoded") from None


def quota(field: bytes) -> Mapping[str, Any]:
    """Return the spec of a quota, empty where it is null.

    Raises:
        Unreadable: as in `parsed`, or it has another shape than a quota.
    """
    return _shaped(field, QUOTA) or {}


def quota_status(field: bytes) -> Mapping[str, Any]:
    """Return the status of a quota, empty where it is null.

    Raises:
        Unreadable: as in `parsed`, or it has another shape than the status of a quota.
    """
    return _shaped(field, QUOTA_STATUS) or {}


def limits(field: bytes) -> Mapping[str, Any]:
    """Return the spec of a LimitRange, empty where it is null.

    Raises:
        Unreadable: as in `parsed`, or it has another shape than a LimitRange.
    """
    return _shaped(field, LIMITS) or {}


def plugins(field: bytes) -> list[Mapping[str, Any]]:
    """Return the plugins of a Profile, empty where they are null.

    Raises:
        Unreadable: as in `parsed`, or they are not a list of mappings.
    """
    return _shaped(field, PLUGINS) or []


def _shaped(field: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:  # noqa: ANN401 - any JSON
    data = parsed(field)
    try:
        decoder.decode(field or b"null")
    except (msgspec.MsgspecError, ValueError):
        raise Unreadable("does not have the form that Kubernetes writes") from None
    return data


def fault(read: Callable[[bytes], object], field: bytes) -> str:
    """Return why a field cannot be compared, '' where it can.

    Args:
        read: `quota`, `limits` or `plugins`.
        field: as `kept` returned it.
    """
    try:
        read(field)
    except Unreadable as why:
        return str(why)
    return ""


def is_deep(field: bytes) -> bool:
    """Return whether a field is nested deeper than DEEPEST."""
    if field.count(b"{") + field.count(b"[") <= DEEPEST:
        return False
    depth = 0
    for token in _BRACKET.finditer(field):
        depth += _STEPS.get(field[token.start()], 0)
        if depth > DEEPEST:
            return True
    return False
