"""Bytes to text: encodings, size, and the control characters that YAML does not take."""

from __future__ import annotations

import codecs
import json
import re
from typing import Final

from profiles_management.pmr.model import Finding

LARGEST: Final = 20 * 1024 * 1024
_WIDE: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATES = re.compile(r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|.)", re.DOTALL)


class Unreadable(Exception):
    """The document is no text that YAML can be; carries a finding and the offset in the text that is readable."""

    def __init__(self, finding: Finding, text: str = "", offset: int = -1) -> None:
        self.finding = finding
        self.text = text
        self.offset = offset
        super().__init__(finding.what)


def decode(document: str | bytes, limit: int) -> str:
    """Return the text of a document without its byte order mark.

    Raises:
        Unreadable: it is larger than `limit` bytes, or no UTF-8.
    """
    if len(document) > limit:
        what = f"the document has {len(document):,} bytes, at most {limit:,} are read"
        raise Unreadable(Finding("too-large", what, "split it over several sources"))
    if isinstance(document, str):
        return _encodable(document.removeprefix("\ufeff"))
    if document.startswith(_WIDE):
        raise Unreadable(Finding("not-utf-8", "the document is UTF-16 or UTF-32", "save it as UTF-8"))
    document = document.removeprefix(codecs.BOM_UTF8)
    try:
        return document.decode()
    except UnicodeDecodeError as error:
        before = document[: error.start].decode()
        text = document.decode(errors="replace")
        what = f"the byte 0x{document[error.start]:02X} is no UTF-8"
        raise Unreadable(Finding("not-utf-8", what, "save the file as UTF-8"), text, len(before)) from None


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        finding = Finding("not-utf-8", "half of a surrogate pair stands alone", "remove it")
        raise Unreadable(finding, text.encode(errors="replace").decode(), error.start) from None
    return text


def forbidden(text: str) -> Unreadable | None:
    """Return the first character that YAML does not take, if there is one."""
    found = _FORBIDDEN.search(text)
    if not found:
        return None
    what = f"the character U+{ord(found[0]):04X} is not allowed in YAML"
    return Unreadable(Finding("control-character", what, "remove it"), text, found.start())


def from_json(text: str) -> str:
    """Return a JSON document so that YAML reads the same in it.

    JSON writes characters beyond U+FFFF as pairs of escapes, and takes some as they are that YAML does not.
    """
    if not text.lstrip().startswith("{"):
        return text
    if _UNSEEN.search(text) and _is_json(text):
        text = escaped(text)
    return _SURROGATES.sub(_joined, text) if "\\u" in text else text


def escaped(text: str) -> str:
    """Return JSON with escapes for all that YAML refuses in a text, or takes for the end of a line."""
    return _UNSEEN.sub(lambda unseen: json.dumps(unseen[0])[1:-1], text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _joined(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return escape[0]
    high, low = int(escape[1], 16), int(escape[2], 16)
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
