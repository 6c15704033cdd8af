"""The answers of the requirer, and how the provider reads them."""

import base64
import json
import zlib
from dataclasses import replace
from random import Random

import pytest
from ops import testing

from charms.profiles_management.v0.profiles_management import (
    LONGEST_REASON,
    Report,
    ReportChangedEvent,
    revision_of,
)

TEXT = "profiles: []\n"
REVISION = revision_of(TEXT)
NOTHING = {"applied": [], "pending": {}, "failed": {}, "problem": ""}
GOOD = {
    "version": "1",
    "revision": REVISION,
    "encoding": "text",
    "report": json.dumps(NOTHING | {"applied": ["ml"]}),
}


def answer(reader, profiles, problem=""):
    """The report that is in the databag after an answer."""
    with reader.library() as requirer:
        requirer.answer(reader.relation.id, REVISION, profiles, problem=problem)
    return json.loads(reader.databag["report"])


def hear(tester, databag):
    tester.state = replace(
        tester.state, relations={replace(tester.relation, remote_app_data=databag)}
    )
    return tester.report()


def ready(tester):
    with tester.library() as provider:
        return provider.is_ready


def test_an_answer_lists_the_profiles_by_how_far_they_came(reader):
    answered = answer(
        reader,
        {
            "web": ("applied", ""),
            "ml": ("applied", ""),
            "a": ("failed", "no"),
            "b": ("pending", "soon"),
        },
    )

    assert answered == {
        "applied": ["ml", "web"],
        "pending": {"b": "soon"},
        "failed": {"a": "no"},
        "problem": "",
        "refused": [],
    }
    assert {key: reader.databag[key] for key in ("version", "revision", "encoding")} == {
        "version": "1",
        "revision": REVISION,
        "encoding": "text",
    }


def test_an_answer_may_refuse_the_document_as_a_whole(reader):
    answered = answer(reader, {}, "line 3: unknown key")

    assert answered == NOTHING | {"problem": "line 3: unknown key", "refused": []}


def test_a_reason_is_one_printable_line_of_bounded_length(reader):
    answered = answer(
        reader, {"a": ("failed", "first\n  second\x1b[2J"), "b": ("failed", "x" * 1_000)}
    )["failed"]

    assert answered["a"] == "first second?[2J"
    assert answered["b"] == "x" * (LONGEST_REASON - 1) + "…"


def test_a_large_answer_is_compressed(reader):
    profiles = {f"team-{number}": ("applied", "") for number in range(10_000)}
    with reader.library() as requirer:
        requirer.answer(reader.relation.id, REVISION, profiles)

    assert reader.databag["encoding"] == "zlib+base64"
    assert len(reader.databag["report"]) < 50_000


def test_an_answer_that_no_databag_carries_counts_the_profiles(reader):
    random = Random(0)
    profiles = {
        random.randbytes(30).hex(): ("failed", random.randbytes(150).hex()) for _ in range(20_000)
    }

    assert answer(reader, profiles) == NOTHING | {
        "problem": "too many profiles to list: 0 applied, 0 pending, 20,000 failed"
    }


def test_the_same_answer_again_writes_nothing_however_it_was_compressed(reader):
    profiles = {f"team-{number}": ("applied", "") for number in range(10_000)}
    with reader.library() as requirer:
        requirer.answer(reader.relation.id, REVISION, profiles)
    data = zlib.decompress(base64.b64decode(reader.databag["report"]))
    before = reader.databag | {"report": base64.b64encode(zlib.compress(data, 0)).decode()}
    reader.state = replace(
        reader.state, relations={replace(reader.relation, local_app_data=before)}
    )

    with reader.library() as requirer:
        requirer.answer(reader.relation.id, REVISION, profiles)

    assert reader.databag == before


def test_the_same_answer_to_another_revision_is_another_answer(reader):
    answer(reader, {"ml": ("applied", "")})

    with reader.library() as requirer:
        requirer.answer(reader.relation.id, "0" * 16, {"ml": ("applied", "")})

    assert reader.databag["revision"] == "0" * 16


def test_a_unit_that_is_not_the_leader_answers_nothing(reader):
    reader.state = replace(reader.state, leader=False)

    with reader.library() as requirer:
        requirer.answer(reader.relation.id, REVISION, {"ml": ("applied", "")})

    assert reader.databag == {}


def test_a_relation_that_is_gone_is_answered_nothing(reader):
    with reader.library(reader.on.relation_broken(reader.relation)) as requirer:
        requirer.answer(reader.relation.id, REVISION, {"ml": ("applied", "")})

    assert reader.databag == {}


def test_a_relation_gets_no_content_of_another(reader):
    other = testing.Relation("profiles", remote_app_name="other")
    reader.state = replace(reader.state, relations={reader.relation, other})

    answer(reader, {"ml": ("applied", "")})

    assert reader.state.get_relation(other.id).local_app_data == {}


def test_an_answer_is_a_report(tester):
    with tester.library() as provider:
        provider.publish(TEXT)
    answered = {
        "applied": ["ml"],
        "pending": {"web": "soon"},
        "failed": {"a": "no"},
        "problem": "odd",
    }

    assert hear(tester, GOOD | {"report": json.dumps(answered)}) == Report(
        relation_id=tester.relation.id,
        app="profiles-management",
        revision=REVISION,
        is_current=True,
        applied=("ml",),
        pending={"web": "soon"},
        failed={"a": "no"},
        problem="odd",
    )


def test_there_is_no_report_before_an_answer(tester):
    assert tester.report() is None


def test_a_report_on_another_revision_is_not_current(tester):
    with tester.library() as provider:
        provider.publish("profiles: []  # another\n")

    assert not hear(tester, GOOD).is_current


