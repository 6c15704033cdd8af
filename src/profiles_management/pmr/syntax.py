"""The errors of libyaml about a text that is not YAML, with remedies."""

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
from profiles_management.pmr.syntax_remedies import MOST_TOKENS, Broken, likely_mistake
from profiles_management.pmr.yaml_refusals import SECOND_DOCUMENT

_SAID: Final = (
    ("a tab character that violates", "YAML cannot be indented with tabs", "indent with spaces"),
    (
        "mapping values are not allowed",
        "a colon is not allowed here",
        "indent the line like the lines around it, or quote the text",
    ),
    (
        "expected ':'",
        "this line is not a key with a value",
        "end the key with a colon, and check the lines above",
    ),
    (
        "expected key",
        "this does not continue the lines above",
        "check the indentation, and the quotes of the line above",
    ),
    (
        "expected '-' indicator",
        "this is not an item of the list above",
        "write a dash, indented like the others",
    ),
    ("expected ',' or '}'", "this { is not closed, or a comma is missing", "add a comma or }"),
    ("expected ',' or ']'", "this [ is not closed, or a comma is missing", "add a comma or ]"),
    ("unexpected end of stream", "this quote is not closed", "close it"),
    (
        "unknown escape character",
        "this is not an escape sequence of YAML",
        "double the backslash, or use single quotes",
    ),
    (
        "invalid Unicode character escape",
        "this escape sequence has no character",
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
        "this does not continue the lines above",
        "write YAML, with a first line: profiles:",
    ),
    ("undefined tag handle", "! has a meaning in YAML", "put the value into double quotes"),
)
"""Part of libyaml's message, what it means, what to do."""
_POINT_AT_START: Final = ("expected ',' or", "expected ':'", "unexpected end of stream")
_OPENERS: Final = {yaml.FlowSequenceStartToken: "[", yaml.FlowMappingStartToken: "{"}
_CLOSERS: Final = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
_LONGEST_REST: Final = 1_000
_BACKTICKS: Final = re.compile(r"`(?P<text>[^`\n]*)`")


def syntax_problem(error: yaml.YAMLError, text: str) -> UnlocatedProblem:
    """Return the problem with a text that is not YAML."""
    said = str(getattr(error, "problem", None) or error)
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if mark is None:
        return UnlocatedProblem((), _finding(said, ""))
    started = span_of_mark(text, context) if context is not None else None
    mistake = likely_mistake(Broken(said, text, mark.line, mark.column, started))
    if mistake is not None:
        return mistake
    span = span_of_mark(text, mark)
    if "expected node content" in said and not text[mark.index :].strip():
        return _never_closed(text) or UnlocatedProblem((), _finding(said, ""), span=span)
    if started is not None and any(part in said for part in _POINT_AT_START):
        span = started
    line = lines_at(text, [span.line]).get(span.line, "")
    rest = line[span.column : span.column + _LONGEST_REST]
    return UnlocatedProblem((), _finding(said, rest), span=span)


def _never_closed(text: str) -> UnlocatedProblem | None:
    """Return the problem with the innermost [ or { that is open at the end of a text."""
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
    """Return the finding for a message of libyaml; `rest` is the line from its place on."""
    if "cannot start any token" in said:
        return _no_start(rest)
    if "expected node content" in said:
        return _no_content(rest)
    if "<document start>" in said and rest[:1] in {"{", "["}:
        return SECOND_DOCUMENT
    for part, what, remedy in _SAID:
        if part in said:
            return Finding("not-yaml", what, remedy)
    return Finding("not-yaml", f"this is not YAML: {said}", "correct this line or the one above")


def _no_content(rest: str) -> Finding:
    """Return the finding for a character in place of a value."""
    if rest.startswith("- "):
        what = "a dash cannot start an item inside [ ] or { }"
        return Finding("not-yaml", what, "close the bracket above first")
    place = quoted(rest[:1]) if rest else "this"
    remedy = "add the value, or remove the extra comma or bracket"
    return Finding("not-yaml", f"a value is missing before {place}", remedy)


def _no_start(rest: str) -> Finding:
    """Return the finding for a character that cannot start a value."""
    if rest.startswith("\t"):
        return Finding("not-yaml", "YAML cannot be indented with tabs", "indent with spaces")
    if rest.startswith("```"):
        what = "this is a code fence of Markdown"
        return Finding("not-yaml", what, "remove it, and the one at the end")
    remedy = "put the value into double quotes"
    in_backticks = _BACKTICKS.match(rest)
    if in_backticks is not None and in_backticks["text"].strip():
        remedy = f"write it without the backticks: {in_backticks['text'].strip()}"
    return Finding("not-yaml", f"a value cannot start with {rest[:1]}", remedy)
