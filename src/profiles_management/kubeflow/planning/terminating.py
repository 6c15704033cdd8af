"""Namespaces that are being deleted: nothing can be created there, but access that has ended is taken away.

A finalizer keeps such a namespace, and every RoleBinding in it, for as long as its author wants.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from profiles_management.kubeflow.objects import builders, compare, merge_patch
from profiles_management.kubeflow.objects.builders import Grant
from profiles_management.kubeflow.planning import contributor_changes, expiry, frozen
from profiles_management.kubeflow.planning.contributor_changes import People
from profiles_management.kubeflow.planning.contributor_objects import (
    deletions,
    object_ref,
    policy_differences,
)
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_state import (
    ContributorState,
    PersonAccess,
    access_by_person,
    is_spent,
    weight,
    with_only,
)
from profiles_management.kubeflow.state.observed import Binding, Observed, Policy
from profiles_management.kubeflow.state.ownership import (
    is_our_profile,
    is_protected,
    marked_objects,
)
from profiles_management.pmr.classes import Profile
from profiles_management.pmr.origins import Origins
from profiles_management.reconcile.plan import Action, Change, Person, Phase, Reason, Write


def remaining(observed: Observed) -> Iterator[str]:
    """Yield the namespaces in deletion whose Profile is gone already, sorted by name."""
    for name, space in sorted(observed.namespaces.items()):
        if space.deleting and name not in observed.profiles:
            yield name


def room_to_end(room: ContributorState, observed: Observed, settings: Settings) -> ContributorState:
    """Return a namespace with only the access that is ours to end.

    That is all contributors' access where the profile has our mark. Once its Profile is gone, our
    marks on the RoleBindings and AuthorizationPolicies decide.
    """
    if is_our_profile(room.name, observed, settings):
        return room
    held_by = access_by_person(room).items()
    return _only_of(
        room, {person for person, held in held_by if held.has_mark_of(settings.instance)}
    )


def is_ours(name: str, observed: Observed, settings: Settings) -> bool:
    """Return whether a profile is ours; once it is gone, our mark on anything in its namespace tells it."""
    objects = (*observed.bindings.get(name, {}).values(), *observed.policies.get(name, {}).values())
    return is_our_profile(name, observed, settings) or (
        name not in observed.profiles and any(one.mark == settings.instance for one in objects)
    )


def plan(
    profile: Profile,
    room: ContributorState,
    observed: Observed,
    settings: Settings,
    origins: Origins,
    now: datetime,
) -> People:
    """Return what takes away access that a document does not grant, in a namespace where nothing can be created.

    Who is granted a weaker role than they have loses the stronger one, and cannot be given the
    weaker one. Who is granted a stronger role keeps what they have.
    """
    grants = list(builders.grants(profile, now, origins))
    room = replace(
        room_to_end(room, observed, settings),
        owner=builders.owner_of(profile),
        expired=builders.expired(profile, now),
    )
    anchor = marked_objects(observed, settings).get(profile.name)
    recorded = anchor.source if anchor is not None else ""
    stay = frozen.staying(profile, recorded, room, origins, settings, now)
    held_by = access_by_person(stay.room)
    wanted = [grant for grant in grants if grant.person in held_by]
    # A Profile that a list does not show yet looks gone: who is to own it keeps what they have as a
    # contributor.
    entitled = {grant.person for grant in wanted} | {builders.owner_of(profile)}
    revoked = contributor_changes.plan((), _only_of(stay.room, held_by.keys() - entitled), settings)
    reduced = (
        change
        for grant in wanted
        for change in _reduced(grant, held_by[grant.person], stay.room, settings)
    )
    before = Counter(revoked.before) + Counter(grant.source for grant in wanted)
    return replace(revoked, changes=(*revoked.changes, *reduced), before=before)


def _reduced(
    grant: Grant, held: PersonAccess, room: ContributorState, settings: Settings
) -> Iterator[Change]:
    """Yield what leaves a person with no more than they are granted, and nobody else with access by their objects."""
    stronger = [
        one
        for one in held.bindings
        if weight(one.granted) > weight(grant.role) and not is_spent(one)
    ]
    edited = [one for one in held.bindings if one.subjects and one not in stronger]
    if stronger:
        yield _change(
            grant,
            room,
            Reason.ROLE_CHANGED,
            stronger[0],
            tuple(deletions(room, grant.person, stronger)),
        )
    for binding in edited:
        patch = merge_patch.patch(
            object_ref(room, binding),
            {"subjects": [builders.subject(grant.person)]},
            binding.version,
            uid=binding.uid,
            ends=grant.person,
        )
        yield _change(grant, room, Reason.DRIFTED, binding, (patch,))
    for policy in held.policies:
        if not is_spent(policy) and policy_differences(policy, grant.person, settings):
            spec = merge_patch.replacing(
                compare.parsed(policy.spec), builders.policy_spec(grant.person, settings)
            )
            patch = merge_patch.patch(
                object_ref(room, policy),
                {"spec": spec},
                policy.version,
                uid=policy.uid,
                ends=grant.person,
            )
            yield _change(grant, room, Reason.DRIFTED, policy, (patch,))


def _change(
    grant: Grant,
    room: ContributorState,
    reason: Reason,
    seen: Binding | Policy,
    sent: tuple[Write, ...],
) -> Change:
    action = Action.DELETE if reason is Reason.ROLE_CHANGED else Action.UPDATE
    before = seen.granted if isinstance(seen, Binding) else grant.role
    return Change(
        Phase.REVOKE,
        room.name,
        object_ref(room, seen),
        action,
        reason,
        grant.person,
        before,
        grant.role,
        writes=sent,
    )


def left_behind(
    room: ContributorState, observed: Observed, settings: Settings, origins: Origins, now: datetime
) -> ContributorState:
    """Return a namespace whose profile is gone, from cluster and document, with only the access that has ended.

    That is what a stale profile loses, and whose time is up in any case.
    """
    if is_protected(room.name, observed, settings):
        return _only_of(room, ())
    room = room_to_end(room, observed, settings)
    over = expiry.only_ended(room, settings, now, is_ours=False).expired
    stays = settings.stale == "off" or room.name in origins.conflicts
    gone = () if stays else _not_left_alone(room, origins)
    return replace(_only_of(room, {*over, *gone}), expired=over)


def _not_left_alone(room: ContributorState, origins: Origins) -> Iterator[Person]:
    """Yield whose access is not that of a source that cannot be read."""
    for person, held in access_by_person(room).items():
        if not any(map(origins.leaves, held.sources)):
            yield person


def _only_of(room: ContributorState, people: Collection[Person]) -> ContributorState:
    """Return a namespace with what some people hold in it, and nothing else."""
    kept: list[Binding | Policy] = []
    for person, held in access_by_person(room).items():
        if person in people:
            kept += held.objects
    return with_only(room, kept)
