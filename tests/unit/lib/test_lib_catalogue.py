"""Refused people, and the catalogue of open profiles, which only goes to a provider that asks."""

import hashlib
import json
from dataclasses import replace
from random import Random

import ops
import pytest
from ops import testing

from charms.profiles_management.v0.profiles_management import (
    ProfilesProvider,
    RefusedPerson,
    ReportChangedEvent,
    revision_of,
)

TEXT = "profiles: []\n"
REVISION = revision_of(TEXT)
ANN = RefusedPerson("lab", "ann@example.com", "lab is not open")
CATALOGUE = [
    {
        "name": "ml",
        "owner": {"kind": "User", "name": "boss@example.com"},
        "open": True,
        "contributors": [
            {
                "kind": "Group",
                "name": "staff  of the lab",
                "role": "edit",
                "until": "2026-12-31T00:00:00Z",
                "source": "config",
            },
            {
                "kind": "User",
                "name": "bob",
                "role": "view",
                "until": None,
                "source": "relation:profiles:teams",
            },
        ],
    }
]
REPORT = {"applied": ["ml"], "pending": {}, "failed": {}, "problem": "", "refused": []}


class AskingCharm(ops.CharmBase):
    """Asks for the catalogue, and publishes its document in every event."""

    asks = True
    document = TEXT

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.profiles = ProfilesProvider(self, "profiles", catalogue=self.asks)
        framework.observe(self.on.config_changed, self._publish)

    def _publish(self, _: ops.EventBase) -> None:
        self.profiles.publish(self.document)


META = {"name": "portal", "provides": {"profiles": {"interface": "profiles_management"}}}


@pytest.fixture
def asking(end):
    """Return a charm that asks, before it published: `asking(document="…")`."""

    def asking(databag=None, **attributes):
        charm = type("Charm", (AskingCharm,), attributes)
        relation = testing.Relation("profiles", local_app_data=databag or {})
        return end(testing.Context(charm, meta=META), relation)

    return asking


@pytest.fixture
def portal(asking):
    portal = asking()
    portal.see(portal.on.config_changed())
    return portal


@pytest.fixture
def reader_of(portal, reader, end):
    """The end that reads what the portal publishes; with other keys in its databag."""

    def reader_of(**keys):
        relation = testing.Relation("profiles", remote_app_data={**portal.databag, **keys})
        return end(reader.context, relation)

    return reader_of


def answer(end, *, refused=(), catalogue=None, profiles=None):
    """Return the report as it is in the databag."""
    with end.library() as requirer:
        requirer.answer(
            end.relation.id,
            REVISION,
            profiles or {"lab": ("applied", "")},
            refused=refused,
            catalogue=catalogue,
        )
    return end.databag


def read(portal, report):
    databag = {"version": "1", "revision": REVISION, "encoding": "text"}
    if isinstance(report, dict):
        report = json.dumps(report)
    portal.hear({**databag, "report": report})
    return portal.report()


class TestAsking:
    def test_a_provider_asks_in_its_databag(self, portal):
        assert portal.databag["catalogue"] == "1"

    def test_a_provider_that_does_not_ask_has_no_such_key(self, tester):
        tester.see(tester.on.config_changed(), config={"document": TEXT})

        assert tester.databag.keys() == {"version", "revision", "encoding", "document"}

    def test_a_provider_that_asks_after_an_upgrade_asks_with_the_same_document(
        self, portal, asking
    ):
        before = {key: text for key, text in portal.databag.items() if key != "catalogue"}
        upgraded = asking(before)

        upgraded.see(upgraded.on.config_changed())

        assert upgraded.databag == {**before, "catalogue": "1"}

    def test_a_provider_that_no_longer_asks_takes_the_key_away(self, portal, asking):
        downgraded = asking(portal.databag, asks=False)

        downgraded.see(downgraded.on.config_changed())

        assert "catalogue" not in downgraded.databag

    def test_a_unit_that_is_not_the_leader_writes_nothing(self, asking):
        other = asking()
        other.state = replace(other.state, leader=False)

        other.see(other.on.config_changed())

        assert other.databag == {}

    @pytest.mark.parametrize(
        "value", ["", "0", "2", "01", "1 ", "true", "yes", "\u0661", "9" * 5_000, "x" * 10_000_000]
    )
    def test_any_other_value_does_not_ask(self, value, reader_of):
        [published] = reader_of(catalogue=value).published()

        assert (published.text, published.wants_catalogue) == (TEXT, False)

    def test_the_requirer_sees_who_asks(self, reader_of):
        [published] = reader_of().published()

        assert published.wants_catalogue


