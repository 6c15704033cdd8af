"""Validation of the entries of a document: profiles, and additions to those of other sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import FailFast, TypeAdapter, ValidationError

from profiles_management.pmr.classes import Addition, Contributor, Profile
from profiles_management.pmr.document_limits import Budget
from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import MOST_FINDINGS, Finding, Path, keys_of
from profiles_management.pmr.names import same_name
from profiles_management.pmr.partial_entries import (
    account_finding_of,
    partial_findings,
    partial_warnings,
)
from profiles_management.pmr.rules import Rules, adoption_findings, rule_findings
from profiles_management.pmr.validation_result import ValidationResult
from profiles_management.pmr.warnings import people_warnings, profile_warnings

_BATCH: Final = 256
_PROFILES: Final = TypeAdapter(Annotated[list[Profile], FailFast()])
_DEFINING: Final = {*Profile.model_fields, *keys_of(Profile)} - {*Addition.model_fields}

Entry = Profile | Addition | dict[str, Any]
"""An entry of the list of profiles. A refused one is the mapping in the document."""


def check_profiles(checked: ValidationResult, entries: list[Any], rules: Rules) -> None:
    """Validate the list of profiles, and empty it to save memory."""
    first: dict[str, int] = {}
    entries.reverse()
    start = 0
    while entries:
        batch = entries[: -_BATCH - 1 : -1]
        del entries[-_BATCH:]
        for index, entry in _validated(checked, batch, start, rules):
            _add(checked, entry, index, first, rules)
        start += len(batch)
        if checked.is_full:
            return
    places = ((first[name], profile) for name, profile in checked.profiles.items())
    checked.add_findings(adoption_findings(places))
    read: dict[str, Profile | Addition] = {**checked.profiles, **(checked.additions or {})}
    checked.warn(
        people_warnings((index, read[name]) for name, index in first.items() if name in read)
    )


def _validated(
    checked: ValidationResult, batch: list[Any], start: int, rules: Rules
) -> Iterator[tuple[int, Entry]]:
    """Yield the entries of a batch with their indexes."""
    budget = Budget(MOST_FINDINGS, checked.amounts)
    try:
        entries = _PROFILES.validate_python(batch, context=budget)
    except ValidationError:  # at least one entry is refused
        yield from _validated_one_by_one(checked, batch, start, rules)
    else:
        checked.amounts = budget.amounts
        yield from enumerate(entries, start)


def _validated_one_by_one(
    checked: ValidationResult, batch: list[Any], start: int, rules: Rules
) -> Iterator[tuple[int, Entry]]:
    for index, entry in enumerate(batch, start):
        if checked.is_full:
            return
        validated = _validated_entry(checked, entry, index, rules)
        if validated is not None:
            yield index, validated


def _validated_entry(
    checked: ValidationResult, entry: object, index: int, rules: Rules
) -> Entry | None:
    model: type[Profile | Addition] = Profile
    if checked.additions is not None and isinstance(entry, dict) and "owner" not in entry:
        model, entry = Addition, _without_definition(checked, entry, index)
    try:
        with checked.budget() as budget:
            return model.model_validate(entry, context=budget)
    except ValidationError as error:
        refused = error
    if not isinstance(entry, dict):
        checked.add_error(refused, "profiles", index)
        return None
    checked.add_error(refused, "profiles", index, but=_is_of_contributor)
    contributors = _valid_contributors(checked, entry.get("contributors"), index)
    checked.add_findings(partial_findings(entry, contributors, rules), "profiles", index)
    if not checked.is_full:
        checked.warn(partial_warnings(entry), "profiles", index)
    return entry


def _is_of_contributor(path: Path) -> bool:
    return path[2:3] == ("contributors",) and len(path) > len(("profiles", "index", "contributors"))


def _valid_contributors(
    checked: ValidationResult, listed: object, index: int
) -> list[tuple[int, Contributor]]:
    """Return the valid contributors of an entry with their places; note what is wrong in others."""
    valid: list[tuple[int, Contributor]] = []
    for place, entry in enumerate(listed) if isinstance(listed, list) else ():
        if checked.is_full:
            break
        path: Path = ("profiles", index, "contributors", place)
        account = account_finding_of(entry)
        ignored: tuple[Path, ...] = ()
        if account is not None:
            checked.add_findings([account], *path)
            ignored = ((*path, "kind"), (*path, "namespace"))
        try:
            valid.append((place, Contributor.model_validate(entry)))
        except ValidationError as error:
            checked.add_error(error, *path, but=ignored.__contains__)
    return valid


def _without_definition(
    checked: ValidationResult, entry: dict[str, Any], index: int
) -> dict[str, Any]:
    """Return an addition without the keys that only a definition may have; note these keys."""
    for key in entry.keys() & _DEFINING:
        what = f'an entry without owner adds contributors and cannot set "{key}"'
        remedy = "remove it, or add an owner if this source defines the profile"
        path: Path = ("profiles", index, key)
        finding = Finding("not-for-additions", what, remedy, path, at_key=True)
        checked.add([UnlocatedProblem(path, finding)])
    return {key: value for key, value in entry.items() if key not in _DEFINING}


def _add(
    checked: ValidationResult, entry: Entry, index: int, first: dict[str, int], rules: Rules
) -> None:
    """Add an entry to the document; of a refused one, only the name is compared.

    Args:
        checked: the document.
        entry: the entry.
        index: its place in the list of profiles.
        first: the place of the first entry of each name; the name of this one is added.
        rules: what this installation allows.
    """
    name = entry.get("name") if isinstance(entry, dict) else entry.name
    if not isinstance(name, str):
        return
    if name in first:
        path: Path = ("profiles", index, "name")
        finding = same_name(name, "", path)
        checked.add([UnlocatedProblem(path, finding, first=("profiles", first[name], "name"))])
        return
    first[name] = index
    if isinstance(entry, Addition) and checked.additions is not None:
        checked.additions[name] = entry
    elif isinstance(entry, Profile):
        checked.profiles[name] = entry
        checked.add_findings(rule_findings(entry, rules, entry.labels), "profiles", index)
        if not checked.is_full:
            checked.warn(profile_warnings(entry), "profiles", index)
