"""charmcraft.yaml, the typed options and the engine's settings agree."""

from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
import yaml

from profiles_charm.actions import DeleteStale, ListAccess, Params, Plan, SyncNow
from profiles_charm.config import Config, engine_options
from profiles_charm.portal_config import export_settings, portal_settings
from profiles_management import CHARMED, UPSTREAM, Settings, SettingsError
from profiles_management.kubeflow.settings import declarations
from profiles_management.puhuri.exporting.export_settings import ExportSettings
from profiles_management.puhuri.portal_settings import PersonName, PuhuriSettings

ROOT = Path(__file__).parents[3]
CHARM = yaml.safe_load((ROOT / "charmcraft.yaml").read_text())
OPTIONS = CHARM["config"]["options"]
TYPES = {"string": str, "int": int, "float": float, "boolean": bool}
ASKED_EACH_TIME = {"allow_revocations", "allow_gateway_change", "own_namespace"}
OF_THE_COMMAND = {"detect_gateways"}  # the charm's `distribution` always sets it
SOURCES = {
    "pmr",
    "git-url",
    "git-revision",
    "git-path",
    "git-credentials",
    "git-known-hosts",
    "git-ca",
}
OF_PORTAL = {
    "puhuri-mode",
    "puhuri-url",
    "puhuri-token",
    "puhuri-ca",
    "puhuri-rate",
    "puhuri-profiles",
}
PARAMS = {
    "sync-now": SyncNow,
    "plan": Plan,
    "list-stale-profiles": Params,
    "delete-stale-profiles": DeleteStale,
    "export-pmr": Params,
    "list-access": ListAccess,
}
PORTAL_SETTINGS = {
    f"puhuri-{setting.name.replace('_', '-')}": setting
    for settings in (ExportSettings, PuhuriSettings)
    for setting in fields(settings)
    if setting.name != "instance"  # the option of the engine
}
OURS = {
    *SOURCES,
    *OF_PORTAL,
    *PORTAL_SETTINGS,
    "distribution",
    "relation-profiles",
    "relation-trust",
    "withdrawn-sources",
}
SETTINGS = {
    name.replace("_", "-"): setting
    for name, setting in declarations().items()
    if name not in ASKED_EACH_TIME | OF_THE_COMMAND
}


def configured(**options: object) -> Config:
    """The options as Juju hands them over: each has a value."""
    given = {name: option["default"] for name, option in OPTIONS.items() if "default" in option}
    given |= {name.replace("_", "-"): value for name, value in options.items()}
    own = {name.replace("-", "_"): value for name, value in given.items() if name in OURS}
    return Config(**own, engine=engine_options(given))


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_of_a_type_that_juju_knows_and_so_is_its_default(name):
    option = OPTIONS[name]

    if option["type"] == "secret":
        assert "default" not in option
    else:
        assert type(option["default"]) is TYPES[option["type"]]


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_says_what_it_is(name):
    assert len(OPTIONS[name]["description"]) > 20


def test_every_option_is_read_and_no_other():
    own = {(field.alias or name).replace("_", "-") for name, field in Config.model_fields.items()}

    assert own == OURS | {"engine"}
    assert OURS | set(SETTINGS) == set(OPTIONS)


@pytest.mark.parametrize(("name", "setting"), SETTINGS.items())
def test_an_option_is_as_its_setting_is_declared(name, setting):
    option = OPTIONS[name]
    described = " ".join(option["description"].split())

    assert described.startswith(setting.text.removesuffix("."))
    if name != "deadline":  # shorter in a hook
        assert getattr(configured().settings(), setting.name) == getattr(CHARMED, setting.name)


@pytest.mark.parametrize(("name", "setting"), PORTAL_SETTINGS.items())
def test_an_option_of_a_portal_is_as_its_setting_is_declared(name, setting):
    described = " ".join(OPTIONS[name]["description"].split())

    assert described.startswith(setting.metadata["text"].removesuffix("."))


def test_the_defaults_of_a_portal_are_those_of_its_settings():
    assert portal_settings(configured(), "lab") == PuhuriSettings("lab")
    assert export_settings(configured()) == ExportSettings()


def test_the_choices_of_a_portal_are_those_of_its_settings():
    assert set(get_args(Config.model_fields["puhuri_people"].annotation)) == {*PersonName}


def test_the_defaults_of_charmcraft_are_those_of_the_code():
    assert configured().settings() == Config().settings()


def test_by_default_the_engine_runs_as_charmed_kubeflow_wants_with_a_deadline_that_fits_a_hook():
    settings = configured().settings()

    different = {
        each.name
        for each in fields(Settings)
        if getattr(settings, each.name) != getattr(CHARMED, each.name)
    }
    assert different == {"deadline"}
    assert settings.deadline == 30


def test_the_distribution_is_a_preset():
    assert configured(distribution="upstream").settings().principals == UPSTREAM.principals


@pytest.mark.parametrize("separator", [",", ", ", ",\n", " , "])
def test_lists_are_separated_by_commas(separator):
    def written(*entries):
        return separator.join((*entries, ""))

    accounts = ("cluster.local/ns/mesh/sa/one", "cluster.local/ns/mesh/sa/two")
    settings = configured(
        principals=written(*accounts),
        additional_principals=written(*accounts),
        protected_namespaces=written("one", "two-*"),
        allowed_keys=written("one.k8s.io/*", "two"),
    ).settings()

    assert settings.principals == settings.additional_principals == accounts
    assert settings.protected_namespaces == {"one", "two-*"}
    assert settings.allowed_keys == {"one.k8s.io/*", "two"}


