"""Events, for auditors."""

import json
from collections.abc import Iterator
from typing import Final

from django.http import HttpResponseBase, StreamingHttpResponse
from ninja import Query

from user_manager.api.answers import EventList
from user_manager.api.forms import event_form, page_form
from user_manager.api.operations import ApiRequest, ContractRouter
from user_manager.api.requests import EventQuery
from user_manager.api.responses import json_response
from user_manager.domain.call import Call
from user_manager.selectors.events import all_events, list_events
from user_manager.selectors.paging import DEFAULT_LIMIT, PageRequest

router: Final = ContractRouter(tags=["events"])
LINES: Final = "application/x-ndjson"


@router.get("/events", response={200: EventList})
def get_events(request: ApiRequest, query: Query[EventQuery]) -> HttpResponseBase:
    """List the events after a number. As `application/x-ndjson` they run to the end."""
    if request.get_preferred_type(["application/json", LINES]) == LINES:
        return _lines(request.auth, query)
    page = PageRequest(query.limit or DEFAULT_LIMIT, query.cursor)
    return json_response(page_form(list_events(request.auth, query.after, page), event_form))


def _lines(call: Call, query: EventQuery) -> HttpResponseBase:
    events = all_events(call, query.after, query.limit, query.cursor)
    lines = (json.dumps(event_form(event), ensure_ascii=False) + "\n" for event in events)
    return StreamingHttpResponse(_encoded(lines), content_type=LINES)


def _encoded(lines: Iterator[str]) -> Iterator[bytes]:
    return (line.encode() for line in lines)
