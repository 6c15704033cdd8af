"""Profiles that a document no longer names: listing them, and removing them with or without their data."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from profiles_management.kubeflow import claims, names, objects, ownership, people, quota, unmanaged, writes
from profiles_management.kubeflow.held import room_of
from profiles_management.kubeflow.observed import Anchor, NamespaceSeen, Observed, OwnerObject, ProfileSeen
from profiles_management.kubeflow.plan import stale
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import (
    Access,
    Action,
    Change,
    Condition,
    ObjectRef,
    Pending,
    Person,
    Phase,
    Plan,
    Reason,
    State,
    Verb,
    Write,
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


def found(pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings) -> tuple[StaleProfile, ...]:
    """Return the stale profiles, sorted by name."""
    pmr, _ = claims.counted(pmr, observed, settings)
    document = unmanaged.people_of(pmr)
    return tuple(_stale_profile(name, observed, document) for name in stale(pmr, observed, settings))


def _stale_profile(name: str, observed: Observed, document: Collection[Person]) -> StaleProfile:
    owner, contributors = _owner(name, observed), people.held_in(room_of(name, observed)).keys()
    owners = {Person("User", owner)} if owner else set()
    warnings = unmanaged.problems(name, observed, near=owners, document=document, lost=contributors)
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

    Contributors go first. Then the Profile, and Kubernetes removes the namespace that belongs to it; one that was
    adopted is made to belong to it first. With `keep_data` the namespace is set free before the Profile goes,
    and a policy that lets nobody in takes the place of the owner's, without which Istio would let everybody in.
    A target that holds Profiles and no namespaces cannot do that: each is refused, or its data would go all the same.
    """
    pmr, _ = claims.counted(pmr, observed, settings)
    bound = keep_data and not settings.standalone and "Namespace" not in observed.holds
    changes: list[Change] = []
    refused: list[Problem] = []
    warnings: list[Problem] = []
    pending: list[Pending] = []
    lost = 0
    nobody_stays = replace(settings, unlisted="revoke")
    for name in stale(pmr, observed, settings):
        if only is not None and name not in only:
            continue
        if bound:
            refused.append(_bound(name))
            continue
        seen, space = observed.profiles.get(name), observed.namespaces.get(name)
        if (seen is not None and seen.deleting) or (space is not None and space.deleting):
            pending.append(_going(name, space))
            continue
        if ownership.is_ours_to_close(name, observed, settings):
            revoked = [*people.plan((), room_of(name, observed), nobody_stays).changes]
            if keep_data:
                revoked += unmanaged.revocations(name, observed)
                warnings += unmanaged.left(name, observed)
            changes += revoked
            lost += len(revoked)
        changes.append(_Removal(name, seen, space, observed, settings, keep_data=keep_data).change())
    gone = tuple(sorted({change.profile for change in changes}))
    if not keep_data:
        warnings += _remaining_files(changes, observed)
    return Plan(
        ordered(changes),
        tuple(refused),
        warnings=tuple(warnings),
        pending=tuple(pending),
        profiles=len(pmr) + len(refused),
        stale=gone,
        access=Access(lost, lost, 0),
    )


def _remaining_files(changes: Collection[Change], observed: Observed) -> Iterator[Problem]:
    """Yield which files of a folder are for a namespace that is deleted, and are not ours to remove."""
    deleted = {write.target for change in changes for write in change.writes if write.verb is Verb.DELETE}
    for name in sorted({change.profile for change in changes} & observed.files.keys()):
        paths = sorted({path for ref, path in observed.files[name].items() if ref not in deleted})
        if paths:
            more = f" and {len(paths) - _MOST_FILES} more" if len(paths) > _MOST_FILES else ""
            what = f"files for the namespace {name} are not managed and stay: {', '.join(paths[:_MOST_FILES])}{more}"
            yield ownership.refusal(name, "files-remain", what, "Remove them, or they are applied again.")


def _going(name: str, space: NamespaceSeen | None) -> Pending:
    """Return that a deletion which somebody began is still under way; its namespace comes last, where it goes too."""
    goes = space is not None and (space.deleting or space.owned_by)
    gone = Condition(ObjectRef("Namespace" if goes else "Profile", "", name), State.GONE)
    return Pending(name, f"{name} is being deleted", gone)


def _bound(name: str) -> Problem:
    what = f"a folder cannot set the namespace {name} free, so it and its data would go with the Profile"
    remedy = "Do it with the cluster as the target, or give the data up."
    return ownership.refusal(name, "cannot-keep-data", what, remedy)


