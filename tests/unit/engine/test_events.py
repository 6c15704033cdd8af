"""Kubernetes Events of a run: which, how many, and without names unless enabled."""

import json
from datetime import timedelta

import pytest
from msgspec import structs

from engine.build import document
from engine.world import NOON, World
from memory_api import always, forbid, injury
from profiles_management import Settings, create_or_update_profiles
from profiles_management.kubeflow.cluster import events
from profiles_management.kubeflow.cluster.events import Event, Happening
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.plan import (
    Action,
    Change,
    FieldDiff,
    FieldKind,
    ObjectRef,
    Person,
    Phase,
    Plan,
    Reason,
)
from profiles_management.reconcile.report import Outcome, Report, Result

COUNTS, NAMES = Settings(events="counts"), Settings(events="names")
PEOPLE = ("ann", "bob", "cleo", "dan", "nina", "owner@", "example.com")


@pytest.fixture(autouse=True)
def default(world, plain):
    """The namespace that every cluster has, and where these Events go."""
    for one in (world, plain):
        one.api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})


def events_on(world, name="ml"):
    """Return the lines of `kubectl describe profile`, by name."""
    uid = world.api.get("Profile", None, name)["metadata"]["uid"]
    found = (one for one in world.api.objects("Event") if one["involvedObject"]["uid"] == uid)
    return [f"{one['type']} {one['reason']}: {one['message']}" for one in found]


def refusing(resource):
    return lambda request: request.writes and request.resource == resource


def a_change(profile="ml", **fields):
    target = ObjectRef("RoleBinding", profile, "user-ann-example-com-clusterrole-edit")
    person = Person("User", "ann@example.com")
    grant = Change(
        Phase.GRANT, profile, target, Action.CREATE, Reason.WANTED, person=person, after="edit"
    )
    return structs.replace(grant, **fields)


def a_report(*outcomes, refused=()):
    return Report(
        Plan(tuple(one.change for one in outcomes), refused=tuple(refused)),
        outcomes,
    )


def done(change):
    return Outcome(change, Result.DONE)


def failed(change, why):
    return Outcome(change, Result.FAILED, why)


def refused(name, code="foreign-namespace"):
    return Problem(
        code,
        f"namespace {name} belongs to ann@example.com",
        Where.of_profile(name),
        "Hand it over.",
    )


# what Events contain


def test_by_default_there_are_no_events(world, profile):
    world.apply(document(profile(ann="edit")))

    assert not world.api.objects("Event")
    assert not [one for one in world.api.log if one.resource == "events"]


def test_a_new_profile_and_its_contributors_have_events(world, profile):
    world.apply(document(profile(ann="edit", bob="edit", cleo="view")), events="counts")

    assert events_on(world) == [
        "Normal Created: new profile",
        "Normal Granted: 3 contributors: edit (2); view",
    ]


def test_with_names_events_have_the_people(world, profile):
    ann = {"name": "ann@example.com", "role": "edit", "until": "2027-01-01"}

    world.apply(document(profile(contributors=[ann], bob="view")), events="names")

    assert events_on(world) == [
        "Normal Created: new profile: owner@example.com",
        "Normal Granted: ann@example.com: edit until 2027-01-01; bob@example.com: view",
    ]


def test_expired_access_has_an_event_with_the_reason(world, profile):
    world.apply(document(profile(ann="edit", bob="view")))

    world.apply(document(profile()), events="names")

    left = "ann@example.com: edit, left the document; bob@example.com: view, left the document"
    assert events_on(world) == [f"Normal Revoked: {left}"]


def test_a_role_change_has_an_event(world, profile):
    world.apply(document(profile(ann="edit")))

    world.apply(document(profile(ann="view")), events="counts")

    assert events_on(world) == ["Normal RoleChanged: 1 contributor: edit → view"]


def test_a_second_role_that_is_taken_away_is_no_revocation():
    second = a_change(action=Action.DELETE, reason=Reason.EXTRA_ROLE, before="view")

    assert events.of(a_report(done(second)), COUNTS)[0].happening is Happening.ROLE_CHANGED


def test_what_was_edited_by_hand_has_an_event_mended(world, profile):
    world.apply(document(profile(ann="edit")))
    world.api.remove("AuthorizationPolicy", "ml", "user-ann-example-com-clusterrole-edit")

    world.apply(document(profile(ann="edit")), events="counts")

    assert events_on(world) == [
        "Normal Mended: 1 contributor: edit, RoleBinding or AuthorizationPolicy missing"
    ]


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("counts", "owner changed"),
        ("names", "owner changed: nina@example.com, was owner@example.com"),
    ],
)
def test_an_owner_change_has_an_event(world, profile, mode, message):
    world.apply(document(profile()))

    world.apply(document(profile(owner="nina")), events=mode)

    assert events_on(world) == [f"Normal OwnerChanged: {message}"]


