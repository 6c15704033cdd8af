"""Names of people and groups that somebody could have and that are hardly meant: each is a warning.

What nobody can have at all is refused: `user_names`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import unquote

from profiles_management.pmr.confusables import code_point, described, explained, plain
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import quoted
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


def odd_name(name: str, *, is_user: bool) -> Finding | None:
    """Return the warning for a name that is valid, None for one that is as names are.

    Args:
        is_user: whether it is that of a user; names of groups are freer.
    """
    for judge in (_escaped, _filler, _stray, _spelled, _address, _letters, _quoted):
        if (finding := judge(name)) is not None:
            return finding
    return _user(name) if is_user else None


def odd(what: str, remedy: str = PROVIDED) -> Finding:
    """Return a warning about a name."""
    return Finding("odd-user", what, remedy)


def _better(name: str, before: str) -> str:
    """Return the remedy: a name, if it is a better one."""
    return f"write: {name}" if is_user_name(name) and name != before else PROVIDED


def _escaped(name: str) -> Finding | None:
    escape = _ESCAPE.search(name)
    if escape is None:
        return None
    return odd(
        f"{quoted(name)} contains the escape sequence {escape[0]}", _better(_unescaped(name), name)
    )


def _unescaped(name: str) -> str:
    from html import unescape  # noqa: PLC0415 - seldom needed

    text = _CODE.sub(lambda code: chr(int(code[1] or code[2], 16)), unescape(unquote(name)))
    return text if text.isprintable() else name


def _filler(name: str) -> Finding | None:
    return odd(f"{quoted(name)} looks like a placeholder") if _FILLER.fullmatch(name) else None


def _stray(name: str) -> Finding | None:
    """Look for a separator at an end; a dot or a colon is one after an address."""
    bare = name.strip(" ,;")
    bare = bare.rstrip(".:") if "@" in bare else bare
    if bare == name:
        return None
    return odd(f"{quoted(name)} begins or ends with a separator", _better(bare, name))


def _spelled(name: str) -> Finding | None:
    if "@" in name:
        return None
    address = _SPELLED_DOT.sub(".", _SPELLED_AT.sub("@", name))
    is_address = ADDRESS.fullmatch(address) is not None and "." in address.partition("@")[2]
    return odd(f"{quoted(name)} has no @", f"write: {address}") if is_address else None


def _address(name: str) -> Finding | None:
    if "@" not in name or "=" in name:
        return None
    mailbox, _, domain = name.partition("@")
    if mailbox and _DOMAIN.fullmatch(domain):
        return None
    meant = plain(name)
    remedy = written(meant)
    finding = odd(
        f"{quoted(name)} is not an e-mail address",
        remedy if remedy != f"write: {name}" else PROVIDED,
    )
    return explained(finding, name)


def _letters(name: str) -> Finding | None:
    """Look for letters that are others than they look like: those of two alphabets in one word, and wide ones."""
    if name.isascii():
        return None
    composed, usual = unicodedata.normalize("NFC", name), unicodedata.normalize("NFKC", name)
    if composed != name:
        mark = next((mark for mark in name if unicodedata.combining(mark)), name[0])
        return odd(
            f"{quoted(name)} contains a combining character, {code_point(mark)}",
            _better(composed, name),
        )
    if usual != composed:
        strange = next(mark for mark in name if unicodedata.normalize("NFKC", mark) != mark)
        return odd(f"{quoted(name)} contains {described(strange)}", _better(usual, name))
    for word in _WORD.findall(name):
        alphabets = {_alphabet(letter): letter for letter in word}
        alphabets.pop("", None)
        if len(alphabets) > 1:
            strange = next(letter for alphabet, letter in alphabets.items() if alphabet != "LATIN")
            return odd(f"{quoted(name)} mixes two alphabets; it contains {described(strange)}")
    return None


def _alphabet(letter: str) -> str:
    alphabet = unicodedata.name(letter, "").partition(" ")[0]
    return alphabet if alphabet in _ALPHABETS else ""


def _quoted(name: str) -> Finding | None:
    """Look for quotation marks and brackets around a name without an @; around one with it they are refused."""
    strange = _BRACKET.search(name)
    if strange is not None:
        return odd(f"{quoted(name)} contains {strange[0]}")
    bare = name[1:-1].strip()
    if "@" in name or not bare or name[-1] not in _AROUND.get(name[0], ""):
        return None
    return odd(
        f"{quoted(name)} begins with {described(name[0])} and ends with {name[-1]}",
        _better(bare, name),
    )


def _user(name: str) -> Finding | None:
    if name.startswith("system:") and not name.startswith("system:serviceaccount:"):
        return odd(f"{quoted(name)} is the name of a part of Kubernetes")
    if name.startswith("#"):
        return odd(f"{quoted(name)} begins with #")
    if "@" not in name and "=" not in name and re.search("[,;|]", name):
        return odd(f"{quoted(name)} contains a separator; each contributor is one user")
    return None
