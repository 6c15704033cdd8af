"""Documents of the option, relations and Git: merged, frozen if unreadable, never mixed up."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ops import ActiveStatus, BlockedStatus, WaitingStatus, testing
from publisher import published

from memory_api import always, injury

BAD = "profiles:\n- name: web\n  owner: {kind: User, name: a@b.c}\n  colour: red\n"
SINCE = "since 2026-01-01 12:00 UTC"


def named(document, name, owner="root@example.com", **people):
    """Write a document of one profile with these people: `ann="edit"`."""
    lines = [f"{{name: {who}@example.com, role: {role}}}" for who, role in people.items()]
    return f"profiles:\n- name: {name}\n  owner: {{kind: User, name: {owner}}}\n  contributors: [{', '.join(lines)}]\n"


@pytest.fixture
def one(document):
    """A document of one profile: `one("ml", ann="edit")`."""
    return lambda name, **people: named(document, name, **people)


@pytest.fixture
def role(api):
    """Return the roles of people in a profile."""

    def role(who, profile):
        for one in api.objects("RoleBinding", profile):
            notes = one["metadata"].get("annotations", {})
            if (
                notes.get("user") == f"{who}@example.com"
                and one["metadata"]["name"] != "namespaceAdmin"
            ):
                return notes["role"]
        return ""

    return role


def source_of(api, name):
    return api.get("Profile", None, name)["metadata"]["annotations"].get(
        "profiles-management.io/source"
    )


def test_documents_of_several_sources_are_one(world, api, one, role):
    world.configure(pmr=one("ml", ann="edit"))

    state = world.publish("teams", one("web", bob="view"))

    assert state.unit_status == state.app_status == ActiveStatus("2 profiles, 2 contributors")
    assert (role("ann", "ml"), role("bob", "web")) == ("edit", "view")
    assert (source_of(api, "ml"), source_of(api, "web")) == ("config", "relation:profiles:teams")


def test_a_relation_alone_is_enough(world, one, role):
    assert world.publish("teams", one("web", bob="view")).unit_status == ActiveStatus(
        "1 profile, 1 contributor"
    )
    assert role("bob", "web") == "view"


def test_a_relation_that_has_not_published_is_waited_for(world, api, one):
    world.configure(pmr=one("ml"))

    state = world.publish("teams")

    said = f"relation profiles of teams: nothing is published yet; frozen {SINCE}"
    assert state.unit_status == WaitingStatus(said)
    assert api.get("Profile", None, "ml")


def test_a_bad_document_freezes_its_own_profiles_and_the_others_go_on(world, one, role):
    world.configure(pmr=one("ml", ann="edit"))
    world.publish("teams", one("web", bob="edit"))
    world.configure(pmr=one("ml", ann="view"))

    state = world.publish("teams", BAD)

    assert state.unit_status == BlockedStatus(
        f'teams line 4: unknown key "colour"; 1 profile frozen {SINCE}'
    )
    assert (role("ann", "ml"), role("bob", "web")) == ("view", "edit")


def test_the_status_shows_since_when_a_source_is_frozen(world, ticks):
    world.publish("teams", BAD)
    ticks.later = timedelta(hours=3)

    assert world.see().unit_status.message.endswith(f"frozen {SINCE}")


def test_when_it_can_be_read_again_it_goes_on_and_the_time_is_forgotten(world, one, role, ticks):
    world.publish("teams", BAD)
    assert world.publish("teams", one("web", bob="edit")).unit_status == ActiveStatus(
        "1 profile, 1 contributor"
    )
    assert role("bob", "web") == "edit"
    ticks.later = timedelta(hours=3)

    assert world.publish("teams", BAD).unit_status.message.endswith(
        "frozen since 2026-01-01 15:00 UTC"
    )


def test_access_ends_in_a_frozen_source_too(world, one, role, ticks):
    until = one("web", bob="edit").replace("role: edit", "role: edit, until: 2026-02-01")
    world.publish("teams", until)
    world.publish("teams", BAD)
    ticks.later = timedelta(days=60)

    world.see()

    assert role("bob", "web") == ""


def test_a_relation_that_is_removed_takes_its_profiles_with_it_as_stale(world, api, one, role):
    world.configure(pmr=one("ml", ann="edit"))
    world.publish("teams", one("web", bob="edit"))

    state = world.unrelate("teams")

    assert state.unit_status == ActiveStatus("1 profile, 1 contributor")
    assert (role("ann", "ml"), role("bob", "web")) == ("edit", "")
    assert [one["name"] for one in world.act("list-stale-profiles")["stale"]] == ["web"]
    assert api.get("Profile", None, "web")


def test_a_removed_relation_whose_run_failed_is_finished_by_the_next_event(world, api, one, role):
    world.publish("teams", one("web", bob="edit"))
    api.faults.append(always(injury("503")))
    world.unrelate("teams")
    api.faults.clear()

    world.see()

    assert role("bob", "web") == ""


def test_a_new_deployment_takes_nobodys_access_before_its_relations_are_back(
    world, deploy, api, one, role
):
    world.publish("teams", one("web", bob="edit"))
    again = deploy(api)
    again.configure(pmr=one("ml", ann="edit"))

    state = again.see("config_changed")

    assert role("bob", "web") == "edit"
    assert state.unit_status == ActiveStatus(
        "1 profile, 1 contributor; 1 profile and 2 people of relation:profiles:teams frozen, not given"
    )


def test_an_empty_option_makes_nothing_stale(world, one, role):
    world.configure(pmr=one("ml", ann="edit"))
    world.see()
    world.configure()

    state = world.see("config_changed")

    assert role("ann", "ml") == "edit"
    assert state.unit_status == BlockedStatus(
        "no document; juju config profiles-management pmr=@FILE"
    )


def test_an_empty_option_next_to_a_relation_makes_nothing_stale_either(world, one, role):
    world.configure(pmr=one("ml", ann="edit"))
    world.publish("teams", one("web", bob="edit"))
    world.configure()

    state = world.see("config_changed")

    assert (role("ann", "ml"), role("bob", "web")) == ("edit", "edit")
    assert state.unit_status == ActiveStatus(
        "1 profile, 1 contributor; 1 profile and 2 people of config frozen, not given"
    )


def test_an_explicit_empty_document_makes_its_profiles_stale(world, one, role):
    world.publish("teams", one("web", bob="edit"))

    world.publish("teams", "profiles: []")

    assert role("bob", "web") == ""


def test_two_sources_that_define_one_profile_are_named_and_only_it_stays_as_it_is(world, one, role):
    world.configure(pmr=one("ml", ann="edit"), relation_trust="full")
    world.see()
    world.publish("teams", one("web", bob="view"))

    state = world.publish(
        "teams", one("ml", ann="view") + one("web", bob="edit").removeprefix("profiles:\n")
    )

    assert isinstance(state.unit_status, BlockedStatus)
    assert state.unit_status.message.startswith("1 of 2 profiles refused: ")
    assert "config" in state.unit_status.message
    assert "relation:profiles:teams" in state.unit_status.message
    assert (role("ann", "ml"), role("bob", "web")) == ("edit", "edit")


def test_what_is_open_takes_contributors_of_a_relation(world, one, role):
    world.configure(pmr=one("ml", ann="edit") + "  open: true\n")

    world.publish(
        "teams", "profiles:\n- name: ml\n  contributors: [{name: bob@example.com, role: view}]\n"
    )

    assert (role("ann", "ml"), role("bob", "ml")) == ("edit", "view")


def test_an_application_that_is_related_twice_is_refused_and_nothing_of_it_is_created(
    world, api, one
):
    twice = {
        testing.Relation("profiles", remote_app_name="teams", remote_app_data=published(one(name)))
        for name in ("ml", "web")
    }
    world.state = replace(world.state, relations={*world.state.relations, *twice})

    message = world.see().unit_status.message

    assert message.startswith("relation profiles of teams: related twice; remove one relation")
    assert api.objects("Profile") == []


@pytest.mark.parametrize("value", ["pmr.yaml", "@pmr.yaml", "./pmr.yaml\n", "/home/ann/teams/pmr"])
def test_an_option_that_contains_the_name_of_a_file_is_answered_with_how_to_pass_its_content(
    world, value
):
    world.configure(pmr=value)

    status = world.see("config_changed").unit_status

    file = value.strip().removeprefix("@")
    said = f"pmr: the option contains the name of a file; write pmr=@{file}; frozen {SINCE}"
    assert status == BlockedStatus(said)


def test_an_option_that_contains_a_url_is_answered_with_the_option_for_it(world):
    world.configure(pmr="https://git.example.com/teams.git")

    said = f"pmr: the option contains a URL; for a document in Git, set git-url; frozen {SINCE}"
    assert world.see("config_changed").unit_status == BlockedStatus(said)


def test_a_name_that_is_hardly_meant_is_in_the_status_with_its_line(world, one):
    world.configure(pmr=one("ml", ann="edit").replace("ann@example.com", "ann@example.com;"))

    message = world.see("config_changed").unit_status.message

    assert message == (
        '1 profile, 1 contributor; 1 warning: pmr line 4: "…" begins or ends with a separator'
    )


# trust


def test_a_relation_defines_only_profiles_of_the_names_that_it_may(world, api, one):
    world.configure(relation_profiles="team-*, lab-*")

    state = world.publish("teams", one("web"))

    assert isinstance(state.unit_status, BlockedStatus)
    assert state.unit_status.message.startswith("teams line 2: ")
    assert api.get("Profile", None, "web") is None


@pytest.mark.parametrize(
    "more",
    [
        "adopt: true",
        "plugins: [{kind: WorkloadIdentity, spec: {gcpServiceAccount: a@b.iam.gserviceaccount.com}}]",
        "labels: {pod-security.kubernetes.io/enforce: privileged}",
    ],
)
def test_what_takes_trust_is_refused_of_a_relation_that_is_not_fully_trusted(world, api, one, more):
    options = {"allowed_keys": "pod-security.kubernetes.io/*"}
    world.configure(**options)
    document = one("web") + f"  {more}\n"

    state = world.publish("teams", document)
    assert isinstance(state.unit_status, BlockedStatus)
    assert api.get("Profile", None, "web") is None

    world.configure(relation_trust="full", **options)
    assert world.see("config_changed").unit_status == ActiveStatus("1 profile, 0 contributors")


def test_a_key_of_another_system_is_refused_of_a_relation_and_the_option_goes_on(world, api, one):
    world.configure(pmr=one("ml", ann="edit"))

    state = world.publish(
        "teams", one("web") + "  annotations: {iam.amazonaws.com/permitted: '.*'}\n"
    )

    assert isinstance(state.unit_status, BlockedStatus)
    assert "has a domain" in world.answer("teams").problem
    assert api.get("Profile", None, "web") is None
    assert api.get("Profile", None, "ml") is not None

    world.configure(pmr=one("ml", ann="edit"), allowed_keys="iam.amazonaws.com/*")
    assert world.see("config_changed").unit_status == ActiveStatus("2 profiles, 1 contributor")


@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        ("untrusted_max_profiles", "this source has 2 profiles, at most 1 are allowed"),
        ("untrusted_max_contributors", "this source has 2 contributors, at most 1 are allowed"),
    ],
)
def test_a_relation_brings_no_more_than_the_administrator_allows(world, api, one, option, wrong):
    document = one("web", ann="edit") + one("lab", bob="edit").partition("\n")[2]
    world.configure(**{option: 1})

    state = world.publish("teams", document)
    assert isinstance(state.unit_status, BlockedStatus)
    assert wrong in world.answer("teams").problem
    assert api.get("Profile", None, "web") is None

    world.configure(**{option: 2})
    assert world.see("config_changed").unit_status == ActiveStatus("2 profiles, 2 contributors")


def test_the_option_is_trusted_always(world, one):
    world.configure(pmr=one("web") + "  adopt: true\n")

    assert world.see().unit_status == ActiveStatus("1 profile, 0 contributors")


# the answer


def test_a_relation_gets_the_results_of_its_own_profiles(world, one):
    world.configure(pmr=one("ml"))

    world.publish("teams", one("web", bob="edit"))

    answer = world.answer("teams")
    assert (answer.applied, answer.pending, answer.failed) == (("web",), {}, {})


def test_a_relation_gets_the_error_in_its_document(world, one):
    world.publish("teams", BAD)

    assert 'unknown key "colour"' in world.answer("teams").problem


def test_a_relation_gets_the_reason_why_a_profile_failed(world, api, one):
    owned = {"name": "web", "annotations": {"owner": "boss@example.com"}}
    api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": owned})

    world.publish("teams", one("web"))

    assert (
        "web exists, and does not record which source made it"
        in world.answer("teams").failed["web"]
    )


def test_while_the_cluster_is_away_the_answer_to_a_relation_is_pending(world, api, one):
    api.faults.append(always(injury("503")))

    world.publish("teams", one("web"))

    assert "does not answer" in world.answer("teams").pending["web"]


# removal


def test_removing_the_charm_changes_nothing_in_the_cluster(world, api, one, role):
    relation = world.relate("teams")
    world.publish("teams", one("web", bob="edit"))
    world.state = testing.State(
        leader=True, relations=world.state.relations, config=world.state.config, planned_units=0
    )

    world.unrelate("teams")

    assert relation.id
    assert role("bob", "web") == "edit"


# a relation that means ill


def test_a_relation_does_not_hold_up_what_the_options_define(world, one, role):
    world.configure(pmr=one("ml", ann="edit", bob="edit"))
    world.see()
    world.publish("evil", one("ml", ann="admin"))

    world.configure(pmr=one("ml", bob="view"))
    status = world.see("config_changed").unit_status

    warning = "relation:profiles:evil defines ml, which the trusted source config defines"
    assert (role("ann", "ml"), role("bob", "ml")) == ("", "view")
    assert status == ActiveStatus(f"1 profile, 1 contributor; 1 warning: {warning}")
    assert [*world.answer("evil").failed] == ["ml"]
    assert "which the trusted source config defines" in world.answer("evil").failed["ml"]


def test_a_relation_that_the_brake_stops_is_answered_so_and_the_others_go_on(world, one, role):
    crowd = {f"p{index}": "edit" for index in range(12)}
    world.configure(pmr=one("ml", ann="edit"))
    world.publish("teams", one("web", **crowd))
    world.publish("others", one("data", zed="edit"))

    world.publish("teams", "profiles: []")
    world.configure(pmr=one("ml", ann="view"))
    status = world.see("config_changed").unit_status

    assert status == BlockedStatus("would revoke 12 of 12; run sync-now allow-revocations=true")
    assert (role("ann", "ml"), role("p0", "web")) == ("view", "edit")
    assert world.answer("others").applied == ("data",)


def test_what_the_brake_does_not_stop_of_a_relation_is_answered_as_applied(world, one, role):
    crowd = {f"p{index}": "edit" for index in range(12)}
    kept = one("data", zed="edit")
    world.configure(pmr=one("ml", ann="edit"))
    world.publish("teams", one("web", **crowd) + kept.removeprefix("profiles:\n"))

    world.publish("teams", one("data", zed="view"))

    assert role("zed", "data") == "view"
    assert role("p0", "web") == "edit"
    assert world.answer("teams").applied == ("data",)


def test_a_relation_whose_changes_wait_for_the_gateway_is_answered_so_and_its_revocations_are_done(
    world, one, role
):
    document = one("ml", ann="edit", bob="view")
    world.configure(pmr=document)
    world.publish("teams", one("web", zed="edit", eve="edit"))
    world.configure(pmr=document, distribution="upstream")

    world.publish("teams", one("web", zed="edit", joe="edit"))

    assert (role("zed", "web"), role("eve", "web"), role("joe", "web")) == ("edit", "", "")
    pending = {"web": "the run was stopped; an administrator has to allow it"}
    assert (world.answer("teams").applied, world.answer("teams").pending) == ((), pending)


def test_a_relation_does_not_get_what_another_source_lets_go(world, api, one, role):
    world.configure(pmr=one("ml", bob="edit"))
    world.see()
    world.publish("evil", one("ml", owner="mallory@example.com", eve="admin"))
    world.configure(pmr="profiles: []")

    message = world.see("config_changed").unit_status.message

    assert message == (
        "1 of 1 profile refused: ml exists, made by config, and relation:profiles:evil is not trusted to take it over"
    )
    assert api.get("Profile", None, "ml")["spec"]["owner"]["name"] == "root@example.com"
    assert (role("bob", "ml"), role("eve", "ml")) == ("", "")


def test_a_relation_does_not_get_what_is_not_ours_by_naming_its_owner(world, api, one, role):
    owner = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "root@example.com"}
    head = {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": "theirs"}}
    api.put({**head, "spec": {"owner": owner}})

    state = world.publish("evil", one("theirs", eve="admin"))

    assert "does not record which source made it" in state.unit_status.message
    assert role("eve", "theirs") == ""


def test_a_relation_gets_the_refusals_of_its_own_additions_only(world, api, one):
    api.put(
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": "web", "annotations": {"owner": "boss"}},
        }
    )
    opened = one("web").removeprefix("profiles:\n") + "  open: true\n"
    world.configure(pmr=one("ml") + opened)
    entry = "- name: {}\n  contributors: [{{name: li@example.com, role: view}}]\n"

    world.publish("adds", "profiles:\n" + entry.format("ml") + entry.format("web"))

    answer = world.answer("adds")
    assert answer.applied == ()
    assert "does not open" in answer.failed["ml"]
    assert answer.failed["web"] == ""


def test_the_mesh_that_breaks_because_the_charm_is_removed_changes_no_policy(world, api, one):
    mesh = testing.Relation(
        "service-mesh", remote_app_name="beacon", remote_app_data={"mesh_type": '"istio"'}
    )
    world.state = replace(world.state, relations={*world.state.relations, mesh})
    world.configure(pmr=one("ml", bob="edit"))
    world.see()
    before = api.get("AuthorizationPolicy", "ml", "user-bob-example-com-clusterrole-edit")
    assert before["spec"]["targetRefs"]
    world.state = replace(world.state, planned_units=0)

    world.context.run(world.context.on.relation_broken(mesh), world.state)

    assert api.get("AuthorizationPolicy", "ml", "user-bob-example-com-clusterrole-edit") == before
