"""Validation of plain data: the PMR, and everything that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import FailFast, TypeAdapter, ValidationError

from profiles_management.pmr.classes import Addition, Contributor, Defaults, Profile
from profiles_management.pmr.diagnosis import TOP_KEYS, kind_of, unknown_key
from profiles_management.pmr.document_limits import Budget
from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import MOST_FINDINGS, Finding, Path, keys_of
from profiles_management.pmr.names import near, quoted, same_name
from profiles_management.pmr.partial_entries import (
    account_finding_of,
    partial_findings,
    partial_warnings,
)
from profiles_management.pmr.remedies import is_file_name, list_remedy, page_finding
from profiles_management.pmr.rules import Rules, key_findings, rule_findings
from profiles_management.pmr.validation_result import ValidationResult
from profiles_management.pmr.warnings import defaults_warnings, people_warnings, profile_warnings

VERSION: Final = 1
_BATCH: Final = 256
_MOST_DEFAULTS: Final = 200  # values of defaults that any number of profiles may have
_MOST_TOP_KEYS: Final = 20  # unknown keys that are compared with `profiles`
_PROFILES: Final = TypeAdapter(Annotated[list[Profile], FailFast()])
_DEFINING: Final = {*Profile.model_fields, *keys_of(Profile)} - {*Addition.model_fields}
_MORE_ALLOWED: Final = (
    "remove some, or ask the administrator to raise the limit for sources that are not trusted"
)
_NO_PROFILES: Final = "write: profiles: [] if there are no profiles"


def check(data: object, rules: Rules, *, additions: bool = False) -> ValidationResult:
    """Validate a document.

    Args:
        data: the document as plain data. Its list of profiles is emptied, to save memory.
        rules: what this installation allows.
        additions: whether entries without owner may add contributors.
    """
    checked = ValidationResult(additions=additions, limits=rules.limits)
    if not isinstance(data, dict):
        checked.refuse(*_not_a_mapping(data))
        return checked
    other_form = _other_form(data)
    if other_form is not None:
        checked.add([UnlocatedProblem(other_form.path, other_form)])
        return checked
    _check_top(checked, data)
    defaults, entries = data.get("defaults"), data.get("profiles")
    if defaults is not None:
        _check_defaults(checked, defaults, rules)
    if isinstance(entries, list) and not _is_too_long(checked, entries, defaults):
        _check_profiles(checked, entries, rules)
    return checked


def _not_a_mapping(data: object) -> tuple[str, str, str]:
    """Return code, text and remedy for a document that is not a mapping."""
    if data is None:
        return "empty-document", "the document is empty", _NO_PROFILES
    if isinstance(data, list):
        remedy = "put it below a first line: profiles:"
        return "no-profiles", "the document is a list, not a mapping", remedy
    if isinstance(data, str):
        page = page_finding(data)
        if page is not None:
            return page.code, page.what, page.remedy
        if is_file_name(data):
            what = f"the document is the name of a file, {quoted(data)}, not its content"
            return "file-name", what, "read the file and pass its content"
    remedy = "start with a line: profiles:, and list the profiles below it"
    return "no-profiles", f"the document is {kind_of(data)}, not a mapping", remedy


def _other_form(data: dict[str, Any]) -> Finding | None:
    """Return the finding for a mapping that is not a PMR, None for any other."""
    if {"apiVersion", "kind"} <= data.keys():
        remedy = "list its name and owner under a key profiles"
        return Finding("no-profiles", "this is a Kubernetes manifest, not a PMR", remedy)
    if "profiles" not in data and isinstance(data.get("resources"), list):
        remedy = "pass another file, or move this one"
        return Finding("no-profiles", "this is a kustomization, not a PMR", remedy)
    return None


def _check_top(checked: ValidationResult, data: dict[str, Any]) -> None:
    if isinstance(data.get("sops"), dict):
        what, remedy = "the document is encrypted with sops", "decrypt it first: sops decrypt FILE"
        finding = Finding("other-form", what, remedy, ("sops",), at_key=True)
        checked.add([UnlocatedProblem(("sops",), finding)])
        return
    unknown = [key for key in data if key not in TOP_KEYS]
    checked.add(
        UnlocatedProblem((key,), unknown_key(key, list(TOP_KEYS), (key,))) for key in unknown
    )
    _check_version(checked, data.get("version", VERSION))
    if "profiles" in data:
        _check_list_of_profiles(checked, data["profiles"])
    elif all(near(key, TOP_KEYS) != "profiles" for key in unknown[:_MOST_TOP_KEYS]):
        checked.refuse("no-profiles", "there is no key profiles", _NO_PROFILES)


def _check_list_of_profiles(checked: ValidationResult, profiles: object) -> None:
    if profiles is None:
        checked.refuse("no-profiles", '"profiles" has no value', _NO_PROFILES, "profiles")
    elif not isinstance(profiles, list):
        what = f'"profiles" must be a list, this is {kind_of(profiles)}'
        checked.refuse("not-a-list", what, list_remedy("profiles", profiles), "profiles")


def _check_version(checked: ValidationResult, version: object) -> None:
    if version is None:
        return
    if type(version) is not int or version < VERSION:
        what = "there is no such version"
        checked.refuse("unknown-version", what, "write: version: 1", "version")
    elif version > VERSION:
        what = f"version {version} is newer than this program, which reads version {VERSION}"
        checked.refuse("unknown-version", what, "upgrade, or write: version: 1", "version")


def _check_defaults(checked: ValidationResult, data: object, rules: Rules) -> None:
    try:
        with checked.budget() as budget:
            checked.defaults = Defaults.model_validate(data, context=budget)
    except ValidationError as error:
        checked.add_error(error, "defaults")
    else:
        checked.add_findings(key_findings(checked.defaults.labels, rules, "defaults", "labels"))
        checked.warn(defaults_warnings(checked.defaults), "defaults")


# limits of the whole document


def _is_too_long(checked: ValidationResult, entries: list[Any], defaults: object) -> bool:
    """Return whether a document has more than its source may have; the reason is noted."""
    excess = _excess(checked, entries, defaults)
    if excess is None:
        return False
    checked.refuse(*excess)
    return True


def _excess(
    checked: ValidationResult, entries: list[Any], defaults: object
) -> tuple[str, str, str, str] | None:
    """Return code, text, remedy and key for what a document has too much of, None for nothing."""
    limits, profiles = checked.limits, len(entries)
    size = _size(defaults)
    if size > _MOST_DEFAULTS and size * profiles > limits.values:
        what = (
            f"the defaults have {size:,} values for each of {profiles:,} profiles; "
            "together that is more than the limit"
        )
        return "too-many-values", what, "write smaller defaults", "defaults"
    if limits.profiles is not None and profiles > limits.profiles:
        what = f"this source has {profiles:,} profiles, at most {limits.profiles:,} are allowed"
        return "too-many-profiles", what, _MORE_ALLOWED, "profiles"
    if limits.contributors is None:
        return None
    contributors = _count_contributors(entries)
    if contributors <= limits.contributors:
        return None
    most = f"at most {limits.contributors:,} are allowed"
    what = f"this source has {contributors:,} contributors, {most}"
    return "too-many-contributors", what, _MORE_ALLOWED, "profiles"


def _count_contributors(entries: list[Any]) -> int:
    number = 0
    for entry in entries:
        contributors = entry.get("contributors") if isinstance(entry, dict) else None
        if isinstance(contributors, list):
            number += len(contributors)
    return number


def _size(value: object) -> int:
    """Return the number of values in a value, itself included."""
    if isinstance(value, dict):
        return 1 + sum(map(_size, value.values()))
    return 1 + sum(map(_size, value)) if isinstance(value, list) else 1


# profiles


Entry = Profile | Addition | dict[str, Any]
"""An entry of the list of profiles. A refused one is the mapping in the document."""


def _check_profiles(checked: ValidationResult, entries: list[Any], rules: Rules) -> None:
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
