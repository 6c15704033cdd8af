"""What libyaml says of a text that is no YAML, in the words of somebody who is to mend it."""

from __future__ import annotations

from typing import Final

import yaml

from profiles_management.pmr.complaints import Complaint
from profiles_management.pmr.model import Finding
from profiles_management.pmr.positions import Span, span_at
from profiles_management.pmr.reading import forbidden

_SAID: Final = (
    ("cannot start any token", "a value cannot start here", "put the value into double quotes"),
    (
        "mapping values are not allowed",
        "a colon followed by a space cannot stand here",
        "indent the line as its neighbours, or quote the text",
    ),
    (
        "could not find expected ':'",
        "this line is no key with a value",
        "end the key with a colon, and check the quotes and indentation above",
    ),
    (
        "did not find expected key",
        "this does not continue what is above",
        "check the indentation, and the quotes of the line above",
    ),
    (
        "did not find expected '-' indicator",
        "this is no further item of the list above",
        "indent it as the other items, with a dash",
    ),
    ("did not find expected ',' or '}'", "a { is not closed", "add a comma or }"),
    ("did not find expected ',' or ']'", "a [ is not closed", "add a comma or ]"),
    ("found unexpected end of stream", "a quote is not closed", "close the quotes"),
    (
        "found unknown escape character",
        "this is no escape that YAML knows",
        "double the backslash, or use single quotes",
    ),
    ("block sequence entries are not allowed", "a dash cannot start an item here", "put the item on a line of its own"),
    (
        "did not find expected alphabetic or numeric",
        "* and & name something in YAML",
        "put the value into double quotes",
    ),
    ("undefined tag handle", "a ! starts a tag in YAML", "put the value into double quotes"),
)
"""Part of libyaml's message, what it means, what to do."""


def syntax_complaint(error: yaml.YAMLError, text: str) -> Complaint:
    """Return the complaint for a text that is no YAML."""
    if (reason := forbidden(text)) is not None:
        return Complaint((), reason.finding, span=span_at(reason.text, reason.offset))
    mark = getattr(error, "problem_mark", None)
    span = Span(mark.line, mark.column, 1) if mark else None
    said = str(getattr(error, "problem", None) or error)
    if span and "cannot start any token" in said and _is_tab(text, span):
        return Complaint((), Finding("tab", "YAML is not indented with tabs", "indent with spaces"), span=span)
    for part, what, remedy in _SAID:
        if part in said:
            return Complaint((), Finding("not-yaml", what, remedy), span=span)
    return Complaint((), Finding("not-yaml", f"this is no YAML: {said}", "mend the line, or the one above"), span=span)


def _is_tab(text: str, span: Span) -> bool:
    lines = text.splitlines()
    return span.line < len(lines) and lines[span.line][span.column : span.column + 1] == "\t"
