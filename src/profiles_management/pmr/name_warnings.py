"""Warnings about the names of all people in a document.

These functions choose the names to check, and compare the names with each other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final

from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import quoted
from profiles_management.pmr.user_names import same_user

_NOT_PLAIN_ADDRESS: Final = re.compile(
    r"^(?![A-Za-z0-9][A-Za-z0-9._+-]*+@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*+$).+$", re.MULTILINE
)
_HINTS: Final = ("your", "fill", "me@", "this@", "@my", "name@", "mail@", "id@", "address@")
"""Each placeholder in the form of an address contains one of these."""
_OTHER_FORM: Final = re.compile(r"[:/\\=]")
_FEW: Final = 10
_MOST_CHECKED: Final = 2_000  # unusual names of one document: each takes a while


def user_warnings(users: Collection[str]) -> dict[str, Finding]:
    """Return the warnings about the names of all users in a document, by name."""
    unusual, spellings = _unusual(users), [*_other_spellings(users)]
    if not unusual and not spellings:
        return {}
    # Few documents need this module, and importing it takes time.
    from profiles_management.pmr.suspicious_names import suspicious  # noqa: PLC0415

    warnings = _suspicious_names(unusual, are_users=True)
    for name in _without_at(len(users), unusual):
        why = "has no @; the names of the other users have one"
        warnings.setdefault(name, suspicious(name, why))
    for name, other in spellings:
        shown = quoted(other)
        why = f"is written {shown} in another place, and Kubernetes compares every letter"
        finding = suspicious(name, why)
        warnings.setdefault(name, finding._replace(values=(*finding.values, shown)))
    return warnings


def group_warnings(groups: Collection[str]) -> dict[str, Finding]:
    """Return the warnings about the names of all groups in a document, by name."""
    return _suspicious_names(groups, are_users=False) if groups else {}


def _suspicious_names(names: Iterable[str], *, are_users: bool) -> dict[str, Finding]:
    from profiles_management.pmr.suspicious_names import suspicious_name  # noqa: PLC0415 - as above

    warnings: dict[str, Finding] = {}
    for name in islice(names, _MOST_CHECKED):
        finding = suspicious_name(name, is_user=are_users)
        if finding is not None:
            warnings[name] = finding
    return warnings


def _unusual(names: Collection[str]) -> list[str]:
    """Return the names that are not plain addresses, or may be placeholders; usually few."""
    text = "\n".join(names)
    unusual = [line[0] for line in _NOT_PLAIN_ADDRESS.finditer(text)]
    if _has_hint(text):
        unusual += filter(_has_hint, names)
    return [*dict.fromkeys(unusual)]


def _has_hint(text: str) -> bool:
    lowered = text.lower()
    return any(hint in lowered for hint in _HINTS)


def _without_at(count: int, unusual: Iterable[str]) -> list[str]:
    """Return the names without an @ if almost all other users have one.

    Names of another form do not count: `system:serviceaccount:ci:builder`, ARNs and distinguished
    names.

    Args:
        count: the number of users.
        unusual: their unusual names; all others have an @.
    """
    without = [name for name in unusual if "@" not in name]
    with_at = count - len(without)
    of_people = [name for name in without if not _OTHER_FORM.search(name)]
    if with_at == 0 or len(of_people) > max(1, with_at // _FEW):
        return []
    return of_people


def _other_spellings(users: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each name that differs from an earlier one only in case or Unicode form, with that."""
    text = "\n".join(users)
    if text.isascii() and len(set(text.casefold().split("\n"))) == len(users):
        return
    first: dict[str, str] = {}
    for name in users:
        earlier = first.setdefault(same_user(name), name)
        if earlier != name:
            yield name, earlier
