"""What the document does not define: stale profiles, left namespaces, expired access. Pure."""

from dataclasses import replace

from profiles_management.kubeflow.planning import (
    contributor_changes,
    expiry,
    frozen,
    owner_objects,
    remaining,
    terminating,
)
from profiles_management.kubeflow.planning.access_count import Deciding
from profiles_management.kubeflow.planning.draft import Draft
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import ownership
from profiles_management.kubeflow.state.access_state import ContributorState, contributor_state
from profiles_management.kubeflow.state.observed import MarkedObject, Observed
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.reconcile.plan import Person


def stale(
    pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings
) -> tuple[str, ...]:
    """Return the unnamed profiles by the setting `stale`, but for protected ones.

    A profile is not stale if a source defines it that cannot be read, or several sources do.

    Args:
        pmr: without the definitions that do not count; see claims.counted.
    """
    marked_objects = ownership.marked_objects(observed, settings)
    stale_names: list[str] = []
    for name, marked in sorted(marked_objects.items()):
        if not _may_be_stale(marked, settings) or _is_defined(name, marked, pmr):
            continue
        if not ownership.is_protected(name, observed, settings):
            stale_names.append(name)
    return tuple(stale_names)


def _may_be_stale(marked: MarkedObject, settings: Settings) -> bool:
    """Whether the setting `stale` covers a profile with this mark, or without one."""
    if marked.mark:
        return settings.stale != "off" and marked.mark == settings.instance
    # Without Profiles, a namespace without our mark is not a profile.
    return settings.stale == "all" and not settings.standalone


def _is_defined(name: str, marked: MarkedObject, pmr: ProfilesManagementRepresentation) -> bool:
    """Whether a source defines a profile, or may do so."""
    if pmr.has_profile(name) or name in pmr.origins.conflicts:
        return True
    return pmr.origins.leaves(marked.source)


def plan(draft: Draft) -> None:
    """Plan stale profiles, then namespaces in deletion without a Profile, then ended access."""
    for name in stale(draft.pmr, draft.observed, draft.settings):
        _plan_stale(draft, name)
    for name in terminating.remaining(draft.observed):
        if not draft.pmr.has_profile(name) and name not in draft.stale:
            _plan_remaining(draft, name)
    _plan_let_go(draft)
    _plan_expired(draft)
    draft.remaining = remaining.by_source(draft)
    draft.given = remaining.given(draft)


def _plan_stale(draft: Draft, name: str) -> None:
    """Plan a profile that left the document: it loses its contributors, never its data."""
    draft.stale.append(name)
    observed, settings = draft.observed, draft.settings
    state = _revocable(draft, name)
    if state is None:
        return
    deciding = replace(draft.deciding(name), is_named=False)
    if ownership.marked_objects(observed, settings)[name].mark:
        deciding = replace(deciding, counts="marked")
    _plan_nobody(draft, state, deciding)
    owned = owner_objects.of_no_document(name, observed, settings)
    staying: set[Person] = set()
    if owned is not None:
        staying = {owned.owner}
        if ownership.is_terminating(name, observed):
            draft.end_last_owner(name, owned.profile.owner, (), deciding)
    draft.end_unmarked(name, owned, staying, deciding, foreign=settings.foreign == "revoke")


def _revocable(draft: Draft, name: str) -> ContributorState | None:
    """Return the namespace of a profile with the access that is ours to end, None where none is.

    Where that is everybody's, the namespace is settled.
    """
    state = contributor_state(name, draft.observed, draft.now)
    if ownership.is_ours_to_close(name, draft.observed, draft.settings):
        draft.settled.add(name)
        return state
    if ownership.is_terminating(name, draft.observed):
        return terminating.revocable(state, draft.observed, draft.settings)
    return None


def _plan_remaining(draft: Draft, name: str) -> None:
    """Plan a namespace in deletion whose Profile is gone and that the document does not define.

    As a stale one.
    """
    state = terminating.left_behind(
        contributor_state(name, draft.observed),
        draft.observed,
        draft.settings,
        draft.pmr.origins,
        draft.now,
    )
    # Without access of ours, the namespace may be somebody else's, and is not reported.
    if state.bindings or state.policies:
        _plan_nobody(draft, state, _uncounted(draft))


def _plan_let_go(draft: Draft) -> None:
    """Plan the end of what other sources no longer give in frozen profiles."""
    observed, settings, origins = draft.observed, draft.settings, draft.pmr.origins
    for name in sorted(draft.frozen.keys() | origins.conflicts.keys()):
        if not ownership.has_our_mark(name, observed, settings):
            continue
        if not ownership.is_protected(name, observed, settings):
            state = frozen.let_go(name, observed, settings, origins, draft.now)
            people = contributor_changes.plan((), state, settings)
            draft.add_changes(name, people, draft.deciding(name))


def _plan_expired(draft: Draft) -> None:
    """Plan the end of access whose time is up, where nothing else is planned."""
    observed, settings = draft.observed, draft.settings
    for state in expiry.remaining(draft.pmr, observed, settings, draft.now, done=draft.planned):
        if ownership.is_protected(state.name, observed, settings):
            draft.warnings.append(expiry.protected(state))
        else:
            _plan_nobody(draft, state, _uncounted(draft))


def _plan_nobody(draft: Draft, state: ContributorState, deciding: Deciding) -> None:
    """Plan that nobody contributes to a namespace any more."""
    people = contributor_changes.plan((), state, draft.settings)
    draft.add_people(state.name, people, deciding)
    draft.warn_of_unmanaged(state.name, (), people.revoked)


def _uncounted(draft: Draft) -> Deciding:
    """Return that the brake does not count the access to a profile.

    Its admin can create as much as they like.
    """
    return Deciding(merged=draft.pmr.origins.is_merged, counts="nothing")
