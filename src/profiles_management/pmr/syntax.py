"""What libyaml says of a text that is no YAML, in the words of somebody who is to mend it."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import islice
from typing import Final

import yaml

from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import quoted
from profiles_management.pmr.positions import lines_at, span_of_mark
from profiles_management.pmr.syntax_remedies import MOST_TOKENS, Broken, slip

_SAID: Final = (
    ("a tab character that violates", "YAML is not indented with tabs", "indent with spaces"),
    (
        "mapping values are not allowed",
        "a colon cannot stand here",
        "indent the line as its neighbours, or quote the text",
    ),
    (
        "expected ':'",
        "this line is no key with a value",
        "end the key with a colon, and check the lines above",
    ),
    (
        "expected key",
        "this does not continue what is above",
        "check the indentation, and the quotes of the line above",
    ),
    (
        "expected '-' indicator",
        "this is no further item of the list above",
        "write a dash, indented as the others",
    ),
    ("expected ',' or '}'", "this { is not closed, or a comma is missing", "add a comma or }"),
    ("expected ',' or ']'", "this [ is not closed, or a comma is missing", "add a comma or ]"),
    ("unexpected end of stream", "this quote is not closed", "close it"),
    (
        "unknown escape character",
        "this is no escape that YAML knows",
        "double the backslash, or use single quotes",
    ),
    (
        "invalid Unicode character escape",
        "this escape stands for no character",
        "write the character itself",
    ),
    (
        "block sequence entries are not allowed",
        "a dash cannot start an item here",
        "give the item a line of its own",
    ),
    (
        "expected alphabetic or numeric",
        "* and & have a meaning in YAML",
        "put the value into double quotes",
    ),
    (
        "<document start>",
        "this does not continue what is above",
        "write YAML, with a first line: profiles:",
    ),
    ("undefined tag handle", "! has a meaning in YAML", "put the value into double quotes"),
)
"""Part of libyaml's message, what it means, what to do."""
_POINT_AT_START: Final = ("expected ',' or", "expected ':'", "unexpected end of stream")
_OPENERS: Final = {yaml.FlowSequenceStartToken: "[", yaml.FlowMappingStartToken: "{"}
_CLOSERS: Final = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
_LONGEST_LOOK: Final = 1_000
_BACKTICKS: Final = re.compile(r"`(?P<text>[^`\n]*)`")


def syntax_problem(error: yaml.YAMLError, text: str) -> UnlocatedProblem:
    """Return the problem for a text that is no YAML."""
    said = str(getattr(error, "problem", None) or error)
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if mark is None:
        return UnlocatedProblem((), _finding(said, ""))
    started = span_of_mark(text, context) if context is not None else None
    if (found := slip(Broken(said, text, mark.line, mark.column, started))) is not None:
        return found
    if "expected node content" in said and not text[mark.index :].strip():
        return _never_closed(text) or UnlocatedProblem(
            (), _finding(said, ""), span=span_of_mark(text, mark)
        )
    span = span_of_mark(text, mark)
    if started is not None and any(part in said for part in _POINT_AT_START):
        span = started
    line = lines_at(text, [span.line]).get(span.line, "")
    return UnlocatedProblem(
        (), _finding(said, line[span.column : span.column + _LONGEST_LOOK]), span=span
    )


def _never_closed(text: str) -> UnlocatedProblem | None:
    """Return the problem for the innermost [ or { that is still open at the end of a text."""
    opened: list[yaml.Token] = []
    with suppress(yaml.YAMLError):
        for token in islice(yaml.scan(text, Loader=yaml.CSafeLoader), MOST_TOKENS):
            if type(token) in _OPENERS:
                opened.append(token)
            elif isinstance(token, _CLOSERS) and opened:
                opened.pop()
    if not opened:
        return None
    opener = _OPENERS[type(opened[-1])]
    finding = _finding("expected ',' or '}'" if opener == "{" else "expected ',' or ']'", "")
    return UnlocatedProblem((), finding, span=span_of_mark(text, opened[-1].start_mark))


def _finding(said: str, rest: str) -> Finding:
    """Return what libyaml's words mean; `rest` is the line from the place on that they are about."""
    if "cannot start any token" in said:
        return _no_start(rest)
    if "expected node content" in said:
        return _no_content(rest)
    if "<document start>" in said and rest[:1] in {"{", "["}:
        what, remedy = (
            "a second document starts here",
            "put all profiles into one document, under one profiles key",
        )
        return Finding("several-documents", what, remedy)
    for part, what, remedy in _SAID:
        if part in said:
            return Finding("not-yaml", what, remedy)
    return Finding("not-yaml", f"this is no YAML: {said}", "mend the line, or the one above")


def _no_content(rest: str) -> Finding:
    """Return the finding for a character in place of a value."""
    if rest.startswith("- "):
        return Finding(
            "not-yaml",
            "a dash cannot start an item inside [ ] or { }",
            "close the bracket above first",
        )
    what = f"a value is missing before {quoted(rest[:1]) if rest else 'this'}"
    return Finding("not-yaml", what, "add the value, or remove a comma or a bracket too many")


def _no_start(rest: str) -> Finding:
    """Return the finding for a character with which no value begins."""
    if rest.startswith("\t"):
        return Finding("not-yaml", "YAML is not indented with tabs", "indent with spaces")
    if rest.startswith("```"):
        return Finding(
            "not-yaml", "this is a code fence of Markdown", "remove it, and the one at the end"
        )
    what = f"a value cannot start with {rest[:1]}"
    if (ticked := _BACKTICKS.match(rest)) is not None and ticked["text"].strip():
        return Finding(
            "not-yaml", what, f"write it without the backticks: {ticked['text'].strip()}"
        )
    return Finding("not-yaml", what, "put the value into double quotes")
