"""Replacing the id and the name of a former user by a pseudonym, wherever they are stored."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from django.db.models import Q, QuerySet

from user_manager.domain.call import Call
from user_manager.domain.errors import Precondition
from user_manager.domain.identifiers import user_key
from user_manager.domain.permissions import may_administer
from user_manager.domain.pseudonyms import PersonNames, new_pseudonym
from user_manager.domain.vocabulary import AccessState, Effect, EventKind
from user_manager.models import (
    Access,
    Administrator,
    ClusterState,
    Event,
    EventCounter,
    Module,
    Notice,
    PublishedRevision,
    User,
    UserRole,
)
from user_manager.selectors.person_data import (
    ACCESS_PEOPLE,
    EVENT_PEOPLE,
    NOTICE_PEOPLE,
    TEXTS,
    TextModel,
    catalogue_contributions,
    mentioning,
    names_deputy,
    names_in,
    owned_profiles,
)
from user_manager.services.locks import lock_user
from user_manager.services.transaction import recording

_NOT_ENDED: Final = Q(state__in=[AccessState.PENDING, AccessState.APPROVED]) | ~Q(
    effect__in=[Effect.NONE, Effect.ENDED]
)
_MOST_NAMED: Final = 10
_PersonModel: TypeAlias = type[Access] | type[Event] | type[UserRole]


def pseudonymise(call: Call, user_id: str) -> str:
    """Replace the id and the name of a former user by a pseudonym, in all tables.

    Reasons and comments of the person's own accesses are emptied. Nothing keeps which pseudonym is
    whose, so that nobody can undo it. If the person signs in again, they are a new user.

    Returns:
        the pseudonym.

    Raises:
        Forbidden: the caller is not an administrator.
        NotFound: the user does not exist.
        Precondition: the user is active, an administrator or listed in the catalogue, or an access
            has not ended.
    """
    may_administer(call.caller)
    with recording(call) as recorder:
        # first, as an answer of the cluster locks it; it waits, and finds the new names
        ClusterState.objects.select_for_update().get_or_create(id=1)
        user = lock_user(user_id)
        _refuse_present(user, call)
        replacement = _Replacement(user)
        replacement.in_modules()
        replacement.in_accesses()
        replacement.in_cluster_answers()
        EventCounter.objects.select_for_update().get()  # no event is written meanwhile
        replacement.in_events()
        replacement.in_notices()
        replacement.in_users()
        recorder.record(EventKind.USER_PSEUDONYMISED, user=replacement.pseudonym)
        return replacement.pseudonym


def _refuse_present(user: User, call: Call) -> None:
    """Refuse a locked user who is not gone.

    Raises:
        Precondition: see `pseudonymise`.
    """
    if user.id in call.policy.administrators:
        raise Precondition(
            "{user} is in USER_MANAGER_ADMINISTRATORS. Remove the id there.", user=user.id
        )
    if Administrator.objects.filter(user=user).exists():
        raise Precondition(
            "{user} is an administrator. Remove the administrator first.", user=user.id
        )
    if user.active:
        raise Precondition("The user {user} is active. Deactivate the user first.", user=user.id)
    _refuse_listed(user.id)
    remaining = Access.objects.filter(_NOT_ENDED, user=user)
    modules = sorted(set(remaining.values_list("module_id", flat=True)))
    if modules:
        raise Precondition(
            "Access of {user} has not ended in {modules}. "
            "Wait until the cluster has removed the access.",
            user=user.id,
            modules=_listed(modules),
        )


def _refuse_listed(user_id: str) -> None:
    owned = [f"owner of {row.id}" for row in owned_profiles(user_id).filter(in_catalogue=True)]
    contributions = [
        f"{row.role} in {row.module_id}" + (f" (source {row.source})" if row.source else "")
        for row in catalogue_contributions(user_id)
    ]
    places = owned + contributions
    if places:
        raise Precondition(
            "The document of the cluster lists {user}: {places}. "
            "Remove the person there, and wait for the next answer of the cluster.",
            user=user_id,
            places=_listed(places),
        )


def _listed(places: Sequence[str]) -> str:
    more = len(places) - _MOST_NAMED
    shown = ", ".join(places[:_MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


class _Replacement:
    """Replaces a locked user in one table after the other.

    Attributes:
        pseudonym: the new id and name.
    """

    def __init__(self, user: User) -> None:
        self.pseudonym = new_pseudonym()
        self._user_id = user.id
        self._names = PersonNames(user.id, user.name)

    def in_modules(self) -> None:
        """Replace the owner of profiles that left the catalogue, and names in texts."""
        owned = Q(owner_kind="User", owner_name=self._user_id)
        rows = Module.objects.filter(owned | mentioning(Module, self._names)).order_by("id")
        self._in_texts(Module, rows.select_for_update(no_key=True))
        Module.objects.filter(owned).update(owner_name=self.pseudonym)

    def in_accesses(self) -> None:
        """Replace the person in accesses and in texts of others, and empty the own texts."""
        named = names_in(ACCESS_PEOPLE, self._user_id)
        rows = Access.objects.filter(named | mentioning(Access, self._names)).order_by("id")
        self._in_texts(Access, rows.select_for_update())
        own = Access.objects.filter(user=self._user_id)
        own.update(**dict.fromkeys(TEXTS[Access], ""))
        self._in_columns(Access, ACCESS_PEOPLE)

    def in_cluster_answers(self) -> None:
        """Replace the person in the last answer, and in what documents could not have."""
        self._in_texts(ClusterState, ClusterState.objects.all())
        for revision in list(PublishedRevision.objects.exclude(left_out=[])):
            left_out = [self._in_left_out(*row) for row in revision.left_out]
            if left_out != revision.left_out:
                rows = PublishedRevision.objects.filter(revision=revision.revision)
                rows.update(left_out=left_out)

    def _in_left_out(self, profile: str, user: str, reason: str) -> list[str | None]:
        return [profile, self._person(user), self._names.replaced(reason, self.pseudonym)]

    def in_events(self) -> None:
        """Replace the person in events. Of the details, only those about deputies name somebody."""
        self._in_columns(Event, EVENT_PEOPLE)
        for event in list(Event.objects.filter(names_deputy(self._user_id))):
            detail = {**(event.detail or {}), "deputy": self.pseudonym}
            Event.objects.filter(seq=event.seq).update(detail=detail)

    def in_notices(self) -> None:
        """Replace the person in the outbox."""
        changed = []
        for notice in Notice.objects.iterator():
            payload = self._in_payload(notice.payload)
            if payload != notice.payload:
                changed.append((notice.pk, payload))
        for key, payload in changed:
            Notice.objects.filter(pk=key).update(payload=payload)

    def _in_payload(self, payload: dict[str, Any]) -> dict[str, Any]:
        return {key: self._in_member(key, value) for key, value in payload.items()}

    def _in_member(self, key: str, value: Any) -> Any:  # noqa: ANN401 - JSON
        if key in NOTICE_PEOPLE:
            return self._person(value)
        if key == "deciders":
            return [self._person(decider) for decider in value]
        return self._names.replaced(value, self.pseudonym) if key == "detail" else value

    def in_users(self) -> None:
        """Replace the user. Foreign keys are checked at the end of the transaction."""
        user = User.objects.filter(id=self._user_id)
        user.update(id=self.pseudonym, key=user_key(self.pseudonym), name=self.pseudonym)
        self._in_columns(UserRole, ["user"])

    def _person(self, person: str | None) -> str | None:
        return self.pseudonym if person == self._user_id else person

    def _in_columns(self, model: _PersonModel, columns: Sequence[str]) -> None:
        for column in columns:
            rows = model.objects.filter(**{column: self._user_id})
            rows.update(**{column: self.pseudonym})

    def _in_texts(self, model: TextModel, rows: QuerySet[Any]) -> None:
        columns = TEXTS[model]
        for key, *texts in list(rows.values_list("pk", *columns)):
            before = dict(zip(columns, texts, strict=True))
            after = {column: self._in_text(model, column, text) for column, text in before.items()}
            if after != before:
                model.objects.filter(pk=key).update(**after)

    def _in_text(self, model: TextModel, column: str, text: str) -> str:
        longest = getattr(model, column).field.max_length
        return self._names.replaced(text, self.pseudonym)[:longest]
