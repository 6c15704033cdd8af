"""Answers in JSON."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse


def json_response(form: Mapping[str, Any]) -> HttpResponse:
    """Return an answer. A response passes ninja unchanged, which does not validate it again."""
    text = json.dumps(form, ensure_ascii=False)
    return HttpResponse(text, content_type="application/json")


def created_response(form: Mapping[str, Any], location: str, *, is_new: bool) -> HttpResponse:
    """Return the answer with something that was to be made.

    Args:
        location: its path.
        is_new: whether it was made now: 201 with the path; else 200.
    """
    response = json_response(form)
    if is_new:
        response.status_code = 201
        response["Location"] = location
    return response
