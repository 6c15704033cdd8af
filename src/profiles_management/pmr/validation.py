"""Validation of plain data: the PMR, and everything that is wrong."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError

from profiles_management.pmr.classes import Defaults
from profiles_management.pmr.diagnosis import TOP_KEYS, kind_of, unknown_key
from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import Finding, parts_of
from profiles_management.pmr.names import near, quoted
from profiles_management.pmr.profile_entries import check_profiles
from profiles_management.pmr.puhuri_section import Puhuri
from profiles_management.pmr.remedies import is_file_name, list_remedy, page_finding
from profiles_management.pmr.rules import Rules, key_findings, portal_findings
from profiles_management.pmr.validation_result import ValidationResult
from profiles_management.pmr.warnings import defaults_warnings

VERSION: Final = 1
_MOST_DEFAULTS: Final = 200  # values of defaults that any number of profiles may have
_MOST_TOP_KEYS: Final = 20  # unknown keys that are compared with `profiles`
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
    if data.get("puhuri") is not None:
        _check_puhuri(checked, data["puhuri"], rules)
    if isinstance(entries, list) and not _is_too_long(checked, entries, defaults):
        check_profiles(checked, entries, rules)
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
    if data.get("kind") == "Config" and not data.keys().isdisjoint(("clusters", "contexts")):
        remedy = "pass a document, and the kubeconfig with --kubeconfig FILE"
        return Finding("no-profiles", "this is a kubeconfig, not a PMR", remedy)
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


def _check_puhuri(checked: ValidationResult, data: object, rules: Rules) -> None:
    checked.add_findings(portal_findings(rules), "puhuri")
    try:
        checked.puhuri = Puhuri.model_validate(data)
    except ValidationError as error:
        checked.add_error(error, "puhuri")


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
    return 1 + sum(_size(part) for _, part in parts_of(value))
