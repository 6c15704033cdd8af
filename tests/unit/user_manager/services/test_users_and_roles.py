"""Section "Users" of the contract, who manages them, and lists of users."""

import pytest
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
    ask,
    by,
    by_system,
    by_token,
    events,
    give,
    make_profile,
)

from user_manager.domain.errors import Exists, Forbidden, Invalid, NotFound, Precondition
from user_manager.domain.user_lists import UserRow
from user_manager.domain.vocabulary import Role, Scope
from user_manager.models import Administrator, Event, User, UserRole
from user_manager.selectors.users import read_user
from user_manager.services.administrators import add_administrator, remove_administrator
from user_manager.services.importing import import_users
from user_manager.services.users import add_role, change_user, create_user, remove_role, sign_in

pytestmark = pytest.mark.usefixtures("people")
NEW = "New@example.com"
MANAGERS = [by(ROOT), by_token(Scope.USERS), by_system()]
CHANGES = [
    lambda call, user: add_role(call, user, Role.MANAGE_DATA),
    lambda call, user: remove_role(call, user, Role.MANAGE_DATA),
    lambda call, user: change_user(call, user, name="Another"),
    lambda call, user: change_user(call, user, active=False),
    lambda call, user: change_user(call, user, active=False, force=True),
]


@pytest.mark.parametrize("call", MANAGERS)
def test_administrators_and_the_scope_users_manage_users(call):
    user, is_new = create_user(call, NEW, "New")
    assert (user.id, user.name, user.active, is_new) == (NEW, "New", True, True)
    add_role(call, NEW, Role.MANAGE_DATA)
    remove_role(call, NEW, Role.MANAGE_DATA)
    change_user(call, NEW, name="Newer", active=False)
    change_user(call, NEW, active=True)
    assert events(user=NEW) == [
        "user_created",
        "role_added",
        "role_removed",
        "user_renamed",
        "user_deactivated",
        "user_activated",
    ]


@pytest.mark.parametrize(
    "call", [by(ANN), by_token(Scope.READ, Scope.AUDIT, Scope.CLUSTER), acting_for(ROOT)]
)
def test_nobody_else_creates_users(call):
    with pytest.raises(Forbidden):
        create_user(call, NEW, "New")
    with pytest.raises(Forbidden):
        import_users(call, [])


@pytest.mark.parametrize("change", CHANGES)
def test_a_stranger_finds_nobody_to_change(change):
    for user in (BOB, "nobody@example.com"):
        with pytest.raises(NotFound):
            change(by(EVE), user)


@pytest.mark.parametrize("change", CHANGES)
def test_who_sees_somebody_may_not_change_them(change, system):
    ask(ANN, SYSTEM_MODULE)
    for call in (by(ANN), by(OLGA), by_token(Scope.READ)):  # oneself, an OWNER, a reader
        with pytest.raises(Forbidden):
            change(call, ANN)


@pytest.mark.parametrize("change", CHANGES)
def test_an_unknown_user_is_not_there_for_who_manages_users(change):
    with pytest.raises(NotFound):
        change(by(ROOT), "nobody@example.com")


def test_the_same_user_again_is_the_same():
    create_user(by(ROOT), NEW, "New")
    assert create_user(by(ROOT), NEW, "New")[1] is False
    assert events(user=NEW) == ["user_created"]


def test_the_id_with_another_name_exists():
    create_user(by(ROOT), NEW, "New")
    with pytest.raises(Exists) as refused:
        create_user(by(ROOT), NEW, "Another")
    assert refused.value.existing_id == NEW


@pytest.mark.parametrize("variant", ["new@example.com", "NEW@EXAMPLE.COM"])
def test_a_variant_in_case_exists_with_the_stored_id_and_cannot_sign_in(variant):
    create_user(by(ROOT), NEW, "New")
    with pytest.raises(Exists) as refused:
        create_user(by(ROOT), variant, "New")
    assert refused.value.existing_id == NEW
    with pytest.raises(Forbidden):
        sign_in(by(variant), variant, variant)
    assert not User.objects.filter(id=variant).exists()


def test_a_variant_in_unicode_form_exists():
    composed, decomposed = "jos\u00e9", "jose\u0301"
    create_user(by(ROOT), composed, "José")
    with pytest.raises((Exists, Invalid)):
        create_user(by(ROOT), decomposed, "José")


@pytest.mark.parametrize("user_id", ["", ".", "..", "a\0b", "system:admin", "token:robot", "x*"])
def test_what_is_no_id_is_invalid(user_id):
    with pytest.raises(Invalid):
        create_user(by(ROOT), user_id, "New")


def test_who_signed_in_by_themselves_gets_the_name_once():
    sign_in(by(NEW), NEW, NEW)
    assert create_user(by(ROOT), NEW, "New")[0].name == "New"
    with pytest.raises(Exists):
        create_user(by(ROOT), NEW, "Newer")
    assert events(user=NEW) == ["user_created", "user_renamed"]


def test_a_rename_is_a_name_given():
    sign_in(by(NEW), NEW, NEW)
    change_user(by(ROOT), NEW, name="New")
    with pytest.raises(Exists):
        create_user(by(ROOT), NEW, "Another")


def test_a_sign_in_makes_the_user_once_without_roles():
    assert sign_in(by(NEW), NEW, "New").name == "New"
    sign_in(by(NEW), NEW, "Newer")
    assert (User.objects.get(id=NEW).name, events(user=NEW)) == ("New", ["user_created"])


