"""Names of people and groups: those that nobody can have are refused.

An identity provider gives an e-mail address, a user name, or the name of a group. RBAC and Istio
compare it letter by letter, so a misspelled name silently grants no access. Wildcards are those of
https://istio.io/latest/docs/reference/config/security/authorization-policy/ (a `*` at either end
matches anything).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from profiles_management.pmr.confusables import QUOTES, code_point, described
from profiles_management.pmr.model import Finding, refusal
from profiles_management.pmr.names import has_unseen, is_unseen, quoted, value_finding

LONGEST_USER: Final = 320  # 64 of a mailbox, @, 255 of a domain: RFC 3696, erratum 1690

PROVIDED: Final = "write the name that the identity provider gives"
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*(?:@[A-Za-z0-9.-]+)?")
_OUTSIDE: Final = rf"""\s<>()\[\]"'`,;:|/@{QUOTES}"""
ADDRESS: Final = re.compile(rf"(?<![^{_OUTSIDE}])[^{_OUTSIDE}]++@[^{_OUTSIDE}]*[^{_OUTSIDE}.]")
_LINK: Final = re.compile(r"\[[^\[\]]++\]\((?:mailto:)?+(?P<to>[^()\[\]]++)\)")
_ACCOUNTS: Final = re.compile(r"system:serviceaccount:([a-z0-9-]+):\*")
_AROUND_AT: Final = re.compile(r"(?<!\s)\s*+@\s*+")
_APOSTROPHE: Final = re.compile(r"(?<=\w)[\u2019\u02bc\u2032](?=\w)")
_QUOTES: Final = frozenset(f'"`\u2039\u203a{QUOTES}')
_FULL_WIDTH_AT: Final = frozenset("\uff20\ufe6b")


def is_user_name(name: str) -> bool:
    """Return whether a name can stand for exactly one user or group; see `user_finding`."""
    return _is_plain(name) or user_finding(name) is None


def user_name(name: str) -> str:
    """Return the name if it can stand for exactly one user or group.

    Raises:
        PydanticCustomError: it cannot; see `user_finding`.
    """
    if _is_plain(name):
        return name
    finding = user_finding(name)
    if finding is not None:
        raise refusal(finding)
    return name


def _is_plain(name: str) -> bool:
    """Return whether a name needs no closer look; almost all names are plain."""
    return len(name) <= LONGEST_USER and _PLAIN.fullmatch(name) is not None


def same_user(name: str) -> str:
    """Return a key for names that differ only in case or in Unicode form."""
    if name.isascii():
        return name.casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def user_finding(name: str) -> Finding | None:
    """Return why nobody can have this name, None for a valid name.

    Refused are: empty and too long names; invisible characters; white space or `*` at an end;
    templates; `mailto:`; the full-width @; and, in a name with an @, quotation marks, `<`, `>`,
    white space and a second @.
    """
    checks = (_unusable, _invisible, _wildcard, _template, _link, _address)
    return next(filter(None, (check(name) for check in checks)), None)


def _refused(name: str, why: str, remedy: str) -> Finding:
    return value_finding("bad-user", name, why, remedy)


def _unusable(name: str) -> Finding | None:
    if not name.strip():
        return Finding("bad-user", "the name is empty", "name the user, as in ann@example.com")
    if len(name) > LONGEST_USER:
        what = f"the name has {len(name)} characters, at most {LONGEST_USER} are allowed"
        return Finding("bad-user", what, PROVIDED)
    bare = name.strip()
    if bare == name:
        return None
    why = "has white space at an end"
    space = next(filter(str.isspace, (name[0], name[-1])))
    if space not in " \t\n":
        why = f"{why}, {described(space)}"
    return _refused(name, why, f"write: {quoted(bare)}")


def _invisible(name: str) -> Finding | None:
    if not has_unseen(name):
        return None
    invisible = next(filter(is_unseen, name))
    why = f"contains an invisible character, {code_point(invisible)}"
    return _refused(name, why, "type the name again by hand")


def _wildcard(name: str) -> Finding | None:
    if name.strip("*") == name:
        return None
    remedy = "write the name of one user, without the *"
    accounts = _ACCOUNTS.fullmatch(name)
    if accounts is not None:
        remedy = f"write: {{kind: Group, name: system:serviceaccounts:{accounts[1]}}}"
    return value_finding("wildcard", name, "is a wildcard in Istio", remedy)


def _template(name: str) -> Finding | None:
    from profiles_management.pmr.templates import (  # noqa: PLC0415 - seldom needed
        template_finding,
        template_mark,
    )

    mark = template_mark(name)
    return template_finding(mark) if mark else None


def _link(name: str) -> Finding | None:
    link = _LINK.fullmatch(name)
    if link is not None:
        return _refused(name, "is a link of Markdown", written(link["to"]))
    if name.casefold().startswith("mailto:"):
        return _refused(name, "is a link, not a name", written(name[len("mailto:") :]))
    wide_at = next(filter(_FULL_WIDTH_AT.__contains__, name), "")
    if not wide_at:
        return None
    why = f"contains {described(wide_at)} instead of @"
    return _refused(name, why, written(name.replace(wide_at, "@")))


def _address(name: str) -> Finding | None:
    """Check what is around an address, or between several."""
    if "@" not in name:
        return None
    if name.count("@") > 1:
        why = "has more than one @; each contributor is one user"
        return _refused(name, why, written(name))
    quote = _quotation_mark(name)
    if quote:
        why = f"contains a quotation mark, {described(quote)}"
        return _refused(name, why, written(name))
    if not {"<", ">"}.isdisjoint(name):
        return _refused(name, "contains more than an address", written(name))
    if any(map(str.isspace, name)):
        tight = _AROUND_AT.sub("@", name)
        remedy = f"write: {tight}" if ADDRESS.fullmatch(tight) else PROVIDED
        return _refused(name, "contains a space", remedy)
    return None


def _quotation_mark(name: str) -> str:
    """Return the first quotation mark in a name; an apostrophe is one only at both ends."""
    if name[0] == name[-1] == "'":
        return next(filter(_QUOTES.__contains__, name), "'")
    return next(filter(_QUOTES.__contains__, name), "")


def written(text: str) -> str:
    """Return the remedy for a text with addresses in it: to write the address, or each of them."""
    straight = _APOSTROPHE.sub("'", text)
    if straight != text and ADDRESS.fullmatch(straight.replace("'", "")):
        return f"write: {straight}"
    addresses = ADDRESS.findall(text)
    if len(addresses) > 1:
        return f"list each of them separately: {' and '.join(addresses)}"
    return f"write: {addresses[0]}" if addresses and text.count("@") == 1 else PROVIDED