class _Removal:
    """The removal of one profile, as the profile controller needs it."""

    def __init__(
        self,
        name: str,
        seen: ProfileSeen | None,
        space: NamespaceSeen | None,
        observed: Observed,
        settings: Settings,
        *,
        keep_data: bool,
    ) -> None:
        self.name = name
        self.seen = seen
        self.space = space if ownership.is_ours_to_close(name, observed, settings) else None
        self.observed = observed
        self.settings = settings
        self.keep_data = keep_data
        self.profile = ObjectRef("Profile", "", name)
        self.namespace = ObjectRef("Namespace", "", name)
        self.written: set[ObjectRef] = set()

    def change(self) -> Change:
        standalone = self.settings.standalone
        gone = self.namespace if self.space is not None and "Namespace" in self.observed.holds else self.profile
        last = self.profile if self.keep_data else gone
        return Change(
            Phase.SHAPE,
            self.name,
            self.namespace if standalone else self.profile,
            Action.DELETE,
            Reason.STALE_KEPT if self.keep_data else Reason.STALE,
            writes=tuple(self._standalone() if standalone else self._kubeflow()),
            settled=() if standalone and self.keep_data else (Condition(last, State.GONE),),
        )

    def _kubeflow(self) -> Iterator[Write]:
        if self.keep_data:
            yield from self._closed()
            yield from self._freed()
        yield from self._unstuck()
        if self.keep_data:
            yield from self._released()
        else:
            yield from self._tied()
        yield from self._files()
        yield writes.delete(self.profile, self._read(self.profile, self.seen))

    def _unstuck(self) -> Iterator[Write]:
        """Mend what would leave the Profile in deletion for ever: another owner, a quota or a role that cannot be."""
        if self.seen is None or self.space is None:
            return
        owner = self.seen.owner.name if self.seen.owner is not None else ""
        if self.space.owner != owner and self._holds("Namespace"):
            change = {"metadata": {"annotations": {names.OWNER: owner}}}
            yield writes.patch(self.namespace, change, self._read(self.namespace, self.space))
            self.written.add(self.profile)  # by the controller, whom this wakes; so below
        made = not self._holds("ResourceQuota") or self.name in self.observed.quotas
        if not made and quota.has_limits(self.seen.quota):
            without = {"spec": {"resourceQuotaSpec": None}}
            yield writes.patch(self.profile, without, self._read(self.profile, self.seen))
        bound = self.observed.owner_bindings.get(self.name)
        if bound is not None and bound.cluster_role != self.settings.cluster_roles["admin"]:
            ref = ObjectRef("RoleBinding", self.name, names.OWNER_BINDING)
            yield writes.delete(ref, self._read(ref, bound))
            self.written.add(self.profile)

    def _freed(self) -> Iterator[Write]:
        """Remove finalizers from the owner's objects, and those objects that would outlast their Profile."""
        if self.space is None:
            return
        for ref, one in self._owner_objects():
            if one.finalized:
                yield writes.patch(ref, {"metadata": {"finalizers": None}}, self._read(ref, one))
            if self.settings.standalone or one.owned_by != self.name:
                yield writes.delete(ref, self._read(ref, one))

    def _owner_objects(self) -> Iterator[tuple[ObjectRef, OwnerObject]]:
        binding, policy = self.observed.owner_bindings.get(self.name), self.observed.owner_policies.get(self.name)
        if binding is not None:
            yield ObjectRef("RoleBinding", self.name, names.OWNER_BINDING), binding
        if policy is not None:
            yield ObjectRef("AuthorizationPolicy", self.name, names.OWNER_POLICY), policy

    def _tied(self) -> Iterator[Write]:
        """Give an adopted namespace to the Profile, so that both go in one: nothing is left if we die in between."""
        if self.seen is None or self.space is None or self.space.owned_by or not self._holds("Namespace"):
            return
        profile = {
            "apiVersion": objects.API_VERSIONS["Profile"],
            "kind": "Profile",
            "name": self.name,
            "uid": self.seen.uid,
        }
        change = {"metadata": {"ownerReferences": [profile]}}
        yield writes.patch(self.namespace, change, self._read(self.namespace, self.space))

    def _closed(self) -> Iterator[Write]:
        """Let nobody in, whatever policies of somebody else are there under the name for this."""
        if self.space is not None and self._holds("AuthorizationPolicy") and self.name not in self.observed.closed:
            taken = self.observed.taken.get(self.name, ())
            name = next((name for name in names.CLOSING if name not in taken), names.CLOSED)
            yield writes.create(objects.closed(self.name, name, self.settings))

    def _released(self) -> Iterator[Write]:
        """Take the namespace from its Profile, so that it stays."""
        if self.space is not None and self.space.owned_by and self._holds("Namespace"):
            change = {"metadata": {"ownerReferences": None}}
            yield writes.patch(self.namespace, change, self._read(self.namespace, self.space))

    def _files(self) -> Iterator[Write]:
        """Yield what goes with a namespace in a cluster, and in a folder file by file."""
        if self.keep_data or not self.observed.is_text:
            return
        seen, name = self.observed, self.name
        limits = seen.limits.get(name)
        files = (
            ("RoleBinding", names.OWNER_BINDING, name in seen.owner_bindings),
            ("AuthorizationPolicy", names.OWNER_POLICY, name in seen.owner_policies),
            ("AuthorizationPolicy", names.CLOSED, name in seen.closed),
            ("ResourceQuota", names.QUOTA, name in seen.quotas),
            ("LimitRange", names.LIMITS, limits is not None and bool(limits.mark)),
        )
        for kind, file, is_there in files:
            if is_there:
                yield writes.delete(ObjectRef(kind, name, file))

    def _standalone(self) -> Iterator[Write]:
        if not self.keep_data:
            yield from self._files()
            yield writes.delete(self.namespace, self._read(self.namespace, self.space))
            return
        yield from self._closed()
        yield from self._freed()
        yield from self._released()
        unmarked = {
            "labels": dict.fromkeys(objects.marks(self.settings)),
            "annotations": {names.OWNER: None, names.KEYS: None, names.SOURCE: None},
        }
        yield writes.patch(self.namespace, {"metadata": unmarked}, self._read(self.namespace, self.space))

    def _read(self, target: ObjectRef, seen: Anchor | OwnerObject | None) -> str:
        """Return the version that was read, for the first write to an object of this step; '' for later ones."""
        first = target not in self.written
        self.written.add(target)
        return _version(seen) if first else ""

    def _holds(self, kind: str) -> bool:
        return kind in self.observed.holds


def _version(seen: Anchor | OwnerObject | None) -> str:
    return seen.version if seen is not None else ""


def _owner(name: str, observed: Observed) -> str:
    seen, space = observed.profiles.get(name), observed.namespaces.get(name)
    if seen is not None and seen.owner is not None:
        return seen.owner.name
    return space.owner if space is not None else ""
