"""Plain data to a PMR, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import FailFast, TypeAdapter, ValidationError

from profiles_management.pmr.checked import Checked
from profiles_management.pmr.classes import Addition, Contributor, Defaults, Profile
from profiles_management.pmr.diagnosis import TOP_KEYS, kind_of, unknown_key
from profiles_management.pmr.effort import Effort
from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import MOST_FINDINGS, Finding, Path
from profiles_management.pmr.names import near, quoted
from profiles_management.pmr.partial_entries import account_finding_of, salvaged, salvaged_warnings
from profiles_management.pmr.remedies import is_file_name, list_remedy, page_finding
from profiles_management.pmr.rules import Rules, key_findings, rule_findings
from profiles_management.pmr.warnings import defaults_warnings, people_warnings, profile_warnings

VERSION: Final = 1
_BATCH: Final = 256
_MOST_DEFAULTS: Final = 200  # values, which any number of profiles may have
_MOST_TOP_KEYS: Final = 20  # that may be a misspelled `profiles`
_PROFILES: Final = TypeAdapter(Annotated[list[Profile], FailFast()])
_OF_PROFILES: Final = {*Profile.model_fields} | {
    one.serialization_alias for one in Profile.model_fields.values()
}
_DEFINING: Final = _OF_PROFILES - {*Addition.model_fields}
_MORE_ALLOWED: Final = (
    "remove some, or ask the administrator to raise the limit for sources that are not trusted"
)
_NONE_YET: Final = "write: profiles: [] if there are to be none"


def check(data: object, rules: Rules, *, additions: bool = False) -> Checked:
    """Validate a document that was read as plain data. The list of profiles is emptied on the way, to save memory."""
    checked = Checked(additions=additions, limits=rules.limits)
    if not isinstance(data, dict):
        _no_mapping(checked, data)
        return checked
    if {"apiVersion", "kind"} <= data.keys():
        remedy = "list its name and owner under a key profiles"
        checked.complain("no-profiles", "this is a Kubernetes manifest, not a PMR", remedy)
        return checked
    if "profiles" not in data and isinstance(data.get("resources"), list):
        checked.complain(
            "no-profiles",
            "this is a kustomization, not a PMR",
            "name another file, or move this one",
        )
        return checked
    _top(checked, data)
    if "defaults" in data and data["defaults"] is not None:
        _defaults(checked, data["defaults"], rules)
    if isinstance(data.get("profiles"), list) and not _is_too_long(
        checked, data["profiles"], data.get("defaults")
    ):
        _profiles(checked, data["profiles"], rules)
    return checked


def _no_mapping(checked: Checked, data: object) -> None:
    if data is None:
        checked.complain("empty-document", "the document is empty", _NONE_YET)
    elif isinstance(data, list):
        checked.complain(
            "no-profiles",
            "the document is a list, not a mapping",
            "put it below a first line: profiles:",
        )
    elif isinstance(data, str) and (page := page_finding(data)) is not None:
        checked.complain(page.code, page.what, page.remedy)
    elif isinstance(data, str) and is_file_name(data):
        what = f"the document is the name of a file, {quoted(data)}, not its content"
        checked.complain("file-name", what, "read the file and pass its content")
    else:
        remedy = "start with a line: profiles:, and list the profiles below it"
        checked.complain("no-profiles", f"the document is {kind_of(data)}, not a mapping", remedy)


def _top(checked: Checked, data: dict[str, Any]) -> None:
    if isinstance(data.get("sops"), dict):
        what, remedy = "the document is encrypted with sops", "decrypt it first: sops decrypt FILE"
        checked.add(
            [
                UnlocatedProblem(
                    ("sops",), Finding("other-form", what, remedy, ("sops",), at_key=True)
                )
            ]
        )
        return
    unknown = [key for key in data if key not in TOP_KEYS]
    checked.add(
        UnlocatedProblem((key,), unknown_key(key, list(TOP_KEYS), (key,))) for key in unknown
    )
    _version(checked, data)
    profiles = data.get("profiles")
    if "profiles" not in data:
        if not any(near(key, TOP_KEYS) == "profiles" for key in unknown[:_MOST_TOP_KEYS]):
            checked.complain("no-profiles", "there is no key profiles", _NONE_YET)
    elif profiles is None:
        checked.complain("no-profiles", '"profiles" has nothing below it', _NONE_YET, "profiles")
    elif not isinstance(profiles, list):
        what = f'"profiles" wants a list, this is {kind_of(profiles)}'
        checked.complain("not-a-list", what, list_remedy("profiles", profiles), "profiles")


def _version(checked: Checked, data: dict[str, Any]) -> None:
    version = data.get("version", VERSION)
    if type(version) is int and version > VERSION:
        what = f"version {version} is newer than this program, which reads version {VERSION}"
        checked.complain("unknown-version", what, "upgrade, or write: version: 1", "version")
    elif version is not None and (type(version) is not int or version != VERSION):
        checked.complain(
            "unknown-version", "there is no such version", "write: version: 1", "version"
        )


def _defaults(checked: Checked, data: object, rules: Rules) -> None:
    try:
        with checked.effort() as effort:
            checked.defaults = Defaults.model_validate(data, context=effort)
    except ValidationError as error:
        checked.add_error(error, "defaults")
    else:
        checked.add_findings(key_findings(checked.defaults.labels, rules, "defaults", "labels"))
        checked.warn(defaults_warnings(checked.defaults), "defaults")


Entry = Profile | Addition | dict[str, Any]
"""An entry of the list of profiles; one that was refused is the mapping that was written."""


def _profiles(checked: Checked, entries: list[Any], rules: Rules) -> None:
    first: dict[str, int] = {}
    entries.reverse()
    start = 0
    while entries:
        batch = entries[: -_BATCH - 1 : -1]
        del entries[-_BATCH:]
        for index, entry in _batch(checked, batch, start, rules):
            _add(checked, entry, index, first, rules)
        start += len(batch)
        if checked.is_full:
            return
    read: dict[str, Profile | Addition] = {**checked.profiles, **(checked.additions or {})}
    checked.warn(
        people_warnings((index, read[name]) for name, index in first.items() if name in read)
    )


def _is_too_long(checked: Checked, entries: list[Any], defaults: object) -> bool:
    """Complain of more than this source may have or multiply; return whether there is such a complaint."""
    limits = checked.limits
    size = _size(defaults)
    if size > _MOST_DEFAULTS and size * len(entries) > limits.values:
        what = f"the defaults hold {size:,} values for each of {len(entries):,} profiles, more than is allowed together"
        checked.complain("too-many-values", what, "write smaller defaults", "defaults")
        return True
    if limits.profiles is not None and len(entries) > limits.profiles:
        what = f"this source has {len(entries):,} profiles, at most {limits.profiles:,} are allowed"
        checked.complain("too-many-profiles", what, _MORE_ALLOWED, "profiles")
        return True
    if limits.contributors is None:
        return False
    listed = (entry.get("contributors") for entry in entries if isinstance(entry, dict))
    number = sum(len(people) for people in listed if isinstance(people, list))
    if number > limits.contributors:
        what = (
            f"this source has {number:,} contributors, at most {limits.contributors:,} are allowed"
        )
        checked.complain("too-many-contributors", what, _MORE_ALLOWED, "profiles")
    return number > limits.contributors


def _size(value: object) -> int:
    """Return how many values there are in a value."""
    if not isinstance(value, dict | list):
        return 1
    return 1 + sum(map(_size, value.values() if isinstance(value, dict) else value))


def _batch(
    checked: Checked, batch: list[Any], start: int, rules: Rules
) -> Iterator[tuple[int, Entry]]:
    """Yield the entries of a batch with their indexes; those that are refused as they were written."""
    effort = Effort(MOST_FINDINGS, checked.amounts)
    try:
        entries = _PROFILES.validate_python(batch, context=effort)
    except ValidationError:  # the others of the batch are fine
        for index, entry in enumerate(batch, start):
            if not checked.is_full and (read := _one(checked, entry, index, rules)) is not None:
                yield index, read
        return
    checked.amounts = effort.amounts
    yield from enumerate(entries, start)


def _one(checked: Checked, entry: object, index: int, rules: Rules) -> Entry | None:
    model: type[Profile | Addition] = Profile
    if checked.additions is not None and isinstance(entry, dict) and "owner" not in entry:
        model, entry = Addition, _without_defining(checked, entry, index)
    try:
        with checked.effort() as effort:
            return model.model_validate(entry, context=effort)
    except ValidationError as error:
        refused = error
    if not isinstance(entry, dict):
        checked.add_error(refused, "profiles", index)
        return None
    checked.add_error(refused, "profiles", index, but=_is_of_contributor)
    known = _people(checked, entry.get("contributors"), index)
    checked.add_findings(salvaged(entry, known, rules), "profiles", index)
    if not checked.is_full:
        checked.warn(salvaged_warnings(entry), "profiles", index)
    return entry


def _is_of_contributor(path: Path) -> bool:
    return path[2:3] == ("contributors",) and len(path) > len(("profiles", "index", "contributors"))


def _people(checked: Checked, listed: object, index: int) -> list[tuple[int, Contributor]]:
    """Complain of each contributor who is refused; return the others with their places in the list."""
    known: list[tuple[int, Contributor]] = []
    for place, entry in enumerate(listed) if isinstance(listed, list) else ():
        if checked.is_full:
            break
        path: Path = ("profiles", index, "contributors", place)
        account = account_finding_of(entry)
        if account is not None:
            checked.add_findings([account], *path)
        try:
            known.append((place, Contributor.model_validate(entry)))
        except ValidationError as error:
            complained_of = () if account is None else ((*path, "kind"), (*path, "namespace"))
            checked.add_error(error, *path, but=complained_of.__contains__)
    return known


def _without_defining(checked: Checked, entry: dict[str, Any], index: int) -> dict[str, Any]:
    """Complain of what an addition cannot set; return the rest of it."""
    for key in entry.keys() & _DEFINING:
        what = f'an entry without owner adds contributors and cannot set "{key}"'
        remedy = "remove it, or add an owner if this source defines the profile"
        path: Path = ("profiles", index, key)
        checked.add(
            [UnlocatedProblem(path, Finding("not-for-additions", what, remedy, path, at_key=True))]
        )
    return {key: part for key, part in entry.items() if key not in _DEFINING}


def _add(checked: Checked, entry: Entry, index: int, first: dict[str, int], rules: Rules) -> None:
    """Take an entry in; of one that was refused, only the name is looked at."""
    name = entry.get("name") if isinstance(entry, dict) else entry.name
    if not isinstance(name, str):
        return
    if name in first:
        path: Path = ("profiles", index, "name")
        what = f"another profile is called {quoted(name)}"
        finding = Finding("duplicate-profile", what, "rename or remove one", path)
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
