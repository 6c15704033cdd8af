"""Answers in JSON."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse


def json_response(
    form: Mapping[str, Any], status: int = 200, *, location: str | None = None
) -> HttpResponse:
    """Return an answer. A response passes ninja unchanged, which does not validate it again.

    Args:
        location: the path of what was made.
    """
    response = HttpResponse(
        json.dumps(form, ensure_ascii=False), status=status, content_type="application/json"
    )
    if location is not None:
        response["Location"] = location
    return response
