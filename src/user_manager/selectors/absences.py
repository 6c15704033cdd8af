"""Who decides for somebody, and until when."""

from user_manager.domain.call import Call
from user_manager.domain.errors import NotFound
from user_manager.domain.permissions import may_arrange_absence
from user_manager.models import Absence
from user_manager.selectors.deputies import current_absences
from user_manager.selectors.visibility import can_see_user


def read_absence(call: Call, user_id: str) -> Absence | None:
    """Return the absence of a user; None if nobody decides for them now.

    Raises:
        NotFound: the user does not exist, or the caller may not know of the user.
        Forbidden: the caller is neither the user nor an administrator.
    """
    check_arranges(call, user_id)
    return current_absences(call.now).filter(person=user_id).select_related("deputy").first()


def check_arranges(call: Call, user_id: str) -> None:
    """Check that the caller may read, name and remove the deputy of a user.

    Raises:
        NotFound: the caller may not know of the user.
        Forbidden: the caller is neither the user nor an administrator.
    """
    if not can_see_user(call, user_id):
        raise NotFound("The user {user} was not found.", user=user_id)
    may_arrange_absence(call.caller, subject=user_id)