def test_a_role_is_there_whether_or_not_it_was():
    add_role(by(ROOT), ANN, Role.MANAGE_DATA)
    add_role(by(ROOT), ANN, Role.MANAGE_DATA)
    add_role(by(ROOT), ANN, Role.EDIT_TASK)
    assert read_user(by(ANN), ANN).roles == (Role.EDIT_TASK, Role.MANAGE_DATA)
    remove_role(by(ROOT), ANN, Role.PROCESS_ETL_TASK)
    assert events(user=ANN) == ["role_added", "role_added"]
    assert Event.objects.filter(user=ANN)[0].detail == {"role": "MANAGE_DATA"}


def test_add_role_on_a_deactivated_user_is_a_precondition_and_remove_role_is_not():
    change_user(by(ROOT), ANN, active=False)
    with pytest.raises(Precondition):
        add_role(by(ROOT), ANN, Role.MANAGE_DATA)
    remove_role(by(ROOT), ANN, Role.MANAGE_DATA)


def test_changing_nothing_records_nothing():
    before = events()
    change_user(by(ROOT), ANN)
    change_user(by(ROOT), ANN, name=ANN, active=True)
    assert events() == before


# GetUser


@pytest.mark.parametrize("call", [by(ANN), by(ROOT), by_token(Scope.READ), acting_for(ANN)])
def test_the_user_administrators_and_the_scope_read_see_everything(call, system, profile):
    give(ANN, SYSTEM_MODULE)
    give(ANN, PROFILE)
    add_role(by(ROOT), ANN, Role.EDIT_TASK)
    view = read_user(call, ANN)
    assert len(view.accesses) == 2
    assert view.roles == (Role.EDIT_TASK,)


def test_an_owner_sees_only_accesses_to_own_modules_and_no_roles(system):
    make_profile(owner=BOB)
    give(ANN, SYSTEM_MODULE)
    give(ANN, PROFILE)
    add_role(by(ROOT), ANN, Role.EDIT_TASK)
    view = read_user(by(OLGA), ANN)
    assert [access.module_id for access in view.accesses] == [SYSTEM_MODULE]
    assert view.roles == ()


def test_an_owner_sees_who_asks_and_nobody_else(system):
    with pytest.raises(NotFound):
        read_user(by(OLGA), ANN)
    ask(ANN, SYSTEM_MODULE)
    assert read_user(by(OLGA), ANN).accesses == ()


def test_the_scope_users_knows_of_users_and_may_not_read_them():
    with pytest.raises(Forbidden):
        read_user(by_token(Scope.USERS), ANN)
    with pytest.raises(NotFound):
        read_user(by_token(Scope.USERS), "nobody@example.com")


def test_get_user_takes_at_most_three_queries(django_assert_max_num_queries, system):
    give(ANN, SYSTEM_MODULE)
    for call in (by(ANN), by(ROOT), by(OLGA), by_token(Scope.READ)):
        with django_assert_max_num_queries(3):
            read_user(call, ANN)


# administrators


def test_administrators_are_made_and_removed_with_events():
    add_administrator(by_system(), ANN)
    add_administrator(by_system(), ANN)
    assert Administrator.objects.filter(user=ANN).exists()
    remove_administrator(by_system(), ANN)
    assert events(user=ANN) == ["administrator_added", "administrator_removed"]
    with pytest.raises(NotFound):
        remove_administrator(by_system(), ANN)


@pytest.mark.parametrize("call", [by(ANN), by_token(Scope.USERS), acting_for(ROOT)])
def test_only_administrators_make_administrators(call):
    with pytest.raises(Forbidden):
        add_administrator(call, ANN)
    with pytest.raises(Forbidden):
        remove_administrator(call, ANN)


# lists


def rows(*users, roles=()):
    return [UserRow(line, user, user, roles) for line, user in enumerate(users, start=2)]


def test_a_list_creates_users_with_roles_and_keeps_those_who_exist():
    add_role(by(ROOT), ANN, Role.EDIT_TASK)
    wanted = rows("c@example.com", ANN, roles=(Role.EDIT_TASK, Role.MANAGE_DATA))
    count = import_users(by_system(), wanted)
    assert (count.new, count.existing) == (1, 1)
    assert UserRole.objects.filter(user=ANN).count() == 2
    assert events(user="c@example.com") == ["user_created", "role_added", "role_added"]
    before = events()
    assert import_users(by_system(), wanted).new == 0
    assert events() == before


def test_a_list_with_errors_names_every_line_and_changes_nothing():
    change_user(by(ROOT), BOB, active=False)
    before = (events(), User.objects.count())
    wanted = [
        UserRow(2, "new@example.com", "New", ()),
        UserRow(3, ANN.upper(), "Ann", ()),
        UserRow(4, EVE, "Another", ()),
        UserRow(5, BOB, BOB, (Role.EDIT_TASK,)),
    ]
    with pytest.raises(Invalid) as refused:
        import_users(by_system(), wanted)
    assert [error.path for error in refused.value.errors] == ["line 3", "line 4", "line 5"]
    assert (events(), User.objects.count()) == before


def test_a_list_gives_names_to_who_signed_in_by_themselves():
    sign_in(by(NEW), NEW, NEW)
    import_users(by_system(), [UserRow(2, NEW, "New", ())])
    user = User.objects.get(id=NEW)
    assert (user.name, user.signed_in) == ("New", False)


def test_a_list_of_thousands_takes_few_queries(django_assert_max_num_queries):
    many = rows(*(f"user{number}@example.com" for number in range(2000)), roles=(Role.EDIT_TASK,))
    with django_assert_max_num_queries(120):
        import_users(by_system(), many)
    assert User.objects.filter(created_at=NOW, id__startswith="user").count() == len(many)
