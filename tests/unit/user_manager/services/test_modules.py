"""Section "Modules" of the contract, and who registers and changes them."""

from datetime import timedelta

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
    by,
    by_token,
    catalogue,
    events,
    fresh,
    last_event,
    listed,
    make_user,
)

from user_manager.domain.errors import Exists, Forbidden, Invalid, Precondition
from user_manager.domain.vocabulary import Role, Scope
from user_manager.models import Access, CatalogueConflict, Module, UserRole
from user_manager.services import answering
from user_manager.services.modules import ModuleValues, put_module
from user_manager.services.users import change_user

pytestmark = pytest.mark.usefixtures("people")
DEFAULTS = ModuleValues()
OTHERS = ModuleValues("CRM", "customers", timedelta(days=30), True, False)


def creator(person=ANN):
    UserRole.objects.get_or_create(user=make_user(person), role=Role.CREATE_EXT_DATAMODULE)
    return by(person)


def test_who_has_the_role_registers_a_module_and_becomes_its_owner():
    module, is_new = put_module(creator(), SYSTEM_MODULE, OTHERS)
    assert (module.kind, module.title, is_new) == ("external", "CRM", True)
    access = Access.objects.get(module=SYSTEM_MODULE)
    assert (access.user_id, access.state, access.types, access.decided_by) == (
        ANN,
        "APPROVED",
        4,
        None,
    )
    assert (access.effect, access.until) == ("none", None)
    assert events(module=SYSTEM_MODULE) == ["module_created", "approved"]


def test_an_administrator_without_the_role_registers_one_without_an_owner():
    put_module(by(ROOT), SYSTEM_MODULE, DEFAULTS)
    assert not Access.objects.exists()


@pytest.mark.parametrize("call", [by(EVE), by_token(*Scope), acting_for(ROOT)])
def test_nobody_else_registers_a_module(call):
    if call.caller.token and not call.caller.acting_for:
        call = by_token(Scope.USERS, Scope.READ, Scope.AUDIT, Scope.CLUSTER)
    with pytest.raises(Forbidden):
        put_module(call, SYSTEM_MODULE, DEFAULTS)


def test_acting_for_who_has_the_role_makes_that_person_the_owner():
    creator()
    put_module(acting_for(ANN), SYSTEM_MODULE, DEFAULTS)
    assert Access.objects.get().user_id == ANN
    assert (last_event().actor, last_event().acting_for) == ("token:robot", ANN)


def test_put_replaces_all_values_and_the_same_again_records_nothing():
    put_module(creator(), SYSTEM_MODULE, OTHERS)
    module, is_new = put_module(by(ANN), SYSTEM_MODULE, DEFAULTS)
    assert (module.title, module.max_duration, module.requestable, is_new) == (
        "",
        None,
        True,
        False,
    )
    put_module(by(ANN), SYSTEM_MODULE, DEFAULTS)
    assert events(module=SYSTEM_MODULE).count("module_changed") == 1


def test_a_strangers_put_is_forbidden():
    put_module(creator(), SYSTEM_MODULE, DEFAULTS)
    for call in (by(EVE), creator(BOB), acting_for(ROOT)):
        with pytest.raises(Forbidden):
            put_module(call, SYSTEM_MODULE, OTHERS)


@pytest.mark.parametrize("name", ["", "Upper", "-a", "a" * 64, "a.b", "\0"])
def test_what_is_no_dns_label_is_invalid(name):
    with pytest.raises(Invalid):
        put_module(by(ROOT), name, DEFAULTS)


@pytest.mark.parametrize(
    "texts", [{"title": "x" * 254}, {"title": "\0"}, {"description": "x" * 2001}]
)
def test_a_text_that_does_not_fit_is_invalid(texts):
    with pytest.raises(Invalid):
        ModuleValues(**texts)


def test_an_id_in_the_catalogue_exists_for_who_could_register_it_and_is_forbidden_to_others(
    profile,
):
    with pytest.raises(Exists) as refused:
        put_module(creator(BOB), PROFILE, DEFAULTS)
    assert refused.value.existing_id == PROFILE
    with pytest.raises(Forbidden):
        put_module(by(EVE), PROFILE, DEFAULTS)


@pytest.mark.parametrize("person", [OLGA, ROOT])
def test_the_owner_of_a_profile_and_an_administrator_change_it(person, profile):
    module, is_new = put_module(by(person), PROFILE, OTHERS)
    assert (module.kind, module.title, is_new) == ("profile", "CRM", False)


def test_a_catalogue_name_that_an_external_module_has_is_left_out_and_kept_for_administrators():
    put_module(creator(), SYSTEM_MODULE, DEFAULTS)
    catalogue(listed(SYSTEM_MODULE), listed())
    assert Module.objects.get(id=SYSTEM_MODULE).kind == "external"
    assert list(CatalogueConflict.objects.values_list("name", flat=True)) == [SYSTEM_MODULE]
    catalogue(listed())
    assert not CatalogueConflict.objects.exists()


def test_a_system_that_is_registered_while_a_catalogue_arrives_keeps_its_name(monkeypatch):
    put_module(creator(), SYSTEM_MODULE, DEFAULTS)
    lock_all = answering.lock_all_modules
    views = [{}]  # the first time, the catalogue does not see it yet
    monkeypatch.setattr(answering, "lock_all_modules", lambda: views.pop() if views else lock_all())
    catalogue(listed(SYSTEM_MODULE), listed())
    assert Module.objects.get(id=SYSTEM_MODULE).kind == "external"
    assert Module.objects.get(id=PROFILE).in_catalogue


def test_requestable_does_not_bring_back_a_profile_that_left_the_catalogue(profile):
    catalogue()
    with pytest.raises(Precondition):
        put_module(by(ROOT), PROFILE, ModuleValues(requestable=True))
    module, _ = put_module(by(ROOT), PROFILE, ModuleValues("kept", requestable=False))
    assert (module.title, module.in_catalogue) == ("kept", False)


def test_the_owner_of_a_profile_that_left_the_catalogue_is_no_owner_here(profile):
    catalogue()
    with pytest.raises(Forbidden):
        put_module(by(OLGA), PROFILE, ModuleValues(requestable=False))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, True),
        ({"is_open": False}, False),
        ({"requestable": False}, False),
        ({"in_catalogue": False}, False),
    ],
)
def test_one_may_ask_for_a_profile_of_the_catalogue_that_is_open_and_not_deactivated(
    values, expected, profile
):
    for name, value in values.items():
        setattr(profile, name, value)
    assert profile.can_be_requested is expected


def test_a_founder_who_is_deactivated_leaves_by_force_alone():
    put_module(creator(), SYSTEM_MODULE, DEFAULTS)
    with pytest.raises(Precondition):
        change_user(by(ROOT), ANN, active=False)


def test_a_profile_that_opens_in_the_catalogue_may_be_asked_for():
    catalogue(listed(open=False))
    assert not Module.objects.get(id=PROFILE).can_be_requested
    catalogue(listed())
    assert Module.objects.get(id=PROFILE).can_be_requested
    assert events(module=PROFILE) == ["module_created", "module_changed"]


def test_the_founders_access_is_a_grant_from_now():
    put_module(creator(), SYSTEM_MODULE, DEFAULTS)
    access = fresh(Access.objects.get())
    assert access.requested_at == access.decided_at == NOW