def test_every_changed_amount_of_a_quota_is_in_an_event(world, profile):
    world.apply(document(profile(fields={"resources": {"hard": {"cpu": "1", "pods": "1"}}})))

    changed = {"resources": {"hard": {"cpu": "2", "pods": "2"}}}
    world.apply(document(profile(fields=changed)), events="counts")

    assert events_on(world) == ["Normal QuotaChanged: quota cpu 1 → 2; quota pods 1 → 2"]


def test_a_quota_and_a_limit_range_are_in_an_event(world, profile):
    world.apply(document(profile(cpu="1")))
    limits = {"limit_range": {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}}

    world.apply(document(profile(cpu="2", fields=limits)), events="counts")

    assert events_on(world) == [
        "Normal QuotaChanged: limitRange limits Pod max.cpu 1; quota limits.cpu 1 → 2"
    ]


def test_labels_of_a_namespace_have_no_event(world, profile):
    world.apply(document(profile()))

    world.apply(document(profile(fields={"labels": {"team": "red"}})), events="counts")

    assert not events_on(world)


def test_a_refusal_has_an_event_with_its_reason(world, profile):
    world.apply(document(profile()), instance="other")

    world.apply(document(profile(ann="edit")), events="counts")

    (one,) = events_on(world)
    assert one.startswith(
        "Warning Refused: ml is managed by the instance 'other'. Remove it from one"
    )
    assert one.endswith("[other-instance]")


def test_a_failure_has_an_event_without_the_name_of_the_object(world, profile):
    world.apply(document(profile()))
    world.api.faults.append(always(injury("422"), refusing("rolebindings")))

    world.apply(document(profile(ann="edit")), events="counts")

    assert events_on(world) == ["Warning Failed: create rolebindings: 422"]


def test_with_names_a_failure_has_the_whole_message():
    (one,) = events.of(a_report(failed(a_change(), "create rolebindings: 422 no")), NAMES)

    assert (
        one.message
        == "RoleBinding ml/user-ann-example-com-clusterrole-edit: create rolebindings: 422 no"
    )


def test_a_pending_change_has_no_event_yet():
    late = Outcome(a_change(), Result.PENDING, "waits for Namespace ml to be ready")
    never = Outcome(a_change(), Result.NOT_TRIED, "depends on Profile ml, which did not succeed")
    waiting = a_change(writes=("a write",))

    assert not events.of(a_report(Outcome(waiting, Result.PENDING), never), COUNTS)
    assert events.of(a_report(late), COUNTS)  # all writes succeeded; the controller still works


def test_standalone_events_are_on_the_namespace(plain, profile):
    plain.apply(document(profile(ann="edit")), events="counts")

    about = {
        (one["involvedObject"]["kind"], one["involvedObject"]["name"])
        for one in plain.api.objects("Event")
    }
    assert about == {("Namespace", "ml")}


def test_a_folder_has_no_events(tmp_path, profile):
    create_or_update_profiles(document(profile(ann="edit")), target=tmp_path, settings=NAMES)

    assert "Event" not in "".join(path.read_text() for path in tmp_path.rglob("*.yaml"))


# who is named


def test_nobody_is_named_unless_that_is_asked_for(world, profile):
    everybody = {"ann": "edit", "bob": "view", "cleo": "edit", "dan": "admin"}
    taken = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "b", "annotations": {"owner": "nina"}},
    }
    world.api.put(taken)
    world.apply(document(profile(**everybody), profile("a")), instance="other", stale="off")
    world.apply(document(profile("c", **everybody)))
    world.api.faults.append(always(injury("422"), refusing("authorizationpolicies")))

    stages = (
        profile(owner="nina"),
        profile("a"),
        profile("b"),
        profile("c", owner="nina", ann="view", eve="edit"),
    )
    world.apply(document(*stages), events="counts")

    messages = " ".join(one["message"] for one in world.api.objects("Event"))
    assert messages
    assert not [who for who in PEOPLE if who in messages]


def test_a_refusal_with_a_name_of_a_person_has_its_code_only():
    (one,) = events.of(a_report(refused=[refused("ml")]), COUNTS)

    assert one.message == "foreign-namespace: the report of the run has the owner and the remedy"


def test_with_names_a_refusal_has_the_whole_message():
    (one,) = events.of(a_report(refused=[refused("ml")]), NAMES)

    assert (
        one.message == "namespace ml belongs to ann@example.com. Hand it over. [foreign-namespace]"
    )


def test_a_failure_without_a_code_names_the_kind_of_object():
    (one,) = events.of(
        a_report(failed(a_change(), "user-ann was changed by somebody else")), COUNTS
    )

    assert one.message == "RoleBinding: the report of the run has the reason"


