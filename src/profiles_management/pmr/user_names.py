"""Names of people and groups: those that nobody can have are refused, those that are hardly meant are warned of.

An identity provider gives an e-mail address, a user name, or the name of a group; RBAC and Istio
compare it letter by letter, so somebody whose name is written otherwise has no access, and nobody
notices. Wildcards are those of
https://istio.io/latest/docs/reference/config/security/authorization-policy/ (a `*` at either end
matches anything).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from profiles_management.pmr.confusables import QUOTES, code_point, described
from profiles_management.pmr.model import Finding, refusal
from profiles_management.pmr.names import has_unseen, is_unseen, quoted

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
    """Return whether a name can stand for exactly one person, group or account; `user_finding` says why not."""
    return (len(name) <= LONGEST_USER and _PLAIN.fullmatch(name) is not None) or user_finding(
        name
    ) is None


def user_name(name: str) -> str:
    """Return the name if it can stand for exactly one person, group or account.

    Raises:
        PydanticCustomError: it cannot; see `user_finding`.
    """
    if not is_user_name(name) and (finding := user_finding(name)) is not None:
        raise refusal([finding])
    return name


def same_user(name: str) -> str:
    """Return what two spellings of one name have in common: those that differ in case or in Unicode form alone."""
    if name.isascii():
        return name.casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def user_finding(name: str) -> Finding | None:
    """Return why nobody can have this name, None where somebody can.

    Refused are names that are empty, too long, hold what nobody sees, end in white space or in a
    `*`; marks of templates, `mailto:` and the full-width @; and beside an @: quotation marks, `<`,
    `>`, white space, another @.
    """
    for judge in (_unusable, _unseen, _wildcard, _unfilled, _prefixed, _wrapped):
        if (finding := judge(name)) is not None:
            return finding
    return None


def _refused(what: str, remedy: str) -> Finding:
    return Finding("bad-user", what, remedy)


def _unusable(name: str) -> Finding | None:
    if not name.strip():
        return _refused("the name is empty", "name the user, as in ann@example.com")
    if len(name) > LONGEST_USER:
        return _refused(
            f"the name has {len(name)} characters, at most {LONGEST_USER} are allowed", PROVIDED
        )
    if name.strip() != name:
        edge = next(mark for mark in (name[0], name[-1]) if mark.isspace())
        which = "" if edge in " \t\n" else f", {described(edge)}"
        return _refused(
            f"{quoted(name)} has white space at an end{which}", f"write: {quoted(name.strip())}"
        )
    return None


def _unseen(name: str) -> Finding | None:
    if not has_unseen(name):
        return None
    unseen = next(filter(is_unseen, name), "")
    if unseen:
        what = f"{quoted(name)} contains a character that cannot be seen, {code_point(unseen)}"
        return _refused(what, "type the name again by hand")
    return None


def _wildcard(name: str) -> Finding | None:
    if name.strip("*") == name:
        return None
    what = f"{quoted(name)} is a wildcard to Istio"
    accounts = _ACCOUNTS.fullmatch(name)
    if accounts is not None:
        return Finding(
            "wildcard", what, f"write: {{kind: Group, name: system:serviceaccounts:{accounts[1]}}}"
        )
    return Finding("wildcard", what, "write the name of one user, without the *")


def _unfilled(name: str) -> Finding | None:
    from profiles_management.pmr.templates import template_finding, template_mark  # noqa: PLC0415 - seldom needed

    mark = template_mark(name)
    return template_finding(mark) if mark else None


def _prefixed(name: str) -> Finding | None:
    link = _LINK.fullmatch(name)
    if link is not None:
        return _refused(f"{quoted(name)} is a link of Markdown", written(link["to"]))
    if name.casefold().startswith("mailto:"):
        return _refused(f"{quoted(name)} is a link, not a name", written(name[len("mailto:") :]))
    wide = next(filter(_FULL_WIDTH_AT.__contains__, name), "")
    if wide:
        return _refused(
            f"{quoted(name)} contains {described(wide)} instead of @",
            written(name.replace(wide, "@")),
        )
    return None


def _wrapped(name: str) -> Finding | None:
    """Look for what stands around or between addresses."""
    if "@" not in name:
        return None
    if name.count("@") > 1:
        return _refused(
            f"{quoted(name)} has more than one @; each contributor is one user", written(name)
        )
    quote = next(filter(_QUOTES.__contains__, name), "")
    if quote or (name[0] == name[-1] == "'"):
        return _refused(
            f"{quoted(name)} contains a quotation mark, {described(quote or chr(39))}",
            written(name),
        )
    if "<" in name or ">" in name:
        return _refused(f"{quoted(name)} contains more than an address", written(name))
    if any(map(str.isspace, name)):
        tight = _AROUND_AT.sub("@", name)
        remedy = f"write: {tight}" if ADDRESS.fullmatch(tight) else PROVIDED
        return _refused(f"{quoted(name)} contains a space", remedy)
    return None


def written(text: str) -> str:
    """Return the remedy for a text with addresses in it: the address, or the addresses."""
    straight = _APOSTROPHE.sub("'", text)
    if straight != text and ADDRESS.fullmatch(straight.replace("'", "")):
        return f"write: {straight}"
    addresses = ADDRESS.findall(text)
    if not addresses:
        return PROVIDED
    if len(addresses) == 1:
        return f"write: {addresses[0]}" if text.count("@") == 1 else PROVIDED
    return f"list each of them separately: {' and '.join(addresses)}"
