"""People whom the document of the cluster lists in a profile: there is nothing to ask for."""

from user_manager.domain.access_types import AccessTypes, cluster_role
from user_manager.domain.errors import Exists, Precondition
from user_manager.domain.vocabulary import ModuleKind
from user_manager.models import Module
from user_manager.selectors.ownership import is_catalogue_owner, not_over
from user_manager.services.transaction import Recorder

_RANKS = {"view": 0, "edit": 1, "admin": 2}


def refuse_listed(user_id: str, types: AccessTypes, module: Module, recorder: Recorder) -> None:
    """Refuse an access to somebody whom the catalogue lists in the profile.

    Raises:
        Exists: the person has the same or a higher role there.
        Precondition: the person has a lower role, which only its source changes.
    """
    if module.kind == ModuleKind.EXTERNAL:
        return
    if is_catalogue_owner(user_id, module):
        raise Exists("{user} owns the profile {module}.", None, user=user_id, module=module.id)
    listed = module.contributors.filter(not_over(recorder.call.now), kind="User", name=user_id)
    wanted = _RANKS[cluster_role(types)]
    highest = max(listed, key=lambda row: _RANKS.get(row.role, 0), default=None)
    if highest is None:
        return
    values = {"user": user_id, "role": highest.role, "module": module.id}
    if _RANKS.get(highest.role, 0) >= wanted:
        raise Exists("{user} is {role} in {module} already.", None, **values)
    if not highest.source:
        raise Precondition(
            "{user} is {role} in {module} by another source. Only that source changes it.",
            **values,
        )
    raise Precondition(
        "{user} is {role} in {module} by the source {source}. Only that source changes it.",
        source=highest.source,
        **values,
    )
