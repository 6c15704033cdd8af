"""The report of one source: who was refused and why, who stays, and the open profiles."""

from datetime import UTC, datetime, timedelta

import pytest

from profiles_management.pmr import documents
from profiles_management.pmr.classes import ContributorRole, UserKind
from profiles_management.reconcile.plan import (
    Action,
    Change,
    Frozen,
    ObjectRef,
    Person,
    Phase,
    Plan,
    Reason,
)
from profiles_management.reconcile.report import Outcome, Report, Result
from profiles_management.reconcile.target_errors import TargetError
from profiles_management.sources import (
    CatalogueContributor,
    CatalogueProfile,
    Gathered,
    NothingToRead,
    RefusedPerson,
    merged,
    report_for,
)
from readings import reading

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
PORTAL, TEAMS = "relation:profiles:portal", "relation:profiles:teams"
DONE = Report(Plan())


EMPTY = documents.loads("profiles: []")


def pmr(text):
    return documents.loads(f"profiles:\n{text}", additions=True)


def ml(*people, opened="true", more=""):
    return pmr(
        f"- {{name: ml, open: {opened}, owner: {{kind: User, name: boss}}, "
        f"contributors: [{', '.join(people)}]}}\n{more}"
    )


def adds(*people, to="ml"):
    return pmr(f"- {{name: {to}, contributors: [{', '.join(people)}]}}")


def who(name, role="edit", until=""):
    return f"{{name: {name}, role: {role}{until and f', until: {until}'}}}"


def report_of(asking, *others, outcome=DONE, now=NOON):
    """Return the report for one reading, among others."""
    readings = (asking, *others)
    return report_for(asking, Gathered(merged(readings), readings), outcome, now=now)


def portal(document, **more):
    return reading(PORTAL, document, is_trusted=False, **more)


def config(document):
    return reading("config", document)


class TestRefusedPeople:
    @pytest.mark.parametrize(
        ("added", "others", "reason"),
        [
            (who("ann"), [config(ml(opened="false"))], "ml is not open"),
            (who("ann"), [config(EMPTY)], "ml does not exist"),
            (who("boss"), [config(ml())], "ml belongs to this person"),
            (who("Boss"), [config(ml())], "ml belongs to this person"),
            (
                who("ann"),
                [config(ml(who("ann", "view")))],
                "ml lists this person with another role",
            ),
            (who("Ann"), [config(ml(who("ann")))], "ml lists this person in another spelling"),
            (
                who("ann"),
                [config(ml()), reading(TEAMS, adds(who("ann", "view")), is_trusted=False)],
                "another source adds this person to ml with another role or spelling",
            ),
            (
                who("ann"),
                [config(ml()), reading("git", adds(who("ann", "view")))],
                "another source adds this person to ml with another role or spelling",
            ),
            (
                who("ann"),
                [config(ml(who("ann", until="2026-11-01")))],
                "ml lists this person itself, until a time that has passed",
            ),
            (
                who("ann"),
                [config(ml()), reading("git", adds(who("ann", until="2026-11-01")))],
                "ml lists this person itself, until a time that has passed",
            ),
        ],
    )
    def test_each_has_a_reason(self, added, others, reason):
        report = report_of(portal(adds(added)), *others)

        name = documents.loads(
            f"profiles: [{{name: ml, contributors: [{added}]}}]", additions=True
        ).additions["ml"]
        assert report.refused == (RefusedPerson("ml", name.contributors[0].name, reason),)

    def test_the_rest_of_the_profile_is_applied(self):
        report = report_of(portal(adds(who("boss"), who("ann"))), config(ml()))

        assert report.profiles == {"ml": ("applied", "")}
        assert [person.name for person in report.refused] == ["boss"]

    def test_a_profile_of_which_everything_is_refused_has_failed_too(self):
        report = report_of(portal(adds(who("ann"))), config(ml(opened="false")))

        state, reason = report.profiles["ml"]
        assert (state, "does not open" in reason) == ("failed", True)

    def test_people_whom_the_profile_lists_alike_are_not_refused(self):
        report = report_of(
            portal(adds(who("ann"), who("bob", until="2026-12-01"))),
            config(ml(who("ann"), who("bob"))),
        )

        assert report.refused == ()

    def test_an_entry_that_ends_before_an_addition_is_a_refusal_from_then_on(self):
        sources = portal(adds(who("ann"))), config(ml(who("ann", until="2026-12-01T00:00:00Z")))
        end = datetime(2026, 12, 1, tzinfo=UTC)

        assert report_of(*sources, now=end - timedelta(seconds=1)).refused == ()
        assert [person.name for person in report_of(*sources, now=end).refused] == ["ann"]

    def test_an_addition_that_ends_first_is_not_refused(self):
        report = report_of(
            portal(adds(who("ann", until="2026-10-01"))),
            config(ml(who("ann", until="2026-10-02"))),
        )

        assert report.refused == ()

    def test_nobody_is_refused_because_of_a_source_that_cannot_be_read(self):
        unreadable = reading("git", NothingToRead("no answer"))

        report = report_of(portal(adds(who("ann"))), config(EMPTY), unreadable)

        assert report.refused == ()
        assert report.profiles["ml"][0] == "failed"

    def test_other_sources_learn_nothing_of_it(self):
        readings = (
            portal(adds(who("ann"), who("eve"))),
            reading(TEAMS, adds(who("ann", "view")), is_trusted=False),
            config(ml()),
        )
        gathered = Gathered(merged(readings), readings)

        teams = report_for(readings[1], gathered, DONE, now=NOON)

        assert [person.name for person in teams.refused] == ["ann"]
        assert "eve" not in repr(teams)
        assert PORTAL not in repr(teams)

    @pytest.mark.parametrize("path", ["file:/home/zoe/teams.yaml", "file:zoe@example.com"])
    def test_no_reason_has_a_name_of_another_source_that_can_be_that_of_a_person(self, path):
        closed = reading(path, ml(opened="false"))

        report = report_of(portal(adds(who("ann"))), closed)

        assert report.profiles["ml"][0] == "failed"
        assert "zoe" not in repr(report)


