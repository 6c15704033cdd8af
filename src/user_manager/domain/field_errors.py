"""What pydantic refuses in a value, as an error of this service."""

from typing import Final

from pydantic import ValidationError

from profiles_management.pmr.model import Path, path_text
from user_manager.domain.errors import FieldError, Invalid

MOST_ERRORS: Final = 100
_OF_A_KEY: Final = "[key]"


def invalid_value(error: ValidationError) -> Invalid:
    """Return the error for a value that does not fit, with the place of each part that is wrong.

    Args:
        error: the error of pydantic. No value in it is shown: it may be long, or secret.
    """
    details = error.errors(include_url=False, include_input=False, include_context=False)
    return invalid_fields(
        [FieldError(_path(detail["loc"]), detail["msg"]) for detail in details[:MOST_ERRORS]]
    )


def invalid_fields(errors: list[FieldError]) -> Invalid:
    """Return one error for several values that do not fit."""
    first = errors[0]
    detail = f"{first.path}: {first.what}" if first.path else first.what
    return Invalid(detail, errors)


def _path(location: Path) -> str:
    return path_text(tuple(part for part in location if part != _OF_A_KEY))