class TestAnswering:
    def test_the_catalogue_goes_to_an_application_that_asks(self, reader_of, portal):
        portal.hear(answer(reader_of(), catalogue=CATALOGUE))

        assert portal.report().catalogue == tuple(CATALOGUE)

    def test_it_goes_to_no_other(self, reader_of):
        databag = answer(reader_of(catalogue="0"), catalogue=CATALOGUE)

        assert "boss" not in databag["report"]
        assert "catalogue" not in json.loads(databag["report"])

    def test_an_empty_catalogue_is_not_an_unknown_one(self, reader_of, portal):
        portal.hear(answer(reader_of(), catalogue=[]))
        assert portal.report().catalogue == ()

        portal.hear(answer(reader_of(), catalogue=None))
        assert portal.report().catalogue is None

    def test_a_catalogue_that_no_databag_carries_is_left_out_and_the_rest_arrives(
        self, reader_of, portal
    ):
        random = Random(0)
        large = [CATALOGUE[0] | {"name": random.randbytes(500).hex()} for _ in range(10_000)]

        portal.hear(answer(reader_of(), catalogue=large, refused=[ANN]))

        report = portal.report()
        assert (report.catalogue, report.problem) == (None, "")
        assert report.catalogue_problem == (
            "it has more than 4,194,304 bytes when compressed, or 1,000,000 values"
        )
        assert (report.refused, report.applied) == ((ANN,), ("lab",))

    def test_a_catalogue_of_ten_thousand_profiles_arrives(self, reader_of, portal):
        people = [CATALOGUE[0]["contributors"][1] | {"name": f"u{index}"} for index in range(9)]
        large = [
            CATALOGUE[0] | {"name": f"team-{index}", "contributors": people}
            for index in range(10_000)
        ]

        portal.hear(answer(reader_of(), catalogue=large))

        assert len(portal.report().catalogue) == 10_000

    def test_refused_people_are_reported_by_profile_and_name(self, reader_of, portal):
        portal.hear(answer(reader_of(), refused=[ANN]))

        report = portal.report()
        assert (report.refused, report.applied, report.failed) == ((ANN,), ("lab",), {})

    def test_it_is_not_ready_while_somebody_is_refused(self, reader_of, portal):
        portal.hear(answer(reader_of(), refused=[ANN]))
        with portal.library() as provider:
            assert not provider.is_ready

        portal.hear(answer(reader_of()))
        with portal.library() as provider:
            assert provider.is_ready

    def test_a_name_is_not_changed_on_the_way(self, reader_of, portal):
        odd = RefusedPerson("lab", "Ann  O'Neill " + "x" * 310, "no\nreason" + "y" * 1_000)

        portal.hear(answer(reader_of(), refused=[odd]))

        [person] = portal.report().refused
        assert person.name == odd.name
        assert person.reason.startswith("no reasonyyy")
        assert len(person.reason) == 300

    @pytest.mark.parametrize("state", [("applied", ""), ("pending", "soon")])
    def test_the_profile_has_failed_for_an_application_that_may_not_know_refused_people(
        self, state, reader_of
    ):
        databag = answer(reader_of(catalogue=""), refused=[ANN], profiles={"lab": state})

        report = json.loads(databag["report"])
        assert report["failed"] == {"lab": "ann@example.com: lab is not open"}
        assert (report["applied"], report["pending"]) == ([], {})
        assert [person["name"] for person in report["refused"]] == ["ann@example.com"]

    def test_the_reason_of_a_profile_that_has_failed_stays(self, reader_of):
        failed = {"lab": ("failed", "lab is closed")}

        databag = answer(reader_of(catalogue=""), refused=[ANN], profiles=failed)

        assert json.loads(databag["report"])["failed"] == {"lab": "lab is closed"}

    def test_more_refused_people_than_an_older_library_reads_are_left_out(self, reader_of):
        people = [RefusedPerson("lab", f"user{index}", "no") for index in range(60_000)]

        report = json.loads(answer(reader_of(catalogue=""), refused=people)["report"])

        assert report["failed"] == {"lab": "user0: no"}
        assert "refused" not in report


