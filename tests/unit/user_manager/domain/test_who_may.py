"""Who may do what: the table of the contract, row by row."""

from contextlib import nullcontext

import pytest

from user_manager.domain import access_permissions, permissions
from user_manager.domain.caller import SYSTEM, Caller
from user_manager.domain.errors import Exists, Forbidden, NotFound
from user_manager.domain.vocabulary import ModuleKind, Scope

ANN = Caller(user_id="ann")
BOB = Caller(user_id="bob")
ADMINISTRATOR = Caller(user_id="root", is_administrator=True)
FOR_ANN = Caller(token="etl", scopes=frozenset(Scope), acting_for="ann")
COMMENT = "the only one on call"


def token(*scopes):
    return Caller(token="etl", scopes=frozenset(scopes))


ALL_SCOPES = token(*Scope)
ALL_BUT_READ = token(*(set(Scope) - {Scope.READ}))


def expectation(error):
    return nullcontext() if error is None else pytest.raises(error)


@pytest.mark.parametrize(
    ("subject", "requested_by", "four_eyes", "allowed"),
    [
        ("ann", "ann", False, True),
        ("ann", "ann", True, True),
        ("ann", "olga", False, True),
        ("ann", "olga", True, False),
        ("ann", "otto", True, False),
        ("ann", "dan", True, False),
        ("ann", "dan", False, True),
        ("dan", "dan", False, False),
        ("dan", "eve", False, False),
        ("olga", "olga", False, False),
        ("olga", "eve", True, False),
        ("otto", "otto", False, False),
    ],
)
def test_a_deputy_decides_no_request_of_themselves_or_of_those_who_are_absent(
    subject, requested_by, four_eyes, allowed
):
    rule = access_permissions.may_decide_as_deputy(
        deputy="dan",
        absent=["olga", "otto"],
        subject=subject,
        requested_by=requested_by,
        four_eyes=four_eyes,
    )
    assert rule is allowed


@pytest.mark.parametrize(
    ("caller", "error"),
    [
        (ANN, None),
        (FOR_ANN, None),
        (ADMINISTRATOR, None),
        (SYSTEM, None),
        (BOB, Forbidden),
        (ALL_SCOPES, Forbidden),
    ],
)
def test_the_user_and_administrators_arrange_an_absence(caller, error):
    with expectation(error):
        permissions.may_arrange_absence(caller, subject="ann")


class TestDecide:
    @staticmethod
    def decide(caller, **facts):
        usual = {
            "subject": "bob",
            "requested_by": "bob",
            "owns_module": False,
            "break_glass": False,
            "four_eyes": False,
            "comment": "",
        }
        access_permissions.may_decide(caller, **{**usual, **facts})

    @pytest.mark.parametrize(
        ("caller", "owns_module", "error"),
        [
            (ANN, True, None),
            (ANN, False, Forbidden),
            (ADMINISTRATOR, False, None),
            (FOR_ANN, True, None),
            (FOR_ANN, False, Forbidden),
            (ALL_SCOPES, False, Forbidden),
            (SYSTEM, False, Forbidden),
        ],
    )
    def test_owners_and_administrators_decide_and_a_service_account_only_for_somebody(
        self, caller, owns_module, error
    ):
        with expectation(error):
            self.decide(caller, owns_module=owns_module)

    @pytest.mark.parametrize("four_eyes", [True, False])
    @pytest.mark.parametrize(
        "caller", [BOB, Caller(token="etl", scopes=frozenset(Scope), acting_for="bob")]
    )
    def test_nobody_decides_their_own_request(self, caller, four_eyes):
        with pytest.raises(Forbidden, match="Nobody can decide their own request"):
            self.decide(
                caller, owns_module=True, break_glass=True, four_eyes=four_eyes, comment=COMMENT
            )

    def test_who_added_somebody_may_decide_it(self):
        self.decide(ANN, owns_module=True, requested_by="ann")

    def test_with_four_eyes_who_asked_for_somebody_does_not_decide_it(self):
        with pytest.raises(Forbidden, match="other than the person who asked"):
            self.decide(ANN, owns_module=True, requested_by="ann", four_eyes=True)

    def test_with_four_eyes_another_owner_decides(self):
        self.decide(ANN, owns_module=True, requested_by="eve", four_eyes=True)

    @pytest.mark.parametrize(
        ("break_glass", "comment", "error"),
        [
            (True, COMMENT, None),
            (True, "0123456789", None),
            (True, "012345678", Forbidden),
            (True, "          x", Forbidden),
            (False, COMMENT, Forbidden),
        ],
    )
    def test_an_administrator_breaks_the_glass_with_a_comment_where_that_is_allowed(
        self, break_glass, comment, error
    ):
        with expectation(error):
            self.decide(
                ADMINISTRATOR,
                subject="root",
                requested_by="root",
                break_glass=break_glass,
                four_eyes=True,
                comment=comment,
            )

    def test_a_decision_about_the_callers_own_access_is_marked(self):
        assert access_permissions.is_break_glass(ADMINISTRATOR, subject="root")
        assert not access_permissions.is_break_glass(ADMINISTRATOR, subject="bob")


