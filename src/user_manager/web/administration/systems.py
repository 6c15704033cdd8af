"""All profiles and systems, and what is wrong with them."""

from django.http import HttpRequest, HttpResponse

from user_manager.domain.call import Call
from user_manager.domain.permissions import may_administer
from user_manager.models import CatalogueConflict, ClusterState
from user_manager.selectors.modules import list_modules
from user_manager.selectors.ownership import modules_with_owner
from user_manager.web.pages import READ, page, show
from user_manager.web.searching import SearchForm, page_request, wants_only_rows


@page(*READ)
def systems(request: HttpRequest, call: Call) -> HttpResponse:
    """Show profiles and systems, whether somebody decides there, and the cluster's state."""
    may_administer(call.caller)
    search = SearchForm(request.GET)
    rows = list_modules(page_request(request), query=search.text)
    content = {
        "search": search,
        "rows": rows,
        "owned": modules_with_owner([module.id for module in rows.items], call.now),
        "conflicts": CatalogueConflict.objects.order_by("name"),
        "cluster": ClusterState.objects.first(),
    }
    template = "systems_rows.html" if wants_only_rows(request) else "systems.html"
    return show(request, call, f"administration/{template}", content)
