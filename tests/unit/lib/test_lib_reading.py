"""The requirer reads a databag as a document, as unpublished or as a problem; it never raises."""

import base64
import zlib
from dataclasses import replace

import pytest
from ops import testing

from charms.profiles_management.v0.profiles_management import (
    LARGEST,
    LARGEST_TEXT,
    DocumentsChangedEvent,
    Published,
    revision_of,
)

TEXT = "profiles: []\n"
GOOD = {"version": "1", "revision": revision_of(TEXT), "encoding": "text", "document": TEXT}


def packed(data, **changes):
    return GOOD | {"encoding": "zlib+base64", "document": base64.b64encode(data).decode()} | changes


def read(reader, databag):
    reader.state = replace(
        reader.state, relations={replace(reader.relation, remote_app_data=databag)}
    )
    (published,) = reader.published()
    return published


def test_a_document_is_there_with_its_application_and_revision(reader):
    assert read(reader, GOOD) == Published(
        reader.relation.id, "tester", TEXT, revision_of(TEXT), ""
    )


def test_a_relation_that_has_not_published_brings_no_document_and_no_problem(reader):
    assert read(reader, {}) == Published(reader.relation.id, "tester", None, "", "")


def test_keys_that_are_not_ours_are_left_alone(reader):
    assert read(reader, {"ingress-address": "10.0.0.1"}).problem == ""
    assert read(reader, GOOD | {"colour": "red"}).text == TEXT


def test_it_is_readable_on_every_unit(reader):
    reader.state = replace(reader.state, leader=False)

    assert read(reader, GOOD).text == TEXT


def test_a_compressed_document_is_the_document(reader):
    assert read(reader, packed(zlib.compress(TEXT.encode()))).text == TEXT


@pytest.mark.parametrize(
    ("databag", "reason"),
    [
        ({"document": TEXT}, "its databag has no version"),
        (GOOD | {"version": "two"}, "its databag has no version"),
        (GOOD | {"version": "9" * 5_000}, "its databag has no version"),
        (
            GOOD | {"version": "0"},
            "its databag has version 0, profiles-management supports 1; refresh tester",
        ),
        (
            GOOD | {"version": "2"},
            "its databag has version 2, profiles-management supports 1; refresh profiles-management",
        ),
        ({"version": "1"}, "it is missing"),
        (GOOD | {"document": ""}, "it is missing"),
        (GOOD | {"encoding": ""}, "its encoding '' is neither text nor zlib+base64"),
        (
            GOOD | {"encoding": "\x1b[2J" * 9},
            r"its encoding '\x1b[2J\x1b[2J\x1b[2J\x1b[2J\x1b[2J' is neither text nor",
        ),
        (GOOD | {"document": "\ud800"}, "it contains half of a surrogate pair"),
        (
            GOOD | {"document": "#" * (LARGEST + 1)},
            "it has 4,194,305 characters, the limit is 4,194,304",
        ),
        (GOOD | {"encoding": "zlib+base64"}, "it is not zlib+base64"),
        (packed(b"", document="ü"), "it is not zlib+base64"),
        (
            packed(b"", document=base64.b64encode(zlib.compress(b"#")).decode() + "\n"),
            "it is not zlib+base64",
        ),
        (packed(b"nothing of the kind"), "it is not zlib+base64"),
        (
            packed(zlib.compress(TEXT.encode())[:-1]),
            "its zlib+base64 is cut off",
        ),
        (
            packed(zlib.compress(TEXT.encode()) + b"more"),
            "its zlib+base64 is followed by other data",
        ),
        (packed(zlib.compress(b"\xff")), "it is not UTF-8"),
        (
            packed(zlib.compress(b"#" * (LARGEST_TEXT + 1))),
            "it has more than 16,777,216 bytes when decompressed",
        ),
    ],
)
def test_a_databag_that_cannot_be_used_is_a_problem_in_one_line(databag, reason, reader):
    published = read(reader, databag)

    assert published.text is None
    assert published.problem.startswith(f"the document of tester cannot be used: {reason}")


def test_the_revision_of_what_cannot_be_used_is_kept_for_the_answer(reader):
    assert read(reader, GOOD | {"version": "2"}).revision == revision_of(TEXT)


@pytest.mark.parametrize("revision", ["", "0" * 16, "tomorrow", "A" * 10_000])
def test_a_document_that_is_not_that_of_its_revision_is_not_used(revision, reader):
    published = read(reader, GOOD | {"revision": revision})

    assert published.text is None
    assert published.problem == "the document of tester does not match its revision"
    assert published.revision in {"", "0" * 16}


def test_several_relations_come_in_the_order_of_their_ids(reader):
    relations = {
        testing.Relation("profiles", remote_app_name=name, id=number)
        for number, name in ((9, "b"), (7, "z"))
    }
    reader.state = replace(reader.state, relations=relations)

    assert [(published.relation_id, published.app) for published in reader.published()] == [
        (7, "z"),
        (9, "b"),
    ]


def test_an_invalid_databag_does_not_affect_another_relation(reader):
    good = testing.Relation("profiles", remote_app_name="good", id=7, remote_app_data=GOOD)
    bad = testing.Relation(
        "profiles", remote_app_name="bad", id=8, remote_app_data={"version": "\x00"}
    )
    reader.state = replace(reader.state, relations={good, bad})

    assert [(one.text, bool(one.problem)) for one in reader.published()] == [
        (TEXT, False),
        (None, True),
    ]


def test_a_change_is_an_event_that_names_the_application(reader):
    reader.hear(GOOD)

    assert [(event.relation_id, event.app, event.withdrawn) for event in reader.events] == [
        (reader.relation.id, "tester", False)
    ]


def test_a_broken_relation_is_gone_in_its_own_hook(reader):
    reader.hear(GOOD)

    with reader.library(reader.on.relation_broken(reader.relation)) as requirer:
        assert requirer.published() == []


def test_a_broken_relation_is_withdrawn(reader):
    reader.see(reader.on.relation_broken(reader.relation))

    assert [event.withdrawn for event in reader.events] == [True]


def depart(reader, departing):
    """Emit the event for a departing unit of ours; Scenario supports only the other's units."""
    with reader.context(reader.on.update_status(), reader.state) as manager:
        relation = manager.charm.model.relations["profiles"][0]
        event = manager.charm.on["profiles"].relation_departed
        event.emit(relation, relation.app, manager.charm.model.get_unit("tester/0"), departing)
        reader.state = manager.run()


def leaving(reader):
    with reader.library() as requirer:
        return requirer.leaving


def test_a_unit_that_is_being_removed_withdraws_nothing(reader):
    depart(reader, "profiles-management/0")

    reader.see(reader.on.relation_broken(reader.relation))

    assert reader.events == []
    assert leaving(reader)


def test_a_unit_whose_application_is_being_removed_withdraws_nothing(reader):
    reader.state = replace(reader.state, planned_units=0)

    reader.see(reader.on.relation_broken(reader.relation))

    assert reader.events == []
    assert leaving(reader)


def test_a_unit_stays_when_one_of_the_other_application_departs(reader):
    depart(reader, "tester/0")

    reader.see(reader.on.relation_broken(reader.relation))

    assert [event.withdrawn for event in reader.events] == [True]
    assert not leaving(reader)


def test_a_deferred_event_still_says_what_happened(reader):
    event = DocumentsChangedEvent(None, 7, "tester", withdrawn=True)
    again = DocumentsChangedEvent(None, 0, "", withdrawn=False)

    again.restore(event.snapshot())

    assert (again.relation_id, again.app, again.withdrawn) == (7, "tester", True)
