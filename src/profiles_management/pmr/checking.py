"""Plain data to a PMR, or to everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from profiles_management.pmr.classes import Addition, Defaults, Profile, ProfilesManagementRepresentation
from profiles_management.pmr.complaints import Complaint
from profiles_management.pmr.cuts import Cut
from profiles_management.pmr.diagnosis import TOP_KEYS, is_known_key, kind_of, unknown_key
from profiles_management.pmr.model import Finding, Path
from profiles_management.pmr.names import near, quoted
from profiles_management.pmr.rules import Rules, key_findings, rule_findings
from profiles_management.pmr.salvage import account_findings, salvaged, salvaged_warnings
from profiles_management.pmr.slips import is_file_name, list_remedy
from profiles_management.pmr.warnings import defaults_warnings, people_warnings, profile_warnings

VERSION: Final = 1
MOST_PROBLEMS: Final = 10_000
_BATCH: Final = 256
_PROFILES: Final = TypeAdapter(list[Profile])
_OF_PROFILES: Final = {*Profile.model_fields} | {one.serialization_alias for one in Profile.model_fields.values()}
_DEFINING: Final = _OF_PROFILES - {*Addition.model_fields}
_NONE_YET: Final = "write: profiles: [] if there are to be none"


class Checked:
    """The outcome: a PMR, which is whole only if there are no complaints. Warnings leave it whole.

    `additions` is None in a document that may not have any.
    """

    def __init__(self, *, additions: bool = False) -> None:
        self.profiles: dict[str, Profile] = {}
        self.additions: dict[str, Addition] | None = {} if additions else None
        self.defaults: Defaults | None = None
        self.complaints: list[Complaint] = []
        self.warnings: list[Complaint] = []

    def pmr(self) -> ProfilesManagementRepresentation:
        """Return what is valid."""
        return ProfilesManagementRepresentation(
            [*self.profiles.values()], defaults=self.defaults, additions=[*(self.additions or {}).values()]
        )

    def warn(self, findings: Iterable[Finding], *prefix: str | int) -> None:
        """Note what is valid and probably not meant; the findings' paths start at `prefix`."""
        for finding in findings:
            path: Path = (*prefix, *finding.path)
            if len(self.warnings) < MOST_PROBLEMS:
                self.warnings.append(Complaint(path, finding._replace(path=path)))

    def complain(self, code: str, what: str, remedy: str, *path: str | int) -> None:
        """Note something that is wrong at a path."""
        self.complaints.append(Complaint(path, Finding(code, what, remedy, path)))


def check(data: object, rules: Rules, *, additions: bool = False) -> Checked:
    """Validate a document that was read as plain data. The list of profiles is emptied on the way, to save memory."""
    checked = Checked(additions=additions)
    if not isinstance(data, dict):
        _no_mapping(checked, data)
        return checked
    if {"apiVersion", "kind"} <= data.keys():
        remedy = "list its name and owner under a key profiles"
        checked.complain("no-profiles", "this is a Kubernetes manifest, not a PMR", remedy)
        return checked
    _top(checked, data)
    if "defaults" in data and data["defaults"] is not None:
        _defaults(checked, data["defaults"], rules)
    if isinstance(data.get("profiles"), list):
        _profiles(checked, data["profiles"], rules)
    return checked


def null_complaint(path: Path) -> Complaint | None:
    """Return the complaint for a value with nothing in it, or None where nothing means something.

    A label of a profile that is null drops a default; what plugins take is theirs to know.
    """
    keys = [part for part in path if isinstance(part, str)]
    is_label = keys[:2] == ["profiles", "labels"] and len(keys) == len(("profiles", "labels", "key"))
    is_plugins = keys[:3] == ["profiles", "plugins", "spec"] and path[-1] != "spec"
    if path in ((), ("profiles",)) or is_label or is_plugins:
        return None
    key = keys[-1] if keys else "profiles"
    pair = _NO_SPACE.fullmatch(key)
    if pair is not None and path[-1] == key and is_known_key(pair["key"]):
        what, remedy = f"{quoted(key)} has no space after its colon", f"write: {pair['key']}: {pair['value']}"
        return Complaint(path, Finding("empty-value", what, remedy, path, at_key=True))
    remedy = _EMPTY.get(key, "give it a value, or remove the line")
    what = f'"{key}" has nothing after it' if path[-1] == key else f'an item of "{key}" is empty'
    return Complaint(path, Finding("empty-value", what, remedy, path))


def cut_complaint(cut: Cut) -> Complaint | None:
    """Return the complaint for a text that a comma cut in pieces; None where the piece is a key without its value."""
    path = cut.paths[0]
    stray = str(path[-1])
    if is_known_key(stray):
        return None
    what = f"a comma ends a value inside {{ }}, so {quoted(stray)} became a key"
    remedy = f"put the value into double quotes: {cut.key}: {quoted(' '.join(cut.text.split()))}"
    return Complaint(path, Finding("needs-quotes", what, remedy, path, at_key=True))


def number_complaint(path: Path) -> Complaint | None:
    """Return the complaint for a number that YAML reads otherwise than people do, where a number is welcome."""
    if not {"hard", "limits"}.intersection(path):
        return None
    what = "YAML does not read this number as people do"
    return Complaint(path, Finding("odd-number", what, "write it with plain digits, or in double quotes", path))


