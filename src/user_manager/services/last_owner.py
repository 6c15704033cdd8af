"""An external module keeps an OWNER. A profile's own owner takes this place in a profile."""

from collections.abc import Iterable

from user_manager.domain.access_types import OWNER_MASKS
from user_manager.domain.errors import Precondition
from user_manager.domain.vocabulary import ModuleKind
from user_manager.models import Access, Module
from user_manager.selectors.ownership import owner_accesses
from user_manager.services.transaction import Recorder


def keep_an_owner(access: Access, module: Module, recorder: Recorder) -> None:
    """Refuse that an access stops holding OWNER if it is the last one of a locked module.

    Raises:
        Precondition: nobody else owns the external module.
    """
    if not _is_last_owner(access, module, recorder):
        return
    raise Precondition(
        "{user} is the last OWNER of {module}. Make somebody else OWNER first.",
        user=access.user_id,
        module=module.id,
    )


def last_owner_of(
    accesses: Iterable[Access], modules: dict[str, Module], recorder: Recorder
) -> list[str]:
    """Return the ids of the locked modules whose last OWNER holds these accesses, in order."""
    return sorted(
        access.module_id
        for access in accesses
        if _is_last_owner(access, modules[access.module_id], recorder)
    )


def _is_last_owner(access: Access, module: Module, recorder: Recorder) -> bool:
    if module.kind != ModuleKind.EXTERNAL or access.types not in OWNER_MASKS:
        return False
    others = owner_accesses(module.id, recorder.call.now).exclude(id=access.id)
    return not others.exists()
