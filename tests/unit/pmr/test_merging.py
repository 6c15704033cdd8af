"""Several documents become one: defining profiles, adding people, and refusals by source."""

from datetime import UTC, datetime

import pytest

from profiles_management.pmr import Contributor, SourceDocument, UserKind, loads, merge

CONFIG, GIT, RELATION = "config", "git", "relation:profiles:teams"
OPEN = "profiles: [{name: ml, open: true, owner: {kind: User, name: olga}, contributors: [{name: ann, role: edit}]}]"
CLOSED = OPEN.replace("open: true, ", "")


def source(name, text):
    return SourceDocument(name, loads(text, additions=True))


def adding(name, *people, to="ml"):
    """Return a source that adds people, each given as 'bob edit' or 'bob edit 2027-01-01'."""
    listed = [
        dict(zip(("name", "role", "until"), person.split(), strict=False)) for person in people
    ]
    return source(
        name, f"profiles: [{{name: {to}, contributors: {[*map(flow, listed)]}}}]".replace("'", "")
    )


def flow(fields):
    return "{" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"


def people(pmr, name="ml"):
    return {person.name: person.role.value for person in pmr.profiles[name].contributors}


def warned(pmr):
    return [(problem.code, problem.where.file) for problem in pmr.origins.refused]


class TestDefining:
    def test_every_profile_records_the_source_that_defines_it(self):
        pmr = merge([source(CONFIG, CLOSED), source(GIT, CLOSED.replace("ml", "web"))])

        assert pmr.origins.profiles == {"ml": CONFIG, "web": GIT}

    def test_defaults_hold_for_the_profiles_of_their_own_document(self):
        defaults = "defaults: {labels: {team: red}, resources: {hard: {pods: 5}}, limitRange: {}}\n"
        pmr = merge([source(CONFIG, defaults + CLOSED), source(GIT, CLOSED.replace("ml", "web"))])

        ml, web = pmr.in_order()
        assert (ml.labels, ml.resources.hard, ml.limit_range.limits) == (
            {"team": "red"},
            {"pods": "5"},
            [],
        )
        assert (web.labels, web.resources, web.limit_range, pmr.defaults) == ({}, None, None, None)

    def test_what_a_profile_says_goes_before_the_defaults(self):
        defaults = "defaults: {labels: {team: red, tier: gold}, resources: {hard: {pods: 5}}}\n"
        own = CLOSED.replace(
            "name: ml,", "name: ml, resources: {}, labels: {tier: null, team: blue},"
        )

        (ml,) = merge([source(CONFIG, defaults + own)]).in_order()

        assert ml.labels == {"team": "blue"}
        assert ml.resources is not None
        assert not ml.resources.hard

    def test_the_documents_themselves_are_not_changed(self):
        definer, adder = (
            source(CONFIG, "defaults: {labels: {team: red}}\n" + OPEN),
            adding(GIT, "bob view"),
        )
        before = definer.pmr.profiles["ml"].model_copy(deep=True)

        merge([definer, adder])

        assert definer.pmr.profiles["ml"] == before

    def test_a_profile_that_two_sources_define_is_a_conflict_that_names_both(self):
        pmr = merge([source(RELATION, CLOSED), source(CONFIG, CLOSED)])

        problem = pmr.origins.conflicts["ml"]
        assert str(problem) == (
            "Profile/ml: ml is defined by config and by relation:profiles:teams. "
            "Remove it from one of them. [two-sources]"
        )
        assert not pmr.has_profile("ml")

    def test_three_are_all_named(self):
        pmr = merge([source(name, CLOSED) for name in (RELATION, CONFIG, GIT)])

        assert (
            "by config, by git and by relation:profiles:teams" in pmr.origins.conflicts["ml"].what
        )
        assert pmr.origins.conflicts["ml"].remedy == "Remove it from all but one of them."

    def test_the_other_profiles_of_both_go_on(self):
        two = "profiles: [{name: %s, owner: {kind: User, name: o}}, {name: ml, owner: {kind: User, name: o}}]"

        pmr = merge([source(CONFIG, two % "data"), source(GIT, two % "web")])

        assert [*pmr.profiles] == ["data", "web"]

    def test_a_source_that_cannot_be_read_is_frozen_with_its_reason(self):
        pmr = merge(
            [source(CONFIG, CLOSED), SourceDocument(RELATION, None, "it has published nothing yet")]
        )

        assert pmr.origins.frozen == {RELATION: "it has published nothing yet"}
        assert [*pmr.profiles] == ["ml"]

    def test_what_was_read_or_withdrawn_is_settled_and_leaves_nothing_behind(self):
        origins = merge(
            [source(CONFIG, CLOSED), SourceDocument(GIT)], withdrawn=[RELATION, GIT]
        ).origins

        assert [
            one for one in (CONFIG, GIT, RELATION, "relation:profiles:later") if origins.leaves(one)
        ] == [
            GIT,
            "relation:profiles:later",
        ]

    def test_what_records_no_source_stays_while_one_cannot_be_read(self):
        assert merge([source(CONFIG, CLOSED), SourceDocument(GIT)]).origins.leaves("")
        assert not merge([source(CONFIG, CLOSED)]).origins.leaves("")
        assert not loads(CLOSED).origins.leaves("")

    def test_no_source_at_all_is_a_document_of_nothing(self):
        assert len(merge([])) == 0

    @pytest.mark.parametrize("names", [(GIT, GIT), ("",)])
    def test_a_source_is_one_and_has_a_name(self, names):
        with pytest.raises(ValueError, match="two sources have the name"):
            merge([SourceDocument(name) for name in names])