_NO_SPACE: Final = re.compile(r"(?P<key>[A-Za-z_]+):(?P<value>\S.*)")
_EMPTY: Final = {
    "resources": "write: resources: {} for explicitly none, or remove the line",
    "limitRange": "write: limitRange: {} for explicitly none, or remove the line",
    "limit_range": "write: limit_range: {} for explicitly none, or remove the line",
    "contributors": "write: contributors: [] for none, or remove the line",
    "until": "write a date such as 2027-01-31, or remove the line for access without an end",
}


def _no_mapping(checked: Checked, data: object) -> None:
    if data is None:
        checked.complain("empty-document", "the document is empty", _NONE_YET)
    elif isinstance(data, list):
        checked.complain("no-profiles", "the document is a list, not a mapping", "put it below a first line: profiles:")
    elif isinstance(data, str) and is_file_name(data):
        what = f"the document is the name of a file, {quoted(data)}, not its content"
        checked.complain("file-name", what, "read the file and pass its content")
    else:
        remedy = "start with a line: profiles:, and list the profiles below it"
        checked.complain("no-profiles", f"the document is {kind_of(data)}, not a mapping", remedy)


def _top(checked: Checked, data: dict[str, Any]) -> None:
    if isinstance(data.get("sops"), dict):
        what, remedy = "the document is encrypted with sops", "decrypt it first: sops decrypt FILE"
        checked.complaints.append(Complaint(("sops",), Finding("other-form", what, remedy, ("sops",), at_key=True)))
        return
    unknown = [key for key in data if key not in TOP_KEYS]
    for key in unknown:
        checked.complaints.append(Complaint((key,), unknown_key(key, list(TOP_KEYS), (key,))))
    _version(checked, data)
    profiles = data.get("profiles")
    if "profiles" not in data:
        if not any(near(key, TOP_KEYS) == "profiles" for key in unknown):
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
        checked.complain("unknown-version", "there is no such version", "write: version: 1", "version")


def _defaults(checked: Checked, data: object, rules: Rules) -> None:
    try:
        checked.defaults = Defaults.model_validate(data)
    except ValidationError as error:
        checked.complaints += _complaints(error, "defaults")
    else:
        for finding in key_findings(checked.defaults.labels, rules, "defaults", "labels"):
            checked.complaints.append(Complaint(finding.path, finding))
        checked.warn(defaults_warnings(checked.defaults), "defaults")


def _complaints(error: ValidationError, *prefix: str | int) -> Iterator[Complaint]:
    if error.error_count() > MOST_PROBLEMS:
        what = f"{error.error_count():,} things are wrong below this"
        yield Complaint(prefix, Finding("too-many-problems", what, "check that the file is what it should be", prefix))
        return
    for detail in error.errors(include_url=False):
        yield Complaint((*prefix, *detail["loc"]), error=detail)


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
        if entries and len(checked.complaints) > MOST_PROBLEMS:
            what = f"more than {MOST_PROBLEMS:,} things are wrong, the rest was not looked at"
            checked.complain("too-many-problems", what, "mend these first", "profiles", start)
            return
    read: dict[str, Profile | Addition] = {**checked.profiles, **(checked.additions or {})}
    checked.warn(people_warnings((index, read[name]) for name, index in first.items() if name in read))


def _batch(checked: Checked, batch: list[Any], start: int, rules: Rules) -> list[tuple[int, Entry]]:
    """Return the entries of a batch with their indexes; those that are refused as they were written."""
    try:
        return [*enumerate(_PROFILES.validate_python(batch), start)]
    except ValidationError:  # the others of the batch are fine
        read = [(index, _one(checked, entry, index, rules)) for index, entry in enumerate(batch, start)]
    return [(index, entry) for index, entry in read if entry is not None]


def _one(checked: Checked, entry: object, index: int, rules: Rules) -> Entry | None:
    model: type[Profile | Addition] = Profile
    if checked.additions is not None and isinstance(entry, dict) and "owner" not in entry:
        model, entry = Addition, _without_defining(checked, entry, index)
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        complaints = [*_complaints(error, "profiles", index)]
    if not isinstance(entry, dict):
        checked.complaints += complaints
        return None
    checked.warn(salvaged_warnings(entry), "profiles", index)
    accounts = account_findings(entry)
    of_accounts = {
        ("profiles", index, *finding.path[:-1], key) for finding in accounts for key in ("kind", "namespace")
    }
    checked.complaints += [complaint for complaint in complaints if complaint.path not in of_accounts]
    for finding in (*accounts, *salvaged(entry, rules)):
        path: Path = ("profiles", index, *finding.path)
        checked.complaints.append(Complaint(path, finding._replace(path=path)))
    return entry


def _without_defining(checked: Checked, entry: dict[str, Any], index: int) -> dict[str, Any]:
    """Complain of what an addition cannot set; return the rest of it."""
    for key in entry.keys() & _DEFINING:
        what = f'an entry without owner adds contributors and cannot set "{key}"'
        remedy = "remove it, or add an owner if this source defines the profile"
        path: Path = ("profiles", index, key)
        checked.complaints.append(Complaint(path, Finding("not-for-additions", what, remedy, path, at_key=True)))
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
        checked.complaints.append(Complaint(path, finding, first=("profiles", first[name], "name")))
        return
    first[name] = index
    if isinstance(entry, Addition) and checked.additions is not None:
        checked.additions[name] = entry
    elif isinstance(entry, Profile):
        checked.profiles[name] = entry
        checked.warn(profile_warnings(entry), "profiles", index)
        for finding in rule_findings(entry, rules, entry.labels):
            path = ("profiles", index, *finding.path)
            checked.complaints.append(Complaint(path, finding._replace(path=path)))
