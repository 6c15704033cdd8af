"""The values in paths, queries and bodies, checked by the rules of `domain`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from user_manager.domain.durations import parse_duration
from user_manager.domain.errors import Invalid
from user_manager.domain.identifiers import (
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_USER_ID,
    check_access_id,
    check_module_id,
    check_text,
    check_title,
    check_user_id,
    check_user_name,
)
from user_manager.domain.reviews import LONGEST_REVIEW_DAYS
from user_manager.domain.times import parse_time

Value = TypeVar("Value")

LARGEST_SEQ = 2**63 - 1


def _fitting(check: Callable[[str], Value]) -> Callable[[object], Value]:
    """Return a check of `domain` as pydantic wants it."""

    def validate(value: object) -> Value:
        if not isinstance(value, str):
            raise PydanticCustomError("text", "must be a text")
        try:
            return check(value)
        except Invalid as refused:
            what = refused.errors[0].what
            raise PydanticCustomError("value", "{what}", {"what": what}) from None

    return validate


def _digits(value: object) -> object:
    """Refuse what Python, but not JSON Schema, reads as a whole number."""
    if isinstance(value, str) and not (value.isascii() and value.isdecimal()):
        raise PydanticCustomError("digits", "must be a whole number")
    return value


_DURATION_PATTERN = (
    r"^P(?=[0-9T])([0-9]{1,10}W)?([0-9]{1,10}D)?"
    r"(T(?=[0-9])([0-9]{1,10}H)?([0-9]{1,10}M)?([0-9]{1,10}S)?)?$"
)

UserId = Annotated[
    str, Field(min_length=1, max_length=LONGEST_USER_ID), AfterValidator(_fitting(check_user_id))
]
UserName = Annotated[
    str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(_fitting(check_user_name))
]
ModuleId = Annotated[
    str,
    AfterValidator(_fitting(check_module_id)),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"}),
]
AccessId = Annotated[
    str,
    AfterValidator(_fitting(check_access_id)),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}),
]
Text = Annotated[
    str,
    AfterValidator(_fitting(check_text)),
    WithJsonSchema({"type": "string", "maxLength": LONGEST_TEXT}),
]
Title = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_fitting(check_title))]
Search = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_fitting(check_title))]
Time = Annotated[
    datetime,
    BeforeValidator(_fitting(parse_time)),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Duration = Annotated[
    timedelta,
    BeforeValidator(_fitting(parse_duration)),
    WithJsonSchema({"type": "string", "pattern": _DURATION_PATTERN, "examples": ["P30D"]}),
]
ReviewDays = Annotated[int, Field(ge=1, le=LONGEST_REVIEW_DAYS)]
Limit = Annotated[int, Field(ge=1, le=200), BeforeValidator(_digits)]
Seq = Annotated[int, Field(ge=0, le=LARGEST_SEQ), BeforeValidator(_digits)]
Cursor = Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$")]

TypeName = Literal["READ", "WRITE", "OWNER"]
TypeNames = Annotated[list[TypeName], Field(min_length=1, max_length=3)]
RoleName = Literal["EDIT_TASK", "MANAGE_DATA", "CREATE_EXT_DATAMODULE", "PROCESS_ETL_TASK"]
