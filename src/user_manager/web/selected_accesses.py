"""One verb for several accesses that somebody selected, each on its own."""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import HttpRequest

from user_manager.domain.call import Call
from user_manager.domain.errors import UserManagerError
from user_manager.domain.identifiers import check_access_id
from user_manager.models import Access
from user_manager.selectors.visibility import visible_access
from user_manager.web.error_text import error_text
from user_manager.web.isolation import isolated
from user_manager.web.words import ERRORS

_MOST_AT_ONCE: Final = 200


def selected_ids(request: HttpRequest) -> list[str]:
    """Return the ids that were selected, each once."""
    return list(dict.fromkeys(request.POST.getlist("id")))[:_MOST_AT_ONCE]


def run_for_each(
    request: HttpRequest, call: Call, ids: list[str], verb: Callable[[Access], object]
) -> int:
    """Run a verb for each access, and return how often it succeeded.

    Why it did not succeed becomes a message that names the access.
    """
    return sum(_run(request, call, id_, verb) for id_ in ids)


def _run(request: HttpRequest, call: Call, id_: str, verb: Callable[[Access], object]) -> bool:
    name = isolated(id_[:64])
    try:
        access = visible_access(call, check_access_id(id_))
        name = f"{isolated(access.user_id)}, {access.module_id}"
        verb(access)
    except UserManagerError as error:
        title = ERRORS.get(error.code, error.title)
        messages.error(request, f"{name}: {title}. {error_text(error)}")
        return False
    return True
