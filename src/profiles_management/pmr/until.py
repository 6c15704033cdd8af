"""The end of a contributor's access: a date, or a time with its zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from profiles_management.pmr.model import Finding, refusal
from profiles_management.pmr.names import value_finding

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(Z|z|[+-]\d\d:?\d\d)?", re.ASCII
)
_EXAMPLES = "write a date such as 2027-01-31, or a time with zone such as 2027-01-31T18:00:00Z"


def moment(value: object) -> datetime:
    """Return a moment of a document, in UTC. A date means 00:00 UTC of that day.

    Raises:
        PydanticCustomError: this is not a date, or a time without a zone.
    """
    return _moment(value, "until: ")


def given(value: object) -> datetime:
    """Return a moment of an option or a parameter, in the notations of a document.

    Raises:
        PydanticCustomError: this is not a date, or a time without a zone.
    """
    return _moment(value, "")


def _moment(value: object, key: str) -> datetime:
    if isinstance(value, str):
        value = _read(value)
    if isinstance(value, datetime):
        return _in_utc(value, key)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise _bad("this is neither a date nor a time")


def _read(text: str) -> date | datetime:
    time = _TIME.fullmatch(text)
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if time:
            return datetime.fromisoformat(f"{time[1]}T{time[2]}{(time[3] or '').upper()}")
    except ValueError:
        raise _bad(f"there is no {text}") from None
    raise refusal(value_finding("bad-until", text, "is neither a date nor a time", _EXAMPLES))


def _bad(what: str) -> PydanticCustomError:
    return refusal(Finding("bad-until", what, _EXAMPLES))


def _in_utc(time: datetime, key: str) -> datetime:
    if time.utcoffset() is None:
        remedy = f"write: {key}{time.isoformat()}Z"
        raise refusal(Finding("no-zone", "a time needs a zone", remedy))
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise _bad(f"{time} is outside the calendar") from None


def written(time: datetime) -> str:
    """Return the shortest text that `moment` reads as this time, in UTC."""
    text = time.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return text.removesuffix("T00:00:00Z")


Moment = Annotated[datetime, BeforeValidator(given), WithJsonSchema({"type": "string"})]
Until = Annotated[datetime, BeforeValidator(moment), WithJsonSchema({"type": "string"})]
