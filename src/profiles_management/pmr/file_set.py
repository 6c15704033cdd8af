"""Several files as one document. A profile in two files is refused, with both places. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import chain, islice
from typing import Final

from profiles_management.pmr import documents
from profiles_management.pmr.classes import Addition, Profile, ProfilesManagementRepresentation
from profiles_management.pmr.document_limits import Limits
from profiles_management.pmr.locating import UnlocatedProblem, located
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import same_name
from profiles_management.pmr.positions import Spot, locate, lookup
from profiles_management.pmr.problems import DocumentError, Problem, Where
from profiles_management.pmr.reading import LARGEST, decode, from_json
from profiles_management.pmr.rules import Rules
from profiles_management.pmr.warnings import document_warnings
from profiles_management.pmr.yaml_events import parse

PATTERNS: Final = ("*.yaml", "*.yml", "*.json")
MOST_FILES: Final = 1000
"""The most files of one document. Together they may have as many bytes as a document."""
MOST_PROBLEMS: Final = 1000
"""The number of problems in a folder after which the other files are not read."""


def is_in_document(name: str) -> bool:
    """Return whether a file of this name belongs to the document of its folder; not if hidden."""
    return not name.startswith(".") and any(fnmatchcase(name, pattern) for pattern in PATTERNS)


def document(
    files: Mapping[str, bytes], *, rules: Rules, additions: bool = False
) -> ProfilesManagementRepresentation:
    """Return the document in several files.

    Args:
        files: the bytes of each file by its name in problems, in order.
        rules: what this installation allows.
        additions: whether an entry without owner may add contributors to a profile of another
            source.

    Raises:
        DocumentError: with every problem of every file, and with profiles or `defaults` that
            several files define.
    """
    reading = _Reading(rules, additions=additions)
    for name, data in files.items():
        if len(reading.problems) >= MOST_PROBLEMS:
            reading.problems.append(_not_read(name))
            break
        reading.read(name, data)
    reading.problems += islice(_clashes(reading.pmrs, files), MOST_PROBLEMS)
    if reading.problems:
        raise DocumentError(reading.problems, reading.warnings)
    return reading.result()


class _Reading:
    """The files that were read so far, and what is wrong in them."""

    def __init__(self, rules: Rules, *, additions: bool) -> None:
        self.rules = rules
        self.additions = additions
        self.pmrs: dict[str, ProfilesManagementRepresentation] = {}
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.size: Counter[str] = Counter()

    def read(self, name: str, data: bytes) -> None:
        """Add a file.

        Raises:
            DocumentError: the files have more than their source may have.
        """
        try:
            pmr = documents.loads(data, name=name, rules=self.rules, additions=self.additions)
        except DocumentError as error:
            self.problems += error.problems
            self.warnings += error.warnings
            return
        self.pmrs[name] = pmr
        self.warnings += document_warnings(pmr)
        self.size += _size(pmr)
        excess = _excess(self.size, name, self.rules.limits)
        if excess is not None:
            raise DocumentError([*self.problems, excess], self.warnings)

    def result(self) -> ProfilesManagementRepresentation:
        """Return the one document; that of a single file is the file."""
        pmrs = [*self.pmrs.values()]
        if len(pmrs) == 1:
            return pmrs[0]
        defaults = (pmr.defaults for pmr in pmrs if pmr.defaults is not None)
        sections = (pmr.puhuri for pmr in pmrs if pmr.puhuri is not None)
        whole = ProfilesManagementRepresentation(
            [*chain.from_iterable(pmr.profiles.values() for pmr in pmrs)],
            defaults=next(defaults, None),
            puhuri=next(sections, None),
            additions=[*chain.from_iterable(pmr.additions.values() for pmr in pmrs)],
        )
        whole.warnings = tuple(self.warnings)
        return whole


def _size(pmr: ProfilesManagementRepresentation) -> Counter[str]:
    """Return the number of profiles and contributors in a file."""
    entries: list[Profile | Addition] = [*pmr.profiles.values(), *pmr.additions.values()]
    contributors = sum(len(entry.contributors) for entry in entries)
    return Counter(profiles=len(entries), contributors=contributors)


def _excess(size: Counter[str], name: str, limits: Limits) -> Problem | None:
    """Return the problem if the files up to this one have more than their source may have."""
    for parts, most in (("profiles", limits.profiles), ("contributors", limits.contributors)):
        if most is not None and size[parts] > most:
            together = f"the files up to this one have {size[parts]:,} {parts} together"
            what = f"{together}, at most {most:,} are allowed"
            remedy = "ask the administrator to allow more"
            return Problem(f"too-many-{parts}", what, Where(file=name), remedy)
    return None


def _not_read(name: str) -> Problem:
    what = (
        "this file and those after it were not read, "
        f"because the files before have more than {MOST_PROBLEMS:,} problems"
    )
    remedy = "fix the files before it and try again"
    return Problem("too-many-problems", what, Where(file=name), remedy, names_nobody=True)


def _clashes(
    pmrs: Mapping[str, ProfilesManagementRepresentation], files: Mapping[str, bytes]
) -> Iterator[Problem]:
    """Yield the profiles and defaults that an earlier file defines too, with both places."""
    places = _Places(files)
    first: dict[str, str] = {}
    for name, pmr in pmrs.items():
        entries = [*pmr.profiles, *pmr.additions]
        duplicates = {entry: first[entry] for entry in entries if entry in first}
        findings = places.same_entries(name, duplicates)
        findings += _other_values("defaults", name, pmrs, places)
        findings += _other_values("puhuri", name, pmrs, places)
        first = dict.fromkeys(entries, name) | first
        if findings:
            unlocated = (UnlocatedProblem(found.path, found) for found in findings[:MOST_PROBLEMS])
            yield from located(unlocated, places.text(name), name)


def _other_values(
    key: str, name: str, pmrs: Mapping[str, ProfilesManagementRepresentation], places: _Places
) -> list[Finding]:
    """Return the finding if `defaults` or `puhuri` differ from those of the first file with any."""
    own = getattr(pmrs[name], key)
    with_values = (file for file, pmr in pmrs.items() if getattr(pmr, key) is not None)
    first = next(with_values, name)
    if own is None or own == getattr(pmrs[first], key):
        return []
    verb = "differ" if key == "defaults" else "differs"
    reference = "those" if key == "defaults" else "that"
    what = f'"{key}" {verb} from {reference} in {places.of_key(key, first)}'
    return [Finding(f"two-{key}", what, "keep them in one file", (key,), at_key=True)]


class _Places:
    """The lines of profiles and defaults in valid files, looked up only where files conflict."""

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
        """Return a finding for each profile of a file that an earlier file has too.

        Args:
            file: the file.
            elsewhere: the earlier file by the name of the profile.
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

    def of_key(self, key: str, file: str) -> str:
        """Return FILE:LINE of a key of the document."""
        return f"{file}:{_line(lookup(locate(self.text(file), [(key,)]), (key,)))}"


def _line(spot: Spot) -> int:
    return (spot.key or spot.value).line + 1


def _same_entry(name: str, index: int, place: str) -> Finding:
    return same_name(name, f", in {place}", ("profiles", index, "name"))
