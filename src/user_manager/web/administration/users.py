"""Users: the list, new ones, and one user with roles and accesses."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from user_manager.domain.call import Call
from user_manager.domain.errors import Invalid, NotFound
from user_manager.domain.identifiers import LONGEST_NAME, LONGEST_USER_ID, check_user_id
from user_manager.domain.permissions import may_administer
from user_manager.domain.vocabulary import Role
from user_manager.models import Administrator, User
from user_manager.selectors.users import list_users, read_user
from user_manager.services.administrators import add_administrator, remove_administrator
from user_manager.services.users import add_role, change_user, create_user, remove_role
from user_manager.web.access_view import views_of
from user_manager.web.pages import READ, READ_AND_SEND, SEND, page, show
from user_manager.web.searching import SearchForm, page_request, wants_only_rows
from user_manager.web.submitting import http_status, sent, submit
from user_manager.web.words import ROLES


@page(*READ)
def users(request: HttpRequest, call: Call) -> HttpResponse:
    """Show users."""
    may_administer(call.caller)
    search = SearchForm(request.GET)
    rows = list_users(call, page_request(request), query=search.text)
    content = {"search": search, "rows": rows}
    template = "users/rows.html" if wants_only_rows(request) else "users/list.html"
    return show(request, call, f"administration/{template}", content)


class NewUserForm(forms.Form):
    """A user who has not signed in yet."""

    id = forms.CharField(
        label=gettext_lazy("Id"),
        max_length=LONGEST_USER_ID,
        help_text=gettext_lazy("Who they are to Kubernetes, exactly as they sign in."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)


@page(*READ_AND_SEND)
def new_user(request: HttpRequest, call: Call) -> HttpResponse:
    """Add a user."""
    may_administer(call.caller)
    form = NewUserForm(sent(request))
    added = submit(form, lambda: _add(call, form))
    if added is not None:
        messages.success(request, _("The user is added."))
        return _to_user(added.id)
    return show(request, call, "administration/users/new.html", {"form": form}, http_status(form))


def _add(call: Call, form: NewUserForm) -> User:
    user, _is_new = create_user(call, form.cleaned_data["id"], form.cleaned_data["name"])
    return user


class NameForm(forms.Form):
    """The name of a user."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)


class RolesForm(forms.Form):
    """The roles of a user."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        choices=[(role.name, text) for role, text in ROLES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def wanted(self) -> set[Role]:
        """Return the roles that are checked."""
        return {Role[name] for name in self.cleaned_data["roles"]}


@page(*READ)
def user(request: HttpRequest, call: Call) -> HttpResponse:
    """Show a user. The id is in the query: it may have every character."""
    may_administer(call.caller)
    return _show_user(request, call, _id_of(request))


def _show_user(
    request: HttpRequest, call: Call, user_id: str, name_form: NameForm | None = None
) -> HttpResponse:
    view = read_user(call, user_id)
    name_form = name_form or NameForm(initial={"name": view.user.name})
    content = {
        "view": view,
        "accesses": views_of(view.accesses, call.now),
        "name_form": name_form,
        "roles_form": RolesForm(initial={"roles": [role.name for role in view.roles]}),
        "is_administrator": Administrator.objects.filter(user=view.user).exists(),
        "is_listed": view.user.id in call.policy.administrators,
    }
    return show(request, call, "administration/users/one.html", content, http_status(name_form))


def _id_of(request: HttpRequest) -> str:
    """Return the id of the user in the query, which no database refuses."""
    user_id = request.GET.get("id", "")
    try:
        return check_user_id(user_id)
    except Invalid:
        raise NotFound("The user was not found.") from None


def _to_user(user_id: str) -> HttpResponseRedirect:
    return redirect(f"{reverse('user')}?{urlencode({'id': user_id})}")


@page(*SEND)
def rename(request: HttpRequest, call: Call) -> HttpResponse:
    """Change the name of a user."""
    may_administer(call.caller)
    user_id = _id_of(request)
    form = NameForm(request.POST)
    if submit(form, lambda: change_user(call, user_id, name=form.cleaned_data["name"])) is None:
        return _show_user(request, call, user_id, form)
    messages.success(request, _("The name is saved."))
    return _to_user(user_id)


@page(*SEND)
def change_roles(request: HttpRequest, call: Call) -> HttpResponse:
    """Give a user the roles that are checked, and take the others away."""
    may_administer(call.caller)
    user_id = _id_of(request)
    form = RolesForm(request.POST)
    if submit(form, lambda: _set_roles(call, user_id, form.wanted())) is None:
        messages.error(request, _("The roles were not saved."))
    else:
        messages.success(request, _("The roles are saved."))
    return _to_user(user_id)


def _set_roles(call: Call, user_id: str, wanted: set[Role]) -> set[Role]:
    held = set(read_user(call, user_id).roles)
    with transaction.atomic():  # all of the form, or nothing
        for role in sorted(held - wanted):
            remove_role(call, user_id, role)
        for role in sorted(wanted - held):
            add_role(call, user_id, role)
    return wanted


class DeactivationForm(forms.Form):
    """The confirmation of a deactivation."""

    force = forms.BooleanField(
        label=gettext_lazy("Deactivate even if a system then has no owner"), required=False
    )


@page(*READ_AND_SEND)
def deactivate(request: HttpRequest, call: Call) -> HttpResponse:
    """Ask for confirmation, then take all accesses and the right to sign in."""
    may_administer(call.caller)
    view = read_user(call, _id_of(request))
    user_id = view.user.id
    form = DeactivationForm(sent(request))
    if submit(form, lambda: _deactivate(call, user_id, form)) is not None:
        messages.success(request, _("The user is deactivated."))
        return _to_user(user_id)
    content = {"view": view, "form": form}
    template = "administration/users/deactivate.html"
    return show(request, call, template, content, http_status(form))


def _deactivate(call: Call, user_id: str, form: DeactivationForm) -> User:
    return change_user(call, user_id, active=False, force=form.cleaned_data["force"])


@page(*SEND)
def activate(request: HttpRequest, call: Call) -> HttpResponse:
    """Let a user sign in again, without the accesses they had."""
    may_administer(call.caller)
    user_id = _id_of(request)
    change_user(call, user_id, active=True)
    messages.success(request, _("The user is active again. Accesses do not come back."))
    return _to_user(user_id)


@page(*READ_AND_SEND)
def change_administrator(request: HttpRequest, call: Call) -> HttpResponse:
    """Ask for confirmation, then make a user an administrator, or take these rights away."""
    may_administer(call.caller)
    view = read_user(call, _id_of(request))
    is_administrator = Administrator.objects.filter(user=view.user).exists()
    if request.method != "POST":
        content = {"view": view, "is_administrator": is_administrator}
        return show(request, call, "administration/users/administrator.html", content)
    if request.POST.get("administrator") == "no":
        remove_administrator(call, view.user.id)
    else:
        add_administrator(call, view.user.id)
    messages.success(request, _("The rights are saved."))
    return _to_user(view.user.id)
