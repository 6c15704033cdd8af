"""Taking what the cluster made of a document: effects of accesses, and the catalogue."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from user_manager.domain.call import Call
from user_manager.domain.cluster_answer import ClusterAnswer
from user_manager.domain.errors import Precondition
from user_manager.domain.permissions import may_speak_for_cluster
from user_manager.domain.vocabulary import AccessState, Effect, EventKind, ModuleKind
from user_manager.models import Access, ClusterState, Event, PublishedRevision
from user_manager.services.catalogue import take_catalogue
from user_manager.services.effects import set_effect
from user_manager.services.transaction import Recorder, recording

# what the clock ends is compared with the time of the publication
_CHANGES = [EventKind.APPROVED, EventKind.REDUCED, EventKind.REVOKED]


def take_answer(call: Call, answer: ClusterAnswer) -> None:
    """Set the effects that an answer tells, from the revision that it names alone.

    Raises:
        Forbidden: the caller does not speak for the cluster.
        Precondition: nobody was given the revision. Nothing is taken.
    """
    may_speak_for_cluster(call.caller)
    with recording(call) as recorder:
        state, _ = ClusterState.objects.select_for_update().get_or_create(id=1)
        published = _published(answer.revision)
        if published is not None:
            _set_effects(answer, published, recorder)
        # after the effects: the revision knows nothing of profiles that come and go with it
        if answer.catalogue is not None:
            take_catalogue(answer.catalogue, recorder)
            state.catalogue_at = call.now
        Access.objects.filter(effect=Effect.UNKNOWN).update(effect=Effect.WAITING)
        state.revision = answer.revision
        state.problem = answer.problem
        state.answered_at = call.now
        state.save()


def _published(revision: str) -> PublishedRevision | None:
    if not revision:
        return None
    published = PublishedRevision.objects.filter(revision=revision).first()
    if published is None:
        raise Precondition("This revision was not published here.")
    return published


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What an answer says of one access."""

    effect: Effect
    detail: str = ""


def _set_effects(answer: ClusterAnswer, published: PublishedRevision, recorder: Recorder) -> None:
    refused = {(profile, user): reason for profile, user, reason in published.left_out}
    refused |= {(row.profile, row.name): row.reason for row in answer.refused}
    for access in _answered(published):
        is_held = access.until is None or access.until > published.published_at
        if access.state == AccessState.APPROVED and is_held:
            outcome = _outcome_of_grant(access, answer, refused)
        else:
            outcome = _outcome_of_end(access, answer)
        set_effect(access, outcome.effect, outcome.detail, recorder)


def _answered(published: PublishedRevision) -> QuerySet[Access]:
    """Return the accesses whose last change is in the published revision, locked."""
    later = Event.objects.filter(
        access=OuterRef("id"), kind__in=_CHANGES, seq__gt=published.last_event
    )
    over = Q(until__lte=published.published_at)
    grants = Q(state=AccessState.APPROVED, module__in_catalogue=True) & ~over
    by_clock = Q(state__in=[AccessState.APPROVED, AccessState.EXPIRED]) & over
    ends = (Q(state=AccessState.REVOKED) | by_clock) & ~Q(effect=Effect.ENDED)
    rows = Access.objects.filter(grants | ends, module__kind=ModuleKind.PROFILE)
    unchanged = rows.filter(~Exists(later)).exclude(effect=Effect.NONE)
    return unchanged.select_for_update(of=("self",)).order_by("id")


def _outcome_of_grant(
    access: Access, answer: ClusterAnswer, refused: dict[tuple[str, str], str]
) -> _Outcome:
    reason = refused.get((access.module_id, access.user_id))
    if reason is not None:
        return _Outcome(Effect.REFUSED, reason)
    for reasons in (answer.pending, answer.failed):
        if access.module_id in reasons:
            return _Outcome(Effect.WAITING, reasons[access.module_id])
    if access.module_id in answer.applied:
        return _Outcome(Effect.IN_EFFECT)
    return _Outcome(Effect.WAITING, answer.problem)


def _outcome_of_end(access: Access, answer: ClusterAnswer) -> _Outcome:
    for reasons in (answer.pending, answer.failed):
        if access.module_id in reasons:
            return _Outcome(Effect.ENDING, reasons[access.module_id])
    if answer.problem:
        return _Outcome(Effect.ENDING, answer.problem)
    return _Outcome(Effect.ENDED)