@pytest.mark.parametrize(
    ("caller", "owns_module", "error"),
    [
        (ANN, True, None),
        (ANN, False, Forbidden),
        (BOB, True, Forbidden),  # has the access
        (Caller(user_id="bob", is_administrator=True), True, Forbidden),
        (ADMINISTRATOR, False, None),
        (FOR_ANN, True, None),
        (FOR_ANN, False, Forbidden),
        (ALL_SCOPES, False, Forbidden),
        (SYSTEM, False, Forbidden),
    ],
)
def test_who_decides_reviews_and_never_their_own_access(caller, owns_module, error):
    with expectation(error):
        access_permissions.may_review(caller, subject="bob", owns_module=owns_module)


@pytest.mark.parametrize(
    ("caller", "owns_module", "error"),
    [
        (BOB, False, None),
        (ANN, False, Forbidden),
        (ANN, True, None),
        (ADMINISTRATOR, False, None),
        (FOR_ANN, False, Forbidden),
        (FOR_ANN, True, None),
        (ALL_SCOPES, False, Forbidden),
    ],
)
def test_people_ask_for_themselves_and_owners_and_administrators_for_others(
    caller, owns_module, error
):
    with expectation(error):
        access_permissions.may_request_for(caller, subject="bob", owns_module=owns_module)


@pytest.mark.parametrize(
    ("caller", "owns_module", "is_pending", "error"),
    [
        (BOB, False, False, None),
        (ANN, False, False, Forbidden),
        (ANN, False, True, None),  # asked for it
        (Caller(user_id="eve"), False, True, Forbidden),
        (ANN, True, False, None),
        (ADMINISTRATOR, False, False, None),
        (SYSTEM, False, False, None),
        (FOR_ANN, True, False, None),
        (ALL_SCOPES, False, False, Forbidden),
    ],
)
def test_the_user_owners_and_administrators_take_away_and_who_asked_withdraws(
    caller, owns_module, is_pending, error
):
    with expectation(error):
        access_permissions.may_revoke(
            caller,
            subject="bob",
            requested_by="ann",
            owns_module=owns_module,
            is_pending=is_pending,
        )


@pytest.mark.parametrize(
    ("caller", "owns_module", "sees_access", "sees_events"),
    [
        (BOB, False, True, True),
        (ANN, False, True, True),  # asked for it
        (Caller(user_id="eve"), False, False, False),
        (Caller(user_id="eve"), True, True, True),
        (ADMINISTRATOR, False, True, True),
        (FOR_ANN, False, True, True),
        (token(Scope.READ), False, True, True),
        (token(Scope.AUDIT), False, False, True),
        (token(Scope.USERS, Scope.CLUSTER, Scope.ACT_FOR), False, False, False),
    ],
)
def test_an_access_is_seen_by_those_whom_it_concerns(caller, owns_module, sees_access, sees_events):
    facts = {"subject": "bob", "requested_by": "ann", "owns_module": owns_module}
    with expectation(None if sees_access else NotFound):
        access_permissions.may_see_access(caller, **facts)
    with expectation(None if sees_events else NotFound):
        access_permissions.may_see_access_events(caller, **facts)


@pytest.mark.parametrize(
    ("caller", "owns_module_of_user", "see", "read", "whole"),
    [
        (BOB, False, None, None, True),
        (ANN, False, NotFound, NotFound, False),
        (ANN, True, None, None, False),
        (ADMINISTRATOR, False, None, None, True),
        (token(Scope.READ), False, None, None, True),
        (token(Scope.USERS), False, None, Forbidden, False),
        (token(Scope.AUDIT, Scope.CLUSTER), False, NotFound, NotFound, False),
        (FOR_ANN, False, NotFound, NotFound, False),
    ],
)
def test_a_user_is_seen_by_themselves_and_by_those_who_need_to(
    caller, owns_module_of_user, see, read, whole
):
    facts = {"subject": "bob", "owns_module_of_user": owns_module_of_user}
    with expectation(see):
        permissions.may_see_user(caller, **facts)
    with expectation(read):
        permissions.may_read_user(caller, **facts)
    assert permissions.sees_whole_user(caller, subject="bob") is whole


