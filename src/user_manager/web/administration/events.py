"""What happened in the service, for administrators."""

from django.http import HttpRequest, HttpResponse

from user_manager.domain.call import Call
from user_manager.selectors.events import latest_events
from user_manager.web.event_view import event_views
from user_manager.web.pages import READ, page, show
from user_manager.web.searching import SearchForm, page_request, wants_only_rows


@page(*READ)
def events(request: HttpRequest, call: Call) -> HttpResponse:
    """Show events, the latest first."""
    search = SearchForm(request.GET)
    rows = latest_events(call, page_request(request), about=search.text)
    content = {"search": search, "rows": rows, "events": event_views(rows.items)}
    template = "events_rows.html" if wants_only_rows(request) else "events.html"
    return show(request, call, f"administration/{template}", content)
