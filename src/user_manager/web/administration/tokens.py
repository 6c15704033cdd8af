"""Tokens of service accounts."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from user_manager.domain.call import Call
from user_manager.domain.permissions import may_administer
from user_manager.domain.vocabulary import Scope
from user_manager.selectors.tokens import list_tokens, read_token
from user_manager.services.tokens import create_token, revoke_token
from user_manager.web.fields import label_field
from user_manager.web.pages import READ_AND_SEND, page, show
from user_manager.web.periods import date_field, end_of_day
from user_manager.web.searching import page_request
from user_manager.web.submitting import http_status, sent, submit
from user_manager.web.words import SCOPES


class TokenForm(forms.Form):
    """A new service account."""

    name = label_field(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Small letters a to z, digits and hyphens."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=[(scope.value, text) for scope, text in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    until = date_field(label=gettext_lazy("Last day"))

    def end(self) -> datetime | None:
        """Return from when it does not work; None for no end."""
        day = self.cleaned_data["until"]
        return None if day is None else end_of_day(day)

    def scope_set(self) -> list[Scope]:
        """Return the scopes that are checked."""
        return [Scope(name) for name in self.cleaned_data["scopes"]]


@page(*READ_AND_SEND)
def tokens(request: HttpRequest, call: Call) -> HttpResponse:
    """Show tokens, and make one. A new token is on the page that answers, and nowhere else."""
    may_administer(call.caller)
    form = TokenForm(sent(request))
    secret = submit(form, lambda: _create(call, form))
    content: dict[str, Any] = {"form": form, "rows": list_tokens(page_request(request))}
    if secret is not None:
        content |= {"form": TokenForm(), "secret": secret, "name": form.cleaned_data["name"]}
    return show(request, call, "administration/tokens.html", content, http_status(form))


def _create(call: Call, form: TokenForm) -> str:
    return create_token(call, form.cleaned_data["name"], form.scope_set(), form.end())


@page(*READ_AND_SEND)
def revoke(request: HttpRequest, call: Call, name: str) -> HttpResponse:
    """Ask for confirmation, then make a token useless."""
    may_administer(call.caller)
    token = read_token(name)
    if request.method != "POST":
        return show(request, call, "administration/revoke_token.html", {"token": token})
    revoke_token(call, token.name)
    messages.success(request, _("The token is revoked."))
    return redirect("tokens")
