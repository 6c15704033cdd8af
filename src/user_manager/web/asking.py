"""The pages on which one asks for access: choose where, then fill in the form."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from user_manager.domain.call import Call
from user_manager.domain.vocabulary import AccessType, ModuleKind
from user_manager.models import Module
from user_manager.selectors.modules import list_modules, read_module
from user_manager.selectors.own_accesses import OwnAccess, given_by_catalogue, own_accesses_in
from user_manager.selectors.ownership import is_catalogue_owner
from user_manager.services.access_ids import new_access_id
from user_manager.services.requesting import AccessOrder, add_access
from user_manager.web.access_view import AccessView, view_of
from user_manager.web.fields import LongText
from user_manager.web.levels import allowed_in, level_field, types_of
from user_manager.web.pages import READ, READ_AND_SEND, page, show
from user_manager.web.periods import PeriodForm
from user_manager.web.searching import SearchForm, page_request, wants_only_rows
from user_manager.web.submitting import http_status, sent, submit
from user_manager.web.words import CLUSTER_ROLES, Text


@dataclass(frozen=True, slots=True)
class Offer:
    """A module that one may ask for.

    Attributes:
        held: what the person has there; None for nothing.
        pending: the request that waits; None for none.
        closed: why one cannot ask now; None if one can.
    """

    module: Module
    held: AccessView | None
    pending: AccessView | None
    closed: Text | None


def _offer(module: Module, own: OwnAccess, given: str | None, call: Call) -> Offer:
    """Return the offer of a module; `given` is the role that the cluster gives to the person."""
    held = None if own.held is None else view_of(own.held, call.now)
    pending = None if own.pending is None else view_of(own.pending, call.now)
    return Offer(module, held, pending, _why_closed(module, given, call))


def _why_closed(module: Module, given: str | None, call: Call) -> Text | None:
    if is_catalogue_owner(call.caller.require_person(), module):
        return gettext_lazy("You own this profile.")
    if given is not None:
        text = _("The cluster's configuration gives you %(level)s here. Only it can change that.")
        return text % {"level": CLUSTER_ROLES.get(given, given)}
    if module.kind == ModuleKind.PROFILE and not (module.in_catalogue and module.is_open):
        return gettext_lazy("This profile is not open for requests in the cluster any more.")
    if not module.requestable:
        return gettext_lazy("Its owners accept no requests at the moment.")
    return None


def _offers(modules: Sequence[Module], call: Call) -> list[Offer]:
    ids = [module.id for module in modules]
    person = call.caller.require_person()
    own = own_accesses_in(person, ids, call.now)
    rows = given_by_catalogue(person, call.now).filter(module__in=ids)
    given = dict(rows.values_list("module_id", "role"))
    return [
        _offer(module, own.get(module.id, OwnAccess()), given.get(module.id), call)
        for module in modules
    ]


@page(*READ)
def choose(request: HttpRequest, call: Call) -> HttpResponse:
    """Show profiles and systems to ask for."""
    search = SearchForm(request.GET)
    rows = list_modules(page_request(request), query=search.text)
    content = {"search": search, "rows": rows, "offers": _offers(rows.items, call)}
    template = "ask/offers.html" if wants_only_rows(request) else "ask/choose.html"
    return show(request, call, template, content)


class AskForm(PeriodForm):
    """What somebody asks for."""

    id = forms.RegexField(r"^[A-Za-z0-9-]{1,64}$", widget=forms.HiddenInput)
    level = level_field()
    reason = LongText(label=gettext_lazy("Why you need it"))

    def order(self, user_id: str, module_id: str) -> AccessOrder:
        """Return what a valid form asks for."""
        values = self.cleaned_data
        return AccessOrder(
            user_id=user_id,
            module_id=module_id,
            types=types_of(values["level"]),
            access_id=values["id"],
            reason=values["reason"],
            asked=self.asked_time(),
        )


def _ask_form(request: HttpRequest, module: Module, call: Call) -> AskForm:
    # The id makes a form that is sent twice one request.
    initial = {"id": new_access_id(), "level": AccessType.READ.name}
    form = AskForm(sent(request), initial=initial)
    form.offer(module, call)
    form.fields["reason"].required = module.reason_required or call.policy.reason_required
    return form


@page(*READ_AND_SEND)
def ask(request: HttpRequest, call: Call, module_id: str) -> HttpResponse:
    """Ask for access to a module."""
    module = read_module(module_id)
    person = call.caller.require_person()
    form = _ask_form(request, module, call)
    if submit(form, lambda: add_access(call, form.order(person, module.id))) is not None:
        text = _("Your request is sent. You see here when somebody has decided.")
        messages.success(request, text)
        return redirect("my-access")
    content = {"form": form, "offer": _offers([module], call)[0], "allows": allowed_in(module)}
    return show(request, call, "ask/form.html", content, http_status(form))
