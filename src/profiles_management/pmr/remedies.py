"""Remedies for frequent mistakes: what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from profiles_management.pmr.model import MOST_FINDINGS, Finding
from profiles_management.pmr.names import quoted

_PAIR = re.compile(
    r"""\s*+([A-Za-z][\w./-]*+)\s*+[=:]\s*+("[^"]*+"|'[^']*+'|[^\s,;"']++)[\s,;]*+"""
)
_LONGEST: Final = 80  # characters; longer texts are not typing mistakes
_EXAMPLES: Final = {
    "hard": 'limits.cpu: "4"',
    "resources": 'hard: {limits.cpu: "4"}, or {} for explicitly none',
    "limitRange": "limits: [...], or {} for explicitly none",
    "defaults": "labels: {team: ml}",
    "labels": "team: ml",
    "annotations": "note: text",
}
_PERSON: Final = "ann@example.com"
_ADDRESS = re.compile(r"\A[^\s:{}\[\],@]++@[^\s:{}\[\],@]++")
_PROFILE_NAME = re.compile(r"[a-z0-9-]++")
_FILE: Final = r"(?i)@?(?:[a-z+]+://\S+|(?:[.~]{0,2}/)?[^\s:{}\[\]]*(?:\.(?:ya?ml|json)|/[\w.-]+))"
_NAME_WITH_COMMENT: Final = (
    r"""(?m)^[ \t-]*name:[ \t]++(?P<name>[^\s#"'{\[|>&*!][^#\n]*+)"""
    r"""(?<=[ \t])(?P<rest>\#[^\s\#][^\r\n]*)"""
)


def is_file_name(text: str) -> bool:
    """Return whether a text is the name of a file instead of its content: a path, or a URL."""
    bare = text.strip()
    return "\n" not in bare and re.fullmatch(_FILE, bare) is not None


def page_finding(text: str) -> Finding | None:
    """Return the finding for a web page, None for any other text."""
    start = text[:_LONGEST].lstrip("\ufeff \t\r\n").lower()
    if not start.startswith(("<!doctype html", "<html")):
        return None
    remedy = "download the raw file, with credentials if it needs them"
    return Finding("web-page", "this is a web page, not a document", remedy)


def pairs_in(text: str) -> list[str]:
    """Return `key: "value"` for each assignment in a text such as `limits.cpu = "1"`.

    Returns:
        An empty list if the text has anything else in it.
    """
    pairs: list[str] = []
    end = 0 if len(text) <= _LONGEST else len(text)
    while end < len(text):
        pair = _PAIR.match(text, end)
        if pair is None:
            return []
        pairs.append(f"{pair[1]}: {quoted(pair[2].strip(chr(34) + chr(39)))}")
        end = pair.end()
    return pairs


def _fitting(pattern: re.Pattern[str], value: object, default: str = "") -> str:
    """Return a value if it is a short text that fits the pattern, else the default."""
    if isinstance(value, str) and len(value) <= _LONGEST and pattern.fullmatch(value):
        return value
    return default


def mapping_remedy(key: str, value: object) -> str:
    """Return what to write where a value must be a mapping."""
    pairs = pairs_in(value) if isinstance(value, str) else []
    if len(pairs) == 1:
        return f"write: {pairs[0]}"
    if pairs:
        return f"write one on each line: {', then '.join(pairs)}"
    if key == "owner":
        return f"write: owner: {{kind: User, name: {_fitting(_ADDRESS, value, _PERSON)}}}"
    if isinstance(value, list):
        return _mapping_instead_of_list(key, value)
    return _example(key)


def _mapping_instead_of_list(key: str, items: list[object]) -> str:
    if key in ("limitRange", "limit_range"):
        return f"put a line limits: between {key}: and the list"
    if items and all(isinstance(item, dict) for item in items):
        return "remove the dashes before the keys"
    return _example(key)


def _example(key: str) -> str:
    return f"write keys and values below it, as in: {_EXAMPLES.get(key, 'key: value')}"


def item_remedy(parent: str, value: object) -> str:
    """Return what to write where an item of a list must be a mapping."""
    if parent == "contributors":
        return f"write: - {{name: {_fitting(_ADDRESS, value, _PERSON)}, role: edit}}"
    if parent == "profiles":
        name = _fitting(_PROFILE_NAME, value, "my-profile")
        return f"write: - name: {name}, and below it owner: {{kind: User, name: {_PERSON}}}"
    return "write its keys and values after the dash"


def list_remedy(key: str, value: object) -> str:
    """Return what to write where a value must be a list."""
    address = _fitting(_ADDRESS, value)
    if key == "contributors" and address:
        return f"write: contributors: [{{name: {address}, role: edit}}]"
    if isinstance(value, dict):
        return "put a dash before each item, as in: - name: ..." if value else f"write: {key}: []"
    if key not in ("scopes", "values"):
        return f"write the items of {key} below it, each after a dash"
    item = quoted(value) if isinstance(value, str) else value
    return f"write: {key}: [{item}]"


def comments_in_names(text: str) -> Iterator[tuple[int, Finding]]:
    """Yield a warning, with its offset, for each name whose end is a comment: `name: ann #1`."""
    if " #" not in text and "\t#" not in text:
        return
    for line in islice(re.finditer(_NAME_WITH_COMMENT, text), MOST_FINDINGS):
        name, comment = line["name"].rstrip(), line["rest"].rstrip()
        values = quoted(name), quoted(comment)
        what = f"the name is {values[0]}, and {values[1]} is a comment"
        remedy = f"write: name: {quoted(f'{name} {comment}')}, or put a space after the #"
        yield line.start("rest"), Finding("comment-in-name", what, remedy, values=values)
