"""The files of one commit, read as one document: the same profile twice is refused, with both files named. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from profiles_management.pmr import documents
from profiles_management.pmr.classes import Defaults, ProfilesManagementRepresentation
from profiles_management.pmr.complaints import Complaint, tell
from profiles_management.pmr.effort import Limits
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import quoted
from profiles_management.pmr.problems import DocumentError, Problem, Where
from profiles_management.pmr.reading import LARGEST, decode, from_json
from profiles_management.pmr.rules import Rules
from profiles_management.pmr.warnings import document_warnings
from profiles_management.pmr.yaml_events import parse

MOST_PROBLEMS: Final = 1000
"""After how many problems in some files of a folder the others are not read."""


def document(files: Mapping[str, bytes], *, rules: Rules, additions: bool = False) -> ProfilesManagementRepresentation:
    """Return what all files say together.

    Args:
        files: the bytes of each file by what problems call it, in order.
        rules: what this installation allows.
        additions: whether an entry without owner may add contributors to a profile of another source.

    Raises:
        DocumentError: with every problem of every file, or where two have the same profile or other `defaults`.
    """
    read: dict[str, ProfilesManagementRepresentation] = {}
    problems: list[Problem] = []
    size: Counter[str] = Counter()
    for name, data in files.items():
        if len(problems) >= MOST_PROBLEMS:
            problems.append(_not_read(name))
            break
        try:
            read[name] = documents.loads(data, name=name, rules=rules, additions=additions)
        except DocumentError as error:
            problems += error.problems
            continue
        size += _size(read[name])
        if (problem := _too_many(size, name, rules.limits)) is not None:
            raise DocumentError([*problems, problem])
    problems += islice(_clashes(read, files), MOST_PROBLEMS)
    if problems:
        raise DocumentError(problems)
    if len(read) == 1:
        return next(iter(read.values()))
    profiles = [profile for pmr in read.values() for profile in pmr.profiles.values()]
    added = [addition for pmr in read.values() for addition in pmr.additions.values()]
    defaults = next((pmr.defaults for pmr in read.values() if pmr.defaults is not None), None)
    whole = ProfilesManagementRepresentation(profiles, defaults=defaults, additions=added)
    whole.warnings = tuple(warning for pmr in read.values() for warning in document_warnings(pmr))
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
            return Problem(f"too-many-{what}", told, Where(file=name), "ask the administrator to allow more")
    return None


def _not_read(name: str) -> Problem:
    what = f"this file and those after it were not read, because more than {MOST_PROBLEMS:,} things are wrong before"
    return Problem("too-many-problems", what, Where(file=name), "fix the files before it and try again")


def _clashes(read: Mapping[str, ProfilesManagementRepresentation], files: Mapping[str, bytes]) -> Iterator[Problem]:
    """Yield what a file says that one before it says too, or says otherwise."""
    first: dict[str, str] = {}
    default: tuple[str, Defaults] | None = None
    for name, pmr in read.items():
        entries = [*pmr.profiles, *pmr.additions]
        elsewhere = {one: first[one] for one in entries if one in first}
        first |= {one: name for one in entries if one not in first}
        if pmr.defaults is not None:
            default = default or (name, pmr.defaults)
        others = default[0] if default is not None and pmr.defaults not in (None, default[1]) else ""
        if elsewhere or others:
            text = from_json(decode(files[name], LARGEST))
            found = _same_entries(text, elsewhere) + ([_other_defaults(others)] if others else [])
            yield from tell([Complaint(finding.path, finding) for finding in found], text, name)


def _same_entries(text: str, elsewhere: Mapping[str, str]) -> list[Finding]:
    """Return a finding for each entry that another file has too; `elsewhere` holds that file by the entry's name."""
    same = ((index, entry["name"]) for index, entry in enumerate(parse(text).data["profiles"]))
    return [
        Finding(
            "duplicate-profile",
            f"another profile is called {quoted(name)}, in {elsewhere[name]}",
            "rename or remove one",
            ("profiles", index, "name"),
        )
        for index, name in islice((each for each in same if each[1] in elsewhere), MOST_PROBLEMS)
    ]


def _other_defaults(file: str) -> Finding:
    return Finding(
        "two-defaults", f'"defaults" differ from those in {file}', "keep them in one file", ("defaults",), at_key=True
    )
