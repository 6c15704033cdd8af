"""Slips of the pen that are seen often enough to say what to write instead."""

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
_LONGEST: Final = 80  # characters; what is longer is no slip of the pen
_EXAMPLES: Final = {
    "hard": 'limits.cpu: "4"',
    "resources": 'hard: {limits.cpu: "4"}, or {} for explicitly none',
    "limitRange": "limits: [...], or {} for explicitly none",
    "defaults": "labels: {team: ml}",
    "labels": "team: ml",
    "annotations": "note: text",
}
_ADDRESS = re.compile(r"[^\s:{}\[\],@]++@[^\s:{}\[\],@]++")
_PROFILE_NAME = re.compile(r"[a-z0-9-]++")
_FILE: Final = r"(?i)@?(?:[a-z+]+://\S+|(?:[.~]{0,2}/)?[^\s:{}\[\]]*(?:\.(?:ya?ml|json)|/[\w.-]+))"
_SWALLOWED: Final = (
    r"""(?m)^[ \t-]*name:[ \t]++(?P<name>[^\s#"'{\[|>&*!][^#\n]*+)"""
    r"""(?<=[ \t])(?P<rest>\#[^\s\#][^\r\n]*)"""
)


def is_file_name(text: str) -> bool:
    """Return whether a text that should be a document is the name of one: a path, or a URL."""
    bare = text.strip()
    return "\n" not in bare and re.fullmatch(_FILE, bare) is not None


def page_finding(text: str) -> Finding | None:
    """Return the finding for a web page in place of a document, None for any other text."""
    start = text[:_LONGEST].lstrip("\ufeff \t\r\n").lower()
    if not start.startswith(("<!doctype html", "<html")):
        return None
    remedy = "get the file itself: the address of its raw form, with credentials if it needs them"
    return Finding("web-page", "this is a web page, not a document", remedy)


def pairs_in(text: str) -> list[str]:
    """Return `key: "value"` for each assignment in a text such as `limits.cpu = "1"`; none if it is something else."""
    pairs: list[str] = []
    end = 0 if len(text) <= _LONGEST else len(text)
    while end < len(text):
        pair = _PAIR.match(text, end)
        if pair is None:
            return []
        pairs.append(f"{pair[1]}: {quoted(pair[2].strip(chr(34) + chr(39)))}")
        end = pair.end()
    return pairs


def _address(value: object) -> str:
    """Return a value if it is short enough to look at and an e-mail address, else ''."""
    is_short = isinstance(value, str) and len(value) <= _LONGEST
    return str(value) if is_short and _ADDRESS.fullmatch(str(value)) else ""


def mapping_remedy(key: str, value: object) -> str:
    """Return what to write where a mapping is wanted."""
    pairs = pairs_in(value) if isinstance(value, str) else []
    if len(pairs) == 1:
        return f"write: {pairs[0]}"
    if pairs:
        return f"write one on each line: {', then '.join(pairs)}"
    if key == "owner":
        name = _address(value) or "ann@example.com"
        return f"write: owner: {{kind: User, name: {name}}}"
    if key in ("limitRange", "limit_range") and isinstance(value, list):
        return f"put a line limits: between {key}: and the list"
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return "remove the dashes before the keys"
    return f"write keys and values below it, as in: {_EXAMPLES.get(key, 'key: value')}"


def item_remedy(parent: str, value: object) -> str:
    """Return what to write where an item of a list should be a mapping."""
    if parent == "contributors":
        name = _address(value) or "ann@example.com"
        return f"write: - {{name: {name}, role: edit}}"
    if parent == "profiles":
        is_short = isinstance(value, str) and len(value) <= _LONGEST
        name = str(value) if is_short and _PROFILE_NAME.fullmatch(str(value)) else "my-profile"
        return f"write: - name: {name}, and below it owner: {{kind: User, name: ann@example.com}}"
    return "write its keys and values after the dash"


def list_remedy(key: str, value: object) -> str:
    """Return what to write where a list is wanted."""
    if key == "contributors" and (address := _address(value)):
        return f"write: contributors: [{{name: {address}, role: edit}}]"
    if isinstance(value, dict):
        return "put a dash before each item, as in: - name: ..." if value else f"write: {key}: []"
    if key not in ("scopes", "values"):
        return f"write the items of {key} below it, each after a dash"
    return f"write: {key}: [{quoted(value) if isinstance(value, str) else value}]"


def comments_in_names(text: str) -> Iterator[tuple[int, Finding]]:
    """Yield a warning for each name whose end YAML takes for a comment, such as `name: ann #1`, with its offset."""
    if " #" not in text and "\t#" not in text:
        return
    for line in islice(re.finditer(_SWALLOWED, text), MOST_FINDINGS):
        name, rest = line["name"].rstrip(), line["rest"].rstrip()
        what = f"the name is {quoted(name)}, and {quoted(rest)} is a comment"
        remedy = f"write: name: {quoted(f'{name} {rest}')}, or put a space behind the #"
        yield line.start("rest"), Finding("comment-in-name", what, remedy)
