"""What can go wrong with a server, whatever shape its answer has."""

#   TargetError                see reconcile.target_errors
#   └── PuhuriError            every error of this client
#       ├── PuhuriAway         no answer, a 5xx or a 429 until the deadline
#       ├── NotAllowed         the token is not accepted, or may not do this
#       ├── NotFound           there is no such object, or this token may not see it
#       ├── Refused            the request cannot be carried out as it is
#       │   └── UnknownCuid    the identity registry does not know a person, or does not answer
#       ├── Conflict           the portal is another one than it was when it was read
#       ├── DoubledGrant       a person has one role twice, which only the portal's support can undo
#       └── UnreadableAnswer   the answer is not what such a server sends

from collections.abc import Mapping
from typing import ClassVar

from profiles_management.reconcile.target_errors import TargetError


class PuhuriError(TargetError):
    """A request to a portal failed.

    Attributes:
        status: the status of the answer, 0 where there was none.
    """

    code: ClassVar[str] = "puhuri"

    def __init__(self, message: str, *, status: int = 0, remedy: str = "", brief: str = "") -> None:
        super().__init__(message, remedy=remedy, brief=brief)
        self.status = status


class PuhuriAway(PuhuriError):
    """The server did not answer, or answered that it cannot serve now, until the deadline.

    Attributes:
        unanswered: whether it is not known if a write was carried out.
    """

    code: ClassVar[str] = "puhuri-away"
    passing: ClassVar[bool] = True

    def __init__(
        self, message: str, *, status: int = 0, unanswered: bool = False, remedy: str = ""
    ) -> None:
        super().__init__(message, status=status, remedy=remedy)
        self.unanswered = unanswered


class NotAllowed(PuhuriError):
    """The token is missing, wrong or over, or its owner may not do this."""

    code: ClassVar[str] = "not-allowed"


class NotFound(PuhuriError):
    """There is no such object, or the owner of the token may not see it."""

    code: ClassVar[str] = "not-found"


class Refused(PuhuriError):
    """The server understood a request and refuses it as it is.

    Attributes:
        fields: the server's words by the field that they are about; those about the whole under ''.
    """

    code: ClassVar[str] = "refused"

    def __init__(
        self,
        message: str,
        *,
        status: int,
        fields: Mapping[str, tuple[str, ...]],
        brief: str = "",
    ) -> None:
        super().__init__(message, status=status, brief=brief)
        self.fields = fields


class UnknownCuid(Refused):
    """The identity registry does not know a CUID, or could not be asked."""

    code: ClassVar[str] = "unknown-cuid"


class Conflict(PuhuriError):
    """A list is another one whenever it is read, or the portal is not as it was when it was read.

    Read it again before anything is sent.
    """

    code: ClassVar[str] = "conflict"


class DoubledGrant(PuhuriError):
    """A person has the same role in a project twice. The server can neither change nor end it.

    Attributes:
        project, user: their uuids.
        role: which role.
        count: how often the person has it.
    """

    code: ClassVar[str] = "doubled-grant"

    def __init__(self, project: str, user: str, role: str, count: int) -> None:
        message = f"User {user} has the role {role} {count} times in project {project}."
        remedy = "Ask the portal's support to remove all but one of these grants."
        super().__init__(message, remedy=remedy)
        self.project, self.user, self.role, self.count = project, user, role, count


class UnreadableAnswer(PuhuriError):
    """The answer is not what such a server sends: another program answers at this address."""

    code: ClassVar[str] = "unreadable-answer"
