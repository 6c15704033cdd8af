"""Namespaces that are being deleted.

Nothing can be created there, but access that has ended is revoked. Pure.

A finalizer keeps such a namespace, and every RoleBinding in it, for as long as its author wants.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from profiles_management.kubeflow.objects import builders, compare, document_people, merge_patch
from profiles_management.kubeflow.objects.document_people import Grant
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
    contributor_state,
    is_spent,
    weight,
    with_only,
)
from profiles_management.kubeflow.state.observed import Binding, Observed, Policy
from profiles_management.kubeflow.state.ownership import (
    is_our_profile,
    is_protected,
    recorded_source,
)
from profiles_management.pmr.classes import Profile
from profiles_management.pmr.origins import Origins
from profiles_management.reconcile.plan import (
    AccessMove,
    Action,
    Change,
    Person,
    Phase,
    Reason,
    Write,
)


def remaining(observed: Observed) -> Iterator[str]:
    """Yield the namespaces in deletion whose Profile is gone already, sorted by name."""
    for name, namespace in sorted(observed.namespaces.items()):
        if namespace.deleting and name not in observed.profiles:
            yield name


def revocable(state: ContributorState, observed: Observed, settings: Settings) -> ContributorState:
    """Return a namespace with only the access that is ours to end.

    That is all contributors' access where the profile has our mark. Once its Profile is gone, our
    marks on the RoleBindings and AuthorizationPolicies decide.
    """
    if is_our_profile(state.name, observed, settings):
        return state
    access = access_by_person(state)
    marked = [person for person in access if settings.instance in access[person].marks]
    return _with_people(state, marked)


def is_ours(name: str, observed: Observed, settings: Settings) -> bool:
    """Return whether a profile is ours.

    Once it is gone, our mark on anything in its namespace shows that.
    """
    if is_our_profile(name, observed, settings):
        return True
    if name in observed.profiles:
        return False
    return _has_marked_object(contributor_state(name, observed), settings)


def _has_marked_object(state: ContributorState, settings: Settings) -> bool:
    return any(item.mark == settings.instance for item in state.objects())


def plan(
    profile: Profile,
    state: ContributorState,
    observed: Observed,
    settings: Settings,
    origins: Origins,
    now: datetime,
) -> People:
    """Return what revokes access that is not granted, where nothing can be created.

    | granted                  | what happens                                                      |
    |--------------------------|-------------------------------------------------------------------|
    | nothing                  | everything is revoked                                             |
    | the ownership            | what the person has as a contributor stays                        |
    | a weaker role            | the stronger one is revoked; the weaker one cannot be created     |
    | a stronger or equal role | the objects stay, and give access to nobody else                  |
    """
    state = replace(
        revocable(state, observed, settings),
        owner=document_people.owner_of(profile),
        expired=document_people.expired(profile, now),
    )
    recorded = recorded_source(profile.name, observed, settings)
    state = frozen.staying(profile, recorded, state, origins, settings, now).state
    access = access_by_person(state)
    grants = [
        grant for grant in document_people.grants(profile, now, origins) if grant.person in access
    ]
    entitled = {document_people.owner_of(profile), *(grant.person for grant in grants)}
    unlisted = _with_people(state, access.keys() - entitled)
    revoked = contributor_changes.plan((), unlisted, settings)
    changes = [*revoked.changes]
    for grant in grants:
        changes += _reductions(grant, access[grant.person], state, settings)
    before = Counter(revoked.before) + Counter(grant.source for grant in grants)
    return replace(revoked, changes=tuple(changes), before=before)


def _reductions(
    grant: Grant, access: PersonAccess, state: ContributorState, settings: Settings
) -> Iterator[Change]:
    """Yield what limits a person, and others by the same objects, to what is granted."""
    stronger = [binding for binding in access.bindings if _is_stronger(binding, grant)]
    if stronger:
        writes = tuple(deletions(state, grant.person, stronger))
        yield _change(grant, state, stronger[0], Reason.ROLE_CHANGED, writes)
    weaker = [binding for binding in access.bindings if binding not in stronger]
    yield from _bound_alone(grant, weaker, state)
    yield from _let_in_alone(grant, access.policies, state, settings)


def _bound_alone(
    grant: Grant, bindings: Iterable[Binding], state: ContributorState
) -> Iterator[Change]:
    """Yield what removes everybody else from RoleBindings that stay."""
    for binding in bindings:
        if binding.subjects:
            subjects = {"subjects": [builders.subject(grant.person)]}
            yield _reduced(grant, state, binding, subjects)


def _let_in_alone(
    grant: Grant, policies: Iterable[Policy], state: ContributorState, settings: Settings
) -> Iterator[Change]:
    """Yield what makes policies let in this person only."""
    for policy in policies:
        if not is_spent(policy) and policy_differences(policy, grant.person, settings):
            wanted = builders.policy_spec(grant.person, settings)
            spec = merge_patch.replacing(compare.parsed(policy.spec), wanted)
            yield _reduced(grant, state, policy, {"spec": spec})


def _is_stronger(binding: Binding, grant: Grant) -> bool:
    return weight(binding.granted) > weight(grant.role) and not is_spent(binding)


def _reduced(
    grant: Grant, state: ContributorState, item: Binding | Policy, change: builders.Body
) -> Change:
    """Return the patch after which an object gives access to nobody but the person."""
    patch = merge_patch.patch(
        object_ref(state, item), change, item.version, uid=item.uid, ends=grant.person
    )
    return _change(grant, state, item, Reason.DRIFTED, (patch,))


def _change(
    grant: Grant,
    state: ContributorState,
    item: Binding | Policy,
    reason: Reason,
    writes: tuple[Write, ...],
) -> Change:
    before = item.granted if isinstance(item, Binding) else grant.role
    return Change(
        Phase.REVOKE,
        state.name,
        object_ref(state, item),
        Action.DELETE if reason is Reason.ROLE_CHANGED else Action.UPDATE,
        reason,
        grant.person,
        before,
        grant.role,
        moves=(AccessMove(grant.person, before, grant.role),),
        writes=writes,
    )


def left_behind(
    state: ContributorState, observed: Observed, settings: Settings, origins: Origins, now: datetime
) -> ContributorState:
    """Return a namespace without a profile, with only the access that is revoked.

    That is what a stale profile loses, and in any case access that has ended.
    """
    if is_protected(state.name, observed, settings):
        return _with_people(state, ())
    state = revocable(state, observed, settings)
    expired = expiry.only_ended(state, settings, now, is_ours=False).expired
    revoked = set(expired)
    if settings.stale != "off" and state.name not in origins.conflicts:
        revoked.update(_of_readable_sources(state, origins))
    return replace(_with_people(state, revoked), expired=expired)


def _of_readable_sources(state: ContributorState, origins: Origins) -> Iterator[Person]:
    """Yield the people whose access is not that of a source that cannot be read."""
    for person, access in access_by_person(state).items():
        if not any(map(origins.leaves, access.sources)):
            yield person


def _with_people(state: ContributorState, people: Collection[Person]) -> ContributorState:
    """Return a namespace with the objects of some people, as if there were no others."""
    kept: list[Binding | Policy] = []
    for person, access in access_by_person(state).items():
        if person in people:
            kept += access.objects
    return with_only(state, kept)
