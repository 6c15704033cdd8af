"""The files of one commit, read as one document: the same profile twice is refused, with both files named. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from profiles_management.pmr import documents
from profiles_management.pmr.classes import Defaults, ProfilesManagementRepresentation
from profiles_management.pmr.complaints import Complaint, tell
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import quoted
from profiles_management.pmr.problems import DocumentError, Problem
from profiles_management.pmr.reading import LARGEST, decode, from_json
from profiles_management.pmr.rules import Rules


def document(files: Mapping[str, bytes], *, rules: Rules) -> ProfilesManagementRepresentation:
    """Return what all files say together.

    Args:
        files: the bytes of each file by what problems call it, in order.
        rules: what this installation allows.

    Raises:
        DocumentError: with every problem of every file, or where two have the same profile or other `defaults`.
    """
    read: dict[str, ProfilesManagementRepresentation] = {}
    problems: list[Problem] = []
    for name, data in files.items():
        try:
            read[name] = documents.loads(data, name=name, rules=rules)
        except DocumentError as error:
            problems += error.problems
    problems += _clashes(read, files)
    if problems:
        raise DocumentError(problems)
    if len(read) == 1:
        return next(iter(read.values()))
    profiles = [profile for pmr in read.values() for profile in pmr.profiles.values()]
    defaults = next((pmr.defaults for pmr in read.values() if pmr.defaults is not None), None)
    return ProfilesManagementRepresentation(profiles, defaults=defaults)


def _clashes(read: Mapping[str, ProfilesManagementRepresentation], files: Mapping[str, bytes]) -> Iterator[Problem]:
    """Yield what a file says that one before it says too, or says otherwise."""
    first: dict[str, str] = {}
    default: tuple[str, Defaults] | None = None
    for name, pmr in read.items():
        found = [_same_profile(index, one, first[one]) for index, one in enumerate(pmr.profiles) if one in first]
        if pmr.defaults is not None:
            default = default or (name, pmr.defaults)
            if default[1] != pmr.defaults:
                found.append(_other_defaults(default[0]))
        first |= {one: name for one in pmr.profiles if one not in first}
        if found:
            text = from_json(decode(files[name], LARGEST))
            yield from tell([Complaint(finding.path, finding) for finding in found], text, name)


def _same_profile(index: int, profile: str, file: str) -> Finding:
    what = f"another profile is called {quoted(profile)}, in {file}"
    return Finding("duplicate-profile", what, "rename or remove one", ("profiles", index, "name"))


def _other_defaults(file: str) -> Finding:
    return Finding(
        "two-defaults", f'"defaults" differ from those in {file}', "keep them in one file", ("defaults",), at_key=True
    )
