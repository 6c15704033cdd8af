"""The page of requests that wait for the reader's decision."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from user_manager.domain.call import Call
from user_manager.domain.identifiers import check_access_id
from user_manager.models import Access
from user_manager.selectors.accesses import to_decide as to_decide_by
from user_manager.selectors.deciding import held_by_askers
from user_manager.selectors.deputies import covered_absences
from user_manager.selectors.paging import NEWEST_FIRST
from user_manager.selectors.visibility import visible_access
from user_manager.services.deciding import Decision, decide
from user_manager.web.access_view import AccessView, view_of, views_of
from user_manager.web.fields import LongText
from user_manager.web.isolation import isolated
from user_manager.web.pages import READ, SEND, page, show
from user_manager.web.periods import date_field, end_of_day
from user_manager.web.searching import page_request
from user_manager.web.selected_accesses import run_for_each, selected_ids
from user_manager.web.submitting import http_status, submit

_MOST_HELD = 5
_APPROVE = "approve"


class DecisionForm(forms.Form):
    """A decision on one request."""

    verdict = forms.ChoiceField(choices=[(_APPROVE, ""), ("refuse", "")])
    comment = LongText(label=gettext_lazy("Comment"))
    date = date_field(label=gettext_lazy("End earlier, last day"))

    def decision(self) -> Decision:
        """Return what a valid form decides."""
        values = self.cleaned_data
        approve = values["verdict"] == _APPROVE
        until = end_of_day(values["date"]) if approve and values["date"] else None
        return Decision(approve, values["comment"], until)


class ManyDecisionsForm(forms.Form):
    """One decision on several requests."""

    verdict = forms.ChoiceField(choices=[(_APPROVE, ""), ("refuse", "")])
    comment = LongText(label=gettext_lazy("Comment for all"))


@dataclass(frozen=True, slots=True)
class Request:
    """A request, with the accesses that the person has already and the reader may see."""

    view: AccessView
    held: Sequence[AccessView]
    form: DecisionForm


def _requests(accesses: Sequence[Access], call: Call) -> list[Request]:
    held: dict[str, list[AccessView]] = defaultdict(list)
    for access in held_by_askers(call, accesses):
        held[access.user_id].append(view_of(access, call.now))
    return [
        Request(view, held[view.access.user_id][:_MOST_HELD], _form_of(view.access))
        for view in views_of(accesses, call.now)
    ]


def _form_of(access: Access, data: QueryDict | None = None) -> DecisionForm:
    return DecisionForm(data, auto_id=f"{access.id}-%s")


@page(*READ)
def to_decide(request: HttpRequest, call: Call) -> HttpResponse:
    """Show the requests that the caller may decide."""
    return _list(request, call)


def _list(
    request: HttpRequest, call: Call, refused: tuple[str, DecisionForm] | None = None
) -> HttpResponse:
    """Return the page; `refused` is the id of a request and its form with errors."""
    waiting = Access.objects.filter(to_decide_by(call)).select_related("user", "module")
    if "only" in request.GET:
        waiting = waiting.filter(id=check_access_id(request.GET["only"]))
    rows = NEWEST_FIRST.page(waiting, page_request(request))
    requests = _requests(rows.items, call)
    if refused is not None:
        requests = _with_errors(request, requests, *refused)
    content = {
        "rows": rows,
        "requests": requests,
        "covered": covered_absences(call).select_related("person").order_by("person"),
        "all_form": ManyDecisionsForm(),
        "all_selected": request.GET.get("select") == "all",
    }
    status = 200 if refused is None else http_status(refused[1])
    return show(request, call, "decide/list.html", content, status)


def _with_errors(
    request: HttpRequest, requests: Sequence[Request], access_id: str, form: DecisionForm
) -> list[Request]:
    """Return the requests with the errors beside one of them.

    If somebody else has decided it, it is not in the list any more, and the errors become messages.
    """
    if all(row.view.access.id != access_id for row in requests):
        for errors in form.errors.values():
            messages.error(request, " ".join(str(text) for text in errors))
    return [replace(row, form=form) if row.view.access.id == access_id else row for row in requests]


@page(*SEND)
def decide_one(request: HttpRequest, call: Call, access_id: str) -> HttpResponse:
    """Decide one request. htmx gets the decided row, which takes the place of the request."""
    access = visible_access(call, access_id)
    form = _form_of(access, request.POST)
    decided = submit(form, lambda: decide(call, access.id, form.decision()))
    is_part = request.headers.get("HX-Request") == "true"
    if decided is None:
        if not is_part:
            return _list(request, call, (access.id, form))
        row = replace(_requests([access], call)[0], form=form)
        return show(request, call, "decide/request.html", {"row": row}, http_status(form))
    view = view_of(decided, call.now)
    if is_part:
        return show(request, call, "decide/decided.html", {"view": view})
    messages.success(request, _decided_text(view))
    return redirect("to-decide")


def _decided_text(view: AccessView) -> str:
    names = {"user": isolated(view.access.user_id), "module": view.access.module_id}
    if view.is_held:
        return _("%(user)s has access to %(module)s.") % names
    return _("The request of %(user)s for %(module)s is refused.") % names


@page(*SEND)
def decide_many(request: HttpRequest, call: Call) -> HttpResponse:
    """Decide the selected requests, each on its own."""
    form = ManyDecisionsForm(request.POST)
    ids = selected_ids(request)
    if not form.is_valid():
        messages.error(request, _("Nothing was decided: the comment does not fit."))
    elif not ids:
        messages.warning(request, _("Select at least one request."))
    else:
        values = form.cleaned_data
        decision = Decision(values["verdict"] == _APPROVE, values["comment"])
        count = run_for_each(request, call, ids, lambda access: decide(call, access.id, decision))
        text = ngettext("%(count)s request is decided.", "%(count)s requests are decided.", count)
        messages.success(request, text % {"count": count})
    return redirect("to-decide")