def test_a_unit_that_is_not_the_leader_takes_an_answer_as_current_until_it_has_called_publish(
    tester,
):
    tester.state = replace(tester.state, leader=False)
    assert hear(tester, GOOD).is_current

    with tester.library() as provider:
        provider.publish("profiles: []  # another\n")
        assert not provider.report.is_current
        provider.publish(TEXT)
        assert provider.report.is_current


def test_a_unit_that_is_not_the_leader_remembers_in_later_hooks_what_it_passed(tester):
    tester.state = replace(tester.state, leader=False)
    with tester.library() as provider:
        provider.publish("profiles: []  # another\n")

    assert not hear(tester, GOOD).is_current

    with tester.library() as provider:
        provider.publish(TEXT)

    assert tester.report().is_current


def test_a_unit_that_was_the_leader_does_not_hold_what_it_published_then_against_an_answer(tester):
    tester.state = replace(tester.state, leader=False)
    with tester.library() as provider:
        provider.publish("profiles: []  # before it was the leader\n")
    tester.state = replace(tester.state, leader=True)
    with tester.library() as provider:
        provider.publish("profiles: []  # as the leader\n")
    tester.state = replace(tester.state, leader=False)

    assert hear(tester, GOOD).is_current


@pytest.mark.parametrize("leader", [True, False])
def test_it_is_ready_once_the_answer_to_what_is_published_has_nothing_open(leader, tester):
    tester.state = replace(tester.state, leader=leader)
    with tester.library() as provider:
        provider.publish(TEXT)
        assert not provider.is_ready

    for part in ({"pending": {"ml": "soon"}}, {"failed": {"ml": "no"}}, {"problem": "odd"}):
        hear(tester, GOOD | {"report": json.dumps(NOTHING | part)})
        assert not ready(tester), part
    hear(tester, GOOD | {"report": "rubbish"})
    assert not ready(tester)
    hear(tester, GOOD | {"revision": "0" * 16})
    assert not ready(tester)
    hear(tester, GOOD)
    assert ready(tester)


def test_it_is_not_ready_without_a_relation(tester):
    tester.state = replace(tester.state, relations=set())

    assert not ready(tester)


def test_with_several_relations_it_is_ready_once_all_are(tester):
    second = testing.Relation(
        "profiles", remote_app_name="second", local_app_data={"revision": REVISION}
    )
    with tester.library() as provider:
        provider.publish(TEXT)
    hear(tester, GOOD)
    tester.state = replace(tester.state, relations={tester.relation, second})
    assert not ready(tester)

    tester.state = replace(
        tester.state, relations={tester.relation, replace(second, remote_app_data=GOOD)}
    )
    assert ready(tester)


def test_of_several_answers_the_report_is_that_of_the_oldest_relation(tester):
    silent, second, third = (
        testing.Relation("profiles", remote_app_name=name, id=number, remote_app_data=databag)
        for number, name, databag in ((7, "silent", {}), (8, "second", GOOD), (9, "third", GOOD))
    )
    tester.state = replace(tester.state, relations={third, second, silent})

    with tester.library() as provider:
        assert [report.app for report in provider.reports] == ["second", "third"]
        assert provider.report.app == "second"


@pytest.mark.parametrize(
    "report",
    [
        "nothing of the kind",
        "[" * 100_000,
        "7",
        "{}",
        json.dumps(NOTHING | {"applied": "ml"}),
        json.dumps(NOTHING | {"applied": {"ml": ""}}),
        json.dumps(NOTHING | {"applied": [7]}),
        json.dumps(NOTHING | {"pending": ["ml"]}),
        json.dumps(NOTHING | {"failed": {"ml": None}}),
        json.dumps(NOTHING | {"problem": 7}),
    ],
)
def test_an_answer_of_another_shape_is_a_problem(report, tester):
    assert hear(tester, GOOD | {"report": report}).problem == (
        "the report of profiles-management cannot be used: it does not have the form of version 1"
    )


@pytest.mark.parametrize(("version", "behind"), [("0", "profiles-management"), ("2", "tester")])
def test_an_answer_of_another_version_names_both_and_who_is_behind(version, behind, tester):
    assert hear(tester, GOOD | {"version": version}).problem == (
        f"the report of profiles-management cannot be used: its databag has version {version}, tester supports 1; "
        f"refresh {behind}"
    )


def test_reasons_are_bounded_at_the_reader_too(tester):
    report = hear(
        tester, GOOD | {"report": json.dumps(NOTHING | {"failed": {"ml": "a\nb" + "x" * 1_000}})}
    )

    assert report.failed["ml"].startswith("a bxx")
    assert len(report.failed["ml"]) == LONGEST_REASON


def test_an_answer_is_an_event(tester):
    tester.hear(GOOD)

    assert [event.relation_id for event in tester.events] == [tester.relation.id]


def test_a_relation_that_changes_without_another_answer_is_none(tester):
    tester.hear(GOOD)

    tester.see(tester.on.relation_changed(tester.relation, remote_unit=0))

    assert tester.events == []


def test_a_relation_that_breaks_before_an_answer_is_none(tester):
    tester.see(tester.on.relation_broken(tester.relation))

    assert tester.events == []


def test_an_answer_is_an_event_again_when_the_relation_is_created_again(tester):
    tester.hear(GOOD)
    tester.see(tester.on.relation_broken(tester.relation))
    assert len(tester.events) == 1

    tester.see(tester.on.relation_changed(tester.relation), relations={tester.relation})

    assert len(tester.events) == 1


def test_a_deferred_event_still_names_its_relation():
    event, again = ReportChangedEvent(None, 7), ReportChangedEvent(None, 0)

    again.restore(event.snapshot())

    assert again.relation_id == 7
