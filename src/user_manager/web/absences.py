"""The page of an absence: who decides for the reader, and for whom the reader decides."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from user_manager.domain.call import Call
from user_manager.domain.errors import Invalid, NotFound
from user_manager.domain.identifiers import LONGEST_USER_ID, check_user_id
from user_manager.domain.limits import LONGEST_ABSENCE
from user_manager.models import Absence, User
from user_manager.selectors.absences import read_absence
from user_manager.selectors.deputies import covered_absences
from user_manager.services.absences import name_deputy, remove_deputy
from user_manager.web.pages import READ_AND_SEND, SEND, page, show
from user_manager.web.periods import date_field, end_of_day
from user_manager.web.submitting import http_status, sent, submit


class DeputyForm(forms.Form):
    """Who decides, and until when."""

    deputy = forms.CharField(
        label=gettext_lazy("Id of the deputy"),
        max_length=LONGEST_USER_ID,
        help_text=gettext_lazy("As they sign in, for example ann@example.com."),
    )
    date = date_field(label=gettext_lazy("Last day"), required=True)


@page(*READ_AND_SEND)
def absence(request: HttpRequest, call: Call) -> HttpResponse:
    """Show who decides for somebody, and name the deputy.

    It is the reader, or for an administrator the user whose id is in the query.
    """
    user_id = _id_of(request, call)
    current = read_absence(call, user_id)
    form = DeputyForm(sent(request))
    if submit(form, lambda: _name(call, user_id, form)) is not None:
        messages.success(request, _("The deputy is named."))
        return _to_absence(call, user_id)
    content = {
        "form": form,
        "absence": current,
        "of_other": _other_user(call, user_id),
        "most_days": LONGEST_ABSENCE.days,
        "covered": covered_absences(call).select_related("person").order_by("person"),
    }
    return show(request, call, "absence.html", content, http_status(form))


def _id_of(request: HttpRequest, call: Call) -> str:
    """Return the id in the query, which no database refuses, else that of the reader."""
    user_id = request.GET.get("id", call.caller.require_person())
    try:
        return check_user_id(user_id)
    except Invalid:
        raise NotFound("The user was not found.") from None


def _other_user(call: Call, user_id: str) -> User | None:
    """Return the user whom the page is about; None for the reader."""
    if user_id == call.caller.person:
        return None
    user = User.objects.filter(id=user_id).first()
    if user is None:
        raise NotFound("The user was not found.")
    return user


def _name(call: Call, user_id: str, form: DeputyForm) -> Absence | None:
    """Name the deputy; None if the user does not exist, which the form then says."""
    values = form.cleaned_data
    try:
        return name_deputy(call, user_id, values["deputy"], end_of_day(values["date"]))
    except NotFound:
        text = gettext_lazy("Nobody with this id has signed in or was added yet.")
        form.add_error("deputy", text)
        return None


def _to_absence(call: Call, user_id: str) -> HttpResponseRedirect:
    query = "" if user_id == call.caller.person else f"?{urlencode({'id': user_id})}"
    return redirect(f"{reverse('absence')}{query}")


@page(*SEND)
def end_absence(request: HttpRequest, call: Call) -> HttpResponse:
    """Take the right to decide away from the deputy."""
    user_id = _id_of(request, call)
    remove_deputy(call, user_id)
    messages.success(request, _("The deputy is removed."))
    return _to_absence(call, user_id)
