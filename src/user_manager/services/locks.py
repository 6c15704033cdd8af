"""Locks on rows, in the order that `services` states.

`no_key`: a row that others refer to may still be referred to while it is locked.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from user_manager.domain.errors import NotFound
from user_manager.domain.vocabulary import AccessState
from user_manager.models import Absence, Access, Module, User


def lock_users(ids: Iterable[str]) -> dict[str, User]:
    """Lock the users that exist, and return them by id."""
    rows = User.objects.select_for_update(no_key=True).filter(id__in=set(ids)).order_by("id")
    return {user.id: user for user in rows}


def lock_user(user_id: str) -> User:
    """Lock a user.

    Raises:
        NotFound: the user does not exist.
    """
    try:
        return lock_users([user_id])[user_id]
    except KeyError:
        raise NotFound("The user {user} was not found.", user=user_id) from None


def lock_modules(ids: Iterable[str]) -> dict[str, Module]:
    """Lock the modules that exist, and return them by id."""
    rows = Module.objects.select_for_update(no_key=True).filter(id__in=set(ids)).order_by("id")
    return {module.id: module for module in rows}


def lock_all_modules() -> dict[str, Module]:
    """Lock all modules, and return them by id."""
    rows = Module.objects.select_for_update(no_key=True).order_by("id")
    return {module.id: module for module in rows}


def lock_module(module_id: str) -> Module:
    """Lock a module.

    Raises:
        NotFound: the module does not exist.
    """
    try:
        return lock_modules([module_id])[module_id]
    except KeyError:
        raise NotFound("The module {module} was not found.", module=module_id) from None


def lock_grants(module: Module) -> QuerySet[Access]:
    """Lock all grants in a locked module, to which nobody adds one, and return them."""
    grants = Access.objects.filter(module=module, state=AccessState.APPROVED)
    list(grants.select_for_update().order_by("id").values_list("id"))
    return grants


def lock_open_accesses(user_id: str, module_id: str) -> list[Access]:
    """Lock a user's requests and grants in a module, without history, and return them by id."""
    rows = Access.objects.select_for_update().filter(
        user_id=user_id,
        module_id=module_id,
        state__in=[AccessState.PENDING, AccessState.APPROVED],
    )
    return list(rows.order_by("id"))


def lock_absences(absences: QuerySet[Absence]) -> list[Absence]:
    """Lock absences, and return them by person."""
    return list(absences.select_for_update(of=("self",)).order_by("person"))
