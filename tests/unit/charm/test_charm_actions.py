"""The results of actions, and when actions fail."""

from dataclasses import replace

import pytest
from ops import ActiveStatus, BlockedStatus, UnknownStatus, testing
from scenario.errors import InconsistentScenarioError

from memory_api import MemoryApi, always, forbid, injury
from profiles_charm.results import LARGEST
from profiles_management.pmr import documents
from scenarios.foreign import binding, person, put

SUMMARY = "Plan: 2 to add (3 writes). 2 gain access."
BINDING = "user-user0-example-com-clusterrole-edit"


def test_plan_says_what_would_be_done_and_does_nothing(world, document):
    world.configure(pmr=document(ml=1))

    answer = world.act("plan")

    assert answer["summary"] == SUMMARY
    assert answer["text"].splitlines()[0] == "ml"
    assert answer["text"].splitlines()[-1] == SUMMARY
    assert [
        (change["action"], change["kind"], change["profile"]) for change in answer["changes"]
    ] == [
        ("create", "Profile", "ml"),
        ("create", "RoleBinding", "ml"),
    ]
    assert answer["counts"]["access"] == {"before": 0, "lost": 0, "gained": 2, "expired": 0}
    assert answer["changes-total"] == "2"
    assert world.api.writes == []


def test_plan_with_nothing_to_do_says_so(world, document):
    world.configure(pmr=document(ml=1))
    world.see()

    answer = world.act("plan")

    assert answer["summary"] == "No changes. 1 profile matches."
    assert answer["changes"] == []


def test_sync_now_does_it_and_says_what_was_done(world, api, document):
    world.configure(pmr=document(ml=1))

    answer = world.act("sync-now")

    assert answer["summary"] == "1 profile, 1 contributor"
    assert [change["result"] for change in answer["changes"]] == ["done", "done"]
    assert answer["counts"]["sent"] == 3
    assert api.get("RoleBinding", "ml", BINDING)


def test_the_status_shows_the_result_of_sync_now(world, document):
    world.configure(pmr=document(ml=1))

    world.act("sync-now")

    assert (
        world.state.unit_status
        == world.state.app_status
        == ActiveStatus("1 profile, 1 contributor")
    )


def test_a_dry_run_is_a_plan(world, document):
    world.configure(pmr=document(ml=1))

    answer = world.act("sync-now", dry_run=True)

    assert answer["summary"] == SUMMARY
    assert world.api.writes == []


@pytest.mark.parametrize(("name", "params"), [("plan", {}), ("sync-now", {"dry_run": True})])
def test_looking_leaves_the_last_status(name, params, world, document):
    before = BlockedStatus("would revoke 120 of 150; run sync-now allow-revocations=true")
    world.configure(pmr=document(ml=1))
    world.state = replace(world.state, unit_status=before, app_status=before)

    world.act(name, **params)

    assert (world.state.unit_status, world.state.app_status) == (before, before)


def test_the_brake_stops_sync_now_unless_it_is_allowed(world, api, document):
    world.configure(pmr=document(ml=10))
    world.see()
    world.configure(pmr=document(ml=1))
    said = "would revoke 9 of 10; run sync-now allow-revocations=true"

    assert world.fail("sync-now") == said
    assert world.state.unit_status == BlockedStatus(said)
    assert world.act("plan")["stopped"] == said
    assert "stopped" not in world.act("sync-now", dry_run=True, allow_revocations=True)
    assert world.act("sync-now", allow_revocations=True)["summary"] == "1 profile, 1 contributor"
    assert world.state.unit_status == ActiveStatus("1 profile, 1 contributor")


def test_the_brake_is_released_for_one_run_only(world, document):
    world.configure(pmr=document(ml=10))
    world.act("sync-now", allow_revocations=True)
    world.configure(pmr=document(ml=1))

    assert world.see().unit_status.message.startswith("would revoke 9 of 10")


@pytest.mark.parametrize("name", ["plan", "sync-now"])
def test_on_another_unit_an_action_fails_and_names_the_leader(name, world, document):
    world.configure(pmr=document(ml=1), leader=False)

    reason = world.fail(name)

    assert reason == "profiles-management/0 is not the leader; run it on profiles-management/leader"
    assert world.api.log == []
    assert world.state.unit_status == UnknownStatus()


@pytest.mark.parametrize("name", ["plan", "sync-now"])
def test_a_bad_document_fails_with_the_first_error_and_lists_all(name, world):
    world.configure(
        pmr="profiles:\n- name: ml\n  owner: {kind: User, name: a@b.c}\n  colour: red\n  shape: round\n"
    )

    reason = world.fail(name)

    assert reason.startswith('pmr line 4: unknown key "colour"; 1 more; frozen')
    assert [(error["file"], error["line"]) for error in world.results()["errors"]] == [
        ("pmr", 4),
        ("pmr", 5),
    ]


@pytest.mark.parametrize("name", ["plan", "sync-now"])
def test_without_a_document_an_action_fails(name, world):
    assert world.fail(name) == "no document; juju config profiles-management pmr=@FILE"


