"""The words that clients and auditors compare: more may come, none is renamed."""

from user_manager.domain.vocabulary import AccessState, Effect, EventKind, ModuleKind, Scope


def test_states_keep_their_names():
    names = "PENDING APPROVED DENIED WITHDRAWN EXPIRED REVOKED"
    assert set(names.split()) <= set(AccessState)


def test_effects_keep_their_names():
    names = "none unknown waiting in_effect refused ending ended"
    assert set(names.split()) <= set(Effect)


def test_kinds_of_modules_keep_their_names():
    assert {"profile", "external"} <= set(ModuleKind)


def test_scopes_keep_their_names():
    assert {"users", "read", "audit", "cluster", "act-for"} <= set(Scope)


def test_kinds_of_events_keep_their_names():
    names = """
        user_created user_renamed user_deactivated user_activated role_added role_removed
        module_created module_changed requested approved denied withdrawn reduced revoked expired
        in_effect refused ended token_created token_revoked administrator_added
        administrator_removed
    """
    assert set(names.split()) <= set(EventKind)
