"""Planning one profile of the document: whether it is ours, its owner, its contributors, and how much it may use. Pure.

who may touch it (ownership) ─▶ who owns (owner) ─▶ who contributes (people) ─▶ how much (shape)
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from profiles_management.kubeflow.objects import builders
from profiles_management.kubeflow.planning import contributor_changes, frozen, spelling, terminating
from profiles_management.kubeflow.planning.access_count import Deciding
from profiles_management.kubeflow.planning.context import ProfileContext, wanted_of
from profiles_management.kubeflow.planning.contributor_changes import People
from profiles_management.kubeflow.planning.draft import Draft
from profiles_management.kubeflow.planning.owner import OwnerPlanner, bound
from profiles_management.kubeflow.planning.shape import Shape
from profiles_management.kubeflow.state import (
    adoption,
    foreign_removal,
    ownership,
    profile_state,
    unmanaged_access,
)
from profiles_management.kubeflow.state.access_state import ContributorState, contributor_state
from profiles_management.kubeflow.state.profile_state import ProfileState
from profiles_management.pmr.classes import Profile
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Change, ObjectRef, Pending, Person, Reason


def plan(draft: Draft, profile: Profile) -> None:
    """Plan one profile of the document; what is not ours to touch is refused and left alone."""
    if profile.name in draft.frozen:
        return
    found = profile_state.profile_state(profile, draft.observed, draft.settings)
    if isinstance(found, Problem):
        draft.refused.append(found)
    elif isinstance(found, Pending):
        draft.pending.append(found)
        _plan_terminating(draft, profile)
    else:
        _plan_profile(draft, profile, found)


def _plan_terminating(draft: Draft, profile: Profile) -> None:
    """Plan what ends in a profile that is being deleted: access goes there too, whatever keeps the namespace."""
    name, observed, origins = profile.name, draft.observed, draft.pmr.origins
    if not ownership.is_terminating(name, observed):
        return
    room = contributor_state(name, observed, draft.now)
    found = terminating.plan(profile, room, observed, draft.settings, origins, draft.now)
    deciding = draft.deciding(name)
    draft.add_people(name, found, deciding)
    granted = {grant.person for grant in builders.grants(profile, draft.now, origins)}
    draft.end_last_owner(name, profile.owner, granted, deciding)
    draft.warn_of_unmanaged(name, builders.people_of(profile), found.revoked)


def _plan_profile(draft: Draft, profile: Profile, footing: ProfileState) -> None:
    origins, observed, settings, now = draft.pmr.origins, draft.observed, draft.settings, draft.now
    wanted = wanted_of(draft.pmr, profile)
    grants = list(builders.grants(profile, now, origins))
    room = _room(draft, profile, grants, footing)
    deciding = draft.deciding(profile.name)
    stay = frozen.staying(profile, deciding.recorded, room, origins, settings, now)
    draft.staying += stay.people.values()
    grants = [grant for grant in grants if grant.person not in stay.people]
    found = contributor_changes.plan(grants, stay.room, settings)
    owning = OwnerPlanner(profile, wanted, footing, observed, settings, now)
    shape = Shape(ProfileContext(profile.name, wanted, footing, observed, settings, now))
    first = [change for change in found.changes if owning.comes_first(change)]
    others = tuple(change for change in found.changes if change not in first)
    draft.add_people(profile.name, replace(found, changes=others), deciding)
    own = [*owning.changes(first), *shape.changes()]
    draft.changes += (
        [replace(change, source=deciding.source) for change in own] if deciding.source else own
    )
    draft.pending += _in_turn([*owning.pending(), *shape.pending()])
    draft.warnings += owning.warnings()
    if profile.name in draft.adopted:
        draft.warnings += adoption.told(profile.name, observed)
    contributors = {grant.person for grant in grants}
    _count_owners(draft, footing, found.changes, contributors | stay.people.keys(), deciding)
    is_removed = foreign_removal.applies(footing, settings, adopt=profile.adopt)
    staying = {owning.owner, *contributors}
    gone = draft.end_unmarked(profile.name, owning.objects, staying, deciding, foreign=is_removed)
    _look_at_others(draft, profile, footing, found, len(grants), gone)
    draft.new += not settings.standalone and not (footing.profile and footing.profile.complete)
    draft.warnings += shape.warnings()


def _look_at_others(
    draft: Draft,
    profile: Profile,
    footing: ProfileState,
    found: People,
    contributors: int,
    corrected: Collection[ObjectRef],
) -> None:
    """Look at what others wrote: objects that are not managed, names in another case, the owner's gateway."""
    name, observed = profile.name, draft.observed
    if unmanaged_access.exists(name, observed):
        near = builders.people_of(profile)
        replaced = {footing.previous_owner} if footing.previous_owner is not None else set()
        lost = {*found.revoked, *(replaced - near)}
        draft.warn_of_unmanaged(name, near, lost, corrected, profile_state.why_new(footing))
    if found.revoked:
        draft.warnings += spelling.other_spellings(name, found.revoked, builders.people_of(profile))
    if not draft.settings.standalone:
        draft.gateways.add(
            name, profile.owner.name, observed.owner_policies.get(name), contributors
        )


def _room(
    draft: Draft, profile: Profile, grants: Sequence[builders.Grant], footing: ProfileState
) -> ContributorState:
    over = (
        builders.expired(profile, draft.now)
        if len(grants) < len(profile.contributors)
        else frozenset()
    )
    owner = builders.owner_of(profile)
    return replace(
        contributor_state(profile.name, draft.observed, draft.now),
        expired=over,
        owner=owner,
        owner_bound=bound(profile) if _is_unsettled(draft, profile.name, owner, footing) else None,
        ready=footing.ready,
    )


def _is_unsettled(draft: Draft, name: str, owner: Person, footing: ProfileState) -> bool:
    """Whether an owner has less than an owner's access: what they have as a contributor stays until then.

    Kubeflow's controller writes the policy first, so whom its RoleBinding names gets in by both.
    """
    observed, settings = draft.observed, draft.settings
    binding, policy = observed.owner_bindings.get(name), observed.owner_policies.get(name)
    is_bound = binding is not None and binding.subject == owner
    if (
        footing.changes_owner
        or footing.needs_annotation
        or (not is_bound and "Namespace" in observed.holds)
    ):
        return True
    if not settings.standalone or "AuthorizationPolicy" not in observed.holds:
        return False
    return policy is None or not builders.lets_in(policy.spec, owner, settings)


def _count_owners(
    draft: Draft,
    footing: ProfileState,
    changes: Sequence[Change],
    contributors: Collection[Person],
    deciding: Deciding,
) -> None:
    is_new = (footing.namespace if draft.settings.standalone else footing.profile) is None
    was_contributor = any(change.reason is Reason.BECAME_OWNER for change in changes)
    gained = (is_new or footing.previous_owner is not None) and not was_contributor
    lost = footing.previous_owner is not None and footing.previous_owner not in contributors
    draft.tally.owner(deciding, gained=gained, lost=lost)


def _in_turn(pending: Sequence[Pending]) -> Sequence[Pending]:
    """Return what one profile waits for as one line: it names what comes first, and ends with what comes last.

    The profile controller makes everything of a profile in a fixed order.
    """
    return [replace(pending[0], condition=pending[-1].condition)] if pending else []
