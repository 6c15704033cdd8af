"""Findings about an entry that was refused.

pydantic does not compare the parts of an entry once one of them is wrong. What can be compared in
the valid parts is compared here, so that one run reports everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pydantic import ValidationError

from profiles_management.pmr.amounts import amount_error
from profiles_management.pmr.classes import Contributor, Owner
from profiles_management.pmr.model import Finding, below
from profiles_management.pmr.names import annotation_findings, label_findings
from profiles_management.pmr.people import account_finding, clashes
from profiles_management.pmr.plugins import plugin_warnings
from profiles_management.pmr.resource_errors import name_error
from profiles_management.pmr.resources import limit_list_warnings, quota_list_warnings
from profiles_management.pmr.rules import Rules, key_findings

_LONGEST_KIND: Final = 40


def partial_findings(
    entry: dict[str, Any], people: Iterable[tuple[int, Contributor]], rules: Rules
) -> Iterator[Finding]:
    """Yield what is wrong between the valid parts of an entry; paths start at the entry.

    Args:
        entry: the entry in the document.
        people: the valid contributors in it, each with its place in the list.
        rules: what this installation allows.
    """
    yield from clashes(_owner(entry.get("owner")), people)
    yield from _text_findings(entry, rules)


def partial_warnings(entry: dict[str, Any]) -> Iterator[Finding]:
    """Yield the warnings about the valid parts of an entry; paths start at the entry."""
    hard = _mapping(entry.get("resources")).get("hard")
    yield from below(_quota_warnings(hard), "resources", "hard")
    limit_range = _mapping(entry.get("limitRange", entry.get("limit_range")))
    for index, item in enumerate(_list(limit_range.get("limits"))):
        yield from below(_limit_warnings(_mapping(item)), "limitRange", "limits", index)
    for index, item in enumerate(_list(entry.get("plugins"))):
        yield from below(_plugin_warnings(_mapping(item)), "plugins", index)


def _quota_warnings(hard: object) -> list[Finding]:
    valid = _valid_amounts(hard)
    return quota_list_warnings({name: valid[name] for name in valid if name_error(name) is None})


def _limit_warnings(item: dict[Any, Any]) -> Iterator[Finding]:
    for field in ("max", "min", "default", "defaultRequest"):
        yield from below(limit_list_warnings(_valid_amounts(item.get(field))), field)


def _plugin_warnings(item: dict[Any, Any]) -> Iterable[Finding]:
    kind = item.get("kind")
    return plugin_warnings(kind, _mapping(item.get("spec"))) if isinstance(kind, str) else ()


def _valid_amounts(amounts: object) -> dict[str, str]:
    """Return the amounts without those that are refused."""
    named = {name: amount for name, amount in _mapping(amounts).items() if isinstance(name, str)}
    return {name: str(amount) for name, amount in named.items() if not amount_error(name, amount)}


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
    if not isinstance(kind, str):
        return False
    return re.sub("[-_ ]", "", kind[:_LONGEST_KIND]).casefold() == "serviceaccount"


def _text_findings(entry: dict[str, Any], rules: Rules) -> Iterator[Finding]:
    """Yield what is wrong with labels and annotations, as far as they are text."""
    for field, check in (("labels", label_findings), ("annotations", annotation_findings)):
        given = _mapping(entry.get(field))
        yield from key_findings(given, rules, field)
        texts = {key: value for key, value in given.items() if isinstance(value, str)}
        if len(texts) < len(given):  # else pydantic has compared them
            yield from below(check(texts), field)


def _owner(value: object) -> Owner | None:
    try:
        return Owner.model_validate(value)
    except ValidationError:
        return None
