"""Confirming that somebody still needs an access. Nothing ends where nobody confirms it."""

from user_manager.domain.access_permissions import may_review
from user_manager.domain.call import Call
from user_manager.domain.errors import Precondition
from user_manager.domain.reviews import next_review
from user_manager.domain.vocabulary import AccessState, EventKind
from user_manager.models import Access, Module
from user_manager.selectors.ownership import is_owner
from user_manager.selectors.visibility import visible_access
from user_manager.services.expiry import write_end_of
from user_manager.services.locks import lock_module
from user_manager.services.transaction import recording


def review(call: Call, access_id: str) -> Access:
    """Confirm that an access is still needed. The next review is due `review_days` from now.

    Raises:
        NotFound: the access does not exist, or the caller may not see it.
        Forbidden: the caller may see it, but not review it.
        Precondition: it is not approved or over, or accesses to its module are not reviewed.
    """
    known = visible_access(call, access_id)
    write_end_of(call, known.user_id, known.module_id)
    with recording(call) as recorder:
        module = lock_module(known.module_id)
        access = Access.objects.select_for_update().get(id=known.id)
        owns_module = is_owner(call.caller.person, module, call.now)
        may_review(call.caller, subject=access.user_id, owns_module=owns_module)
        _check_state(access, module)
        access.reviewed_at = call.now
        access.review_due = next_review(module.review_days, now=call.now)
        access.save(update_fields=["reviewed_at", "review_due"])
        recorder.record(EventKind.REVIEWED, access=access)
        return access


def _check_state(access: Access, module: Module) -> None:
    if access.state != AccessState.APPROVED:
        raise Precondition(
            "The access is {state}. Only an approved one is reviewed.", state=access.state
        )
    if module.review_days is None:
        raise Precondition(
            "Accesses to {module} are not reviewed. To change that, set its `review_days`.",
            module=module.id,
        )
