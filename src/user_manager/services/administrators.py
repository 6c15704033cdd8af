"""Making and removing administrators."""

from user_manager.domain.call import Call
from user_manager.domain.errors import NotFound
from user_manager.domain.permissions import may_administer
from user_manager.domain.vocabulary import EventKind
from user_manager.models import Administrator
from user_manager.services.locks import lock_user
from user_manager.services.transaction import recording


def add_administrator(call: Call, user_id: str) -> None:
    """Make a user an administrator; nothing changes if they are one.

    Raises:
        Forbidden: the caller is not an administrator.
        NotFound: the user does not exist.
    """
    may_administer(call.caller)
    with recording(call) as recorder:
        user = lock_user(user_id)
        defaults = {"added_at": call.now}
        _, is_new = Administrator.objects.get_or_create(user=user, defaults=defaults)
        if is_new:
            recorder.record(EventKind.ADMINISTRATOR_ADDED, user=user.id)


def remove_administrator(call: Call, user_id: str) -> None:
    """Take an administrator's rights away; those of the setting stay.

    Raises:
        Forbidden: the caller is not an administrator.
        NotFound: the user is not an administrator in the database.
    """
    may_administer(call.caller)
    with recording(call) as recorder:
        removed, _ = Administrator.objects.filter(user_id=user_id).delete()
        if not removed:
            raise NotFound("{user} is not an administrator in the database.", user=user_id)
        recorder.record(EventKind.ADMINISTRATOR_REMOVED, user=user_id)
