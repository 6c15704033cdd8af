"""The page on which owners confirm who still needs access to a module."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from user_manager.domain.call import Call
from user_manager.selectors.reviews import list_reviews
from user_manager.services.reviewing import review
from user_manager.web.access_view import views_of
from user_manager.web.module_people import owned_module
from user_manager.web.pages import READ_AND_SEND, page, show
from user_manager.web.searching import page_request
from user_manager.web.selected_accesses import run_for_each, selected_ids
from user_manager.web.submitting import sent


@page(*READ_AND_SEND)
def reviews(request: HttpRequest, call: Call, module_id: str) -> HttpResponse:
    """Show by when each access has to be reviewed, and review those that were selected."""
    module = owned_module(call, module_id)
    if sent(request) is not None:
        _review_selected(request, call)
        return redirect("reviews", module_id=module.id)
    rows = list_reviews(module, page_request(request), call.now)
    content = {
        "module": module,
        "rows": rows,
        "accesses": views_of(rows.items, call.now),
        "all_selected": request.GET.get("select") == "all",
    }
    return show(request, call, "modules/reviews.html", content)


def _review_selected(request: HttpRequest, call: Call) -> None:
    ids = selected_ids(request)
    if not ids:
        messages.warning(request, _("Select at least one person."))
        return
    count = run_for_each(request, call, ids, lambda access: review(call, access.id))
    if count:
        text = ngettext("%(count)s access is reviewed.", "%(count)s accesses are reviewed.", count)
        messages.success(request, text % {"count": count})
