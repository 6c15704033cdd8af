"""How strong the roles in a project are. Pure."""

from collections.abc import Mapping
from typing import Final

from profiles_management.puhuri.client.models import ProjectRole

_STRENGTH: Final[Mapping[str, int]] = {
    ProjectRole.MEMBER: 1,
    ProjectRole.ADMIN: 2,
    ProjectRole.MANAGER: 3,
}


def strength(role: str) -> int:
    """Return how strong a role is; one that only this server knows is the strongest."""
    return _STRENGTH.get(role, len(_STRENGTH) + 1)
