"""What is stored about one person: reading all of it, and replacing who it is."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db.models import CharField, ForeignKey, JSONField, TextField
from service_world import (
    ANN,
    BOB,
    EVE,
    NOW,
    OLGA,
    PROFILE,
    ROOT,
    SYSTEM_MODULE,
    acting_for,
    answer,
    approve,
    ask,
    by,
    by_system,
    by_token,
    catalogue,
    deny,
    events,
    give,
    last_event,
    listed,
    make_profile,
    publish,
)

from user_manager.domain.errors import Forbidden, NotFound, Precondition, UserManagerError
from user_manager.domain.vocabulary import Role, Scope
from user_manager.models import (
    Access,
    CatalogueContributor,
    ClusterState,
    Event,
    EventCounter,
    Module,
    Notice,
    PublishedRevision,
    User,
)
from user_manager.selectors.person_data import read_person_data
from user_manager.selectors.users import read_user
from user_manager.services.absences import name_deputy
from user_manager.services.administrators import add_administrator
from user_manager.services.ending import Removal, revoke_access
from user_manager.services.modules import ModuleValues, put_module
from user_manager.services.pseudonymising import pseudonymise
from user_manager.services.users import add_role, change_user, sign_in

pytestmark = pytest.mark.usefixtures("profile", "system")
NAME = "Ann Lee"
PSEUDONYM = re.compile(r"former-user-[0-9a-f]{16}")
NAMELESS = {
    "Absence.deputy",  # a deactivated person has no absence and is no deputy
    "Absence.person",
    "Access.effect",
    "Access.id",
    "Access.state",
    "Administrator.user",  # an administrator is refused
    "CatalogueConflict.name",
    "CatalogueContributor.kind",
    "CatalogueContributor.name",  # a person of the catalogue is refused
    "CatalogueContributor.role",
    "CatalogueContributor.source",
    "ClusterState.revision",
    "Event.access",
    "Event.kind",
    "Event.module",
    "Module.id",
    "Module.kind",
    "Module.owner_kind",
    "Notice.access",
    "Notice.kind",
    "PublishedRevision.revision",
    "Token.digest",
    "Token.name",
    "Token.scopes",
}
"""Columns with texts that never name a person whom one can pseudonymise."""


@pytest.fixture
def ann(profile: Module, system: Module) -> None:
    """Name ANN in every column that may name a person. All of her accesses have ended."""
    change_user(by(ROOT), ANN, name=NAME)
    add_role(by(ROOT), ANN, Role.MANAGE_DATA)
    _have_accesses()
    _act_for_others()
    _be_named_in_texts()
    name_deputy(by(ANN), ANN, BOB, NOW + timedelta(days=1))
    name_deputy(by(OLGA), OLGA, ANN, NOW + timedelta(days=1))
    change_user(by_system(), ANN, active=False)
    answer(publish(), applied=[PROFILE])


def _have_accesses() -> None:
    told = by(ANN, notices=True)
    approve(ask(ANN, PROFILE, call=told, reason="I need it"), by(OLGA))
    deny(ask(ANN, SYSTEM_MODULE, "WRITE", call=told), by(OLGA), comment="not you")
    give(ANN, SYSTEM_MODULE, "OWNER", by_whom=OLGA)
    answer(publish(), applied=[PROFILE])


def _act_for_others() -> None:
    asked = ask(BOB, SYSTEM_MODULE, call=by(ANN, notices=True), reason=f"a friend of {NAME}")
    approve(asked, by(ANN, notices=True), comment=f"{NAME} knows him, says {ANN}")
    revoke_access(by(ANN, notices=True), asked.id, Removal())
    approve(ask(EVE, SYSTEM_MODULE, call=by(EVE, notices=True)), acting_for(ANN))


def _be_named_in_texts() -> None:
    texts = ModuleValues(title=f"CRM of {NAME}", description=f"Ask {ANN.upper()}.")
    put_module(by(OLGA), SYSTEM_MODULE, texts)
    make_profile("old", ANN, in_catalogue=False, left_catalogue_at=NOW)
    Access.objects.filter(user=EVE).update(effect_detail=f"{ANN} is not a user")
    notice = Notice.objects.get(payload__user=EVE)
    notice.payload["detail"] = f"see {ANN}"
    notice.save()
    left_out = [[PROFILE, ANN, f"{ANN} is not a user"], [PROFILE, BOB, "not open"]]
    PublishedRevision.objects.create(
        revision="0" * 16, last_event=0, published_at=NOW, left_out=left_out
    )


def text_columns() -> set[str]:
    """Return all columns that may hold a text or refer to a user."""
    return {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("user_manager").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField | JSONField)
        or (isinstance(field, ForeignKey) and field.related_model is User)
    }


def stored() -> dict[str, list[str]]:
    """Return the values of all columns of all tables as texts."""
    values: dict[str, list[str]] = {}
    for model in apps.get_app_config("user_manager").get_models():
        for field in model._meta.concrete_fields:
            rows = model._default_manager.order_by("pk").values_list(field.attname, flat=True)
            values[f"{model.__name__}.{field.name}"] = [str(value) for value in rows]
    return values


def naming(*names: str) -> set[str]:
    """Return the columns that have one of the names, in any case."""
    wanted = [name.casefold() for name in names]
    return {
        column
        for column, values in stored().items()
        if any(name in value.casefold() for name in wanted for value in values)
    }


def pseudonymised() -> str:
    ClusterState.objects.update(problem=f"profiles[0]: {ANN} is listed twice")
    return pseudonymise(by_system(), ANN)


# pseudonymising


def test_no_column_names_a_pseudonymised_person(ann: None) -> None:
    """A new column belongs into NAMELESS, or `pseudonymise` replaces it and `ann` fills it."""
    ClusterState.objects.update(problem=f"profiles[0]: {ANN} is listed twice")
    assert text_columns() - naming(ANN, NAME) == NAMELESS
    pseudonymise(by_system(), ANN)
    assert naming(ANN, NAME) == set()


def test_the_history_is_that_of_a_pseudonym(ann: None) -> None:
    before = stored()
    pseudonym = pseudonymised()
    assert PSEUDONYM.fullmatch(pseudonym)
    after = stored()
    for column in ("Access.user", "Access.decided_by", "Event.actor", "UserRole.user"):
        replaced = [pseudonym if value == ANN else value for value in before[column]]
        assert after[column][: len(replaced)] == replaced
    for column in ("Access.id", "Access.state", "Access.ended_at", "Event.seq", "Event.kind"):
        assert after[column][: len(before[column])] == before[column]
    user = User.objects.get(id=pseudonym)
    assert (user.name, user.key, user.active) == (pseudonym, pseudonym, False)


def test_the_outbox_names_the_pseudonym(ann: None) -> None:
    pseudonym = pseudonymised()
    of_eve = Notice.objects.get(payload__user=EVE).payload
    assert (of_eve["deciders"], of_eve["detail"]) == ([pseudonym, OLGA], f"see {pseudonym}")
    of_bob = Notice.objects.filter(payload__user=BOB).order_by("id")[0].payload
    assert (of_bob["requested_by"], of_bob["module"]) == (pseudonym, SYSTEM_MODULE)


def test_texts_of_the_own_accesses_are_emptied_and_others_stay(ann: None) -> None:
    pseudonym = pseudonymised()
    own = Access.objects.filter(user=pseudonym)
    assert set(own.values_list("reason", "comment", "effect_detail")) == {("", "", "")}
    of_bob = Access.objects.get(user=BOB)
    assert (of_bob.reason, of_bob.comment) == (
        f"a friend of {pseudonym}",
        f"{pseudonym} knows him, says {pseudonym}",
    )
    module = Module.objects.get(id=SYSTEM_MODULE)
    assert (module.title, module.description) == (f"CRM of {pseudonym}", f"Ask {pseudonym}.")
    assert PublishedRevision.objects.get(revision="0" * 16).left_out == [
        [PROFILE, pseudonym, f"{pseudonym} is not a user"],
        [PROFILE, BOB, "not open"],
    ]


def test_an_event_has_the_pseudonym_and_who_did_it(ann: None) -> None:
    pseudonym = pseudonymised()
    event = last_event()
    assert (event.kind, event.user, event.actor, event.detail) == (
        "user_pseudonymised",
        pseudonym,
        "system:user-manager",
        None,
    )
    numbers = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, EventCounter.objects.get().last + 1))
    assert events(user=pseudonym)[-2:] == ["ended", "user_pseudonymised"]


def test_who_signs_in_again_is_a_new_user(ann: None) -> None:
    pseudonymised()
    user = sign_in(by(ANN), ANN, NAME)
    view = read_user(by(ANN), ANN)
    assert (user.active, view.roles, view.accesses) == (True, (), ())
    assert events(user=ANN) == ["user_created"]


def test_a_second_person_gets_another_pseudonym(ann: None) -> None:
    change_user(by_system(), EVE, active=False)
    first, second = pseudonymise(by_system(), ANN), pseudonymise(by_system(), EVE)
    assert first != second
    assert naming(EVE) == set()


def test_a_text_that_gets_too_long_is_cut(ann: None) -> None:
    comment = f"{ANN} {'x' * 1984}"
    Access.objects.filter(user=BOB).update(comment=comment)
    pseudonym = pseudonymised()
    assert Access.objects.get(user=BOB).comment == comment.replace(ANN, pseudonym)[:2000]


def test_a_group_with_the_same_name_stays(ann: None) -> None:
    make_profile("team", ANN, owner_kind="Group")
    group = {"kind": "Group", "name": ANN, "role": "view"}
    CatalogueContributor.objects.create(module_id=PROFILE, **group)
    pseudonymised()
    assert Module.objects.get(id="team").owner_name == ANN
    assert CatalogueContributor.objects.get().name == ANN


def _be_active() -> None:
    change_user(by_system(), ANN, active=True)


def _be_administrator() -> None:
    add_administrator(by_system(), ANN)


def _own_a_profile() -> None:
    catalogue(listed(), listed("web", ANN))


def _contribute() -> None:
    person = {"kind": "User", "name": ANN, "role": "view", "source": "config"}
    catalogue(listed(contributors=[person]))


def _have_access_in_the_cluster() -> None:
    change_user(by_system(), ANN, active=True)
    give(ANN, PROFILE, "READ")
    give(ANN, PROFILE, "WRITE")  # replaces the first one, which has not ended either
    change_user(by_system(), ANN, active=False)


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (_be_active, "Deactivate"),
        (_be_administrator, "administrator"),
        (_own_a_profile, "owner of web"),
        (_contribute, f"view in {PROFILE} (source config)"),
        (_have_access_in_the_cluster, f"has not ended in {PROFILE}. Wait"),
    ],
)
def test_who_is_still_there_is_refused(ann: None, prepare: Any, words: str) -> None:
    prepare()
    before = stored()
    with pytest.raises(Precondition, match=re.escape(words)):
        pseudonymise(by_system(), ANN)
    assert stored() == before


def test_an_answer_without_profiles_stands_for_a_cluster_that_is_gone(ann: None) -> None:
    _have_access_in_the_cluster()
    answer(publish(), catalogue=[])
    pseudonymise(by_system(), ANN)
    assert not User.objects.filter(id=ANN).exists()


def test_an_administrator_of_the_settings_is_refused(ann: None) -> None:
    call = by(ROOT, administrators=frozenset({ANN}))
    with pytest.raises(Precondition, match="USER_MANAGER_ADMINISTRATORS"):
        pseudonymise(call, ANN)


def test_many_places_are_not_all_named(ann: None) -> None:
    catalogue(*(listed(f"p{number:02}", ANN) for number in range(12)))
    with pytest.raises(Precondition, match="owner of p09 and 2 more"):
        pseudonymise(by_system(), ANN)


@pytest.mark.parametrize("verb", [pseudonymise, read_person_data])
@pytest.mark.parametrize(
    ("call", "user", "error"),
    [
        (by_system(), "nobody@example.com", NotFound),
        (by(OLGA), ANN, Forbidden),
        (by(ANN), ANN, Forbidden),
        (by_token(*Scope), ANN, Forbidden),
    ],
)
def test_only_administrators_may_and_only_for_users(
    ann: None, verb: Any, call: Any, user: str, error: type[UserManagerError]
) -> None:
    with pytest.raises(error):
        verb(call, user)


# reading


def test_all_that_names_a_person_is_read(ann: None) -> None:
    ClusterState.objects.update(problem=f"profiles[0]: {ANN} is listed twice")
    data = read_person_data(by_system(), ANN)
    assert (data.user.name, data.roles, data.is_administrator) == (
        NAME,
        (Role.MANAGE_DATA,),
        False,
    )
    assert [(row.user_id, row.module_id, row.state) for row in data.accesses] == [
        (row.user_id, row.module_id, row.state)
        for row in Access.objects.order_by("requested_at", "id")
        if row.user_id in {ANN, BOB, EVE}
    ]
    numbers = [event.seq for event in data.events]
    assert numbers == sorted(numbers)
    assert {event.seq for event in Event.objects.all() if ANN in _people(event)} == set(numbers)
    assert [row.profile for row in data.left_out] == [PROFILE]
    assert [module.id for module in data.owned] == ["old"]
    assert {f"{mention.table}.{mention.column}" for mention in data.mentions} == {
        "Access.comment",
        "Access.effect_detail",
        "Access.reason",
        "ClusterState.problem",
        "Module.description",
        "Module.title",
    }


def _people(event: Event) -> set[str | None]:
    return {event.user, event.actor, event.acting_for, (event.detail or {}).get("deputy")}
