"""From a form to a verb of the service, with its errors beside the fields."""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from django import forms
from django.http import HttpRequest, QueryDict

from user_manager.domain.errors import (
    Exists,
    Forbidden,
    Invalid,
    Precondition,
    TooMany,
    UserManagerError,
)
from user_manager.web.error_text import error_text

Result = TypeVar("Result")
_CONFLICTS: Final = (Exists, Precondition, TooMany, Forbidden)
_STATUSES: Final = {conflict.code: conflict.status for conflict in _CONFLICTS}
_FIELDS: Final = {"until": "date", "duration": "period", "types": "level"}


def sent(request: HttpRequest) -> QueryDict | None:
    """Return what somebody sent with a form; None where a page only shows it."""
    return request.POST if request.method == "POST" else None


def submit(form: forms.Form, verb: Callable[[], Result]) -> Result | None:
    """Return what a verb returns, which is not None; None if the form or the service refuses it.

    What the service refuses is then an error of the form. Without what somebody sent, a form is not
    valid and has no errors.
    """
    if not form.is_valid():
        return None
    try:
        return verb()
    except Invalid as error:
        _add_field_errors(form, error, _FIELDS)
    except _CONFLICTS as error:
        _add(form, None, error)
    return None


def _add_field_errors(form: forms.Form, error: Invalid, fields: Mapping[str, str]) -> None:
    for row in error.errors:
        name = row.path if row.path in form.fields else fields.get(row.path, "")
        form.add_error(name if name in form.fields else None, error_text(row))
    if not error.errors:
        _add(form, None, error)


def _add(form: forms.Form, field: str | None, error: UserManagerError) -> None:
    form.add_error(field, forms.ValidationError(error_text(error), code=error.code))


def http_status(form: forms.Form) -> int:
    """Return the HTTP status for a page with this form: 200, or that of its first error."""
    if not form.errors:
        return 200
    codes = (error.code for error in form.non_field_errors().as_data())
    statuses = [_STATUSES[code] for code in codes if code in _STATUSES]
    return statuses[0] if statuses else Invalid.status
