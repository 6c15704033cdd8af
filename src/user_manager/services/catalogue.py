"""Taking the cluster's catalogue: which profiles exist, who owns them, who is listed there."""

from collections.abc import Iterable, Mapping

from user_manager.domain.cluster_answer import CatalogueProfile
from user_manager.domain.vocabulary import EventKind, ModuleKind
from user_manager.models import CatalogueConflict, CatalogueContributor, Module
from user_manager.services.departed_profiles import (
    await_accesses,
    end_accesses,
    is_given_up,
    refuse_accesses,
)
from user_manager.services.transaction import Recorder

_FIELDS = ["in_catalogue", "left_catalogue_at", "is_open", "owner_kind", "owner_name"]
Modules = Mapping[str, Module]
Profiles = Mapping[str, CatalogueProfile]


def take_catalogue(
    profiles: Iterable[CatalogueProfile], modules: Modules, recorder: Recorder
) -> None:
    """Replace the catalogue by a newer one.

    A name that an external module has is left out, and kept for administrators to see.

    Args:
        modules: all modules by id, locked.
    """
    by_name = {profile.name: profile for profile in profiles}
    external = {id_ for id_, module in modules.items() if module.kind == ModuleKind.EXTERNAL}
    CatalogueConflict.objects.all().delete()
    CatalogueConflict.objects.bulk_create(
        CatalogueConflict(name=name) for name in sorted(external & by_name.keys())
    )
    taken = {name: profile for name, profile in by_name.items() if name not in external}
    _take_returned(modules, taken, recorder)
    _take_listed(modules, taken, recorder)
    _take_departed(modules, taken, recorder)
    _take_contributors(taken.values())


def _take_returned(modules: Modules, taken: Profiles, recorder: Recorder) -> None:
    """Let accesses to profiles that came back wait, or end them.

    They end where the profile has another owner now, or was away for too long.
    """
    kept: list[str] = []
    ended: list[str] = []
    for name, profile in taken.items():
        module = modules.get(name)
        if module is None or module.in_catalogue:
            continue
        is_same = _owner_of(module) == _listed_owner(profile)
        is_kept = is_same and not is_given_up(module, recorder.call.now)
        (kept if is_kept else ended).append(name)
    await_accesses(kept, recorder)
    end_accesses(ended, recorder)


def _owner_of(module: Module) -> tuple[str, str]:
    return module.owner_kind, module.owner_name


def _listed_owner(profile: CatalogueProfile) -> tuple[str, str]:
    return profile.owner.kind.value, profile.owner.name


def _take_listed(modules: Modules, taken: Profiles, recorder: Recorder) -> None:
    """Write the profiles of the catalogue that are new or changed."""
    new, changed = [], []
    for name, profile in taken.items():
        module = modules.get(name)
        if module is None:
            module = Module(id=name, kind=ModuleKind.PROFILE)
            new.append(module)
            recorder.record(EventKind.MODULE_CREATED, module=name)
        elif not _is_as_listed(module, profile):
            changed.append(module)
            recorder.record(EventKind.MODULE_CHANGED, module=name)
        module.in_catalogue = True
        module.left_catalogue_at = None
        module.is_open = profile.open
        module.owner_kind, module.owner_name = _listed_owner(profile)
    Module.objects.bulk_create(new)
    Module.objects.bulk_update(changed, _FIELDS, batch_size=500)


def _is_as_listed(module: Module, profile: CatalogueProfile) -> bool:
    known = (module.in_catalogue, module.is_open, _owner_of(module))
    return known == (True, profile.open, _listed_owner(profile))


def _take_departed(modules: Modules, taken: Profiles, recorder: Recorder) -> None:
    departed = [name for name, module in modules.items() if module.in_catalogue]
    departed = [name for name in departed if name not in taken]
    for name in departed:
        recorder.record(EventKind.MODULE_CHANGED, module=name)
    rows = Module.objects.filter(id__in=departed)
    rows.update(in_catalogue=False, left_catalogue_at=recorder.call.now)
    refuse_accesses(departed, recorder)


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
