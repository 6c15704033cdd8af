"""Settings: a frozen value, checked in one place, with presets."""

from dataclasses import FrozenInstanceError, replace

import pytest

from profiles_management import CHARMED, PRESETS, UPSTREAM, ProfilesError, Settings, SettingsError


@pytest.mark.parametrize(
    "wrong",
    [
        {"brake_share": 1.1},
        {"brake_share": -0.1},
        {"brake_share": float("nan")},
        {"brake_minimum": -1},
        {"writers": 0},
        {"page_size": 0},
        {"deadline": -1.0},
        {"request_timeout": 0.0},
        {"principals": ()},
        {"userid_header": ""},
        {"instance": ""},
        {"unlisted": "remove"},
        {"stale": "mine"},
        {"events": "some"},
        {"roles": {"admin": "x"}},
    ],
)
def test_a_value_out_of_range_is_refused_with_its_name_and_a_remedy(wrong):
    with pytest.raises(SettingsError, match=next(iter(wrong))):
        Settings(**wrong)


def test_a_settings_error_is_one_of_ours():
    assert issubclass(SettingsError, ProfilesError)
    assert SettingsError.exit_code == 1


def test_settings_do_not_change():
    with pytest.raises(FrozenInstanceError):
        UPSTREAM.instance = "other"


def test_there_is_a_preset_for_each_distribution():
    assert dict(PRESETS) == {"upstream": UPSTREAM, "charmed": CHARMED}


def test_both_presets_name_gateway_and_pipelines():
    assert len(UPSTREAM.principals) == len(CHARMED.principals) == 2
    assert not set(UPSTREAM.principals) & set(CHARMED.principals)


def test_the_defaults_are_those_that_were_decided():
    assert (UPSTREAM.instance, UPSTREAM.unlisted, UPSTREAM.stale) == ("default", "revoke", "ours")
    assert (UPSTREAM.brake_share, UPSTREAM.brake_minimum, UPSTREAM.deadline) == (0.5, 5, 300.0)


def test_roles_are_kubeflows_or_the_built_in_ones():
    assert dict(UPSTREAM.cluster_roles) == {
        role: f"kubeflow-{role}" for role in ("admin", "edit", "view")
    }
    assert dict(replace(UPSTREAM, standalone=True).cluster_roles) == {
        role: role for role in ("admin", "edit", "view")
    }


def test_roles_that_are_given_hold_in_both_modes():
    roles = {"admin": "a", "edit": "b", "view": "c"}

    assert (
        Settings(roles=roles).cluster_roles
        == Settings(roles=roles, standalone=True).cluster_roles
        == roles
    )


@pytest.mark.parametrize("instance", ["has space", "a" * 64, "-x", "a/b", "é"])
def test_an_instance_that_no_label_can_hold_is_refused(instance):
    with pytest.raises(SettingsError, match="instance"):
        Settings(instance=instance)
