"""Putting notices into the outbox, in the transaction of what they tell."""

from user_manager.models import Access, Notice
from user_manager.services.transaction import Recorder


def notify(kind: str, access: Access, recorder: Recorder) -> None:
    """Put a notice about an access into the outbox.

    Args:
        kind: requested, decided, in_effect, ending or ended.
    """
    payload = {"user": access.user_id, "module": access.module_id, "state": access.state}
    now = recorder.call.now
    notice = Notice(
        kind=kind, access=access.id, payload=payload, created_at=now, next_attempt_at=now
    )
    recorder.notices.append(notice)
