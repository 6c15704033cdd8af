"""Bytes to text: encodings, size, and the control characters that YAML does not allow."""

from __future__ import annotations

import codecs
import json
import re
import sys
from typing import Final

from profiles_management.pmr.document_limits import MOST_LINES
from profiles_management.pmr.model import Finding

LARGEST: Final = 20 * 1024 * 1024
_LINE_ENDS: Final = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_MOST_PARTS: Final = 500_000  # parts of a text that is read as JSON only for an explanation
_LARGEST_IN_MEMORY: Final = 2 * LARGEST + 1024
_WIDE: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]"
)
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATES = re.compile(
    r"(?<!\\)((?:\\\\)*+)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
)


class Unreadable(Exception):
    """The document cannot be YAML. Has a finding, and the offset in the readable text."""

    def __init__(self, finding: Finding, text: str = "", offset: int = -1) -> None:
        self.finding = finding
        self.text = text
        self.offset = offset
        super().__init__(finding.what)


def decode(document: str | bytes, limit: int) -> str:
    """Return the text of a document without its byte order mark.

    Raises:
        Unreadable: it is larger than `limit` bytes, has too many lines, or is not UTF-8.
    """
    if len(document) > limit:
        what = f"the document has {len(document):,} bytes, at most {limit:,} are read"
        raise Unreadable(Finding("too-large", what, "split it over several sources"))
    text = _decoded(document)
    # With one character beyond U+FFFF, each character takes four bytes.
    if sys.getsizeof(text) > _LARGEST_IN_MEMORY:
        most = f"at most {_LARGEST_IN_MEMORY:,} are used"
        what = f"the document takes {sys.getsizeof(text):,} bytes of memory, {most}"
        raise Unreadable(Finding("too-large", what, "split it over several sources"))
    number = sum(map(text.count, _LINE_ENDS)) if len(text) > MOST_LINES else 0
    if number > MOST_LINES:
        what = f"the document has {number:,} lines, at most {MOST_LINES:,} are read"
        raise Unreadable(Finding("too-large", what, "split it over several sources"))
    return text


def _decoded(document: str | bytes) -> str:
    if isinstance(document, str):
        return _encodable(document.removeprefix("\ufeff"))
    if document.startswith(_WIDE):
        raise Unreadable(
            Finding("not-utf-8", "the document is UTF-16 or UTF-32", "save it as UTF-8")
        )
    document = document.removeprefix(codecs.BOM_UTF8)
    try:
        return document.decode()
    except UnicodeDecodeError as error:
        before = document[: error.start].decode()
        text = document.decode(errors="replace")
        what = f"the byte 0x{document[error.start]:02X} is not UTF-8"
        raise Unreadable(
            Finding("not-utf-8", what, "save the file as UTF-8"), text, len(before)
        ) from None


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        finding = Finding("not-utf-8", "half of a surrogate pair is alone", "remove it")
        raise Unreadable(finding, text.encode(errors="replace").decode(), error.start) from None
    return text


def forbidden(text: str) -> Unreadable | None:
    """Return the first character that YAML does not allow, None for none."""
    found = _FORBIDDEN.search(text)
    if not found:
        return None
    what = f"the character U+{ord(found[0]):04X} is not allowed in YAML"
    return Unreadable(Finding("control-character", what, "remove it"), text, found.start())


def from_json(text: str) -> str:
    """Return a JSON document in a form that YAML reads with the same meaning.

    JSON writes characters beyond U+FFFF as pairs of escapes, and allows some characters that YAML
    does not.
    """
    if not text.lstrip().startswith("{"):
        return text
    if _UNSEEN.search(text) and _is_json(text):
        text = escaped(text)
    return _SURROGATES.sub(_joined, text) if "\\u" in text else text


def escaped(text: str) -> str:
    """Return JSON with escapes for characters that YAML refuses or reads as the end of a line."""
    return _UNSEEN.sub(lambda unseen: json.dumps(unseen[0])[1:-1], text)


def is_small_json(text: str) -> bool:
    """Return whether a text, if it is JSON, can be read without filling the memory."""
    return text.count(",") + text.count("[") + text.count("{") <= _MOST_PARTS


def _is_json(text: str) -> bool:
    if not is_small_json(text):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _joined(escape: re.Match[str]) -> str:
    high, low = int(escape[2], 16), int(escape[3], 16)
    return escape[1] + chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
