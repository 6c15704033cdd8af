"""Profiles that a document no longer names: their list, and their removal."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from profiles_management.kubeflow.objects.plan_terms import State, Verb, labelled
from profiles_management.kubeflow.planning import (
    claims,
    contributor_changes,
    foreign_removal,
    withdrawn,
)
from profiles_management.kubeflow.planning.access_count import ExistingAccess
from profiles_management.kubeflow.planning.removal import Removal
from profiles_management.kubeflow.planning.undefined_profiles import stale
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import ownership, unmanaged_access, unmanaged_warnings
from profiles_management.kubeflow.state.access_state import access_by_person, contributor_state
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import (
    Change,
    Condition,
    ObjectRef,
    Pending,
    Person,
    Plan,
    ordered,
)

_MOST_FILES = 3


@dataclass(frozen=True, slots=True)
class StaleProfile:
    """A profile that the document does not name.

    Attributes:
        contributors: how many the next apply revokes.
        warnings: access that they or people of the document have by objects that are not managed.
    """

    name: str
    owner: str
    contributors: int
    warnings: tuple[Problem, ...] = ()


def found(
    pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings
) -> tuple[StaleProfile, ...]:
    """Return the stale profiles, sorted by name."""
    pmr, _ = claims.counted(pmr, observed, settings)
    document = unmanaged_access.people_of(pmr)
    return tuple(
        _stale_profile(name, observed, document) for name in stale(pmr, observed, settings)
    )


def _stale_profile(name: str, observed: Observed, document: Collection[Person]) -> StaleProfile:
    owner = _owner(name, observed)
    contributors = access_by_person(contributor_state(name, observed)).keys()
    owners = {Person("User", owner)} if owner else set()
    warnings = unmanaged_warnings.problems(
        name, observed, near=owners, document=document, lost=contributors
    )
    return StaleProfile(name, owner, len(contributors), tuple(warnings))


def deletion(
    pmr: ProfilesManagementRepresentation,
    observed: Observed,
    settings: Settings,
    *,
    keep_data: bool,
    only: Collection[str] | None = None,
) -> Plan:
    """Return what removes every stale profile, or those of them that `only` names.

    Contributors go first. Then the Profile, and Kubernetes removes the namespace that belongs to
    it; one that was adopted is made to belong to it first. With `keep_data` the namespace is set
    free before the Profile goes, and a policy that lets nobody in takes the place of the owner's,
    without which Istio would let everybody in. A target that holds Profiles and no namespaces
    cannot do that: each is refused, or its data would go all the same.
    """
    pmr, _ = claims.counted(pmr, observed, settings)
    chosen = _chosen(stale(pmr, observed, settings), only)
    if keep_data and not _can_keep_data(observed, settings):
        return Plan(refused=tuple(map(_bound, chosen)), profiles=len(pmr) + len(chosen))
    going = [name for name in chosen if _is_going(name, observed)]
    leaving = sorted(set(chosen).difference(going))
    changes: list[Change] = []
    for name in leaving:
        changes += _revocations(name, observed, settings, keep_data=keep_data)
        changes.append(Removal(name, observed, settings, keep_data=keep_data).change())
    if keep_data:
        warnings = _remaining_access(leaving, observed, settings)
    else:
        warnings = _remaining_files(changes, observed)
    withdrawals = withdrawn.unrecorded(pmr.origins, observed, settings)
    return Plan(
        ordered(map(labelled, changes)),
        warnings=(*withdrawals, *warnings),
        pending=tuple(_pending(name, observed) for name in going),
        profiles=len(pmr),
        stale=tuple(leaving),
        outside=tuple(going),
        existing=ExistingAccess().groups(changes),
    )


def _chosen(names: Sequence[str], only: Collection[str] | None) -> Sequence[str]:
    """Return the stale profiles that are removed, in their order."""
    if only is None:
        return names
    return [name for name in names if name in only]


def _can_keep_data(observed: Observed, settings: Settings) -> bool:
    """Whether a target can keep the namespace of a profile that it removes."""
    return settings.standalone or "Namespace" in observed.holds


def _revocations(
    name: str, observed: Observed, settings: Settings, *, keep_data: bool
) -> Iterator[Change]:
    """Yield what ends everybody's access but the owner's in a profile's own namespace."""
    if not ownership.is_ours_to_close(name, observed, settings):
        return
    state = contributor_state(name, observed)
    yield from contributor_changes.plan((), state, replace(settings, unlisted="revoke")).changes
    if keep_data:
        yield from foreign_removal.annotated_revocations(name, observed)


def _is_going(name: str, observed: Observed) -> bool:
    """Whether somebody deletes a profile or its namespace already."""
    profile, namespace = observed.profiles.get(name), observed.namespaces.get(name)
    if profile is not None and profile.deleting:
        return True
    return namespace is not None and namespace.deleting


def _remaining_access(
    names: Iterable[str], observed: Observed, settings: Settings
) -> Iterator[Problem]:
    """Yield who is left in namespaces that stay."""
    for name in names:
        if ownership.is_ours_to_close(name, observed, settings):
            yield from unmanaged_warnings.left(name, observed)


def _remaining_files(changes: Iterable[Change], observed: Observed) -> Iterator[Problem]:
    """Yield which files of a deleted namespace are not ours to remove."""
    deleted: dict[str, set[ObjectRef]] = {}
    for change in changes:
        refs = (write.target for write in change.writes if write.verb is Verb.DELETE)
        deleted.setdefault(change.profile, set()).update(refs)
    for name in sorted(deleted.keys() & observed.files.keys()):
        files = observed.files[name]
        paths = sorted({files[ref] for ref in files.keys() - deleted[name]})
        if paths:
            yield _files_remain(name, paths)


def _files_remain(name: str, paths: Sequence[str]) -> Problem:
    more = f" and {len(paths) - _MOST_FILES} more" if len(paths) > _MOST_FILES else ""
    stay = f"files for the namespace {name} are not managed and stay"
    what = f"{stay}: {', '.join(paths[:_MOST_FILES])}{more}"
    remedy = "Remove them, or they are applied again."
    return ownership.refusal(name, "files-remain", what, remedy, nameless=stay, names_place=True)


def _pending(name: str, observed: Observed) -> Pending:
    """Return that a deletion is under way; where the namespace goes too, it goes last."""
    namespace, kind = observed.namespaces.get(name), "Profile"
    if namespace is not None and (namespace.deleting or namespace.owned_by):
        kind = "Namespace"
    gone = Condition(ObjectRef(kind, "", name), State.GONE)
    return Pending(name, f"{name} is being deleted", gone, is_removal=True)


def _bound(name: str) -> Problem:
    what = (
        f"a folder cannot detach the namespace {name} from its Profile, so the namespace and its "
        "data would be deleted too"
    )
    remedy = "Use the cluster as the target, or delete the data too."
    return ownership.refusal(name, "cannot-keep-data", what, remedy, names_nobody=True)


def _owner(name: str, observed: Observed) -> str:
    """Return the owner by the Profile, else by the namespace's annotation; '' for none."""
    owner = observed.declared_owner(name)
    if owner is not None:
        return owner.name
    namespace = observed.namespaces.get(name)
    return "" if namespace is None else namespace.owner
