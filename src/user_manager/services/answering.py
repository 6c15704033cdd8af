"""Taking what the cluster made of a document: effects of accesses, and the catalogue."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from user_manager.domain.call import Call
from user_manager.domain.cluster_answer import ClusterAnswer
from user_manager.domain.errors import Invalid, Precondition
from user_manager.domain.permissions import may_speak_for_cluster
from user_manager.domain.vocabulary import AccessState, Effect, EventKind, ModuleKind
from user_manager.models import Access, ClusterState, Event, PublishedRevision
from user_manager.services.catalogue import take_catalogue
from user_manager.services.notices import notify
from user_manager.services.transaction import ACCESS_CHANGES, Recorder, recording

_ENDED_STATES = [AccessState.REVOKED, AccessState.EXPIRED]


def take_answer(call: Call, answer: ClusterAnswer) -> None:
    """Set the effects that an answer tells, from the revision that it names alone.

    Raises:
        Forbidden: the caller does not speak for the cluster.
        Invalid: the answer names no revision and no problem.
        Precondition: nobody was given the revision. Nothing is taken.
    """
    may_speak_for_cluster(call.caller)
    if not answer.revision and not answer.problem:
        raise Invalid.at("revision", "is needed where there is no problem")
    with recording(call) as recorder:
        state, _ = ClusterState.objects.select_for_update().get_or_create(id=1)
        published = _published(answer.revision)
        if answer.catalogue is not None:
            take_catalogue(answer.catalogue, recorder)
            state.catalogue_at = call.now
        if published is not None:
            _set_effects(answer, published, recorder)
        state.revision = answer.revision
        state.problem = answer.problem
        state.answered_at = call.now
        state.save()


def _published(revision: str) -> PublishedRevision | None:
    if not revision:
        return None
    published = PublishedRevision.objects.filter(revision=revision).first()
    if published is None:
        raise Precondition(f"The revision {revision} was not published here.")
    return published


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What an answer says of one access."""

    effect: Effect
    detail: str = ""


def _set_effects(answer: ClusterAnswer, published: PublishedRevision, recorder: Recorder) -> None:
    refused = {(row.profile, row.name): row.reason for row in answer.refused}
    for access in _answered(published):
        if access.state == AccessState.APPROVED:
            outcome = _outcome_of_grant(access, answer, refused)
        else:
            outcome = _outcome_of_end(access, answer)
        _write(access, outcome, recorder)


def _answered(published: PublishedRevision) -> QuerySet[Access]:
    """Return the accesses whose last change is in the published revision, locked."""
    later = Event.objects.filter(
        access=OuterRef("id"), kind__in=ACCESS_CHANGES, seq__gt=published.last_event
    )
    over = Q(state=AccessState.APPROVED, until__lte=published.published_at)
    grants = Q(state=AccessState.APPROVED) & ~over
    ends = Q(state__in=_ENDED_STATES, effect=Effect.ENDING) | over
    profiles = Access.objects.filter(module__kind=ModuleKind.PROFILE).filter(grants | ends)
    unchanged = profiles.filter(~Exists(later)).exclude(effect=Effect.NONE)
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


def _write(access: Access, outcome: _Outcome, recorder: Recorder) -> None:
    if (access.effect, access.effect_detail) == (outcome.effect, outcome.detail):
        return
    is_new = access.effect != outcome.effect
    access.effect = outcome.effect
    access.effect_detail = outcome.detail[:300]
    if outcome.effect is Effect.IN_EFFECT:
        access.applied_at = recorder.call.now
    access.save(update_fields=["effect", "effect_detail", "applied_at"])
    kind = _EVENTS.get(outcome.effect)
    if is_new and kind is not None:
        recorder.record(kind, access=access)
        notify(kind, access, recorder)


_EVENTS = {
    Effect.IN_EFFECT: EventKind.IN_EFFECT,
    Effect.REFUSED: EventKind.REFUSED,
    Effect.ENDED: EventKind.ENDED,
}
