"""What libyaml says of a text that is no YAML, in the words of somebody who is to mend it."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

import yaml

from profiles_management.pmr.complaints import Complaint
from profiles_management.pmr.model import Finding
from profiles_management.pmr.positions import Span, span_at, span_within
from profiles_management.pmr.reading import forbidden

_SAID: Final = (
    ("a tab character that violates", "YAML is not indented with tabs", "indent with spaces"),
    (
        "mapping values are not allowed",
        "a colon cannot stand here",
        "indent the line as its neighbours, or quote the text",
    ),
    ("expected ':'", "this line is no key with a value", "end the key with a colon, and check the lines above"),
    ("expected key", "this does not continue what is above", "check the indentation, and the quotes of the line above"),
    ("expected '-' indicator", "this is no further item of the list above", "write a dash, indented as the others"),
    ("expected ',' or '}'", "this { is not closed, or a comma is missing", "add a comma or }"),
    ("expected ',' or ']'", "this [ is not closed, or a comma is missing", "add a comma or ]"),
    ("unexpected end of stream", "this quote is not closed", "close it"),
    ("expected node content", "something else must stand here", "check for a comma or a bracket too many"),
    ("unknown escape character", "this is no escape that YAML knows", "double the backslash, or use single quotes"),
    ("invalid Unicode character escape", "this escape stands for no character", "write the character itself"),
    ("block sequence entries are not allowed", "a dash cannot start an item here", "give the item a line of its own"),
    ("expected alphabetic or numeric", "* and & have a meaning in YAML", "put the value into double quotes"),
    ("<document start>", "this does not continue what is above", "write YAML, with a first line: profiles:"),
    ("undefined tag handle", "! has a meaning in YAML", "put the value into double quotes"),
)
"""Part of libyaml's message, what it means, what to do."""
_POINT_AT_START: Final = ("expected ',' or", "expected ':'", "unexpected end of stream")
_OPENERS: Final = {yaml.FlowSequenceStartToken: "[", yaml.FlowMappingStartToken: "{"}
_CLOSERS: Final = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)


def syntax_complaint(error: yaml.YAMLError, text: str) -> Complaint:
    """Return the complaint for a text that is no YAML."""
    if (reason := forbidden(text)) is not None:
        return Complaint((), reason.finding, span=span_at(reason.text, reason.offset))
    if conflict := _CONFLICT.search(text):
        finding = Finding("merge-conflict", "a merge conflict was left in the file", "settle it and remove the marks")
        return Complaint((), finding, span=span_at(text, conflict.start()))
    said = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None)
    if "expected node content" in said and mark is not None and not text[mark.index :].strip():
        return _never_closed(text) or Complaint((), _finding(said, ""), span=span_within(text, mark.line, mark.column))
    if any(part in said for part in _POINT_AT_START):
        mark = getattr(error, "context_mark", None) or mark
    span = span_within(text, mark.line, mark.column) if mark else None
    return Complaint((), _finding(said, _character(text, span)), span=span)


def _never_closed(text: str) -> Complaint | None:
    """Return the complaint for the innermost [ or { that is still open at the end of a text."""
    opened: list[yaml.Token] = []
    with suppress(yaml.YAMLError):
        for token in yaml.scan(text, Loader=yaml.CSafeLoader):
            if type(token) in _OPENERS:
                opened.append(token)
            elif isinstance(token, _CLOSERS) and opened:
                opened.pop()
    if not opened:
        return None
    opener = _OPENERS[type(opened[-1])]
    mark = opened[-1].start_mark
    finding = _finding("expected ',' or '}'" if opener == "{" else "expected ',' or ']'", "")
    return Complaint((), finding, span=span_within(text, mark.line, mark.column))


def _finding(said: str, character: str) -> Finding:
    if "cannot start any token" in said:
        if character == "\t":
            return Finding("not-yaml", "YAML is not indented with tabs", "indent with spaces")
        return Finding("not-yaml", f"a value cannot start with {character}", "put the value into double quotes")
    for part, what, remedy in _SAID:
        if part in said:
            return Finding("not-yaml", what, remedy)
    return Finding("not-yaml", f"this is no YAML: {said}", "mend the line, or the one above")


def _character(text: str, span: Span | None) -> str:
    lines = text.splitlines()
    return lines[span.line][span.column : span.column + 1] if span and span.line < len(lines) else ""
