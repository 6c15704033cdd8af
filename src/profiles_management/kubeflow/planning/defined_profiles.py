"""One profile of the document.

Whether it is ours, its owner, its contributors, and how much it may use. Pure.

state (profile_state) ─▶ owner (owner) ─▶ contributors (contributor_changes) ─▶ limits (shape)
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from msgspec import structs

from profiles_management.kubeflow.objects import builders, document_people
from profiles_management.kubeflow.planning import (
    contributor_changes,
    foreign_removal,
    frozen,
    spelling,
    terminating,
)
from profiles_management.kubeflow.planning.context import ProfileContext, wanted_of
from profiles_management.kubeflow.planning.contributor_changes import People
from profiles_management.kubeflow.planning.draft import Draft
from profiles_management.kubeflow.planning.frozen import FrozenContributors
from profiles_management.kubeflow.planning.owner import OwnerPlanner
from profiles_management.kubeflow.planning.owner_conditions import owner_bound
from profiles_management.kubeflow.planning.shape import ShapePlanner
from profiles_management.kubeflow.state import (
    adoption,
    unmanaged_access,
)
from profiles_management.kubeflow.state.access_state import (
    ContributorState,
    access_by_person,
    contributor_state,
)
from profiles_management.kubeflow.state.ownership import is_terminating
from profiles_management.kubeflow.state.profile_state import ProfileState, profile_state, why_new
from profiles_management.pmr.classes import Profile
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Change, ObjectRef, Pending, Person, Reason


def plan(draft: Draft, profile: Profile) -> None:
    """Plan one profile of the document.

    What is not ours to change is refused and stays as it is.
    """
    if profile.name in draft.frozen:
        return
    state = profile_state(profile, draft.observed, draft.settings)
    if isinstance(state, Problem):
        draft.refused.append(state)
    elif isinstance(state, Pending):
        draft.pending.append(state)
        if is_terminating(profile.name, draft.observed):
            _plan_terminating(draft, profile)
    else:
        _DefinedProfile(draft, profile, state).plan()


def _plan_terminating(draft: Draft, profile: Profile) -> None:
    """Plan the end of access in a profile that is being deleted.

    A finalizer can keep its namespace.
    """
    name, observed, origins = profile.name, draft.observed, draft.pmr.origins
    contributors = contributor_state(name, observed, draft.now)
    people = terminating.plan(profile, contributors, observed, draft.settings, origins, draft.now)
    deciding = draft.deciding(name)
    draft.add_people(name, people, deciding)
    granted = {grant.person for grant in document_people.grants(profile, draft.now, origins)}
    draft.end_last_owner(name, profile.owner, granted, deciding)
    draft.warn_of_unmanaged(name, document_people.people_of(profile), people.revoked)


class _DefinedProfile:
    """Plans one profile that is ours, and adds to the draft what that needs.

    Attributes:
        grants: the contributors whose time is not up.
        frozen: the contributors who stay as they are, because their source cannot be read.
    """

    def __init__(self, draft: Draft, profile: Profile, state: ProfileState) -> None:
        self.draft = draft
        self.profile = profile
        self.name = profile.name
        self.state = state
        self.observed = draft.observed
        self.settings = draft.settings
        self.deciding = draft.deciding(self.name)
        wanted = wanted_of(draft.pmr, profile)
        context = ProfileContext(
            self.name, wanted, state, draft.observed, draft.settings, draft.now
        )
        self.owner = OwnerPlanner(profile, context)
        self.shape = ShapePlanner(context)
        grants = list(document_people.grants(profile, draft.now, draft.pmr.origins))
        self.frozen = self._frozen(self._contributors(grants))
        staying = self.frozen.people
        self.grants = [grant for grant in grants if grant.person not in staying]

    def plan(self) -> None:
        """Add the changes, what is pending, and the warnings."""
        people = contributor_changes.plan(self.grants, self.frozen.state, self.settings)
        self._add_changes(people)
        self.draft.settled.add(self.name)
        for person, source in self.frozen.people.items():
            self.draft.staying.append((self.name, person, source))
        self.draft.pending += _first_to_last([*self.owner.pending(), *self.shape.pending()])
        self.draft.warnings += self.owner.warnings()
        if self.name in self.draft.adopted:
            self.draft.warnings += adoption.warnings(self.name, self.observed)
        corrected = self._end_unmarked()
        self._warn_of_others(people, corrected)
        self.draft.new += self._is_made_by_controller()
        self.draft.warnings += self.shape.warnings()

    # contributors

    def _frozen(self, contributors: ContributorState) -> FrozenContributors:
        draft, recorded = self.draft, self.deciding.recorded
        origins = draft.pmr.origins
        return frozen.staying(
            self.profile, recorded, contributors, origins, draft.settings, draft.now
        )

    def _contributors(self, grants: Collection[document_people.Grant]) -> ContributorState:
        """Return the contributors' objects in the namespace, with what planning them needs."""
        expired: frozenset[Person] = frozenset()
        if len(grants) < len(self.profile.contributors):
            expired = document_people.expired(self.profile, self.draft.now)
        return replace(
            contributor_state(self.name, self.observed, self.draft.now),
            expired=expired,
            owner=self.owner.owner,
            owner_bound=None if self._is_owner_bound() else owner_bound(self.profile),
            ready=self.state.ready,
        )

    def _is_owner_bound(self) -> bool:
        """Whether the owner has an owner's access.

        Until then the owner keeps what contributors have.

        Kubeflow's controller writes the policy first, so a person whom its RoleBinding names gets
        in by both.
        """
        if self.state.changes_owner or self.state.needs_annotation:
            return False
        if "Namespace" in self.observed.holds and not self._has_owner_binding():
            return False
        return not self.settings.standalone or self._has_owner_policy()

    def _has_owner_binding(self) -> bool:
        """Whether the owner's RoleBinding binds the owner."""
        binding = self.observed.owner_bindings.get(self.name)
        return binding is not None and binding.subject == self.owner.owner

    def _has_owner_policy(self) -> bool:
        """Whether the owner's policy lets the owner in, where the target holds policies at all."""
        if "AuthorizationPolicy" not in self.observed.holds:
            return True
        policy = self.observed.owner_policies.get(self.name)
        if policy is None:
            return False
        return builders.lets_in(policy.spec, self.owner.owner, self.settings)

    # changes and counts

    def _add_changes(self, people: People) -> None:
        """Add the changes.

        Those that make the previous owner a contributor are a part of the owner change.
        """
        first: list[Change] = []
        others: list[Change] = []
        for change in people.changes:
            if self.owner.comes_first(change):
                first.append(change)
            else:
                others.append(change)
        self.draft.add_people(self.name, replace(people, changes=tuple(others)), self.deciding)
        owner = self.owner.changes(first, _roles_of_new_owners(people), self._roles_after())
        changes = [*owner, *self.shape.changes()]
        if self.deciding.source:
            changes = [structs.replace(change, source=self.deciding.source) for change in changes]
        self.draft.changes += changes

    def _roles_after(self) -> dict[Person, str]:
        """Return the roles of the contributors after the run.

        Only an owner change asks for them.
        """
        if self.state.previous_owner is None:
            return {}
        access = access_by_person(contributor_state(self.name, self.observed))
        roles = {person: access[person].role for person in self.frozen.people}
        return roles | {grant.person: grant.role for grant in self.grants}

    def _is_made_by_controller(self) -> bool:
        """Whether the profile controller still has to create a part of the profile."""
        if self.settings.standalone:
            return False
        return self.state.profile is None or not self.state.profile.complete

    # what others wrote

    def _end_unmarked(self) -> set[ObjectRef]:
        """Add the end of access without our mark.

        Return the objects that give nobody access after it.
        """
        is_removed = foreign_removal.applies(self.state, self.settings, adopt=self.profile.adopt)
        contributors = (grant.person for grant in self.grants)
        staying = {self.owner.owner, *contributors, *self.frozen.people}
        return self.draft.end_unmarked(
            self.name, self.owner.objects, staying, self.deciding, foreign=is_removed
        )

    def _warn_of_others(self, people: People, corrected: Collection[ObjectRef]) -> None:
        """Add warnings about unmanaged objects, spellings of names, and the owner's gateway."""
        if unmanaged_access.exists(self.name, self.observed):
            self._warn_of_unmanaged(people, corrected)
        if people.revoked:
            document = document_people.people_of(self.profile)
            self.draft.warnings += spelling.other_spellings(self.name, people.revoked, document)
        if not self.settings.standalone:
            policy = self.observed.owner_policies.get(self.name)
            owner, contributors = self.profile.owner.name, len(self.grants)
            self.draft.gateways.add(self.name, owner, policy, contributors)

    def _warn_of_unmanaged(self, people: People, corrected: Collection[ObjectRef]) -> None:
        near = document_people.people_of(self.profile)
        lost = set(people.revoked)
        previous_owner = self.state.previous_owner
        if previous_owner is not None and previous_owner not in near:
            lost.add(previous_owner)
        self.draft.warn_of_unmanaged(self.name, near, lost, corrected, why_new(self.state))


def _roles_of_new_owners(people: People) -> dict[Person, str]:
    """Return the role as a contributor of a person who becomes the owner."""
    return {
        change.person: change.before
        for change in people.changes
        if change.person is not None and change.reason is Reason.BECAME_OWNER
    }


def _first_to_last(pending: Sequence[Pending]) -> Sequence[Pending]:
    """Return what one profile waits for as one line.

    It names what comes first, and ends with what comes last.

    The profile controller creates everything of a profile in a fixed order.
    """
    if not pending:
        return []
    return [replace(pending[0], condition=pending[-1].condition)]
