"""Registering and changing modules."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models.functions import Coalesce

from user_manager.domain.access_types import to_mask
from user_manager.domain.call import Call
from user_manager.domain.errors import Precondition
from user_manager.domain.identifiers import LONGEST_NAME, check_module_id, check_text, check_title
from user_manager.domain.permissions import may_change_module, may_create_module
from user_manager.domain.reviews import check_review_days, next_review
from user_manager.domain.vocabulary import (
    AccessState,
    AccessType,
    EventKind,
    ModuleKind,
)
from user_manager.models import Access, Module
from user_manager.selectors.ownership import is_owner
from user_manager.selectors.users import has_create_role
from user_manager.services.access_ids import new_access_id
from user_manager.services.locks import lock_grants, lock_module, lock_modules, lock_users
from user_manager.services.transaction import Recorder, recording


@dataclass(frozen=True, slots=True)
class ModuleValues:
    """What one sets of a module. What is not given gets its default.

    Raises:
        Invalid: a text is too long or has control characters, or `review_days` is out of range.
    """

    title: str = ""
    description: str = ""
    max_duration: timedelta | None = None
    reason_required: bool = False
    requestable: bool = True
    review_days: int | None = None

    def __post_init__(self) -> None:
        check_text(self.title, LONGEST_NAME, "title")
        check_text(self.description, path="description")
        check_review_days(self.review_days)


def put_module(call: Call, module_id: str, values: ModuleValues) -> tuple[Module, bool]:
    """Register an external module, or replace the values of a module.

    Who registers one by the role CREATE_EXT_DATAMODULE becomes its OWNER.

    Returns:
        the module, and whether it is new.

    Raises:
        Invalid: the id is not a DNS-1123 label, or the title is not printable.
        Forbidden: the caller may not.
        Exists: a profile has this name.
        Precondition: a profile that left the catalogue cannot be asked for.
    """
    check_module_id(module_id, "id")
    check_title(values.title)
    person = call.caller.person
    with recording(call) as recorder:
        lock_users([person] if person else [])
        module = lock_modules([module_id]).get(module_id)
        can_create = has_create_role(person)
        if module is None:
            may_create_module(call.caller, has_create_role=can_create)
            created = _create(module_id, values, can_create=can_create, recorder=recorder)
            if created is not None:
                return created, True
            module = lock_module(module_id)  # somebody else made it at the same moment
        may_change_module(
            call.caller,
            module=module.id,
            kind=ModuleKind(module.kind),
            owns_module=is_owner(person, module, call.now),
            has_create_role=can_create,
        )
        _change(module, values, recorder)
        return module, False


def _create(
    module_id: str, values: ModuleValues, *, can_create: bool, recorder: Recorder
) -> Module | None:
    """Return the new module; None if somebody else has just made it."""
    module = Module(id=module_id, kind=ModuleKind.EXTERNAL)
    _set(module, values)
    try:
        with transaction.atomic():
            module.save(force_insert=True)
    except IntegrityError:
        return None
    recorder.record(EventKind.MODULE_CREATED, module=module.id)
    founder = recorder.call.caller.person
    if can_create and founder is not None:
        _make_owner(founder, module, recorder)
    return module


def _make_owner(founder: str, module: Module, recorder: Recorder) -> None:
    """Give the founder an access that nobody decided."""
    now = recorder.call.now
    owner_mask = to_mask(frozenset({AccessType.OWNER}))
    access = Access(
        id=new_access_id(),
        user_id=founder,
        module=module,
        types=owner_mask,
        asked_types=owner_mask,
        state=AccessState.APPROVED,
        requested_by=founder,
        requested_at=now,
        pending_until=now,
        decided_at=now,
        review_due=next_review(module.review_days, now=now),
    )
    access.save(force_insert=True)
    recorder.record(EventKind.APPROVED, access=access, detail={"founder": True})


def _change(module: Module, values: ModuleValues, recorder: Recorder) -> None:
    if values.requestable and module.kind == ModuleKind.PROFILE and not module.in_catalogue:
        raise Precondition(
            "The profile {module} is not in the catalogue of the cluster. "
            "To change it, set `requestable` to false.",
            module=module.id,
        )
    before = _values(module)
    _set(module, values)
    if before == values:
        return
    module.save()
    if before.review_days != values.review_days:
        _plan_reviews(module)
    recorder.record(EventKind.MODULE_CHANGED, module=module.id)


def _plan_reviews(module: Module) -> None:
    """Set by when the accesses to a locked module are reviewed: it counts from the last review."""
    grants = lock_grants(module)
    if module.review_days is None:
        grants.update(review_due=None)
        return
    since = Coalesce("reviewed_at", "decided_at")
    grants.update(review_due=since + timedelta(days=module.review_days))


def _values(module: Module) -> ModuleValues:
    return ModuleValues(
        title=module.title,
        description=module.description,
        max_duration=module.max_duration,
        reason_required=module.reason_required,
        requestable=module.requestable,
        review_days=module.review_days,
    )


def _set(module: Module, values: ModuleValues) -> None:
    module.title = values.title
    module.description = values.description
    module.max_duration = values.max_duration
    module.reason_required = values.reason_required
    module.requestable = values.requestable
    module.review_days = values.review_days
