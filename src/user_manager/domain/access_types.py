"""Sets of access types: reading, printing and storing them, and which type includes which."""

from collections.abc import Sequence
from typing import Final

from user_manager.domain.errors import Invalid
from user_manager.domain.vocabulary import AccessType

AccessTypes = frozenset[AccessType]

MOST_NAMES: Final = 3
_CLUSTER_ROLES: Final = {
    AccessType.READ: "view",
    AccessType.WRITE: "edit",
    AccessType.OWNER: "edit",  # additions of a document never grant admin
}


def parse_types(names: Sequence[str]) -> AccessTypes:
    """Return the access types with these names; a repeated name counts once.

    Args:
        names: one to three names, such as `READ`.

    Raises:
        Invalid: there are none or too many, or a name is unknown.
    """
    if not 1 <= len(names) <= MOST_NAMES:
        raise Invalid.at(
            "types",
            "1 to {limit} types are allowed, these are {count:,}",
            limit=MOST_NAMES,
            count=len(names),
        )
    for index, name in enumerate(names):
        if name not in AccessType.__members__:
            raise Invalid.at(
                f"types[{index}]", "must be {names}", names=", ".join(AccessType.__members__)
            )
    return frozenset(AccessType[name] for name in names)


def sorted_names(types: AccessTypes) -> list[str]:
    """Return the names of access types in the order of the proto."""
    return [access_type.name for access_type in sorted(types)]


def to_mask(types: AccessTypes) -> int:
    """Return access types as one number, which has the bit `1 << type` for each."""
    return sum(1 << access_type for access_type in types)


def from_mask(mask: int) -> AccessTypes:
    """Return the access types in a number that `to_mask` made."""
    return frozenset(access_type for access_type in AccessType if mask & 1 << access_type)


def holds(held: AccessTypes, wanted: AccessTypes) -> bool:
    """Return whether somebody with the held types has every wanted one.

    OWNER includes WRITE, and WRITE includes READ.
    """
    return not wanted or max(wanted) <= max(held, default=-1)


def cluster_role(types: AccessTypes) -> str:
    """Return the role that an access to a profile gives in the cluster: `view` or `edit`."""
    return _CLUSTER_ROLES[max(types)]


OWNER_MASKS: Final = tuple(mask for mask in range(1, 8) if AccessType.OWNER in from_mask(mask))
"""The masks of all sets with OWNER."""
