"""Taking the cluster's catalogue: which profiles exist, who owns them, who is listed there."""

from collections.abc import Iterable

from user_manager.domain.cluster_answer import CatalogueProfile
from user_manager.domain.vocabulary import ModuleKind
from user_manager.models import CatalogueConflict, CatalogueContributor, Module
from user_manager.services.departed_profiles import (
    await_accesses,
    end_accesses,
    refuse_accesses,
)
from user_manager.services.transaction import Recorder


def take_catalogue(profiles: Iterable[CatalogueProfile], recorder: Recorder) -> None:
    """Replace the catalogue by a newer one.

    A name that an external module has is left out, and kept for administrators to see.
    """
    by_name = {profile.name: profile for profile in profiles}
    rows = Module.objects.select_for_update(no_key=True).order_by("id")
    modules = {module.id: module for module in rows}
    external = {id_ for id_, module in modules.items() if module.kind == ModuleKind.EXTERNAL}
    CatalogueConflict.objects.all().delete()
    CatalogueConflict.objects.bulk_create(
        CatalogueConflict(name=name) for name in sorted(external & by_name.keys())
    )
    taken = {name: profile for name, profile in by_name.items() if name not in external}
    _take_returned(modules, taken, recorder)
    for name, profile in taken.items():
        _take(modules.get(name), profile)
    _take_departed(modules, taken, recorder)
    _take_contributors(taken.values())


def _take_returned(
    modules: dict[str, Module], taken: dict[str, CatalogueProfile], recorder: Recorder
) -> None:
    """Let accesses to profiles that came back wait, and end those of another owner's profile."""
    returned = [modules[name] for name in taken if name in modules]
    returned = [module for module in returned if not module.in_catalogue]
    for module in returned:
        if _owner_of(module) == _listed_owner(taken[module.id]):
            await_accesses([module.id], recorder)
        else:
            end_accesses([module.id], recorder)


def _owner_of(module: Module) -> tuple[str, str]:
    return module.owner_kind, module.owner_name


def _listed_owner(profile: CatalogueProfile) -> tuple[str, str]:
    return profile.owner.kind.value, profile.owner.name


def _take(module: Module | None, profile: CatalogueProfile) -> None:
    """Write a profile of the catalogue, unless it is written already."""
    if module is None:
        module = Module(id=profile.name, kind=ModuleKind.PROFILE)
    kind, name = _listed_owner(profile)
    known = (module.in_catalogue, module.is_open, *_owner_of(module))
    if known == (True, profile.open, kind, name):
        return
    module.in_catalogue = True
    module.left_catalogue_at = None
    module.is_open = profile.open
    module.owner_kind = kind
    module.owner_name = name
    module.save()


def _take_departed(
    modules: dict[str, Module], taken: dict[str, CatalogueProfile], recorder: Recorder
) -> None:
    departed = [
        module for name, module in modules.items() if module.in_catalogue and name not in taken
    ]
    for module in departed:
        module.in_catalogue = False
        module.left_catalogue_at = recorder.call.now
        module.save(update_fields=["in_catalogue", "left_catalogue_at"])
    refuse_accesses([module.id for module in departed], recorder)


def _take_contributors(profiles: Iterable[CatalogueProfile]) -> None:
    CatalogueContributor.objects.all().delete()
    CatalogueContributor.objects.bulk_create(
        CatalogueContributor(
            module_id=profile.name,
            kind=contributor.kind,
            name=contributor.name,
            role=contributor.role,
            until=contributor.until,
            source=contributor.source,
        )
        for profile in profiles
        for contributor in profile.contributors
    )