class TestAdding:
    def test_a_contributor_is_added_and_records_the_source(self):
        pmr = merge([source(CONFIG, OPEN), adding(RELATION, "bob view")])

        assert people(pmr) == {"ann": "edit", "bob": "view"}
        assert pmr.origins.contributors == {("ml", UserKind.USER, "bob"): RELATION}

    def test_who_is_listed_with_the_same_role_is_no_change(self):
        pmr = merge([source(CONFIG, OPEN), adding(RELATION, "ann edit 2027-01-01")])

        assert people(pmr) == {"ann": "edit"}
        assert pmr.profiles["ml"].contributors[0].until is None
        assert (warned(pmr), pmr.origins.contributors) == ([], {})

    @pytest.mark.parametrize(
        ("definer", "added", "code"),
        [
            (CLOSED, "bob view", "not-open"),
            (OPEN.replace("ml", "other"), "bob view", "nobody-defines"),
            (OPEN, "olga view", "owner-contributes"),
            (OPEN, "OLGA view", "owner-contributes"),
            (OPEN, "ann view", "two-roles"),
            (OPEN, "Ann edit", "case-clash"),
        ],
    )
    def test_an_addition_that_is_refused_is_reported_to_its_source_and_stops_nothing(
        self, definer, added, code
    ):
        pmr = merge([source(CONFIG, definer), adding(RELATION, added, "zed edit")])

        assert (code, RELATION) in warned(pmr)
        assert people(pmr, next(iter(pmr.profiles)))["ann"] == "edit"
        assert not pmr.origins.conflicts

    def test_the_others_of_an_addition_are_still_added(self):
        pmr = merge([source(CONFIG, OPEN), adding(RELATION, "ann view", "zed edit")])

        assert people(pmr) == {"ann": "edit", "zed": "edit"}

    def test_a_refusal_names_both_sources_the_profile_and_what_to_do(self):
        pmr = merge([source(CONFIG, OPEN), adding(RELATION, "ann view")])

        (problem,) = pmr.origins.refused
        assert str(problem) == (
            'relation:profiles:teams Profile/ml: relation:profiles:teams adds "ann" to ml as view, but config sets '
            'the role edit. Remove "ann" from what relation:profiles:teams adds. Until then, the role stays edit. [two-roles]'
        )

    def test_admin_that_code_slipped_in_is_refused(self):
        adder = adding(RELATION, "bob view")
        adder.pmr.additions["ml"].contributors.append(Contributor(name="eve", role="admin"))

        pmr = merge([source(CONFIG, OPEN), adder])

        assert people(pmr) == {"ann": "edit", "bob": "view"}
        assert warned(pmr) == [("admin-added", RELATION)]

    def test_adding_to_a_profile_in_conflict_waits_for_the_conflict(self):
        pmr = merge([source(CONFIG, OPEN), source(GIT, OPEN), adding(RELATION, "bob view")])

        assert (warned(pmr), pmr.origins.contributors) == ([], {})

    def test_a_group_may_have_the_name_of_a_user(self):
        group = source(
            RELATION, "profiles: [{name: ml, contributors: [{name: ann, role: view, kind: Group}]}]"
        )

        pmr = merge([source(CONFIG, OPEN), group])

        assert pmr.origins.contributors == {("ml", UserKind.GROUP, "ann"): RELATION}


