"""Where the tables name one person, and everything that they hold about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from django.db.models import Q, QuerySet

from user_manager.domain.call import Call
from user_manager.domain.errors import NotFound
from user_manager.domain.permissions import may_administer
from user_manager.domain.pseudonyms import PersonNames
from user_manager.domain.vocabulary import EventKind, Role
from user_manager.models import (
    Absence,
    Access,
    Administrator,
    CatalogueContributor,
    ClusterState,
    Event,
    Module,
    Notice,
    PublishedRevision,
    User,
)
from user_manager.selectors.searching import contains
from user_manager.selectors.users import roles_of

ACCESS_PEOPLE: Final = ("user", "requested_by", "decided_by", "acting_for", "ended_by")
ABSENCE_PEOPLE: Final = ("person", "deputy")
EVENT_PEOPLE: Final = ("user", "actor", "acting_for")
NOTICE_PEOPLE: Final = ("user", "requested_by", "decided_by", "acting_for", "ended_by")
TextModel: TypeAlias = type[Access] | type[ClusterState] | type[Module]
TEXTS: Final[Mapping[TextModel, Sequence[str]]] = {
    Access: ("reason", "comment", "effect_detail"),
    ClusterState: ("problem",),
    Module: ("title", "description"),
}
"""Columns with free texts, which may name anybody."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A text that names a person.

    Attributes:
        table: the name of the model.
        row: the key of the row.
        column: the column of the text.
    """

    table: str
    row: str
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class LeftOutAccess:
    """An access that a published document could not have, and why."""

    revision: PublishedRevision
    profile: str
    reason: str


@dataclass(frozen=True, slots=True)
class PersonData:
    """Everything that is stored about a person.

    Attributes:
        absences: who decides for the person, and for whom they decide; also those that are over.
        accesses: what the person has, had and asked for, and where they asked, decided or ended
            for others; the oldest first.
        events: those that name the person.
        notices: those of the outbox that name the person.
        owned: the profiles whose owner the person is, or was when the catalogue had them.
        contributions: what other sources give to the person in the catalogue.
        left_out: accesses of the person that no document for the cluster can have.
        mentions: texts that name the person, by their id or by a name of several words.
    """

    user: User
    roles: tuple[Role, ...]
    is_administrator: bool
    absences: list[Absence]
    accesses: list[Access]
    events: list[Event]
    notices: list[Notice]
    owned: list[Module]
    contributions: list[CatalogueContributor]
    left_out: list[LeftOutAccess]
    mentions: list[Mention]


def read_person_data(call: Call, user_id: str) -> PersonData:
    """Return everything that is stored about a user.

    Raises:
        Forbidden: the caller is not an administrator.
        NotFound: the user does not exist.
    """
    may_administer(call.caller)
    user = User.objects.filter(id=user_id).first()
    if user is None:
        raise NotFound("The user {user} was not found.", user=user_id)
    is_stored = Administrator.objects.filter(user=user).exists()
    accesses = Access.objects.filter(names_in(ACCESS_PEOPLE, user_id))
    events = Event.objects.filter(names_in(EVENT_PEOPLE, user_id) | names_deputy(user_id))
    notices = Notice.objects.order_by("id").iterator()
    return PersonData(
        user=user,
        roles=roles_of(user_id),
        is_administrator=is_stored or user_id in call.policy.administrators,
        absences=list(Absence.objects.filter(names_in(ABSENCE_PEOPLE, user_id)).order_by("person")),
        accesses=list(accesses.order_by("requested_at", "id")),
        events=list(events.order_by("seq")),
        notices=[notice for notice in notices if is_named(user_id, notice.payload)],
        owned=list(owned_profiles(user_id)),
        contributions=list(catalogue_contributions(user_id)),
        left_out=list(_left_out(user_id)),
        mentions=list(_mentions(PersonNames(user.id, user.name))),
    )


def names_in(columns: Sequence[str], user_id: str) -> Q:
    """Return the condition that one of the columns is a person."""
    condition = Q()
    for column in columns:
        condition |= Q(**{column: user_id})
    return condition


def names_deputy(user_id: str) -> Q:
    """Return the condition for events whose detail names a person as a deputy."""
    kinds = [EventKind.DEPUTY_NAMED, EventKind.DEPUTY_REMOVED]
    return Q(kind__in=kinds, detail__deputy=user_id)


def is_named(user_id: str, payload: Mapping[str, Any]) -> bool:
    """Return whether a notice names a person."""
    people = [payload.get(key) for key in NOTICE_PEOPLE]
    return user_id in {*people, *payload.get("deciders", ())}


def owned_profiles(user_id: str) -> QuerySet[Module]:
    """Return the profiles of a person by id, with those that left the catalogue."""
    return Module.objects.filter(owner_kind="User", owner_name=user_id).order_by("id")


def catalogue_contributions(user_id: str) -> QuerySet[CatalogueContributor]:
    """Return what other sources of the cluster give to a person, with what is over."""
    rows = CatalogueContributor.objects.filter(kind="User", name=user_id)
    return rows.order_by("module_id", "source", "id")


def mentioning(model: TextModel, names: PersonNames) -> Q:
    """Return the condition that a text of a row may name a person. The text has to be looked at."""
    condition = Q(pk__in=[])
    for column in TEXTS[model]:
        for term in names.terms:
            condition |= contains(column, term)
    return condition


def _left_out(user_id: str) -> Iterator[LeftOutAccess]:
    for revision in PublishedRevision.objects.order_by("published_at", "revision"):
        for profile, user, reason in revision.left_out:
            if user == user_id:
                yield LeftOutAccess(revision, profile, reason)


def _mentions(names: PersonNames) -> Iterator[Mention]:
    for model, columns in TEXTS.items():
        rows = model.objects.filter(mentioning(model, names))
        for key, *texts in rows.order_by("pk").values_list("pk", *columns):
            for column, text in zip(columns, texts, strict=True):
                if names.are_in(text):
                    yield Mention(model.__name__, str(key), column, text)
