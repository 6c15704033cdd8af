"""The pages of one access: its history, taking it away, and whether it is in effect."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from user_manager.domain.access_permissions import may_revoke
from user_manager.domain.call import Call
from user_manager.domain.errors import Forbidden
from user_manager.models import Access
from user_manager.selectors.accesses import to_decide
from user_manager.selectors.events import list_access_events
from user_manager.selectors.ownership import is_owner
from user_manager.selectors.paging import PageRequest
from user_manager.selectors.visibility import visible_access
from user_manager.services.ending import Removal, revoke_access
from user_manager.web.access_view import AccessView, view_of
from user_manager.web.event_view import event_views
from user_manager.web.fields import LongText
from user_manager.web.pages import READ, READ_AND_SEND, page, show
from user_manager.web.submitting import http_status, sent, submit

STOP_POLLING: Final = 286  # htmx: take the answer and ask no more
_MOST_EVENTS: Final = 200
_POLLED_FOR: Final = timedelta(minutes=10)


@page(*READ)
def access_page(request: HttpRequest, call: Call, access_id: str) -> HttpResponse:
    """Show an access and what happened to it."""
    access = visible_access(call, access_id)
    view = view_of(access, call.now)
    content = {
        "view": view,
        "may_end": _may_end(view, call),
        "may_decide": Access.objects.filter(to_decide(call), id=access.id).exists(),
        "events": event_views(list_access_events(call, access.id, PageRequest(_MOST_EVENTS)).items),
    }
    return show(request, call, "access/page.html", content)


def _may_end(view: AccessView, call: Call) -> bool:
    """Return whether the caller may take an access away, or withdraw a request."""
    access = view.access
    if not (view.is_pending or view.is_held):
        return False
    try:
        may_revoke(
            call.caller,
            subject=access.user_id,
            requested_by=access.requested_by,
            owns_module=is_owner(call.caller.person, access.module, call.now),
            is_pending=view.is_pending,
        )
    except Forbidden:
        return False
    return True


class RemovalForm(forms.Form):
    """The confirmation of a removal."""

    comment = LongText(label=gettext_lazy("Comment"))


@page(*READ_AND_SEND)
def remove(request: HttpRequest, call: Call, access_id: str) -> HttpResponse:
    """Ask for confirmation, then take an access away or withdraw a request."""
    access = visible_access(call, access_id)
    view = view_of(access, call.now)
    form = RemovalForm(sent(request))
    if submit(form, lambda: _end(call, access, form)) is not None:
        messages.success(request, _removed_text(view))
        return redirect("access", access_id=access.id)
    content = {"view": view, "form": form, "may_end": _may_end(view, call)}
    return show(request, call, "access/remove.html", content, http_status(form))


def _end(call: Call, access: Access, form: RemovalForm) -> Access:
    return revoke_access(call, access.id, Removal(comment=form.cleaned_data["comment"]))


def _removed_text(view: AccessView) -> str:
    return _("The request is withdrawn.") if view.is_pending else _("The access is removed.")


@page(*READ)
def effect(request: HttpRequest, call: Call, access_id: str) -> HttpResponse:
    """Return the badge of an access if it changed since it was shown.

    A page asks again and again until the effect is settled, for ten minutes at most.
    """
    view = view_of(visible_access(call, access_id), call.now)
    is_late = call.now - _since(request) > _POLLED_FOR
    if view.effect == request.GET.get("shown") and not is_late:
        return HttpResponse(status=204)
    content = {"view": view, "is_late": is_late}
    status = STOP_POLLING if is_late or not view.settles else 200
    return show(request, call, "parts/badge.html", content, status)


def _since(request: HttpRequest) -> datetime:
    """Return when the page was made. A wrong number is long ago."""
    text = request.GET.get("since", "")
    is_number = text.isascii() and text.isdigit() and len(text) <= len("9999999999")
    return datetime.fromtimestamp(int(text) if is_number else 0, UTC)
