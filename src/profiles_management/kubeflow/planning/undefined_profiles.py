"""Planning what the document does not define: stale profiles, namespaces without Profile, and expired access. Pure."""

from dataclasses import replace

from profiles_management.kubeflow.planning import (
    contributor_changes,
    expiry,
    frozen,
    owner_objects,
    terminating,
)
from profiles_management.kubeflow.planning.access_count import Deciding
from profiles_management.kubeflow.planning.draft import Draft
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import ownership
from profiles_management.kubeflow.state.access_state import ContributorState, contributor_state
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.pmr.classes import ProfilesManagementRepresentation


def stale(
    pmr: ProfilesManagementRepresentation, observed: Observed, settings: Settings
) -> tuple[str, ...]:
    """Return the profiles that the document does not name, by the setting `stale` and never a protected one.

    Nor one that a source defines which cannot be read, or that several sources define.

    Args:
        pmr: without the definitions that do not count; see claims.counted.
    """
    ours = {"ours": (settings.instance,), "all": (settings.instance, ""), "off": ()}[settings.stale]
    return tuple(
        name
        for name, one in sorted(ownership.marked_objects(observed, settings).items())
        if one.mark in ours
        # without Profiles, an unmarked namespace is not a profile
        and (one.mark or not settings.standalone)
        and not pmr.has_profile(name)
        and name not in pmr.origins.conflicts
        and not pmr.origins.leaves(one.source)
        and not ownership.is_protected(name, observed, settings)
    )


def plan(draft: Draft) -> None:
    """Plan the stale profiles, then the namespaces in deletion without a Profile, then access whose time is up."""
    for name in stale(draft.pmr, draft.observed, draft.settings):
        _plan_stale(draft, name)
    for name in terminating.remaining(draft.observed):
        if not draft.pmr.has_profile(name) and name not in draft.stale:
            _plan_remaining(draft, name)
    _plan_let_go(draft)
    _plan_expired(draft)


def _plan_stale(draft: Draft, name: str) -> None:
    """Plan a profile that left the document: it loses its contributors, never its data."""
    draft.stale.append(name)
    observed, settings = draft.observed, draft.settings
    room = _closable(draft, name)
    if room is None:
        return
    deciding = replace(draft.deciding(name), is_named=False)
    if ownership.marked_objects(observed, settings)[name].mark:
        deciding = replace(deciding, counts="marked")
    _plan_nobody(draft, room, deciding)
    owned = owner_objects.of_no_document(name, observed, settings)
    staying = {owned.owner} if owned is not None else set()
    if owned is not None and ownership.is_terminating(name, observed):
        draft.end_last_owner(name, owned.profile.owner, (), deciding)
    draft.end_unmarked(name, owned, staying, deciding, foreign=settings.foreign == "revoke")


def _plan_remaining(draft: Draft, name: str) -> None:
    """Plan a namespace in deletion whose Profile is gone and that the document does not define: as a stale one."""
    origins = draft.pmr.origins
    room = contributor_state(name, draft.observed)
    room = terminating.left_behind(room, draft.observed, draft.settings, origins, draft.now)
    # it may be somebody else's, of which nothing is to be said
    if not (room.bindings or room.policies):
        return
    # Its Profile is gone, so this access is at stake for no source: its admin can plant as much as
    # they like.
    _plan_nobody(draft, room, Deciding(merged=origins.is_merged, counts="nothing"))


def _plan_let_go(draft: Draft) -> None:
    """Plan the end of what other sources gave in profiles that stay as they are, and give no longer."""
    origins = draft.pmr.origins
    for name in sorted(draft.frozen.keys() | origins.conflicts.keys()):
        anchor = ownership.marked_objects(draft.observed, draft.settings).get(name)
        is_ours = anchor is not None and anchor.mark == draft.settings.instance
        if is_ours and not ownership.is_protected(name, draft.observed, draft.settings):
            room = frozen.let_go(name, draft.observed, draft.settings, origins, draft.now)
            found = contributor_changes.plan((), room, draft.settings)
            draft.changes += draft.tally.people(found, draft.deciding(name))


def _plan_expired(draft: Draft) -> None:
    """Plan the end of access whose time is up where nothing else is planned, whatever the reason for that is."""
    # They are at stake for no source: a namespace's admin can plant as many of these as they like.
    deciding = Deciding(merged=draft.pmr.origins.is_merged, counts="nothing")
    for room in expiry.remaining(
        draft.pmr, draft.observed, draft.settings, draft.now, done=draft.planned
    ):
        if ownership.is_protected(room.name, draft.observed, draft.settings):
            draft.warnings.append(expiry.protected(room))
        else:
            _plan_nobody(draft, room, deciding)


def _plan_nobody(draft: Draft, room: ContributorState, deciding: Deciding) -> None:
    """Plan that nobody contributes to a namespace any more."""
    found = contributor_changes.plan((), room, draft.settings)
    draft.add_people(room.name, found, deciding)
    draft.warn_of_unmanaged(room.name, (), found.revoked)


def _closable(draft: Draft, name: str) -> ContributorState | None:
    """Return the namespace of a profile with the access that is ours to end, None where none is."""
    if ownership.is_ours_to_close(name, draft.observed, draft.settings):
        return contributor_state(name, draft.observed, draft.now)
    if ownership.is_terminating(name, draft.observed):
        return terminating.room_to_end(
            contributor_state(name, draft.observed, draft.now), draft.observed, draft.settings
        )
    return None
