"""Several files as one document: the same profile twice is refused, with both places. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import islice
from typing import Final

from profiles_management.pmr import documents
from profiles_management.pmr.classes import Defaults, ProfilesManagementRepresentation
from profiles_management.pmr.document_limits import Limits
from profiles_management.pmr.locating import UnlocatedProblem, located
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import quoted
from profiles_management.pmr.positions import Spot, locate, lookup
from profiles_management.pmr.problems import DocumentError, Problem, Where
from profiles_management.pmr.reading import LARGEST, decode, from_json
from profiles_management.pmr.rules import Rules
from profiles_management.pmr.warnings import document_warnings
from profiles_management.pmr.yaml_events import parse

PATTERNS: Final = ("*.yaml", "*.yml", "*.json")
MOST_FILES: Final = 1000
"""How many files are one document. Together they may have as many bytes as a document, `LARGEST`."""
MOST_PROBLEMS: Final = 1000
"""After how many problems in some files of a folder the others are not read."""


def is_in_document(name: str) -> bool:
    """Return whether a file of this name is part of the document that its folder is; a hidden one is not."""
    return not name.startswith(".") and any(fnmatchcase(name, pattern) for pattern in PATTERNS)


def document(
    files: Mapping[str, bytes], *, rules: Rules, additions: bool = False
) -> ProfilesManagementRepresentation:
    """Return what all files say together.

    Args:
        files: the bytes of each file by what problems call it, in order.
        rules: what this installation allows.
        additions: whether an entry without owner may add contributors to a profile of another
            source.

    Raises:
        DocumentError: with every problem of every file, or where two have the same profile or other
            `defaults`.
    """
    read: dict[str, ProfilesManagementRepresentation] = {}
    problems: list[Problem] = []
    warnings: list[Problem] = []
    size: Counter[str] = Counter()
    for name, data in files.items():
        if len(problems) >= MOST_PROBLEMS:
            problems.append(_not_read(name))
            break
        try:
            read[name] = documents.loads(data, name=name, rules=rules, additions=additions)
        except DocumentError as error:
            problems += error.problems
            warnings += error.warnings
            continue
        warnings += document_warnings(read[name])
        size += _size(read[name])
        if (problem := _too_many(size, name, rules.limits)) is not None:
            raise DocumentError([*problems, problem], warnings)
    problems += islice(_clashes(read, files), MOST_PROBLEMS)
    if problems:
        raise DocumentError(problems, warnings)
    if len(read) == 1:
        return next(iter(read.values()))
    profiles = [profile for pmr in read.values() for profile in pmr.profiles.values()]
    added = [addition for pmr in read.values() for addition in pmr.additions.values()]
    defaults = next((pmr.defaults for pmr in read.values() if pmr.defaults is not None), None)
    whole = ProfilesManagementRepresentation(profiles, defaults=defaults, additions=added)
    whole.warnings = tuple(warnings)
    return whole


def _size(pmr: ProfilesManagementRepresentation) -> Counter[str]:
    """Return how many profiles and contributors a file has."""
    people = [len(profile.contributors) for profile in pmr.profiles.values()]
    people += [len(addition.contributors) for addition in pmr.additions.values()]
    return Counter(profiles=len(people), contributors=sum(people))


def _too_many(size: Counter[str], name: str, limits: Limits) -> Problem | None:
    """Return the problem that all files together have more than their source may have; `name` is the last one."""
    for what, most in (("profiles", limits.profiles), ("contributors", limits.contributors)):
        if most is not None and size[what] > most:
            told = f"the files up to this one have {size[what]:,} {what} together, at most {most:,} are allowed"
            return Problem(
                f"too-many-{what}", told, Where(file=name), "ask the administrator to allow more"
            )
    return None


def _not_read(name: str) -> Problem:
    what = f"this file and those after it were not read, because more than {MOST_PROBLEMS:,} things are wrong before"
    return Problem(
        "too-many-problems", what, Where(file=name), "fix the files before it and try again"
    )


def _clashes(
    read: Mapping[str, ProfilesManagementRepresentation], files: Mapping[str, bytes]
) -> Iterator[Problem]:
    """Yield what a file defines that a file before it defines too, or defines otherwise, with both places."""
    first: dict[str, str] = {}
    default: tuple[str, Defaults] | None = None
    places = _Places(files)
    for name, pmr in read.items():
        entries = [*pmr.profiles, *pmr.additions]
        findings = places.same_entries(
            name, {entry: first[entry] for entry in entries if entry in first}
        )
        first |= {entry: name for entry in entries if entry not in first}
        if pmr.defaults is not None:
            default = default or (name, pmr.defaults)
            if pmr.defaults != default[1]:
                findings.append(_other_defaults(places.of_defaults(default[0])))
        if findings:
            complaints = [
                UnlocatedProblem(finding.path, finding) for finding in findings[:MOST_PROBLEMS]
            ]
            yield from located(complaints, places.text(name), name)


class _Places:
    """The lines of profiles and defaults in valid files, looked up only for files that clash."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._lines: dict[str, dict[str, int]] = {}

    def text(self, file: str) -> str:
        return from_json(decode(self._files[file], LARGEST))

    def entries(self, file: str) -> list[tuple[str, int]]:
        """Return the name and the index of each profile of a file."""
        profiles = parse(self.text(file)).data["profiles"]
        return [(profile["name"], index) for index, profile in enumerate(profiles)]

    def same_entries(self, file: str, elsewhere: Mapping[str, str]) -> list[Finding]:
        """Return a finding for each profile of a file that a file before it has too.

        Args:
            elsewhere: that other file, by the name of the profile.
        """
        if not elsewhere:
            return []
        return [
            _same_entry(entry, index, self.of_profile(elsewhere[entry], entry))
            for entry, index in self.entries(file)
            if entry in elsewhere
        ]

    def of_profile(self, file: str, profile: str) -> str:
        """Return FILE:LINE of a profile."""
        if file not in self._lines:
            paths = {("profiles", index, "name"): name for name, index in self.entries(file)}
            spots = locate(self.text(file), paths)
            self._lines[file] = {name: _line(lookup(spots, path)) for path, name in paths.items()}
        return f"{file}:{self._lines[file][profile]}"

    def of_defaults(self, file: str) -> str:
        """Return FILE:LINE of the defaults."""
        return f"{file}:{_line(lookup(locate(self.text(file), [('defaults',)]), ('defaults',)))}"


def _line(spot: Spot) -> int:
    return (spot.key or spot.value).line + 1


def _same_entry(name: str, index: int, place: str) -> Finding:
    what = f"another profile has the name {quoted(name)}, in {place}"
    return Finding("duplicate-profile", what, "rename or remove one", ("profiles", index, "name"))


def _other_defaults(place: str) -> Finding:
    what = f'"defaults" differ from those in {place}'
    return Finding("two-defaults", what, "keep them in one file", ("defaults",), at_key=True)
