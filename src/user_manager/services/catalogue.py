"""Taking the cluster's catalogue: which profiles exist, who owns them, who is listed there."""

from collections.abc import Iterable

from user_manager.domain.cluster_answer import CatalogueProfile
from user_manager.domain.vocabulary import ModuleKind
from user_manager.models import CatalogueConflict, CatalogueContributor, Module
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
        CatalogueConflict(name=name) for name in sorted(external & set(by_name))
    )
    taken = {name: profile for name, profile in by_name.items() if name not in external}
    for name, profile in taken.items():
        _take(modules.get(name), profile)
    for name, module in modules.items():
        if module.in_catalogue and name not in taken:
            module.in_catalogue = False
            module.left_catalogue_at = recorder.call.now
            module.save(update_fields=["in_catalogue", "left_catalogue_at"])
    _take_contributors(taken.values())


def _take(module: Module | None, profile: CatalogueProfile) -> None:
    if module is None:
        module = Module(id=profile.name, kind=ModuleKind.PROFILE)
    module.in_catalogue = True
    module.left_catalogue_at = None
    module.owner_kind = profile.owner.kind
    module.owner_name = profile.owner.name
    module.save()


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
