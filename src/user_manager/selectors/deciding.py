"""What a decider looks at besides the requests."""

from collections.abc import Iterable

from django.db.models import QuerySet

from user_manager.domain.call import Call
from user_manager.models import Access
from user_manager.selectors.ownership import current
from user_manager.selectors.visibility import visible_accesses


def held_by_askers(call: Call, requests: Iterable[Access]) -> QuerySet[Access]:
    """Return what the people of some requests hold already, where the caller may see it."""
    people = {request.user_id for request in requests}
    held = visible_accesses(call).filter(current(call.now), user_id__in=people)
    return held.select_related("module").order_by("module_id")