class TestReading:
    def test_a_report_says_what_is_not_told(self, portal):
        report = read(portal, {key: REPORT[key] for key in REPORT if key != "refused"})

        assert (report.refused, report.catalogue) == (None, None)

    def test_a_report_is_data_for_an_http_request(self, portal):
        whole = REPORT | {"refused": [vars(ANN)], "catalogue": CATALOGUE}

        report = read(portal, whole)

        assert report.data() == {"revision": REVISION, **whole}
        assert json.loads(json.dumps(report.data())) == report.data()

    def test_the_data_have_no_keys_that_are_not_reported(self, portal):
        report = read(portal, {key: REPORT[key] for key in REPORT if key != "refused"})

        assert report.data().keys() == {"revision", "applied", "pending", "failed", "problem"}

    def test_keys_of_later_versions_are_ignored(self, portal):
        later = [CATALOGUE[0] | {"colour": "red", "owner": {**CATALOGUE[0]["owner"], "more": 1}}]

        report = read(portal, REPORT | {"catalogue": later, "more": {}})

        assert report.catalogue == tuple(CATALOGUE)

    @pytest.mark.parametrize(
        "keys",
        [
            {"refused": {}},
            {"refused": ["ann"]},
            {"refused": [{"profile": "lab", "name": "ann"}]},
            {"refused": [{"profile": "lab", "name": 7, "reason": ""}]},
            {"refused": [{"profile": "lab", "name": "ann", "reason": None}]},
            {"refused": [{"profile": "lab", "name": "an\nn", "reason": ""}]},
            {"refused": [{"profile": "lab", "name": "x" * 1_025, "reason": ""}]},
            {"catalogue": "1"},
            {"catalogue": {"ml": {}}},
            {"catalogue": [7]},
            {"catalogue": [{"name": "ml"}]},
            {"catalogue": [CATALOGUE[0] | {"open": "yes"}]},
            {"catalogue": [CATALOGUE[0] | {"owner": "boss"}]},
            {"catalogue": [CATALOGUE[0] | {"contributors": {"ann": "edit"}}]},
            {"catalogue": [CATALOGUE[0] | {"contributors": [{"name": "ann"}]}]},
            {"catalogue_problem": 7},
        ],
    )
    def test_other_forms_make_the_report_unusable(self, keys, portal):
        assert read(portal, REPORT | keys).problem == (
            "the report of remote cannot be used: it does not have the form of version 1"
        )

    def test_a_new_catalogue_is_an_event(self, portal):
        read(portal, REPORT | {"catalogue": []})
        assert [type(event) for event in portal.events] == [ReportChangedEvent]

        read(portal, REPORT | {"catalogue": CATALOGUE})
        assert [type(event) for event in portal.events] == [ReportChangedEvent]


class TestTheTextOfAPortal:
    TEXT = json.dumps(
        {
            "profiles": [
                {
                    "name": "ml",
                    "contributors": [
                        {
                            "name": "анна@example.com",
                            "role": "edit",
                            "until": "2026-12-31T00:00:00Z",
                        },
                        {"name": "😀 \u2028 O'Neill", "role": "view"},
                    ],
                }
            ]
        },
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )

    def test_it_arrives_byte_for_byte_with_the_revision_of_its_etag(self, reader, asking):
        end = asking(document=self.TEXT)
        end.see(end.on.config_changed())

        reader.hear(end.databag)

        [published] = reader.published()
        assert published.text == self.TEXT
        assert published.revision == end.databag["revision"] == revision_of(self.TEXT)

    def test_the_revision_is_the_beginning_of_the_sha_256_of_its_utf_8(self):
        assert revision_of(self.TEXT) == hashlib.sha256(self.TEXT.encode()).hexdigest()[:16]

    def test_the_equal_mapping_has_the_same_revision(self, asking):
        end = asking(document=json.loads(self.TEXT))
        end.see(end.on.config_changed())

        assert end.databag["document"] == self.TEXT

    def test_a_large_one_that_is_compressed_has_it_too(self, reader, asking):
        people = [{"name": f"user{index}@example.com", "role": "edit"} for index in range(10_000)]
        text = json.dumps({"profiles": [{"contributors": people, "name": "ml"}]}, sort_keys=True)
        end = asking(document=text)
        end.see(end.on.config_changed())

        reader.hear(end.databag)

        assert end.databag["encoding"] == "zlib+base64"
        assert reader.published()[0].revision == revision_of(text)