class TestAProfileOfAnotherSource:
    @pytest.mark.parametrize(
        ("source", "person", "state"),
        [
            ("config", "boss", "applied"),
            (PORTAL, "ann", "failed"),
            (PORTAL, "left", "failed"),
            (TEAMS, "ann", "failed"),
        ],
    )
    def test_it_has_the_state_of_the_changes_of_ones_own_people(self, source, person, state):
        change = Change(
            Phase.GRANT,
            "ml",
            ObjectRef("RoleBinding", "ml", "any"),
            Action.CREATE,
            Reason.WANTED,
            person=Person("User", person),
            source=source,
        )
        outcome = Report(Plan((change,)), (Outcome(change, Result.FAILED, "user boss: refused"),))

        report = report_of(portal(adds(who("ann"))), config(ml()), outcome=outcome)

        assert report.profiles == {"ml": (state, "")}


class TestProfilesThatTheDocumentDoesNotName:
    def test_they_are_pending_while_people_stay_there(self):
        plan = Plan(remaining={PORTAL: frozenset({"web", "ml"}), TEAMS: frozenset({"lab"})})

        report = report_of(portal(adds(who("ann"))), config(ml()), outcome=Report(plan))

        stays = "people of this source still have access there"
        assert report.profiles == {"ml": ("applied", ""), "web": ("pending", stays)}

    def test_they_are_pending_while_the_document_cannot_be_used(self):
        plan = Plan(remaining={PORTAL: frozenset({"web"})})

        report = report_of(portal(NothingToRead("no")), config(ml()), outcome=Report(plan))

        assert (report.problem, [*report.profiles]) == ("no", ["web"])

    def test_they_are_pending_while_a_change_of_another_source_has_not_ended_access(self):
        ann = Person("User", "ann")
        change = Change(
            Phase.REVOKE,
            "web",
            ObjectRef("RoleBinding", "web", "any"),
            Action.DELETE,
            Reason.LEFT_DOCUMENT,
            person=ann,
            source="config",
        )
        plan = Plan((change,), given={PORTAL: frozenset({("web", ann)})})
        outcome = Report(plan, (Outcome(change, Result.FAILED, "refused"),))

        report = report_of(portal(EMPTY), config(ml()), outcome=outcome)

        assert [*report.profiles] == ["web"]

    def test_open_profiles_are_pending_where_the_cluster_was_not_read(self):
        asking = portal(EMPTY, wants_catalogue=True)
        closed = "- {name: lab, owner: {kind: User, name: boss}}"

        report = report_of(asking, config(ml(more=closed)), outcome=TargetError("it is away"))

        assert {name: state for name, (state, _) in report.profiles.items()} == {"ml": "pending"}

    def test_a_source_without_the_catalogue_gets_no_name_of_them(self):
        report = report_of(portal(EMPTY), config(ml()), outcome=TargetError("it is away"))

        assert report.profiles == {}


