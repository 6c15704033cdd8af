"""Documents of several sources in a cluster: recorded sources, frozen profiles, conflicts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.build import contributor, document, profile
from engine.looking import codes, roles_in, steps
from engine.test_until import at
from engine.world import NOON, World
from memory_api import Kfam
from profiles_management import (
    BrakeError,
    Settings,
    create_or_update_profiles,
    delete_stale_profiles,
    export_pmr,
    list_access,
    list_stale_profiles,
    plan_profiles,
)
from profiles_management.kubeflow.folder.directory import Directory
from profiles_management.pmr import Addition, SourceDocument, merge
from profiles_management.reconcile.plan import Access, Frozen, Phase, Reason

CONFIG, TEAMS, GIT = "config", "relation:profiles:teams", "git"
SOURCE = "profiles-management.io/source"
LATER = NOON + timedelta(days=1)


def opened(name="ml", **roles):
    return profile(name, fields={"open": True}, **roles)


def adding(*people, to="ml", **roles):
    """Return a document that adds people to a profile of another one."""
    pmr = document()
    listed = [*people, *(contributor(who, role) for who, role in roles.items())]
    pmr.additions[to] = Addition(name=to, contributors=listed)
    return pmr


NAMES = {"config": CONFIG, "teams": TEAMS, "git": GIT}


def merged(*, absent=(), **documents):
    """Merge documents by the first word of their sources; None is an unreadable one.

    What is not named was withdrawn, unless it is `absent`.
    """
    sources = [
        SourceDocument(NAMES[one], pmr, "" if pmr else "it is gone")
        for one, pmr in documents.items()
    ]
    return merge(sources, withdrawn=set(NAMES.values()) - {*absent})


def source_of(world, kind, name, space=None):
    return world.api.get(kind, space, name)["metadata"].get("annotations", {}).get(SOURCE)


def within(world, name="ml"):
    """Return everything in a profile, byte for byte, versions too."""
    return {key: world.api.get(*key) for key in world.api.snapshot() if name in (key[1] or key[2])}


def pairs(who, role="edit"):
    return [
        (kind, f"user-{who}-example-com-clusterrole-{role}", "ml")
        for kind in ("RoleBinding", "AuthorizationPolicy")
    ]


class TestTheMark:
    def test_what_a_source_creates_records_its_name(self, world):
        world.apply(merged(config=document(opened(ann="edit")), teams=adding(bob="view")))

        assert source_of(world, "Profile", "ml") == CONFIG
        assert [source_of(world, *one) for one in pairs("ann")] == [CONFIG] * 2
        assert [source_of(world, *one) for one in pairs("bob", "view")] == [TEAMS] * 2

    def test_what_a_single_document_creates_records_none(self, world):
        world.apply(document(profile(ann="edit")))

        assert source_of(world, "Profile", "ml") is None
        assert [source_of(world, *one) for one in pairs("ann")] == [None] * 2

    def test_without_kubeflow_the_namespace_records_it(self, plain):
        pmr = merged(config=document(profile(ann="edit")))
        plain.apply(pmr)

        assert source_of(plain, "Namespace", "ml") == CONFIG
        assert not plain.plan(pmr).changes

    def test_with_kubeflow_the_namespace_does_not(self, world):
        world.apply(merged(config=document(profile())))

        assert source_of(world, "Namespace", "ml") is None

    @pytest.mark.parametrize(
        "settings", [Settings(), Settings(standalone=True)], ids=["kubeflow", "standalone"]
    )
    def test_once_it_stands_nothing_is_left_to_do(self, settings):
        world = World(settings)
        pmr = merged(config=document(opened(ann="edit")), teams=adding(bob="view"))

        world.apply(pmr)

        assert not world.plan(pmr).changes

    @pytest.mark.parametrize(
        "settings", [Settings(), Settings(standalone=True)], ids=["kubeflow", "standalone"]
    )
    def test_moving_to_another_source_shapes_and_touches_nobodys_access(self, settings):
        world = World(settings)
        world.apply(merged(config=document(profile(ann="edit"))))

        plan = world.plan(merged(git=document(profile(ann="edit"))))
        world.apply(merged(git=document(profile(ann="edit"))))

        assert [(change.phase, change.reason) for change in plan.changes] == [
            (Phase.SHAPE, Reason.MOVED)
        ] * 2
        assert plan.access == Access(before=1)
        assert {source_of(world, *one) for one in pairs("ann")} == {GIT}
        assert not world.plan(merged(git=document(profile(ann="edit")))).changes

    def test_it_goes_where_there_are_no_sources_any_more(self, world):
        world.apply(merged(config=document(profile(ann="edit"))))

        world.apply(document(profile(ann="edit")))

        assert source_of(world, "Profile", "ml") is None
        assert [source_of(world, *one) for one in pairs("ann")] == [None] * 2

    def test_what_is_adopted_records_it_too(self, world):
        world.apply(document(profile(ann="edit")), instance="other")

        report = world.apply(merged(config=document(profile(ann="edit"))), take_over="other")

        assert {change.reason for change in report.plan.changes} == {Reason.ADOPTED}
        assert source_of(world, "Profile", "ml") == CONFIG

    def test_whom_the_definer_lists_is_no_longer_the_adders(self, world):
        world.apply(merged(config=document(opened()), teams=adding(bob="view")))

        report = world.apply(merged(config=document(opened(bob="view")), teams=adding(bob="view")))

        assert [change.reason for change in report.plan.changes] == [Reason.MOVED]
        assert [source_of(world, *one) for one in pairs("bob", "view")] == [CONFIG] * 2

    def test_it_is_nobodys_access(self, world):
        world.apply(merged(config=document(opened(ann="edit")), teams=adding(bob="view")))

        assert [
            (one.person.name, one.role, one.managed) for one in list_access(target=world.client)
        ] == [
            ("ann@example.com", "edit", True),
            ("bob@example.com", "view", True),
            ("owner@example.com", "admin", True),
        ]

    def test_an_export_drops_it(self, plain):
        plain.apply(merged(config=document(profile(ann="edit"))))

        assert "source" not in export_pmr(target=plain.client, settings=plain.settings).to_yaml()

    @pytest.mark.parametrize(
        "settings", [Settings(), Settings(standalone=True)], ids=["kubeflow", "standalone"]
    )
    def test_a_folder_keeps_it_as_a_cluster_does(self, tmp_path, settings):
        pmr = merged(config=document(opened(ann="edit")), teams=adding(bob="view"))
        target = Directory(tmp_path)

        create_or_update_profiles(pmr, target=target, settings=settings)

        assert not plan_profiles(pmr, target=target, settings=settings).changes
        frozen = plan_profiles(merged(config=None, teams=None), target=target, settings=settings)
        assert (frozen.changes, frozen.frozen[0].profiles) == ((), ("ml",))

    def test_profiles_whose_data_is_kept_lose_it_with_our_other_marks(self, plain):
        plain.apply(merged(config=document(profile())))

        delete_stale_profiles(
            merged(), target=plain.client, settings=plain.settings, keep_data=True
        )

        assert source_of(plain, "Namespace", "ml") is None


class TestGoneAndFrozen:
    def test_a_source_that_is_gone_takes_its_profiles_with_it_as_stale(self, world):
        world.apply(
            merged(config=document(profile("web", ann="edit")), teams=document(profile(bob="view")))
        )

        report = world.apply(merged(config=document(profile("web", ann="edit"))))

        assert report.plan.stale == ("ml",)
        assert roles_in(world.api) == {"owner": "admin"}
        assert roles_in(world.api, "web") == {"owner": "admin", "ann": "edit"}

    def test_a_source_that_is_neither_there_nor_withdrawn_leaves_what_it_made(self, world):
        web = document(opened("web"))
        world.apply(
            merged(
                config=web, teams=document(profile(bob="view")), git=adding(ann="view", to="web")
            )
        )
        before = world.api.snapshot()

        report = world.apply(merged(config=web, absent=[TEAMS, GIT]))

        assert world.api.snapshot() == before
        assert [replace(frozen, remedy="") for frozen in report.plan.frozen] == [
            Frozen(GIT, "", contributors=1, people=1, is_given=False),
            Frozen(TEAMS, "", ("ml",), people=2, is_given=False),
        ]
        assert report.plan.frozen[1].remedy == (
            f"Give {TEAMS} too or withdraw it (--withdrawn {TEAMS}; charm: withdrawn-sources)."
        )

    def test_a_person_with_access_to_several_profiles_is_counted_once(self, world):
        web = profile("web", ann="edit", bob="view")
        world.apply(merged(teams=document(profile(ann="edit"), web)))

        (kept,) = world.plan(merged(absent=[TEAMS])).frozen

        assert (kept.profiles, kept.people) == (("ml", "web"), 3)

    def test_an_empty_document_makes_them_stale_too(self, world):
        world.apply(merged(teams=document(profile(bob="view"))))

        assert world.apply(merged(teams=document())).plan.stale == ("ml",)

    def test_what_a_gone_source_added_is_revoked(self, world):
        world.apply(merged(config=document(opened(ann="edit")), teams=adding(bob="view")))

        world.apply(merged(config=document(opened(ann="edit"))))

        assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}

    @pytest.mark.parametrize(
        "settings", [Settings(), Settings(standalone=True)], ids=["kubeflow", "standalone"]
    )
    def test_a_frozen_sources_profiles_stay_byte_for_byte(self, settings):
        world = World(settings)
        world.apply(
            merged(config=document(profile("web")), teams=document(profile(bob="view", cpu="1")))
        )
        Kfam(world.api).add("ml", "zed@example.com", "edit")
        before = within(world)

        report = world.apply(merged(config=document(profile("web", ann="edit")), teams=None))

        assert within(world) == before
        assert "ann" in roles_in(world.api, "web")
        # KFAM has no part in a cluster without Kubeflow, so zed has no access there
        people = 2 if settings.standalone else 3
        assert report.plan.frozen == (Frozen(TEAMS, "it is gone", ("ml",), people=people),)
        assert report.exit_code == 0

    def test_they_are_not_listed_as_stale_and_never_deleted(self, world):
        world.apply(merged(config=document(profile("web")), teams=document(profile())))
        frozen = merged(config=document(), teams=None)
        before = within(world)

        report = delete_stale_profiles(frozen, target=world.client)

        assert [one.name for one in list_stale_profiles(frozen, target=world.client)] == []
        assert report.plan.stale == ("web",)
        assert within(world) == before

    def test_another_instances_profiles_are_not_its(self, world):
        world.apply(merged(teams=document(profile(bob="view"))), instance="other")

        assert world.plan(merged(teams=None)).frozen == (Frozen(TEAMS, "it is gone"),)

    def test_whom_it_added_to_a_readable_sources_profile_stays(self, world):
        world.apply(merged(config=document(opened(ann="edit")), teams=adding(bob="view")))
        before = within(world)

        plan = world.plan(merged(config=document(opened(ann="edit")), teams=None))
        world.apply(merged(config=document(opened(ann="edit")), teams=None))

        assert within(world) == before
        assert plan.frozen == (Frozen(TEAMS, "it is gone", contributors=1, people=1),)
        assert plan.access == Access(before=1)

    def test_everybody_else_there_is_planned_as_ever(self, world):
        world.apply(merged(config=document(opened(ann="edit")), teams=adding(bob="view")))
        Kfam(world.api).add("ml", "zed@example.com", "edit")

        world.apply(merged(config=document(opened(eve="view")), teams=None))

        assert roles_in(world.api) == {"owner": "admin", "bob": "view", "eve": "view"}

    def test_closing_the_profile_ends_what_it_added(self, world):
        world.apply(merged(config=document(opened()), teams=adding(bob="view")))

        world.apply(merged(config=document(profile()), teams=None))

        assert roles_in(world.api) == {"owner": "admin"}

    def test_whom_the_definer_lists_is_the_definers(self, world):
        world.apply(merged(config=document(opened()), teams=adding(bob="view")))

        world.apply(merged(config=document(opened(bob="edit")), teams=None))

        assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}

    def test_who_becomes_the_owner_is_the_owner(self, world):
        world.apply(merged(config=document(opened()), teams=adding(bob="view")))

        world.apply(
            merged(config=document(profile(owner="bob", fields={"open": True})), teams=None)
        )

        assert roles_in(world.api) == {"bob": "admin"}

    def test_another_adder_does_not_change_them(self, world):
        world.apply(merged(config=document(opened()), teams=adding(bob="view")))
        before = within(world)

        world.apply(merged(config=document(opened()), teams=None, git=adding(bob="edit")))

        assert within(world) == before

    def test_a_name_that_another_would_share_with_them_stays_as_it_is(self, world):
        alike = adding(contributor("a.b@x.com", "view"))
        world.apply(merged(config=document(opened(**{"a-b@x.com": "edit"})), teams=alike))

        assert not world.plan(
            merged(config=document(opened(**{"a-b@x.com": "edit"})), teams=None)
        ).changes

    def test_a_name_that_another_persons_object_has_is_not_given_again(self, world):
        world.apply(merged(config=document(opened()), teams=adding(ann="view")))
        for kind, name, space in pairs("ann", "view"):
            one = world.api.get(kind, space, name)
            one["metadata"]["annotations"]["user"] = "zed@example.com"
            if kind == "RoleBinding":
                one["subjects"][0]["name"] = "zed@example.com"
            world.api.put(one)

        report = world.apply(merged(config=document(opened(ann="view")), teams=None))

        assert report.exit_code == 0
        assert roles_in(world.api) == {"owner": "admin", "ann": "view", "zed": "view"}

    def test_expiry_goes_on_in_its_profiles(self, world):
        ends, stays = (
            contributor(who, until=moment) for who, moment in (("ann", LATER), ("bob", None))
        )
        world.apply(merged(teams=document(profile(contributors=[ends, stays]))))

        report = at(world, merged(teams=None), LATER)

        assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}
        assert [change.reason for change in report.plan.changes] == [Reason.EXPIRED]
        assert report.plan.access == Access(before=1, expired=1)

    def test_expiry_goes_on_for_whom_it_added(self, world):
        world.apply(
            merged(config=document(opened()), teams=adding(contributor("ann", until=LATER)))
        )

        report = at(world, merged(config=document(opened()), teams=None), LATER)

        assert roles_in(world.api) == {"owner": "admin"}
        assert [change.reason for change in report.plan.changes] == [Reason.EXPIRED]

    @pytest.mark.parametrize("until", ["soon", "2020-01-01", "2020-01-01T00:00:00"])
    def test_an_end_that_somebody_broke_ends_nothing(self, world, until):
        world.apply(merged(teams=document(profile(ann="edit"))))
        one = world.api.get("RoleBinding", "ml", pairs("ann")[0][1])
        one["metadata"]["annotations"]["profiles-management.io/until"] = until
        world.api.put(one)

        assert not world.plan(merged(teams=None)).changes

    def test_what_is_frozen_is_not_at_stake_for_the_brake(self, world):
        crowd = {f"u{index}": "view" for index in range(20)}
        few = {f"v{index}": "view" for index in range(7)}
        world.apply(merged(config=document(opened(**few)), teams=document(profile("web", **crowd))))

        with pytest.raises(BrakeError):
            world.apply(merged(config=document(opened()), teams=None), allow_revocations=False)

    @pytest.mark.parametrize("stale", ["ours", "all"])
    def test_while_one_is_frozen_what_records_no_source_may_be_its(self, world, stale):
        world.apply(document(profile(ann="edit")))
        before = within(world)

        report = world.apply(merged(config=None, git=document()), stale=stale)

        assert within(world) == before
        assert report.plan.frozen == (
            Frozen(CONFIG, "it is gone"),
            Frozen("", "", ("ml",), people=2),
        )

    def test_a_readable_source_takes_over_what_records_none(self, world):
        world.apply(document(profile(ann="edit")))

        world.apply(merged(config=None, git=document(profile(bob="view"))))

        assert roles_in(world.api) == {"owner": "admin", "bob": "view"}
        assert source_of(world, "Profile", "ml") == GIT

    def test_a_source_that_can_be_read_again_goes_on_where_it_was(self, world):
        pmr = merged(config=document(opened(ann="edit")), teams=adding(bob="view"))
        world.apply(pmr)
        before = world.api.snapshot()

        world.apply(merged(config=None, teams=None))
        report = world.apply(pmr)

        assert world.api.snapshot() == before
        assert not report.plan.changes


class TestConflicts:
    def both(self):
        return merged(
            config=document(profile(ann="edit"), profile("web")), git=document(profile(bob="view"))
        )

    def test_a_profile_in_conflict_is_refused_and_stays_byte_for_byte(self, world):
        world.apply(merged(config=document(profile(ann="edit", zed="view"))))
        before = within(world)

        report = world.apply(self.both())

        assert within(world) == before
        assert codes(report.plan.refused) == ["two-sources"]
        assert report.exit_code == 1

    def test_expiry_goes_on(self, world):
        ends, stays = (
            contributor(who, until=moment) for who, moment in (("ann", LATER), ("bob", None))
        )
        world.apply(merged(config=document(profile(contributors=[ends, stays]))))

        report = at(world, self.both(), LATER)

        assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}
        assert [one.reason for one in report.plan.changes if one.profile == "ml"] == [
            Reason.EXPIRED
        ]

    def test_the_others_go_on(self, world):
        world.apply(self.both())

        assert [one["metadata"]["name"] for one in world.api.objects("Profile")] == ["web"]

    def test_it_is_neither_listed_as_stale_nor_deleted(self, world):
        world.apply(merged(config=document(profile(ann="edit"))))
        before = within(world)

        delete_stale_profiles(self.both(), target=world.client)

        assert list_stale_profiles(self.both(), target=world.client) == ()
        assert within(world) == before

    def test_it_counts_among_the_profiles_and_not_among_the_unchanged(self, world):
        world.apply(merged(config=document(profile("web"))))

        plan = world.plan(self.both())

        assert (plan.profiles, steps(plan)) == (2, [])

    def test_what_a_frozen_source_made_and_a_readable_one_defines_is_a_conflict(self, world):
        world.apply(merged(teams=document(profile(ann="edit"))))
        before = within(world)

        report = world.apply(merged(teams=None, config=document(profile(bob="view"))))

        assert within(world) == before
        (problem,) = report.plan.refused
        assert str(problem) == (
            "Profile/ml: ml is defined by config, and relation:profiles:teams, which cannot be read, made it. "
            "Fix relation:profiles:teams, remove ml from config, or write `adopt: true` there to take it over. "
            "[frozen-source]"
        )
        assert report.plan.frozen == (Frozen(TEAMS, "it is gone"),)

    def test_it_is_one_where_the_other_is_not_there_at_all(self, world):
        world.apply(merged(teams=document(profile(ann="edit"))))

        report = world.apply(merged(config=document(profile(bob="view")), absent=[TEAMS]))

        assert (
            "relation:profiles:teams, which is not given in this run, made it"
            in report.plan.refused[0].what
        )

    @pytest.mark.parametrize("opens", [True, False])
    def test_a_word_in_the_document_takes_it_over_whole(self, world, opens):
        world.apply(merged(teams=document(profile(ann="edit"))))

        report = world.apply(
            merged(
                teams=None,
                config=document(profile(bob="view", fields={"adopt": True, "open": opens})),
            )
        )

        assert roles_in(world.api) == {"owner": "admin", "bob": "view"}
        assert source_of(world, "Profile", "ml") == CONFIG
        assert report.exit_code == 0

    def test_expiry_goes_on_there_because_the_source_is_frozen(self, world):
        world.apply(merged(teams=document(profile(contributors=[contributor("ann", until=LATER)]))))

        at(world, merged(teams=None, config=document(profile(bob="view"))), LATER)

        assert roles_in(world.api) == {"owner": "admin"}

    def test_once_one_of_them_lets_go_the_other_has_it(self, world):
        world.apply(merged(config=document(profile(ann="edit"))))
        world.apply(self.both())

        world.apply(merged(git=document(profile(bob="view"))))

        assert roles_in(world.api) == {"owner": "admin", "bob": "view"}


class TestDisputes:
    def disputed(self, **roles):
        return merged(
            config=document(opened(**roles)), teams=adding(bob="view"), git=adding(bob="edit")
        )

    def test_whom_two_sources_add_differently_keeps_what_they_have_from_one_of_them(self, world):
        world.apply(merged(config=document(opened()), teams=adding(bob="view")))
        before = within(world)

        report = world.apply(self.disputed())

        assert within(world) == before
        assert codes(report.plan.warnings) == ["disputed", "disputed"]

    def test_who_has_nothing_gets_nothing_and_the_rest_goes_on(self, world):
        world.apply(self.disputed(ann="edit"))

        assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}

    def test_a_dispute_does_not_keep_what_the_definer_gave_and_took_away(self, world):
        world.apply(merged(config=document(opened(bob="admin"))))

        world.apply(self.disputed())

        assert roles_in(world.api) == {"owner": "admin"}

    def test_the_definer_settles_it_by_listing_them(self, world):
        world.apply(merged(config=document(opened()), teams=adding(bob="view")))

        report = world.apply(self.disputed(bob="edit"))

        assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}
        assert codes(report.plan.warnings) == ["two-roles"]


def test_an_addition_that_is_refused_is_a_warning_and_no_error(world):
    report = world.apply(merged(config=document(profile(ann="edit")), teams=adding(bob="view")))

    assert codes(report.plan.warnings) == ["not-open"]
    assert report.exit_code == 0
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


def test_an_addition_to_a_frozen_profile_waits_without_a_word(world):
    world.apply(merged(config=document(opened()), teams=adding(bob="view")))

    plan = world.plan(merged(config=None, teams=adding(bob="view")))

    assert (plan.warnings, plan.changes) == ((), ())
