"""What can still be said of an entry that was refused: pydantic compares nothing in it once a part is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pydantic import ValidationError

from profiles_management.pmr.amounts import amount_error
from profiles_management.pmr.classes import Contributor, Owner
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import annotation_findings, label_findings
from profiles_management.pmr.people import account_finding, clashes
from profiles_management.pmr.plugins import plugin_warnings
from profiles_management.pmr.resource_names import name_error
from profiles_management.pmr.resources import limit_list_warnings, quota_list_warnings
from profiles_management.pmr.rules import Rules, key_findings

_LONGEST_KIND: Final = 40


def salvaged(
    entry: dict[str, Any], people: Iterable[tuple[int, Contributor]], rules: Rules
) -> Iterator[Finding]:
    """Yield what is wrong between the parts of an entry that can be read; paths start at the entry.

    Args:
        entry: what was written.
        people: the contributors in it that are valid, each with its place in the list.
        rules: what this installation allows.
    """
    yield from clashes(_owner(entry.get("owner")), people)
    yield from _texts(entry, rules)


def salvaged_warnings(entry: dict[str, Any]) -> Iterator[Finding]:
    """Yield the warnings of those parts of an entry that are valid; paths start at the entry."""
    yield from _of_quota(entry)
    yield from _of_limits(entry)
    yield from _of_plugins(entry)


def _of_quota(entry: dict[str, Any]) -> Iterator[Finding]:
    resources = _mapping(entry.get("resources"))
    amounts = {
        name: amount
        for name, amount in _valid(resources.get("hard")).items()
        if name_error(name) is None
    }
    for finding in quota_list_warnings(amounts):
        yield finding._replace(path=("resources", "hard", *finding.path))


def _of_limits(entry: dict[str, Any]) -> Iterator[Finding]:
    for index, item in enumerate(
        _list(_mapping(entry.get("limitRange", entry.get("limit_range"))).get("limits"))
    ):
        for field in ("max", "min", "default", "defaultRequest"):
            for finding in limit_list_warnings(_valid(_mapping(item).get(field))):
                yield finding._replace(path=("limitRange", "limits", index, field, *finding.path))


def _of_plugins(entry: dict[str, Any]) -> Iterator[Finding]:
    for index, item in enumerate(_list(entry.get("plugins"))):
        kind = _mapping(item).get("kind")
        if isinstance(kind, str):
            for finding in plugin_warnings(kind, _mapping(item.get("spec"))):
                yield finding._replace(path=("plugins", index, *finding.path))


def _valid(amounts: object) -> dict[str, str]:
    given = _mapping(amounts).items()
    return {
        name: str(amount)
        for name, amount in given
        if isinstance(name, str) and not amount_error(name, amount)
    }


def _mapping(value: object) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def account_finding_of(person: object) -> Finding | None:
    """Return the finding for a contributor that is a ServiceAccount, None for any other."""
    if not isinstance(person, dict) or not _is_account(person):
        return None
    return account_finding(person.get("name"), person.get("namespace"), ("kind",))


def _is_account(person: dict[str, Any]) -> bool:
    kind = person.get("kind")
    return (
        isinstance(kind, str)
        and re.sub("[-_ ]", "", kind[:_LONGEST_KIND]).casefold() == "serviceaccount"
    )


def _texts(entry: dict[str, Any], rules: Rules) -> list[Finding]:
    """Return what is wrong with labels and annotations, as far as they are text."""
    found: list[Finding] = []
    for field, judge in (("labels", label_findings), ("annotations", annotation_findings)):
        given = entry.get(field)
        if not isinstance(given, dict):
            continue
        found += key_findings(given, rules, field)
        if not all(isinstance(value, str) for value in given.values()):
            texts = {key: value for key, value in given.items() if isinstance(value, str)}
            found += [finding._replace(path=(field, *finding.path)) for finding in judge(texts)]
    return found


def _owner(value: object) -> Owner | None:
    try:
        return Owner.model_validate(value)
    except ValidationError:
        return None