class TestAddingTheSamePerson:
    def test_two_sources_that_agree_add_once(self):
        pmr = merge([source(CONFIG, OPEN), adding(RELATION, "bob view"), adding(GIT, "bob view")])

        assert people(pmr) == {"ann": "edit", "bob": "view"}
        assert pmr.origins.contributors == {("ml", UserKind.USER, "bob"): GIT}

    @pytest.mark.parametrize(
        ("one", "other", "end", "whose"),
        [
            (
                "bob view 2027-01-01",
                "bob view 2028-01-01",
                datetime(2028, 1, 1, tzinfo=UTC),
                RELATION,
            ),
            ("bob view 2028-01-01", "bob view 2027-01-01", datetime(2028, 1, 1, tzinfo=UTC), GIT),
            ("bob view 2027-01-01", "bob view", None, RELATION),
        ],
    )
    def test_the_last_end_holds(self, one, other, end, whose):
        pmr = merge([source(CONFIG, OPEN), adding(GIT, one), adding(RELATION, other)])

        assert pmr.profiles["ml"].contributors[-1].until == end
        assert [*pmr.origins.contributors.values()] == [whose]

    @pytest.mark.parametrize("other", ["bob edit", "Bob view"])
    def test_two_roles_are_in_dispute_and_both_sources_get_a_message(self, other):
        pmr = merge(
            [source(CONFIG, OPEN), adding(RELATION, "bob view", "zed edit"), adding(GIT, other)]
        )

        assert people(pmr) == {"ann": "edit", "zed": "edit"}
        assert warned(pmr) == [("disputed", GIT), ("disputed", RELATION)]
        assert pmr.origins.disputed["ml", UserKind.USER, "bob"] == {GIT, RELATION}
        assert not pmr.origins.conflicts

    def test_a_dispute_names_both_sources_and_says_to_each_what_it_gave_itself(self):
        pmr = merge([source(CONFIG, OPEN), adding(RELATION, "Bob view"), adding(GIT, "bob edit")])

        assert [problem.what for problem in pmr.origins.refused] == [
            'git adds "bob" to ml as edit, and relation:profiles:teams the same person with another role or spelling',
            'relation:profiles:teams adds "Bob" to ml as view, and git the same person with another role or spelling',
        ]


class TestTheDocumentOfTheAdministrator:
    def test_its_profiles_have_no_recorded_source(self):
        pmr = merge([source(GIT, CLOSED.replace("ml", "web"))], own=loads(CLOSED))

        assert pmr.origins.profiles == {"ml": "", "web": GIT}

    def test_it_is_called_the_document_where_it_overrules_a_source(self):
        other = SourceDocument(RELATION, loads(CLOSED), trusted=False)

        (refused,) = merge([other], own=loads(CLOSED)).origins.refused

        assert refused.what == f"{RELATION} defines ml, which the document defines"

    @pytest.mark.parametrize(
        ("own", "who", "code"),
        [
            (CLOSED, "bob edit", "not-open"),
            (OPEN, "ann view", "two-roles"),
            (OPEN, "olga view", "owner-contributes"),
        ],
    )
    def test_it_is_called_the_document_where_it_decides_about_an_addition(self, own, who, code):
        (refused,) = merge([adding(RELATION, who)], own=loads(own)).origins.refused

        assert (refused.code, "the document" in refused.what) == (code, True)

    def test_what_no_source_is_recorded_for_is_its_own_while_another_source_cannot_be_read(self):
        assert not merge([SourceDocument(GIT)], own=loads(CLOSED)).origins.leaves("")
