"""What an error of the service says, in the language of the reader."""

from django.utils.translation import gettext

from user_manager.domain.errors import FieldError, UserManagerError, with_values
from user_manager.web.isolation import isolated


def error_text(error: UserManagerError | FieldError) -> str:
    """Return what is wrong and what to do. Names in it are isolated from its direction."""
    values = {
        name: isolated(value) if isinstance(value, str) else value
        for name, value in error.values.items()
    }
    return with_values(gettext(error.template), values)