@pytest.mark.parametrize("name", ["plan", "sync-now"])
def test_without_trust_an_action_fails_and_says_what_to_run(name, world, api, document):
    api.faults.append(forbid("*", "*"))
    world.configure(pmr=document(ml=1))

    reason = world.fail(name)

    assert (
        reason == "not allowed to list profiles; run juju trust profiles-management --scope=cluster"
    )


def test_a_refused_profile_fails_the_action_after_the_others_are_done(world, api, document):
    owned = {"name": "data", "annotations": {"owner": "boss@example.com"}}
    api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": owned})
    world.configure(pmr=document(ml=1, data=1))

    reason = world.fail("sync-now")

    assert reason == "1 of 2 profiles refused: namespace data belongs to somebody else"
    assert [error["profile"] for error in world.results()["errors"]] == ["data"]
    assert api.get("RoleBinding", "ml", BINDING)


def test_what_is_pending_is_no_failure(deploy, api, document):
    world = deploy(MemoryApi(objects=api.objects("ClusterRole")))
    world.configure(pmr=document(ml=1))

    answer = world.act("sync-now")

    assert answer["summary"] == "1 profile, 1 contributor; 1 pending"
    assert {one["profile"] for one in answer["pending"]} == {"ml"}


def test_a_write_that_fails_is_listed_with_its_reason(world, api, document):
    api.faults.append(
        always(injury("422"), lambda request: request.writes and request.resource == "profiles")
    )
    world.configure(pmr=document(ml=1))

    reason = world.fail("sync-now")

    assert reason.startswith("1 profile failed: ml: create profiles: 422")
    assert [change["result"] for change in world.results()["changes"]] == ["failed", "not_tried"]


def test_long_lists_go_on_in_pieces_that_are_lists_too(world, document):
    world.configure(pmr=document(ml=400))

    answer = world.act("plan")

    keys = [
        "changes",
        *(f"changes-{number}" for number in range(2, int(answer["changes-pieces"]) + 1)),
    ]
    pieces = [answer[key] for key in keys]
    assert len(pieces) > 1
    assert sum(map(len, pieces)) == int(answer["changes-total"]) == 401
    assert all(
        len(value.encode()) <= LARGEST + 2 for value in world.context.action_results.values()
    )


def test_long_texts_are_cut_and_say_by_how_much(world, document):
    world.configure(pmr=document(ml=2000))

    text = world.act("plan")["text"]

    assert len(text.encode()) <= LARGEST
    assert text.splitlines()[-1].startswith("… and ")


def test_results_are_text_under_keys_that_juju_takes(world, document):
    world.configure(pmr=document(ml=1))

    world.act("plan")

    for key, value in world.context.action_results.items():
        assert key == key.lower()
        assert "_" not in key
        assert isinstance(value, str)


@pytest.mark.parametrize("params", [{"dry-runn": True}, {"dry-run": "yes"}])
def test_params_of_another_name_or_type_are_not_declared(params, world):
    with pytest.raises(InconsistentScenarioError, match="dry-run"):
        world.context.run(
            world.context.on.action("sync-now", params=params), testing.State(leader=True)
        )


# what is stale


@pytest.fixture
def stale(world, document):
    """A world in which the document has lost the profile `web`."""
    world.configure(pmr=document(ml=1, web=2), brake_share=1.0)
    world.see()
    world.configure(pmr=document(ml=1), brake_share=1.0)
    world.see()
    return world


def test_stale_profiles_are_listed_with_their_owners(stale):
    answer = stale.act("list-stale-profiles")

    assert answer["stale"] == [{"name": "web", "owner": "root@example.com", "contributors": 0}]
    assert answer["text"].splitlines()[0].split() == ["PROFILE", "OWNER", "CONTRIBUTORS"]


def test_access_that_stays_in_a_stale_profile_is_listed_by_name(stale, api):
    put(api, binding("some-name", person("user0@example.com"), space="web"))

    answer = stale.act("list-stale-profiles")

    assert [warning["what"] for warning in answer["warnings"]] == [
        "user0@example.com also has edit by RoleBinding some-name, which is not managed"
    ]


def test_nothing_is_deleted_that_is_not_confirmed(stale, api):
    stale.api.log.clear()

    reason = stale.fail("delete-stale-profiles")

    assert reason == "nothing was deleted: run it again with confirm=true"
    assert [one["name"] for one in stale.results()["stale"]] == ["web"]
    assert api.writes == []


def test_what_is_confirmed_is_deleted_with_its_namespace(stale, api):
    answer = stale.act("delete-stale-profiles", confirm=True)

    assert [change["result"] for change in answer["changes"]] == ["done"]
    assert (api.get("Profile", None, "web"), api.get("Namespace", None, "web")) == (None, None)
    assert api.get("Profile", None, "ml")


def test_the_summary_of_a_deletion_that_failed_is_one_of_numbers(stale, api):
    api.faults.append(
        always(injury("422"), lambda request: request.writes and request.resource == "profiles")
    )

    reason = stale.fail("delete-stale-profiles", confirm=True)

    assert reason.startswith("1 profile failed: web: ")
    assert stale.results()["summary"] == "Applied: nothing (0 writes). 1 failed. 1 unchanged."


