"""The pages of those who own modules: who has access, from where and until when."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from user_manager.domain.call import Call
from user_manager.domain.errors import NotFound
from user_manager.domain.identifiers import LONGEST_USER_ID
from user_manager.domain.permissions import may_list_module_accesses
from user_manager.domain.vocabulary import AccessType
from user_manager.models import Access, Module, User
from user_manager.selectors.modules import ModuleAccess, list_module_accesses, read_module
from user_manager.selectors.ownership import is_owner, open_requests, owned_modules
from user_manager.selectors.reviews import overdue_by_module, review_overdue
from user_manager.selectors.users import may_register
from user_manager.services.requesting import AccessOrder, add_access
from user_manager.web.access_view import AccessView, view_of
from user_manager.web.fields import LongText
from user_manager.web.isolation import isolated
from user_manager.web.levels import allowed_in, level_field, types_of
from user_manager.web.pages import READ, READ_AND_SEND, page, show
from user_manager.web.periods import PeriodForm
from user_manager.web.searching import SearchForm, page_request, wants_only_rows
from user_manager.web.submitting import http_status, sent, submit


@page(*READ)
def my_modules(request: HttpRequest, call: Call) -> HttpResponse:
    """Show the modules in which the caller decides."""
    person = call.caller.require_person()
    modules = owned_modules(person, call.now)
    overdue = overdue_by_module(modules, call.now)
    content = {
        "modules": [(module, overdue.get(module.id, 0)) for module in modules],
        "may_register": may_register(call),
    }
    return show(request, call, "modules/own.html", content)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody with access to a module.

    Attributes:
        name: the name of a user; None for somebody whom only the cluster knows.
        view: the access; None for somebody of another source.
    """

    entry: ModuleAccess
    name: str | None
    view: AccessView | None


def _person_rows(entries: Sequence[ModuleAccess], call: Call) -> list[PersonRow]:
    ids = [entry.access_id for entry in entries if entry.access_id is not None]
    people = [entry.user for entry in entries if entry.kind == "User"]
    names = dict(User.objects.filter(id__in=people).values_list("id", "name"))
    views = {access.id: view_of(access, call.now) for access in Access.objects.filter(id__in=ids)}
    return [
        PersonRow(entry, names.get(entry.user), views.get(entry.access_id or ""))
        for entry in entries
    ]


def owned_module(call: Call, module_id: str) -> Module:
    """Return a module in which the caller decides.

    Raises:
        NotFound: the module does not exist.
        Forbidden: the caller does not own it and is not an administrator.
    """
    module = read_module(module_id)
    owns_module = is_owner(call.caller.person, module, call.now)
    may_list_module_accesses(call.caller, owns_module=owns_module)
    return module


@page(*READ)
def people(request: HttpRequest, call: Call, module_id: str) -> HttpResponse:
    """Show who has access to a module."""
    module = owned_module(call, module_id)
    search = SearchForm(request.GET)
    rows = list_module_accesses(call, module.id, page_request(request), query=search.text)
    content = {
        "module": module,
        "search": search,
        "rows": rows,
        "people": _person_rows(rows.items, call),
        "waiting": Access.objects.filter(open_requests(call.now), module=module).count(),
        "overdue": _overdue(module, call) if module.review_days else 0,
    }
    template = "modules/people_rows.html" if wants_only_rows(request) else "modules/people.html"
    return show(request, call, template, content)


def _overdue(module: Module, call: Call) -> int:
    return Access.objects.filter(review_overdue(call.now), module=module).count()


class AddForm(PeriodForm):
    """Somebody who gets access at once."""

    user = forms.CharField(
        label=gettext_lazy("Id of the person"),
        max_length=LONGEST_USER_ID,
        help_text=gettext_lazy("As they sign in, for example ann@example.com."),
    )
    level = level_field()
    reason = LongText(label=gettext_lazy("Reason"))

    def order(self, module: Module) -> AccessOrder:
        """Return what a valid form gives."""
        values = self.cleaned_data
        return AccessOrder(
            user_id=values["user"],
            module_id=module.id,
            types=types_of(values["level"]),
            reason=values["reason"],
            asked=self.asked_time(),
            approve=True,
        )


@page(*READ_AND_SEND)
def add_person(request: HttpRequest, call: Call, module_id: str) -> HttpResponse:
    """Give somebody access at once."""
    module = owned_module(call, module_id)
    form = AddForm(sent(request), initial={"level": AccessType.READ.name})
    form.offer(module, call)
    form.fields["reason"].required = module.reason_required or call.policy.reason_required
    if submit(form, lambda: _add(call, form, module)) is not None:
        name = isolated(form.cleaned_data["user"])
        messages.success(request, _("%(user)s has access.") % {"user": name})
        return redirect("people", module_id=module.id)
    content = {"form": form, "module": module, "allows": allowed_in(module)}
    return show(request, call, "modules/add.html", content, http_status(form))


def _add(call: Call, form: AddForm, module: Module) -> Access | None:
    """Give the access; None if the user does not exist, which the form then says."""
    try:
        access, _ = add_access(call, form.order(module))
    except NotFound:
        text = gettext_lazy("Nobody with this id has signed in or was added yet.")
        form.add_error("user", text)
        return None
    return access
