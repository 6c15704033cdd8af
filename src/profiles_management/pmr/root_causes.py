"""Single causes of all problems of a text: a template, a merge conflict, another form of file.

If there is such a cause, the errors of the parser follow from it and are not reported.
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

_DELIMITERS: Final = {
    "Expecting ',' delimiter": "a comma",
    "Expecting ':' delimiter": "a colon",
}
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
"""The start of another form of file, what it is, what to do."""


def cause(text: str) -> UnlocatedProblem | None:
    """Return why a text is not YAML, None if only the parser knows."""
    return next((problem for problem in _causes(text) if problem is not None), None)


def other_form(text: str) -> UnlocatedProblem | None:
    """Return the problem with a file of another form, None for what may be a document."""
    start = text[:_LONGEST_START].lstrip()
    for beginning, what, remedy in _FORMS:
        if start.startswith(beginning):
            return _whole_line(text, 0, Finding("other-form", what, remedy))
    return None


def _whole_line(text: str, offset: int, finding: Finding) -> UnlocatedProblem:
    """Return a problem with a line from an offset on."""
    return UnlocatedProblem((), finding, span=span_at(text, offset)._replace(width=0))


def manifests(text: str) -> UnlocatedProblem | None:
    """Return the problem with several documents that begin with a Kubernetes manifest."""
    start = text[:_LONGEST_START]
    if not (_MANIFEST_VERSION.search(start) and _MANIFEST_KIND.search(start)):
        return None
    what = "these are Kubernetes manifests, not a PMR"
    remedy = "pass another file, or move this one"
    return _whole_line(text, 0, Finding("other-form", what, remedy))


def json_comment(text: str) -> UnlocatedProblem | None:
    """Return the problem with the first comment in a JSON document; YAML may read it as a key."""
    if not _JSON.match(text):
        return None
    offset = next((part.start() for part in _JSON_PARTS.finditer(text) if part["comment"]), -1)
    if offset < 0:
        return None
    finding = Finding("json-comment", "JSON has no comments", "remove it, or write # instead of //")
    return _whole_line(text, offset, finding)


def template(text: str) -> UnlocatedProblem | None:
    """Return the problem with the first template outside quotes and comments."""
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
        what, remedy = "a merge conflict was left in the file", "resolve it and remove the marks"
        finding = Finding("merge-conflict", what, remedy)
        yield UnlocatedProblem((), finding, span=span_at(text, conflict.start()))
    yield template(text)
    yield json_comment(text)
    yield _json_delimiter(text)


def _json_delimiter(text: str) -> UnlocatedProblem | None:
    """Return the problem with a comma or colon that is missing in JSON; YAML has a worse place."""
    if not _JSON.match(text) or not is_small_json(text):
        return None
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        missing = _DELIMITERS.get(error.msg)
        if missing is not None and text[error.pos :].strip():
            finding = Finding("not-yaml", f"{missing} is missing before this", f"add {missing}")
            return UnlocatedProblem((), finding, span=span_at(text, error.pos))
    except (RecursionError, ValueError):
        return None
    return None
