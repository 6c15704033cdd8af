"""What can go wrong with a User Manager."""

#   TargetError               see reconcile.target_errors
#   └── UserManagerError      every error of this client
#       └── AnswerTooLarge    the User Manager would not take an answer of this size

from typing import ClassVar

from profiles_management.reconcile.target_errors import TargetError


class UserManagerError(TargetError):
    """A request to a User Manager failed. The message is one line and never contains a secret."""

    code: ClassVar[str] = "user-manager"


class AnswerTooLarge(UserManagerError):
    """An answer has more bytes than a User Manager takes."""
