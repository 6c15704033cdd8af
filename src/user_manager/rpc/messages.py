"""Values of messages, checked. Paths in errors are the names of the fields in the contract."""

from collections.abc import Sequence

from user_manager.domain.access_types import MOST_NAMES, AccessTypes, from_mask, sorted_names
from user_manager.domain.errors import Invalid
from user_manager.domain.vocabulary import AccessType, Role
from user_manager.rpc import user_manager_pb2 as contract
from user_manager.selectors.users import UserView

_PATH = "access.access_types"


def access_types(numbers: Sequence[int]) -> AccessTypes:
    """Return the access types with these numbers; a repeated number counts once.

    A number that the contract does not know arrives as it is: an enum of proto3 is open.

    Raises:
        Invalid: there are none or too many, or a number is unknown.
    """
    if not 1 <= len(numbers) <= MOST_NAMES:
        raise Invalid.at(_PATH, f"1 to {MOST_NAMES} types are allowed, not {len(numbers):,}")
    for index, number in enumerate(numbers):
        if number not in frozenset(AccessType):
            raise Invalid.at(f"{_PATH}[{index}]", f"{number} is not an access type")
    return frozenset(AccessType(number) for number in numbers)


def role(number: int) -> Role:
    """Return the role with a number. A role that is absent has the number 0.

    Raises:
        Invalid: the contract has no such role.
    """
    if number not in frozenset(Role):
        raise Invalid.at("role", f"{number} is not a role")
    return Role(number)


def user_message(view: UserView) -> contract.User:
    """Return a user as the caller sees them."""
    return contract.User(
        id=view.user.id,
        name=view.user.name,
        roles=[contract.UserRole.Value(role.name) for role in view.roles],
        ext_datamodule_accesses=[
            contract.ExtDatamoduleAccess(
                id=access.id,
                ext_datamodule_id=access.module_id,
                access_types=[
                    contract.ExtDatamoduleAccessType.Value(name)
                    for name in sorted_names(from_mask(access.types))
                ],
            )
            for access in view.accesses
        ],
    )
