"""Warnings about the names of all people of a document: which names to look at, and how they are beside each other."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final

from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import quoted
from profiles_management.pmr.user_names import same_user

_NO_PLAIN_ADDRESS: Final = re.compile(
    r"^(?![A-Za-z0-9][A-Za-z0-9._+-]*+@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*+$).+$", re.MULTILINE
)
_HINTS: Final = ("your", "fill", "me@", "this@", "@my", "name@", "mail@", "id@", "address@")
"""One of these is in every placeholder that has the form of an address."""
_OTHER_FORM: Final = re.compile(r"[:/\\=]")
_FEW: Final = 10
_MOST_LOOKED_AT: Final = 2_000  # unusual names of one document: each takes a while


def user_warnings(users: Collection[str]) -> dict[str, Finding]:
    """Return the warnings about the names of all users of a document, each with its name."""
    unusual, spellings = _unusual(users), [*_other_spellings(users)]
    if not unusual and not spellings:
        return {}
    from profiles_management.pmr import suspicious_names  # noqa: PLC0415 - few documents need it, and loading takes time

    looked_at = unusual[:_MOST_LOOKED_AT]
    warnings = {
        name: finding
        for name in looked_at
        if (finding := suspicious_names.odd_name(name, is_user=True)) is not None
    }
    for name in _without_at(len(users), unusual):
        warnings.setdefault(
            name,
            suspicious_names.odd(f"{quoted(name)} has no @; the names of the other users have one"),
        )
    for name, before in spellings:
        what = f"{quoted(name)} is written {quoted(before)} in another place, and Kubernetes compares every letter"
        warnings.setdefault(name, suspicious_names.odd(what))
    return warnings


def group_warnings(groups: Collection[str]) -> dict[str, Finding]:
    """Return the warnings about the names of all groups of a document, each with its name."""
    if not groups:
        return {}
    from profiles_management.pmr.suspicious_names import odd_name  # noqa: PLC0415 - as above

    looked_at = islice(groups, _MOST_LOOKED_AT)
    return {
        name: finding
        for name in looked_at
        if (finding := odd_name(name, is_user=False)) is not None
    }


def _unusual(names: Collection[str]) -> list[str]:
    """Return the names that are no plain addresses, or may be placeholders; of many names they are few."""
    text = "\n".join(names)
    unusual = dict.fromkeys(line[0] for line in _NO_PLAIN_ADDRESS.finditer(text))
    lowered = text.lower()
    if any(hint in lowered for hint in _HINTS):
        unusual |= dict.fromkeys(
            name for name in names if any(hint in name.lower() for hint in _HINTS)
        )
    return [*unusual]


def _without_at(users: int, unusual: Iterable[str]) -> list[str]:
    """Return the names that have no @ although those of all other users have one, or of all but a few.

    Names of another form, such as `system:serviceaccount:ci:builder`, ARNs and distinguished names,
    do not count.
    """
    without = [name for name in unusual if "@" not in name]
    with_at = users - len(without)
    of_people = [name for name in without if _OTHER_FORM.search(name) is None]
    is_odd = with_at > 0 and (len(of_people) == 1 or len(of_people) * _FEW <= with_at)
    return of_people if is_odd else []


def _other_spellings(users: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each name that differs from one before it in case or Unicode form alone, with that one."""
    text = "\n".join(users)
    if text.isascii() and len(set(text.casefold().split("\n"))) == len(users):
        return
    first: dict[str, str] = {}
    for name in users:
        before = first.setdefault(same_user(name), name)
        if before != name:
            yield name, before
