"""Search fields and pages of lists."""

from typing import Final

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from user_manager.selectors.paging import PageRequest

LONGEST_QUERY: Final = 253
_ROWS: Final = 25
FOUND: Final = "found"
"""The id of the element with the rows that were found."""


class SearchForm(forms.Form):
    """A text to look for. What does not fit finds everything."""

    query = forms.CharField(label=_("Search"), max_length=LONGEST_QUERY, required=False)

    @property
    def text(self) -> str:
        """The text; '' if there is none, or none that fits."""
        self.is_valid()
        return str(self.cleaned_data.get("query", ""))


def page_request(request: HttpRequest) -> PageRequest:
    """Return which part of a list a request asks for."""
    return PageRequest(_ROWS, request.GET.get("after") or None)


def wants_only_rows(request: HttpRequest) -> bool:
    """Return whether htmx asks for the rows that were found, and not for the whole page."""
    return request.headers.get("HX-Target") == FOUND