def test_the_data_can_be_kept(stale, api):
    stale.act("delete-stale-profiles", confirm=True, keep_data=True)

    assert api.get("Profile", None, "web") is None
    assert api.get("Namespace", None, "web")


def test_nothing_is_deleted_while_a_source_cannot_be_read(stale, api):
    stale.publish("teams", "profiles: [{nonsense: 1}]")

    reason = stale.fail("delete-stale-profiles", confirm=True)

    assert reason.startswith("nothing was deleted: teams line 1: ")
    assert api.get("Profile", None, "web")


# what is there


def test_what_is_there_is_exported_as_a_document(world, document):
    world.configure(pmr=document(ml=1))
    world.see()

    answer = world.act("export-pmr")

    found = documents.loads(answer["pmr"])
    assert [one.name for one in found.profiles["ml"].contributors] == ["user0@example.com"]
    assert answer["notes"] == []


def test_a_long_document_comes_in_pieces_that_put_together_are_the_document(world, document):
    world.configure(pmr=document(ml=1500))
    world.see()

    answer = world.act("export-pmr")

    keys = ["pmr", *(f"pmr-{number}" for number in range(2, int(answer["pmr-pieces"]) + 1))]
    assert len(keys) > 1
    assert (
        len(documents.loads("".join(answer[key] for key in keys)).profiles["ml"].contributors)
        == 1500
    )


def test_who_has_access_is_listed_by_person_or_by_profile(world, document):
    world.configure(pmr=document(ml=1, web=2))
    world.see()

    everybody = world.act("list-access")["access"]
    assert {(one["profile"], one["person"]["name"], one["role"]) for one in everybody} >= {
        ("ml", "user0@example.com", "edit"),
        ("web", "root@example.com", "admin"),
    }
    assert {one["profile"] for one in world.act("list-access", profile="ml")["access"]} == {"ml"}
    assert [
        one["profile"] for one in world.act("list-access", person="user1@example.com")["access"]
    ] == ["web"]
    assert {one["person"]["name"] for one in world.act("list-access", person="USER")["access"]} == {
        "user0@example.com",
        "user1@example.com",
    }
    assert "matches nobody" in world.act("list-access", person="gone@example.com")["text"]


def test_access_is_listed_while_no_document_can_be_used(world, document):
    world.configure(pmr=document(ml=1))
    world.see()
    world.configure(pmr="profiles: nonsense")

    assert len(world.act("list-access")["access"]) == 2


def test_a_plan_for_another_day_shows_whose_access_has_ended(world, document):
    world.configure(pmr=document(ml=1).replace("role: edit", "role: edit, until: 2026-02-01"))
    world.see()

    assert world.act("plan")["changes"] == []
    (change,) = world.act("plan", at="2026-02-01")["changes"]
    assert (change["action"], change["reason"]) == ("delete", "expired")


def test_a_day_that_is_none_is_refused(world, document):
    world.configure(pmr=document(ml=1))

    assert "tomorrow" in world.fail("plan", at="tomorrow")


@pytest.mark.parametrize(
    ("written", "taken"),
    [("2026-02-01 18:00 +02:00", True), ("20260201", False), ("2026-02-01T18:00", False)],
)
def test_the_day_of_a_plan_is_written_as_until_is(written, taken, world, document):
    world.configure(pmr=document(ml=1))

    if taken:
        assert world.act("plan", at=written)["changes"]
    else:
        assert "2026" in world.fail("plan", at=written)


def test_access_of_a_profile_that_is_not_there_fails_with_the_reason(world, document):
    world.configure(pmr=document(ml=1))
    world.see()

    assert world.fail("list-access", profile="mk") == 'There is no profile "mk"'


@pytest.mark.parametrize(
    "name", ["list-stale-profiles", "delete-stale-profiles", "export-pmr", "list-access"]
)
def test_only_the_leader_answers(name, world, document):
    world.configure(pmr=document(ml=1), leader=False)

    assert "is not the leader" in world.fail(name)
    assert world.api.log == []


@pytest.mark.parametrize("name", ["list-stale-profiles", "export-pmr", "list-access"])
def test_an_action_that_may_not_read_says_what_to_run(name, world, api, document):
    api.faults.append(forbid("*", "*"))
    world.configure(pmr=document(ml=1))

    assert world.fail(name).endswith("; run juju trust profiles-management --scope=cluster")


def test_a_distribution_that_is_not_that_of_the_owners_policies_stops_unless_it_is_allowed(
    world, document
):
    world.configure(pmr=document(ml=10))
    world.see()
    world.configure(pmr=document(ml=10), distribution="upstream")
    said = "would change the gateway of 10 policies; set distribution=charmed or run sync-now allow-gateway-change=true"

    assert world.fail("sync-now") == said
    assert world.state.unit_status == BlockedStatus(said)
    assert world.act("plan")["stopped"] == said
    assert "stopped" not in world.act("sync-now", dry_run=True, allow_gateway_change=True)
    assert world.act("sync-now", allow_gateway_change=True)["summary"].startswith(
        "1 profile, 10 contributors"
    )
