"""`kubectl describe profile` shows what happened, and the API server accepts the Events."""

import pytest

from integration.cluster import permissions
from profiles_management import Settings

PLAIN = Settings(standalone=True, allow_kubeflow=True)


@pytest.fixture
def telling(engine_with):
    """The engine with Events that contain names, and the permissions of `rbac --with-events`."""
    return engine_with(permissions.granted(with_events=True), events="names")


@pytest.fixture
def described(kubectl, name):
    """Return the Events that `kubectl describe` shows of this test's profile, without their age."""

    def described():
        _, _, events = kubectl("describe", "profile", name).partition("\nEvents:")
        rows = [line.split() for line in events.splitlines()[3:]]
        # between them: age and where from
        return [" ".join([row[0], row[1], *row[4:]]) for row in rows]

    return described


def test_events_report_every_change_of_a_profile(telling, profile, described):
    telling.apply(profile(ann="edit", bob="view", cpu="1"))
    telling.apply(profile(ann="view", cpu="2"))

    assert sorted(described()) == [
        "Normal Created new profile: olga@example.com",
        "Normal Granted ann@example.com: edit; bob@example.com: view",
        "Normal QuotaChanged quota limits.cpu 1 → 2",
        "Normal Revoked bob@example.com: view, left the document",
        "Normal RoleChanged ann@example.com: edit → view",
    ]


def test_a_refusal_that_continues_has_one_event(telling, engine, profile, described):
    engine.settle(profile())

    for _ in range(3):
        telling.apply(profile(ann="edit"), instance="other")

    (refused,) = described()
    assert refused.startswith("Warning Refused ")
    assert "is managed by the instance" in refused


def test_a_message_of_full_length_is_taken(telling, profile, server, name):
    people = [
        {"name": f"päivi.{index}.{'x' * 40}@example.com", "role": "view"} for index in range(60)
    ]

    report = telling.apply(profile(more={"contributors": people}))

    assert not report.plan.warnings
    (granted,) = (one for one in about(server, name) if one["reason"] == "Granted")
    assert 900 < len(granted["message"].encode()) <= 1024


def test_without_the_permission_the_run_is_what_it_is_and_warns(engine, profile, server, name):
    report = engine.apply(profile(ann="edit"), events="counts")

    assert report.exit_code == 0
    (warning,) = report.plan.warnings
    assert "create events: 403" in warning.what
    assert not about(server, name)


def test_standalone_events_are_on_the_namespace(engine_with, profile, kubectl, name):
    plain = engine_with(
        permissions.granted(PLAIN, with_events=True),
        standalone=True,
        allow_kubeflow=True,
        events="counts",
    )

    plain.apply(profile(ann="edit"))

    events = kubectl("events", "--namespace", "default", "--for", f"namespace/{name}")
    assert "1 contributor: edit" in events
    assert "ann" not in events


def about(server, name):
    return [
        one for one in server.objects("Event", "default") if one["involvedObject"]["name"] == name
    ]
