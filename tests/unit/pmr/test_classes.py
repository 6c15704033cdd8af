"""The classes: names and behaviour of the peer, strict, with defaults."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from profiles_management.pmr import (
    DocumentError,
    DuplicateProfileError,
    ProfilesError,
    classes,
    loads,
)


def test_the_code_of_the_seed_runs_but_for_its_slips():
    pmr = classes.ProfilesManagementRepresentation()

    for profile_name in ["ml-engineers"]:
        contributors = []
        for user, role in [("kimonas@canonical.com", classes.ContributorRole.EDIT)]:
            contributors.append(classes.Contributor(name=user, role=role))
        quota = classes.ResourceQuotaSpecModel.model_validate({"hard": {"limits.cpu": "1"}})
        owner = classes.Owner(name="admin@canonical.com", kind=classes.UserKind.USER)
        profile = classes.Profile(
            name=profile_name, resources=quota, contributors=contributors, owner=owner
        )
        pmr.add_profile(profile)

    assert pmr.profiles["ml-engineers"].resources.hard == {"limits.cpu": "1"}
    assert pmr.has_profile("ml-engineers")


class TestTheRepresentation:
    def test_profiles_are_found_by_name(self, profile):
        pmr = classes.ProfilesManagementRepresentation([profile("a"), profile("b")])

        assert pmr.profiles["b"].name == "b"
        assert pmr.has_profile("a")
        assert not pmr.has_profile("c")
        assert len(pmr) == 2

    def test_profiles_come_in_the_order_of_names(self, profile):
        pmr = classes.ProfilesManagementRepresentation([profile("b"), profile("c"), profile("a")])

        assert [one.name for one in pmr.in_order()] == ["a", "b", "c"]

    def test_two_representations_share_nothing(self, profile):
        classes.ProfilesManagementRepresentation().add_profile(profile())

        assert not classes.ProfilesManagementRepresentation().profiles

    def test_a_list_with_one_name_twice_is_refused(self, profile):
        with pytest.raises(DuplicateProfileError, match='two profiles have the name "ml"'):
            classes.ProfilesManagementRepresentation([profile(), profile(bob="edit")])

    def test_two_additions_of_one_name_are_refused(self):
        bob = [classes.Contributor(name="bob@example.com", role="edit")]
        additions = [classes.Addition(name="ml", contributors=bob)] * 2

        with pytest.raises(DuplicateProfileError, match='two entries have the name "ml"'):
            classes.ProfilesManagementRepresentation(additions=additions)

    @pytest.mark.parametrize("caught", [TypeError, ValueError, ProfilesError])
    def test_the_charm_that_moves_catches_a_second_profile_of_one_name(self, profile, caught):
        pmr = classes.ProfilesManagementRepresentation([profile(bob="edit")])

        with pytest.raises(caught):
            pmr.add_profile(profile(bob="view"))

    @pytest.mark.parametrize("profiles", [None, 1, "ml", {}, {"ml": None}])
    def test_what_is_not_a_list_is_refused_with_what_to_pass(self, profiles):
        given = type(profiles).__name__
        message = f"profiles_list is {given}. Pass a list, or leave it out for none."

        with pytest.raises(TypeError, match=re.escape(message)):
            classes.ProfilesManagementRepresentation(profiles)

    def test_a_single_profile_in_place_of_a_list_is_refused(self, profile):
        with pytest.raises(TypeError, match="profiles_list is Profile"):
            classes.ProfilesManagementRepresentation(profile())

    def test_additions_that_are_not_a_list_are_refused(self):
        with pytest.raises(TypeError, match="additions is NoneType"):
            classes.ProfilesManagementRepresentation(additions=None)

    def test_profiles_can_come_from_any_iterable(self, profile):
        pmr = classes.ProfilesManagementRepresentation(profile(name) for name in ("a", "b"))

        assert [*pmr.profiles] == ["a", "b"]

    def test_a_list_of_something_else_is_refused(self):
        with pytest.raises(ValidationError):
            classes.ProfilesManagementRepresentation(["ml"])

    def test_adding_an_equal_profile_again_changes_nothing(self, profile):
        pmr = classes.ProfilesManagementRepresentation([profile(bob="edit")])

        pmr.add_profile(profile(bob="edit"))

        assert len(pmr) == 1

    def test_adding_another_profile_of_the_same_name_is_refused(self, profile):
        pmr = classes.ProfilesManagementRepresentation([profile(bob="edit")])

        with pytest.raises(DuplicateProfileError, match='remove_profile\\("ml"\\) first'):
            pmr.add_profile(profile(bob="view"))

        assert pmr.profiles["ml"] == profile(bob="edit")

    def test_a_removed_profile_is_gone(self, profile):
        pmr = classes.ProfilesManagementRepresentation([profile()])

        pmr.remove_profile("ml")

        assert not pmr.has_profile("ml")

    @pytest.mark.parametrize("name", ["nobody", None])
    def test_removing_a_profile_that_is_not_there_is_no_error(self, name):
        classes.ProfilesManagementRepresentation().remove_profile(name)

    def test_it_prints_profiles_and_people(self, profile):
        pmr = classes.ProfilesManagementRepresentation([profile(bob="edit")])

        assert str(pmr) == "Profiles:\n-  ml: (bob@example.com, edit)\n"
        assert repr(pmr) == "<ProfilesManagementRepresentation of 1 profiles: ml>"

    def test_an_empty_one_is_true_as_the_peers_is(self):
        assert classes.ProfilesManagementRepresentation()


class TestForACharmThatMoves:
    @pytest.mark.parametrize(
        "quota", [{}, {"hard": None}, {"hard": {}}, {"scopes": ["BestEffort"]}]
    )
    def test_a_quota_that_limits_nothing_is_empty(self, quota):
        assert classes.ResourceQuotaSpecModel.model_validate(quota).is_empty is True

    @pytest.mark.parametrize("quota", [{"hard": {"pods": "0"}}, {"hard": {"limits.cpu": 5}}])
    def test_a_quota_that_limits_something_is_not(self, quota):
        assert classes.ResourceQuotaSpecModel.model_validate(quota).is_empty is False

    def test_no_contributors_can_be_written_as_none(self):
        owner = classes.Owner(kind="user", name="olga@example.com")

        made = classes.Profile(name="ml", owner=owner, contributors=None)

        assert made.contributors == []

    def test_contributors_can_be_set_to_none(self, profile):
        one = profile(bob="edit")

        one.contributors = None

        assert one.contributors == []

    @pytest.mark.parametrize("empty", ["", " null", " ~"])
    def test_a_document_still_says_none_with_brackets(self, empty):
        head = "profiles:\n- name: ml\n  owner: {kind: User, name: a@x.com}\n"
        text = f"{head}  contributors:{empty}\n"

        with pytest.raises(DocumentError, match="contributors: \\[\\] for none") as caught:
            loads(text)

        assert len(caught.value.problems) == 1


class TestKinds:
    @pytest.mark.parametrize(
        ("written", "kind"),
        [
            ("User", "USER"),
            ("user", "USER"),
            ("service-account", "SERVICE_ACCOUNT"),
            ("ServiceAccount", "SERVICE_ACCOUNT"),
            ("group", "GROUP"),
        ],
    )
    def test_both_spellings_are_read(self, written, kind):
        assert classes.Owner(kind=written, name="x").kind is classes.UserKind[kind]

    @pytest.mark.parametrize("written", ["USER", "Team", "", None, 1])
    def test_others_are_refused(self, written):
        with pytest.raises(ValidationError):
            classes.Owner(kind=written, name="x")


class TestStrictness:
    def test_an_unknown_key_is_refused(self, profile):
        with pytest.raises(ValidationError, match="contributers"):
            classes.Profile.model_validate({**profile().model_dump(), "contributers": []})

    @pytest.mark.parametrize("name", [None, True, 1, b"ml"])
    def test_a_name_is_text(self, profile, name):
        with pytest.raises(ValidationError):
            profile(name)

    @pytest.mark.parametrize("value", ["true", 1, None])
    def test_open_is_true_or_false(self, profile, value):
        with pytest.raises(ValidationError):
            profile(open=value)

    def test_an_assignment_is_checked_too(self, profile):
        one = profile()

        with pytest.raises(ValidationError):
            one.name = "Not A Name"

    def test_a_refused_assignment_leaves_the_profile_as_it_was(self, profile):
        one = profile(bob="edit")

        with pytest.raises(ValidationError, match="owns this profile"):
            one.contributors = [classes.Contributor(name="ann@example.com", role="edit")]

        assert one == profile(bob="edit")

    def test_the_error_reads_well(self):
        with pytest.raises(ValidationError) as refused:
            classes.Contributor(name="*@example.com", role="edit")

        assert '"*@example.com" is a wildcard in Istio. Write the name of one user' in str(
            refused.value
        )

    def test_contributors_stay_a_list_that_can_grow(self, profile):
        one = profile()

        one.contributors.append(classes.Contributor(name="bob@example.com", role="edit"))

        assert len(one.contributors) == 1


class TestUntil:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("2027-01-31", datetime(2027, 1, 31, tzinfo=UTC)),
            (date(2027, 1, 31), datetime(2027, 1, 31, tzinfo=UTC)),
            ("2027-01-31T18:00Z", datetime(2027, 1, 31, 18, tzinfo=UTC)),
            ("2027-01-31 18:00:00+02:00", datetime(2027, 1, 31, 16, tzinfo=UTC)),
            ("2027-01-31t18:00:00.25 -0030", datetime(2027, 1, 31, 18, 30, 0, 250000, tzinfo=UTC)),
            (
                datetime(2027, 1, 31, 18, tzinfo=timezone(timedelta(hours=1))),
                datetime(2027, 1, 31, 17, tzinfo=UTC),
            ),
        ],
    )
    def test_it_is_a_moment_in_utc(self, written, meant):
        until = classes.Contributor(name="bob", role="edit", until=written).until

        assert until == meant
        assert until.tzinfo is UTC

    @pytest.mark.parametrize(
        "written", ["soon", "2027-1-31", "20270131", "2027-W05", "2027-01-31T18:00", 2027, True]
    )
    def test_anything_else_is_refused(self, written):
        with pytest.raises(ValidationError):
            classes.Contributor(name="bob", role="edit", until=written)

    def test_a_time_without_a_zone_is_refused(self):
        with pytest.raises(ValidationError, match="a time needs a zone"):
            classes.Contributor(name="bob", role="edit", until=datetime(2027, 1, 31))  # noqa: DTZ001


class TestDefaults:
    QUOTA = classes.ResourceQuotaSpecModel(hard={"pods": 3})
    BOUNDS = classes.LimitRangeSpec(limits=[{"type": "Pod", "max": {"cpu": 1}}])
    DEFAULTS = classes.Defaults(
        resources=QUOTA, limit_range=BOUNDS, labels={"team": "x", "tier": "gold"}
    )

    def pmr(self, profile, **fields):
        return classes.ProfilesManagementRepresentation([profile(**fields)], defaults=self.DEFAULTS)

    def test_what_a_profile_does_not_say_is_the_default(self, profile):
        pmr = self.pmr(profile)

        assert pmr.resources_of(pmr.profiles["ml"]) == self.QUOTA
        assert pmr.limit_range_of(pmr.profiles["ml"]) == self.BOUNDS
        assert pmr.labels_of(pmr.profiles["ml"]) == {"team": "x", "tier": "gold"}

    def test_empty_means_explicitly_none(self, profile):
        pmr = self.pmr(profile, resources={}, limit_range={})

        assert pmr.resources_of(pmr.profiles["ml"]) == classes.ResourceQuotaSpecModel()
        assert pmr.limit_range_of(pmr.profiles["ml"]) == classes.LimitRangeSpec()

    def test_a_quota_replaces_the_default_as_a_whole(self, profile):
        pmr = self.pmr(profile, resources={"hard": {"limits.cpu": 1}})

        assert pmr.resources_of(pmr.profiles["ml"]).hard == {"limits.cpu": "1"}

    def test_labels_merge_by_key_and_null_drops_one(self, profile):
        pmr = self.pmr(profile, labels={"team": "y", "tier": None, "own": "z"})

        assert pmr.labels_of(pmr.profiles["ml"]) == {"team": "y", "own": "z"}

    def test_without_defaults_nothing_holds_that_is_not_said(self, profile):
        pmr = classes.ProfilesManagementRepresentation([profile()])

        assert pmr.resources_of(pmr.profiles["ml"]) is None
        assert pmr.limit_range_of(pmr.profiles["ml"]) is None
        assert pmr.labels_of(pmr.profiles["ml"]) == {}


class TestSpecs:
    def test_a_quota_is_written_as_kubernetes_takes_it(self):
        quota = classes.ResourceQuotaSpecModel(
            hard={"pods": 3},
            scope_selector={
                "match_expressions": [
                    {"operator": "In", "scope_name": "PriorityClass", "values": ["high"]}
                ]
            },
            scopes=["NotTerminating"],
        )

        assert quota.to_spec() == {
            "hard": {"pods": "3"},
            "scopeSelector": {
                "matchExpressions": [
                    {"operator": "In", "scopeName": "PriorityClass", "values": ["high"]}
                ]
            },
            "scopes": ["NotTerminating"],
        }

    def test_an_empty_quota_is_an_empty_spec(self):
        assert classes.ResourceQuotaSpecModel().to_spec() == {}

    def test_a_limit_range_is_written_as_kubernetes_takes_it(self):
        bounds = classes.LimitRangeSpec(
            limits=[{"type": "Container", "default_request": {"cpu": 1}}]
        )

        assert bounds.to_spec() == {
            "limits": [{"type": "Container", "defaultRequest": {"cpu": "1"}}]
        }

    def test_a_plugin_is_written_as_the_crd_has_it(self):
        plugin = classes.Plugin(
            kind="WorkloadIdentity", api_version="v1", spec={"gcpServiceAccount": "x", "none": None}
        )

        assert plugin.to_spec() == {
            "apiVersion": "v1",
            "kind": "WorkloadIdentity",
            "spec": {"gcpServiceAccount": "x", "none": None},
        }


@pytest.mark.parametrize("spelling", ["limitRange", "limit_range"])
def test_both_spellings_of_a_field_are_read(spelling):
    document = (
        f"profiles: [{{name: ml, owner: {{kind: User, name: ann}}, {spelling}: {{limits: []}}}}]"
    )

    assert loads(document).profiles["ml"].limit_range == classes.LimitRangeSpec()


def test_a_group_may_have_the_name_of_a_user(profile):
    people = [
        {"name": "ann@example.com", "role": "edit", "kind": "Group"},
        {"name": "bob", "role": "edit"},
    ]

    assert (
        len(
            profile(
                contributors=[*people, {"name": "Bob", "role": "view", "kind": "Group"}]
            ).contributors
        )
        == 3
    )


def test_one_wrong_word_does_not_hide_another(profile):
    with pytest.raises(DocumentError) as refused:
        loads("profiles: [{name: A, owner: {kind: x, name: ' '}, open: 1}]")

    assert [problem.code for problem in refused.value.problems] == [
        "bad-name",
        "unknown-kind",
        "bad-user",
        "not-true-or-false",
    ]
