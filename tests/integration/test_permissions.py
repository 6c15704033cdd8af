"""The engine needs just the permissions of the table: each of them, and no other."""

import contextlib

import pytest

from integration.cluster import permissions
from integration.people import person
from memory_api.status import Refusal
from profiles_management import Forbidden, ProfilesError

LIMITS = {"limitRange": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}}
OTHER_LIMITS = {"limitRange": {"limits": [{"type": "Container", "default": {"cpu": "2"}}]}}


def lived(engine, profile, server):
    """Let an engine do everything that it can do to a profile; yield what it complains of on the way."""
    stages = [
        profile(ann="edit", bob="edit", cpu="1", more=LIMITS),
        profile(ann="view", cpu="2", more={**OTHER_LIMITS, "labels": {"team": "red"}}),
        profile(owner=person("nina"), ann="view"),
    ]
    for stage in stages:
        yield from said(engine.apply, stage)
    with contextlib.suppress(Refusal):  # where it was not made, the complaint has been heard
        rules = {"spec": {"rules": [{}]}}
        server.patch("AuthorizationPolicy", stages[0].name, "user-ann-example-com-clusterrole-view", rules)
    yield from said(engine.apply, stages[2])
    yield from said(engine.delete_stale, deadline=0.0)  # the writes are sent; nobody waits for what they bring about


def said(act, *given, deadline=10.0):
    try:
        return act(*given, deadline=deadline).errors
    except ProfilesError as error:
        return [str(error)]


def test_the_table_is_enough(engine, profile, server):
    assert list(lived(engine, profile, server)) == []


NEEDED = [one for one in permissions.ENGINE if str(one) != "get clusterroles"]  # without it the engine asks no one


@pytest.mark.parametrize("missing", NEEDED, ids=str)
def test_whichever_verb_is_missing_is_named(engine_with, profile, server, missing):
    engine = engine_with(one for one in permissions.ENGINE if one != missing)

    complaints = list(lived(engine, profile, server))

    wanted = "bind" if missing.verb == "bind" else str(missing)
    assert any(wanted in one for one in complaints), complaints


def test_without_bind_it_is_said_in_one_short_message(engine_with, profile):
    engine = engine_with(one for one in permissions.ENGINE if one.verb != "bind")

    report = engine.apply(profile(ann="edit"))

    assert report.exit_code == 1
    assert all(len(one) < 600 for one in report.errors)


def test_planning_takes_list_alone(engine, engine_with, profile):
    ml = profile(ann="edit", cpu="1")
    engine.apply(ml)
    planner = engine_with(one for one in permissions.ENGINE if one.verb == "list")

    planner.wait_until_it_matches(ml)
    assert len(planner.plan(profile(bob="view")).changes) > 1


def test_an_account_that_may_nothing_is_told_so(engine_with, profile):
    with pytest.raises(Forbidden, match="list"):
        engine_with(()).plan(profile())
