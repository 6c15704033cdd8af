"""Searching for a part of a text."""

import re

from django.db.models import Q


def contains(column: str, text: str) -> Q:
    """Return the condition that a column has a text, in any case.

    It is a regular expression, because `icontains` of SQLite knows the case of ASCII alone.
    """
    return Q(**{f"{column}__iregex": re.escape(text)})
