"""Planning: every change that leads from what was observed to what a document wants. Pure, and always the same.

who may touch it (ownership) ─▶ who owns (owner) ─▶ who contributes (people) ─▶ how much (shape)
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from profiles_management.kubeflow import (
    adoption,
    claims,
    expiry,
    foreign_removal,
    frozen,
    last_owner,
    objects,
    owner_objects,
    ownership,
    people,
    terminating,
    unmanaged,
    unread,
)
from profiles_management.kubeflow.gateways import GatewayCheck
from profiles_management.kubeflow.held import Room, room_of
from profiles_management.kubeflow.observed import Anchor, Observed
from profiles_management.kubeflow.owner import Owning, bound
from profiles_management.kubeflow.owner_objects import OwnerObjects
from profiles_management.kubeflow.ownership import Footing
from profiles_management.kubeflow.people import People
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.shape import Shape
from profiles_management.kubeflow.tally import Deciding, Tally
from profiles_management.kubeflow.wanted import Ground, Wanted, wanted_of
from profiles_management.pmr.classes import Owner, Profile, ProfilesManagementRepresentation
from profiles_management.pmr.collector import collector_paused
from profiles_management.pmr.problems import Problem, Where
from profiles_management.pmr.warnings import document_warnings
from profiles_management.reconcile.plan import (
    Change,
    Frozen,
    ObjectRef,
    Pending,
    Person,
    Plan,
    Reason,
    ordered,
)
from profiles_management.reconcile.report import profile_of


def plan(pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings, *, now: datetime) -> Plan:
    """Return every change that leads from `observed` to `pmr`, in order.

    Args:
        now: with a zone; contributors whose `until` has come by then are as if they were not there.
    """
    with collector_paused():
        counted, refused = claims.counted(pmr, observed, settings)
        planning = _Planning(counted, observed, settings, now)
        planning.refused += refused
        planning.left_alone()
        for profile in counted.in_order():
            planning.profile(profile)
        for name in stale(counted, observed, settings):
            planning.stale(name)
        for name in terminating.remaining(observed):
            planning.remaining(name)
        planning.ended_elsewhere()
        return replace(planning.result(), profiles=len(pmr) + len(pmr.origins.conflicts))


def stale(pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings) -> tuple[str, ...]:
    """Return the profiles that the document does not name, by the setting `stale` and never a protected one.

    Nor one that a source defines which cannot be read, or that several sources define.

    Args:
        pmr: without the definitions that do not count; see claims.counted.
    """
    ours = {"ours": (settings.instance,), "all": (settings.instance, ""), "off": ()}[settings.stale]
    return tuple(
        name
        for name, one in sorted(ownership.anchors(observed, settings).items())
        if one.mark in ours
        and (one.mark or not settings.standalone)  # without Profiles, an unmarked namespace is no profile at all
        and not pmr.has_profile(name)
        and name not in pmr.origins.conflicts
        and not pmr.origins.leaves(one.source)
        and not ownership.is_protected(name, observed, settings)
    )


class _Planning:
    """Collects what one plan holds."""

    def __init__(
        self, pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings, now: datetime
    ) -> None:
        self.pmr = pmr
        self.observed = observed
        self.settings = settings
        self.now = now
        self.changes: list[Change] = []
        self.refused: list[Problem] = []
        self.warnings: list[Problem] = []
        self.pending: list[Pending] = []
        self.left: list[str] = []
        self.new = 0
        self.tally = Tally()
        self.done: set[str] = set()  # namespaces whose contributors are planned
        self.frozen = frozen.profiles(pmr, observed, settings)
        self.staying: list[str] = []
        # A folder does not say what runs in a namespace.
        self.adopted = adoption.adopted(pmr, observed, settings) if observed.contents else []
        self.gateways = GatewayCheck(settings, observed.profiles)

    def left_alone(self) -> None:
        """Tell what several sources define, and what a source made that cannot be read."""
        origins = self.pmr.origins
        for name, source in self.frozen.items():
            if self.pmr.has_profile(name):
                self.refused.append(frozen.conflict(name, source, origins))
        self.refused += [problem for _, problem in sorted(origins.conflicts.items())]
        self.warnings += [problem for problem in origins.refused if profile_of(problem) not in self.frozen]

    def profile(self, profile: Profile) -> None:
        """Plan one profile of the document; what is not ours to touch is refused and left alone."""
        if profile.name in self.frozen:
            return
        wanted = wanted_of(self.pmr, profile)
        found = ownership.footing(profile, self.observed, self.settings)
        if isinstance(found, Problem):
            self.refused.append(found)
        elif isinstance(found, Pending):
            self.pending.append(found)
            self._terminating(profile)
        else:
            self._planned(profile, wanted, found)

    def stale(self, name: str) -> None:
        """Plan a profile that left the document: it loses its contributors, never its data."""
        self.left.append(name)
        room = self._closable(name)
        if room is not None:
            anchor = ownership.anchors(self.observed, self.settings)[name]
            deciding = self._deciding(anchor.source, anchor)
            deciding = replace(deciding, counts="marked") if anchor.mark else deciding
            self._emptied(room, deciding)
            owned = owner_objects.of_no_document(name, self.observed, self.settings)
            staying = {owned.owner} if owned is not None else set()
            if owned is not None and terminating.is_terminating(name, self.observed):
                self._last_owner(name, owned.profile.owner, (), deciding)
            self._unmarked(name, owned, staying, deciding, foreign=self.settings.foreign == "revoke")

    def remaining(self, name: str) -> None:
        """Plan a namespace in deletion whose Profile is gone and that the document does not define: as a stale one."""
        if not self.pmr.has_profile(name) and name not in self.left:
            room = room_of(name, self.observed)
            room = terminating.left_behind(room, self.observed, self.settings, self.pmr.origins, self.now)
            self._emptied(room, Deciding(merged=self.pmr.origins.is_merged, counts="marked"))

    def _emptied(self, room: Room, deciding: Deciding) -> None:
        """Plan that nobody contributes to a namespace any more."""
        found = people.plan((), room, self.settings)
        self._people(room.name, found, deciding)
        self.warnings += self._unmanaged(room.name, (), found.revoked)

    def _closable(self, name: str) -> Room | None:
        """Return the namespace of a profile with the access that is ours to end, None where none is."""
        if ownership.is_ours_to_close(name, self.observed, self.settings):
            return room_of(name, self.observed, self.now)
        if terminating.is_terminating(name, self.observed):
            return terminating.room_to_end(room_of(name, self.observed, self.now), self.observed, self.settings)
        return None

    def ended_elsewhere(self) -> None:
        """Plan the end of access whose time is up where nothing else is planned, whatever the reason for that is."""
        # They are at stake for no source: a namespace's admin can plant as many of these as they like.
        deciding = Deciding(merged=self.pmr.origins.is_merged, counts="nothing")
        for room in expiry.remaining(self.pmr, self.observed, self.settings, self.now, done=self.done):
            if ownership.is_protected(room.name, self.observed, self.settings):
                self.warnings.append(expiry.protected(room))
            else:
                self._emptied(room, deciding)

    def result(self) -> Plan:
        """Return the plan."""
        return Plan(
            changes=ordered(self.changes),
            refused=tuple(self.refused),
            warnings=(
                *self.observed.unreadable,
                *unread.bounded([problem for name in self._names() for problem in self.observed.unread.get(name, ())]),
                *self._missing_roles(),
                *self._gateways(),
                *self.warnings,
                *document_warnings(self.pmr),
            ),
            pending=tuple(self.pending),
            new=self.new,
            stale=tuple(self.left),
            access=self.tally.access(),
            sources=self.tally.sources(),
            frozen=tuple(self._frozen()),
        )

    def _names(self) -> list[str]:
        """Return the names of all profiles that are planned, and so are looked at."""
        return sorted({*(profile.name for profile in self.pmr.in_order()), *self.left, *self.frozen})

    def _frozen(self) -> Iterator[Frozen]:
        origins = self.pmr.origins
        kept: dict[str, list[str]] = {source: [] for source in (*origins.frozen, *self.staying)}
        for name, source in self.frozen.items():
            if not self.pmr.has_profile(name):  # else it is refused, and told as such
                kept.setdefault(source, []).append(name)
        for source in sorted(filter(origins.leaves, kept), key=lambda source: (not source, source)):
            why = origins.frozen.get(source, "no source of this name is there" if source else "")
            yield Frozen(source, why, tuple(kept[source]), self.staying.count(source))

    def _terminating(self, profile: Profile) -> None:
        """Plan what ends in a profile that is being deleted: access goes there too, whatever keeps the namespace."""
        if terminating.is_terminating(profile.name, self.observed):
            room = room_of(profile.name, self.observed, self.now)
            found = terminating.plan(profile, room, self.observed, self.settings, self.pmr.origins, self.now)
            anchor = ownership.anchors(self.observed, self.settings).get(profile.name)
            definer = self.pmr.origins.profiles.get(profile.name, "")
            deciding = self._deciding(definer, anchor)
            self._people(profile.name, found, deciding)
            granted = {grant.person for grant in objects.grants(profile, self.now, self.pmr.origins)}
            self._last_owner(profile.name, profile.owner, granted, deciding)
            self.warnings += self._unmanaged(profile.name, objects.people_of(profile), found.revoked)

    def _last_owner(self, name: str, owner: Owner, staying: Collection[Person], deciding: Deciding) -> None:
        """Plan that nobody else is bound as the owner of a profile that is being deleted."""
        found = tuple(last_owner.changes(name, owner, self.observed, self.settings))
        self.changes += found
        self.tally.unmarked(deciding, len(last_owner.others(name, owner, self.observed) - set(staying)) if found else 0)

    def _planned(self, profile: Profile, wanted: Wanted, footing: Footing) -> None:
        origins = self.pmr.origins
        grants = list(objects.grants(profile, self.now, origins))
        room = self._room(profile, grants, footing)
        anchor = footing.namespace if self.settings.standalone else footing.profile
        deciding = self._deciding(origins.profiles.get(profile.name, ""), anchor)
        stay = frozen.staying(profile, deciding.recorded, room, origins, self.settings, self.now)
        self.staying += stay.people.values()
        grants = [grant for grant in grants if grant.person not in stay.people] if stay.people else grants
        found = people.plan(grants, stay.room, self.settings)
        owning = Owning(profile, wanted, footing, self.observed, self.settings, self.now)
        shape = Shape(Ground(profile.name, wanted, footing, self.observed, self.settings, self.now))
        first = [change for change in found.changes if owning.comes_first(change)]
        others = tuple(change for change in found.changes if change not in first)
        self._people(profile.name, replace(found, changes=others), deciding)
        own = [*owning.changes(first), *shape.changes()]
        self.changes += [replace(change, source=deciding.source) for change in own] if deciding.source else own
        self.pending += _in_turn([*owning.pending(), *shape.pending()])
        self.warnings += owning.warnings()
        if profile.name in self.adopted:
            self.warnings += adoption.told(profile.name, self.observed)
        self._owners(footing, found.changes, {grant.person for grant in grants} | stay.people.keys(), deciding)
        staying = {owning.owner, *(grant.person for grant in grants)}
        is_removed = foreign_removal.applies(footing, self.settings, adopt=profile.adopt)
        gone = self._unmarked(profile.name, owning.objects, staying, deciding, foreign=is_removed)
        self._others(profile, footing, found, grants, gone)
        self.new += not self.settings.standalone and not (footing.profile and footing.profile.complete)
        self.warnings += shape.warnings()

    def _unmarked(
        self, name: str, owned: OwnerObjects | None, staying: Collection[Person], deciding: Deciding, *, foreign: bool
    ) -> set[ObjectRef]:
        """Plan the end of access without our mark; return the objects that give nobody access after it.

        Args:
            owned: the objects of the owner, which are to give access to nobody else.
            staying: who keeps a role.
            foreign: whether people lose access by objects that are not managed.
        """
        bound: set[Person] = set()
        gone: set[ObjectRef] = set()
        if owned is not None and owned.others:
            self.changes += owned.revocations()
            bound, gone = owned.bound_besides(), set(owned.restored)
        removals = foreign_removal.removals(name, self.observed, self.settings) if foreign else ()
        for removal in removals:
            self.changes.append(removal.change)
            bound.update(removal.bound)
            gone.add(removal.change.target)
        self.tally.unmarked(deciding, len(bound - set(staying)))
        return gone

    def _others(
        self,
        profile: Profile,
        footing: Footing,
        found: People,
        grants: Sequence[objects.Grant],
        corrected: Collection[ObjectRef],
    ) -> None:
        """Look at what others wrote: objects that are not managed, names in another case, the owner's gateway."""
        if unmanaged.exists(profile.name, self.observed):
            near = objects.people_of(profile)
            replaced = {footing.before} if footing.before is not None else set()
            lost = {*found.revoked, *(replaced - near)}
            new_here = ownership.new_here(footing)
            self.warnings += self._unmanaged(profile.name, near, lost, corrected, new_here)
        if found.revoked:
            self.warnings += people.spelled_otherwise(profile.name, found.revoked, objects.people_of(profile))
        if not self.settings.standalone:
            self.gateways.add(profile.name, self.observed.owner_policies.get(profile.name), len(grants))

    def _room(self, profile: Profile, grants: Sequence[objects.Grant], footing: Footing) -> Room:
        over = objects.expired(profile, self.now) if len(grants) < len(profile.contributors) else frozenset()
        owner = objects.owner_of(profile)
        return replace(
            room_of(profile.name, self.observed, self.now),
            expired=over,
            owner=owner,
            bound=bound(profile) if self._unsettled(profile.name, owner, footing) else None,
            ready=footing.ready,
        )

    def _unsettled(self, name: str, owner: Person, footing: Footing) -> bool:
        """Whether an owner has less than an owner's access: what they have as a contributor stays until then.

        Kubeflow's controller writes the policy first, so whom its RoleBinding names gets in by both.
        """
        binding, policy = self.observed.owner_bindings.get(name), self.observed.owner_policies.get(name)
        bound = binding is not None and binding.subject == owner
        if footing.hand_over or footing.annotate or (not bound and "Namespace" in self.observed.holds):
            return True
        if not self.settings.standalone or "AuthorizationPolicy" not in self.observed.holds:
            return False
        return policy is None or not objects.lets_in(policy.spec, owner, self.settings)

    def _people(self, name: str, found: People, deciding: Deciding) -> None:
        self.done.add(name)
        self.changes += self.tally.people(found, deciding)

    def _deciding(self, source: str, anchor: Anchor | None) -> Deciding:
        merged = self.pmr.origins.is_merged
        return Deciding(source if merged else "", anchor.source if anchor is not None else "", merged)

    def _owners(
        self, footing: Footing, changes: Sequence[Change], contributors: set[Person], deciding: Deciding
    ) -> None:
        made = (footing.namespace if self.settings.standalone else footing.profile) is None
        was_contributor = any(change.reason is Reason.BECAME_OWNER for change in changes)
        gained = (made or footing.before is not None) and not was_contributor
        lost = footing.before is not None and footing.before not in contributors
        self.tally.owner(deciding, gained=gained, lost=lost)

    def _unmanaged(
        self,
        name: str,
        near: Collection[Person],
        lost: Collection[Person],
        corrected: Collection[ObjectRef] = (),
        new_here: str = "",
    ) -> list[Problem]:
        """Return what gives people access to a profile without being managed."""
        if not unmanaged.exists(name, self.observed):
            return []
        document = self.people_of_document
        return unmanaged.problems(
            name, self.observed, near=near, document=document, lost=lost, corrected=corrected, new_here=new_here
        )

    @cached_property
    def people_of_document(self) -> frozenset[Person]:
        """Everybody whom the document names, in whatever profile."""
        return unmanaged.people_of(self.pmr)

    def _gateways(self) -> Iterator[Problem]:
        mismatches = list(self.gateways.problems())
        yield from mismatches or self._other_gateways()

    def _other_gateways(self) -> Iterator[Problem]:
        """Where most policies are to let other gateways in, a setting may have been forgotten: nobody would get in."""
        moved = sum(any("principals" in one.path for one in change.fields) for change in self.changes)
        before = self.tally.access().before
        if moved > max(1, before // 2):  # a single one was changed by hand
            yield Problem(
                code="other-gateways",
                what=f"the AuthorizationPolicies of {moved:,} of {before:,} contributors let other gateways in "
                f"than {', '.join(self.settings.gateways)}",
                where=Where(),
                remedy="All are rewritten; if that is not meant, look at preset and principals in the settings.",
            )

    def _missing_roles(self) -> list[Problem]:
        return [
            Problem(
                code="missing-cluster-role",
                what=f"ClusterRole {name} does not exist",
                where=Where(path=f"ClusterRole/{name}"),
                remedy="Install Kubeflow's ClusterRoles; until then whoever is bound to it may do nothing.",
            )
            for name in self.observed.missing_roles
        ]


def _in_turn(pending: Sequence[Pending]) -> Sequence[Pending]:
    """Return what one profile waits for as one line: it names what comes first, and ends with what comes last.

    The profile controller makes everything of a profile in a fixed order.
    """
    return [replace(pending[0], condition=pending[-1].condition)] if pending else []
