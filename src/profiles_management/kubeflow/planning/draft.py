"""A plan while it is made: what it is made of, and what every part of planning adds to it. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cached_property

from profiles_management.kubeflow.planning import foreign_removal, frozen, last_owner
from profiles_management.kubeflow.planning.access_count import (
    Deciding,
    ExistingAccess,
    decided,
    decided_unmarked,
)
from profiles_management.kubeflow.planning.contributor_changes import People
from profiles_management.kubeflow.planning.gateway_votes import GatewayCheck
from profiles_management.kubeflow.planning.owner_objects import OwnerObjects
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import adoption, unmanaged_access, unmanaged_warnings
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.kubeflow.state.ownership import recorded_source
from profiles_management.pmr.classes import Owner, ProfilesManagementRepresentation
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Change, ObjectRef, Pending, Person


class Draft:
    """Collects what one plan holds.

    Attributes:
        pmr: the document, without the definitions that do not count in the target; see
            claims.counted.
        stale: the profiles that the document does not define.
        new: how many profiles the profile controller still has to create.
        frozen: the profiles that stay as they are, with their source; see frozen.profiles.
        staying: the profile, the person and the source of each contributor who stays as they are;
            see frozen.staying.
        remaining, given: see Plan.
        planned: the namespaces whose contributors are planned.
        settled: those of them in which nobody stays without a reason in the plan: everybody's
            access is planned, not only access that has ended.
        adopted: the existing namespaces that the document takes over.
    """

    def __init__(
        self,
        pmr: ProfilesManagementRepresentation,
        observed: Observed,
        settings: Settings,
        now: datetime,
    ) -> None:
        self.pmr = pmr
        self.observed = observed
        self.settings = settings
        self.now = now
        self.changes: list[Change] = []
        self.refused: list[Problem] = []
        self.warnings: list[Problem] = []
        self.pending: list[Pending] = []
        self.stale: list[str] = []
        self.new = 0
        self.existing = ExistingAccess()
        self.planned: set[str] = set()
        self.settled: set[str] = set()
        self.frozen = frozen.profiles(pmr, observed, settings)
        self.staying: list[tuple[str, Person, str]] = []
        self.remaining: Mapping[str, frozenset[str]] = {}
        self.given: Mapping[str, frozenset[tuple[str, Person]]] = {}
        # A folder does not say what runs in a namespace.
        self.adopted = adoption.adopted(pmr, observed, settings) if observed.contents else []
        self.gateways = GatewayCheck(settings, pmr, observed)

    @cached_property
    def people_of_document(self) -> frozenset[Person]:
        """Everybody whom the document names, in whatever profile."""
        return unmanaged_access.people_of(self.pmr)

    def deciding(self, name: str) -> Deciding:
        """Return which source decides about the access to a profile.

        The one that defines it, or did so last.
        """
        origins = self.pmr.origins
        recorded = recorded_source(name, self.observed, self.settings)
        if not origins.is_merged:
            return Deciding("", recorded)
        return Deciding(origins.profiles.get(name, recorded), recorded, merged=True)

    def add_people(self, name: str, people: People, deciding: Deciding) -> None:
        """Add the changes of the contributors of a namespace."""
        self.planned.add(name)
        self.add_changes(name, people, deciding)

    def add_changes(self, name: str, people: People, deciding: Deciding) -> None:
        """Add changes of contributors of a namespace that needs further planning."""
        self.existing.add(name, people, deciding)
        self.changes += decided(people, deciding)

    def end_last_owner(
        self, name: str, owner: Owner, staying: Collection[Person], deciding: Deciding
    ) -> None:
        """Add that nobody else is bound as the owner of a profile that is being deleted.

        Args:
            staying: who keeps a role.
        """
        changes = last_owner.changes(name, owner, self.observed, self.settings)
        self.changes += [decided_unmarked(change, deciding, staying) for change in changes]

    def end_unmarked(
        self,
        name: str,
        owned: OwnerObjects | None,
        staying: Collection[Person],
        deciding: Deciding,
        *,
        foreign: bool,
    ) -> set[ObjectRef]:
        """Add the end of access without our mark.

        Return the objects that give nobody access after it.

        Args:
            owned: the objects of the owner, which are to give access to nobody else.
            staying: who keeps a role.
            foreign: whether people lose access by objects that are not managed.
        """
        changes: list[Change] = []
        if owned is not None:
            changes += owned.revocations()
        if foreign:
            changes += foreign_removal.removals(name, self.observed, self.settings)
        self.changes += [decided_unmarked(change, deciding, staying) for change in changes]
        return {change.target for change in changes}

    def warn_of_unmanaged(
        self,
        name: str,
        near: Collection[Person],
        lost: Collection[Person],
        corrected: Collection[ObjectRef] = (),
        new_here: str = "",
    ) -> None:
        """Add what gives people access to a profile without being managed.

        See unmanaged.problems.
        """
        if not unmanaged_access.exists(name, self.observed):
            return
        if self.settings.foreign == "revoke":
            near = {*near, *unmanaged_access.people_of_copies(name, self.observed)}
        document = self.people_of_document
        self.warnings += unmanaged_warnings.problems(
            name,
            self.observed,
            near=near,
            document=document,
            lost=lost,
            corrected=corrected,
            new_here=new_here,
        )
