"""What can go wrong with a target. A target raises these, or kinds of its own that inherit them."""

#   ProfilesError                 see pmr.problems
#   └── TargetError               a target did not do what was asked of it
#       ├── TargetAway            no answer within the deadline
#       ├── TargetForbidden       a permission is missing, or the credentials are refused
#       ├── TargetKindMissing     a kind of object that is needed is not installed
#       └── WriteError            one write was refused, or got no answer

from typing import ClassVar

from profiles_management.pmr.problems import ProfilesError


class TargetError(ProfilesError):
    """A target did not do what was asked of it.

    Attributes:
        remedy: what to check or to do, which the message does not say; '' where nothing is known.
        brief: the message without what the target answered.
        passing: whether the target was unavailable, which may be temporary.
    """

    code: ClassVar[str] = "target"
    passing: ClassVar[bool] = False

    def __init__(self, message: str, *, remedy: str = "", brief: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy
        self.brief = brief or message


class TargetAway(TargetError):
    """The target did not answer within the deadline.

    Attributes:
        name: what the message calls the target.
        failure: what went wrong last.
    """

    code: ClassVar[str] = "target-away"
    passing: ClassVar[bool] = True

    name: ClassVar[str] = "target"

    def __init__(self, failure: str, *, remedy: str = "") -> None:
        brief = f"The {self.name} does not answer"
        super().__init__(f"{brief}: {failure}.", remedy=remedy, brief=brief)
        self.failure = failure


class TargetForbidden(TargetError):
    """A permission is missing, or the credentials are refused.

    Attributes:
        verb, resource: what is not allowed; '' where the credentials are refused.
    """

    code: ClassVar[str] = "target-forbidden"

    def __init__(
        self, message: str, *, verb: str = "", resource: str = "", remedy: str = ""
    ) -> None:
        brief = "The credentials are not accepted"
        if verb:
            brief = f"Not allowed to {verb} {resource}"
        super().__init__(message, remedy=remedy, brief=brief)
        self.verb = verb
        self.resource = resource


class TargetKindMissing(TargetError):
    """A kind of object that is needed is not installed in the target.

    Attributes:
        resource: which kind, as the target names it.
    """

    code: ClassVar[str] = "target-kind-missing"

    def __init__(self, message: str, *, resource: str = "", remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.resource = resource


class WriteError(TargetError):
    """One write was refused, or got no answer in time.

    Attributes:
        conflict: somebody else changed the object at the same moment. Another attempt may succeed.
        unanswered: no answer came to any attempt.
        nameless: the message without names of people and of objects, which contain them; '' where
            there is none.
    """

    code: ClassVar[str] = "write"

    def __init__(
        self,
        message: str,
        *,
        conflict: bool = False,
        unanswered: bool = False,
        nameless: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.conflict = conflict
        self.unanswered = unanswered
        self.nameless = nameless


def write_error(error: TargetError) -> WriteError:
    """Return an error of a target as the error of the write that it ended."""
    if isinstance(error, WriteError):
        return error
    nameless = error.brief if error.brief != str(error) else ""
    return WriteError(
        str(error),
        unanswered=isinstance(error, TargetAway),
        nameless=nameless,
        remedy=error.remedy,
    )
