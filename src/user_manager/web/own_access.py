"""The pages of one's own access: what one has, and history."""

from django.http import HttpRequest, HttpResponse

from user_manager.domain.call import Call
from user_manager.selectors.own_accesses import (
    given_by_catalogue,
    open_accesses,
    owned_by_catalogue,
    past_accesses,
)
from user_manager.web.access_view import views_of
from user_manager.web.pages import READ, page, show
from user_manager.web.searching import page_request


@page(*READ)
def my_access(request: HttpRequest, call: Call) -> HttpResponse:
    """Show what the caller has and waits for."""
    person = call.caller.require_person()
    accesses = views_of(open_accesses(call), call.now)
    content = {
        "held": [access for access in accesses if access.is_held],
        "pending": [access for access in accesses if access.is_pending],
        "owned": owned_by_catalogue(person),
        "given": given_by_catalogue(person, call.now),
    }
    return show(request, call, "own/current.html", content)


@page(*READ)
def my_history(request: HttpRequest, call: Call) -> HttpResponse:
    """Show what the caller had, and requests that nobody approved."""
    rows = past_accesses(call, page_request(request))
    content = {"rows": rows, "accesses": views_of(rows.items, call.now)}
    return show(request, call, "own/history.html", content)
