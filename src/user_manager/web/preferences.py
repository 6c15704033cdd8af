"""Language and theme, kept in cookies of the browser."""

from typing import Final

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

THEME_COOKIE: Final = "theme"
THEMES: Final = ("light", "dark")
_YEAR: Final = 365 * 24 * 3600


class PreferencesForm(forms.Form):
    """What to change, and the page to go back to."""

    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)
    theme = forms.ChoiceField(
        choices=[(theme, theme) for theme in ("system", *THEMES)], required=False
    )
    next = forms.CharField(max_length=2000, required=False)


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Change language or theme, and go back to a page of this service."""
    form = PreferencesForm(request.POST)
    form.is_valid()
    values = form.cleaned_data
    target = values.get("next", "")
    is_own = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    response = HttpResponseRedirect(target if is_own else reverse("my-access"))
    if values.get("language"):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, values["language"])
    if values.get("theme"):
        _keep(response, THEME_COOKIE, values["theme"])
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=_YEAR,
        secure=settings.CSRF_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def theme_of(request: HttpRequest) -> str:
    """Return the theme that the reader chose; `system` if none."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else "system"


def preferences(request: HttpRequest) -> dict[str, str]:
    """Give the theme to every template: a context processor."""
    return {"theme": theme_of(request)}