@pytest.mark.parametrize(
    ("caller", "error", "sees_all"),
    [
        (ANN, None, False),
        (FOR_ANN, None, False),
        (ADMINISTRATOR, None, True),
        (token(Scope.READ), None, True),
        (token(Scope.USERS), None, True),
        (token(Scope.AUDIT, Scope.CLUSTER), Forbidden, False),
    ],
)
def test_the_list_of_users_has_all_for_those_who_manage_and_read(caller, error, sees_all):
    with expectation(error):
        permissions.may_list_users(caller)
    assert permissions.sees_all_users(caller) is sees_all


@pytest.mark.parametrize(
    ("caller", "error", "sees_all"),
    [
        (ANN, None, False),
        (FOR_ANN, None, False),
        (ADMINISTRATOR, None, True),
        (token(Scope.READ), None, True),
        (ALL_BUT_READ, Forbidden, False),
    ],
)
def test_the_list_of_accesses_has_all_for_administrators_and_readers(caller, error, sees_all):
    with expectation(error):
        access_permissions.may_list_accesses(caller)
    assert access_permissions.sees_all_accesses(caller) is sees_all


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (permissions.may_manage_users, [ADMINISTRATOR, SYSTEM, token(Scope.USERS)]),
        (permissions.may_see_events, [ADMINISTRATOR, SYSTEM, token(Scope.AUDIT)]),
        (permissions.may_speak_for_cluster, [token(Scope.CLUSTER)]),
        (permissions.may_administer, [ADMINISTRATOR, SYSTEM]),
    ],
)
def test_what_needs_a_scope_or_an_administrator_is_refused_to_all_others(rule, allowed):
    others = [ANN, FOR_ANN, ADMINISTRATOR, SYSTEM, *map(token, Scope)]
    for caller in allowed:
        rule(caller)
    for caller in others:
        if caller not in allowed:
            with pytest.raises(Forbidden):
                rule(caller)


@pytest.mark.parametrize(
    ("caller", "has_create_role", "error"),
    [
        (ANN, True, None),
        (ANN, False, Forbidden),
        (ADMINISTRATOR, False, None),
        (FOR_ANN, True, None),
        (ALL_SCOPES, False, Forbidden),
    ],
)
def test_a_module_is_registered_with_the_role_for_it_or_by_an_administrator(
    caller, has_create_role, error
):
    with expectation(error):
        permissions.may_create_module(caller, has_create_role=has_create_role)


@pytest.mark.parametrize(
    ("caller", "kind", "owns_module", "has_create_role", "error"),
    [
        (ANN, ModuleKind.EXTERNAL, True, False, None),
        (ANN, ModuleKind.PROFILE, True, False, None),
        (ADMINISTRATOR, ModuleKind.PROFILE, False, True, None),
        (ANN, ModuleKind.EXTERNAL, False, False, Forbidden),
        (ANN, ModuleKind.EXTERNAL, False, True, Forbidden),
        (ANN, ModuleKind.PROFILE, False, False, Forbidden),
        (ANN, ModuleKind.PROFILE, False, True, Exists),
        (ALL_SCOPES, ModuleKind.EXTERNAL, False, False, Forbidden),
    ],
)
def test_a_module_is_changed_by_its_owners_and_a_founder_learns_that_a_profile_has_the_name(
    caller, kind, owns_module, has_create_role, error
):
    with expectation(error):
        permissions.may_change_module(
            caller,
            module="ml",
            kind=kind,
            owns_module=owns_module,
            has_create_role=has_create_role,
        )


@pytest.mark.parametrize(
    ("caller", "owns_module", "error"),
    [
        (ANN, True, None),
        (ANN, False, Forbidden),
        (ADMINISTRATOR, False, None),
        (token(Scope.READ), False, None),
        (ALL_BUT_READ, False, Forbidden),
    ],
)
def test_owners_see_who_has_access_to_their_module(caller, owns_module, error):
    with expectation(error):
        permissions.may_list_module_accesses(caller, owns_module=owns_module)
