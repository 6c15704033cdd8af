"""Valid names of people and groups that are probably mistakes: each is a warning.

Names that nobody can have are refused; see `user_names`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import unquote

from profiles_management.pmr.confusables import code_point, described, explained, plain
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import value_finding
from profiles_management.pmr.user_names import ADDRESS, PROVIDED, is_user_name, written

_ALPHABETS: Final = {"ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "GREEK", "LATIN"}
_CODE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))")
_DOMAIN: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_ESCAPE: Final = re.compile(
    r"%[0-9A-Fa-f]{2}|&(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z]+);|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})"
)
_SPELLED: Final = r"(?<!\s)\s*+[\[({]\s*+%s\s*+[\])}]\s*+|(?<!\s)\s++%s\s++"
_SPELLED_AT: Final = re.compile(_SPELLED % ("at", "at"), re.IGNORECASE)
_SPELLED_DOT: Final = re.compile(_SPELLED % ("dot", "dot"), re.IGNORECASE)
_BRACKET: Final = re.compile("[<>{}]")
_NOT_OF_A_USER: Final = (
    (re.compile("system:(?!serviceaccount:)"), "is the name of a part of Kubernetes"),
    (re.compile("#"), "begins with #"),
    (
        re.compile(r"\A[^@=,;|]*+[,;|][^@=]*+\Z"),
        "contains a separator; each contributor is one user",
    ),
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_FILLER: Final = re.compile(
    r"(?:change|replace|fill)[ _.-]?(?:me|this|in)(?:@.*)?"
    r"|to[ _-]?do|tbd|fix[ _-]?me|placeholder|x{3,}|(?:user[ _-]?name|e-?mail)"
    r"|your[ _.-]?(?:e-?mail|user[ _-]?name|name|id|address)(?:[ _.-]?(?:address|here))?"
    r"|(?:insert|enter)[ _-](?:the|your|user|e-?mail|name).*"
    r"|(?:your|user|first|last)[ _.-]?(?:e-?mail|name|id|address)(?:[ _.-]?last[ _.-]?name)?@.*"
    r"|.*@(?:your|my)[ _.-]?(?:company|domain|org)[^@]*",
    re.IGNORECASE,
)
_AROUND: Final = {
    **{mark: mark for mark in "\"'`"},
    "[": "]",
    "\u00ab": "\u00bb",
    "\u2018": "\u2019",
    "\u201c": "\u201d",
    "\u201e": "\u201c\u201d",
}


def suspicious_name(name: str, *, is_user: bool) -> Finding | None:
    """Return the warning about a valid name, None for a usual name.

    Args:
        name: the name.
        is_user: whether it is the name of a user; the names of groups are freer.
    """
    checks = [_escape, _placeholder, _separator, _spelled_out, _address]
    checks += [_composition, _wide_letter, _mixed_alphabets, _bracket, _surrounded]
    if is_user:
        checks.append(_not_of_a_user)
    return next(filter(None, (check(name) for check in checks)), None)


def suspicious(name: str, why: str, remedy: str = PROVIDED) -> Finding:
    """Return a warning about a name; `why` continues it: `"todo" looks like a placeholder`."""
    return value_finding("odd-user", name, why, remedy)


def _better(name: str, before: str) -> str:
    """Return the remedy to write a name, if that is valid and a change."""
    return f"write: {name}" if is_user_name(name) and name != before else PROVIDED


def _escape(name: str) -> Finding | None:
    escape = _ESCAPE.search(name)
    if escape is None:
        return None
    why = f"contains the escape sequence {escape[0]}"
    return suspicious(name, why, _better(_unescaped(name), name))


def _unescaped(name: str) -> str:
    from html import unescape  # noqa: PLC0415 - seldom needed

    text = _CODE.sub(lambda code: chr(int(code[1] or code[2], 16)), unescape(unquote(name)))
    return text if text.isprintable() else name


def _placeholder(name: str) -> Finding | None:
    if not _FILLER.fullmatch(name):
        return None
    return suspicious(name, "looks like a placeholder")


def _separator(name: str) -> Finding | None:
    """Check for a separator at an end; after an address, a dot or a colon is one too."""
    bare = name.strip(" ,;")
    if "@" in bare:
        bare = bare.rstrip(".:")
    if bare == name:
        return None
    return suspicious(name, "begins or ends with a separator", _better(bare, name))


def _spelled_out(name: str) -> Finding | None:
    """Check for an address such as `ann at example dot com`."""
    if "@" in name:
        return None
    address = _SPELLED_DOT.sub(".", _SPELLED_AT.sub("@", name))
    if not ADDRESS.fullmatch(address) or "." not in address.partition("@")[2]:
        return None
    return suspicious(name, "has no @", f"write: {address}")


def _address(name: str) -> Finding | None:
    if "@" not in name or "=" in name:
        return None
    mailbox, _, domain = name.partition("@")
    if mailbox and _DOMAIN.fullmatch(domain):
        return None
    remedy = written(plain(name))
    if remedy == f"write: {name}":
        remedy = PROVIDED
    return explained(suspicious(name, "is not an e-mail address", remedy), name)


def _composition(name: str) -> Finding | None:
    """Check for combining characters where Unicode has one character for both."""
    composed = unicodedata.normalize("NFC", name)
    if composed == name:
        return None
    mark = next(filter(unicodedata.combining, name), name[0])
    why = f"contains a combining character, {code_point(mark)}"
    return suspicious(name, why, _better(composed, name))


def _wide_letter(name: str) -> Finding | None:
    """Check for other forms of usual characters, such as full-width letters."""
    for mark in name:
        if unicodedata.normalize("NFKC", mark) != mark:
            usual = unicodedata.normalize("NFKC", name)
            return suspicious(name, f"contains {described(mark)}", _better(usual, name))
    return None


def _mixed_alphabets(name: str) -> Finding | None:
    """Check for words with letters of two alphabets, which may look the same."""
    words = [] if name.isascii() else _WORD.findall(name)
    for word in words:
        alphabets = {_alphabet(letter): letter for letter in word}
        alphabets.pop("", None)
        if len(alphabets) > 1:
            alphabets.pop("LATIN", None)
            strange = next(iter(alphabets.values()))
            return suspicious(name, f"mixes two alphabets; it contains {described(strange)}")
    return None


def _alphabet(letter: str) -> str:
    alphabet = unicodedata.name(letter, "").partition(" ")[0]
    return alphabet if alphabet in _ALPHABETS else ""


def _bracket(name: str) -> Finding | None:
    bracket = _BRACKET.search(name)
    return suspicious(name, f"contains {bracket[0]}") if bracket else None


def _surrounded(name: str) -> Finding | None:
    """Check for quotation marks and brackets around a name; with an @ they are refused."""
    bare = name[1:-1].strip()
    if "@" in name or not bare or name[-1] not in _AROUND.get(name[0], ""):
        return None
    why = f"begins with {described(name[0])} and ends with {name[-1]}"
    return suspicious(name, why, _better(bare, name))


def _not_of_a_user(name: str) -> Finding | None:
    for pattern, why in _NOT_OF_A_USER:
        if pattern.match(name):
            return suspicious(name, why)
    return None
