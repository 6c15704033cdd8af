"""The one cause of everything that is wrong with a text, where there is one: a template, a merge conflict, a comment.

Where one of these is found, what a parser says of the text is beside the point, and is not
reported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import Finding
from profiles_management.pmr.positions import span_at
from profiles_management.pmr.reading import forbidden, is_small_json
from profiles_management.pmr.templates import template_finding, template_in_source

_LONGEST_START: Final = 200
_CONFLICT: Final = re.compile(r"^(?:<{7} |={7}\r?$|>{7} |\|{7} )", re.MULTILINE)
_MANIFEST_VERSION: Final = re.compile(r"^apiVersion:", re.MULTILINE)
_MANIFEST_KIND: Final = re.compile(r"^kind:", re.MULTILINE)
_JSON: Final = re.compile(
    r'\s*+(?://[^\n]*+\s*+|/\*(?:[^*]|\*(?!/))*+\*/\s*+)*+\{\s*+(?:"|//|/\*|\})'
)
_JSON_PARTS: Final = re.compile(
    r'"(?:[^"\\\n]|\\.)*+"?|(?P<comment>(?<![^\s,\[\]{}"0-9a-z])(?://|/\*))'
)

_FORMS: Final = (
    (
        "version https://git-lfs.",
        "this is a pointer of Git LFS, not the file",
        "run: git lfs pull, or keep it in Git",
    ),
    (
        "$ANSIBLE_VAULT;",
        "this is encrypted with Ansible Vault",
        "decrypt it first, with ansible-vault decrypt",
    ),
    ("-----BEGIN ", "this is encrypted or signed, not a document", "decrypt it first"),
    ("PK\x03\x04", "this is a zip file, not a document", "unpack it first"),
    ("\x1f", "this is compressed, not a document", "unpack it first"),
)
"""How another form of a file begins, what it is, what to do."""


def cause(text: str) -> UnlocatedProblem | None:
    """Return why a text is no YAML; None where only the parser knows."""
    return next((problem for problem in _causes(text) if problem is not None), None)


def other_form(text: str) -> UnlocatedProblem | None:
    """Return the problem for a text that is a file of another form, None where it may be a document."""
    start = text[:_LONGEST_START].lstrip()
    known = next(
        ((what, remedy) for begins, what, remedy in _FORMS if start.startswith(begins)), None
    )
    return (
        UnlocatedProblem((), Finding("other-form", *known), span=span_at(text, 0)._replace(width=0))
        if known
        else None
    )


def manifests(text: str) -> UnlocatedProblem | None:
    """Return the problem for a text of several documents that begins with a manifest of Kubernetes."""
    start = text[:_LONGEST_START]
    if not (_MANIFEST_VERSION.search(start) and _MANIFEST_KIND.search(start)):
        return None
    finding = Finding(
        "other-form",
        "these are Kubernetes manifests, not a PMR",
        "name another file, or move this one",
    )
    return UnlocatedProblem((), finding, span=span_at(text, 0)._replace(width=0))


def json_comment(text: str) -> UnlocatedProblem | None:
    """Return the problem for the first comment in a JSON document, which has none; YAML may take it for a key."""
    if not _JSON.match(text):
        return None
    offset = next((part.start() for part in _JSON_PARTS.finditer(text) if part["comment"]), -1)
    if offset < 0:
        return None
    finding = Finding("json-comment", "JSON has no comments", "remove it, or write # instead of //")
    return UnlocatedProblem((), finding, span=span_at(text, offset)._replace(width=0))


def template(text: str) -> UnlocatedProblem | None:
    """Return the problem for the first mark of a template outside of quotes and comments."""
    found = template_in_source(text)
    if found is None:
        return None
    mark, offset = found
    return UnlocatedProblem(
        (), template_finding(mark), span=span_at(text, offset)._replace(width=len(mark))
    )


def _causes(text: str) -> Iterator[UnlocatedProblem | None]:
    yield other_form(text)
    if (reason := forbidden(text)) is not None:
        yield UnlocatedProblem((), reason.finding, span=span_at(reason.text, reason.offset))
    if conflict := _CONFLICT.search(text):
        finding = Finding(
            "merge-conflict",
            "a merge conflict was left in the file",
            "settle it and remove the marks",
        )
        yield UnlocatedProblem((), finding, span=span_at(text, conflict.start()))
    yield template(text)
    yield json_comment(text)
    yield _json_delimiter(text)


def _json_delimiter(text: str) -> UnlocatedProblem | None:
    """Return the problem for a comma or colon that JSON misses, which is better placed than what YAML says of it."""
    if not _JSON.match(text) or not is_small_json(text):
        return None
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        missing = {"Expecting ',' delimiter": "a comma", "Expecting ':' delimiter": "a colon"}.get(
            error.msg
        )
        if missing is not None and text[error.pos :].strip():
            finding = Finding("not-yaml", f"{missing} is missing before this", f"add {missing}")
            return UnlocatedProblem((), finding, span=span_at(text, error.pos))
    except (RecursionError, ValueError):
        return None
    return None