def test_a_name_cannot_break_the_line_it_stands_on():
    odd = a_change(person=Person("User", "ann\n\x1b[31m@example.com"))

    (one,) = events.of(a_report(done(odd)), NAMES)

    assert one.message == r"ann\n\x1b[31m@example.com: edit"


# how much


def test_a_run_tells_at_most_so_many_and_how_many_it_left_out():
    many = [refused(f"p{index:03}") for index in range(events.MOST + 10)]

    found = events.of(a_report(refused=many), COUNTS)

    assert len(found) == events.MOST
    assert found[-1] == Event(
        f"p{events.MOST - 1:03}", Happening.LEFT_OUT, "11 events of this run left out"
    )


def test_what_asks_for_attention_is_not_what_is_left_out():
    many = [done(a_change(f"p{index:03}")) for index in range(events.MOST)]

    found = events.of(a_report(*many, refused=[refused("z")]), COUNTS)

    assert found[0].profile == "z"


def test_a_message_is_no_longer_than_the_api_server_takes():
    crowd = [a_change(person=Person("User", f"päivi{index}@example.com")) for index in range(1000)]

    (one,) = events.of(a_report(*map(done, crowd)), NAMES)

    assert len(one.message.encode()) <= events.LONGEST
    assert one.message.endswith(" more")


def test_one_endless_name_is_cut():
    endless = a_change(person=Person("User", "ä" * 3000))

    (one,) = events.of(a_report(done(endless)), NAMES)

    assert len(one.message.encode()) <= events.LONGEST


def test_a_refusal_that_continues_has_one_event(world, profile):
    world.apply(document(profile()), instance="other")

    for _ in range(3):
        report = world.apply(document(profile(ann="edit")), events="counts")

    assert len(events_on(world)) == 1
    assert not report.plan.warnings


def test_a_refusal_that_is_found_again_later_is_the_same():
    one = Event("ml", Happening.REFUSED, "one")

    assert named(one) == named(one, later=timedelta(minutes=5))


def test_another_reason_has_another_event():
    first, second = Event("ml", Happening.REFUSED, "one"), Event("ml", Happening.REFUSED, "two")

    assert named(first) != named(second)


def test_a_change_that_is_made_twice_has_two_events():
    again = Event("ml", Happening.GRANTED, "1 contributor: edit")

    assert named(again) != named(again, later=timedelta(minutes=5))


def named(event, later=timedelta()):
    return events.body(event, "uid", COUNTS, NOON + later)["metadata"]["name"]


def test_a_run_with_nothing_to_do_tells_nothing_and_asks_nothing(world, profile):
    world.apply(document(profile(ann="edit")), events="counts")
    world.api.log.clear()

    world.apply(document(profile(ann="edit")), events="counts")

    assert len(world.api.log) == len(World().api.log) + 9  # six lists and three roles
    assert not world.api.writes


# what can go wrong


def test_an_event_that_is_forbidden_is_a_warning(world, profile):
    world.api.faults.append(forbid("create", "events"))

    report = world.apply(document(profile(ann="edit"), profile("data")), events="counts")

    assert report.exit_code == 0
    (warning,) = report.plan.warnings
    assert warning.code == "events-not-written"
    assert "events" in warning.what
    # the others are not tried
    assert len([one for one in world.api.writes if one.resource == "events"]) == 1


def test_a_cluster_that_stops_answering_events_holds_a_run_up_for_seconds(world, profile):
    world.api.faults.append(always(injury("503"), lambda request: request.resource == "events"))

    report = world.apply(document(profile(ann="edit")), events="counts")

    assert report.exit_code == 0
    assert world.ticks.slept <= 10


def test_a_profile_that_is_not_there_has_nothing_to_tell_on(world, profile):
    space = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "ml", "annotations": {"owner": "nina"}},
    }
    world.api.put(space)

    report = world.apply(document(profile()), events="counts")

    assert report.plan.refused
    assert not report.plan.warnings
    assert not world.api.objects("Event")


def test_an_event_carries_our_marks_and_who_it_comes_from():
    body = events.body(Event("ml", Happening.GRANTED, "new"), "uid", COUNTS, NOON)

    assert body["metadata"]["namespace"] == "default"
    assert body["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "profiles-management"
    assert body["source"] == {"component": "profiles-management"}
    assert json.dumps(body)


def test_a_change_of_labels_only_has_no_event():
    profile, mark = (
        ObjectRef("Profile", "", "ml"),
        FieldDiff(FieldKind.MANAGED_BY, "managed by", None, "default"),
    )
    marks = a_change(target=profile, action=Action.UPDATE, person=None, fields=(mark,))

    assert not events.of(a_report(done(marks)), COUNTS)
