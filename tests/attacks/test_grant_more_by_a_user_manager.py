"""Somebody who controls a User Manager gives more than it may, or delays others.

It may add people with `edit` or `view` to open profiles, and nothing else.
"""

import json
from contextlib import closing

import pytest
from engine.build import document, profile
from engine.looking import codes, roles_in
from engine.world import World

from profiles_management import BrakeError, Settings
from profiles_management.pmr import Rules
from profiles_management.portal.user_manager_client import UserManager
from profiles_management.portal.user_manager_source import UserManagerSource
from profiles_management.sources import Gathered, Trust, answer_data, merged, read_each, report_for
from profiles_management.web_services.token import Token
from user_manager_server import TOKEN, canonical, serving

TRUST = Trust(names=(), profiles=100, contributors=50)
OPEN = {"open": True}
EVE = {"kind": "User", "name": "eve@example.com"}


@pytest.fixture(params=[Settings(), Settings(standalone=True)], ids=["kubeflow", "standalone"])
def world(request):
    return World(request.param)


@pytest.fixture(scope="module")
def server():
    with serving() as server:
        yield server


@pytest.fixture
def gather(server, world):
    """Merge the administrator's document with what the User Manager sends."""

    def connect():
        return closing(UserManager(server.url, Token(TOKEN), world.ticks.clock))

    def gather(own, *entries, **more):
        server.publish_bytes(canonical({"profiles": [*entries], **more}))
        source = UserManagerSource(server.url, connect, TRUST, world.ticks.clock)
        readings = read_each([source], Rules())
        return Gathered(merged(readings, own=own), readings)

    return gather


def adding(name="ml", role="edit", people=("eve",), **fields):
    """Return an entry that adds people."""
    listed = [{"name": f"{person}@example.com", "role": role} for person in people]
    return {"name": name, "contributors": listed, **fields}


MORE = {
    "admin": [adding(role="admin")],
    "a profile": [adding("evil", owner=EVE)],
    "an owner": [adding(owner=EVE)],
    "adoption": [adding("kube-public", owner=EVE, adopt=True)],
    "a quota": [adding(resources={"hard": {"cpu": "999"}})],
    "plugins": [adding(plugins=[{"kind": "WorkloadIdentity", "spec": {}}])],
    "labels": [adding(labels={"pod-security.kubernetes.io/enforce": "privileged"})],
    "opening": [adding("closed", open=True)],
    "everybody": [adding(people=["*"])],
    "twice": [adding(), adding(role="view")],
}


@pytest.mark.parametrize("entries", MORE.values(), ids=MORE)
def test_ask_for_more_than_contributors(world, gather, entries):
    ours = document(profile(fields=OPEN, ann="edit"), profile("closed", bob="edit"))

    gathered = gather(ours, *entries)
    world.apply(gathered.pmr)

    assert [reading.is_frozen for reading in gathered.readings] == [True]
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}
    assert roles_in(world.api, "closed") == {"owner": "admin", "bob": "edit"}


def test_enter_a_profile_that_is_closed(world, gather):
    gathered = gather(document(profile(ann="edit")), adding())

    report = world.apply(gathered.pmr)

    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}
    assert codes(report.plan.warnings) == ["not-open"]


@pytest.mark.parametrize("person", ["ann", "owner"])
def test_change_the_role_of_somebody_whom_the_document_names(world, gather, person):
    ours = document(profile(fields=OPEN, ann="view"))

    world.apply(gather(ours, adding(people=[person])).pmr)

    assert roles_in(world.api) == {"owner": "admin", "ann": "view"}


def test_stay_where_the_document_closes_a_profile(world, gather):
    world.apply(gather(document(profile(fields=OPEN)), adding()).pmr)

    world.apply(gather(document(profile()), adding()).pmr)

    assert roles_in(world.api) == {"owner": "admin"}


def test_hold_up_a_revocation_of_the_document_by_more_people_than_are_allowed(world, gather):
    world.apply(gather(document(profile(fields=OPEN, ann="edit"))).pmr)
    crowd = [f"p{number}" for number in range(51)]

    gathered = gather(document(profile(fields=OPEN)), adding(people=crowd))
    world.apply(gathered.pmr)

    assert gathered.readings[0].is_frozen
    assert roles_in(world.api) == {"owner": "admin"}


def test_hold_up_a_revocation_of_the_document_by_the_brake(world, gather):
    crowd = [f"p{number}" for number in range(20)]
    world.apply(gather(document(profile(fields=OPEN, ann="edit")), adding(people=crowd)).pmr)

    gathered = gather(document(profile(fields=OPEN)))
    with pytest.raises(BrakeError):
        world.apply(gathered.pmr, allow_revocations=False)

    assert "ann" not in roles_in(world.api)
    assert "p0" in roles_in(world.api)


def test_learn_of_profiles_that_are_closed(world, gather):
    ours = document(profile(fields=OPEN), profile("secret", bob="edit"))
    gathered = gather(ours, adding("secret"))

    report = world.apply(gathered.pmr)

    answer = report_for(*gathered.readings, gathered, report, now=world.ticks.clock.now())
    text = json.dumps(answer_data(answer))
    assert "bob" not in text
    assert [entry.name for entry in answer.catalogue] == ["ml"]