@pytest.mark.parametrize(
    "option",
    [
        "principals",
        "additional_principals",
        "protected_namespaces",
        "allowed_keys",
        "relation_profiles",
    ],
)
@pytest.mark.parametrize(
    "written", ["one two", '"one", "two"', "['one']", "[one, two]", "one;two", "- one\n- two"]
)
def test_a_list_of_another_form_is_refused_with_the_option(option, written):
    with pytest.raises(SettingsError, match=f"option {option.replace('_', '-')} has "):
        configured(**{option: written}).settings()


def test_protected_namespaces_are_patterns_as_those_of_relations_are(world, document):
    world.configure(pmr=document(vault=1), protected_namespaces="va*")

    assert 'the namespace "vault" is protected by a setting' in world.see().unit_status.message


@pytest.mark.parametrize(
    "written", ["admin=a, edit=e, view=v", "view=v,edit=e,admin=a", "admin = a,edit = e,view = v"]
)
def test_roles_are_named_in_pairs(written):
    assert configured(roles=written).settings().cluster_roles == {
        "admin": "a",
        "edit": "e",
        "view": "v",
    }


@pytest.mark.parametrize(
    "written",
    [
        "admin",
        "admin=a",
        "admin=a,edit=e,view=",
        "admin=a,edit=e,view=v,own=o",
        "admin=a edit=e view=v",
        "admin=a,admin=b",
    ],
)
def test_roles_that_are_not_all_named_are_refused(written):
    with pytest.raises(SettingsError, match=r"option roles .*ClusterRole"):
        configured(roles=written).settings()


def test_space_around_a_word_does_no_harm():
    assert configured(instance=" blue ", userid_header="x-user\n").settings().instance == "blue"


def test_space_in_a_prefix_is_kept():
    assert configured(userid_prefix="accounts: ").settings().userid_prefix == "accounts: "


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"brake_share": 3.0}, "option brake-share is 3. Give a share from 0 to 1, such as 0.5."),
        ({"brake_minimum": -1}, "option brake-minimum is -1. Give 0 or a whole number above it."),
        ({"writers": 0}, "option writers is 0. Give a whole number from 1 to 256."),
        ({"deadline": -1}, "option deadline is -1. Give seconds from 0 to 604,800."),
        (
            {"request_timeout": 0},
            "option request-timeout is 0. Give seconds above 0, at most 3,600.",
        ),
        (
            {"page_size": 0},
            "option page-size is 0. Give a whole number from 1 to 1,000,000, such as 5000.",
        ),
        ({"instance": " "}, "option instance is empty. Give it a name, such as default."),
        (
            {"userid_header": ""},
            "option userid-header is empty. Name the header, such as kubeflow-userid.",
        ),
    ],
)
def test_an_option_out_of_range_is_named_as_juju_names_it(options, said):
    with pytest.raises(SettingsError) as refused:
        configured(**options).settings()

    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("distribution", "upstram", 'option distribution is "upstram". Write upstream or charmed'),
        ("unlisted", "Keep", "option unlisted is 'Keep'. Give revoke or keep"),
        ("stale", "none", "option stale is 'none'. Give ours, all or off"),
        (
            "roles",
            "admin=x",
            "option roles does not name a ClusterRole for each role. Write admin=…, edit=…, view=…",
        ),
        ("brake_share", 1.5, "option brake-share is 1.5. Give a share from 0 to 1, such as 0.5"),
    ],
)
def test_a_wrong_option_is_one_line_of_status_with_what_to_write(
    option, value, said, world, document
):
    world.configure(pmr=document(ml=1), **{option: value})

    assert world.see("config_changed").unit_status.message == said


def test_a_long_value_leaves_the_reason_and_the_remedy_in_the_status(world, document):
    account = f"cluster.local/ns/istio-system/sa/{'gateway-' * 6}account"
    world.configure(pmr=document(ml=1), principals=f"spiffe://{account}")

    message = world.see("config_changed").unit_status.message

    assert message.startswith("option principals has an entry with a scheme: ")
    assert message.endswith(f"Write: {account}")


@pytest.mark.parametrize("name", CHARM["actions"])
def test_an_action_says_what_it_does_and_takes_only_what_is_described(name):
    action = CHARM["actions"][name]

    assert action["description"]
    assert action["additionalProperties"] is False
    assert all(param["description"] for param in action.get("params", {}).values())


@pytest.mark.parametrize(("name", "read"), PARAMS.items())
def test_the_params_of_an_action_are_those_that_are_read(name, read):
    params = CHARM["actions"][name].get("params", {})

    assert {
        name.replace("-", "_"): param.get("default") for name, param in params.items()
    } == read().model_dump()


def test_every_action_is_tried_above():
    assert PARAMS.keys() == CHARM["actions"].keys()


def test_the_charm_needs_no_root_and_runs_where_juju_can_do_that():
    assert CHARM["charm-user"] == "non-root"
    assert set(CHARM["assumes"]) == {"k8s-api", "juju >= 3.6"}


def test_the_charm_stays_short():
    assert len((ROOT / "src" / "charm.py").read_text().splitlines()) < 250
