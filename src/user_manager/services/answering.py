"""Taking what the cluster made of a document: effects of accesses, and the catalogue."""

from collections.abc import Iterator

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q, QuerySet

from user_manager.domain.call import Call
from user_manager.domain.cluster_answer import ClusterAnswer
from user_manager.domain.errors import Precondition
from user_manager.domain.permissions import may_speak_for_cluster
from user_manager.domain.vocabulary import AccessState, Effect, EventKind, ModuleKind
from user_manager.models import Access, ClusterState, Event, PublishedRevision
from user_manager.services.catalogue import take_catalogue
from user_manager.services.effects import Outcome, set_effects
from user_manager.services.expiry import write_expired
from user_manager.services.locks import lock_all_modules
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
    try:
        _take(call, answer)
    except IntegrityError:  # somebody registered a system by the name of a profile at this moment
        _take(call, answer)


def _take(call: Call, answer: ClusterAnswer) -> None:
    with recording(call) as recorder:
        state, _ = ClusterState.objects.select_for_update().get_or_create(id=1)
        published = _published(answer.revision)
        modules = {} if answer.catalogue is None else lock_all_modules()
        set_effects(_outcomes(answer, published, recorder), recorder)
        # after the effects: the revision knows nothing of profiles that come and go with it
        if answer.catalogue is not None:
            take_catalogue(answer.catalogue, modules, recorder)
            state.catalogue_at = call.now
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


def _outcomes(
    answer: ClusterAnswer, published: PublishedRevision | None, recorder: Recorder
) -> Iterator[tuple[Access, Outcome]]:
    """Yield the accesses of which an answer speaks, locked, each with what became of it."""
    accesses = list(_of_cluster().select_for_update(of=("self",)).order_by("id"))
    write_expired(accesses, recorder)
    report = None if published is None else _Report(answer, published)
    for access in accesses:
        if report is not None and access.id in report.answered:
            yield access, report.outcome(access)
        elif access.effect == Effect.UNKNOWN:
            yield access, Outcome(Effect.WAITING)  # the cluster answers, though not of this one


def _of_cluster() -> QuerySet[Access]:
    """Return the accesses that are or were in the cluster, or will be."""
    held = Q(state=AccessState.APPROVED, module__in_catalogue=True)
    ended = Q(state__in=[AccessState.REVOKED, AccessState.EXPIRED])
    rows = Access.objects.filter(held | ended, module__kind=ModuleKind.PROFILE)
    return rows.exclude(effect__in=[Effect.NONE, Effect.ENDED])


def _unchanged_since(published: PublishedRevision) -> QuerySet[Access]:
    """Return the accesses whose last change is in a published revision.

    A grant in a profile that has come back into the catalogue since is in no earlier revision.
    """
    later = Event.objects.filter(seq__gt=published.last_event)
    changes = later.filter(access=OuterRef("id"), kind__in=_CHANGES)
    of_module = later.filter(module=OuterRef("module"), kind=EventKind.MODULE_CHANGED)
    later_return = Q(state=AccessState.APPROVED) & Exists(of_module)
    later_end = Q(state=AccessState.EXPIRED, ended_at__gt=published.published_at)
    return _of_cluster().filter(~Exists(changes) & ~later_return & ~later_end)


class _Report:
    """What an answer says of the accesses in the revision that it names.

    Attributes:
        answered: the ids of these accesses.
    """

    def __init__(self, answer: ClusterAnswer, published: PublishedRevision) -> None:
        self.answered = set(_unchanged_since(published).values_list("id", flat=True))
        self._applied = answer.applied
        self._problem = answer.problem
        self._reasons = answer.failed | answer.pending
        self._refused = {(profile, user): reason for profile, user, reason in published.left_out}
        self._refused |= {(row.profile, row.name): row.reason for row in answer.refused}

    def outcome(self, access: Access) -> Outcome:
        """Return what became of an access."""
        return (
            self._of_grant(access) if access.state == AccessState.APPROVED else self._of_end(access)
        )

    def _of_grant(self, access: Access) -> Outcome:
        reason = self._refused.get((access.module_id, access.user_id))
        if reason is not None:
            return Outcome(Effect.REFUSED, reason)
        if access.module_id in self._reasons:
            return Outcome(Effect.WAITING, self._reasons[access.module_id])
        if access.module_id in self._applied:
            return Outcome(Effect.IN_EFFECT)
        return Outcome(Effect.WAITING, self._problem)

    def _of_end(self, access: Access) -> Outcome:
        reason = self._reasons.get(access.module_id, self._problem)
        if reason or access.module_id in self._reasons:
            return Outcome(Effect.ENDING, reason)
        return Outcome(Effect.ENDED)
