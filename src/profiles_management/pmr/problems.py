"""What can be wrong, as data, and the one tree of errors."""

#   ProfilesError                 anything the caller may want to tell a person; exit code 1
#   ├── DocumentError             a document was refused as a whole; carries its problems
#   ├── DuplicateProfileError     code added a different profile under a name that is taken
#   ├── SettingsError             a setting is out of range or contradicts another one
#   ├── TargetError               a cluster or another target failed; see reconcile.target_errors
#   ├── GitError                  a repository, or the document in it, could not be read
#   ├── UnknownProfile            a profile was named that is not there
#   ├── UnknownPerson             somebody was asked for who has no access
#   ├── Interrupted               the program was asked to end before anything was changed
#   └── StoppedError              changes are held back until somebody allows them; exit code 3
#       └── BrakeError            too much access would be lost at once

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A place in a document, or an object in a cluster.

    Lines and columns count from 1; 0 means that they are not known. `path` reads like
    `profiles[0].resources.hard`; for an object of a cluster it is its kind and name, such as
    `Namespace/legacy`. `profile` is the name of the profile whose place it is as a whole.
    """

    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    profile: str = ""

    @classmethod
    def of_profile(cls, name: str, *, file: str = "") -> Where:
        """Return the place of a profile as a whole, whether it is in a cluster or in a document."""
        return cls(file, path=f"Profile/{name}", profile=name)

    def __str__(self) -> str:
        place = ":".join(
            [self.file, *(str(number) for number in (self.line, self.column) if number)]
        )
        return " ".join(part for part in (place.lstrip(":"), self.path) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: everything that a person needs to mend it, and all that a renderer needs to show it.

    `code` is stable, to search for and to test on. `what` is one short sentence without a full
    stop. `remedy` is an imperative, with the text to paste where there is one. `excerpt` is the
    source line, of which `width` columns from `where.column` on are meant. `nameless` is what is
    wrong without the name of a person, for statuses and logs; '' where only the code can be shown.
    `names_nobody` is whether neither `what` nor `remedy` can hold the name of a person.
    """

    code: str
    what: str
    where: Where
    remedy: str
    excerpt: str = ""
    width: int = 0
    nameless: str = ""
    names_nobody: bool = False

    def __str__(self) -> str:
        where = str(self.where)
        remedy = self.remedy[:1].upper() + self.remedy[1:]
        return f"{where}{': ' if where else ''}{self.what}. {remedy} [{self.code}]"


class ProfilesError(Exception):
    """The base of every error that this library raises on purpose. `exit_code` is what a command ends with."""

    exit_code: ClassVar[int] = 1


class DocumentError(ProfilesError):
    """A document was refused as a whole; nothing was sent anywhere. `problems` are sorted by where they are.

    `warnings` are what is valid in it and probably not meant.
    """

    def __init__(self, problems: Iterable[Problem], warnings: Iterable[Problem] = ()) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.where))
        self.warnings = tuple(warnings)
        super().__init__("\n".join(map(str, self.problems)))


class DuplicateProfileError(ProfilesError, ValueError, TypeError):
    """Code added a different profile under a name that is taken.

    It is a TypeError as well because that is what github-profiles-automator's charm catches
    around `add_profile` (`pmr_from_yaml` in its src/charm.py).
    """


class SettingsError(ProfilesError):
    """A setting has not the form that it needs, is out of range, or contradicts another one.

    Attributes:
        what: what is wrong; where there is a setting, it continues its name.
        setting: the name of the setting, '' where the message names it.
    """

    def __init__(self, what: str, *, setting: str = "") -> None:
        self.what = what
        self.setting = setting
        super().__init__(f"{setting} {what}" if setting else what)


class GitError(ProfilesError):
    """A repository could not be read: its URL, the server, the revision, the path. One line, never with a secret.

    Attributes:
        reason: why, without the URL.
        address: the URL, '' where the message is not about one.
        passing: whether the server was away or too slow, which can pass by itself.
    """

    def __init__(self, reason: str, *, address: str = "", passing: bool = False) -> None:
        self.reason = reason
        self.address = address
        self.passing = passing
        super().__init__(f"{address}: {reason}" if address else reason)


class UnknownProfile(ProfilesError):
    """A profile was named that is not there."""


class UnknownPerson(ProfilesError):
    """Somebody was asked for who has no access, or whose name nobody has."""


class Interrupted(ProfilesError):
    """The program was asked to end before anything was changed; 130 is the exit code after Ctrl-C."""

    exit_code: ClassVar[int] = 130

    def __init__(self) -> None:
        super().__init__("Interrupted. Nothing was changed.")


Group = tuple[str | None, str]


class StoppedError(ProfilesError):
    """Changes of a plan are held back until somebody allows them or corrects the settings.

    Attributes:
        report: the Report of what was applied nevertheless; its plan has the `halts` of the target.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, report: object | None = None) -> None:
        self.report = report
        super().__init__(message)


class BrakeError(StoppedError):
    """A plan would take away too much access at once; nothing of the sources that want it was written.

    Attributes:
        lost: pairs of person and profile that would end without a role.
        before: pairs that have one now, of the same sources.
        groups: what is stopped, as in SourceAccess: sources ('' where one document is all there is,
            None for access without our mark), each with where its access is stopped, '' for all of
            it.
        report: the Report of what was applied nevertheless: other sources, and access whose time is
            up.
    """

    def __init__(
        self,
        message: str,
        *,
        lost: int,
        before: int,
        groups: Collection[Group] = (),
        report: object | None = None,
    ) -> None:
        self.lost = lost
        self.before = before
        self.groups = frozenset(groups)
        super().__init__(message, report=report)

    @property
    def sources(self) -> frozenset[str]:
        """The names of the sources of which something is stopped; none where one document is all there is."""
        return frozenset(source for source, _ in self.groups if source)
