"""The packed charm, related to a charm that has only the charm library of this project."""

import json
import os
import shutil
import socket
from pathlib import Path

import pytest
import yaml

from packed.charm_file import ROOT
from packed.unit import Unit

TESTER = ROOT / "tests" / "tester_charm"
SECRET = "secret:d0gf0od0000000000000"


@pytest.fixture(scope="session")
def tester_charm(charm: Path, tmp_path_factory) -> Path:
    """The unpacked tester charm. Of this charm's packages it needs only ops."""
    folder = charm.with_name(f"{charm.name}-tester")
    shutil.copytree(
        charm, folder, copy_function=os.link, ignore=shutil.ignore_patterns("src", "*.yaml")
    )
    shutil.copytree(TESTER / "src", folder / "src")
    described = yaml.safe_load((TESTER / "charmcraft.yaml").read_text())
    (folder / "metadata.yaml").write_text(
        yaml.safe_dump({key: described[key] for key in ("name", "provides")})
    )
    (folder / "config.yaml").write_text(yaml.safe_dump(described["config"]))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def tester(tester_charm: Path, home: Path) -> Unit:
    (home / "tester").mkdir()
    return Unit(home / "tester", tester_charm, {}, app="tester")


class Related:
    """A relation with both ends; each unit gets the other's data with its event."""

    def __init__(self, unit: Unit, tester: Unit) -> None:
        self.unit, self.tester = unit, tester
        self.here = unit.relate("profiles", tester.app)
        self.there = tester.relate("profiles", unit.app)

    def publish(self, document: str):
        """Publish a document by the tester and run the charm's event; return the dispatch."""
        self.tester.config["document"] = document
        self.tester.see("config-changed")
        self.here["data"][self.tester.app] = dict(self.there["data"].get(self.tester.app, {}))
        return self.unit.see_relation(self.here, "changed")

    def answer(self):
        """Run the tester's event for the charm's answer; return the dispatch."""
        self.there["data"][self.unit.app] = dict(self.here["data"].get(self.unit.app, {}))
        return self.tester.see_relation(self.there, "changed")


@pytest.fixture
def related(unit: Unit, tester: Unit) -> Related:
    return Related(unit, tester)


def bound(api, namespace):
    subjects = (one["subjects"][0]["name"] for one in api.objects("RoleBinding", namespace))
    return sorted(
        name.partition("@")[0] for name in subjects if "@" in name and not name.startswith("olga")
    )


def test_what_another_charm_publishes_is_applied_and_answered(related, api, document):
    done = related.publish(document(ml={"ann": "edit"}))

    assert done.status == "active: 1 profile, 1 contributor"
    assert bound(api, "ml") == ["ann"]
    assert related.answer().status == "active: 1 applied"


def test_an_application_that_asks_gets_the_open_profiles(related, api):
    opened = "profiles: [{name: ml, open: true, owner: {kind: User, name: olga@example.com}}]"
    related.unit.config["pmr"] = opened
    related.tester.config["document"] = "profiles: []"
    related.tester.see("config-changed")
    published = dict(related.there["data"][related.tester.app])
    related.here["data"][related.tester.app] = {**published, "catalogue": "1"}

    related.unit.see_relation(related.here, "changed")

    report = json.loads(related.here["data"][related.unit.app]["report"])
    owner = {"kind": "User", "name": "olga@example.com"}
    ml = {"name": "ml", "owner": owner, "open": True, "contributors": []}
    assert report["catalogue"] == [ml]


def test_a_document_with_a_mistake_is_answered_and_changes_nothing(related, api, document):
    related.publish(document(ml={"ann": "edit"}))
    api.log.clear()

    related.publish(document(ml={"ann": "editor"}))

    assert related.answer().status.startswith("blocked: ")
    assert not api.writes
    assert bound(api, "ml") == ["ann"]


def test_an_event_with_nothing_to_do_writes_neither_to_the_cluster_nor_to_the_relation(
    related, api, document
):
    related.publish(document(ml={"ann": "edit"}))
    api.log.clear()

    done = related.unit.see("update-status")

    assert done.status == "active: 1 profile, 1 contributor"
    assert not api.writes
    assert done.of("relation-set") == []


def test_a_relation_that_is_removed_takes_access_with_it_and_leaves_the_profile(
    related, api, document
):
    related.publish(document(ml={"ann": "edit"}))

    related.unit.see_relation(related.here, "departed")
    related.unit.see_relation(related.here, "broken")

    assert bound(api, "ml") == []
    assert api.get("Profile", None, "ml")


def test_a_unit_that_is_being_removed_takes_no_access_away_as_its_relations_break(
    related, api, document
):
    related.publish(document(ml={"ann": "edit"}))
    related.unit.dying = True

    related.unit.see_relation(related.here, "departed")
    related.unit.see_relation(related.here, "broken")

    assert bound(api, "ml") == ["ann"]


def test_a_second_unit_hears_of_a_document_and_leaves_it_to_the_leader(related, api, document):
    related.unit.leader = False

    done = related.publish(document(ml={"ann": "edit"}))

    assert done.exit_code == 0
    assert done.of("relation-set") == []
    assert not api.writes


# Git without a server; tests/unit/git has tests with servers


def closed_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def from_git(unit: Unit) -> Unit:
    unit.config |= {"git_url": f"https://127.0.0.1:{closed_port()}/teams.git", "request_timeout": 2}
    return unit


def test_the_packages_that_speak_git_are_in_the_charm(from_git, api):
    done = from_git.see("config-changed")

    assert done.exit_code == 0
    assert "127.0.0.1" in done.status
    assert not api.writes


def test_a_secret_that_is_not_granted_is_asked_for(from_git):
    from_git.config["git_credentials"] = SECRET
    from_git.secrets[SECRET] = {"content": {"user": "ann", "token": "s3cr3t"}, "granted": False}

    done = from_git.see("config-changed")

    assert done.status.startswith("blocked: ")
    assert "grant" in done.status


def test_a_secret_is_read_and_never_printed(from_git):
    from_git.config["git_credentials"] = SECRET
    from_git.secrets[SECRET] = {"content": {"user": "ann", "token": "s3cr3t"}}

    done = from_git.see("secret-changed", JUJU_SECRET_ID=SECRET, JUJU_SECRET_LABEL="")

    assert done.of("secret-get")
    assert "s3cr3t" not in str([done.calls, done.stderr])
