"""Modules, and who has access to one."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from user_manager.domain.access_types import AccessTypes, cluster_role, from_mask
from user_manager.domain.call import Call
from user_manager.domain.errors import NotFound
from user_manager.domain.permissions import may_list_module_accesses
from user_manager.domain.vocabulary import ModuleKind
from user_manager.models import Access, CatalogueContributor, Module
from user_manager.selectors.ownership import current, is_owner, not_over
from user_manager.selectors.paging import (
    BY_ID,
    BY_PERSON,
    NEWEST_FIRST,
    Page,
    PageRequest,
    bad_cursor,
    read_cursor,
    write_cursor,
)
from user_manager.selectors.searching import contains

SOURCE = "portal"
"""The name of this service among the sources of a cluster's document."""


@dataclass(frozen=True, slots=True)
class ModuleAccess:
    """Somebody with access to a module, by an access here or by another source.

    Attributes:
        role: the role in the cluster: view, edit or admin.
        types: None for somebody of another source.
        access_id: the same.
    """

    kind: str
    user: str
    role: str
    types: AccessTypes | None
    until: datetime | None
    source: str
    access_id: str | None


def read_module(module_id: str) -> Module:
    """Return a module, which everybody with an identity sees.

    Raises:
        NotFound: the module does not exist.
    """
    module = Module.objects.filter(id=module_id).first()
    if module is None:
        raise NotFound("The module was not found.")
    return module


def list_modules(
    page: PageRequest, *, query: str | None = None, kind: ModuleKind | None = None
) -> Page[Module]:
    """Return modules by id.

    Args:
        query: a part of id or title, in any case.

    Raises:
        Invalid: the cursor is wrong.
    """
    modules = Module.objects.all()
    if query is not None:
        modules = modules.filter(contains("id", query) | contains("title", query))
    if kind is not None:
        modules = modules.filter(kind=kind)
    return BY_ID.page(modules, page)


def list_module_accesses(
    call: Call, module_id: str, page: PageRequest, *, query: str = ""
) -> Page[ModuleAccess]:
    """Return who has access to a module: accesses, newest first, then people of other sources.

    Args:
        query: a part of the id or the name of the person, in any case; '' for all.

    Raises:
        NotFound: the module does not exist.
        Forbidden: the caller may not see it.
        Invalid: the cursor is wrong.
    """
    module = read_module(module_id)
    may_list_module_accesses(
        call.caller, owns_module=is_owner(call.caller.person, module, call.now)
    )
    first = None if page.cursor is None else read_cursor(page.cursor)[0]
    if first not in {None, NEWEST_FIRST.name, BY_PERSON.name}:
        raise bad_cursor()
    if first == BY_PERSON.name:
        return _listed(module, page, query, call.now)
    accesses = Access.objects.filter(current(call.now), module=module)
    if query:
        accesses = accesses.filter(contains("user__id", query) | contains("user__name", query))
    held = NEWEST_FIRST.page(accesses, page)
    items = tuple(_of_access(access) for access in held.items)
    if held.next is not None:
        return Page(items, held.next)
    rest = PageRequest(page.limit - len(items))
    if not rest.limit:
        return Page(items, _place_before_listed(module, query, call.now))
    listed = _listed(module, rest, query, call.now)
    return Page(items + listed.items, listed.next)


def _listed(module: Module, page: PageRequest, query: str, now: datetime) -> Page[ModuleAccess]:
    """Return the people whom other sources list in a profile of the catalogue."""
    rows = BY_PERSON.page(_contributors(module, query, now), page)
    return Page(tuple(_of_contributor(row) for row in rows.items), rows.next)


def _place_before_listed(module: Module, query: str, now: datetime) -> str | None:
    """Return the cursor of the first page of `_listed`; None if it is empty."""
    is_empty = not _contributors(module, query, now).exists()
    return None if is_empty else write_cursor(BY_PERSON.name, ["", ""])


def _contributors(module: Module, query: str, now: datetime) -> QuerySet[CatalogueContributor]:
    rows = CatalogueContributor.objects.filter(not_over(now), module=module)
    return rows.filter(contains("name", query)) if query else rows


def _of_access(access: Access) -> ModuleAccess:
    types = from_mask(access.types)
    return ModuleAccess(
        kind="User",
        user=access.user_id,
        role=cluster_role(types),
        types=types,
        until=access.until,
        source=SOURCE,
        access_id=access.id,
    )


def _of_contributor(row: CatalogueContributor) -> ModuleAccess:
    return ModuleAccess(
        kind=row.kind,
        user=row.name,
        role=row.role,
        types=None,
        until=row.until,
        source=row.source,
        access_id=None,
    )
