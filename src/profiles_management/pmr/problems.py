"""Problems as data, and the tree of errors of this library."""

#   ProfilesError                 every expected error; exit code 1
#   ├── DocumentError             a document was refused as a whole; has its problems
#   ├── DuplicateProfileError     code added a different profile with a name that exists
#   ├── SettingsError             a setting is out of range or contradicts another one
#   ├── TargetError               a cluster or another target failed; see reconcile.target_errors
#   ├── GitError                  a repository, or the document in it, could not be read
#   ├── UnknownProfile            there is no profile with a given name
#   ├── UnknownPerson             a given person has no access
#   ├── Interrupted               the program was stopped before any change
#   └── StoppedError              changes need permission or other settings; exit code 3
#       └── BrakeError            too much access would be revoked at once

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A place in a document, or an object in a cluster.

    Lines and columns count from 1; 0 means unknown. `path` is a path such as
    `profiles[0].resources.hard`, or the kind and name of an object, such as `Namespace/legacy`.
    `profile` is set for the place of a whole profile: it is its name.
    """

    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    profile: str = ""

    @classmethod
    def of_profile(cls, name: str, *, file: str = "") -> Where:
        """Return the place of a whole profile, in a cluster or in a document."""
        return cls(file, path=f"Profile/{name}", profile=name)

    def __str__(self) -> str:
        numbers = [str(number) for number in (self.line, self.column) if number]
        place = ":".join([self.file, *numbers]).lstrip(":")
        return f"{place} {self.path}".strip()


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem, with everything that a person needs to fix it and a renderer needs to show it.

    Attributes:
        code: a stable code, for searches and tests.
        what: one short sentence without a full stop.
        where: the place.
        remedy: an imperative, with the text to write if there is one.
        excerpt: the source line.
        width: the number of columns to mark in it, from `where.column` on.
        nameless: `what` without the name of a person, for statuses and logs; '' if only the code
            can be shown.
        names_nobody: whether neither `what` nor `remedy` can contain the name of a person.
        names_place: whether `what` names the profile, object or file, so that a list of warnings
            does not put it in front.
    """

    code: str
    what: str
    where: Where
    remedy: str
    excerpt: str = ""
    width: int = 0
    nameless: str = ""
    names_nobody: bool = False
    names_place: bool = False

    @property
    def what_nameless(self) -> str:
        """`what` for statuses, logs and other charms: only the code where it may name a person."""
        if self.names_nobody:
            return self.what
        if self.nameless:
            return self.nameless
        if self.where.profile:
            return f"{self.where.profile}: {self.code}"
        return self.code

    def __str__(self) -> str:
        where = str(self.where)
        remedy = self.remedy[:1].upper() + self.remedy[1:]
        return f"{where}{': ' if where else ''}{self.what}. {remedy} [{self.code}]"


class ProfilesError(Exception):
    """The base of all expected errors.

    Attributes:
        code: the kind of error, as JSON has it.
        exit_code: the exit code of the command.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1


class DocumentError(ProfilesError):
    """A document was refused as a whole, and nothing was changed.

    Attributes:
        problems: what is wrong, in the order of the document.
        warnings: what is valid but probably a mistake.
    """

    code: ClassVar[str] = "document"

    def __init__(self, problems: Iterable[Problem], warnings: Iterable[Problem] = ()) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.where))
        self.warnings = tuple(warnings)
        super().__init__("\n".join(map(str, self.problems)))


class DuplicateProfileError(ProfilesError, ValueError, TypeError):
    """Code added a different profile with a name that exists.

    It is a TypeError too, because the charm of github-profiles-automator catches that around
    `add_profile` (`pmr_from_yaml` in its src/charm.py).
    """

    code: ClassVar[str] = "duplicate-profile"


class SettingsError(ProfilesError):
    """A setting has the wrong form, is out of range, or contradicts another one.

    Attributes:
        what: what is wrong; it follows the name of the setting if there is one.
        setting: the name of the setting; '' if the message contains it.
    """

    code: ClassVar[str] = "settings"

    def __init__(self, what: str, *, setting: str = "") -> None:
        self.what = what
        self.setting = setting
        super().__init__(f"{setting} {what}" if setting else what)


class GitError(ProfilesError):
    """A repository could not be read. The message is one line and never contains a secret.

    Attributes:
        reason: why, without the URL.
        address: the URL; '' if the message is not about one.
        passing: whether the server was unavailable or too slow, which may be temporary.
    """

    code: ClassVar[str] = "git"

    def __init__(self, reason: str, *, address: str = "", passing: bool = False) -> None:
        self.reason = reason
        self.address = address
        self.passing = passing
        super().__init__(f"{address}: {reason}" if address else reason)


class UnknownProfile(ProfilesError):
    """There is no profile with this name."""

    code: ClassVar[str] = "unknown-profile"


class UnknownPerson(ProfilesError):
    """This person has no access, or nobody has this name."""

    code: ClassVar[str] = "unknown-person"


class Interrupted(ProfilesError):
    """The program was stopped before any change; 130 is the exit code after Ctrl-C."""

    code: ClassVar[str] = "interrupted"

    exit_code: ClassVar[int] = 130

    def __init__(self) -> None:
        super().__init__("Interrupted. Nothing was changed.")


Group = tuple[str | None, str | None]


class StoppedError(ProfilesError):
    """Changes of a plan need permission or other settings.

    Attributes:
        report: the Report of the other changes, which were applied; its plan has the `halts`.
    """

    code: ClassVar[str] = "stopped"

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, report: object | None = None) -> None:
        self.report = report
        super().__init__(message)


class BrakeError(StoppedError):
    """A plan would revoke too much access at once; nothing was written for the sources concerned.

    Attributes:
        lost: the number of pairs of person and profile that would lose their role.
        before: the number of pairs of the same sources that have a role now.
        groups: what is stopped, as in SourceAccess: the source ('' for a single document, None for
            access without our labels), and the place of its access, '' for all of it.
        report: the Report of the other changes, which were applied: of other sources, and of
            expired access.
        remedy: what to do about it in a program; the command and the charm have words of their own.
    """

    remedy: ClassVar[str] = "If that is intended, allow revocations for one run."

    code: ClassVar[str] = "brake"

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
        """The names of the sources concerned; none for a single document."""
        return frozenset(source for source, _ in self.groups if source)