class TestTheCatalogue:
    def test_it_has_the_open_profiles_with_the_contributors_of_other_sources(self):
        closed = "- {name: lab, owner: {kind: User, name: boss}}"
        own = ml(who("ann"), "{kind: Group, name: staff, role: view}", more=closed)
        asking = portal(adds(who("eve")), wants_catalogue=True)
        others = reading(TEAMS, adds(who("bob", until="2026-12-01")), is_trusted=False)

        report = report_of(asking, config(own), others)

        end = datetime(2026, 12, 1, tzinfo=UTC)
        edit, view = ContributorRole.EDIT, ContributorRole.VIEW
        people = (
            CatalogueContributor(UserKind.USER, "ann", edit, None, "config"),
            CatalogueContributor(UserKind.GROUP, "staff", view, None, "config"),
            CatalogueContributor(UserKind.USER, "bob", edit, end, TEAMS),
        )
        assert report.catalogue == (CatalogueProfile("ml", UserKind.USER, "boss", people),)

    def test_whom_another_source_adds_too_is_listed_with_that_source(self):
        asking = portal(adds(who("bob")), wants_catalogue=True)
        others = reading(TEAMS, adds(who("bob", until="2026-12-01")), is_trusted=False)

        report = report_of(asking, config(ml()), others)

        [listed] = report.catalogue[0].contributors
        assert (listed.name, listed.source) == ("bob", TEAMS)
        assert listed.until == datetime(2026, 12, 1, tzinfo=UTC)

    def test_the_document_of_the_administrator_is_config_in_a_command_too(self):
        asking = portal(adds(who("eve")), wants_catalogue=True)
        gathered = Gathered(merged([asking], own=ml(who("ann"))), (asking,))

        report = report_for(asking, gathered, DONE, now=NOON)

        assert [person.source for person in report.catalogue[0].contributors] == ["config"]

    def test_a_source_that_does_not_ask_gets_none(self):
        assert report_of(portal(adds(who("eve"))), config(ml())).catalogue is None

    def test_it_is_missing_while_a_source_cannot_be_read(self):
        asking = portal(adds(who("eve")), wants_catalogue=True)
        unreadable = reading("git", NothingToRead("no answer"))

        assert report_of(asking, config(ml()), unreadable).catalogue is None

    def test_it_is_missing_while_a_source_that_made_something_is_not_given(self):
        asking = portal(adds(who("eve")), wants_catalogue=True)
        absent = Frozen("git", why="", profiles=("web",), is_given=False)

        outcome = Report(Plan(frozen=(absent,)))

        assert report_of(asking, config(ml()), outcome=outcome).catalogue is None

    def test_it_is_missing_while_two_sources_define_one_profile(self):
        asking = portal(adds(who("eve")), wants_catalogue=True)

        assert report_of(asking, config(ml()), reading("git", ml())).catalogue is None

    def test_it_is_missing_where_the_cluster_was_not_read(self):
        asking = portal(adds(who("eve")), wants_catalogue=True)

        report = report_of(asking, config(ml()), outcome=TargetError("it is away"))

        assert report.catalogue is None

    def test_a_source_that_is_not_set_up_does_not_matter(self):
        asking = portal(adds(who("eve")), wants_catalogue=True)
        not_set_up = reading("git", EMPTY, is_configured=False)

        assert report_of(asking, config(ml()), not_set_up).catalogue is not None


def test_a_report_has_the_revision_of_the_document():
    assert report_of(portal(adds(who("ann")), revision="00aa"), config(ml())).revision == "00aa"
