"""The packed charm with a research portal: as a target, and as a source."""

import json

import pytest

from packed.unit import Unit
from puhuri_server.sample import ALLOCATOR_TOKEN, cuid, sample_world
from puhuri_server.server import serving

SECRET = "secret:d0gf0od0000000000000"
OWNER = f"owner: {{kind: User, name: {cuid('ada')}}}"
DOCUMENT = f"""
profiles:
- name: quantum
  {OWNER}
  contributors: [{{name: {cuid("bo")}, role: edit}}]
"""


@pytest.fixture
def portal():
    with serving(sample_world()) as portal:
        yield portal


@pytest.fixture
def connected(unit: Unit, portal) -> Unit:
    """A unit with the address and the token of the portal."""
    unit.secrets[SECRET] = {"content": {"token": ALLOCATOR_TOKEN}}
    unit.config |= {
        "puhuri_url": portal.url,
        "puhuri_customer": "National Research Allocator",
        "puhuri_token": SECRET,
        "instance": "lab",
    }
    return unit


def test_a_portal_gets_the_document_and_a_second_event_changes_nothing(connected, portal):
    connected.config |= {"puhuri_mode": "target", "pmr": DOCUMENT}

    first = connected.see("config-changed")
    portal.requests.clear()
    second = connected.see("update-status")

    assert first.status == second.status == "active: 1 profile, 1 contributor; portal: 1 project"
    assert {sent.method for sent in portal.requests} == {"GET"}
    assert [project.backend_id for project in portal.world.projects] == ["lab/quantum"]


def test_projects_of_a_portal_are_profiles(connected, portal, api):
    connected.config |= {"puhuri_mode": "target", "pmr": DOCUMENT}
    connected.see("config-changed")
    connected.config |= {
        "puhuri_mode": "source",
        "puhuri_profiles": "hpc-*",
        "puhuri_prefix": "hpc-",
        "instance": "cluster",
        "pmr": "",
    }

    done = connected.see("config-changed")

    assert done.status.startswith("active: 1 profile, 1 contributor")
    assert api.get("Profile", None, "hpc-quantum")


def test_a_token_that_is_refused_is_in_no_output(connected, portal):
    connected.secrets[SECRET] = {"content": {"token": "f" * 40}}
    connected.config |= {"puhuri_mode": "target", "pmr": DOCUMENT}

    done = connected.see("config-changed")

    assert done.status.startswith("blocked: portal: The portal does not accept the token. Get")
    assert "f" * 40 not in json.dumps([done.calls, done.stderr])


def test_events_with_a_portal_find_the_byte_code_of_what_they_load(connected):
    connected.config |= {"puhuri_mode": "target", "pmr": DOCUMENT}
    connected.see("config-changed")

    compiled = {path.relative_to(connected.folder) for path in connected.folder.rglob("*.pyc")}
    packed = {path.relative_to(connected.charm) for path in connected.charm.rglob("*.pyc")}

    assert {path for path in compiled - packed if path.parts[0] != "venv"} == set()
