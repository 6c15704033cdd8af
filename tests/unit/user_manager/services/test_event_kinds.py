"""Each kind of event, and a verb that records it."""

from datetime import timedelta

import pytest
from service_world import (
    ANN,
    NOW,
    OLGA,
    PROFILE,
    ROOT,
    SYSTEM_MODULE,
    answer,
    ask,
    by,
    by_system,
    deny,
    events,
    give,
    publish,
)

from user_manager.domain.access_types import parse_types
from user_manager.domain.vocabulary import EventKind, Role, Scope
from user_manager.services.absences import name_deputy, remove_deputy
from user_manager.services.administrators import add_administrator, remove_administrator
from user_manager.services.ending import Removal, revoke_access
from user_manager.services.modules import ModuleValues, put_module
from user_manager.services.pseudonymising import pseudonymise
from user_manager.services.reviewing import review
from user_manager.services.sweeping import sweep
from user_manager.services.tokens import create_token, revoke_token
from user_manager.services.users import add_role, change_user, create_user, remove_role

pytestmark = pytest.mark.usefixtures("system", "profile")


def activate():
    change_user(by(ROOT), ANN, active=False)
    change_user(by(ROOT), ANN, active=True)


def forget():
    change_user(by(ROOT), ANN, active=False)
    pseudonymise(by(ROOT), ANN)


def take_role():
    add_role(by(ROOT), ANN, Role.EDIT_TASK)
    remove_role(by(ROOT), ANN, Role.EDIT_TASK)


def confirm():
    put_module(by(OLGA), SYSTEM_MODULE, ModuleValues(review_days=90))
    review(by(OLGA), give(ANN, SYSTEM_MODULE).id)


def reduce():
    access = give(ANN, SYSTEM_MODULE, "READ", "WRITE")
    revoke_access(by(ANN), access.id, Removal(parse_types(["WRITE"])))


def expire():
    ask(ANN, SYSTEM_MODULE)
    sweep(by_system(NOW + timedelta(days=14)))


def apply():
    give(ANN, PROFILE)
    answer(publish(), applied=[PROFILE])


def refuse():
    give(ANN, PROFILE)
    answer(publish(), refused=[{"profile": PROFILE, "name": ANN, "reason": "not open"}])


def end():
    revoke_access(by(ANN), give(ANN, PROFILE).id, Removal())
    answer(publish())


def revoke_a_token():
    create_token(by(ROOT), "robot", [Scope.READ])
    revoke_token(by(ROOT), "robot")


def dismiss():
    add_administrator(by(ROOT), ANN)
    remove_administrator(by(ROOT), ANN)


def name_a_deputy():
    name_deputy(by(OLGA), OLGA, ANN, NOW + timedelta(days=1))


def remove_a_deputy():
    name_a_deputy()
    remove_deputy(by(OLGA), OLGA)


RECORDED_BY = {
    "user_created": lambda: create_user(by(ROOT), "new@example.com", "New"),
    "user_renamed": lambda: change_user(by(ROOT), ANN, name="Ann Other"),
    "user_deactivated": lambda: change_user(by(ROOT), ANN, active=False),
    "user_activated": activate,
    "user_pseudonymised": forget,
    "role_added": lambda: add_role(by(ROOT), ANN, Role.EDIT_TASK),
    "role_removed": take_role,
    "module_created": lambda: put_module(by(ROOT), "lake", ModuleValues()),
    "module_changed": lambda: put_module(by(OLGA), SYSTEM_MODULE, ModuleValues("CRM")),
    "requested": lambda: ask(ANN, SYSTEM_MODULE),
    "approved": lambda: give(ANN, SYSTEM_MODULE),
    "denied": lambda: deny(ask(ANN, SYSTEM_MODULE), by(OLGA)),
    "withdrawn": lambda: revoke_access(by(ANN), ask(ANN, SYSTEM_MODULE).id, Removal()),
    "reviewed": confirm,
    "reduced": reduce,
    "revoked": lambda: revoke_access(by(ANN), give(ANN, SYSTEM_MODULE).id, Removal()),
    "expired": expire,
    "in_effect": apply,
    "refused": refuse,
    "ended": end,
    "token_created": lambda: create_token(by(ROOT), "robot", [Scope.READ]),
    "token_revoked": revoke_a_token,
    "administrator_added": lambda: add_administrator(by(ROOT), ANN),
    "administrator_removed": dismiss,
    "deputy_named": name_a_deputy,
    "deputy_removed": remove_a_deputy,
}


def test_every_kind_has_a_verb():
    assert set(RECORDED_BY) == set(EventKind)


@pytest.mark.parametrize("kind", RECORDED_BY)
def test_a_kind_is_recorded_by_its_verb(kind):
    RECORDED_BY[kind]()
    assert events()[-1] == kind
