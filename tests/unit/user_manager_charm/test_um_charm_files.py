"""The files of the charm: metadata, copies, lock, icon."""

import re
from xml.etree import ElementTree

import pytest
from user_manager_unit import FILE, FOLDER, ROOT

LIBRARY = "lib/charms/profiles_management/v0"


@pytest.mark.parametrize(
    "path", ["LICENSE", f"{LIBRARY}/profiles_management.py", f"{LIBRARY}/py.typed"]
)
def test_a_copy_is_as_its_original(path):
    assert (FOLDER / path).read_bytes() == (ROOT / path).read_bytes(), "run scripts/copy-library"


def test_the_charm_stays_short():
    assert len((FOLDER / "src" / "charm.py").read_text().splitlines()) < 250


def test_nothing_runs_as_root_and_juju_can_do_that():
    assert FILE["charm-user"] == "non-root"
    assert FILE["containers"]["user-manager"]["uid"] == 10001
    assert FILE["containers"]["user-manager"]["gid"] == 10001
    assert set(FILE["assumes"]) == {"k8s-api", "juju >= 3.6"}


def test_the_storage_is_the_data_folder():
    (mount,) = FILE["containers"]["user-manager"]["mounts"]

    assert mount == {"storage": "data", "location": "/var/lib/user-manager"}


@pytest.mark.parametrize("name", FILE["actions"])
def test_an_action_says_what_it_does_and_takes_only_what_is_described(name):
    action = FILE["actions"][name]

    assert action["description"]
    assert action["additionalProperties"] is False
    assert all(param["description"] for param in action.get("params", {}).values())


@pytest.mark.parametrize("name", FILE["config"]["options"])
def test_an_option_says_what_it_is(name):
    assert len(FILE["config"]["options"][name]["description"]) > 20


def test_every_endpoint_but_that_of_the_peers_may_stay_without_a_relation():
    endpoints = {**FILE["requires"], **FILE["provides"]}

    assert all(endpoint["optional"] for endpoint in endpoints.values())


def test_the_charm_installs_the_versions_that_are_tested():
    def pins(lock):
        return set(re.findall(r"^([a-z0-9-]+==[^ ;]+)", lock.read_text(), re.MULTILINE))

    assert pins(FOLDER / "requirements.txt") <= pins(ROOT / "requirements-dev.txt")


def test_the_icon_is_a_square_of_a_hundred_that_fetches_nothing():
    icon = FOLDER / "icon.svg"
    svg = ElementTree.parse(icon).getroot()  # noqa: S314 - our own file

    assert (svg.get("width"), svg.get("height"), svg.get("viewBox")) == (
        "100",
        "100",
        "0 0 100 100",
    )
    assert icon.read_text().count("http") == 1  # the name of SVG itself


REFERENCE = (ROOT / "docs" / "reference" / "user-manager-charm.md").read_text()


@pytest.mark.parametrize(
    "name",
    [
        *FILE["config"]["options"],
        *FILE["actions"],
        *FILE["requires"],
        *FILE["provides"],
        *FILE["peers"],
    ],
)
def test_the_reference_has_every_option_action_and_endpoint(name):
    assert f"`{name}`" in REFERENCE


@pytest.mark.parametrize("name", FILE["config"]["options"])
def test_the_reference_has_the_default_of_an_option(name):
    rows = [line.split("|") for line in REFERENCE.splitlines() if line.startswith("|")]
    row = next(cells for cells in rows if f"`{name}`" in cells[1])
    default = FILE["config"]["options"][name].get("default", "")

    assert str(default).lower() in row[3].lower()
